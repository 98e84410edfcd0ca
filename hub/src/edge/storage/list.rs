use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use domain::storage::{Code, name};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Failure, body};
use super::asker::person;
use super::serve::hex;
use crate::live::Node;
use crate::store::storage::StorageError;
use crate::store::storage::lists::{self, Entry, Listed, Page};

/// Entries in one answer.
const MOST: i64 = 1000;

#[derive(Deserialize, Default)]
struct SortBy {
    #[serde(default)]
    column: Option<String>,
    #[serde(default)]
    order: Option<String>,
}

impl SortBy {
    fn descending(&self) -> bool {
        self.order.as_deref().is_some_and(|order| order.eq_ignore_ascii_case("desc"))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wanted {
    #[serde(default)]
    prefix: Option<String>,
    #[serde(default)]
    limit: Option<i64>,
    #[serde(default)]
    offset: Option<i64>,
    #[serde(default)]
    search: Option<String>,
    #[serde(default)]
    sort_by: Option<SortBy>,
}

pub(super) async fn list(
    State(node): State<Arc<Node>>,
    headers: HeaderMap,
    Path(bucket): Path<String>,
    wanted: Result<Json<Wanted>, JsonRejection>,
) -> Result<Json<Vec<Value>>, Failure> {
    let by = person(&node, &headers).await?;
    let wanted = body(wanted)?;
    let sort = wanted.sort_by.unwrap_or_default();
    let page = Page {
        folder: name::folder(wanted.prefix.as_deref().unwrap_or_default())?,
        folders: true,
        search: wanted.search.unwrap_or_default(),
        descending: sort.descending(),
        sort: sort.column.unwrap_or_default(),
        limit: wanted.limit.unwrap_or(100).clamp(1, MOST),
        offset: wanted.offset.unwrap_or(0).max(0),
    };
    let entries = lists::list(&node.store, &by.acting(), &bucket, &page).await?;
    Ok(Json(entries.into_iter().map(shown).collect()))
}

#[derive(Deserialize)]
pub(super) struct WantedV2 {
    #[serde(default)]
    prefix: Option<String>,
    #[serde(default)]
    limit: Option<i64>,
    #[serde(default)]
    cursor: Option<String>,
    #[serde(default)]
    with_delimiter: bool,
    #[serde(default, rename = "sortBy")]
    sort_by: Option<SortBy>,
}

/// The cursor is the number of entries before it.
pub(super) async fn list_v2(
    State(node): State<Arc<Node>>,
    headers: HeaderMap,
    Path(bucket): Path<String>,
    wanted: Result<Json<WantedV2>, JsonRejection>,
) -> Result<Json<Value>, Failure> {
    let by = person(&node, &headers).await?;
    let wanted = body(wanted)?;
    let bad = || StorageError::refused(Code::InvalidRequest, "cursor is not one of this list");
    let offset = match wanted.cursor.filter(|cursor| !cursor.is_empty()) {
        Some(cursor) => cursor.parse::<u32>().map_err(|_| bad())?.into(),
        None => 0,
    };
    let (sort, limit) = (wanted.sort_by.unwrap_or_default(), wanted.limit.unwrap_or(MOST).clamp(1, MOST));
    let folder = name::folder(wanted.prefix.as_deref().unwrap_or_default())?;
    let page = Page {
        folder: folder.clone(),
        folders: wanted.with_delimiter,
        search: String::new(),
        descending: sort.descending(),
        sort: sort.column.unwrap_or_default(),
        limit: limit + 1,
        offset,
    };
    let mut entries = lists::list(&node.store, &by.acting(), &bucket, &page).await?;
    let more = entries.len() as i64 > limit;
    entries.truncate(limit as usize);
    let (mut folders, mut objects) = (Vec::new(), Vec::new());
    for entry in entries {
        let key = format!("{folder}{}", entry.name);
        if entry.file.is_some() {
            let mut object = shown(entry);
            object["key"] = Value::String(key.clone());
            object["name"] = Value::String(key);
            objects.push(object);
        } else {
            folders.push(json!({ "name": format!("{key}/"), "key": key }));
        }
    }
    let mut answer = json!({ "hasNext": more, "folders": folders, "objects": objects });
    if more {
        answer["nextCursor"] = Value::String((offset + limit).to_string());
    }
    Ok(Json(answer))
}

fn shown(entry: Entry) -> Value {
    let Some(file) = entry.file else {
        return json!({
            "name": entry.name, "id": null, "updated_at": null, "created_at": null, "last_accessed_at": null, "metadata": null,
        });
    };
    json!({
        "name": entry.name, "id": file.id, "updated_at": file.updated_at, "created_at": file.created_at,
        "last_accessed_at": file.updated_at, "metadata": metadata(&file),
    })
}

fn metadata(file: &Listed) -> Value {
    json!({
        "eTag": format!("\"{}\"", hex(&file.sha256)), "size": file.size, "mimetype": file.media_type,
        "cacheControl": file.cache_control.as_deref().unwrap_or("no-cache"), "lastModified": file.updated_at,
        "contentLength": file.size, "httpStatusCode": 200,
    })
}
