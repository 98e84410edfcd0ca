use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use actix::prelude::{Actor, Addr, Arbiter, ArbiterHandle, SendError, System};
use bytes::Bytes;
use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use schemas::{Encoding, ErrorCode, Topic};
use tokio::sync::watch;
use uuid::Uuid;

use super::changes::Feeds;
use super::channels::Channels;
use super::documents::Documents;
use super::relay::Relay;
use super::rights_watch::RightsWatches;
use super::room::{Room, RoomMessage};
use super::shard::{Adopt, Drain, Recheck, Seat, Shard};
use crate::metrics::Metrics;
use crate::sealing::Origin;
use crate::store::Store;
use crate::store::identity::Identity;

/// One hub process: its rooms, its shards, and who is connected.
pub struct Node {
    /// The database.
    pub store: Arc<Store>,
    /// What the operator sees.
    pub metrics: Metrics,
    /// Who follows whole organizations.
    pub feeds: Feeds,
    /// Broadcasts and presence by name.
    pub channels: Channels,
    /// What they say to those of other hubs.
    pub relay: Arc<Relay>,
    /// Connections that do not live on a shard.
    pub rights: RightsWatches,
    /// Co-edited documents that are open.
    pub documents: Documents,
    /// Rung when somebody was erased: bytes of files may have to go.
    pub file_bell: tokio::sync::Notify,
    /// Rung when plugins have something to do, or to stop.
    pub plugin_bell: tokio::sync::Notify,
    rooms: DashMap<Topic, Addr<Room>>,
    shards: OnceLock<Vec<Addr<Shard>>>,
    arbiters: OnceLock<Vec<ArbiterHandle>>,
    /// Sockets by person or device, to look at them again when rights change.
    seats: DashMap<Uuid, Vec<(Seat, Uuid)>>,
    next: AtomicU64,
    draining: AtomicBool,
    /// Sockets that are open, or have something to be sent.
    open: watch::Sender<usize>,
    /// The database is not the one that was opened.
    replaced: watch::Sender<bool>,
}

/// One socket more, for as long as this value lives.
pub struct Counted(Arc<Node>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.open.send_modify(|open| *open -= 1);
    }
}

/// Why nothing could be handed to a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NodeError {
    /// Its mailbox is full.
    #[error("the topic is busy")]
    Busy,
    /// The hub is shutting down.
    #[error("the hub is shutting down; connect again")]
    Draining,
}

impl NodeError {
    /// The code to answer with.
    pub fn code(self) -> ErrorCode {
        match self {
            Self::Busy => ErrorCode::Busy,
            Self::Draining => ErrorCode::Draining,
        }
    }
}

impl Node {
    /// Starts a node: one arbiter with one shard a core, on threads of their own.
    pub fn start(store: Arc<Store>, metrics: Metrics) -> Arc<Self> {
        let relay = Arc::new(Relay::default());
        let node = Arc::new(Self {
            store,
            metrics,
            feeds: Feeds::default(),
            channels: Channels::new(Arc::clone(&relay)),
            relay,
            rights: RightsWatches::default(),
            documents: Documents::default(),
            file_bell: tokio::sync::Notify::new(),
            plugin_bell: tokio::sync::Notify::new(),
            rooms: DashMap::new(),
            shards: OnceLock::new(),
            arbiters: OnceLock::new(),
            seats: DashMap::new(),
            next: AtomicU64::new(1),
            draining: AtomicBool::new(false),
            open: watch::Sender::new(0),
            replaced: watch::Sender::new(false),
        });
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let (ready, started) = std::sync::mpsc::channel();
        let owner = Arc::clone(&node);
        std::thread::Builder::new()
            .name("actors".to_owned())
            .spawn(move || {
                let system = System::new();
                let arbiters: Vec<Arbiter> = system.block_on(async { (0..cores).map(|_| Arbiter::new()).collect() });
                let handles: Vec<ArbiterHandle> = arbiters.iter().map(Arbiter::handle).collect();
                let shards = handles
                    .iter()
                    .enumerate()
                    .map(|(index, arbiter)| {
                        let node = Arc::clone(&owner);
                        Shard::start_in_arbiter(arbiter, move |_| Shard::new(index, node))
                    })
                    .collect();
                let _ = owner.shards.set(shards);
                let _ = owner.arbiters.set(handles);
                drop(owner);
                let _ = ready.send(System::current());
                let _ = system.run();
            })
            .expect("a thread can be started");
        started.recv().expect("the actors' thread has started");
        node
    }

