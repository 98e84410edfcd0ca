use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use schemas::{ClientFrame, Commit, Cursor, ErrorCode, PresenceMember, Principal, Row, SnapshotReason, Topic};
use serde_json::Value;
use uuid::Uuid;

use crate::pending::Reply;
use crate::room::{JoinOptions, RoomCell, Update};
use crate::state::{Applied, Audience};
use crate::{HubError, RoomState};

/// The rooms of a connection. Methods that have something to say to the hub push it to `frames`.
#[derive(Debug, Default)]
pub(crate) struct Rooms {
    /// For whom the hub says it speaks.
    audience: Option<Audience>,
    joined: BTreeMap<Topic, Joined>,
}

#[derive(Debug)]
struct Joined {
    tables: Option<Vec<String>>,
    rate: Option<f32>,
    /// `Some` → `None`: the hub goes on from it, or sends something newer.
    kept: Option<RoomState>,
    /// `None` → `Some`: the first snapshot, or `resumed` from the kept state.
    cell: Option<Arc<RoomCell>>,
    /// Answered when the cell is made.
    reply: Option<Reply<Arc<RoomCell>>>,
    /// The hub owes a snapshot or `resumed`; deltas until then belong to an earlier subscription.
    awaiting: bool,
    presence: Option<Value>,
    again_at: Option<Instant>,
}

impl Rooms {
    /// `false`: it is joined already, and the asker was told so.
    pub(crate) fn add(&mut self, topic: Topic, options: JoinOptions, reply: Reply<Arc<RoomCell>>) -> bool {
        if self.joined.contains_key(&topic) {
            reply.send(Err(HubError::AlreadyJoined(topic))).ok();
            return false;
        }
        let JoinOptions { since, tables, rate } = options;
        let room = Joined {
            tables,
            rate,
            kept: since,
            cell: None,
            reply: Some(reply),
            awaiting: true,
            presence: None,
            again_at: None,
        };
        self.joined.insert(topic, room);
        true
    }

    /// The hub has said welcome to this principal. `true`: what is held was meant for another, or for nobody.
    pub(crate) fn welcome(&mut self, principal: &Principal) -> bool {
        let now = Some(Audience::from(principal));
        let other = self.audience != now;
        self.audience = now;
        other
    }

    /// Whether there was one.
    pub(crate) fn remove(&mut self, topic: Topic) -> bool {
        self.joined.remove(&topic).is_some()
    }

    /// Asks for what came after what is held.
    pub(crate) fn join(&mut self, topic: Topic, frames: &mut Vec<ClientFrame>) {
        if let Some(room) = self.joined.get_mut(&topic) {
            room.again_at = None;
            room.awaiting = true;
            let since = room.position(self.audience.as_ref());
            frames.push(room.join_frame(topic, since));
        }
    }

    pub(crate) fn join_all(&mut self, frames: &mut Vec<ClientFrame>) {
        for topic in self.joined.keys().copied().collect::<Vec<_>>() {
            self.join(topic, frames);
        }
    }

    /// The hub has no capacity for the subscription now.
    pub(crate) fn postpone(&mut self, topic: Topic, until: Instant) {
        if let Some(room) = self.joined.get_mut(&topic) {
            room.awaiting = true;
            room.again_at = Some(until);
        }
    }

    /// The first that was postponed.
    pub(crate) fn again_at(&self) -> Option<Instant> {
        self.joined.values().filter_map(|room| room.again_at).min()
    }

    /// Joins again what was postponed until now.
    pub(crate) fn wake(&mut self, now: Instant, frames: &mut Vec<ClientFrame>) {
        let due = |room: &Joined| room.again_at.is_some_and(|at| at <= now);
        let topics: Vec<Topic> = self.joined.iter().filter(|(_, room)| due(room)).map(|(topic, _)| *topic).collect();
        for topic in topics {
            self.join(topic, frames);
        }
    }

    /// The hub does not give the subscription, or ends it.
    pub(crate) fn end(&mut self, topic: Topic, code: ErrorCode, message: String) {
        let Some(room) = self.joined.remove(&topic) else { return };
        if let Some(reply) = room.reply {
            reply.send(Err(HubError::Rejected { code, message })).ok();
        }
        if let Some(cell) = room.cell {
            cell.publish(|| Update::Ended { code });
        }
    }

    /// The socket is gone.
    pub(crate) fn on_lost(&mut self) {
        for room in self.joined.values_mut() {
            room.again_at = None;
            if let Some(cell) = &room.cell {
                cell.members.send_replace(Vec::new());
            }
        }
    }

    /// Rooms that were never joined will not be; the others keep their state.
    pub(crate) fn fail_joining(&mut self, why: &HubError) {
        self.joined.retain(|_, room| match room.reply.take() {
            Some(reply) => {
                reply.send(Err(why.clone())).ok();
                false
            }
            None => true,
        });
    }

