use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a paired device may do, besides nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeviceProfile {
    /// A check-in tablet: scans and searches guests at its gate.
    Scan,
    /// A wall screen: watches, never writes, never receives a guest's e-mail address.
    Wall,
    /// The show caller's desk: runs the cues.
    Caller,
}

/// Whether a run of the rundown counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunKind {
    /// The show itself. An event has one live show run at a time.
    Show,
    /// A rehearsal: the same rundown, timed apart, touching no planned or actual time of the show.
    Rehearsal,
}

/// Where a run of show stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// A cue is live and its clock runs.
    Running,
    /// A cue is live and its clock is stopped.
    Held,
    /// Finished; nothing about it changes any more.
    Ended,
}
