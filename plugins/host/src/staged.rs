//! What a run wants to be true when it has ended well: committed by the hub together with the job's end, or not at all.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::contract::QueuedJob;

/// Most writes to records in one run.
pub const MAX_RECORD_WRITES: usize = 1_000;
/// Most bytes that one run stages, over all kinds.
pub const MAX_STAGED_BYTES: usize = 8 << 20;
/// Most jobs that one run queues.
pub const MAX_JOBS: usize = 1_000;

/// A write to the organization's records, in the order the plugin made them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "write", rename_all = "snake_case")]
pub enum RecordWrite {
    Upsert { table: String, on_conflict: Vec<String>, rows: String },
    Update { table: String, query: String, values: String },
    Delete { table: String, query: String },
}

/// All that a run staged.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Staged {
    pub records: Vec<RecordWrite>,
    /// None deletes the key.
    pub kv: BTreeMap<String, Option<Vec<u8>>>,
    pub jobs: Vec<QueuedJob>,
}
