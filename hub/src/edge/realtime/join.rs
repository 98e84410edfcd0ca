use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::realtime::{CHANNELS, ChannelName, Incoming, Join};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::answers::{FORBIDDEN, Refusal, answer, beginning, ended, system};
use super::channel::{Changes, Channel};
use super::socket::Connection;
use crate::live::changes::{Follow, FollowError, Follower, Greeting, PlanKey};
use crate::live::channels::ChannelMember;
use crate::live::outbox::{Frame, Of};
use crate::store::access;
use crate::store::changes::{Bound, bind};

/// How long a subscription may take to begin. Clients' libraries wait 10 s for the answer.
const WITHIN: Duration = Duration::from_secs(8);

impl Connection {
    /// Joins a channel, or joins it again. It is answered when it is live, and nothing of it is sent before.
    pub(super) async fn join(&mut self, incoming: Incoming) {
        if let Err(refusal) = self.try_join(&incoming).await {
            self.answer(&incoming, Err(&refusal));
        }
    }

    async fn try_join(&mut self, incoming: &Incoming) -> Result<(), Refusal> {
        let join =
            Join::read(&Self::object(incoming)).map_err(|error| Refusal::new(error.code(), error.to_string()))?;
        let earlier = self.leave_topic(&incoming.topic).await;
        if let Some(token) = &join.access_token {
            self.sign_in(token).await?;
        }
        let identity = Arc::clone(self.identity()?);
        let name = ChannelName::of_topic(&incoming.topic, join.private)
            .ok_or_else(|| Refusal::new("invalid_topic", "channels are called realtime:name, of at most 255 bytes"))?;
        if self.channels.len() >= CHANNELS {
            return Err(Refusal::new("too_many_channels", format!("a socket joins at most {CHANNELS} channels")));
        }
        if join.private {
            let about = name.about().ok_or_else(|| {
                let message =
                    "private channels are called event:{id}, project:{id} or organization:{id}, alone or with :more";
                Refusal::new("private_name", message)
            })?;
            match access::admit(&self.node.store, &identity, about).await {
                Ok(Some(_)) => {}
                Ok(None) => return Err(Refusal::new("forbidden", "you have no rights to this private channel")),
                Err(_) => return Err(unavailable()),
            }
        }
        let organization_id = identity.principal.organization_id;
        let mut bound = Vec::with_capacity(join.bindings.len());
        if !join.bindings.is_empty() {
            let tables = self.node.store.changes.now(&self.node.store).await.map_err(|_| unavailable())?;
            for binding in &join.bindings {
                let found = bind(&self.node.store, &tables, organization_id, identity.role(), binding).await;
                bound.push(Arc::new(found.map_err(|error| Refusal::new(error.code(), error.to_string()))?));
            }
        }
        let list: Vec<Value> = join
            .bindings
            .iter()
            .zip(&bound)
            .map(|(binding, bound)| {
                let mut echo = binding.verbatim.clone();
                echo.insert("id".to_owned(), Value::from(bound.id));
                Value::Object(echo)
            })
            .collect();
        let response = json!({ "postgres_changes": list });

        let member = self.node.next_id();
        let mut channel = Channel {
            topic: incoming.topic.clone(),
            join_ref: incoming.join_ref.clone().or_else(|| incoming.reference.clone()),
            member,
            acknowledge: join.acknowledge,
            presence: join.presence,
            presence_key: join.presence_key.clone().unwrap_or_else(|| Uuid::now_v7().to_string()),
            changes: None,
            name,
        };
        let here = ChannelMember {
            id: member,
            outbox: Arc::clone(&self.outbox),
            notation: self.notation,
            echo: join.echo,
            presence: join.presence,
        };
        if bound.is_empty() {
            self.answer(incoming, Ok(response));
            self.node.channels.join(organization_id, &channel.name, here);
        } else {
            let key = self.plan(&channel.topic, &bound);
            let subscription = self.node.next_id();
            let changes = Changes { subscription, key, bound, cursors: join.cursors };
            // Somebody who joins again on the same socket goes on where it was, if they ask the same.
            let earlier = earlier.filter(|(key, _)| *key == changes.key).map(|(_, cursor)| cursor);
            let since = join.since.clone().or(earlier);
            let greeting = self.greeting(incoming, response);
            self.node.channels.join(organization_id, &channel.name, here);
            if let Err(error) = self.follow(&changes, since, greeting).await {
                self.node.channels.leave(organization_id, &channel.name, member);
                return Err(Refusal::new(error.code(), error.to_string()));
            }
            channel.changes = Some(changes);
        }
        if join.presence {
            self.node.channels.state(organization_id, &channel.name, member);
        }
        self.channels.insert(incoming.topic.clone(), channel);
        Ok(())
    }

    fn plan(&self, topic: &str, bound: &[Arc<Bound>]) -> PlanKey {
        let mut bindings: Vec<u64> = bound.iter().map(|bound| bound.id).collect();
        bindings.sort_unstable();
        bindings.dedup();
        PlanKey { topic: topic.to_owned(), notation: self.notation, bindings }
    }

    /// The answer to the join, and how the subscription begins.
    fn greeting(&self, incoming: &Incoming, response: Value) -> Greeting {
        let (notation, topic) = (self.notation, incoming.topic.clone());
        let reply = answer(notation, incoming, Ok(response));
        Box::new(move |followed, cursor| {
            let subscribed = system(notation, &topic, "postgres_changes", true, "Subscribed to PostgreSQL");
            let frames = reply.into_iter().chain([subscribed, beginning(notation, &topic, followed, cursor)]);
            frames.filter_map(text).collect()
        })
    }

