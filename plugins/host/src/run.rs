//! How a run went.

use serde::{Deserialize, Serialize};

use crate::end::End;
use crate::log::Log;
use crate::recording::Recording;
use crate::staged::Staged;

/// What a run needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Used {
    /// Computing, microseconds.
    pub compute_us: u64,
    /// Waiting for the hub and for vendors, microseconds.
    pub wait_us: u64,
    /// Linear memory at its largest, bytes.
    pub memory_bytes: u64,
    /// Calls of the hub.
    pub calls: u32,
}

/// The end of a run, and everything it leaves.
#[derive(Debug, Clone)]
pub struct Run {
    /// The plugin's result as JSON, or why there is none.
    pub outcome: Result<String, End>,
    /// What is to be committed; empty unless the run ended well.
    pub staged: Staged,
    pub log: Log,
    pub used: Used,
    /// If it was asked for, and not too large to keep.
    pub recording: Option<Recording>,
}
