use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use schemas::{About, Command, ErrorCode, SnapshotReason, Topic};
use uuid::Uuid;

use super::bounds;
use super::session::{End, MAX_IN_FLIGHT, MAX_TOPICS, Session};
use crate::store::access::{self, TopicAccess};
use crate::store::identity;

/// How long the answer about a topic that is not joined is believed: no room tells when it changes.
const BELIEVED: Duration = Duration::from_millis(500);

impl Session {
    /// Whether a command is within its bounds and the principal's rights; says so if not. A queue that was left from an
    /// earlier connection comes before its topic is joined again: then the database is asked.
    pub(super) async fn may_perform(&mut self, command_id: Uuid, topic: Topic, command: &Command) -> bool {
        let about = Some(About::Command(command_id));
        let Some(identity) = self.identity.clone() else { return false };
        if let Err(message) = bounds::check(command) {
            self.tell(ErrorCode::InvalidArgument, message, about);
            return false;
        }
        self.unjoined.retain(|(_, _, asked)| asked.elapsed() < BELIEVED);
        if self.joined(topic).is_none() && !self.unjoined.iter().any(|(of, _, _)| *of == topic) {
            match Box::pin(access::admit(&self.node.store, &identity, topic)).await {
                Ok(Some(access)) => {
                    self.unjoined.truncate(MAX_TOPICS - 1);
                    self.unjoined.push((topic, access, Instant::now()));
                }
                Ok(None) => {
                    self.tell(ErrorCode::UnknownTopic, "no such topic".into(), about);
                    return false;
                }
                Err(error) => {
                    self.tell(ErrorCode::Unavailable, error.to_string(), about);
                    return false;
                }
            }
        }
        let Some(access) = self.access(topic) else { return false };
        if let Err(denied) = access::may(access, command) {
            self.tell(ErrorCode::Forbidden, denied, about);
            return false;
        }
        if self.socket.in_flight.get() >= MAX_IN_FLIGHT {
            let message = format!("at most {MAX_IN_FLIGHT} commands may wait for their outcome");
            self.tell(ErrorCode::Busy, message, about);
            return false;
        }
        true
    }

    /// The principal may have lost or gained rights: end, narrow or widen what the session sees.
    pub(super) async fn recheck(&mut self) -> Result<(), End> {
        let Some(before) = self.identity.clone() else { return Ok(()) };
        let now = match identity::refresh(&self.node.store, &before).await {
            Ok(now) => Arc::new(now),
            Err(error) if error.code().retryable() => {
                self.recheck_later();
                return Ok(());
            }
            Err(error) => return self.refuse(&error),
        };
        let same_role = now.role() == before.role();
        self.unjoined.clear();
        self.identity = Some(Arc::clone(&now));
        let topics: Vec<_> = self
            .topics
            .iter()
            .map(|joined| (joined.topic, joined.access, joined.tables.clone(), joined.rate))
            .collect();
        for (topic, access_before, tables, rate) in topics {
            match access::admit(&self.node.store, &now, topic).await {
                Ok(Some(access)) if same_role && access == access_before => {}
                Ok(Some(_)) => self.join(topic, None, tables, rate, SnapshotReason::Changed).await,
                Ok(None) => {
                    self.drop_topic(topic);
                    let about = Some(About::Topic(topic));
                    self.tell(ErrorCode::Revoked, "the right to this topic was taken away".into(), about);
                }
                Err(error) => {
                    tracing::warn!(%error, "rights could not be asked again");
                    self.recheck_later();
                }
            }
        }
        Ok(())
    }

    /// The database is away: rights are asked again when it is back.
    fn recheck_later(&self) {
        let socket = Rc::clone(&self.socket);
        actix::spawn(async move {
            tokio::time::sleep(Duration::from_millis(250)).await;
            socket.signals.borrow_mut().recheck = true;
            socket.wake.notify_one();
        });
    }

    pub(super) fn access(&self, topic: Topic) -> Option<&TopicAccess> {
        let unjoined = || self.unjoined.iter().find(|(of, _, _)| *of == topic).map(|(_, access, _)| access);
        self.joined(topic).map(|joined| &joined.access).or_else(unjoined)
    }
}
