use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use dashmap::DashMap;
use schemas::Topic;
use tokio::sync::{Notify, mpsc, oneshot};
use uuid::Uuid;

use super::desk::Desk;
use super::member::Member;
use crate::live::Node;

/// Messages that may wait at a desk. Past it, sockets are not read for a moment.
const MAILBOX: usize = 1_024;

/// The documents that are open on this node.
pub struct Documents {
    /// This node, as the log knows it.
    pub node_id: Uuid,
    desks: DashMap<Uuid, Open>,
}

impl Default for Documents {
    fn default() -> Self {
        Self { node_id: Uuid::now_v7(), desks: DashMap::new() }
    }
}

struct Open {
    mailbox: mpsc::Sender<Ask>,
    bells: Arc<Bells>,
}

/// What may ring at a desk.
#[derive(Default)]
pub(super) struct Bells {
    /// One of the others rang.
    pub(super) rung: Notify,
    /// The log has grown: to where.
    pub(super) log: AtomicU64,
    /// The journal of its topic has grown: to where.
    pub(super) journal: AtomicU64,
    /// Which topic; known when the document is.
    pub(super) topic: std::sync::OnceLock<Topic>,
}

/// What is asked of a desk.
pub(super) enum Ask {
    /// Somebody sits down.
    Join(Member, oneshot::Sender<Result<(), Unopened>>),
    /// And leaves.
    Leave(u64),
    /// What somebody has; they want the rest.
    Step1(u64, Bytes),
    /// What somebody changed.
    Update(u64, Bytes, UpdateKind),
    /// What somebody shows of themselves.
    Awareness(u64, Bytes),
    /// What do all show?
    QueryAwareness(u64),
    /// Somebody's rights as they are now.
    Rights(u64, Standing),
}

/// What somebody may do with the document now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) read_only: bool,
    pub(super) supervises: bool,
}

/// How an update came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UpdateKind {
    /// Everything that the hub lacked.
    Step2,
    /// One change.
    Change,
}

/// Why a document could not be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unopened {
    /// There is no such list.
    #[error("there is no such document")]
    NotThere,
    /// Not now.
    #[error("the document cannot be opened now; try again")]
    NotNow,
}

impl Documents {
    /// Sits somebody down at a document, opening it if needed. Where to send what they say.
    pub(super) async fn join(
        &self,
        node: &Arc<Node>,
        organization_id: Uuid,
        document: Uuid,
        mut member: impl FnMut() -> Member,
    ) -> Result<mpsc::Sender<Ask>, Unopened> {
        // A desk that was cleared away between the look-up and the sitting down is opened again.
        for _ in 0..3 {
            let mailbox = self.desk(node, organization_id, document);
            let (answer, answered) = oneshot::channel();
            if mailbox.send(Ask::Join(member(), answer)).await.is_err() {
                continue;
            }
            match answered.await {
                Ok(Ok(())) => return Ok(mailbox),
                Ok(Err(unopened)) => return Err(unopened),
                Err(_) => {}
            }
        }
        Err(Unopened::NotNow)
    }

    /// The log of a document has grown.
    pub fn ring(&self, document: Uuid, head: u64) {
        if let Some(open) = self.desks.get(&document) {
            open.bells.log.fetch_max(head, Ordering::Relaxed);
            open.bells.rung.notify_one();
        }
    }

    /// The journal of a topic has grown.
    pub fn ring_topic(&self, topic: Topic, seq: u64) {
        for open in &self.desks {
            if open.bells.topic.get() == Some(&topic) {
                open.bells.journal.fetch_max(seq, Ordering::Relaxed);
                open.bells.rung.notify_one();
            }
        }
    }

    /// The doorbell was out of order: every desk looks.
    pub fn ring_all(&self) {
        for open in &self.desks {
            open.bells.log.store(u64::MAX, Ordering::Relaxed);
            open.bells.journal.store(u64::MAX, Ordering::Relaxed);
            open.bells.rung.notify_one();
        }
    }

    /// A desk is cleared away.
    pub(super) fn forget(&self, document: Uuid, bells: &Arc<Bells>) {
        self.desks.remove_if(&document, |_, open| Arc::ptr_eq(&open.bells, bells));
    }

    fn desk(&self, node: &Arc<Node>, organization_id: Uuid, document: Uuid) -> mpsc::Sender<Ask> {
        let mut open = self.desks.entry(document).or_insert_with(|| begin(node, organization_id, document));
        if open.mailbox.is_closed() {
            *open = begin(node, organization_id, document);
        }
        open.mailbox.clone()
    }
}

fn begin(node: &Arc<Node>, organization_id: Uuid, document: Uuid) -> Open {
    let (mailbox, asked) = mpsc::channel(MAILBOX);
    let bells = Arc::new(Bells::default());
    tokio::spawn(Desk::serve(Arc::clone(node), organization_id, document, asked, Arc::clone(&bells)));
    Open { mailbox, bells }
}
