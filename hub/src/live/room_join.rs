use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix::prelude::{ActorFutureExt, AsyncContext, Context, WrapFuture};
use bytes::Bytes;
use schemas::{About, Cursor, ErrorCode, ServerFrame, SnapshotReason};
use serde_json::Value;

use super::audience::Audience;
use super::room::{Member, Room};
use super::session;
use super::shard::{AnswerKind, Enter, Exit, Seat};
use super::socket::{Mark, SocketId};
use super::view::{View, ViewId, ViewKey};
use super::web_socket;
use crate::store::identity::Identity;
use crate::store::journal::{self, JournalCommit};
use crate::store::presenter::{self, Outgoing};
use crate::store::snapshot::{self, Snapshot};
use crate::store::{Store, StoreError};

/// A session subscribes.
pub struct Join {
    /// Where it lives.
    pub seat: Seat,
    /// Who it is.
    pub identity: Arc<Identity>,
    /// What it has seen.
    pub since: Option<Cursor>,
    /// The tables of interest.
    pub tables: Option<Vec<String>>,
    /// Deltas a second.
    pub rate: Option<f32>,
    /// What a snapshot would be sent for.
    pub reason: SnapshotReason,
}

/// A session leaves.
pub struct Leave {
    /// Which.
    pub seat: Seat,
    /// It goes on elsewhere; false: it is gone.
    pub topic_only: bool,
}

/// A session shows something of itself.
pub struct Show {
    /// Which.
    pub seat: Seat,
    /// Who it is.
    pub identity: Arc<Identity>,
    /// What; nothing takes it back.
    pub state: Option<Value>,
}

/// Joins on their way. One snapshot serves all that wait for the same view: they may see the same, by definition.
#[derive(Default)]
pub struct Joining {
    /// Before the room is open.
    early: Vec<Join>,
    waiting: HashMap<ViewId, Vec<Waiting>>,
    resuming: HashMap<SocketId, ViewId>,
}

struct Waiting {
    seat: Seat,
    identity: Arc<Identity>,
    reason: SnapshotReason,
}

/// More missed commits than this are answered with a snapshot.
const RESUME_COMMITS: u32 = 2000;

impl Room {
    pub(super) fn joins_may_go_on(&mut self, ctx: &mut Context<Self>) {
        for join in std::mem::take(&mut self.joining.early) {
            self.join(join, ctx);
        }
        self.follow(0, ctx);
    }

    pub(super) fn join(&mut self, join: Join, ctx: &mut Context<Self>) {
        let Some(published) = self.published else {
            self.joining.early.push(join);
            return;
        };
        let store = Arc::clone(&self.node.store);
        let role = join.identity.role();
        let audience = match Audience::new(&store.catalogue, self.topic.kind, role, join.tables.as_deref()) {
            Ok(audience) => audience,
            Err(table) => {
                let message = format!("this topic has no table {}", table.chars().take(64).collect::<String>());
                let frame = session::error(ErrorCode::UnknownTable, message, Some(About::Topic(self.topic)));
                // What was joined before was replaced. Somebody whose role is another one now would go on seeing with
                // the eyes of the old one.
                self.leave(Leave { seat: join.seat, topic_only: true }, ctx);
                return self.answer(vec![(join.seat, frame, AnswerKind::Other)]);
            }
        };
        let gather = join.rate.map(|rate| Duration::from_secs_f32(1.0 / rate));
        let view = self.view(ViewKey { audience, encoding: join.seat.encoding, gather }, published);
        self.joining.forget(join.seat.socket);
        let epoch = store.catalogue.epoch();
        let waiting = |reason| Waiting { seat: join.seat, identity: Arc::clone(&join.identity), reason };
        match join.since {
            Some(since) if since.epoch == epoch => match self.ring.after(since.seq) {
                Some(_) if since.seq <= published => {
                    let frames = self.resumed(join.seat, since.seq);
                    self.enter(view, waiting(join.reason), frames, since.seq, ctx);
                }
                _ => {
                    let waiting = waiting(join.reason);
                    self.resume(view, waiting, since.seq, ctx);
                }
            },
            Some(_) => self.snapshot(view, waiting(SnapshotReason::OtherEpoch), ctx),
            None => self.snapshot(view, waiting(join.reason), ctx),
        }
    }

