use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix::prelude::{Actor, ActorContext, ActorFutureExt, AsyncContext, Context, Handler, Message, WrapFuture};
use bytes::Bytes;
use schemas::{ServerFrame, Topic};
use tracing::Span;
use uuid::Uuid;

use super::node::Node;
use super::presence::Presence;
use super::ring::Ring;
use super::room_commands::{Ask, CommandQueue, Perform, ScanQueue};
use super::room_guests::Guests;
use super::room_join::{Join, Joining, Leave, Show};
use super::shard::{AnswerKind, Answers, Deliver, Seat};
use super::socket::SocketId;
use super::view::{Gathered, View, ViewId, ViewKey};
use super::web_socket;
use crate::clock;
use crate::store::StoreError;
use crate::store::journal::{self, JournalChange, JournalCommit};
use crate::store::presenter::{self, Outgoing};

/// Commits read from the journal at once.
const READ_COMMITS: u32 = 256;
/// A room without members ends after this long.
const IDLE: Duration = Duration::from_secs(60);

/// The live view of one topic on this node: it tails the journal, gathers commands, and fans out. A cache with a mailbox,
/// never the authority: everything it knows it can read again.
pub struct Room {
    pub(super) node: Arc<Node>,
    pub(super) topic: Topic,
    pub(super) organization_id: Uuid,
    /// The position up to which everything was fanned out; `None` until the room is open.
    pub(super) published: Option<u64>,
    /// The highest position heard of.
    heard: u64,
    tailing: bool,
    pub(super) ring: Ring,
    pub(super) views: HashMap<ViewId, View>,
    pub(super) by_key: HashMap<ViewKey, ViewId>,
    pub(super) members: HashMap<SocketId, Member>,
    pub(super) joining: Joining,
    pub(super) presence: Presence,
    presence_armed: bool,
    pub(super) scans: ScanQueue,
    pub(super) commands: CommandQueue,
    pub(super) guests: Guests,
    /// Commits whose deltas somebody traces; empty unless traces are on.
    pub(super) traced: Vec<(u64, Span)>,
    /// Kept open by the node's sessions, members or not: an organization's room hears of lost rights.
    pins: usize,
    last_used: Instant,
}

/// A session in the topic.
pub(super) struct Member {
    pub(super) seat: Seat,
    pub(super) view: ViewId,
}

/// Everything that is said to a room.
#[derive(Message)]
#[rtype(result = "()")]
pub enum RoomMessage {
    /// Somebody subscribes.
    Join(Join),
    /// Somebody leaves.
    Leave(Leave),
    /// Somebody shows something of themselves.
    Show(Show),
    /// A command.
    Perform(Box<Perform>),
    /// A question.
    Ask(Ask),
    /// The journal has grown to this position (`u64::MAX`: perhaps; look).
    Doorbell(u64),
    /// Stay open (true), or no longer because of this.
    Pin(bool),
}

impl Room {
    /// A room that will open itself.
    pub fn new(node: Arc<Node>, topic: Topic, organization_id: Uuid) -> Self {
        Self {
            node,
            topic,
            organization_id,
            published: None,
            heard: 0,
            tailing: false,
            ring: Ring::new(0),
            views: HashMap::new(),
            by_key: HashMap::new(),
            members: HashMap::new(),
            joining: Joining::default(),
            presence: Presence::default(),
            presence_armed: false,
            scans: ScanQueue::default(),
            commands: CommandQueue::default(),
            guests: Guests::default(),
            traced: Vec::new(),
            pins: 0,
            last_used: Instant::now(),
        }
    }

    /// Watches the topic, then reads its head: whatever is committed after the head rings.
    fn open(&mut self, ctx: &mut Context<Self>) {
        let (node, topic, organization_id) = (Arc::clone(&self.node), self.topic, self.organization_id);
        let open = async move {
            journal::watch(&node.store.pools, &[(topic, organization_id)]).await?;
            journal::head(&node.store.pools, topic).await
        };
        ctx.spawn(open.into_actor(self).map(|head, room, ctx| match head {
            Ok(head) => {
                room.published = Some(head.seq);
                room.heard = room.heard.max(head.seq);
                room.ring = Ring::new(head.seq);
                room.joins_may_go_on(ctx);
            }
            Err(error) => {
                tracing::warn!(topic = %room.topic, %error, "a room cannot open yet");
                ctx.run_later(Duration::from_millis(200), |room, ctx| room.open(ctx));
            }
        }));
    }

