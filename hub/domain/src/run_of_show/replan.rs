use schemas::RunStatus;

use super::run::{PlannedCue, Run, RunCue, StartMode};

/// When a cue is planned, and whether it is played, in a plan.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    start: i64,
    end: i64,
    skipped: bool,
}

impl Slot {
    pub(super) fn of_run(cue: &RunCue) -> Self {
        Self { start: cue.planned_start, end: cue.planned_end, skipped: cue.skipped }
    }

    fn of_plan(cue: &PlannedCue) -> Self {
        Self { start: cue.start, end: cue.end.max(cue.start), skipped: cue.skipped }
    }
}

impl Run {
    /// The run after its rundown was edited. Cues that have started keep everything; the others
    /// take the plan's times, modes and order, new ones are put in, and those that the plan no
    /// longer has are gone. What the caller left out or took in again stays so. The revision stays:
    /// an edit of the plan does not make the caller's next command stale. A run that has ended
    /// does not change any more.
    pub fn replan(&self, plan: &[PlannedCue]) -> Self {
        let mut run = self.clone();
        if self.status == RunStatus::Ended {
            return run;
        }
        run.cues = plan
            .iter()
            .map(|planned| match self.cues.iter().find(|cue| cue.id == planned.id) {
                Some(old) if old.started() => old.clone(),
                Some(old) => RunCue { skipped: old.skipped, ..RunCue::planned(planned) },
                None => RunCue::planned(planned),
            })
            .collect();
        for (index, old) in self.cues.iter().enumerate() {
            if old.started() && !plan.iter().any(|planned| planned.id == old.id) {
                // It was played, or is live: it stays behind the cue that it followed.
                let place = self.cues[..index]
                    .iter()
                    .rev()
                    .find_map(|before| run.cues.iter().position(|cue| cue.id == before.id))
                    .map_or(0, |before| before + 1);
                run.cues.insert(place, old.clone());
            }
        }
        run.live = self.live.and_then(|live| run.cues.iter().position(|cue| cue.id == self.cues[live].id));
        run.settle();
        run.close_up(|cue| plan.iter().find(|planned| planned.id == cue.id).map(Slot::of_plan));
        run
    }

    /// Lets linked cues that have not started follow the cue that is before them in this run,
    /// where that one, or its end, is another than in the plan.
    pub(super) fn close_up(&mut self, plan: impl Fn(&RunCue) -> Option<Slot>) {
        let mut before_in_run: Option<usize> = None;
        let mut before_in_plan: Option<(usize, Slot)> = None;
        for index in 0..self.cues.len() {
            let slot = plan(&self.cues[index]);
            if let Some(slot) = slot
                && !self.cues[index].started()
            {
                let mut start = slot.start;
                if self.cues[index].start_mode == StartMode::Linked
                    && let Some(before) = before_in_run
                {
                    let before_ends = self.cues[before].planned_end;
                    start = match before_in_plan {
                        // Whatever distance the plan keeps to the same cue is kept.
                        Some((same, planned)) if same == before => {
                            slot.start.saturating_add(before_ends.saturating_sub(planned.end))
                        }
                        _ => before_ends,
                    };
                }
                self.cues[index].put(slot, start);
            }
            if !self.cues[index].skipped {
                before_in_run = Some(index);
            }
            if let Some(slot) = slot
                && !slot.skipped
            {
                before_in_plan = Some((index, slot));
            }
        }
    }

    /// Lets linked cues behind `target` follow again after a jump back. Those that had been
    /// `played` stood still when cues around them were left out or taken in.
    pub(super) fn follow_again(&mut self, target: usize, played: &[bool]) {
        let old_ends: Vec<i64> = self.cues.iter().map(|cue| cue.planned_end).collect();
        let mut before = target;
        for (index, &played) in played.iter().enumerate().skip(target + 1) {
            let before_ends = self.cues[before].planned_end;
            let cue = &mut self.cues[index];
            if cue.start_mode == StartMode::Linked {
                let moved = before_ends.saturating_sub(old_ends[before]);
                let start = if played { before_ends } else { cue.planned_start.saturating_add(moved) };
                cue.put(Slot::of_run(cue), start);
            }
            if !cue.skipped {
                before = index;
            }
        }
    }
}

impl RunCue {
    /// Plans the cue as in `slot`, but from `start` on.
    fn put(&mut self, slot: Slot, start: i64) {
        let duration = slot.end.saturating_sub(slot.start);
        self.planned_start = start;
        self.planned_end = if self.count_to_end { slot.end.max(start) } else { start.saturating_add(duration) };
    }
}