    async fn follow(&self, changes: &Changes, since: Option<String>, greeting: Greeting) -> Result<(), FollowError> {
        let identity = Arc::clone(self.identity().map_err(|_| FollowError::Unavailable)?);
        let organization_id = identity.principal.organization_id;
        let (done, begun) = oneshot::channel();
        self.outbox.open(changes.subscription);
        let outbox = Arc::clone(&self.outbox);
        let follower = Follower { subscription: changes.subscription, outbox, cursors: changes.cursors, greeting };
        let (key, bound) = (changes.key.clone(), changes.bound.clone());
        let follow = Follow { identity, key, bound, since, follower, done };
        let following = async {
            self.node.feeds.follow(&self.node, organization_id, follow).await;
            begun.await.unwrap_or(Err(FollowError::Unavailable))
        };
        let followed = tokio::time::timeout(WITHIN, following).await.unwrap_or(Err(FollowError::Unavailable));
        if let Err(error) = followed {
            self.outbox.shut(changes.subscription);
            self.node.feeds.unfollow(organization_id, changes.subscription).await;
            return Err(error);
        }
        Ok(())
    }

    /// The backlog was dropped: every subscription goes on from where its reader is, and says so.
    pub(super) async fn take_up_again(&mut self) {
        if !self.outbox.has_lost() {
            return;
        }
        let Some(identity) = self.identity.clone() else { return self.outbox.recovered() };
        let organization_id = identity.principal.organization_id;
        let mut again = Vec::new();
        for channel in self.channels.values_mut() {
            let Some(changes) = &mut channel.changes else { continue };
            // Without a cursor nobody knows where that was.
            let since = self.outbox.shut(changes.subscription).map_or(String::new(), |cursor| cursor.to_string());
            self.node.feeds.unfollow(organization_id, changes.subscription).await;
            changes.subscription = self.node.next_id();
            again.push((channel.topic.clone(), since));
        }
        self.outbox.recovered();
        let (notation, mut lost) = (self.notation, Vec::new());
        for (topic, since) in again {
            let Some(changes) = self.channels.get(&topic).and_then(|channel| channel.changes.as_ref()) else {
                continue;
            };
            let of = topic.clone();
            let greeting: Greeting = Box::new(move |followed, cursor| {
                text(beginning(notation, &of, followed, cursor)).into_iter().collect()
            });
            if let Err(error) = self.follow(changes, Some(since), greeting).await {
                lost.push((topic, error));
            }
        }
        for (topic, error) in lost {
            self.end_topic(&topic, FORBIDDEN, &error.to_string()).await;
        }
        for channel in self.channels.values() {
            let message = "dropped: you read too slowly; messages of this channel were left out";
            self.say(system(notation, &channel.topic, "broadcast", false, message));
            if channel.presence {
                self.node.channels.state(organization_id, &channel.name, channel.member);
            }
        }
    }

    /// Leaves a channel on request.
    pub(super) async fn leave(&mut self, incoming: &Incoming) {
        let of_this_join = self
            .channels
            .get(&incoming.topic)
            .is_some_and(|channel| incoming.join_ref.is_none() || incoming.join_ref == channel.join_ref);
        if of_this_join {
            self.leave_topic(&incoming.topic).await;
        }
        self.answer(incoming, Ok(json!({})));
        let join_ref = incoming.join_ref.as_deref();
        let close = self.notation.write_all(join_ref, join_ref, &incoming.topic, "phx_close", "{}");
        self.outbox.push(Frame::Text(Bytes::from(close)), Of::Answer);
    }

    /// Leaves a channel. What it had asked for, and how far it had come.
    pub(super) async fn leave_topic(&mut self, topic: &str) -> Option<(PlanKey, String)> {
        let channel = self.channels.remove(topic)?;
        let organization_id = self.identity.as_ref()?.principal.organization_id;
        self.node.channels.leave(organization_id, &channel.name, channel.member);
        let changes = channel.changes?;
        let cursor = self.outbox.shut(changes.subscription);
        self.node.feeds.unfollow(organization_id, changes.subscription).await;
        cursor.map(|cursor| (changes.key, cursor.to_string()))
    }

    /// Leaves all channels.
    pub(super) async fn leave_all(&mut self) {
        let topics: Vec<String> = self.channels.keys().cloned().collect();
        for topic in topics {
            self.leave_topic(&topic).await;
        }
    }

    /// Ends a channel; its client's library joins again by itself.
    pub(super) async fn end_topic(&mut self, topic: &str, code: u16, reason: &str) {
        self.leave_topic(topic).await;
        self.outbox.push(ended(self.notation, topic, code, reason), Of::Answer);
    }

    /// Ends all channels.
    pub(super) async fn end_all(&mut self, code: u16, reason: &str) {
        let topics: Vec<String> = self.channels.keys().cloned().collect();
        for topic in topics {
            self.end_topic(&topic, code, reason).await;
        }
    }
}

fn text(frame: Frame) -> Option<Bytes> {
    match frame {
        Frame::Text(bytes) => Some(bytes),
        Frame::Binary(_) | Frame::Mark(_) | Frame::Close(_) => None,
    }
}

fn unavailable() -> Refusal {
    Refusal::new("unavailable", "the database is not available; try again")
}
