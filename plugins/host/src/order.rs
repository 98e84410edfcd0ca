//! What a run is asked to do, and all that it can know without asking.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::contract::Job;

/// A connection, as a plugin may know it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Connected {
    /// The hub's id for it.
    pub id: String,
    /// The vendor's marketplace, where it has several.
    #[serde(default)]
    pub marketplace: Option<String>,
}

/// One run's order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    pub job: Job,
    /// The account of the connection; empty without one.
    #[serde(default)]
    pub account: String,
    /// The connection itself; none without one, and in recordings from before contract 1.1.0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<Connected>,
    #[serde(default)]
    pub settings: BTreeMap<String, serde_json::Value>,
    /// Milliseconds since 1970; stands still during the run.
    pub now_ms: u64,
    /// Of the run's chance.
    #[serde(default)]
    pub seed: [u8; 32],
}
