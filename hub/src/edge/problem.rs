use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use schemas::ErrorCode;
use serde_json::json;

use crate::store::StoreError;
use crate::store::identity::IdentityError;
use crate::store::logins::LoginError;

/// An answer that is an error: `{"code", "message", "retryable"}` with a fitting status.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    code: ErrorCode,
    message: String,
}

impl Problem {
    /// An error with a status of its own.
    pub fn new(status: StatusCode, code: ErrorCode, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// An error with the usual status of its code.
    pub fn of(code: ErrorCode, message: impl Into<String>) -> Self {
        let status = match code {
            ErrorCode::InvalidToken | ErrorCode::TokenExpired | ErrorCode::Revoked => StatusCode::UNAUTHORIZED,
            ErrorCode::Forbidden => StatusCode::FORBIDDEN,
            ErrorCode::NotFound | ErrorCode::UnknownTopic | ErrorCode::UnknownTable => StatusCode::NOT_FOUND,
            ErrorCode::Conflict | ErrorCode::CommandIdReused => StatusCode::CONFLICT,
            ErrorCode::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::FrameTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            ErrorCode::Unavailable | ErrorCode::Draining | ErrorCode::Busy => StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        };
        Self::new(status, code, message)
    }

    /// Status, code and words, for another spelling.
    pub fn parts(self) -> (StatusCode, ErrorCode, String) {
        (self.status, self.code, self.message)
    }

    /// Not there, or not in the caller's sight.
    pub fn not_found(what: &str) -> Self {
        Self::of(ErrorCode::NotFound, format!("no such {what}"))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = json!({
            "code": self.code.as_str(), "message": self.message, "retryable": self.code.retryable(),
        });
        (self.status, Json(body)).into_response()
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => {
                tracing::warn!(%error, "a request met a database that is away");
                Self::of(ErrorCode::Unavailable, "the database is not available; try again")
            }
            StoreError::Constraint { name, message } if name.is_empty() => Self::of(ErrorCode::Conflict, message),
            StoreError::Constraint { name, message } => Self::of(ErrorCode::Conflict, format!("{message} ({name})")),
            StoreError::Invalid(message) => Self::of(ErrorCode::InvalidArgument, message),
            StoreError::Denied => Self::of(ErrorCode::Forbidden, "your role may not do this"),
            StoreError::Internal(_) => {
                tracing::error!(%error, "a request failed");
                Self::of(ErrorCode::Internal, "a fault of the hub; it is in its log under x-request-id")
            }
        }
    }
}

impl From<IdentityError> for Problem {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::Store(error) => error.into(),
            other => Self::of(other.code(), other.to_string()),
        }
    }
}

impl From<LoginError> for Problem {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::Store(error) => error.into(),
            other => Self::of(other.code(), other.to_string()),
        }
    }
}
