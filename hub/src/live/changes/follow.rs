use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::oneshot;

use super::class::MOST_ROWS;
use super::plan::PlanKey;
use crate::live::outbox::{Outbox, SubscriptionId};
use crate::store::changes::Bound;
use crate::store::identity::Identity;

/// Somebody wants to hear of changes.
pub struct Follow {
    /// Who.
    pub identity: Arc<Identity>,
    /// What they share with others.
    pub key: PlanKey,
    /// Of what.
    pub bound: Vec<Arc<Bound>>,
    /// What they have seen already; nothing if none.
    pub since: Option<String>,
    /// Where to.
    pub follower: Follower,
    /// What became of it, after the first frames were handed over.
    pub done: oneshot::Sender<Result<Followed, FollowError>>,
}

/// Makes frames out of how a subscription begins, and its cursor.
pub type Greeting = Box<dyn FnOnce(Followed, &str) -> Vec<Bytes> + Send>;

/// Where changes go.
pub struct Follower {
    /// The open subscription.
    pub subscription: SubscriptionId,
    /// The socket.
    pub outbox: Arc<Outbox>,
    /// They are told how far they have come.
    pub cursors: bool,
    /// Makes the frames that come first, once it is known how the subscription begins and at which cursor.
    pub greeting: Greeting,
}

/// How a subscription begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Followed {
    /// With what comes next.
    Fresh,
    /// With everything after the cursor.
    Resumed,
    /// With what comes next; what was missed cannot be told.
    Resync,
}

/// Why somebody cannot hear of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FollowError {
    /// More rows are in their sight than the hub keeps track of.
    #[error("more than {MOST_ROWS} rows of a table are in sight: subscribe to what you need by broadcast, or read it")]
    TooManyRows,
    /// The database cannot be reached.
    #[error("the database is not available; try again")]
    Unavailable,
}

impl FollowError {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::TooManyRows => "too_many_rows",
            Self::Unavailable => "unavailable",
        }
    }
}
