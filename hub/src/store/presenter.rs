use std::collections::HashMap;

use schemas::Row;
use serde_json::Value;
use uuid::Uuid;

use super::keyring::Envelope;
use super::{Store, StoreError};

/// A row on its way out, with the table it is from.
pub struct Outgoing<'a> {
    /// The table.
    pub table: &'static str,
    /// Its columns, as the journal or a snapshot gave them; changed in place.
    pub row: &'a mut Row,
}

/// Turns stored rows into rows as clients know them: sealed columns open under their plain names, and the few names
/// that a screen cannot join for itself are added (`entity_name`, `model_name`, `venue_name`).
///
/// # Errors
/// When the database cannot be reached.
pub async fn present(store: &Store, organization_id: Uuid, rows: &mut [Outgoing<'_>]) -> Result<(), StoreError> {
    open_sealed(store, rows).await?;
    add_names(store, organization_id, rows).await
}

async fn open_sealed(store: &Store, rows: &mut [Outgoing<'_>]) -> Result<(), StoreError> {
    struct Found {
        row: usize,
        stored: String,
        plain: String,
        column: String,
        bytes: Vec<u8>,
    }
    let mut found = Vec::new();
    for (index, outgoing) in rows.iter_mut().enumerate() {
        let Some(table) = store.catalogue.table(outgoing.table) else { continue };
        for (stored, plain) in &table.sealed {
            match outgoing.row.get(stored) {
                Some(Value::String(hex)) => {
                    let bytes = hex.strip_prefix("\\x").and_then(unhex).unwrap_or_default();
                    let column = format!("{}.{plain}", table.name);
                    found.push(Found { row: index, stored: stored.clone(), plain: plain.clone(), column, bytes });
                }
                Some(_) => {
                    outgoing.row.remove(stored);
                    outgoing.row.insert(plain.clone(), Value::Null);
                }
                None => {}
            }
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    let envelopes: Vec<Envelope<'_>> =
        found.iter().map(|value| Envelope { column: &value.column, bytes: &value.bytes }).collect();
    let opened = store.keyring.open(&store.pools, &envelopes).await?;
    for (value, plain) in found.iter().zip(opened) {
        let row = &mut rows[value.row].row;
        row.remove(&value.stored);
        row.insert(value.plain.clone(), plain.map_or(Value::Null, Value::String));
    }
    Ok(())
}

/// Which column of which table brings a name along.
const NAMES: [(&str, &str, &str); 3] = [
    ("event_alerts", "entity_id", "entity_name"),
    ("show_lineup", "model_profile_id", "model_name"),
    ("events", "venue_id", "venue_name"),
];

async fn add_names(store: &Store, organization_id: Uuid, rows: &mut [Outgoing<'_>]) -> Result<(), StoreError> {
    for (table, reference, name) in NAMES {
        let ids: Vec<Uuid> =
            rows.iter().filter(|r| r.table == table).filter_map(|r| uuid_at(r.row, reference)).collect();
        let names = if ids.is_empty() { HashMap::new() } else { names_of(store, organization_id, table, &ids).await? };
        for outgoing in rows.iter_mut().filter(|outgoing| outgoing.table == table) {
            if outgoing.row.contains_key(reference) {
                let found = uuid_at(outgoing.row, reference).and_then(|id| names.get(&id).cloned());
                outgoing.row.insert(name.to_owned(), found.map_or(Value::Null, Value::String));
            }
        }
    }
    Ok(())
}

async fn names_of(
    store: &Store,
    organization_id: Uuid,
    table: &str,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, String>, StoreError> {
    if table == "event_alerts" {
        return super::guests::names(store, organization_id, ids).await;
    }
    let sql = match table {
        "show_lineup" => "select id, name from model_profiles where id = any ($1)",
        _ => "select id, name::text from venues where id = any ($1)",
    };
    let acting = crate::postgres::Acting::System { organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = crate::postgres::begin(&mut client, &acting).await?;
    let statement = transaction.prepare_cached(sql).await?;
    let rows = transaction.query(&statement, &[&ids]).await?;
    transaction.commit().await?;
    Ok(rows.into_iter().map(|row| (row.get(0), row.get(1))).collect())
}

fn uuid_at(row: &Row, column: &str) -> Option<Uuid> {
    row.get(column)?.as_str()?.parse().ok()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    text.as_bytes().chunks(2).map(|pair| Some(digit(pair[0])? << 4 | digit(*pair.get(1)?)?)).collect()
}
