use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::{Extension, RequestPartsExt};
use schemas::ErrorCode;

use super::mail::{Onwards, redirect};
use super::{AuthProblem, Settings};
use crate::edge::limits::{Guesses, Mails};
use crate::live::Node;

/// A request of somebody whom nothing names yet: counted by where it comes from before anything in it is looked at.
pub(super) struct Unsigned {
    pub(super) node: Arc<Node>,
    pub(super) settings: Arc<Settings>,
    /// Where the person goes on, if that is a place of ours.
    pub(super) redirect_to: Option<String>,
    mails: Mails,
}

impl FromRequestParts<Arc<Node>> for Unsigned {
    type Rejection = AuthProblem;

    async fn from_request_parts(parts: &mut Parts, node: &Arc<Node>) -> Result<Self, AuthProblem> {
        const WIRED: &str = "the router gives every request its address, limits and settings";
        let ConnectInfo(from) = parts.extract::<ConnectInfo<SocketAddr>>().await.expect(WIRED);
        let Extension(guesses) = parts.extract::<Extension<Guesses>>().await.expect(WIRED);
        guesses.admit(from)?;
        let Extension(mails) = parts.extract::<Extension<Mails>>().await.expect(WIRED);
        let Extension(settings) = parts.extract::<Extension<Arc<Settings>>>().await.expect(WIRED);
        let redirect_to = redirect(&settings, parts.extract::<Query<Onwards>>().await);
        Ok(Self { node: Arc::clone(node), settings, redirect_to, mails })
    }
}

impl Unsigned {
    /// Lets one more mail to this address through, or not.
    ///
    /// # Errors
    /// 429 `over_email_send_rate_limit`.
    pub(super) fn admit_mail(&self, email: &str) -> Result<(), AuthProblem> {
        if self.mails.admit(self.node.store.keyring.master().blind_index(email)) {
            return Ok(());
        }
        let message = "too many mails to this address; wait a minute";
        let (status, code) = (StatusCode::TOO_MANY_REQUESTS, ErrorCode::RateLimited);
        Err(AuthProblem::new(status, code, "over_email_send_rate_limit", message))
    }
}
