//! The wire contract: everything that crosses `/v1/live`, and nothing else.
//!
//! A client sends [`ClientFrame`]s and receives [`ServerFrame`]s, one frame per WebSocket
//! message, as MessagePack (subprotocol `hub.v1.msgpack`) or JSON (`hub.v1.json`); see
//! [`Encoding`]. Instants are **milliseconds since the Unix epoch, UTC** (`i64`, named `*_ms` or
//! `at`), never local times.
//!
//! `generated/` holds the JSON Schema and the TypeScript of these types, `vectors/` golden frames
//! that every SDK decodes; both are written by `cargo run -p schemas --bin generate` and diffed by
//! a test.

mod command;
mod encoding;
mod error;
mod frame;
pub mod generated;
mod outcome;
mod query;
mod show;
mod topic;

pub use command::{Command, CueVerb, Direction, Severity};
pub use encoding::{DecodeError, Encoding, MAX_FRAME_BYTES, MAX_NESTING};
pub use error::{ErrorCode, Refusal, RefusalCode};
pub use frame::{
    About, Change, ClientFrame, ClientInfo, Commit, Limits, Op, PresenceMember, Principal, PrincipalKind, Row,
    ServerFrame, SnapshotReason, WriterKind,
};
pub use outcome::{Attention, Done, EarlierScan, GuestCard, Outcome, Verdict, VerdictKind};
pub use query::{Answer, GuestHit, Query};
pub use show::{DeviceProfile, RunKind, RunStatus};
pub use topic::{Cursor, Topic, TopicKind, TopicParseError};
