use bytes::Bytes;
use domain::realtime::{Incoming, Notation, reply};
use serde_json::{Value, json};

use crate::live::changes::Followed;
use crate::live::outbox::Frame;

/// What tells a client's library that its token is not good any more: it joins again with the one it has then.
pub(super) const UNAUTHORIZED: u16 = 4401;
/// What tells it that it may not be there.
pub(super) const FORBIDDEN: u16 = 4403;

/// Why something that a client asked for is not done: a stable code and words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: &'static str,
    pub(super) reason: String,
}

impl Refusal {
    pub(super) fn new(code: &'static str, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into() }
    }
}

/// The answer to a frame, if it asked for one.
pub(super) fn answer(notation: Notation, to: &Incoming, outcome: Result<Value, &Refusal>) -> Option<Frame> {
    let reference = to.reference.as_deref()?;
    let payload = match outcome {
        Ok(response) => reply(true, &response),
        Err(Refusal { code, reason }) => reply(false, &json!({ "code": code, "reason": reason })),
    };
    let text = notation.write_all(to.join_ref.as_deref(), Some(reference), &to.topic, "phx_reply", &payload);
    Some(Frame::Text(Bytes::from(text)))
}

/// A frame that nobody asked for.
pub(super) fn said(notation: Notation, topic: &str, event: &str, payload: &Value) -> Frame {
    Frame::Text(Bytes::from(notation.write(topic, event, &payload.to_string())))
}

/// A message about the state of a channel.
pub(super) fn system(notation: Notation, topic: &str, extension: &str, ok: bool, message: &str) -> Frame {
    let status = if ok { "ok" } else { "error" };
    let channel = topic.trim_start_matches("realtime:");
    let payload = json!({ "extension": extension, "status": status, "message": message, "channel": channel });
    said(notation, topic, "system", &payload)
}

/// What is said of how a subscription to changes begins, or goes on.
pub(super) fn beginning(notation: Notation, topic: &str, followed: Followed, cursor: &str) -> Frame {
    let (status, message) = match followed {
        Followed::Fresh => ("ok", "fresh: you are told what comes from here on"),
        Followed::Resumed => ("ok", "resumed: nothing is missing"),
        Followed::Resync => ("error", "resync: what you missed cannot be told; read again"),
    };
    let channel = topic.trim_start_matches("realtime:");
    let payload =
        json!({ "extension": "hub", "status": status, "message": message, "channel": channel, "cursor": cursor });
    said(notation, topic, "system", &payload)
}

/// The end of a channel that its client's library takes for a reason to join again.
pub(super) fn ended(notation: Notation, topic: &str, code: u16, reason: &str) -> Frame {
    said(notation, topic, "phx_error", &json!({ "code": code, "reason": reason }))
}
