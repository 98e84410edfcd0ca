//! `/v1/docs`: co-edited documents. The frames are read in `domain::documents`, the documents live in `live::documents`. Here
//! is the upgrade.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::header::SEC_WEBSOCKET_PROTOCOL;
use axum::response::Response;
use axum::routing::get;
use schemas::ErrorCode;
use uuid::Uuid;

use super::hand_over::{HandOver, values};
use super::problem::Problem;
use crate::live::Node;
use crate::live::documents::socket;
use crate::store::{documents, identity};

/// What a client of `y-websocket` offers beside its token; browsers want one of what they offered back.
const PROTOCOL: &str = "hub.docs.v1";
/// What stands before the token.
const BEARER: &str = "bearer.";

/// Both sockets.
pub fn routes() -> Router<Arc<Node>> {
    Router::new().route("/v1/docs", get(many)).route("/v1/docs/", get(many)).route("/v1/docs/{document}", get(one))
}

/// Hocuspocus: who it is, is said in the socket, for each document.
async fn many(State(node): State<Arc<Node>>, mut request: Request) -> Result<Response, Problem> {
    takes_sockets(&node)?;
    let hand_over = HandOver::of(&mut request)?;
    Ok(hand_over.answer(None, move |stream, read_ahead| socket::serve_many(node, stream, read_ahead)))
}

/// `y-websocket`: its token comes as a subprotocol, because no frame of it can hold one and URLs end in logs. Whoever may not
/// see the document is refused here: old clients come back whatever a socket is closed with.
async fn one(
    State(node): State<Arc<Node>>,
    Path(document): Path<String>,
    mut request: Request,
) -> Result<Response, Problem> {
    takes_sockets(&node)?;
    let not_found = || Problem::of(ErrorCode::NotFound, "there is no such document");
    let document: Uuid = document.parse().map_err(|_| not_found())?;
    let offered: Vec<String> =
        values(request.headers(), SEC_WEBSOCKET_PROTOCOL).into_iter().map(str::to_owned).collect();
    let hand_over = HandOver::of(&mut request)?;
    let token = offered.iter().find_map(|offered| offered.strip_prefix(BEARER)).ok_or_else(|| {
        Problem::of(ErrorCode::InvalidToken, "offer the subprotocols hub.docs.v1 and bearer.{access token}")
    })?;
    let identity = identity::resolve(&node.store, token).await?;
    documents::admit(&node.store, &identity, document).await?.ok_or_else(not_found)?;
    let protocol = offered.iter().any(|offered| offered == PROTOCOL).then_some(PROTOCOL);
    Ok(hand_over
        .answer(protocol, move |stream, read_ahead| socket::serve_one(node, stream, read_ahead, document, identity)))
}

fn takes_sockets(node: &Node) -> Result<(), Problem> {
    if node.is_draining() {
        return Err(Problem::of(ErrorCode::Draining, "the hub is shutting down"));
    }
    Ok(())
}
