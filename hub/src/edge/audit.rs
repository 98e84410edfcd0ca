use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use schemas::ErrorCode;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::caller::Caller;
use super::problem::Problem;
use crate::live::Node;
use crate::store::audit::{self, Wanted};

/// Who changed what. For owners and admins.
pub fn routes() -> Router<Arc<Node>> {
    Router::new().route("/v1/audit", get(trail)).route("/v1/audit/head", get(head))
}

/// Entries of a page, at most.
const MOST: u16 = 200;
/// Entries of a page.
const USUAL: u16 = 50;

#[derive(Deserialize)]
struct Filter {
    table: Option<String>,
    row: Option<Uuid>,
    person: Option<Uuid>,
    actor: Option<Uuid>,
    since: Option<jiff::Timestamp>,
    until: Option<jiff::Timestamp>,
    cursor: Option<String>,
    limit: Option<u16>,
}

async fn trail(
    State(node): State<Arc<Node>>,
    caller: Caller,
    filter: Result<Query<Filter>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    caller.administers()?;
    let invalid = |message: &str| Problem::of(ErrorCode::InvalidArgument, message);
    let Query(filter) = filter.map_err(|rejection| invalid(&rejection.body_text()))?;
    let limit = filter.limit.unwrap_or(USUAL);
    if !(1..=MOST).contains(&limit) {
        return Err(invalid("limit is 1-200"));
    }
    if filter.table.as_ref().is_some_and(|table| table.len() > 63 || table.contains('\0')) {
        return Err(invalid("table is the name of a table"));
    }
    let before = match filter.cursor {
        Some(text) => Some(text.parse().map_err(|()| invalid("cursor is what the page before gave as `next`"))?),
        None => None,
    };
    let wanted = Wanted {
        table: filter.table.filter(|table| !table.is_empty()),
        row: filter.row,
        person: filter.person,
        actor: filter.actor,
        since: filter.since,
        until: filter.until,
        before,
        limit,
    };
    let trail = audit::trail(&node.store, &caller.0, &wanted).await?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(trail)).into_response())
}

async fn head(State(node): State<Arc<Node>>, caller: Caller) -> Result<Response, Problem> {
    let by = caller.administers()?;
    let head = audit::head(&node.store, by.principal.organization_id).await?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(json!({ "head": head }))).into_response())
}