    pub(crate) fn snapshot(
        &mut self,
        topic: Topic,
        cursor: Cursor,
        reason: SnapshotReason,
        tables: BTreeMap<String, Vec<Row>>,
        frames: &mut Vec<ClientFrame>,
    ) -> Result<(), HubError> {
        let state = RoomState::from_snapshot(self.audience.clone(), cursor, tables)
            .ok_or_else(|| HubError::Protocol("a snapshot holds a row without a key".into()))?;
        let Some(room) = self.joined.get_mut(&topic) else { return Ok(()) };
        match &room.cell {
            Some(cell) => {
                *cell.state.write().unwrap_or_else(PoisonError::into_inner) = state;
                cell.cursor.send_replace(cursor);
                cell.publish(|| Update::Replaced { cursor, reason });
                room.go_on(topic, frames);
            }
            None => self.open(topic, state, frames),
        }
        Ok(())
    }

    pub(crate) fn resumed(&mut self, topic: Topic, cursor: Cursor, frames: &mut Vec<ClientFrame>) {
        let Some(room) = self.joined.get_mut(&topic) else { return };
        if room.position(self.audience.as_ref()) != Some(cursor) {
            room.join_anew(topic, frames);
        } else if let Some(state) = room.kept.take() {
            self.open(topic, state, frames);
        } else {
            room.go_on(topic, frames);
        }
    }

    pub(crate) fn delta(
        &mut self,
        topic: Topic,
        after: u64,
        seq: u64,
        commits: Vec<Commit>,
        frames: &mut Vec<ClientFrame>,
    ) {
        let Some(room) = self.joined.get_mut(&topic) else { return };
        let (false, Some(cell)) = (room.awaiting, &room.cell) else { return };
        let applied = cell.state.write().unwrap_or_else(PoisonError::into_inner).apply(after, seq, commits);
        match applied {
            Applied::Commits(commits) => {
                cell.cursor.send_modify(|cursor| cursor.seq = seq);
                if !commits.is_empty() {
                    cell.publish(|| Update::Commits(commits.into()));
                }
            }
            Applied::Nothing => {}
            Applied::Gap => self.join(topic, frames),
            Applied::Torn => room.join_anew(topic, frames),
        }
    }

    /// Remembers what to show; it is said at once when the room is joined.
    pub(crate) fn show(&mut self, topic: Topic, state: Option<Value>, live: bool, frames: &mut Vec<ClientFrame>) {
        if let Some(room) = self.joined.get_mut(&topic) {
            room.presence.clone_from(&state);
            if live && !room.awaiting {
                frames.push(ClientFrame::Presence { topic, state });
            }
        }
    }

    pub(crate) fn members(&mut self, topic: Topic, full: bool, members: Vec<PresenceMember>, left: &[Uuid]) {
        let Some(cell) = self.joined.get(&topic).and_then(|room| room.cell.as_ref()) else { return };
        cell.members.send_modify(|present| {
            if full {
                present.clear();
            }
            let replaced = |id: &Uuid| left.contains(id) || members.iter().any(|member| member.session_id == *id);
            present.retain(|member| !replaced(&member.session_id));
            present.extend(members);
        });
    }

    /// The first state of a room is there.
    fn open(&mut self, topic: Topic, state: RoomState, frames: &mut Vec<ClientFrame>) {
        let Some(room) = self.joined.get_mut(&topic) else { return };
        let cell = Arc::new(RoomCell::new(topic, state));
        room.cell = Some(Arc::clone(&cell));
        if let Some(reply) = room.reply.take()
            && reply.send(Ok(cell)).is_err()
        {
            // Whoever asked is gone, so that nobody would ever leave.
            self.joined.remove(&topic);
            frames.push(ClientFrame::Leave { topic });
            return;
        }
        room.go_on(topic, frames);
    }
}

impl Joined {
    /// What is held, if it is what this audience sees.
    fn position(&self, audience: Option<&Audience>) -> Option<Cursor> {
        match &self.cell {
            Some(cell) => cell.state.read().unwrap_or_else(PoisonError::into_inner).position_for(audience),
            None => self.kept.as_ref().and_then(|state| state.position_for(audience)),
        }
    }

    fn join_frame(&self, topic: Topic, since: Option<Cursor>) -> ClientFrame {
        ClientFrame::Join { topic, since, tables: self.tables.clone(), rate: self.rate }
    }

    /// Asks for a snapshot: what is held cannot be trusted.
    fn join_anew(&mut self, topic: Topic, frames: &mut Vec<ClientFrame>) {
        self.kept = None;
        self.awaiting = true;
        frames.push(self.join_frame(topic, None));
    }

    /// The hub has said where the subscription stands.
    fn go_on(&mut self, topic: Topic, frames: &mut Vec<ClientFrame>) {
        self.awaiting = false;
        self.kept = None;
        if let Some(state) = self.presence.clone() {
            frames.push(ClientFrame::Presence { topic, state: Some(state) });
        }
    }
}
