//! What a run asks of the world, and what it hears. Every call whose answer is not decided by the run itself goes through
//! here: this is what a recording holds, and all that a replay needs.

use serde::{Deserialize, Serialize};

use crate::contract::{Fault, File, HttpError};
use crate::recorded::{Octets, RecordedRequest, RecordedResponse};

/// A call of the hub.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Question {
    Send { request: Box<RecordedRequest> },
    NotDone { key: String },
    Select { query: String },
    KvGet { key: String },
    KvKeys { prefix: String, after: Option<String>, limit: u32 },
    File { file: String },
    FileBytes { file: String, offset: u64, length: u32 },
    FileAddress { file: String, seconds: u32 },
    Progress { done: u64, total: Option<u64>, note: String },
}

/// What it answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Response(RecordedResponse),
    NoResponse(HttpError),
    Done,
    Text(String),
    Value(Option<Octets>),
    Keys(Vec<String>),
    File(File),
    Refused(Fault),
    Go(bool),
}

/// One of each, in the order of the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    #[serde(flatten)]
    pub question: Question,
    pub answer: Answer,
}