    fn view(&mut self, key: ViewKey, published: u64) -> ViewId {
        if let Some(id) = self.by_key.get(&key) {
            return *id;
        }
        let id = self.node.next_id();
        self.by_key.insert(key.clone(), id);
        self.views.insert(id, View::new(id, key, published));
        id
    }

    /// Looks in the journal for what the ring no longer holds.
    fn resume(&mut self, view: ViewId, waiting: Waiting, since: u64, ctx: &mut Context<Self>) {
        self.joining.resuming.insert(waiting.seat.socket, view);
        let (node, topic, organization_id) = (Arc::clone(&self.node), self.topic, self.organization_id);
        let read = async move {
            let head = journal::head(&node.store.pools, topic).await?;
            if since > head.seq {
                return Ok(Err(SnapshotReason::OtherEpoch));
            }
            if since + 1 < head.kept_from || head.seq - since > u64::from(RESUME_COMMITS) {
                return Ok(Err(SnapshotReason::TooOld));
            }
            Ok::<_, StoreError>(Ok(missed(&node.store, topic, organization_id, since).await?))
        };
        ctx.spawn(read.into_actor(self).map(move |read, room, ctx| {
            if room.joining.resuming.get(&waiting.seat.socket) != Some(&view) {
                return room.close_if_unused(view);
            }
            room.joining.resuming.remove(&waiting.seat.socket);
            match read {
                Ok(Ok(commits)) => {
                    let frames = room.resumed(waiting.seat, since);
                    room.enter_after(view, waiting, frames, since, &commits, ctx);
                }
                Ok(Err(reason)) => room.snapshot(view, Waiting { reason, ..waiting }, ctx),
                Err(error) => room.join_failed(view, &error, &[waiting]),
            }
        }));
    }

    /// The room ran ahead of a socket at position `at`, further than the ring reaches: the journal has the rest.
    fn read_on(
        &mut self,
        view: ViewId,
        waiting: Waiting,
        frames: Vec<(Bytes, Mark)>,
        at: u64,
        ctx: &mut Context<Self>,
    ) {
        self.joining.resuming.insert(waiting.seat.socket, view);
        let (node, topic, organization_id) = (Arc::clone(&self.node), self.topic, self.organization_id);
        let read = async move { missed(&node.store, topic, organization_id, at).await };
        ctx.spawn(read.into_actor(self).map(move |read, room, ctx| {
            if room.joining.resuming.get(&waiting.seat.socket) != Some(&view) {
                return room.close_if_unused(view);
            }
            room.joining.resuming.remove(&waiting.seat.socket);
            match read {
                Ok(commits) => room.enter_after(view, waiting, frames, at, &commits, ctx),
                Err(error) => room.join_failed(view, &error, &[waiting]),
            }
        }));
    }

    fn enter_after(
        &mut self,
        view: ViewId,
        waiting: Waiting,
        mut frames: Vec<(Bytes, Mark)>,
        after: u64,
        commits: &[Arc<JournalCommit>],
        ctx: &mut Context<Self>,
    ) {
        frames.extend(self.caught_up(view, after, commits));
        let at = commits.last().map_or(after, |commit| commit.seq);
        self.enter(view, waiting, frames, at, ctx);
    }

