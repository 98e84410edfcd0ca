//! HTTP and the upgrade to sockets. Everything here is a codec over `live` and `store`.

pub mod audit;
pub mod auth;
pub mod call_sheets;
pub mod caller;
pub mod client_address;
pub mod console;
pub mod devices;
pub mod documents;
pub mod doors;
pub mod events;
pub mod exports;
mod hand_over;
pub mod imports;
pub mod limits;
pub mod live_socket;
pub mod plugins;
pub mod privacy;
pub mod probes;
pub mod problem;
pub mod realtime;
pub mod rest;
pub mod scans;
pub mod storage;
pub mod tickets;

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, MatchedPath};
use axum::http::{HeaderName, HeaderValue, Request};
use axum::{Extension, Router};
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::TraceLayer;
use uuid::Uuid;

use crate::live::Node;
use crate::live::plugins::Plugins;
use crate::telemetry;

/// Bodies of requests that are not uploads, bytes.
const BODY: usize = 64 * 1024;

/// Everything the hub answers.
pub fn router(
    node: Arc<Node>,
    settings: Arc<auth::Settings>,
    files: Arc<storage::Files>,
    plugins: Arc<Plugins>,
    plugin_development: bool,
    proxies: client_address::Proxies,
) -> Router {
    let request_id = HeaderName::from_static("x-request-id");
    let header = |name, value| {
        SetResponseHeaderLayer::if_not_present(HeaderName::from_static(name), HeaderValue::from_static(value))
    };
    // The route, not the address: what a client puts into one may be nobody's business in a log. The request's id, which is
    // its own if it sent one, only where it is a UUID.
    let trace = TraceLayer::new_for_http().make_span_with(|request: &Request<axum::body::Body>| {
        let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str);
        let id = request.headers().get("x-request-id").and_then(|id| id.to_str().ok()?.parse::<Uuid>().ok());
        let span =
            tracing::info_span!("http", method = %request.method(), route, request_id = id.map(tracing::field::display));
        telemetry::follow(&span, request.headers());
        span
    });
    Router::new()
        .merge(auth::routes(settings))
        .merge(audit::routes())
        .merge(privacy::routes())
        .merge(devices::routes())
        .merge(doors::routes())
        .merge(events::routes())
        .layer(Extension(limits::Guesses::default()))
        .layer(DefaultBodyLimit::max(BODY))
        .merge(imports::routes())
        .merge(scans::routes())
        .merge(exports::routes())
        .merge(probes::routes())
        .merge(rest::routes())
        .fallback(console::serve)
        .layer(CompressionLayer::new())
        .merge(live_socket::routes())
        .merge(documents::routes())
        .merge(realtime::routes())
        .merge(tickets::routes())
        .merge(call_sheets::routes())
        .merge(plugins::routes(plugins, plugin_development))
        // Files have bytes and ranges of their own; squeezed, they would have others.
        .merge(storage::routes(files))
        .layer(header("content-security-policy", console::POLICY))
        .layer(header("x-content-type-options", "nosniff"))
        .layer(header("referrer-policy", "no-referrer"))
        .layer(header("x-frame-options", "DENY"))
        .layer(trace)
        .layer(PropagateRequestIdLayer::new(request_id.clone()))
        .layer(SetRequestIdLayer::new(request_id, MakeRequestUuid))
        .layer(axum::middleware::map_request_with_state(proxies, client_address::find))
        .with_state(node)
}
