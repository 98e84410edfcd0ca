//! HTTP and the upgrade to sockets. Everything here is a codec over `live` and `store`.

pub mod auth;
pub mod caller;
pub mod console;
pub mod devices;
pub mod doors;
pub mod events;
pub mod exports;
pub mod imports;
pub mod limits;
pub mod live_socket;
pub mod probes;
pub mod problem;
pub mod realtime;
pub mod rest;
pub mod tickets;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, Request};
use axum::{Extension, Router};
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::TraceLayer;

use crate::live::Node;

/// Bodies of requests that are not uploads, bytes.
const BODY: usize = 64 * 1024;

/// Everything the hub answers.
pub fn router(node: Arc<Node>, settings: Arc<auth::Settings>) -> Router {
    let request_id = HeaderName::from_static("x-request-id");
    let header = |name, value| {
        SetResponseHeaderLayer::if_not_present(HeaderName::from_static(name), HeaderValue::from_static(value))
    };
    // Only the path: a query may hold what is nobody's business in a log.
    let trace = TraceLayer::new_for_http().make_span_with(|request: &Request<axum::body::Body>| {
        let id = request.headers().get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
        tracing::info_span!("http", method = %request.method(), path = request.uri().path(), request_id = id)
    });
    Router::new()
        .merge(auth::routes(settings))
        .merge(devices::routes())
        .merge(doors::routes())
        .merge(events::routes())
        .layer(Extension(limits::Guesses::default()))
        .layer(DefaultBodyLimit::max(BODY))
        .merge(imports::routes())
        .merge(exports::routes())
        .merge(probes::routes())
        .merge(rest::routes())
        .fallback(console::serve)
        .layer(CompressionLayer::new())
        .merge(live_socket::routes())
        .merge(realtime::routes())
        .merge(tickets::routes())
        .layer(header("content-security-policy", console::POLICY))
        .layer(header("x-content-type-options", "nosniff"))
        .layer(header("referrer-policy", "no-referrer"))
        .layer(header("x-frame-options", "DENY"))
        .layer(trace)
        .layer(PropagateRequestIdLayer::new(request_id.clone()))
        .layer(SetRequestIdLayer::new(request_id, MakeRequestUuid))
        .with_state(node)
}
