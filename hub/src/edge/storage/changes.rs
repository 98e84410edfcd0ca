use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::{Extension, Json};
use domain::storage::Code;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Files;
use super::answer::{Failure, Place, body, place};
use super::asker::person;
use super::upload::replaces;
use crate::live::Node;
use crate::store::storage::changes::{self, NAMES, Removed};
use crate::store::storage::uploads::Target;
use crate::store::storage::{Person, StorageError};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FromTo {
    bucket_id: String,
    source_key: String,
    destination_key: String,
    #[serde(default)]
    destination_bucket: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Names {
    prefixes: Vec<String>,
}

pub(super) async fn relocate(
    State(node): State<Arc<Node>>,
    headers: HeaderMap,
    asked: Result<Json<FromTo>, JsonRejection>,
) -> Result<Json<Value>, Failure> {
    let by = person(&node, &headers).await?;
    let asked = body(asked)?;
    let bucket = asked.destination_bucket.as_ref().unwrap_or(&asked.bucket_id);
    let (from, to) =
        ((asked.bucket_id.as_str(), asked.source_key.as_str()), (bucket.as_str(), asked.destination_key.as_str()));
    changes::relocate(&node.store, by, from, to).await?;
    Ok(Json(json!({ "message": "Successfully moved" })))
}

pub(super) async fn copy(
    State(node): State<Arc<Node>>,
    Extension(files): Extension<Arc<Files>>,
    headers: HeaderMap,
    asked: Result<Json<FromTo>, JsonRejection>,
) -> Result<Json<Value>, Failure> {
    let by = person(&node, &headers).await?;
    let asked = body(asked)?;
    let target = Target {
        by,
        bucket: asked.destination_bucket.unwrap_or_else(|| asked.bucket_id.clone()),
        key: asked.destination_key,
        replaces: replaces(&headers),
    };
    let put = changes::copy(&node.store, (&asked.bucket_id, &asked.source_key), &target).await?;
    files.forget(&node, put.before.into_iter().collect());
    Ok(Json(json!({ "Id": put.id, "Key": format!("{}/{}", target.bucket, target.key) })))
}

pub(super) async fn remove_many(
    State(node): State<Arc<Node>>,
    Extension(files): Extension<Arc<Files>>,
    headers: HeaderMap,
    Path(bucket): Path<String>,
    names: Result<Json<Names>, JsonRejection>,
) -> Result<Json<Vec<Value>>, Failure> {
    let by = person(&node, &headers).await?;
    let names = body(names)?.prefixes;
    if names.len() > NAMES {
        return Err(StorageError::refused(Code::InvalidRequest, format!("at most {NAMES} names at once")).into());
    }
    let removed = remove(&node, &files, by, &bucket, &names).await?;
    let shown = |file: &Removed| {
        json!({
            "name": file.key, "id": file.id, "bucket_id": bucket, "created_at": file.created_at,
            "updated_at": file.updated_at, "last_accessed_at": file.updated_at, "metadata": {},
        })
    };
    Ok(Json(removed.iter().map(shown).collect()))
}

pub(super) async fn remove_one(
    State(node): State<Arc<Node>>,
    Extension(files): Extension<Arc<Files>>,
    headers: HeaderMap,
    path: Place,
) -> Result<Json<Value>, Failure> {
    let by = person(&node, &headers).await?;
    let (bucket, key) = place(path)?;
    if remove(&node, &files, by, &bucket, std::slice::from_ref(&key)).await?.is_empty() {
        return Err(StorageError::no_file().into());
    }
    Ok(Json(json!({ "message": "Successfully deleted" })))
}

async fn remove(
    node: &Arc<Node>,
    files: &Files,
    by: Person,
    bucket: &str,
    names: &[String],
) -> Result<Vec<Removed>, Failure> {
    // No row has a name with a NUL, and Postgres takes no text with one.
    let names: Vec<String> = names.iter().filter(|name| !name.contains('\0')).cloned().collect();
    let removed = changes::remove(&node.store, &by.acting(), bucket, &names).await?;
    files.forget(node, removed.iter().filter_map(|file| file.blob_id).collect());
    Ok(removed)
}
