use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Stable code of an error: the request could not be judged at all. Compare with
/// [`RefusalCode`], where a rule said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The bytes are not a frame: bad MessagePack, JSON or UTF-8, a wrong type, an unknown field.
    MalformedFrame,
    /// Larger than the limits in `welcome`. The socket is closed.
    FrameTooLarge,
    /// Frames nested deeper than the limit.
    NestedTooDeep,
    /// A frame other than `hello` or `ping` before `hello`, or a frame that makes no sense now.
    OutOfOrder,
    /// No such topic, or none that this principal may know about.
    UnknownTopic,
    /// A table that the topic does not have.
    UnknownTable,
    /// No token, or one that this hub did not issue.
    InvalidToken,
    /// The token was good once.
    TokenExpired,
    /// The device, session or membership was revoked.
    Revoked,
    /// The principal may not do this.
    Forbidden,
    /// A value is outside its bounds; the message names the field.
    InvalidArgument,
    /// The command id was used for another command.
    CommandIdReused,
    /// Too many at once; try again after a moment.
    Busy,
    /// Too many attempts; try again later.
    RateLimited,
    /// The database cannot be reached; nothing is lost, try again.
    Unavailable,
    /// The hub is shutting down; connect again.
    Draining,
    /// The client did not answer heartbeats.
    HeartbeatMissed,
    /// Not found (HTTP).
    NotFound,
    /// The request contradicts what is stored (HTTP).
    Conflict,
    /// A fault of the hub; it is in its log under the request's id.
    Internal,
}

impl ErrorCode {
    /// The same request may succeed later without being changed.
    pub fn retryable(self) -> bool {
        matches!(self, Self::Busy | Self::RateLimited | Self::Unavailable | Self::Draining | Self::HeartbeatMissed)
    }

    /// The code as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MalformedFrame => "malformed_frame",
            Self::FrameTooLarge => "frame_too_large",
            Self::NestedTooDeep => "nested_too_deep",
            Self::OutOfOrder => "out_of_order",
            Self::UnknownTopic => "unknown_topic",
            Self::UnknownTable => "unknown_table",
            Self::InvalidToken => "invalid_token",
            Self::TokenExpired => "token_expired",
            Self::Revoked => "revoked",
            Self::Forbidden => "forbidden",
            Self::InvalidArgument => "invalid_argument",
            Self::CommandIdReused => "command_id_reused",
            Self::Busy => "busy",
            Self::RateLimited => "rate_limited",
            Self::Unavailable => "unavailable",
            Self::Draining => "draining",
            Self::HeartbeatMissed => "heartbeat_missed",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::Internal => "internal",
        }
    }
}

/// A rule said no to a command. A value, never an `Err`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Refusal {
    /// Which rule.
    pub code: RefusalCode,
    /// The rule in words, for the person who asked.
    pub message: String,
    /// What the caller should have expected: for `stale_revision`, the run's revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_revision: Option<u64>,
}

impl Refusal {
    /// A refusal in words.
    pub fn new(code: RefusalCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), current_revision: None }
    }
}

/// Stable code of a rule that can refuse a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// Somebody else moved the run first; `current_revision` says where it is.
    StaleRevision,
    /// A run is live already.
    AlreadyRunning,
    /// No run is live.
    NotRunning,
    /// The run is not held.
    NotHeld,
    /// The run is held already.
    AlreadyHeld,
    /// The event's rundown has no cue to start.
    EmptyRundown,
    /// No such cue, or one that cannot be the target of this verb.
    BadCue,
    /// There is no step left to undo.
    NothingToUndo,
    /// No such row in this event.
    NotFound,
    /// The scan was not accepted, so there is nothing to take back.
    NotAccepted,
    /// More than 15 minutes have passed, or it was scanned again since.
    TooLate,
    /// The alert or message has been dealt with already.
    AlreadyClosed,
    /// The event does not take this now (cancelled, ended, a draft).
    EventClosed,
}
