use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, UPGRADE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto::upgrade::downcast;
use schemas::{Encoding, ErrorCode};
use tokio::net::TcpStream;
use tungstenite::handshake::derive_accept_key;

use super::client_address;
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
    let headers = request.headers();
    let asks = |name: HeaderName, token: &str| {
        headers
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|value| value.trim().eq_ignore_ascii_case(token))
    };
    let version = headers.get("sec-websocket-version").is_some_and(|version| version == "13");
    if !asks(UPGRADE, "websocket") || !asks(CONNECTION, "upgrade") || !version {
        let message = "this is a WebSocket: connect with version 13";
        return Err(Problem::new(StatusCode::UPGRADE_REQUIRED, ErrorCode::MalformedFrame, message));
    }
    let Some(key) = headers.get(SEC_WEBSOCKET_KEY) else {
        return Err(Problem::of(ErrorCode::MalformedFrame, "sec-websocket-key is missing"));
    };
    let accept = derive_accept_key(key.as_bytes());
    let (encoding, protocol) = negotiate(headers)?;
    let from = client_address::of(headers);
    let Some(upgrade) = request.extensions_mut().remove::<OnUpgrade>() else {
        return Err(Problem::of(ErrorCode::MalformedFrame, "this connection cannot be upgraded"));
    };
    tokio::spawn(async move {
        match upgrade.await {
            Ok(upgraded) => adopt(&node, upgraded, encoding, from),
            Err(error) => tracing::debug!(%error, "an upgrade was not completed"),
        }
    });
    let mut response = StatusCode::SWITCHING_PROTOCOLS.into_response();
    let headers = response.headers_mut();
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, HeaderValue::from_str(&accept).expect("base64 is a header value"));
    if let Some(protocol) = protocol {
        headers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(protocol));
    }
    Ok(response)
}

/// The subprotocol that the client named first of those that the hub speaks; JSON when it named none.
fn negotiate(headers: &HeaderMap) -> Result<(Encoding, Option<&'static str>), Problem> {
    let asked: Vec<&str> = headers
        .get_all(SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    if asked.is_empty() {
        return Ok((Encoding::Json, None));
    }
    asked
        .iter()
        .find_map(|name| Encoding::ALL.into_iter().find(|encoding| encoding.subprotocol() == *name))
        .map(|encoding| (encoding, Some(encoding.subprotocol())))
        .ok_or_else(|| Problem::of(ErrorCode::MalformedFrame, "subprotocols are hub.v1.msgpack and hub.v1.json"))
}

/// Takes the socket out of the HTTP server: from here on it belongs to one shard, without a buffer of its own.
fn adopt(node: &Arc<Node>, upgraded: Upgraded, encoding: Encoding, from: Option<IpAddr>) {
    match downcast::<TokioIo<TcpStream>>(upgraded) {
        Ok(parts) => match parts.io.into_inner().into_std() {
            Ok(stream) => node.adopt(stream, encoding, parts.read_buf, from),
            Err(error) => tracing::debug!(%error, "an upgraded socket was gone"),
        },
        Err(_) => tracing::error!("an upgraded connection is not a TCP socket"),
    }
}
