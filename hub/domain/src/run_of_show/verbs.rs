use schemas::{CueVerb, Refusal, RefusalCode, RunStatus};
use uuid::Uuid;

use super::replan::Slot;
use super::run::{CueStatus, Run, RunCue, playable};

/// The most that can be added to a cue, or taken from it, in one step, milliseconds.
const MOST_ADDED_MS: i64 = 24 * 60 * 60 * 1000;

impl Run {
    /// Does what the caller asks, if the run is still where the caller saw it.
    ///
    /// [`CueVerb::Start`] makes a new run ([`Run::start`]) and [`CueVerb::Undo`] needs an earlier
    /// state ([`Run::undo`]): here the one is refused because this run exists, the other because a
    /// run does not know its past. Where the rundown was edited since the run began, call
    /// [`Run::replan`] after a jump: cues that are played again know the plan of their first time.
    ///
    /// # Errors
    /// Nothing has changed then. [`RefusalCode::AlreadyRunning`], [`RefusalCode::StaleRevision`]
    /// (both with `current_revision`), [`RefusalCode::NotRunning`], [`RefusalCode::AlreadyHeld`],
    /// [`RefusalCode::NotHeld`], [`RefusalCode::BadCue`], [`RefusalCode::NothingToUndo`].
    pub fn apply(&self, expect: u64, verb: &CueVerb, now: i64) -> Result<Self, Refusal> {
        if matches!(verb, CueVerb::Start { .. }) && self.status != RunStatus::Ended {
            let refusal = Refusal::new(RefusalCode::AlreadyRunning, "A run is live already");
            return Err(Refusal { current_revision: Some(self.revision), ..refusal });
        }
        self.expects(expect)?;
        if *verb == CueVerb::Undo {
            return Err(Refusal::new(RefusalCode::NothingToUndo, "There is no step left to undo"));
        }
        let (Some(live), false) = (self.live, self.status == RunStatus::Ended) else {
            return Err(Refusal::new(RefusalCode::NotRunning, "The run has ended"));
        };
        let mut run = self.clone();
        let at = run.not_before(now);
        match verb {
            CueVerb::Next => match run.next_index() {
                Some(next) => run.move_to(live, next, at),
                None => run.end(live, at),
            },
            CueVerb::Jump { cue_id } => {
                let target = playable(&run.cues, *cue_id)?;
                if target == live {
                    return Err(Refusal::new(RefusalCode::BadCue, "This cue is live already"));
                }
                run.move_to(live, target, at);
            }
            CueVerb::End => run.end(live, at),
            CueVerb::Hold if run.held_at.is_some() => {
                return Err(Refusal::new(RefusalCode::AlreadyHeld, "The run is held already"));
            }
            CueVerb::Hold => {
                run.held_at = Some(at);
                run.status = RunStatus::Held;
            }
            CueVerb::Resume if run.held_at.is_none() => {
                return Err(Refusal::new(RefusalCode::NotHeld, "The run is not held"));
            }
            CueVerb::Resume => run.let_run_on(live, at),
            CueVerb::AddTime { ms } => run.add_time(live, *ms),
            CueVerb::Skip { cue_id, skipped } => run.skip(*cue_id, *skipped)?,
            CueVerb::Start { .. } | CueVerb::Undo => unreachable!("answered above"),
        }
        run.revision += 1;
        Ok(run)
    }

    /// The run as it was `before` its last step that was not undone. The revision goes on, so that
    /// a command meant for the undone state is stale. Where the rundown was edited since, call
    /// [`Run::replan`] on the result.
    ///
    /// # Errors
    /// [`RefusalCode::StaleRevision`].
    pub fn undo(&self, expect: u64, before: Self) -> Result<Self, Refusal> {
        self.expects(expect)?;
        Ok(Self { revision: self.revision + 1, ..before })
    }

    fn expects(&self, expect: u64) -> Result<(), Refusal> {
        if expect == self.revision {
            return Ok(());
        }
        let refusal = Refusal::new(RefusalCode::StaleRevision, "Somebody else moved the run first");
        Err(Refusal { current_revision: Some(self.revision), ..refusal })
    }

    /// `now`, or the last instant on record if the clock went backwards: no cue ends before it
    /// began and no hold lasts less than nothing.
    fn not_before(&self, now: i64) -> i64 {
        let live_since = self.live.and_then(|live| self.cues[live].actual_start);
        [Some(self.started_at), live_since, self.held_at].into_iter().flatten().fold(now, i64::max)
    }

    fn let_run_on(&mut self, live: usize, at: i64) {
        if let Some(held_at) = self.held_at.take() {
            let cue = &mut self.cues[live];
            cue.held_ms = cue.held_ms.saturating_add(at.saturating_sub(held_at));
        }
        self.status = RunStatus::Running;
    }

    fn finish(&mut self, live: usize, at: i64) {
        self.let_run_on(live, at);
        self.cues[live].actual_end = Some(at);
        self.cues[live].status = CueStatus::Done;
    }

    /// Finishes the live cue and starts another. Going back, everything from there on is to come
    /// again; what was played before is in the run's steps.
    fn move_to(&mut self, live: usize, target: usize, at: i64) {
        self.finish(live, at);
        let played: Vec<bool> = self.cues.iter().map(RunCue::started).collect();
        for cue in &mut self.cues[target..] {
            cue.back_to_plan();
        }
        self.follow_again(target, &played);
        self.cues[target].go_live(at);
        self.live = Some(target);
        self.settle();
    }

    fn end(&mut self, live: usize, at: i64) {
        self.finish(live, at);
        self.live = None;
        self.status = RunStatus::Ended;
        self.ended_at = Some(at);
    }

    fn add_time(&mut self, live: usize, ms: i64) {
        let cue = &mut self.cues[live];
        let start = cue.actual_start.unwrap_or(cue.planned_start);
        let has = if cue.count_to_end {
            cue.planned_end.saturating_sub(start)
        } else {
            cue.duration().saturating_add(cue.held_ms)
        };
        let added = cue.added_ms.saturating_add(ms.clamp(-MOST_ADDED_MS, MOST_ADDED_MS));
        // Taking more than there is takes what there is (a cue that started after its planned end
        // has nothing to take, and is not given anything by asking).
        cue.added_ms = added.max(has.saturating_neg().min(cue.added_ms));
    }

    fn skip(&mut self, id: Uuid, skipped: bool) -> Result<(), Refusal> {
        let Some(index) = self.cues.iter().position(|cue| cue.id == id) else {
            return Err(Refusal::new(RefusalCode::BadCue, "This cue is not in the run"));
        };
        if self.cues[index].started() {
            return Err(Refusal::new(RefusalCode::BadCue, "This cue has started already"));
        }
        let before = self.cues.clone();
        self.cues[index].skipped = skipped;
        self.settle();
        self.close_up(|cue| before.iter().find(|old| old.id == cue.id).map(Slot::of_run));
        Ok(())
    }
}
