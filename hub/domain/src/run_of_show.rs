//! The caller's clock: which cue is live, and when the others will be.
//!
//! A [`Run`] is one performance of a rundown (the show, or a rehearsal). It is a value: a verb
//! gives a new run or a refusal, never both, and every applied verb raises the revision by one, so
//! that a "next" pressed twice advances once. Instants are epoch milliseconds and `now` is an
//! argument; a clock that goes backwards counts as standing still.
//!
//! # The time model
//! - A **hard** cue starts at its planned time; a **linked** cue starts when the one before it ends.
//! - The live cue's expected end is `actual_start + planned duration + held_ms + added_ms`. A cue
//!   that **counts to its end** ends at `planned_end + added_ms` instead, whenever it started and
//!   however long it was held: the clock on the wall does not wait.
//! - **Delay** is how far the live cue's end is behind its planned end. Time not used up yet is
//!   never a gain: a cue that began on time is on time until it is over, and then late by its
//!   overtime; only once it is finished early does the next one show the gain.
//! - A pause counts while it lasts, and becomes held time when the cue runs on.
//! - A linked chain moves with the delay, in both directions. A hard start never moves ahead of its
//!   plan, and the **gap** in front of it (to the latest planned end before it) takes delay in:
//!   what is left is `max(0, delay - gap)`. An overlap is no gap, and no delay either: a show on
//!   time is forecast as planned.
//! - A cue that counts to its end breaks the chain: it may begin late and still end as planned, so
//!   its own duration is gap for those after it.
//! - A cue left out is as if it were not there: linked cues after it close up.

mod forecast;
mod replan;
mod run;
mod verbs;

#[cfg(test)]
mod golden;
#[cfg(test)]
mod properties;

pub use forecast::{CueForecast, Delay, Forecast};
pub use run::{CueStatus, PlannedCue, Run, RunCue, StartMode};
