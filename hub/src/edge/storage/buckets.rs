use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::{Extension, Json};
use domain::storage::size_limit::SizeLimit;
use domain::storage::{Code, media_type};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::Files;
use super::answer::{Failure, body};
use super::asker::person;
use crate::live::Node;
use crate::store::storage::StorageError;
use crate::store::storage::buckets::{self, Bucket, Page, Wanted};

/// Buckets in one answer.
const MOST: i64 = 1000;

/// What a client wants of a bucket. A limit or list that is `null` is taken away, one that is left out stays.
#[derive(Deserialize)]
pub(super) struct Body {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    public: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    file_size_limit: Option<Option<SizeLimit>>,
    #[serde(default, deserialize_with = "given")]
    allowed_mime_types: Option<Option<Vec<String>>>,
}

fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(value: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(value).map(Some)
}

impl Body {
    fn wanted(&self) -> Result<Wanted, Failure> {
        let limit = |limit: &Option<SizeLimit>| limit.as_ref().map(SizeLimit::bytes).transpose();
        if let Some(Some(types)) = &self.allowed_mime_types {
            let wrong = |rule: &&String| {
                let rule = rule.replace("/*", "/any");
                !matches!(rule.as_str(), "*" | "*/any") && media_type::judge(Some(&rule), b"").is_err()
            };
            if let Some(wrong) = types.iter().find(wrong) {
                let cut: String = wrong.chars().take(100).collect();
                return Err(StorageError::refused(Code::InvalidMimeType, format!("{cut} is no media type")).into());
            }
        }
        Ok(Wanted {
            is_public: self.public,
            file_size_limit: self.file_size_limit.as_ref().map(limit).transpose()?,
            // An empty list would let nothing in; clients mean that they ask for nothing.
            allowed_mime_types: self.allowed_mime_types.clone().map(|types| types.filter(|types| !types.is_empty())),
        })
    }
}

fn shown(bucket: Bucket) -> Value {
    json!({
        "id": bucket.name, "name": bucket.name, "type": "STANDARD", "public": bucket.is_public,
        "owner": bucket.created_by.map(|id| id.to_string()).unwrap_or_default(),
        "file_size_limit": bucket.file_size_limit, "allowed_mime_types": bucket.allowed_mime_types,
        "created_at": bucket.created_at, "updated_at": bucket.updated_at,
    })
}

pub(super) async fn list(
    State(node): State<Arc<Node>>,
    headers: HeaderMap,
    Query(asked): Query<HashMap<String, String>>,
) -> Result<Json<Vec<Value>>, Failure> {
    let by = person(&node, &headers).await?;
    let number = |name: &str, otherwise: i64| {
        asked.get(name).and_then(|text| text.parse().ok()).unwrap_or(otherwise).clamp(0, i64::from(i32::MAX))
    };
    let text = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let page = Page {
        limit: number("limit", MOST).min(MOST),
        offset: number("offset", 0),
        search: text("search"),
        sort: text("sortColumn"),
        descending: text("sortOrder") == "desc",
    };
    let found = buckets::list(&node.store, &by.acting(), &page).await?;
    Ok(Json(found.into_iter().map(shown).collect()))
}

pub(super) async fn find(
    State(node): State<Arc<Node>>,
    headers: HeaderMap,
    Path(bucket): Path<String>,
) -> Result<Json<Value>, Failure> {
    let by = person(&node, &headers).await?;
    Ok(Json(shown(buckets::find(&node.store, &by.acting(), &bucket).await?)))
}

pub(super) async fn create(
    State(node): State<Arc<Node>>,
    headers: HeaderMap,
    wanted: Result<Json<Body>, JsonRejection>,
) -> Result<Json<Value>, Failure> {
    let by = person(&node, &headers).await?;
    let wanted = body(wanted)?;
    let name = wanted.id.clone().or(wanted.name.clone()).unwrap_or_default();
    buckets::create(&node.store, &by.acting(), &name, &wanted.wanted()?).await?;
    Ok(Json(json!({ "name": name })))
}

pub(super) async fn update(
    State(node): State<Arc<Node>>,
    headers: HeaderMap,
    Path(bucket): Path<String>,
    wanted: Result<Json<Body>, JsonRejection>,
) -> Result<Json<Value>, Failure> {
    let by = person(&node, &headers).await?;
    buckets::update(&node.store, &by.acting(), &bucket, &body(wanted)?.wanted()?).await?;
    Ok(Json(json!({ "message": "Successfully updated" })))
}

pub(super) async fn delete(
    State(node): State<Arc<Node>>,
    headers: HeaderMap,
    Path(bucket): Path<String>,
) -> Result<Json<Value>, Failure> {
    let by = person(&node, &headers).await?;
    buckets::delete(&node.store, &by.acting(), &bucket).await?;
    Ok(Json(json!({ "message": "Successfully deleted" })))
}

pub(super) async fn empty(
    State(node): State<Arc<Node>>,
    Extension(files): Extension<Arc<Files>>,
    headers: HeaderMap,
    Path(bucket): Path<String>,
) -> Result<Json<Value>, Failure> {
    let by = person(&node, &headers).await?;
    let contents = buckets::empty(&node.store, &by.acting(), &bucket).await?;
    files.forget(&node, contents);
    Ok(Json(json!({ "message": "Successfully emptied" })))
}
