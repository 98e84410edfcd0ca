use std::collections::HashMap;

use schemas::{PresenceMember, ServerFrame, Topic};
use serde_json::Value;
use uuid::Uuid;

use super::session::session_id;
use super::shard::Seat;
use super::socket::SocketId;
use crate::store::identity::Identity;

/// Who shows something of themselves in a topic. Ephemeral, never stored; changes are gathered before they are sent.
#[derive(Default)]
pub struct Presence {
    members: HashMap<SocketId, PresenceMember>,
    changed: Vec<SocketId>,
    left: Vec<Uuid>,
}

impl Presence {
    /// Shows, replaces, or (with no state) takes back. True when others should hear of it.
    pub fn set(&mut self, seat: Seat, identity: &Identity, state: Option<Value>) -> bool {
        if state.is_none() {
            return self.remove(seat);
        }
        let member = PresenceMember {
            session_id: session_id(seat),
            name: identity.principal.name.clone(),
            kind: identity.principal.kind,
            profile: identity.principal.profile,
            state,
        };
        self.members.insert(seat.socket, member);
        self.changed.push(seat.socket);
        true
    }

    /// The session is gone. True when others should hear of it.
    pub fn remove(&mut self, seat: Seat) -> bool {
        let was_there = self.members.remove(&seat.socket).is_some();
        if was_there {
            self.left.push(session_id(seat));
        }
        was_there
    }

    /// Everybody, for somebody who just joined.
    pub fn full(&self, topic: Topic) -> ServerFrame {
        ServerFrame::Presence { topic, full: true, members: self.members.values().cloned().collect(), left: Vec::new() }
    }

    /// What changed since the last time.
    pub fn changes(&mut self, topic: Topic) -> Option<ServerFrame> {
        let mut changed = std::mem::take(&mut self.changed);
        changed.sort_unstable();
        changed.dedup();
        let left = std::mem::take(&mut self.left);
        let members: Vec<_> = changed.iter().filter_map(|socket| self.members.get(socket).cloned()).collect();
        (!members.is_empty() || !left.is_empty()).then_some(ServerFrame::Presence { topic, full: false, members, left })
    }
}
