use serde_json::{Map, Value, json};

use super::{Scope, Subject, as_json};
use crate::postgres::begin;
use crate::store::keyring::Envelope;
use crate::store::{Store, StoreError};

/// Everything that is registered as personal about somebody, as one document: tables with their rows, sealed values opened
/// under their plain names, and the files that they uploaded. `None` if there is nobody.
///
/// # Errors
/// [`StoreError::Invalid`] for a kind that is none; when the database cannot be reached.
pub async fn export(store: &Store, scope: Scope, subjects: &[Subject]) -> Result<Option<Value>, StoreError> {
    let acting = scope.acting();
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let rows = transaction
        .query(
            "select table_name, content from app.export_people($1, $2, $3)",
            &[&as_json(subjects), &scope.within(), &scope.accounts()],
        )
        .await?;
    let at: jiff::Timestamp = transaction.query_one("select now()", &[]).await?.get(0);
    transaction.commit().await?;
    drop(client);
    if rows.is_empty() {
        return Ok(None);
    }
    let mut rows: Vec<(String, Map<String, Value>)> = rows
        .into_iter()
        .filter_map(|row| match row.get(1) {
            Value::Object(content) => Some((row.get(0), content)),
            _ => None,
        })
        .collect();
    open(store, &mut rows).await?;
    let (mut tables, mut files) = (Map::new(), Vec::new());
    for (table, content) in rows {
        if table == "files" {
            files.push(Value::Object(content));
        } else if let Some(list) = tables.entry(table).or_insert_with(|| json!([])).as_array_mut() {
            list.push(Value::Object(content));
        }
    }
    Ok(Some(json!({
        "format": "fashionos-hub/person/1", "exported_at": at, "subjects": subjects, "tables": tables, "files": files,
    })))
}

/// Sealed values in the clear, under the names that clients know.
async fn open(store: &Store, rows: &mut [(String, Map<String, Value>)]) -> Result<(), StoreError> {
    let mut found = Vec::new();
    for (index, (table, content)) in rows.iter_mut().enumerate() {
        let sealed: Vec<String> = content.keys().filter(|name| name.ends_with("_enc")).cloned().collect();
        for name in sealed {
            let plain = name.trim_end_matches("_enc").to_owned();
            let bytes = match content.remove(&name) {
                Some(Value::String(hex)) => bytes(&hex).unwrap_or_default(),
                _ => Vec::new(),
            };
            found.push((index, format!("{table}.{plain}"), plain, bytes));
        }
    }
    let envelopes: Vec<Envelope<'_>> = found.iter().map(|(_, column, _, bytes)| Envelope { column, bytes }).collect();
    let opened = store.keyring.open(&store.pools, &envelopes).await?;
    for ((index, _, plain, _), value) in found.iter().zip(opened) {
        rows[*index].1.insert(plain.clone(), value.map_or(Value::Null, Value::String));
    }
    Ok(())
}

/// As Postgres writes bytes in JSON.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("\\x")?.as_bytes();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
