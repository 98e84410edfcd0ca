use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use bytes::Bytes;
use serde_json::{Value, json};

use super::refusal::Refusal;
use crate::edge::caller::Caller;
use crate::live::Node;
use crate::live::plugins::{Plugins, digest, opened};
use crate::store::plugins::packages::{self, Package};
use crate::store::plugins::{connections, installs};

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
    let (package, _) = opened(&plugins.host, &file).await?;
    let manifest: Value =
        serde_json::from_slice(&package.manifest_json).map_err(|error| Refusal::invalid(error.to_string()))?;
    let capabilities: Vec<String> = package.manifest.jobs.iter().map(|job| job.name.clone()).collect();
    let (digest, signer) = (digest(&package), package.signer.unwrap_or_default());
    let kept = Package {
        key: &package.manifest.key,
        name: &package.manifest.name,
        publisher: &package.manifest.publisher,
        version: &package.manifest.version,
        manifest: &manifest,
        capabilities: &capabilities,
        file: &file,
        digest: &digest,
        public_key: &signer,
    };
    let id = packages::add(&node.store, Some(organization), &kept).await?;
    let signed_by: String = signer.iter().map(|byte| format!("{byte:02x}")).collect();
    let body = json!({ "id": id, "key": package.manifest.key, "version": package.manifest.version,
                       "signed_by": signed_by, "manifest": manifest });
    Ok((StatusCode::CREATED, Json(body)).into_response())
}
