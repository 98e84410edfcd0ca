use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use bytes::Bytes;
use serde_json::json;

use super::refusal::Refusal;
use crate::edge::caller::Caller;
use crate::live::Node;
use crate::live::plugins::{Plugins, take};
use crate::store::plugins::{connections, installs, packages};

/// Everything that the console's first page about plugins shows.
pub(super) async fn overview(State(node): State<Arc<Node>>, caller: Caller) -> Result<Response, Refusal> {
    let organization = caller.prepares_events()?.principal.organization_id;
    let offers = packages::offers(&node.store, Some(organization)).await?;
    let installs = installs::list(&node.store, organization).await?;
    let connections = connections::list(&node.store, organization, None).await?;
    let body = json!({ "packages": offers, "installs": installs, "connections": connections });
    Ok(([(CACHE_CONTROL, "no-store")], Json(body)).into_response())
}

/// Takes a package for the caller's organization. Nothing runs of it before somebody installs it, but for the one question what
/// it is.
pub(super) async fn upload(
    State(node): State<Arc<Node>>,
    Extension(plugins): Extension<Arc<Plugins>>,
    caller: Caller,
    body: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Result<Response, Refusal> {
    let organization = caller.administers()?.principal.organization_id;
    let file =
        body.map_err(|rejection| Refusal::new(rejection.status(), "package_too_large", rejection.body_text()))?;
    let taken = take(&plugins.host, &node.store, Some(organization), &file).await?;
    let body = json!({ "id": taken.id, "key": taken.manifest["key"], "version": taken.manifest["version"],
                       "signed_by": taken.signed_by, "manifest": taken.manifest });
    Ok((StatusCode::CREATED, Json(body)).into_response())
}
