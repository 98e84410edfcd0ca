use std::sync::Arc;

use domain::realtime::{Broadcast, ChannelName, Incoming, PAYLOAD, PRESENCE, Payload, may_on};
use serde_json::{Value, json};

use super::answers::{Refusal, answer, system};
use super::socket::Connection;
use crate::live::changes::PlanKey;
use crate::live::outbox::{Of, SubscriptionId};
use crate::store::changes::Bound;

/// A channel that this socket has joined.
pub(super) struct Channel {
    pub(super) name: ChannelName,
    pub(super) topic: String,
    /// Which join of its client it is.
    pub(super) join_ref: Option<String>,
    /// Names it among the channel's members.
    pub(super) member: u64,
    pub(super) acknowledge: bool,
    pub(super) presence: bool,
    pub(super) presence_key: String,
    pub(super) changes: Option<Changes>,
}

/// Its subscription to changes.
pub(super) struct Changes {
    pub(super) subscription: SubscriptionId,
    pub(super) key: PlanKey,
    pub(super) bound: Vec<Arc<Bound>>,
    pub(super) cursors: bool,
}

impl Connection {
    /// A message to the others in a channel.
    pub(super) fn broadcast(&self, incoming: &Incoming) {
        let sent = self.try_broadcast(incoming);
        match &sent {
            Ok(false) => {}
            Ok(true) => self.answer(incoming, Ok(json!({}))),
            Err(refusal) => {
                self.answer(incoming, Err(refusal));
                // Clients that asked for no confirmation do not look at answers.
                let message = format!("{}: {}", refusal.code, refusal.reason);
                self.say(system(self.notation, &incoming.topic, "broadcast", false, &message));
            }
        }
    }

    /// Whether the sender wants to know that it was sent.
    fn try_broadcast(&self, incoming: &Incoming) -> Result<bool, Refusal> {
        let channel = self.joined(incoming)?;
        let identity = self.identity()?;
        let broadcast = match &incoming.payload {
            Payload::Broadcast(broadcast) => broadcast.clone(),
            Payload::Json(payload) => Broadcast::of(payload.clone())
                .map_err(|_| Refusal::new("invalid_broadcast", "a broadcast has an event"))?,
        };
        check(&broadcast)?;
        if !may_on(identity.role(), channel.name.private).send {
            return Err(Refusal::new("forbidden", "you may listen here, and not send"));
        }
        let organization_id = identity.principal.organization_id;
        self.node.channels.broadcast(organization_id, &channel.name, Some(channel.member), &broadcast);
        Ok(channel.acknowledge)
    }

    /// Somebody shows something of themselves, or nothing any more.
    pub(super) fn presence(&self, incoming: &Incoming) {
        let shown = self.try_presence(incoming);
        self.answer(incoming, shown.as_ref().map(|()| json!({})));
    }

    fn try_presence(&self, incoming: &Incoming) -> Result<(), Refusal> {
        let channel = self.joined(incoming)?;
        let identity = self.identity()?;
        let organization_id = identity.principal.organization_id;
        let Payload::Json(payload) = &incoming.payload else {
            return Err(Refusal::new("invalid_presence", "presence is told in text"));
        };
        match payload.get("event").and_then(Value::as_str) {
            Some("untrack") => self.node.channels.untrack(organization_id, &channel.name, channel.member),
            Some("track") => {
                if !may_on(identity.role(), channel.name.private).send {
                    return Err(Refusal::new("forbidden", "you may listen here, and not show yourself"));
                }
                let shown = match payload.get("payload") {
                    Some(Value::Object(shown)) => shown.clone(),
                    None | Some(Value::Null) => serde_json::Map::new(),
                    Some(_) => return Err(Refusal::new("invalid_presence", "what is shown is an object")),
                };
                if Value::Object(shown.clone()).to_string().len() > PRESENCE {
                    return Err(Refusal::new(
                        "payload_too_large",
                        format!("what is shown has at most {PRESENCE} bytes"),
                    ));
                }
                let key = channel.presence_key.clone();
                if !self.node.channels.track(organization_id, &channel.name, channel.member, key, shown) {
                    return Err(Refusal::new("channel_full", "too many show themselves in this channel"));
                }
            }
            _ => return Err(Refusal::new("invalid_presence", "event is track or untrack")),
        }
        Ok(())
    }

    /// The channel that a frame is about, unless it belongs to an earlier join of it.
    fn joined(&self, incoming: &Incoming) -> Result<&Channel, Refusal> {
        self.channels
            .get(&incoming.topic)
            .filter(|channel| incoming.join_ref.is_none() || incoming.join_ref == channel.join_ref)
            .ok_or_else(|| Refusal::new("not_joined", "unmatched topic"))
    }

    pub(super) fn answer(&self, to: &Incoming, outcome: Result<Value, &Refusal>) {
        if let Some(frame) = answer(self.notation, to, outcome) {
            self.outbox.push(frame, Of::Answer);
        }
    }
}

/// Whether a broadcast is within its bounds.
pub(super) fn check(broadcast: &Broadcast) -> Result<(), Refusal> {
    let length = match &broadcast.body {
        Ok(json) => json.to_string().len(),
        Err(bytes) => bytes.len(),
    };
    if length > PAYLOAD {
        return Err(Refusal::new("payload_too_large", format!("a broadcast has at most {PAYLOAD} bytes")));
    }
    if broadcast.event.is_empty() || broadcast.event.len() > 255 {
        return Err(Refusal::new("invalid_broadcast", "an event's name has 1-255 bytes"));
    }
    Ok(())
}
