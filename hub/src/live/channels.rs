use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use dashmap::DashMap;
use domain::realtime::{Broadcast, ChannelName, Notation, PRESENCES, binary_broadcast};
use schemas::Row;
use serde_json::{Value, json};
use uuid::Uuid;

use super::outbox::{Frame, Of, Outbox};

/// Channels by organization and name: who is in them and what they show of themselves. Nothing of it is stored, and nothing
/// is kept when the last one leaves.
#[derive(Default)]
pub struct Channels {
    rooms: DashMap<(Uuid, ChannelName), Room>,
}

#[derive(Default)]
struct Room {
    members: Vec<ChannelMember>,
    /// By member: key, and what is shown.
    shown: BTreeMap<u64, (String, Row)>,
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
    /// Lets somebody in. Who is there follows when they ask for [`state`](Self::state).
    pub fn join(&self, organization_id: Uuid, name: &ChannelName, member: ChannelMember) {
        self.rooms.entry((organization_id, name.clone())).or_default().members.push(member);
    }

    /// Somebody leaves; what they showed goes with them.
    pub fn leave(&self, organization_id: Uuid, name: &ChannelName, id: u64) {
        self.rooms.remove_if_mut(&(organization_id, name.clone()), |_, room| {
            room.members.retain(|member| member.id != id);
            if let Some(left) = room.shown.remove(&id) {
                room.tell_presence(name, None, Some(&left));
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

    /// Sends a broadcast to everybody in a channel; to its sender only if they want that. How many it went to.
    pub fn broadcast(
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
        let Some(mut room) = self.rooms.get_mut(&(organization_id, name.clone())) else { return true };
        if room.shown.len() >= PRESENCES && !room.shown.contains_key(&id) {
            return false;
        }
        shown.insert("phx_ref".to_owned(), Value::from(Uuid::now_v7().simple().to_string()));
        let now = (key, shown);
        let before = room.shown.insert(id, now.clone());
        // What was is told as gone first: libraries that are told both at once keep the old beside the new.
        if let Some(before) = &before {
            room.tell_presence(name, None, Some(before));
        }
        room.tell_presence(name, Some(&now), None);
        true
    }

    /// Somebody shows nothing any more.
    pub fn untrack(&self, organization_id: Uuid, name: &ChannelName, id: u64) {
        if let Some(mut room) = self.rooms.get_mut(&(organization_id, name.clone()))
            && let Some(left) = room.shown.remove(&id)
        {
            room.tell_presence(name, None, Some(&left));
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