    fn snapshot(&mut self, view: ViewId, waiting: Waiting, ctx: &mut Context<Self>) {
        let acting = waiting.identity.acting();
        let queue = self.joining.waiting.entry(view).or_default();
        queue.push(waiting);
        if queue.len() > 1 {
            // One is being read for somebody of the same audience; it may be older than this join by a moment, and the
            // deltas after it follow.
            return;
        }
        let tables = self.views[&view].key.audience.tables.clone();
        let (node, topic, organization_id) = (Arc::clone(&self.node), self.topic, self.organization_id);
        let read = async move { snapshot::read(&node.store, &acting, organization_id, topic, &tables).await };
        ctx.spawn(read.into_actor(self).map(move |read, room, ctx| {
            let waiting = room.joining.waiting.remove(&view).unwrap_or_default();
            match read {
                Ok(snapshot) => room.serve_snapshot(view, snapshot, waiting, ctx),
                Err(error) => room.join_failed(view, &error, &waiting),
            }
        }));
    }

    fn serve_snapshot(
        &mut self,
        view_id: ViewId,
        mut snapshot: Snapshot,
        waiting: Vec<Waiting>,
        ctx: &mut Context<Self>,
    ) {
        let Some(view) = self.views.get(&view_id) else { return };
        let catalogue = &self.node.store.catalogue;
        for (table, rows) in &mut snapshot.tables {
            for row in rows {
                view.key.audience.mask(catalogue, table, row);
            }
        }
        let encoding = view.key.encoding;
        let seq = snapshot.head.seq;
        let cursor = Cursor { epoch: catalogue.epoch(), seq };
        let mut tables: std::collections::BTreeMap<_, _> =
            snapshot.tables.into_iter().map(|(table, rows)| (table.to_owned(), rows)).collect();
        let mut encoded: Vec<(SnapshotReason, Bytes)> = Vec::new();
        for waiting in waiting {
            let bytes = match encoded.iter().find(|(reason, _)| *reason == waiting.reason) {
                Some((_, bytes)) => bytes.clone(),
                None => {
                    let frame = ServerFrame::Snapshot { topic: self.topic, cursor, reason: waiting.reason, tables };
                    let bytes = web_socket::message(encoding, &encoding.encode(&frame));
                    let ServerFrame::Snapshot { tables: back, .. } = frame else { return };
                    tables = back;
                    encoded.push((waiting.reason, bytes.clone()));
                    bytes
                }
            };
            self.enter(view_id, waiting, vec![(bytes, Some((self.topic, seq)))], seq, ctx);
        }
        self.close_if_unused(view_id);
        self.node.metrics.snapshots.increment(1);
    }

    fn join_failed(&mut self, view: ViewId, error: &StoreError, waiting: &[Waiting]) {
        self.close_if_unused(view);
        let code = if error.is_transient() { ErrorCode::Unavailable } else { ErrorCode::Internal };
        tracing::warn!(topic = %self.topic, %error, "a join failed");
        let frame = session::error(code, "the topic cannot be read now".into(), Some(About::Topic(self.topic)));
        self.answer(waiting.iter().map(|waiting| (waiting.seat, frame.clone(), AnswerKind::Other)).collect());
    }

    /// Makes a socket at position `at` a member of a view: what it lacks up to the published position goes along.
    fn enter(
        &mut self,
        view_id: ViewId,
        waiting: Waiting,
        mut frames: Vec<(Bytes, Mark)>,
        at: u64,
        ctx: &mut Context<Self>,
    ) {
        let Some(published) = self.published else { return };
        if at < published {
            let Some(commits) = self.ring.after(at) else {
                return self.read_on(view_id, waiting, frames, at, ctx);
            };
            frames.extend(self.caught_up(view_id, at, &commits));
        }
        let seat = waiting.seat;
        let presence = self.presence.full(self.topic);
        frames.push((web_socket::message(seat.encoding, &seat.encoding.encode(&presence)), None));
        self.enter_members(view_id, seat, frames);
    }

