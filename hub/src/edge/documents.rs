//! `/v1/docs`: co-edited documents. The frames are read in `domain::documents`, the documents live in `live::documents`. Here
//! are the upgrade, and what is asked about a document: its versions, and who changed what.

use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::http::StatusCode;
use axum::http::header::SEC_WEBSOCKET_PROTOCOL;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use schemas::ErrorCode;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::caller::Caller;
use super::hand_over::{HandOver, values};
use super::problem::Problem;
use crate::live::Node;
use crate::live::documents::socket;
use crate::store::documents::ListAccess;
use crate::store::identity::Identity;
use crate::store::{StoreError, documents, identity};

/// What a client of `y-websocket` offers beside its token; browsers want one of what they offered back.
const PROTOCOL: &str = "hub.docs.v1";
/// What stands before the token.
const BEARER: &str = "bearer.";

/// Bytes of a request's body.
const BODY: usize = 4 * 1024;
/// Edits of one answer, at most.
const CHANGES: i64 = 500;

/// Both sockets, and what is asked about a document.
pub fn routes() -> Router<Arc<Node>> {
    Router::new()
        .route("/v1/docs", get(many))
        .route("/v1/docs/", get(many))
        .route("/v1/docs/{document}", get(one))
        .route("/v1/docs/{document}/versions", get(versions).post(keep_version))
        .route("/v1/docs/{document}/versions/{version}/restore", post(restore))
        .route("/v1/docs/{document}/changes", get(changes))
        .layer(DefaultBodyLimit::max(BODY))
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

/// A version that is to be made.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewVersion {
    name: String,
}

/// Which edits are asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    row: Option<Uuid>,
    column: Option<String>,
    before: Option<i64>,
    limit: Option<i64>,
}

async fn versions(
    State(node): State<Arc<Node>>,
    Path(document): Path<Uuid>,
    Caller(identity): Caller,
) -> Result<Json<Value>, Problem> {
    reader(&node, &identity, document).await?;
    Ok(Json(json!({ "versions": documents::versions(&node.store, document).await? })))
}

async fn keep_version(
    State(node): State<Arc<Node>>,
    Path(document): Path<Uuid>,
    Caller(identity): Caller,
    body: Result<Json<NewVersion>, JsonRejection>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let organization_id = writer(&node, &identity, document).await?;
    let name = body.map_err(|rejection| Problem::of(ErrorCode::InvalidArgument, rejection.body_text()))?.0.name;
    if name.trim().is_empty() || name.chars().count() > 200 || name.contains('\0') {
        return Err(Problem::of(ErrorCode::InvalidArgument, "a version's name has 1 to 200 letters"));
    }
    let by = identity.principal.id;
    match documents::keep_version(&node.store, organization_id, document, &name, by).await {
        Ok(Some(version)) => Ok((StatusCode::CREATED, Json(json!(version)))),
        Ok(None) => Err(Problem::of(ErrorCode::InvalidArgument, "the document has as many versions as it may")),
        Err(StoreError::Constraint { .. }) => {
            Err(Problem::of(ErrorCode::NotFound, "nobody has opened this document yet"))
        }
        Err(error) => Err(error.into()),
    }
}

async fn restore(
    State(node): State<Arc<Node>>,
    Path((document, version)): Path<(Uuid, Uuid)>,
    Caller(identity): Caller,
) -> Result<Json<Value>, Problem> {
    let organization_id = writer(&node, &identity, document).await?;
    let restored = documents::restore(&node.store, organization_id, document, version, identity.principal.id).await?;
    let changed = restored.ok_or_else(|| Problem::of(ErrorCode::NotFound, "there is no such version"))?;
    Ok(Json(json!({ "changed": changed })))
}

async fn changes(
    State(node): State<Arc<Node>>,
    Path(document): Path<Uuid>,
    Query(Which { row, column, before, limit }): Query<Which>,
    Caller(identity): Caller,
) -> Result<Json<Value>, Problem> {
    reader(&node, &identity, document).await?;
    let limit = limit.unwrap_or(100).clamp(1, CHANGES);
    let changes = documents::past_edits(&node.store, document, row, column.as_deref(), before, limit).await?;
    Ok(Json(json!({ "changes": changes })))
}

async fn reader(node: &Node, identity: &Identity, document: Uuid) -> Result<ListAccess, Problem> {
    let access = documents::admit(&node.store, identity, document).await?;
    access.ok_or_else(|| Problem::of(ErrorCode::NotFound, "there is no such document"))
}

/// The organization of a document that the caller may change.
async fn writer(node: &Node, identity: &Identity, document: Uuid) -> Result<Uuid, Problem> {
    let access = reader(node, identity, document).await?;
    if access.writes {
        Ok(access.organization_id)
    } else {
        Err(Problem::of(ErrorCode::Forbidden, "you may read this document, and not change it"))
    }
}

fn takes_sockets(node: &Node) -> Result<(), Problem> {
    if node.is_draining() {
        return Err(Problem::of(ErrorCode::Draining, "the hub is shutting down"));
    }
    Ok(())
}
