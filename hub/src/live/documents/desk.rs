use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use domain::documents::{Awareness, Document, Reply};
use domain::shot_list::{Link, Sheet};
use schemas::Topic;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::commit::Flight;
use super::followed::Looked;
use super::member::{Member, code};
use super::memory::{self, Memory};
use super::registry::{Ask, Bells};
use crate::live::Node;
use crate::store::documents::{self, Edit, LogEntry};
use crate::store::journal;

/// How often the rows follow the document, while it is being changed.
pub(super) const PROJECT_EVERY: Duration = Duration::from_millis(40);
/// Messages that are taken at once.
const TURN: usize = 256;
/// Bytes of updates that wait for their commit; past it, no more are taken.
const PENDING: usize = 16 * 1024 * 1024;
/// A document that nobody has open is kept in memory for so long.
const IDLE: Duration = Duration::from_secs(10);
/// Clients hang up when they hear nothing for 30 s.
const HEARTBEAT: Duration = Duration::from_secs(12);
/// The doorbell rings for 90 s after it was asked for.
const RENEW: Duration = Duration::from_secs(25);

/// The live view of one document on this node. Everything here is a cache: the log is the document, the rows are its
/// projection, and another desk may be open on another node.
pub(super) struct Desk {
    pub(super) node: Arc<Node>,
    pub(super) bells: Arc<Bells>,
    pub(super) id: Uuid,
    pub(super) organization_id: Uuid,
    pub(super) topic: Topic,
    pub(super) epoch: i32,
    pub(super) retired: HashSet<u64>,
    pub(super) document: Document,
    /// What the document says: legal values only.
    pub(super) sheet: Sheet,
    /// What the tables say, as far as is known.
    pub(super) tables: Sheet,
    /// Rows in which they may differ.
    pub(super) dirty_scenes: BTreeSet<Uuid>,
    pub(super) dirty_shots: BTreeSet<Uuid>,
    /// Everything of the log up to here is in the document.
    pub(super) seen: i64,
    pub(super) folded_to: i64,
    /// Bytes of its log and the state under it.
    pub(super) size: usize,
    /// The journal has been read up to here.
    pub(super) topic_seq: u64,
    pub(super) members: BTreeMap<u64, Member>,
    pub(super) awareness: Awareness,
    /// Updates that are in the document and not in the log.
    pub(super) pending: VecDeque<Pending>,
    pub(super) pending_bytes: usize,
    /// Since the rows last followed.
    pub(super) edits: Vec<Edit>,
    /// Products and models that the organization is known to have.
    pub(super) known: HashSet<(Link, Uuid)>,
    pub(super) flight: Option<Flight>,
    pub(super) looking: Option<tokio::task::JoinHandle<Looked>>,
    /// Transactions that projected this document from here.
    pub(super) own: VecDeque<String>,
    /// What is to be passed on at the end of the turn.
    pub(super) heard: Vec<Heard>,
    /// The whole document as one update, while it is good.
    pub(super) everything: Option<Bytes>,
    pub(super) next_projection: Instant,
    /// Not before; after the database refused.
    pub(super) next_commit: Instant,
    pub(super) failures: u32,
    next_heartbeat: Instant,
    next_renewal: Instant,
    empty_since: Option<Instant>,
}

/// An update that is to be kept.
pub(super) struct Pending {
    pub(super) entry: LogEntry,
    /// Who waits to hear that it is.
    pub(super) member: Option<u64>,
}

/// Something for everybody but its sender.
pub(super) struct Heard {
    pub(super) except: Option<u64>,
    pub(super) what: What,
}

pub(super) enum What {
    Update(Bytes),
    Awareness(Vec<u8>),
}

/// The desk cannot go on; it is made anew for whoever comes next.
pub(super) struct Broken;

impl Desk {
    /// Opens the document and serves it until nobody needs it.
    pub(super) async fn serve(
        node: Arc<Node>,
        organization_id: Uuid,
        id: Uuid,
        mut asked: mpsc::Receiver<Ask>,
        bells: Arc<Bells>,
    ) {
        match memory::open(&node, organization_id, id).await {
            Ok(memory) => {
                let _ = bells.topic.set(memory.topic);
                let mut desk = Self::new(node, organization_id, id, memory, Arc::clone(&bells));
                desk.renew().await;
                let ended = desk.run(&mut asked).await;
                desk.node.documents.forget(id, &bells);
                asked.close();
                desk.end(ended).await;
            }
            Err(unopened) => {
                node.documents.forget(id, &bells);
                asked.close();
                while let Some(ask) = asked.recv().await {
                    if let Ask::Join(_, answer) = ask {
                        let _ = answer.send(Err(unopened));
                    }
                }
            }
        }
    }

