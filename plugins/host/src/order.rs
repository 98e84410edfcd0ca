//! What a run is asked to do, and all that it can know without asking.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::contract::Job;

/// One run's order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    pub job: Job,
    /// The account of the connection; empty without one.
    #[serde(default)]
    pub account: String,
    #[serde(default)]
    pub settings: BTreeMap<String, serde_json::Value>,
    /// Milliseconds since 1970; stands still during the run.
    pub now_ms: u64,
    /// Of the run's chance.
    #[serde(default)]
    pub seed: [u8; 32],
}
