//! What a vendor really did.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Counts effects by their key.
#[derive(Debug, Clone, Default)]
pub struct Ledger(Arc<Mutex<BTreeMap<String, u64>>>);

impl Ledger {
    pub(crate) fn record(&self, key: impl Into<String>) {
        *self.0.lock().expect("a ledger").entry(key.into()).or_default() += 1;
    }

    /// How often the effect of that key happened.
    pub fn count(&self, key: &str) -> u64 {
        self.0.lock().expect("a ledger").get(key).copied().unwrap_or(0)
    }

    /// All effects.
    pub fn all(&self) -> BTreeMap<String, u64> {
        self.0.lock().expect("a ledger").clone()
    }

    /// Keys whose effect happened more than once.
    pub fn doubled(&self) -> Vec<String> {
        self.all().into_iter().filter(|(_, count)| *count > 1).map(|(key, _)| key).collect()
    }
}