    /// Follows the journal to the highest position heard of.
    pub(super) fn follow(&mut self, seq: u64, ctx: &mut Context<Self>) {
        self.heard = self.heard.max(seq);
        let Some(published) = self.published else { return };
        if self.tailing || self.heard <= published {
            return;
        }
        self.tailing = true;
        let (node, topic, organization_id) = (Arc::clone(&self.node), self.topic, self.organization_id);
        let read = async move {
            let mut commits =
                journal::read(&node.store.pools, &node.store.catalogue, topic, published, READ_COMMITS).await?;
            let mut rows: Vec<Outgoing<'_>> = commits
                .iter_mut()
                .flat_map(|commit| &mut commit.changes)
                .map(|change| Outgoing { table: change.table, row: &mut change.row })
                .collect();
            presenter::present(&node.store, organization_id, &mut rows).await?;
            Ok::<_, StoreError>(commits.into_iter().map(Arc::new).collect::<Vec<_>>())
        };
        ctx.spawn(read.into_actor(self).map(|commits, room, ctx| {
            room.tailing = false;
            match commits {
                Ok(commits) if commits.is_empty() => {
                    // A doorbell that only said "look": nothing there.
                    room.heard = room.published.unwrap_or(0);
                }
                Ok(commits) => {
                    room.publish(&commits, ctx);
                    room.follow(0, ctx);
                }
                Err(error) => {
                    tracing::warn!(topic = %room.topic, %error, "the journal cannot be read yet");
                    ctx.run_later(Duration::from_millis(100), |room, ctx| room.follow(0, ctx));
                }
            }
        }));
    }

    fn publish(&mut self, commits: &[Arc<JournalCommit>], ctx: &mut Context<Self>) {
        let Some(last) = commits.last() else { return };
        self.published = Some(last.seq);
        self.ring.push(commits);
        self.heed(commits, ctx);
        let catalogue = &self.node.store.catalogue;
        let mut deliveries = Vec::new();
        let mut flushes = Vec::new();
        for view in self.views.values_mut() {
            if let Some(gather) = view.key.gather {
                match view.gather(catalogue, commits) {
                    Gathered::Now => deliveries.extend(view.flush(self.topic).map(|frame| (view.id, frame))),
                    Gathered::Later if !view.flush_armed => {
                        view.flush_armed = true;
                        flushes.push((view.id, gather));
                    }
                    Gathered::Later | Gathered::Nothing => {}
                }
            } else if let Some(frame) = view.delta(catalogue, self.topic, commits) {
                deliveries.push((view.id, frame));
            }
        }
        for (view, gather) in flushes {
            ctx.run_later(gather, move |room, _| room.flush(view));
        }
        for (view, frame) in deliveries {
            self.deliver(view, &frame, last.seq);
        }
        self.traced.retain(|(seq, _)| *seq > last.seq);
        self.node.metrics.commits.increment(commits.len() as u64);
        let now = clock::now_ms();
        for commit in commits {
            let behind = u64::try_from(now - commit.at).unwrap_or(0);
            self.node.metrics.fan_out_seconds.record(Duration::from_millis(behind));
        }
    }

    fn flush(&mut self, view_id: ViewId) {
        let Some(view) = self.views.get_mut(&view_id) else { return };
        view.flush_armed = false;
        if let Some(frame) = view.flush(self.topic) {
            let ServerFrame::Delta { seq, .. } = frame else { return };
            self.deliver(view_id, &frame, seq);
        }
    }

    /// Encodes once, and tells each shard that has members once.
    fn deliver(&self, view_id: ViewId, frame: &ServerFrame, seq: u64) {
        let Some(view) = self.views.get(&view_id) else { return };
        let encoding = view.key.encoding;
        let bytes = web_socket::message(encoding, &encoding.encode(frame));
        let mark = Some((self.topic, seq));
        for (index, shard) in self.node.shards().iter().enumerate() {
            if view.members.iter().any(|seat| seat.shard == index) {
                shard.do_send(Deliver { view: view_id, frame: bytes.clone(), mark });
            }
        }
    }

