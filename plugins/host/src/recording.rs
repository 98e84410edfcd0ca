//! A run written down whole: its order, every call with its answer, and how it ended. Enough to repeat it on another
//! machine, byte for byte, and readable as JSON. A script for a test has the same form, written by hand.

use serde::{Deserialize, Serialize};

use crate::end::End;
use crate::log::Log;
use crate::order::Order;
use crate::question::Call;
use crate::staged::Staged;

/// Largest recording that is read, bytes of JSON.
const MAX_BYTES: usize = 64 << 20;

/// A run, written down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    pub format: u32,
    /// The plugin's key.
    pub plugin: String,
    pub version: String,
    pub order: Order,
    pub calls: Vec<Call>,
    pub outcome: Result<String, End>,
    #[serde(default)]
    pub staged: Staged,
    #[serde(default)]
    pub log: Log,
}

/// Why a recording cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    #[error("the recording is larger than {MAX_BYTES} bytes")]
    TooLarge,
    #[error("this is no recording: {0}")]
    Malformed(#[from] serde_json::Error),
    #[error("the recording has format {0}, this host reads {expected}", expected = Recording::FORMAT)]
    Format(u32),
}

impl Recording {
    pub const FORMAT: u32 = 1;

    /// Reads one.
    pub fn parse(json: &[u8]) -> Result<Recording, RecordingError> {
        if json.len() > MAX_BYTES {
            return Err(RecordingError::TooLarge);
        }
        let recording: Recording = serde_json::from_slice(json)?;
        if recording.format != Recording::FORMAT {
            return Err(RecordingError::Format(recording.format));
        }
        Ok(recording)
    }

    /// As JSON, the same bytes for the same run.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).unwrap_or_default()
    }
}
