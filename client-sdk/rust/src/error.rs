use schemas::{ErrorCode, Topic};

/// Why something could not be done. [`HubError::code`] is stable; the text is for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HubError {
    /// The address is not one of a hub (`http` or `ws`, a host, no path; this crate carries no TLS).
    #[error("not the address of a hub: {0}")]
    BadUrl(String),
    /// Nobody answers there, or what answers is not a hub.
    #[error("the hub cannot be reached: {0}")]
    Unreachable(String),
    /// The hub does not take the token (any more). A fresh token makes the connection live again.
    #[error("access denied ({}): {message}", .code.as_str())]
    Denied {
        /// `invalid_token`, `token_expired` or `revoked`.
        code: ErrorCode,
        /// The hub's words.
        message: String,
    },
    /// The hub could not judge the request. A rule that said no is an outcome, not this.
    #[error("{message} ({})", .code.as_str())]
    Rejected {
        /// The hub's code.
        code: ErrorCode,
        /// The hub's words.
        message: String,
    },
    /// This connection has joined the topic already.
    #[error("{0} is joined already")]
    AlreadyJoined(Topic),
    /// A command with this id is waiting for its outcome already.
    #[error("command {0} is waiting for its outcome already")]
    AlreadySent(uuid::Uuid),
    /// The connection was closed by this program.
    #[error("the connection was closed")]
    Closed,
    /// The hub said something that is not in the contract.
    #[error("unexpected answer of the hub: {0}")]
    Protocol(String),
    /// An HTTP call failed.
    #[error("{message} ({code}, HTTP {status})")]
    Http {
        /// The HTTP status.
        status: u16,
        /// The hub's code.
        code: String,
        /// The hub's words.
        message: String,
        /// The same call may succeed later.
        retryable: bool,
    },
}

impl HubError {
    /// Stable name of what went wrong.
    pub fn code(&self) -> &str {
        match self {
            Self::BadUrl(_) => "bad_url",
            Self::Unreachable(_) => "unreachable",
            Self::Denied { code, .. } | Self::Rejected { code, .. } => code.as_str(),
            Self::AlreadyJoined(_) => "already_joined",
            Self::AlreadySent(_) => "already_sent",
            Self::Closed => "closed",
            Self::Protocol(_) => "protocol",
            Self::Http { code, .. } => code,
        }
    }

    /// The same request may succeed later without being changed.
    pub fn retryable(&self) -> bool {
        match self {
            Self::Unreachable(_) => true,
            Self::Rejected { code, .. } => code.retryable(),
            Self::Http { retryable, .. } => *retryable,
            Self::BadUrl(_)
            | Self::Denied { .. }
            | Self::AlreadyJoined(_)
            | Self::AlreadySent(_)
            | Self::Closed
            | Self::Protocol(_) => false,
        }
    }
}
