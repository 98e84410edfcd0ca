use schemas::RunStatus;
use serde::{Deserialize, Serialize};

use super::run::{CueStatus, Run, StartMode};

/// How far the show is behind its plan, as a formula of the clock: nobody has to be told every
/// second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delay {
    /// Milliseconds behind the plan; negative: ahead.
    pub base_ms: i64,
    /// Since when it grows with the clock, epoch ms; `None`: it does not.
    pub grows_from: Option<i64>,
}

impl Delay {
    /// Milliseconds behind the plan at `now` (epoch ms); negative: ahead.
    pub fn at(self, now: i64) -> i64 {
        let grown = self.grows_from.map_or(0, |from| now.saturating_sub(from).max(0));
        self.base_ms.saturating_add(grown)
    }
}

/// What the delay meets on its way to a cue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CueForecast {
    /// The gap time, ms, from the top of the rundown to this cue's start that can take delay in. A
    /// cue that counts to its end and has started holds its own duration too: that time no longer
    /// waits in front of the cues after it.
    pub gap_total_ms: i64,
    /// Cues of one chain are joined by linked starts only.
    pub chain: i32,
}

/// A run's forecast: [`Delay`] and one [`CueForecast`] a cue. It changes only when the run does;
/// the clock is put into the formulas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forecast<'a> {
    run: &'a Run,
    /// Of the show: what its live cue's end is behind its planned end.
    pub delay: Delay,
    /// In the order of the run's cues.
    pub cues: Vec<CueForecast>,
}

impl Run {
    /// The forecast of the run as it stands.
    pub fn forecast(&self) -> Forecast<'_> {
        Forecast { run: self, delay: self.delay(), cues: self.chains() }
    }

    fn delay(&self) -> Delay {
        let live = self.live.map(|live| &self.cues[live]);
        let Some((cue, start)) = live.and_then(|cue| Some((cue, cue.actual_start?))) else {
            // Ended: the last cue that was finished says how it went.
            let last = self.cues.iter().filter(|cue| cue.actual_end.is_some()).max_by_key(|cue| cue.actual_end);
            let base_ms = last.and_then(|cue| Some(cue.actual_end?.saturating_sub(cue.planned_end))).unwrap_or(0);
            return Delay { base_ms, grows_from: None };
        };
        let due = cue.due_end(start);
        let grows_from = match self.held_at {
            // A clock that counts to a time on the wall is not stopped by holding.
            Some(held_at) if !cue.count_to_end => held_at.min(due),
            _ => due,
        };
        Delay { base_ms: due.saturating_sub(cue.planned_end), grows_from: Some(grows_from) }
    }

    fn chains(&self) -> Vec<CueForecast> {
        let (mut gaps, mut chain) = (0i64, 0i32);
        let mut latest_end: Option<i64> = None;
        let mut after_count_to_end = false;
        let mut forecasts = Vec::with_capacity(self.cues.len());
        for cue in &self.cues {
            if cue.skipped {
                forecasts.push(CueForecast { gap_total_ms: gaps, chain });
                continue;
            }
            if let Some(latest_end) = latest_end {
                let hard = cue.start_mode == StartMode::Hard;
                if hard {
                    gaps = gaps.saturating_add(cue.planned_start.saturating_sub(latest_end).max(0));
                }
                if hard || after_count_to_end {
                    chain += 1;
                }
            }
            let given_back = if cue.count_to_end { cue.duration() } else { 0 };
            let own = if cue.started() { given_back } else { 0 };
            forecasts.push(CueForecast { gap_total_ms: gaps.saturating_add(own), chain });
            gaps = gaps.saturating_add(given_back);
            latest_end = latest_end.max(Some(cue.planned_end));
            after_count_to_end = cue.count_to_end;
        }
        forecasts
    }
}

impl Forecast<'_> {
    /// When the cue at `index` will start, epoch ms; `None` unless it is still to come.
    pub fn expected_start(&self, index: usize, now: i64) -> Option<i64> {
        let cue = self.run.cues.get(index).filter(|cue| cue.status == CueStatus::Planned)?;
        let live = self.cues.get(self.run.live?)?;
        let (here, delay) = (self.cues[index], self.delay.at(now));
        let shift = if here.chain == live.chain {
            delay
        } else {
            delay.saturating_sub(here.gap_total_ms.saturating_sub(live.gap_total_ms)).max(0)
        };
        Some(cue.planned_start.saturating_add(shift))
    }

    /// When the cue at `index` will end, epoch ms; `None` unless it is live or still to come.
    pub fn expected_end(&self, index: usize, now: i64) -> Option<i64> {
        let cue = self.run.cues.get(index)?;
        if self.run.live == Some(index) {
            return Some(cue.planned_end.saturating_add(self.delay.at(now)));
        }
        let start = self.expected_start(index, now)?;
        Some(if cue.count_to_end { cue.planned_end.max(start) } else { start.saturating_add(cue.duration()) })
    }

    /// When the show will be over (epoch ms), or was.
    pub fn show_end(&self, now: i64) -> Option<i64> {
        if self.run.status == RunStatus::Ended {
            return self.run.ended_at;
        }
        (0..self.run.cues.len()).filter_map(|index| self.expected_end(index, now)).max()
    }
}
