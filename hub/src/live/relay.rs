use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::realtime::{Broadcast, ChannelName};
use schemas::Row;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::time::Instant;
use uuid::Uuid;

use super::node::Node;
use crate::store::StoreError;
use crate::store::channels::{self, Kind, Message, Presence};

/// How often a hub says that it is there, and looks who else is.
const RENEW: Duration = Duration::from_secs(15);
/// Messages that go to the other hubs in one transaction.
const BATCH: usize = 200;
/// Bytes of messages that wait for the database; beyond, broadcasts reach the members of this hub only.
const WAITING: usize = 16 * 1024 * 1024;
/// After a database that did not answer.
const AGAIN: Duration = Duration::from_millis(250);
/// How often the same messages are tried.
const ATTEMPTS: u32 = 20;

/// What the channels of this hub say to the same channels of other hubs, and what those say to ours.
pub struct Relay {
    /// This hub, among those of one database.
    pub node_id: Uuid,
    others: AtomicBool,
    state: Mutex<State>,
    bell: Notify,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Message>,
    bytes: usize,
    /// By member, what became of what they show: the last word counts.
    shown: BTreeMap<u64, Presence>,
    /// Other hubs that have said something.
    rung: HashMap<Uuid, i64>,
    /// Channels whose first member has come: who shows themselves elsewhere is to be told.
    opened: Vec<(Uuid, ChannelName)>,
    /// Hubs have come or gone.
    look: bool,
}

impl Default for Relay {
    fn default() -> Self {
        Self { node_id: Uuid::now_v7(), others: AtomicBool::new(false), state: Mutex::default(), bell: Notify::new() }
    }
}

impl Relay {
    /// A broadcast of somebody here. Alone, a hub says nothing to nobody.
    pub(super) fn broadcast(&self, organization_id: Uuid, name: &ChannelName, broadcast: &Broadcast) {
        if !self.others.load(Ordering::Relaxed) {
            return;
        }
        let (payload, bytes) = match &broadcast.body {
            Ok(payload) => (Some(payload), None),
            Err(bytes) => (None, Some(bytes.clone())),
        };
        let said = json!({ "event": broadcast.event, "meta": broadcast.meta, "payload": payload }).to_string();
        let message = message(organization_id, name, Kind::Broadcast, said, bytes);
        let size = size(&message);
        let mut state = self.state();
        if state.bytes + size > WAITING {
            tracing::warn!("the database is too slow for broadcasts to other hubs; one was left out");
            return;
        }
        state.bytes += size;
        state.waiting.push_back(message);
        drop(state);
        self.bell.notify_one();
    }

    /// Somebody here shows something of themselves, or nothing any more.
    pub(super) fn shown(&self, organization_id: Uuid, name: &ChannelName, member: u64, shown: Option<&(String, Row)>) {
        let presence = Presence {
            node_id: self.node_id,
            member: member.cast_signed(),
            organization_id,
            channel: name.name.clone(),
            private: name.private,
            key: shown.map(|(key, _)| key.clone()).unwrap_or_default(),
            shown: shown.map(|(_, row)| Value::Object(row.clone()).to_string()),
        };
        self.state().shown.insert(member, presence);
        self.bell.notify_one();
    }

    /// The first member of a channel has come.
    pub(super) fn opened(&self, organization_id: Uuid, name: &ChannelName) {
        self.state().opened.push((organization_id, name.clone()));
        self.bell.notify_one();
    }

    /// Another hub rang: `{hub} {number of the first new message}`, or `{hub} hello`.
    pub fn ring(&self, payload: &str) {
        let Some((hub, first)) = payload.split_once(' ') else { return };
        let Ok(hub) = hub.parse::<Uuid>() else { return };
        if hub == self.node_id {
            return;
        }
        let mut state = self.state();
        match first.parse::<i64>() {
            Ok(first) => {
                let known = state.rung.entry(hub).or_insert(first);
                *known = first.min(*known);
            }
            Err(_) => state.look = true,
        }
        drop(state);
        self.bell.notify_one();
    }

