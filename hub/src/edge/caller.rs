use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use schemas::ErrorCode;

use super::client_address;
use super::problem::Problem;
use crate::live::Node;
use crate::store::identity::{self, Identity};

/// Who sent the request, by its bearer token.
pub struct Caller(pub Arc<Identity>);

impl FromRequestParts<Arc<Node>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, node: &Arc<Node>) -> Result<Self, Problem> {
        let token = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("bearer ")))
            .ok_or_else(|| Problem::of(ErrorCode::InvalidToken, "Authorization: Bearer is missing"))?;
        Ok(Self(Arc::new(identity::resolve(&node.store, token, client_address::of(&parts.headers)).await?)))
    }
}

impl Caller {
    /// The caller, if they prepare events: owner, admin or producer.
    ///
    /// # Errors
    /// 403 `forbidden`.
    pub fn prepares_events(&self) -> Result<&Identity, Problem> {
        if self.0.prepares_events() {
            Ok(&self.0)
        } else {
            Err(Problem::of(ErrorCode::Forbidden, "only owners, admins and producers may do this"))
        }
    }

    /// The caller, if they run the organization: owner or admin, signed in as a person.
    ///
    /// # Errors
    /// 403 `forbidden`.
    pub fn administers(&self) -> Result<&Identity, Problem> {
        if self.0.administers() {
            Ok(&self.0)
        } else {
            Err(Problem::of(ErrorCode::Forbidden, "only owners and admins may do this"))
        }
    }
}
