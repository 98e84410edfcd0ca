use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::SEC_WEBSOCKET_PROTOCOL;
use axum::response::Response;
use axum::routing::get;
use schemas::{Encoding, ErrorCode};

use super::hand_over::{HandOver, values};
use super::problem::Problem;
use crate::live::Node;

/// The native live protocol.
pub fn routes() -> Router<Arc<Node>> {
    Router::new().route("/v1/live", get(upgrade))
}

/// Shakes hands (RFC 6455 section 4.2) and hands the bare socket to a shard. No token is taken from the URL: URLs end in
/// logs.
async fn upgrade(State(node): State<Arc<Node>>, mut request: Request) -> Result<Response, Problem> {
    if node.is_draining() {
        return Err(Problem::of(ErrorCode::Draining, "the hub is shutting down"));
    }
    let negotiated = negotiate(request.headers());
    let hand_over = HandOver::of(&mut request)?;
    let (encoding, protocol) = negotiated?;
    Ok(hand_over.answer(protocol, move |stream, read_ahead| async move {
        match stream.into_std() {
            Ok(stream) => node.adopt(stream, encoding, read_ahead),
            Err(error) => tracing::debug!(%error, "an upgraded socket was gone"),
        }
    }))
}

/// The subprotocol that the client named first of those that the hub speaks; JSON when it named none.
fn negotiate(headers: &HeaderMap) -> Result<(Encoding, Option<&'static str>), Problem> {
    let asked = values(headers, SEC_WEBSOCKET_PROTOCOL);
    if asked.is_empty() {
        return Ok((Encoding::Json, None));
    }
    asked
        .iter()
        .find_map(|name| Encoding::ALL.into_iter().find(|encoding| encoding.subprotocol() == *name))
        .map(|encoding| (encoding, Some(encoding.subprotocol())))
        .ok_or_else(|| Problem::of(ErrorCode::MalformedFrame, "subprotocols are hub.v1.msgpack and hub.v1.json"))
}
