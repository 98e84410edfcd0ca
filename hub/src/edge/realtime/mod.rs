//! `/realtime/v1`: broadcasts, presence and changes of rows by table, in the dialect of Supabase Realtime. Frames and filters
//! are read in `domain::realtime`; channels live in `live::channels`, changes in `live::changes`. Here are the socket, what
//! its owner may do, and the two HTTP requests.

mod answers;
mod channel;
mod http;
mod join;
mod rights;
mod socket;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use domain::realtime::FRAME;

use crate::live::Node;

/// The socket, and broadcasts by HTTP.
pub fn routes() -> Router<Arc<Node>> {
    let http = Router::new()
        .route("/realtime/v1/api/broadcast", post(http::broadcasts))
        .route("/realtime/v1/api/broadcast/{topic}/events/{event}", post(http::broadcast))
        .layer(DefaultBodyLimit::max(FRAME))
        .layer(super::rest::cross_origin::layer());
    Router::new().route("/realtime/v1/websocket", get(socket::upgrade)).merge(http)
}
