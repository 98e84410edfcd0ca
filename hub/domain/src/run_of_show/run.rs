use schemas::{Refusal, RefusalCode, RunKind, RunStatus};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How a cue's start is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartMode {
    /// When the cue before it ends.
    #[default]
    Linked,
    /// At the planned time, not before.
    Hard,
}

impl StartMode {
    /// As it stands in the tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Linked => "linked",
            Self::Hard => "hard",
        }
    }
}

/// One cue of the rundown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedCue {
    /// The rundown's row (`event_schedules.id`).
    pub id: Uuid,
    /// Planned start, epoch ms.
    pub start: i64,
    /// Planned end, epoch ms; an end before the start counts as the start.
    pub end: i64,
    /// Linked or hard.
    pub mode: StartMode,
    /// It ends at its planned end, whenever it starts.
    pub count_to_end: bool,
    /// It is not played.
    pub skipped: bool,
}

/// Where a cue of a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CueStatus {
    /// Still to come.
    Planned,
    /// Now.
    Live,
    /// Played.
    Done,
    /// Left out ([`RunCue::skipped`]), or jumped over.
    Skipped,
}

/// One cue in a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunCue {
    /// The rundown's row; what the verbs name.
    pub id: Uuid,
    /// Planned start, epoch ms. Of a linked cue it moves when a cue before it is left out.
    pub planned_start: i64,
    /// Planned end, epoch ms, never before the start.
    pub planned_end: i64,
    /// Linked or hard.
    pub start_mode: StartMode,
    /// It ends at its planned end, whenever it starts.
    pub count_to_end: bool,
    /// The caller left it out.
    pub skipped: bool,
    /// Time added by hand, ms; negative: taken. Never takes more than the cue has.
    pub added_ms: i64,
    /// How long its clock stood, ms, without a hold that still lasts.
    pub held_ms: i64,
    /// When it went live, epoch ms.
    pub actual_start: Option<i64>,
    /// When it was finished, epoch ms; never before `actual_start`.
    pub actual_end: Option<i64>,
    /// Where it stands.
    pub status: CueStatus,
}

impl RunCue {
    pub(super) fn planned(cue: &PlannedCue) -> Self {
        Self {
            id: cue.id,
            planned_start: cue.start,
            planned_end: cue.end.max(cue.start),
            start_mode: cue.mode,
            count_to_end: cue.count_to_end,
            skipped: cue.skipped,
            added_ms: 0,
            held_ms: 0,
            actual_start: None,
            actual_end: None,
            status: if cue.skipped { CueStatus::Skipped } else { CueStatus::Planned },
        }
    }

    /// Planned duration, ms.
    pub fn duration(&self) -> i64 {
        self.planned_end.saturating_sub(self.planned_start)
    }

    /// It has gone live, in this pass through the rundown.
    pub fn started(&self) -> bool {
        matches!(self.status, CueStatus::Live | CueStatus::Done)
    }

    /// When a cue that went live at `start` ends if nothing else happens, epoch ms, without a hold
    /// that still lasts.
    pub(super) fn due_end(&self, start: i64) -> i64 {
        let end = if self.count_to_end {
            self.planned_end.saturating_add(self.added_ms)
        } else {
            start.saturating_add(self.duration()).saturating_add(self.held_ms).saturating_add(self.added_ms)
        };
        end.max(start)
    }

    pub(super) fn go_live(&mut self, at: i64) {
        (self.added_ms, self.held_ms) = (0, 0);
        (self.actual_start, self.actual_end) = (Some(at), None);
        self.status = CueStatus::Live;
    }

    pub(super) fn back_to_plan(&mut self) {
        (self.added_ms, self.held_ms) = (0, 0);
        (self.actual_start, self.actual_end) = (None, None);
        self.status = if self.skipped { CueStatus::Skipped } else { CueStatus::Planned };
    }
}

/// One performance of a rundown. At most one cue is live; cues before it are done or skipped, cues
/// after it planned or skipped (or done, where the rundown was rearranged around it).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The show, or a rehearsal.
    pub kind: RunKind,
    /// Running, held or ended.
    pub status: RunStatus,
    /// Raised by every applied verb; 1 after the start.
    pub revision: u64,
    /// In the rundown's order.
    pub cues: Vec<RunCue>,
    /// The live cue's place in `cues`; `None` once the run has ended.
    pub live: Option<usize>,
    /// Since when the live cue's clock stands, epoch ms.
    pub held_at: Option<i64>,
    /// When the run began, epoch ms.
    pub started_at: i64,
    /// When it ended, epoch ms.
    pub ended_at: Option<i64>,
}

impl Run {
    /// Begins a run with its first cue that is not skipped, or with `first`.
    ///
    /// # Errors
    /// - [`RefusalCode::EmptyRundown`]: there is no cue to start.
    /// - [`RefusalCode::BadCue`]: `first` is not in the plan, or is skipped.
    pub fn start(plan: &[PlannedCue], kind: RunKind, first: Option<Uuid>, now: i64) -> Result<Self, Refusal> {
        let mut cues: Vec<RunCue> = plan.iter().map(RunCue::planned).collect();
        let Some(usual) = cues.iter().position(|cue| !cue.skipped) else {
            return Err(Refusal::new(RefusalCode::EmptyRundown, "The rundown has no cue to start"));
        };
        let index = match first {
            None => usual,
            Some(id) => playable(&cues, id)?,
        };
        cues[index].go_live(now);
        let mut run = Self {
            kind,
            status: RunStatus::Running,
            revision: 1,
            cues,
            live: Some(index),
            held_at: None,
            started_at: now,
            ended_at: None,
        };
        run.settle();
        Ok(run)
    }

    /// The cue that "next" would start.
    pub fn next_cue(&self) -> Option<&RunCue> {
        self.next_index().map(|index| &self.cues[index])
    }

    pub(super) fn next_index(&self) -> Option<usize> {
        let live = self.live?;
        (live + 1..self.cues.len()).find(|&index| self.cues[index].status == CueStatus::Planned)
    }

    /// Brings the statuses of cues that have not started in line with where the live cue is.
    pub(super) fn settle(&mut self) {
        let Some(live) = self.live else { return };
        for (index, cue) in self.cues.iter_mut().enumerate().filter(|(_, cue)| !cue.started()) {
            cue.status = if cue.skipped || index < live { CueStatus::Skipped } else { CueStatus::Planned };
        }
    }
}

/// The place of a cue that may go live.
pub(super) fn playable(cues: &[RunCue], id: Uuid) -> Result<usize, Refusal> {
    match cues.iter().position(|cue| cue.id == id) {
        None => Err(Refusal::new(RefusalCode::BadCue, "This cue is not in the run")),
        Some(index) if cues[index].skipped => {
            Err(Refusal::new(RefusalCode::BadCue, "This cue is left out; take it in again first"))
        }
        Some(index) => Ok(index),
    }
}
