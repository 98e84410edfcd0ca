use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use schemas::ErrorCode;
use serde_json::json;

use crate::edge::problem::Problem;
use crate::store::StoreError;
use crate::store::identity::IdentityError;
use crate::store::logins::LoginError;

/// An error of the auth routes, in both spellings: the hub's own, and GoTrue's `{"code", "error_code", "msg"}` with its
/// statuses and words.
#[derive(Debug, Clone)]
pub struct AuthProblem {
    own: (StatusCode, ErrorCode),
    theirs: (StatusCode, &'static str),
    message: String,
    /// Of a weak password, why.
    reasons: &'static [&'static str],
}

impl AuthProblem {
    /// An error with the same status in both spellings.
    pub fn new(status: StatusCode, code: ErrorCode, word: &'static str, message: impl Into<String>) -> Self {
        Self { own: (status, code), theirs: (status, word), message: message.into(), reasons: &[] }
    }

    /// A value that cannot be: 400.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::InvalidArgument, "validation_failed", message)
    }

    /// A password that is too easy to guess.
    pub fn weak_password(message: impl Into<String>, reasons: &'static [&'static str]) -> Self {
        let (status, code) = (StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::InvalidArgument);
        Self { reasons, ..Self::new(status, code, "weak_password", message) }
    }

    fn spelt_theirs(&self) -> Response {
        let (status, word) = self.theirs;
        let mut body = json!({ "code": status.as_u16(), "error_code": word, "msg": self.message });
        if !self.reasons.is_empty() {
            body["weak_password"] = json!({ "reasons": self.reasons, "message": self.message });
        }
        (status, Json(body)).into_response()
    }
}

impl IntoResponse for AuthProblem {
    fn into_response(self) -> Response {
        let (status, code) = self.own;
        let mut response = Problem::new(status, code, self.message.clone()).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Spells errors as GoTrue does for whoever says that they speak its dialect, as every Supabase client does.
pub async fn spell(request: Request, next: Next) -> Response {
    let dialect = speaks_dialect(request.headers());
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<AuthProblem>() {
        Some(problem) if dialect => problem.spelt_theirs(),
        _ => response,
    }
}

/// A Supabase client, by the headers that they all send.
pub fn speaks_dialect(headers: &HeaderMap) -> bool {
    headers.contains_key("apikey") || headers.contains_key("x-supabase-api-version")
}

impl From<Problem> for AuthProblem {
    fn from(problem: Problem) -> Self {
        let (status, code, message) = problem.parts();
        let word = match code {
            ErrorCode::RateLimited => "over_request_rate_limit",
            ErrorCode::InvalidArgument => "validation_failed",
            ErrorCode::InvalidToken | ErrorCode::TokenExpired => "bad_jwt",
            ErrorCode::Revoked => "session_not_found",
            ErrorCode::Forbidden => "no_authorization",
            ErrorCode::Conflict => "conflict",
            _ => "unexpected_failure",
        };
        Self::new(status, code, word, message)
    }
}

impl From<StoreError> for AuthProblem {
    fn from(error: StoreError) -> Self {
        Problem::from(error).into()
    }
}

impl From<IdentityError> for AuthProblem {
    fn from(error: IdentityError) -> Self {
        let theirs = match &error {
            IdentityError::Invalid | IdentityError::Expired => (StatusCode::FORBIDDEN, "bad_jwt"),
            IdentityError::Revoked => (StatusCode::FORBIDDEN, "session_not_found"),
            IdentityError::NoOrganization => (StatusCode::FORBIDDEN, "no_authorization"),
            IdentityError::SecondFactor => (StatusCode::UNAUTHORIZED, "insufficient_aal"),
            IdentityError::Store(_) => return Problem::from(error).into(),
        };
        Self { theirs, ..Problem::from(error).into() }
    }
}

impl From<LoginError> for AuthProblem {
    fn from(error: LoginError) -> Self {
        let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
        let theirs = match &error {
            LoginError::Credentials => (StatusCode::BAD_REQUEST, "invalid_credentials"),
            LoginError::Locked | LoginError::FactorLocked => (StatusCode::TOO_MANY_REQUESTS, "over_request_rate_limit"),
            LoginError::NoOrganization => (StatusCode::FORBIDDEN, "no_authorization"),
            LoginError::RefreshToken => (StatusCode::BAD_REQUEST, "refresh_token_not_found"),
            LoginError::RefreshTokenUsed => (StatusCode::BAD_REQUEST, "refresh_token_already_used"),
            LoginError::Code => (StatusCode::FORBIDDEN, "otp_expired"),
            LoginError::ExchangeCode => (StatusCode::NOT_FOUND, "flow_state_not_found"),
            LoginError::Verifier => (StatusCode::BAD_REQUEST, "bad_code_verifier"),
            LoginError::SecondFactor => (StatusCode::UNAUTHORIZED, "insufficient_aal"),
            LoginError::NotFresh => (StatusCode::BAD_REQUEST, "reauthentication_needed"),
            LoginError::SamePassword => (unprocessable, "same_password"),
            LoginError::IdentityTaken => (unprocessable, "identity_already_exists"),
            LoginError::IdentityUnknown => (StatusCode::BAD_REQUEST, "identity_not_found"),
            LoginError::LastWayIn => (unprocessable, "single_identity_not_deletable"),
            LoginError::FactorUnknown => (StatusCode::NOT_FOUND, "mfa_factor_not_found"),
            LoginError::FactorName => (unprocessable, "mfa_factor_name_conflict"),
            LoginError::FactorCount => (unprocessable, "too_many_enrolled_mfa_factors"),
            LoginError::ChallengeExpired => (unprocessable, "mfa_challenge_expired"),
            LoginError::FactorCode => (unprocessable, "mfa_verification_failed"),
            LoginError::InvitationUnknown => (StatusCode::NOT_FOUND, "invite_not_found"),
            LoginError::InvitationForAnother => (StatusCode::FORBIDDEN, "invite_not_found"),
            LoginError::Store(_) => return Problem::from(error).into(),
        };
        Self { theirs, ..Problem::from(error).into() }
    }
}
