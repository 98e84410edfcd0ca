use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use dashmap::DashMap;
use domain::realtime::{Broadcast, ChannelName, Notation, PRESENCES, binary_broadcast};
use schemas::Row;
use serde_json::{Value, json};
use uuid::Uuid;

use super::outbox::{Frame, Of, Outbox};
use super::relay::Relay;

/// Channels by organization and name: who is in them and what they show of themselves. Nothing of it is stored, and nothing
/// is kept when the last one leaves. Members may be on several hubs: the [`Relay`] carries between them.
pub struct Channels {
    rooms: DashMap<(Uuid, ChannelName), Room>,
    relay: Arc<Relay>,
}

#[derive(Default)]
struct Room {
    members: Vec<ChannelMember>,
    /// By hub and member: key, and what is shown.
    shown: BTreeMap<(Uuid, u64), (String, Row)>,
}

/// Somebody in a channel.
#[derive(Clone)]
pub struct ChannelMember {
    /// Names it within the process.
    pub id: u64,
    /// Where its frames go.
    pub outbox: Arc<Outbox>,
    /// How they are written.
    pub notation: Notation,
    /// Its own broadcasts come back to it.
    pub echo: bool,
    /// It hears who is there.
    pub presence: bool,
}

impl Channels {
    /// Nobody is in any.
    pub fn new(relay: Arc<Relay>) -> Self {
        Self { rooms: DashMap::new(), relay }
    }

    /// Lets somebody in. Who is there follows when they ask for [`state`](Self::state).
    pub fn join(&self, organization_id: Uuid, name: &ChannelName, member: ChannelMember) {
        let mut room = self.rooms.entry((organization_id, name.clone())).or_default();
        room.members.push(member);
        if room.members.len() == 1 {
            drop(room);
            self.relay.opened(organization_id, name);
        }
    }

    /// Somebody leaves; what they showed goes with them.
    pub fn leave(&self, organization_id: Uuid, name: &ChannelName, id: u64) {
        self.rooms.remove_if_mut(&(organization_id, name.clone()), |_, room| {
            room.members.retain(|member| member.id != id);
            if let Some(left) = room.shown.remove(&(self.relay.node_id, id)) {
                room.tell_presence(name, None, Some(&left));
                self.relay.shown(organization_id, name, id, None);
            }
            room.members.is_empty()
        });
    }

    /// Sends to a member who is there.
    pub fn state(&self, organization_id: Uuid, name: &ChannelName, id: u64) {
        let Some(room) = self.rooms.get(&(organization_id, name.clone())) else { return };
        let Some(member) = room.members.iter().find(|member| member.id == id && member.presence) else { return };
        let mut state: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
        for (key, shown) in room.shown.values() {
            state.entry(key).or_default().push(shown);
        }
        let state: Row = state.into_iter().map(|(key, metas)| (key.to_owned(), json!({ "metas": metas }))).collect();
        let text = member.notation.write(&name.topic(), "presence_state", &Value::Object(state).to_string());
        member.outbox.push(Frame::Text(Bytes::from(text)), Of::Moment);
    }

    /// Sends a broadcast to everybody in a channel; to its sender only if they want that. How many it went to on
    /// this hub.
    pub fn broadcast(
        &self,
        organization_id: Uuid,
        name: &ChannelName,
        from: Option<u64>,
        broadcast: &Broadcast,
    ) -> usize {
        self.relay.broadcast(organization_id, name, broadcast);
        self.deliver(organization_id, name, from, broadcast)
    }

    /// The same, to the members of this hub.
    pub(super) fn deliver(
        &self,
        organization_id: Uuid,
        name: &ChannelName,
        from: Option<u64>,
        broadcast: &Broadcast,
    ) -> usize {
        let Some(room) = self.rooms.get(&(organization_id, name.clone())) else { return 0 };
        let topic = name.topic();
        let mut frames: [Option<Frame>; 2] = [None, None];
        let mut sent = 0;
        for member in room.members.iter().filter(|member| member.echo || from != Some(member.id)) {
            let slot = &mut frames[usize::from(member.notation == Notation::Lists)];
            if slot.is_none() {
                *slot = frame(member.notation, &topic, broadcast);
            }
            if let Some(frame) = slot {
                member.outbox.push(frame.clone(), Of::Moment);
                sent += 1;
            }
        }
        sent
    }

