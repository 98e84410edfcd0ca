use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use schemas::ErrorCode;

use super::AuthProblem;
use crate::edge::client_address;
use crate::live::Node;
use crate::store::identity::{self, Account, Identity};

/// A person by their bearer token, wherever they work; also if they work nowhere yet, or still owe a second factor.
pub struct Signed(pub Account);

/// A person who works in an organization, with all that it asks for.
pub struct Member(pub Identity);

impl FromRequestParts<Arc<Node>> for Signed {
    type Rejection = AuthProblem;

    async fn from_request_parts(parts: &mut Parts, node: &Arc<Node>) -> Result<Self, AuthProblem> {
        let token = bearer(parts)?;
        if token.starts_with("d.") {
            identity::resolve(&node.store, token, None).await?;
            return Err(no_account());
        }
        Ok(Self(identity::account(&node.store, token).await?))
    }
}

impl FromRequestParts<Arc<Node>> for Member {
    type Rejection = AuthProblem;

    async fn from_request_parts(parts: &mut Parts, node: &Arc<Node>) -> Result<Self, AuthProblem> {
        let identity = identity::resolve(&node.store, bearer(parts)?, client_address::of(&parts.headers)).await?;
        if identity.login.is_some() { Ok(Self(identity)) } else { Err(no_account()) }
    }
}

fn no_account() -> AuthProblem {
    AuthProblem::new(StatusCode::FORBIDDEN, ErrorCode::Forbidden, "no_authorization", "a device has no account")
}

fn bearer(parts: &Parts) -> Result<&str, AuthProblem> {
    parts
        .headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("bearer ")))
        .ok_or_else(|| {
            let message = "Authorization: Bearer is missing";
            AuthProblem::new(StatusCode::UNAUTHORIZED, ErrorCode::InvalidToken, "no_authorization", message)
        })
}
