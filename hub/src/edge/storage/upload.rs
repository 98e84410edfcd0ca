use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::multipart::Field;
use axum::extract::{FromRequest as _, Multipart, Query, Request, State};
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use axum::{Extension, Json};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::storage::Code;
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};

use super::Files;
use super::answer::{Failure, Place, place};
use super::asker::person;
use super::receive;
use crate::live::Node;
use crate::store::storage::uploads::{self, Content, Labels, Put, Room, Target};
use crate::store::storage::{StorageError, links};

/// Bytes of a field of a form that is not the file.
const FIELD: usize = 16 * 1024;
/// Fields of a form.
const FIELDS: usize = 10;
/// Bytes of a form that are not the file.
const FORM: u64 = 64 * 1024;

/// A new file; with `x-upsert: true` also over one that is there.
pub(super) async fn post(
    State(node): State<Arc<Node>>,
    Extension(files): Extension<Arc<Files>>,
    path: Place,
    request: Request,
) -> Result<Json<Value>, Failure> {
    let by = person(&node, request.headers()).await?;
    let (bucket, key) = place(path)?;
    let target = Target { by, bucket, key, replaces: replaces(request.headers()) };
    put_there(node, files, target, request).await
}

/// A file, whether or not there is one.
pub(super) async fn put(
    State(node): State<Arc<Node>>,
    Extension(files): Extension<Arc<Files>>,
    path: Place,
    request: Request,
) -> Result<Json<Value>, Failure> {
    let by = person(&node, request.headers()).await?;
    let (bucket, key) = place(path)?;
    put_there(node, files, Target { by, bucket, key, replaces: true }, request).await
}

/// A file, to a signed address.
pub(super) async fn signed(
    State(node): State<Arc<Node>>,
    Extension(files): Extension<Arc<Files>>,
    path: Place,
    Query(asked): Query<HashMap<String, String>>,
    request: Request,
) -> Result<Json<Value>, Failure> {
    let (bucket, key) = place(path)?;
    let token = asked.get("token").map(String::as_str).unwrap_or_default();
    let link = links::open(&node.store, token, &bucket, &key)?;
    let target = links::follow_upload(&node.store, &link, &bucket, &key).await?;
    put_there(node, files, target, request).await
}

/// Whether what is there may be replaced, as the sender has it.
pub(super) fn replaces(headers: &HeaderMap) -> bool {
    headers.get("x-upsert").is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true"))
}

async fn put_there(
    node: Arc<Node>,
    files: Arc<Files>,
    target: Target,
    request: Request,
) -> Result<Json<Value>, Failure> {
    let room = uploads::room(&node.store, &target, files.most).await?;
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let form = is_form(request.headers());
    // Refused before it is sent, where the sender says how much it will be.
    room.admit_size(announced.unwrap_or(0).saturating_sub(if form { FORM } else { 0 }))?;
    // Its own task: a sender who goes away does not stop the clearing away of what came.
    let task = tokio::spawn(async move {
        let (content, labels) =
            if form { of_form(&files, &room, request).await? } else { of_body(&files, &room, request).await? };
        let put = uploads::keep(&node.store, &target, &content, &labels).await?;
        files.forget(&node, put.before.into_iter().collect());
        Ok::<(Put, Target), StorageError>((put, target))
    });
    let (put, target) = task.await.map_err(|error| {
        tracing::error!(%error, "an upload failed");
        StorageError::Store(crate::store::StoreError::Internal("an upload failed".into()))
    })??;
    Ok(Json(json!({ "Id": put.id, "Key": format!("{}/{}", target.bucket, target.key) })))
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data")
}

/// The file as the body.
async fn of_body(files: &Files, room: &Room, request: Request) -> Result<(Content, Labels), StorageError> {
    let (head, body) = request.into_parts();
    let text = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
    let metadata = text("x-metadata").map(|value| BASE64_STANDARD.decode(value).unwrap_or_default());
    let labels = labels(text(CACHE_CONTROL.as_str()), metadata.as_deref())?;
    let body = body.into_data_stream().map_err(|error| error.to_string());
    let content = receive::whole(&files.objects, room, text(CONTENT_TYPE.as_str()), body).await?;
    Ok((content, labels))
}