    /// Somebody shows something of themselves, instead of what they showed before. False if too many do.
    pub fn track(&self, organization_id: Uuid, name: &ChannelName, id: u64, key: String, mut shown: Row) -> bool {
        let member = (self.relay.node_id, id);
        let Some(mut room) = self.rooms.get_mut(&(organization_id, name.clone())) else { return true };
        if room.shown.len() >= PRESENCES && !room.shown.contains_key(&member) {
            return false;
        }
        shown.insert("phx_ref".to_owned(), Value::from(Uuid::now_v7().simple().to_string()));
        let now = (key, shown);
        self.relay.shown(organization_id, name, id, Some(&now));
        room.show(name, member, Some(now));
        true
    }

    /// Somebody shows nothing any more.
    pub fn untrack(&self, organization_id: Uuid, name: &ChannelName, id: u64) {
        if let Some(mut room) = self.rooms.get_mut(&(organization_id, name.clone()))
            && room.show(name, (self.relay.node_id, id), None)
        {
            self.relay.shown(organization_id, name, id, None);
        }
    }

    /// Somebody on another hub shows this of themselves, or nothing any more.
    pub(super) fn show(
        &self,
        organization_id: Uuid,
        name: &ChannelName,
        member: (Uuid, u64),
        shown: Option<(String, Row)>,
    ) {
        if let Some(mut room) = self.rooms.get_mut(&(organization_id, name.clone())) {
            // Two hubs may each have let the last one in.
            if shown.is_none() || room.shown.len() < 2 * PRESENCES || room.shown.contains_key(&member) {
                room.show(name, member, shown);
            }
        }
    }

    /// Another hub is gone, and whoever showed themselves there.
    pub(super) fn forget_hub(&self, hub: Uuid) {
        for mut room in self.rooms.iter_mut() {
            let name = room.key().1.clone();
            let gone: Vec<_> = room.shown.range((hub, 0)..=(hub, u64::MAX)).map(|(member, _)| *member).collect();
            for member in gone {
                room.show(&name, member, None);
            }
        }
    }

    /// Tells other hubs again who shows themselves on this one.
    pub(super) fn show_again(&self) {
        let own = (self.relay.node_id, 0)..=(self.relay.node_id, u64::MAX);
        for room in &self.rooms {
            let (organization_id, name) = room.key();
            for ((_, id), shown) in room.shown.range(own.clone()) {
                self.relay.shown(*organization_id, name, *id, Some(shown));
            }
        }
    }

    /// Channels that somebody is in.
    pub fn len(&self) -> usize {
        self.rooms.len()
    }

    /// Whether nobody is in any.
    pub fn is_empty(&self) -> bool {
        self.rooms.is_empty()
    }
}

impl Room {
    /// Somebody shows this instead of what they showed before. Whether that is anything new.
    fn show(&mut self, name: &ChannelName, member: (Uuid, u64), now: Option<(String, Row)>) -> bool {
        if self.shown.get(&member) == now.as_ref() {
            return false;
        }
        let before = match now.clone() {
            Some(now) => self.shown.insert(member, now),
            None => self.shown.remove(&member),
        };
        // What was is told as gone first: libraries that are told both at once keep the old beside the new.
        if let Some(before) = &before {
            self.tell_presence(name, None, Some(before));
        }
        if let Some(now) = &now {
            self.tell_presence(name, Some(now), None);
        }
        true
    }

    fn tell_presence(&self, name: &ChannelName, joined: Option<&(String, Row)>, left: Option<&(String, Row)>) {
        let part = |of: Option<&(String, Row)>| match of {
            Some((key, shown)) => json!({ key: { "metas": [shown] } }),
            None => json!({}),
        };
        let payload = json!({ "joins": part(joined), "leaves": part(left) }).to_string();
        let topic = name.topic();
        for notation in [Notation::Objects, Notation::Lists] {
            let bytes = Bytes::from(notation.write(&topic, "presence_diff", &payload));
            for member in self.members.iter().filter(|member| member.presence && member.notation == notation) {
                member.outbox.push(Frame::Text(bytes.clone()), Of::Moment);
            }
        }
    }
}

/// A broadcast as a notation writes it; bytes have no place in the older one.
fn frame(notation: Notation, topic: &str, broadcast: &Broadcast) -> Option<Frame> {
    match (&broadcast.body, notation) {
        (Ok(_), _) => {
            let text = notation.write(topic, "broadcast", &broadcast.text()?);
            Some(Frame::Text(Bytes::from(text)))
        }
        (Err(bytes), Notation::Lists) => {
            let bytes = binary_broadcast(topic, &broadcast.event, broadcast.meta.as_ref(), bytes).ok()?;
            Some(Frame::Binary(Bytes::from(bytes)))
        }
        (Err(_), Notation::Objects) => None,
    }
}
