use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::installs::body;
use super::refusal::Refusal;
use crate::edge::caller::Caller;
use crate::live::Node;
use crate::store::plugins::installs;
use crate::store::plugins::queue::{self, Job, NewJob};
use crate::store::plugins::runs::{self, Run};

/// Entries of a page, at most.
const MOST: i64 = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    kind: String,
    #[serde(default)]
    connection_id: Option<Uuid>,
    #[serde(default)]
    payload: Option<Value>,
    /// The same key again is the same job.
    #[serde(default)]
    key: Option<String>,
    /// Keep every call with its answer, for the plugin's author.
    #[serde(default)]
    record: bool,
}

#[derive(Deserialize)]
pub(super) struct Page {
    #[serde(default)]
    install: Option<Uuid>,
    #[serde(default)]
    job: Option<Uuid>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    before: Option<Uuid>,
    #[serde(default)]
    limit: Option<i64>,
}

/// Queues a job now.
pub(super) async fn queue(
    State(node): State<Arc<Node>>,
    caller: Caller,
    Path(install_id): Path<Uuid>,
    wanted: Result<Json<Wanted>, JsonRejection>,
) -> Result<(StatusCode, Json<Job>), Refusal> {
    let by = caller.prepares_events()?;
    let wanted = body(wanted)?;
    let install = installs::find(&node.store, by.principal.organization_id, install_id).await?;
    let known = install
        .manifest
        .as_ref()
        .and_then(|manifest| manifest.get("jobs")?.as_array())
        .is_some_and(|jobs| jobs.iter().any(|job| job["name"] == wanted.kind.as_str()));
    if !known {
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "job_unknown", "the plugin has no such job"));
    }
    let mut payload = match wanted.payload.unwrap_or_else(|| json!({})) {
        Value::Object(payload) => payload,
        _ => return Err(Refusal::invalid("payload is an object")),
    };
    if wanted.record {
        payload.insert("record".to_owned(), Value::Bool(true));
    }
    if wanted.key.as_ref().is_some_and(|key| key.is_empty() || key.len() > 200 || key.contains('\0')) {
        return Err(Refusal::invalid("key has 1 to 200 bytes"));
    }
    let key = wanted.key.map_or_else(|| format!("now:{}", Uuid::now_v7()), |key| format!("person:{install_id}:{key}"));
    let new = NewJob {
        install_id,
        connection_id: wanted.connection_id,
        kind: &wanted.kind,
        payload: &Value::Object(payload),
        key: &key,
    };
    Ok((StatusCode::ACCEPTED, Json(queue::enqueue(&node.store, by, &new).await?)))
}

pub(super) async fn list(
    State(node): State<Arc<Node>>,
    caller: Caller,
    page: Result<Query<Page>, QueryRejection>,
) -> Result<Json<Vec<Job>>, Refusal> {
    let organization = caller.prepares_events()?.principal.organization_id;
    let (page, limit) = checked(page)?;
    Ok(Json(queue::list(&node.store, organization, page.install, page.status.as_deref(), page.before, limit).await?))
}

pub(super) async fn cancel(
    State(node): State<Arc<Node>>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<Job>, Refusal> {
    Ok(Json(queue::cancel(&node.store, caller.prepares_events()?, id).await?))
}

pub(super) async fn retry(
    State(node): State<Arc<Node>>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<Job>, Refusal> {
    Ok(Json(queue::retry(&node.store, caller.prepares_events()?, id).await?))
}

pub(super) async fn runs(
    State(node): State<Arc<Node>>,
    caller: Caller,
    page: Result<Query<Page>, QueryRejection>,
) -> Result<Json<Vec<Run>>, Refusal> {
    let organization = caller.prepares_events()?.principal.organization_id;
    let (page, limit) = checked(page)?;
    Ok(Json(runs::list(&node.store, organization, page.install, page.job, page.before, limit).await?))
}

pub(super) async fn run(
    State(node): State<Arc<Node>>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<Run>, Refusal> {
    Ok(Json(runs::find(&node.store, caller.prepares_events()?.principal.organization_id, id).await?))
}

/// What a run heard and did, for its author: without secrets, but with the organization's data.
pub(super) async fn recording(
    State(node): State<Arc<Node>>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Response, Refusal> {
    let organization = caller.administers()?.principal.organization_id;
    let recording = runs::recording(&node.store, organization, id).await?;
    let name = format!("attachment; filename=\"run-{id}.json\"");
    let headers = [
        (CONTENT_TYPE, "application/json".to_owned()),
        (CONTENT_DISPOSITION, name),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, recording).into_response())
}

fn checked(page: Result<Query<Page>, QueryRejection>) -> Result<(Page, i64), Refusal> {
    let Query(page) = page.map_err(|rejection| Refusal::invalid(rejection.body_text()))?;
    let limit = page.limit.unwrap_or(50);
    if !(1..=MOST).contains(&limit) {
        return Err(Refusal::invalid(format!("limit is 1-{MOST}")));
    }
    Ok((page, limit))
}