    /// The shards, by index.
    pub fn shards(&self) -> &[Addr<Shard>] {
        self.shards.get().map_or(&[], Vec::as_slice)
    }

    /// A number nobody else has in this process.
    pub fn next_id(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Counts a socket that does not live on a shard, for as long as the value lives.
    pub fn count_socket(self: &Arc<Self>) -> Counted {
        self.open.send_modify(|open| *open += 1);
        Counted(Arc::clone(self))
    }

    /// Hands an upgraded connection to a shard.
    pub fn adopt(
        self: &Arc<Self>,
        stream: std::net::TcpStream,
        encoding: Encoding,
        read_ahead: Bytes,
        from: Option<Origin>,
    ) {
        let id = self.next_id();
        let shards = self.shards();
        let index = usize::try_from(id).unwrap_or(0) % shards.len().max(1);
        if let Some(shard) = shards.get(index) {
            let counted = self.count_socket();
            shard.do_send(Adopt { id, stream, encoding, read_ahead, from, counted });
        }
    }

    /// Sends to the room of a topic, opening it if needed.
    ///
    /// # Errors
    /// See [`NodeError`].
    pub fn send_to_room(
        self: &Arc<Self>,
        topic: Topic,
        organization_id: Uuid,
        mut message: RoomMessage,
    ) -> Result<Addr<Room>, NodeError> {
        // A room that ended itself between the look-up and the sending is opened again, once.
        for _ in 0..2 {
            if self.draining.load(Ordering::Relaxed) {
                return Err(NodeError::Draining);
            }
            let room = self.room(topic, organization_id);
            match room.try_send(message) {
                Ok(()) => return Ok(room),
                Err(SendError::Full(_)) => return Err(NodeError::Busy),
                Err(SendError::Closed(back)) => {
                    self.rooms.remove_if(&topic, |_, known| !known.connected());
                    message = back;
                }
            }
        }
        Err(NodeError::Busy)
    }

    /// Tells the room of a topic, if it is open here, that the journal has grown.
    pub fn ring(&self, topic: Topic, seq: u64) {
        if let Some(room) = self.rooms.get(&topic) {
            room.do_send(RoomMessage::Doorbell(seq));
        }
        self.documents.ring_topic(topic, seq);
    }

    /// Tells every room to look; the doorbell was out of order for a while.
    pub fn ring_all(&self) {
        for room in &self.rooms {
            room.do_send(RoomMessage::Doorbell(u64::MAX));
        }
        self.documents.ring_all();
    }

    /// The topics whose doorbell should ring, with their tenants.
    pub fn open_topics(&self) -> Vec<Topic> {
        self.rooms.iter().map(|room| *room.key()).collect()
    }

    /// The page of metrics, with what is counted when somebody asks.
    pub fn metrics_page(&self) -> String {
        #[expect(clippy::cast_precision_loss, reason = "rooms are counted in thousands")]
        self.metrics.rooms.set(self.rooms.len() as f64);
        for status in self.store.pools.status() {
            self.metrics.pool(&status);
        }
        self.metrics.render()
    }

    /// A room has ended itself.
    pub fn close_room(&self, topic: Topic) {
        self.rooms.remove(&topic);
    }

    /// Notes a socket under its principal, and keeps the organization's room open to hear of lost rights.
    pub fn remember(self: &Arc<Self>, identity: &Identity, seat: Seat) {
        let principal = &identity.principal;
        self.seats.entry(principal.id).or_default().push((seat, principal.organization_id));
        let topic = Topic::organization(principal.organization_id);
        let _ = self.send_to_room(topic, principal.organization_id, RoomMessage::Pin(true));
    }

    /// Forgets a socket of a principal.
    pub fn forget(self: &Arc<Self>, identity: &Identity, seat: Seat) {
        let principal = &identity.principal;
        if let Entry::Occupied(mut entry) = self.seats.entry(principal.id) {
            entry.get_mut().retain(|(other, _)| other.socket != seat.socket);
            if entry.get().is_empty() {
                entry.remove();
            }
        }
        self.unpin(principal.organization_id);
    }

    /// One reason less for an organization's room to stay open.
    pub(super) fn unpin(&self, organization_id: Uuid) {
        if let Some(room) = self.rooms.get(&Topic::organization(organization_id)) {
            room.do_send(RoomMessage::Pin(false));
        }
    }

    /// The rights of a person or device may have changed.
    pub fn recheck(&self, principal_id: Uuid) {
        self.rights.ring(principal_id);
        let seats = self.seats.get(&principal_id).map(|seats| seats.iter().map(|(seat, _)| *seat).collect());
        self.recheck_seats(seats.unwrap_or_default());
    }

    /// The rights of anybody in an organization may have changed.
    pub fn recheck_organization(&self, organization_id: Uuid) {
        self.rights.ring_all(Some(organization_id));
        let seats = self
            .seats
            .iter()
            .flat_map(|entry| entry.value().clone())
            .filter(|(_, organization)| *organization == organization_id)
            .map(|(seat, _)| seat)
            .collect();
        self.recheck_seats(seats);
    }

    /// The rights of everybody may have changed: the doorbell was out of order for a while.
    pub fn recheck_all(&self) {
        self.rights.ring_all(None);
        let seats = self.seats.iter().flat_map(|entry| entry.value().clone()).map(|(seat, _)| seat).collect();
        self.recheck_seats(seats);
    }

    fn recheck_seats(&self, seats: Vec<Seat>) {
        for (index, shard) in self.shards().iter().enumerate() {
            let here: Vec<_> = seats.iter().filter(|seat| seat.shard == index).map(|seat| seat.socket).collect();
            if !here.is_empty() {
                shard.do_send(Recheck(here));
            }
        }
    }

    /// Takes no new sessions and no new commands. A session ends when its commands that are under way have their
    /// outcomes, or `at_once`.
    pub fn drain(&self, at_once: bool) {
        self.draining.store(true, Ordering::Relaxed);
        self.rights.ring_all(None);
        self.relay.ring_all();
        for shard in self.shards() {
            shard.do_send(Drain { at_once });
        }
    }

    /// The database is another one than was opened, restored or promoted: what this node remembers of it, and every cursor that
    /// it gave, may be wrong. It answers nobody any more.
    pub fn database_was_replaced(&self) {
        tracing::error!(
            "the database is not the one that was opened, it was restored or promoted; the hub begins anew"
        );
        self.drain(true);
        self.replaced.send_replace(true);
    }

    /// Waits until the database was replaced.
    pub async fn replaced(&self) {
        let mut replaced = self.replaced.subscribe();
        // The sender lives as long as the node.
        let _ = replaced.wait_for(|replaced| *replaced).await;
    }

    /// Waits until every socket is gone, with all that was to be sent on it.
    pub async fn emptied(&self) {
        let mut open = self.open.subscribe();
        // The sender lives as long as the node.
        let _ = open.wait_for(|open| *open == 0).await;
    }

    /// Whether the hub is shutting down.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// Ends the actors' threads.
    pub fn stop(&self) {
        for arbiter in self.arbiters.get().into_iter().flatten() {
            arbiter.stop();
        }
    }

    fn room(self: &Arc<Self>, topic: Topic, organization_id: Uuid) -> Addr<Room> {
        match self.rooms.entry(topic) {
            Entry::Occupied(room) if room.get().connected() => room.get().clone(),
            entry => {
                let mut hasher = DefaultHasher::new();
                topic.hash(&mut hasher);
                let arbiters = self.arbiters.get().map_or(&[][..], Vec::as_slice);
                let index = usize::try_from(hasher.finish() % arbiters.len().max(1) as u64).unwrap_or(0);
                let node = Arc::clone(self);
                let room = Room::start_in_arbiter(&arbiters[index], move |_| Room::new(node, topic, organization_id));
                entry.insert(room.clone());
                room
            }
        }
    }
}