    fn enter_members(&mut self, view: ViewId, seat: Seat, frames: Vec<(Bytes, Mark)>) {
        let member = Member { seat, view };
        let before = self.members.insert(seat.socket, member);
        let leaves = before.map(|member| member.view);
        if leaves != Some(view) {
            if let Some(view) = self.views.get_mut(&view) {
                view.members.push(seat);
            }
            if let Some(left) = leaves {
                self.leave_view(left, seat);
            }
        }
        self.node.shards()[seat.shard].do_send(Enter { socket: seat.socket, leaves, enters: Some(view), frames });
    }

    fn caught_up(&self, view_id: ViewId, after: u64, commits: &[Arc<JournalCommit>]) -> Option<(Bytes, Mark)> {
        let view = self.views.get(&view_id)?;
        let seq = commits.last()?.seq;
        let commits = view.commits(&self.node.store.catalogue, commits);
        let frame = ServerFrame::Delta { topic: self.topic, after, seq, commits };
        let encoding = view.key.encoding;
        Some((web_socket::message(encoding, &encoding.encode(&frame)), Some((self.topic, seq))))
    }

    fn resumed(&self, seat: Seat, seq: u64) -> Vec<(Bytes, Mark)> {
        let cursor = Cursor { epoch: self.node.store.catalogue.epoch(), seq };
        let frame = ServerFrame::Resumed { topic: self.topic, cursor };
        vec![(web_socket::message(seat.encoding, &seat.encoding.encode(&frame)), Some((self.topic, seq)))]
    }

    pub(super) fn leave(&mut self, leave: Leave, ctx: &mut Context<Self>) {
        self.joining.forget(leave.seat.socket);
        if let Some(member) = self.members.remove(&leave.seat.socket) {
            self.leave_view(member.view, leave.seat);
            if leave.topic_only {
                let exit = Exit { socket: leave.seat.socket, view: member.view, topic: self.topic };
                self.node.shards()[leave.seat.shard].do_send(exit);
            }
        }
        if self.presence.remove(leave.seat) {
            self.presence_changed(ctx);
        }
    }

    fn leave_view(&mut self, view_id: ViewId, seat: Seat) {
        let Some(view) = self.views.get_mut(&view_id) else { return };
        view.members.retain(|member| member.socket != seat.socket);
        self.close_if_unused(view_id);
    }

    /// A view that nobody is in and nobody waits for would be computed for nobody.
    fn close_if_unused(&mut self, view_id: ViewId) {
        let Some(view) = self.views.get(&view_id) else { return };
        if view.members.is_empty() && !self.joining.waits_for(view_id) {
            self.by_key.remove(&view.key);
            self.views.remove(&view_id);
        }
    }

    pub(super) fn show(&mut self, show: Show, ctx: &mut Context<Self>) {
        if self.presence.set(show.seat, &show.identity, show.state) {
            self.presence_changed(ctx);
        }
    }
}

impl Joining {
    fn forget(&mut self, socket: SocketId) {
        self.early.retain(|join| join.seat.socket != socket);
        self.resuming.remove(&socket);
        for waiting in self.waiting.values_mut() {
            waiting.retain(|waiting| waiting.seat.socket != socket);
        }
    }

    fn waits_for(&self, view: ViewId) -> bool {
        self.waiting.contains_key(&view) || self.resuming.values().any(|of| *of == view)
    }
}

async fn missed(
    store: &Store,
    topic: schemas::Topic,
    organization_id: uuid::Uuid,
    since: u64,
) -> Result<Vec<Arc<JournalCommit>>, StoreError> {
    let mut commits = journal::read(&store.pools, &store.catalogue, topic, since, RESUME_COMMITS).await?;
    let mut rows: Vec<Outgoing<'_>> = commits
        .iter_mut()
        .flat_map(|commit| &mut commit.changes)
        .map(|change| Outgoing { table: change.table, row: &mut change.row })
        .collect();
    presenter::present(store, organization_id, &mut rows).await?;
    Ok(commits.into_iter().map(Arc::new).collect())
}