    fn new(node: Arc<Node>, organization_id: Uuid, id: Uuid, memory: Memory, bells: Arc<Bells>) -> Self {
        let now = Instant::now();
        let (dirty_scenes, dirty_shots) = memory.different();
        let Memory { document, sheet, tables, epoch, retired, seen, folded_to, size, topic, topic_seq, merged } =
            memory;
        let mut desk = Self {
            node,
            bells,
            id,
            organization_id,
            topic,
            epoch,
            retired,
            document,
            sheet,
            tables,
            dirty_scenes,
            dirty_shots,
            seen,
            folded_to,
            size,
            topic_seq,
            members: BTreeMap::new(),
            awareness: Awareness::default(),
            pending: VecDeque::new(),
            pending_bytes: 0,
            edits: Vec::new(),
            known: HashSet::new(),
            flight: None,
            looking: None,
            own: VecDeque::new(),
            heard: Vec::new(),
            everything: None,
            next_projection: now,
            next_commit: now,
            failures: 0,
            next_heartbeat: now + HEARTBEAT,
            next_renewal: now + RENEW,
            empty_since: Some(now),
        };
        if let Some((update, changes)) = merged {
            desk.keep(Bytes::from(update), None, None);
            changes.into_iter().for_each(|change| desk.note(change, None));
        }
        desk
    }

    async fn run(&mut self, asked: &mut mpsc::Receiver<Ask>) -> Result<(), Broken> {
        let mut asks = Vec::with_capacity(TURN);
        let bells = Arc::clone(&self.bells);
        self.look();
        loop {
            let takes_more = self.pending_bytes < PENDING;
            let wake = self.wake();
            tokio::select! {
                biased;
                landed = Self::landed(&mut self.flight) => self.landed_with(landed)?,
                looked = Self::looked(&mut self.looking) => self.looked_at(looked)?,
                count = asked.recv_many(&mut asks, TURN), if takes_more => {
                    if count == 0 {
                        return Ok(());
                    }
                    for ask in asks.drain(..) {
                        self.heed(ask)?;
                    }
                }
                () = bells.rung.notified() => self.look(),
                () = tokio::time::sleep_until(wake.into()) => {
                    if self.tick().await && asked.is_empty() {
                        return Ok(());
                    }
                }
            }
            self.pass_on();
            self.take_off()?;
        }
    }

    /// When something is due.
    fn wake(&self) -> Instant {
        let mut wake = self.next_heartbeat.min(self.next_renewal);
        if self.flight.is_none() && self.is_dirty() {
            wake = wake.min(self.next_projection.max(self.next_commit));
        }
        if self.flight.is_none() && !self.pending.is_empty() {
            wake = wake.min(self.next_commit);
        }
        if let Some(since) = self.empty_since {
            wake = wake.min(since + IDLE);
        }
        wake
    }

    /// Whether the desk is not needed any more.
    async fn tick(&mut self) -> bool {
        let now = Instant::now();
        if now >= self.next_heartbeat {
            self.next_heartbeat = now + HEARTBEAT;
            self.members.values().for_each(|member| member.say(Reply::Awareness(Awareness::nothing())));
        }
        if now >= self.next_renewal {
            self.next_renewal = now + RENEW;
            self.renew().await;
        }
        let is_idle = self.members.is_empty() && self.pending.is_empty() && !self.is_dirty() && self.flight.is_none();
        self.empty_since = match (is_idle, self.empty_since) {
            (false, _) => None,
            (true, None) => Some(now),
            (true, since) => since,
        };
        self.empty_since.is_some_and(|since| now >= since + IDLE)
    }

    pub(super) fn is_dirty(&self) -> bool {
        !(self.dirty_scenes.is_empty() && self.dirty_shots.is_empty())
    }

    /// Asks for the doorbells; what has happened before is looked for by whoever rings.
    async fn renew(&self) {
        let store = &self.node.store;
        let watched = async {
            documents::renew_watch(store, self.id, self.node.documents.node_id).await?;
            journal::watch(&store.pools, &[(self.topic, self.organization_id)]).await
        };
        if let Err(error) = watched.await {
            tracing::warn!(document = %self.id, %error, "the doorbell of a document could not be renewed");
        }
        self.bells.log.store(u64::MAX, std::sync::atomic::Ordering::Relaxed);
        self.bells.journal.store(u64::MAX, std::sync::atomic::Ordering::Relaxed);
        self.bells.rung.notify_one();
    }

    async fn end(mut self, ended: Result<(), Broken>) {
        for member in self.members.values() {
            member.line.close(code::AGAIN);
        }
        if ended.is_ok() {
            self.fold_away().await;
        }
        if let Err(error) = documents::unwatch(&self.node.store, self.id, self.node.documents.node_id).await {
            tracing::debug!(document = %self.id, %error, "a document's doorbell could not be given back");
        }
    }

    /// Somebody left, or nothing is left to be done: perhaps the desk is not needed.
    pub(super) fn may_be_empty(&mut self) {
        if self.members.is_empty() && self.empty_since.is_none() {
            self.empty_since = Some(Instant::now());
        }
    }
}