    /// What the room itself and the node must know of the changes: guests' names, edited rundowns, lost rights.
    fn heed(&mut self, commits: &[Arc<JournalCommit>], ctx: &mut Context<Self>) {
        let mut rundown_edited = false;
        for change in commits.iter().flat_map(|commit| &commit.changes) {
            match change.table {
                "registrations" => self.guests.apply(change),
                "ticket_tiers" => self.guests.apply_tier(change),
                "event_schedules" => rundown_edited |= edits_plan(change),
                "devices" => self.node.recheck(change.key),
                "memberships" | "event_members" => self.recheck_people(change),
                "organizations" => self.node.recheck_organization(self.organization_id),
                _ => {}
            }
        }
        self.refresh_guests(ctx);
        if rundown_edited {
            self.replan(ctx);
        }
    }

    /// The row names the person; its deletion does not: then everybody of the organization is looked at again.
    fn recheck_people(&self, change: &JournalChange) {
        match change.row.get("user_id").and_then(|id| id.as_str()).and_then(|id| id.parse().ok()) {
            Some(user_id) => self.node.recheck(user_id),
            None => self.node.recheck_organization(self.organization_id),
        }
    }

    /// Sends answers, one message a shard.
    pub(super) fn answer(&self, answers: Vec<(Seat, ServerFrame, AnswerKind)>) {
        let mut by_shard: HashMap<usize, Vec<(SocketId, Bytes, AnswerKind)>> = HashMap::new();
        for (seat, frame, kind) in answers {
            let bytes = web_socket::message(seat.encoding, &seat.encoding.encode(&frame));
            by_shard.entry(seat.shard).or_default().push((seat.socket, bytes, kind));
        }
        for (shard, answers) in by_shard {
            self.node.shards()[shard].do_send(Answers(answers));
        }
    }

    pub(super) fn presence_changed(&mut self, ctx: &mut Context<Self>) {
        if !self.presence_armed {
            self.presence_armed = true;
            ctx.run_later(Duration::from_millis(100), |room, _| {
                room.presence_armed = false;
                if let Some(frame) = room.presence.changes(room.topic) {
                    let everybody = room.members.values().map(|member| (member.seat, frame.clone(), AnswerKind::Other));
                    room.answer(everybody.collect());
                }
            });
        }
    }

    fn end_when_idle(&mut self, ctx: &mut Context<Self>) {
        if !self.members.is_empty() || self.pins > 0 || self.scans.is_busy() || self.commands.is_busy() {
            self.last_used = Instant::now();
        } else if self.last_used.elapsed() > IDLE {
            self.node.close_room(self.topic);
            ctx.stop();
        }
    }
}

impl Actor for Room {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(4096);
        self.open(ctx);
        ctx.run_interval(Duration::from_secs(5), |room, ctx| room.end_when_idle(ctx));
        ctx.run_interval(Duration::from_secs(5), |room, ctx| room.watch_delay(ctx));
    }
}

impl Handler<RoomMessage> for Room {
    type Result = ();

    fn handle(&mut self, message: RoomMessage, ctx: &mut Self::Context) {
        match message {
            RoomMessage::Join(join) => self.join(join, ctx),
            RoomMessage::Leave(leave) => self.leave(leave, ctx),
            RoomMessage::Show(show) => self.show(show, ctx),
            RoomMessage::Perform(perform) => self.perform(*perform, ctx),
            RoomMessage::Ask(ask) => self.ask(ask, ctx),
            RoomMessage::Doorbell(seq) => self.follow(seq, ctx),
            RoomMessage::Pin(true) => self.pins += 1,
            RoomMessage::Pin(false) => self.pins = self.pins.saturating_sub(1),
        }
    }
}

/// Whether a change of the rundown is one of the plan, and not only of how it went.
fn edits_plan(change: &JournalChange) -> bool {
    const OF_THE_RUN: [&str; 5] = ["status", "actual_start", "actual_end", "updated_at", "rev"];
    change.op != schemas::Op::Update || change.row.keys().any(|column| !OF_THE_RUN.contains(&column.as_str()))
}