    /// Nobody heard the bell for a while.
    pub fn ring_all(&self) {
        self.state().look = true;
        self.bell.notify_one();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // It holds whole values, whatever happened to whoever held it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Carries between this hub and the others until it stops.
pub async fn carry(node: Arc<Node>) {
    let mut carrier = Carrier { node: Arc::clone(&node), said: 0, heard: HashMap::new() };
    let mut greeted = false;
    let mut renewed = Instant::now();
    while !node.is_draining() {
        let look = std::mem::take(&mut node.relay.state().look);
        if !greeted || look || renewed.elapsed() >= RENEW {
            match carrier.look(!greeted).await {
                Ok(()) => (greeted, renewed) = (true, Instant::now()),
                Err(error) => {
                    tracing::debug!(%error, "other hubs cannot be looked for");
                    node.relay.state().look |= look;
                    tokio::time::sleep(AGAIN).await;
                    continue;
                }
            }
        }
        carrier.say().await;
        carrier.listen().await;
        let _ = tokio::time::timeout(RENEW, node.relay.bell.notified()).await;
    }
    if let Err(error) = channels::end(&node.store.pools, node.relay.node_id).await {
        tracing::debug!(%error, "other hubs notice in a minute that this one has ended");
    }
}

struct Carrier {
    node: Arc<Node>,
    /// The number of the last message.
    said: i64,
    /// By hub that is there, the number of the last message that was heard of it.
    heard: HashMap<Uuid, i64>,
}

impl Carrier {
    /// Who is there. What a hub said before we heard of it is nothing to us; whoever shows themselves there is.
    async fn look(&mut self, greet: bool) -> Result<(), StoreError> {
        let relay = &self.node.relay;
        let (there, unknown) = channels::renew(&self.node.store.pools, relay.node_id, greet).await?;
        if unknown && !greet {
            // The others had given this one up, and who shows themselves here with it.
            self.node.channels.show_again();
        }
        let there: HashMap<Uuid, i64> = there.into_iter().collect();
        relay.others.store(!there.is_empty(), Ordering::Relaxed);
        self.heard.retain(|hub, _| {
            let stays = there.contains_key(hub);
            if !stays {
                self.node.channels.forget_hub(*hub);
            }
            stays
        });
        let mut state = relay.state();
        for (hub, last) in there {
            match self.heard.get(&hub) {
                // It may have rung while nobody listened.
                Some(heard) if *heard < last => {
                    state.rung.entry(hub).or_insert(last);
                }
                Some(_) => {}
                None => {
                    let rung = state.rung.get(&hub).map(|first| first - 1);
                    self.heard.insert(hub, rung.unwrap_or(last).min(last));
                }
            }
        }
        Ok(())
    }

    /// What waits, in order.
    async fn say(&mut self) {
        loop {
            let (messages, presences) = self.take();
            if messages.is_empty() && presences.is_empty() {
                return;
            }
            let relay = &self.node.relay;
            for attempt in 1.. {
                let first = self.said + 1;
                match channels::say(&self.node.store.pools, relay.node_id, first, &messages, &presences).await {
                    Ok(()) => break,
                    Err(error) if attempt >= ATTEMPTS || self.node.is_draining() => {
                        tracing::warn!(%error, messages = messages.len(), "messages did not reach the other hubs");
                        break;
                    }
                    // Under the same numbers: if it came through all the same, it is not said twice.
                    Err(_) => tokio::time::sleep(AGAIN).await,
                }
            }
            self.said += i64::try_from(messages.len()).unwrap_or(0);
        }
    }

    /// Broadcasts, then presences, which are messages too.
    fn take(&self) -> (Vec<Message>, Vec<Presence>) {
        let mut state = self.node.relay.state();
        let count = state.waiting.len().min(BATCH);
        let mut messages: Vec<Message> = state.waiting.drain(..count).collect();
        state.bytes -= messages.iter().map(size).sum::<usize>();
        let mut presences = Vec::new();
        while presences.len() < BATCH
            && let Some((_, presence)) = state.shown.pop_first()
        {
            presences.push(presence);
        }
        drop(state);
        messages.extend(presences.iter().map(|presence| {
            let name = ChannelName { name: presence.channel.clone(), private: presence.private };
            let kind = if presence.shown.is_some() { Kind::Track } else { Kind::Untrack };
            let shown: Option<Value> = presence.shown.as_deref().and_then(|shown| serde_json::from_str(shown).ok());
            let said = json!({ "member": presence.member, "key": presence.key, "shown": shown }).to_string();
            message(presence.organization_id, &name, kind, said, None)
        }));
        (messages, presences)
    }

    /// What others say.
    async fn listen(&mut self) {
        let (rung, opened) = {
            let mut state = self.node.relay.state();
            (std::mem::take(&mut state.rung), std::mem::take(&mut state.opened))
        };
        for (hub, first) in rung {
            if let Err(error) = self.hear(hub, first).await {
                tracing::debug!(%error, "what another hub says is asked for again");
                self.node.relay.ring(&format!("{hub} {first}"));
                tokio::time::sleep(AGAIN).await;
            }
        }
        for (organization_id, name) in opened {
            match channels::presences(
                &self.node.store.pools,
                self.node.relay.node_id,
                organization_id,
                &name.name,
                name.private,
            )
            .await
            {
                Ok(presences) => {
                    for presence in presences {
                        let shown = presence.shown.as_deref().and_then(|shown| serde_json::from_str::<Row>(shown).ok());
                        let member = (presence.node_id, presence.member.cast_unsigned());
                        if let Some(shown) = shown {
                            self.node.channels.show(organization_id, &name, member, Some((presence.key, shown)));
                        }
                    }
                }
                Err(error) => {
                    tracing::debug!(%error, "who shows themselves elsewhere is asked for again");
                    self.node.relay.opened(organization_id, &name);
                    tokio::time::sleep(AGAIN).await;
                }
            }
        }
    }

    async fn hear(&mut self, hub: Uuid, first: i64) -> Result<(), StoreError> {
        loop {
            let after = *self.heard.entry(hub).or_insert(first - 1);
            let messages = channels::heard(&self.node.store.pools, hub, after).await?;
            let Some((last, _)) = messages.last() else { return Ok(()) };
            self.heard.insert(hub, *last);
            for (_, message) in messages {
                self.deliver(hub, message);
            }
        }
    }

    fn deliver(&self, hub: Uuid, message: Message) {
        let Ok(Value::Object(mut said)) = serde_json::from_str::<Value>(&message.said) else { return };
        let name = ChannelName { name: message.channel, private: message.private };
        let channels = &self.node.channels;
        if message.kind == Kind::Broadcast {
            let Some(Value::String(event)) = said.remove("event") else { return };
            let meta = said.remove("meta").filter(|meta| !meta.is_null());
            let body = match message.bytes {
                Some(bytes) => Err(bytes),
                None => Ok(said.remove("payload").unwrap_or_default()),
            };
            channels.deliver(message.organization_id, &name, None, &Broadcast { event, meta, body });
            return;
        }
        let Some(member) = said.get("member").and_then(Value::as_i64) else { return };
        let shown = match (said.remove("key"), said.remove("shown")) {
            (Some(Value::String(key)), Some(Value::Object(shown))) => Some((key, shown)),
            _ => None,
        };
        channels.show(message.organization_id, &name, (hub, member.cast_unsigned()), shown);
    }
}

fn message(organization_id: Uuid, name: &ChannelName, kind: Kind, said: String, bytes: Option<Vec<u8>>) -> Message {
    Message { organization_id, channel: name.name.clone(), private: name.private, kind, said, bytes }
}

fn size(message: &Message) -> usize {
    message.said.len() + message.bytes.as_ref().map_or(0, Vec::len) + message.channel.len()
}