/// The file as a field of a form: the one without a name, or the one that is a file.
async fn of_form(files: &Files, room: &Room, request: Request) -> Result<(Content, Labels), StorageError> {
    let bad = |message: String| StorageError::refused(Code::InvalidRequest, message);
    let mut form = Multipart::from_request(request, &()).await.map_err(|rejection| bad(rejection.body_text()))?;
    let (mut content, mut cache, mut metadata) = (None, None, None);
    for _ in 0..FIELDS {
        let field = form.next_field().await.map_err(|error| incomplete(&error.body_text()))?;
        let Some(field) = field else { break };
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "cacheControl" => cache = Some(small(field).await?),
            "metadata" => metadata = Some(small(field).await?),
            _ if (name.is_empty() || field.file_name().is_some()) && content.is_none() => {
                let declared = field.content_type().map(str::to_owned);
                let body = field.map_err(|error| error.body_text());
                content = Some(receive::whole(&files.objects, room, declared.as_deref(), Box::pin(body)).await?);
            }
            _ => drop(small(field).await?),
        }
    }
    let content = content.ok_or_else(|| bad("the form holds no file".into()))?;
    let cache = cache.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    Ok((content, labels(cache.as_deref(), metadata.as_deref())?))
}

fn incomplete(why: &str) -> StorageError {
    tracing::debug!(why, "a form stopped in the middle");
    StorageError::refused(Code::IncompleteBody, "the upload stopped in the middle")
}

async fn small(mut field: Field<'_>) -> Result<Vec<u8>, StorageError> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(|error| incomplete(&error.body_text()))? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > FIELD {
            return Err(StorageError::refused(Code::InvalidRequest, format!("a field has at most {FIELD} bytes")));
        }
    }
    Ok(bytes)
}

/// What is kept with a file: seconds or a header for its copies, and an object of the sender's own.
pub(super) fn labels(cache: Option<&str>, metadata: Option<&[u8]>) -> Result<Labels, StorageError> {
    let cache = cache.map(str::trim).filter(|text| !text.is_empty());
    let cache_control = match cache {
        Some(seconds) if seconds.bytes().all(|byte| byte.is_ascii_digit()) && seconds.len() < 12 => {
            Some(format!("max-age={seconds}"))
        }
        Some(text) if text.len() <= 200 && text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) => {
            Some(text.to_owned())
        }
        Some(_) => return Err(StorageError::refused(Code::InvalidRequest, "cache-control is not understood")),
        None => None,
    };
    let user_metadata = match metadata {
        None => json!({}),
        Some(text) if text.len() <= FIELD => serde_json::from_slice(text).unwrap_or(Value::Null),
        Some(_) => Value::Null,
    };
    let holds_nul = |value: &Value| value.to_string().contains("\\u0000");
    if !user_metadata.is_object() || holds_nul(&user_metadata) {
        let message = format!("metadata is a JSON object of at most {FIELD} bytes");
        return Err(StorageError::refused(Code::InvalidRequest, message));
    }
    Ok(Labels { cache_control, user_metadata })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_what_headers_and_rows_can_hold() {
        let made = labels(Some("3600"), Some(b"{\"look\": 7}")).expect("labels");
        assert_eq!((made.cache_control.as_deref(), &made.user_metadata["look"]), (Some("max-age=3600"), &json!(7)));
        assert_eq!(labels(Some("max-age=60"), None).expect("labels").cache_control.as_deref(), Some("max-age=60"));
        for bad in ["a\r\nb: c", "é", &"x".repeat(201)] {
            assert!(labels(Some(bad), None).is_err(), "{bad:?}");
        }
        for bad in [b"[]" as &[u8], b"", b"{", b"{\"a\": \"\\u0000\"}", &vec![b' '; FIELD + 1]] {
            assert!(labels(None, Some(bad)).is_err(), "{}", bad.len());
        }
    }
}
