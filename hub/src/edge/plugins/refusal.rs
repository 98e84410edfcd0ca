use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::edge::problem::Problem;
use crate::live::plugins::{AccountError, Unusable};
use crate::store::plugins::PluginError;

/// An answer that is an error about plugins: `{"code", "message", "retryable"}`, with codes of their own.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    code: String,
    message: String,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into() }
    }

    pub(super) fn code(&self) -> &str {
        &self.code
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_argument", message)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let retryable = matches!(self.status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS);
        (self.status, Json(json!({ "code": self.code, "message": self.message, "retryable": retryable })))
            .into_response()
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        let (status, code, message) = problem.parts();
        Self { status, code: code.as_str().to_owned(), message }
    }
}

impl From<PluginError> for Refusal {
    fn from(error: PluginError) -> Self {
        let status = match error {
            PluginError::Store(error) => return Problem::from(error).into(),
            PluginError::NotFound(_) => StatusCode::NOT_FOUND,
            PluginError::Scopes(_) | PluginError::Refused(_) => StatusCode::BAD_REQUEST,
            PluginError::Quota(_) => StatusCode::TOO_MANY_REQUESTS,
            PluginError::OtherPublisher(_)
            | PluginError::VersionTaken(_)
            | PluginError::AlreadyInstalled
            | PluginError::LeaseLost
            | PluginError::NotNow(_)
            | PluginError::Sealed => StatusCode::CONFLICT,
        };
        Self::new(status, error.code(), error.to_string())
    }
}

impl From<Unusable> for Refusal {
    fn from(error: Unusable) -> Self {
        match error {
            Unusable::Store(error) => error.into(),
            other => Self::new(StatusCode::UNPROCESSABLE_ENTITY, other.code(), other.to_string()),
        }
    }
}

impl From<AccountError> for Refusal {
    fn from(error: AccountError) -> Self {
        let (status, code) = match error {
            AccountError::Store(error) => return error.into(),
            AccountError::NotPossible => (StatusCode::BAD_REQUEST, "account_not_possible"),
            AccountError::NoApplication => (StatusCode::CONFLICT, "oauth_application_missing"),
            AccountError::Forbidden => (StatusCode::FORBIDDEN, "forbidden"),
            AccountError::Vendor(_) => (StatusCode::BAD_GATEWAY, "vendor_refused"),
        };
        Self::new(status, code, error.to_string())
    }
}
