use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::{Extension, Json};
use domain::storage::Code;
use serde_json::{Value, json};

use super::Files;
use super::answer::{Failure, Place, place};
use super::asker::person;
use super::serve::{self, Serving, hex};
use crate::live::Node;
use crate::store::storage::files::{File, For, find, public as public_bucket};
use crate::store::storage::{StorageError, links};

type Asked = Query<HashMap<String, String>>;

/// To somebody who is signed in.
pub(super) async fn authenticated(
    State(node): State<Arc<Node>>,
    Extension(files): Extension<Arc<Files>>,
    headers: HeaderMap,
    path: Place,
    Query(asked): Asked,
) -> Result<Response, Failure> {
    let by = person(&node, &headers).await?;
    let (bucket, key) = place(path)?;
    let file = find(&node.store, &by.acting(), &bucket, &key, For::Original).await?;
    let serving = Serving { public: false, download: asked.get("download").map(String::as_str) };
    serve::file(&files.objects, &file, &headers, &serving).await
}

/// To anybody, out of a public bucket.
pub(super) async fn public(
    State(node): State<Arc<Node>>,
    Extension(files): Extension<Arc<Files>>,
    headers: HeaderMap,
    path: Place,
    Query(asked): Asked,
) -> Result<Response, Failure> {
    let (bucket, key) = place(path)?;
    let acting = public_bucket(&node.store, &bucket).await?;
    let file = find(&node.store, &acting, &bucket, &key, For::Original).await?;
    let serving = Serving { public: true, download: asked.get("download").map(String::as_str) };
    serve::file(&files.objects, &file, &headers, &serving).await
}

/// To whoever has a signed address.
pub(super) async fn signed(
    State(node): State<Arc<Node>>,
    Extension(files): Extension<Arc<Files>>,
    headers: HeaderMap,
    path: Place,
    Query(asked): Asked,
) -> Result<Response, Failure> {
    let (bucket, key) = place(path)?;
    let token = asked.get("token").map(String::as_str).unwrap_or_default();
    let link = links::open(&node.store, token, &bucket, &key)?;
    let (file, wanted) = links::follow(&node.store, &link, &bucket, &key).await?;
    if wanted != For::Original {
        let message = "this address was signed for a smaller picture";
        return Err(StorageError::refused(Code::InvalidSignature, message).into());
    }
    let serving = Serving { public: false, download: asked.get("download").map(String::as_str) };
    serve::file(&files.objects, &file, &headers, &serving).await
}

/// What there is to know about a file.
pub(super) async fn info(
    State(node): State<Arc<Node>>,
    headers: HeaderMap,
    path: Place,
) -> Result<Json<Value>, Failure> {
    let by = person(&node, &headers).await?;
    let (bucket, key) = place(path)?;
    let file = find(&node.store, &by.acting(), &bucket, &key, For::Original).await?;
    Ok(Json(told(&bucket, &key, &file)))
}

/// The same, of a file in a public bucket.
pub(super) async fn info_public(State(node): State<Arc<Node>>, path: Place) -> Result<Json<Value>, Failure> {
    let (bucket, key) = place(path)?;
    let acting = public_bucket(&node.store, &bucket).await?;
    let file = find(&node.store, &acting, &bucket, &key, For::Original).await?;
    Ok(Json(told(&bucket, &key, &file)))
}

fn told(bucket: &str, key: &str, file: &File) -> Value {
    json!({
        "id": file.id, "version": file.blob_id, "name": key, "bucket_id": bucket, "size": file.size,
        "content_type": file.media_type, "cache_control": file.cache_control.as_deref().unwrap_or("no-cache"),
        "etag": format!("\"{}\"", hex(&file.sha256)), "sha256": hex(&file.sha256), "metadata": file.user_metadata,
        "created_at": file.created_at, "updated_at": file.updated_at, "last_modified": file.updated_at,
    })
}
