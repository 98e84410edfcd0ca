use std::ops::Deref;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use schemas::{Answer, Command, Commit, Cursor, ErrorCode, PresenceMember, Query, SnapshotReason, Topic};
use serde_json::Value;
use tokio::sync::{broadcast, watch};
use uuid::Uuid;

use crate::session::Request;
use crate::{Hub, HubError, OutcomeAck, RoomState};

/// Updates that a reader of [`Room::deltas`] may be behind before it is told about a gap.
const UPDATES_KEPT: usize = 256;

/// What to subscribe to.
#[derive(Debug, Clone, Default)]
pub struct JoinOptions {
    /// A state kept from earlier: the hub sends only what came after it, if it can.
    pub since: Option<RoomState>,
    /// The tables of interest; `None`: all that the principal may see.
    pub tables: Option<Vec<String>>,
    /// At most this many deltas a second (0.1-60): changes of one row are merged, the newest wins.
    pub rate: Option<f32>,
}

impl JoinOptions {
    /// Only these tables.
    pub fn tables<T: Into<String>>(tables: impl IntoIterator<Item = T>) -> Self {
        Self { tables: Some(tables.into_iter().map(Into::into).collect()), ..Self::default() }
    }

    /// At most this many deltas a second.
    pub fn rate(mut self, per_second: f32) -> Self {
        self.rate = Some(per_second);
        self
    }

    /// Goes on from a state kept from earlier, of the same tables. One that another principal saw, or the same in another
    /// role, is replaced by a snapshot.
    pub fn since(mut self, state: RoomState) -> Self {
        self.since = Some(state);
        self
    }
}

/// Something that happened to a room's state.
#[derive(Debug, Clone)]
pub enum Update {
    /// These commits were applied, in order.
    Commits(Arc<[Commit]>),
    /// The state was replaced as a whole.
    Replaced {
        /// The position it shows now.
        cursor: Cursor,
        /// Why the hub sent it.
        reason: SnapshotReason,
    },
    /// The reader was too slow: this many updates were applied to the state but not given to it.
    Gap {
        /// How many.
        missed: u64,
    },
    /// The hub ended the subscription; the state stays as it is.
    Ended {
        /// Why.
        code: ErrorCode,
    },
}

/// What the connection and the handle of a room share.
#[derive(Debug)]
pub(crate) struct RoomCell {
    pub(crate) topic: Topic,
    pub(crate) state: RwLock<RoomState>,
    pub(crate) cursor: watch::Sender<Cursor>,
    pub(crate) updates: broadcast::Sender<Update>,
    pub(crate) members: watch::Sender<Vec<PresenceMember>>,
}

impl RoomCell {
    pub(crate) fn new(topic: Topic, state: RoomState) -> Self {
        Self {
            topic,
            cursor: watch::Sender::new(state.cursor()),
            state: RwLock::new(state),
            updates: broadcast::Sender::new(UPDATES_KEPT),
            members: watch::Sender::new(Vec::new()),
        }
    }

    /// Tells readers, if there are any.
    pub(crate) fn publish(&self, update: impl FnOnce() -> Update) {
        if self.updates.receiver_count() > 0 {
            // The last reader may leave in between: then nobody misses it.
            self.updates.send(update()).ok();
        }
    }
}

/// A subscription to a topic. Its state is the database's, as of [`Room::cursor`], whatever
/// happens to the connection. Dropping it leaves the topic.
#[derive(Debug)]
pub struct Room {
    hub: Hub,
    cell: Arc<RoomCell>,
}

/// The state of a room, which stands still while this is held; do not hold it for long.
#[derive(Debug)]
pub struct StateRef<'a>(RwLockReadGuard<'a, RoomState>);

impl Deref for StateRef<'_> {
    type Target = RoomState;

    fn deref(&self) -> &RoomState {
        &self.0
    }
}

impl Room {
    pub(crate) fn new(hub: Hub, cell: Arc<RoomCell>) -> Self {
        Self { hub, cell }
    }

    /// What it is about.
    pub fn topic(&self) -> Topic {
        self.cell.topic
    }

    /// The rows, now.
    pub fn state(&self) -> StateRef<'_> {
        StateRef(self.cell.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The position of the state in the topic's journal, and a way to wait until it moves.
    pub fn cursor(&self) -> watch::Receiver<Cursor> {
        self.cell.cursor.subscribe()
    }

    /// Every commit that is applied from now on.
    pub fn deltas(&self) -> Deltas {
        Deltas { updates: self.cell.updates.subscribe() }
    }

    /// Asks for a change and waits for what became of it. Lost connections and refusals for lack
    /// of capacity are bridged by sending it again with the same id; dropping the future does not take it back.
    ///
    /// # Errors
    /// [`HubError::Rejected`] when the hub cannot judge it, [`HubError::Denied`] and [`HubError::Closed`].
    pub async fn send(&self, command: Command) -> Result<OutcomeAck, HubError> {
        self.hub.send(self.topic(), command).await
    }

    /// As [`Room::send`], with an id that the caller keeps, to ask again after a restart of this program.
    ///
    /// # Errors
    /// As [`Room::send`]; [`HubError::AlreadySent`] while the same id is under way.
    pub async fn send_as(&self, command_id: Uuid, command: Command) -> Result<OutcomeAck, HubError> {
        self.hub.send_as(command_id, self.topic(), command).await
    }

    /// Asks a question.
    ///
    /// # Errors
    /// As [`Room::send`].
    pub async fn query(&self, query: Query) -> Result<Answer, HubError> {
        self.hub.query(self.topic(), query).await
    }

    /// Shows something of oneself to the others, also after a reconnect; `None` takes it back. At most 1 KiB as JSON.
    pub fn set_presence(&self, state: Option<Value>) {
        self.hub.request(Request::Presence { topic: self.topic(), state });
    }

    /// Who is in the topic.
    pub fn members(&self) -> watch::Receiver<Vec<PresenceMember>> {
        self.cell.members.subscribe()
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.hub.request(Request::Leave { topic: self.cell.topic });
    }
}

/// The stream of a room's updates.
#[derive(Debug)]
pub struct Deltas {
    updates: broadcast::Receiver<Update>,
}

impl Deltas {
    /// The next one; `None` when the room is gone. May be dropped and called again without losing anything.
    pub async fn next(&mut self) -> Option<Update> {
        match self.updates.recv().await {
            Ok(update) => Some(update),
            Err(broadcast::error::RecvError::Lagged(missed)) => Some(Update::Gap { missed }),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}
