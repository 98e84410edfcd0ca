use std::sync::Arc;

use schemas::{Answer, Command, ErrorCode, Outcome, Principal, Query, Topic};
use tokio::sync::{mpsc, oneshot, watch};
use uuid::Uuid;

use crate::clock::HubClock;
use crate::session::Request;
use crate::{HubBuilder, HubError, JoinOptions, Room};

/// How the connection stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    /// Being made; `attempt` counts from 1 since it was last live.
    Connecting {
        /// Which attempt.
        attempt: u32,
    },
    /// The hub has said welcome and was heard from within three heartbeats.
    Live {
        /// This connection.
        session_id: Uuid,
        /// Who the hub thinks is here.
        principal: Arc<Principal>,
    },
    /// Lost; it will be tried again by itself.
    Offline {
        /// The attempts that failed since it was last live.
        attempt: u32,
        /// Why.
        why: HubError,
    },
    /// The hub does not take the token; [`Hub::set_token`] starts anew.
    Denied {
        /// `invalid_token`, `token_expired` or `revoked`.
        code: ErrorCode,
        /// The hub's words.
        message: String,
    },
    /// Closed by this program.
    Closed,
}

/// What became of a command.
#[derive(Debug, Clone, PartialEq)]
pub struct OutcomeAck {
    /// The command.
    pub command_id: Uuid,
    /// The commit that holds it, in the command's topic; `None` when it changed nothing there.
    pub seq: Option<u64>,
    /// Applied, or refused by a rule.
    pub outcome: Outcome,
    /// The command had been decided before; this is the stored outcome.
    pub duplicate: bool,
}

/// A connection to the hub that heals itself. Clones are handles of the same connection; it ends
/// with the last of them and of its rooms.
#[derive(Debug, Clone)]
pub struct Hub {
    requests: mpsc::UnboundedSender<Request>,
    status: watch::Receiver<Status>,
    clock: Arc<HubClock>,
}

impl Hub {
    /// The address of the hub: `http://host:port` (or `ws`).
    pub fn builder(url: impl Into<String>) -> HubBuilder {
        HubBuilder::new(url.into())
    }

    pub(crate) fn new(
        requests: mpsc::UnboundedSender<Request>,
        status: watch::Receiver<Status>,
        clock: Arc<HubClock>,
    ) -> Self {
        Self { requests, status, clock }
    }

    /// How the connection stands, and a way to wait until that changes.
    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.clone()
    }

    /// The hub's time, ms since the epoch: this machine's clock corrected by the quickest heartbeats.
    pub fn server_now_ms(&self) -> i64 {
        self.clock.hub_ms()
    }

    /// The quickest of the last heartbeats, there and back, ms; `None` before the first.
    pub fn rtt_ms(&self) -> Option<i64> {
        self.clock.rtt_ms()
    }

    /// A fresher token of the same principal, for this connection and the next.
    pub fn set_token(&self, token: impl Into<String>) {
        self.request(Request::Token(token.into()));
    }

    /// Subscribes to a topic and waits until its state is there.
    ///
    /// # Errors
    /// [`HubError::Rejected`] when the hub refuses it, [`HubError::AlreadyJoined`], [`HubError::Denied`] and
    /// [`HubError::Closed`].
    pub async fn join(&self, topic: Topic, options: JoinOptions) -> Result<Room, HubError> {
        let cell = self.ask(|reply| Request::Join { topic, options, reply }).await?;
        Ok(Room::new(self.clone(), cell))
    }

    /// As [`Room::send`], in a topic that need not be joined.
    ///
    /// # Errors
    /// As [`Room::send`].
    pub async fn send(&self, topic: Topic, command: Command) -> Result<OutcomeAck, HubError> {
        self.send_as(Uuid::now_v7(), topic, command).await
    }

    /// As [`Room::send_as`], in a topic that need not be joined.
    ///
    /// # Errors
    /// As [`Room::send_as`].
    pub async fn send_as(&self, command_id: Uuid, topic: Topic, command: Command) -> Result<OutcomeAck, HubError> {
        self.ask(|reply| Request::Command { command_id, topic, command, reply }).await
    }

    /// As [`Room::query`], in a topic that need not be joined.
    ///
    /// # Errors
    /// As [`Room::query`].
    pub async fn query(&self, topic: Topic, query: Query) -> Result<Answer, HubError> {
        self.ask(|reply| Request::Query { topic, query, reply }).await
    }

    /// Ends the connection; everything that waits for it fails with [`HubError::Closed`].
    pub async fn close(self) {
        self.request(Request::Close);
        let mut status = self.status;
        // An error means that the connection's task is gone, which is what is waited for.
        status.wait_for(|status| *status == Status::Closed).await.ok();
    }

    /// A connection that was closed needs no requests.
    pub(crate) fn request(&self, request: Request) {
        self.requests.send(request).ok();
    }

    async fn ask<T>(
        &self,
        request: impl FnOnce(oneshot::Sender<Result<T, HubError>>) -> Request,
    ) -> Result<T, HubError> {
        let (reply, answer) = oneshot::channel();
        self.request(request(reply));
        answer.await.unwrap_or(Err(HubError::Closed))
    }
}
