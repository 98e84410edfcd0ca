use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use domain::realtime::{Broadcast, ChannelName, may_on};
use schemas::ErrorCode;
use serde::Deserialize;
use serde_json::Value;

use super::answers::Refusal;
use super::channel::check;
use crate::edge::caller::Caller;
use crate::edge::problem::Problem;
use crate::live::Node;
use crate::store::access;
use crate::store::identity::Identity;

/// Messages of one request, at most.
const MESSAGES: usize = 100;

/// What `POST /realtime/v1/api/broadcast` holds.
#[derive(Deserialize)]
pub(super) struct Messages {
    messages: Vec<Message>,
}

#[derive(Deserialize)]
struct Message {
    topic: String,
    event: String,
    #[serde(default)]
    payload: Value,
    #[serde(default)]
    private: bool,
}

#[derive(Deserialize)]
pub(super) struct Privacy {
    #[serde(default)]
    private: bool,
}

/// Several broadcasts. All are sent, or none.
pub(super) async fn broadcasts(
    State(node): State<Arc<Node>>,
    Caller(identity): Caller,
    body: Result<Json<Messages>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    let Json(Messages { messages }) = body.map_err(|rejection| malformed(&rejection.body_text()))?;
    if messages.len() > MESSAGES {
        return Err(malformed(&format!("at most {MESSAGES} messages")));
    }
    let mut ready = Vec::with_capacity(messages.len());
    for message in messages {
        let name = may_send(&node, &identity, &message.topic, message.private).await?;
        let broadcast = Broadcast { event: message.event, meta: None, body: Ok(message.payload) };
        check(&broadcast).map_err(|Refusal { reason, .. }| malformed(&reason))?;
        ready.push((name, broadcast));
    }
    for (name, broadcast) in ready {
        node.channels.broadcast(identity.principal.organization_id, &name, None, &broadcast);
    }
    Ok(StatusCode::ACCEPTED)
}

/// One broadcast, its body as it is.
pub(super) async fn broadcast(
    State(node): State<Arc<Node>>,
    Path((topic, event)): Path<(String, String)>,
    Query(Privacy { private }): Query<Privacy>,
    Caller(identity): Caller,
    body: Result<Json<Value>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    let Json(payload) = body.map_err(|rejection| malformed(&rejection.body_text()))?;
    let name = may_send(&node, &identity, &topic, private).await?;
    let broadcast = Broadcast { event, meta: None, body: Ok(payload) };
    check(&broadcast).map_err(|Refusal { reason, .. }| malformed(&reason))?;
    node.channels.broadcast(identity.principal.organization_id, &name, None, &broadcast);
    Ok(StatusCode::ACCEPTED)
}

async fn may_send(node: &Node, identity: &Identity, topic: &str, private: bool) -> Result<ChannelName, Problem> {
    let bare = topic.strip_prefix("realtime:").unwrap_or(topic);
    let name = ChannelName::of_name(bare, private).ok_or_else(|| malformed("a channel's name has 1-246 bytes"))?;
    let forbidden = || Problem::of(ErrorCode::Forbidden, "you may not send to this channel");
    if !may_on(identity.role(), private).send {
        return Err(forbidden());
    }
    if private {
        let about = name.about().ok_or_else(forbidden)?;
        access::admit(&node.store, identity, about).await?.ok_or_else(forbidden)?;
    }
    Ok(name)
}

fn malformed(message: &str) -> Problem {
    Problem::of(ErrorCode::InvalidArgument, message)
}
