use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::realtime::{Incoming, TOKEN};
use serde_json::{Value, json};

use super::answers::{FORBIDDEN, Refusal, UNAUTHORIZED};
use super::socket::Connection;
use crate::clock;
use crate::live::rights_watch::RightsWatch;
use crate::store::access;
use crate::store::identity::{self, Identity, IdentityError};

/// How long until rights are asked again when the database was away.
const AGAIN: Duration = Duration::from_millis(250);

impl Connection {
    /// A new access token on an open channel.
    pub(super) async fn access_token(&mut self, incoming: &Incoming) {
        match Self::object(incoming).get("access_token") {
            Some(Value::String(token)) if token.len() <= TOKEN => {
                let token = token.clone();
                match self.sign_in(&token).await {
                    Ok(()) => self.answer(incoming, Ok(json!({}))),
                    Err(refusal) => {
                        let reason = refusal.reason;
                        self.end_topic(&incoming.topic, UNAUTHORIZED, &reason).await;
                    }
                }
            }
            // Signed out.
            None | Some(Value::Null) => self.forget(UNAUTHORIZED, "signed out").await,
            Some(_) => {
                let refusal = Refusal::new("invalid_token", "access_token is a text of at most 8 KiB");
                self.answer(incoming, Err(&refusal));
            }
        }
    }

    /// Believes a token. Somebody else's ends what the one before had joined.
    pub(super) async fn sign_in(&mut self, token: &str) -> Result<(), Refusal> {
        if self.identity.is_some() && self.token.as_deref() == Some(token) {
            return Ok(());
        }
        let found = identity::resolve(&self.node.store, token, None).await.map_err(|error| refused(&error))?;
        if let Some(before) = self.identity.clone() {
            let (a, b) = (&before.principal, &found.principal);
            if (a.kind, a.id, a.organization_id) != (b.kind, b.id, b.organization_id) {
                self.forget(UNAUTHORIZED, "signed in as somebody else").await;
            } else if before.role() != found.role() {
                self.end_all(UNAUTHORIZED, "your role has changed").await;
            }
        }
        if self.watch.is_none() {
            self.watch = Some(RightsWatch::new(&self.node, &found, Arc::clone(&self.signal)));
        }
        // What was taken away before anybody watched was told to nobody: look once more.
        let found = match identity::refresh(&self.node.store, &found).await {
            Ok(found) => found,
            Err(error) => {
                let refusal = refused(&error);
                if self.channels.is_empty() {
                    self.forget(UNAUTHORIZED, &refusal.reason).await;
                }
                return Err(refusal);
            }
        };
        self.deadline = found.expires_at.map(deadline);
        self.token = Some(token.to_owned());
        self.identity = Some(Arc::new(found));
        Ok(())
    }

    /// Rights may have changed: what is lost ends at once.
    pub(super) async fn recheck(&mut self) {
        let Some(before) = self.identity.clone() else { return };
        let now = match identity::refresh(&self.node.store, &before).await {
            Ok(now) => Arc::new(now),
            Err(error) if error.code().retryable() => return self.recheck_later(),
            Err(error) => return self.forget(UNAUTHORIZED, &error.to_string()).await,
        };
        if now.role() != before.role() {
            self.end_all(UNAUTHORIZED, "your role has changed").await;
        }
        self.identity = Some(Arc::clone(&now));
        let lost = self.private_channels_lost(&now).await;
        for topic in lost {
            self.end_topic(&topic, FORBIDDEN, "the right to this channel was taken away").await;
        }
    }

    async fn private_channels_lost(&self, identity: &Identity) -> Vec<String> {
        let mut lost = Vec::new();
        for channel in self.channels.values().filter(|channel| channel.name.private) {
            let Some(about) = channel.name.about() else { continue };
            match access::admit(&self.node.store, identity, about).await {
                Ok(Some(_)) => {}
                Ok(None) => lost.push(channel.topic.clone()),
                Err(_) => self.recheck_later(),
            }
        }
        lost
    }

    /// The token has ended, and nobody brought another.
    pub(super) async fn expire(&mut self) {
        self.forget(UNAUTHORIZED, "the token has expired").await;
    }

    /// Nobody is there any more: every channel ends, and may be joined again with a token.
    async fn forget(&mut self, code: u16, reason: &str) {
        self.end_all(code, reason).await;
        self.identity = None;
        self.token = None;
        self.watch = None;
        self.deadline = None;
    }

    fn recheck_later(&self) {
        let signal = Arc::clone(&self.signal);
        tokio::spawn(async move {
            tokio::time::sleep(AGAIN).await;
            signal.notify_one();
        });
    }
}

fn refused(error: &IdentityError) -> Refusal {
    let code = match error {
        IdentityError::Store(_) => "unavailable",
        IdentityError::Expired => "token_expired",
        _ => "unauthorized",
    };
    Refusal::new(code, error.to_string())
}

fn deadline(expires_at: i64) -> Instant {
    let left = u64::try_from(expires_at - clock::now_ms()).unwrap_or(0);
    Instant::now() + Duration::from_millis(left)
}
