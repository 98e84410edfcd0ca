use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use domain::storage::link::life;
use domain::storage::rendition::Rendition;
use domain::storage::{Code, name};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Failure, Place, body, place};
use super::asker::person;
use super::upload::replaces;
use crate::live::Node;
use crate::store::storage::changes::NAMES;
use crate::store::storage::uploads::Target;
use crate::store::storage::{StorageError, links};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wanted {
    expires_in: f64,
    #[serde(default)]
    transform: Option<Rendition>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WantedMany {
    expires_in: f64,
    paths: Vec<String>,
}

/// Signs the address of a file.
pub(super) async fn sign(
    State(node): State<Arc<Node>>,
    headers: HeaderMap,
    path: Place,
    wanted: Result<Json<Wanted>, JsonRejection>,
) -> Result<Json<Value>, Failure> {
    let by = person(&node, &headers).await?;
    let (bucket, key) = place(path)?;
    let wanted = body(wanted)?;
    let seconds = life(wanted.expires_in)?;
    let picture = wanted.transform.map(Rendition::checked).transpose()?;
    let keys = [key];
    let mut signed = links::sign(&node.store, by, &bucket, &keys, seconds, picture.as_ref()).await?;
    let token = signed.pop().flatten().ok_or_else(StorageError::no_file)?;
    let what = if picture.is_some() { "render/image/sign" } else { "object/sign" };
    Ok(Json(json!({ "signedURL": format!("/{what}/{bucket}/{}?token={token}", keys[0]) })))
}

/// Signs the addresses of many files of a bucket.
pub(super) async fn sign_many(
    State(node): State<Arc<Node>>,
    headers: HeaderMap,
    Path(bucket): Path<String>,
    wanted: Result<Json<WantedMany>, JsonRejection>,
) -> Result<Json<Vec<Value>>, Failure> {
    let by = person(&node, &headers).await?;
    let wanted = body(wanted)?;
    let seconds = life(wanted.expires_in)?;
    if wanted.paths.len() > NAMES {
        return Err(StorageError::refused(Code::InvalidRequest, format!("at most {NAMES} names at once")).into());
    }
    // What cannot be a name stands for a file that there is not.
    let keys: Vec<String> =
        wanted.paths.iter().map(|key| name::key(key).map(str::to_owned).unwrap_or_default()).collect();
    let signed = links::sign(&node.store, by, &bucket, &keys, seconds, None).await?;
    let answers = wanted.paths.iter().zip(signed).map(|(key, token)| match token {
        Some(token) => {
            json!({ "error": null, "path": key, "signedURL": format!("/object/sign/{bucket}/{key}?token={token}") })
        }
        None => json!({
            "error": "Either the object does not exist or you do not have access to it", "path": key, "signedURL": null,
        }),
    });
    Ok(Json(answers.collect()))
}

/// Signs an address that a file can be sent to.
pub(super) async fn sign_upload(
    State(node): State<Arc<Node>>,
    headers: HeaderMap,
    path: Place,
) -> Result<Json<Value>, Failure> {
    let by = person(&node, &headers).await?;
    let (bucket, key) = place(path)?;
    let target = Target { by, bucket, key, replaces: replaces(&headers) };
    let token = links::sign_upload(&node.store, &target).await?;
    let url = format!("/object/upload/sign/{}/{}?token={token}", target.bucket, target.key);
    Ok(Json(json!({ "url": url, "token": token })))
}

/// Takes back the address with this token, or all of the file.
pub(super) async fn revoke(
    State(node): State<Arc<Node>>,
    headers: HeaderMap,
    path: Place,
    Query(asked): Query<HashMap<String, String>>,
) -> Result<Json<Value>, Failure> {
    let by = person(&node, &headers).await?;
    let (bucket, key) = place(path)?;
    match asked.get("token") {
        Some(token) => {
            let link = links::open(&node.store, token, &bucket, &key)?;
            links::revoke_one(&node.store, by, &link, &bucket, &key).await?;
        }
        None => links::revoke_all(&node.store, by, &bucket, &key).await?,
    }
    Ok(Json(json!({ "message": "Successfully revoked" })))
}

/// Takes back all addresses of a bucket.
pub(super) async fn revoke_bucket(
    State(node): State<Arc<Node>>,
    headers: HeaderMap,
    Path(bucket): Path<String>,
) -> Result<Json<Value>, Failure> {
    let by = person(&node, &headers).await?;
    links::revoke_bucket(&node.store, by, &bucket).await?;
    Ok(Json(json!({ "message": "Successfully revoked" })))
}
