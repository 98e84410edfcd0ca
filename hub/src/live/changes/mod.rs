//! Changes of a whole organization, for those who name tables and not topics. A feed follows the journal; who sees what is
//! asked once a class of subscribers, and written once for all who ask the same.

mod class;
mod feed;
mod follow;
mod judge;
mod plan;

use std::sync::Arc;

use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use tokio::sync::{Notify, mpsc};
use uuid::Uuid;

pub use follow::{Follow, FollowError, Followed, Follower, Greeting};
pub use plan::PlanKey;

use super::node::Node;
use super::outbox::SubscriptionId;
use feed::{Feed, FeedMessage};

/// Who waits for a feed's attention at once.
const MAILBOX: usize = 4096;

/// The feeds that are open on this node, by organization.
#[derive(Default)]
pub struct Feeds {
    open: DashMap<Uuid, Handle>,
}

#[derive(Clone)]
struct Handle {
    rung: Arc<Notify>,
    mailbox: mpsc::Sender<FeedMessage>,
}

impl Feeds {
    /// Follows the changes of an organization. What becomes of it is told through the follower and `Follow::done`.
    pub async fn follow(&self, node: &Arc<Node>, organization_id: Uuid, follow: Follow) {
        let mut message = FeedMessage::Follow(Box::new(follow));
        // A feed that ended itself between the look-up and the sending is opened again.
        loop {
            let handle = self.handle(node, organization_id);
            match handle.mailbox.send(message).await {
                Ok(()) => return,
                Err(back) => {
                    self.open.remove_if(&organization_id, |_, known| known.mailbox.is_closed());
                    message = back.0;
                }
            }
        }
    }

    /// Ends a subscription.
    pub async fn unfollow(&self, organization_id: Uuid, subscription: SubscriptionId) {
        let handle = self.open.get(&organization_id).map(|handle| handle.clone());
        if let Some(handle) = handle {
            let _ = handle.mailbox.send(FeedMessage::Unfollow(subscription)).await;
        }
    }

    /// Something was committed in an organization.
    pub fn ring(&self, organization_id: Uuid) {
        if let Some(handle) = self.open.get(&organization_id) {
            handle.rung.notify_one();
        }
    }

    /// Something may have been committed anywhere.
    pub fn ring_all(&self) {
        for handle in &self.open {
            handle.rung.notify_one();
        }
    }

    fn handle(&self, node: &Arc<Node>, organization_id: Uuid) -> Handle {
        match self.open.entry(organization_id) {
            Entry::Occupied(handle) if !handle.get().mailbox.is_closed() => handle.get().clone(),
            entry => {
                let (mailbox, messages) = mpsc::channel(MAILBOX);
                let handle = Handle { rung: Arc::new(Notify::new()), mailbox };
                tokio::spawn(Feed::new(Arc::clone(node), organization_id).run(messages, Arc::clone(&handle.rung)));
                entry.insert(handle.clone());
                handle
            }
        }
    }
}
