use std::collections::HashMap;
use std::net::IpAddr;
use std::str::FromStr;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::postgres::begin;
use crate::store::identity::Identity;
use crate::store::{Store, StoreError};

/// What is looked for. What is absent does not matter.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Changes of this table.
    pub table: Option<String>,
    /// Changes of this row.
    pub row: Option<Uuid>,
    /// What a person did, and what was done to rows about them.
    pub person: Option<Uuid>,
    /// What somebody did: a person, a device, a plugin.
    pub actor: Option<Uuid>,
    /// From then.
    pub since: Option<Timestamp>,
    /// Until then.
    pub until: Option<Timestamp>,
    /// Where the page before ended.
    pub before: Option<Cursor>,
    /// At most so many.
    pub limit: u16,
}

/// The place of an entry in time: the same in the journal and in the archive. Written `microseconds.id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    micros: i64,
    id: i64,
}

/// A page of the audit log, the newest first.
#[derive(Debug, Serialize)]
pub struct Trail {
    /// The entries.
    pub entries: Vec<Entry>,
    /// The `cursor` of the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One change.
#[derive(Debug, Serialize)]
pub struct Entry {
    /// When it was committed.
    pub at: Timestamp,
    /// Who made it.
    pub actor: Actor,
    /// The command or request that it was part of.
    pub request_id: Option<Uuid>,
    /// insert, update or delete.
    pub action: &'static str,
    /// The table.
    pub table: String,
    /// The row.
    pub row: Uuid,
    /// Columns that an update changed.
    pub changed: Option<Vec<String>>,
    /// Before: all columns of a deleted row, those that an update changed. `[sealed]`, `[personal]` and `[hidden]` stand for values
    /// that are not shown.
    pub old: Option<Value>,
    /// After.
    pub new: Option<Value>,
    /// Its number in the organization's chain; none while it is in the journal.
    pub entry: Option<i64>,
}

/// Who made a change.
#[derive(Debug, Serialize)]
pub struct Actor {
    /// user, device, plugin, system (the hub) or database (somebody with SQL).
    pub kind: String,
    /// Which one.
    pub id: Option<Uuid>,
    /// Their name, where the reader may see it.
    pub name: Option<String>,
    /// The address that it came from, for as long as the journal keeps the change.
    pub address: Option<IpAddr>,
    /// The program that made it, as it calls itself, for as long.
    pub agent: Option<String>,
}

impl FromStr for Cursor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (micros, id) = text.split_once('.').ok_or(())?;
        let cursor = Self { micros: micros.parse().map_err(|_| ())?, id: id.parse().map_err(|_| ())? };
        Timestamp::from_microsecond(cursor.micros).map(|_| cursor).map_err(|_| ())
    }
}

/// A page of what the caller may read of the audit log.
///
/// # Errors
/// [`StoreError::Denied`] unless the caller is an owner or admin.
pub async fn trail(store: &Store, by: &Identity, wanted: &Wanted) -> Result<Trail, StoreError> {
    let acting = by.acting();
    let before = wanted.before.map(|cursor| Timestamp::from_microsecond(cursor.micros).unwrap_or(Timestamp::MAX));
    let before_id = wanted.before.map(|cursor| cursor.id);
    let limit = i32::from(wanted.limit);
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    transaction.batch_execute("set local statement_timeout = '20s'").await?;
    let rows = transaction
        .query(
            "select * from app.audit_trail($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            &[
                &wanted.table,
                &wanted.row,
                &wanted.person,
                &wanted.actor,
                &wanted.since,
                &wanted.until,
                &before,
                &before_id,
                &limit,
            ],
        )
        .await?;
    let actors: Vec<Uuid> = rows.iter().filter_map(|row| row.get("actor_id")).collect();
    let names = transaction
        .query(
            "select id, full_name from users where id = any ($1)
             union all select id, name from devices where id = any ($1)
             union all select id, plugin_key from plugin_installs where id = any ($1)",
            &[&actors],
        )
        .await?;
    transaction.commit().await?;
    let names: HashMap<Uuid, String> = names.iter().map(|row| (row.get(0), row.get(1))).collect();
    let full = rows.len() == usize::from(wanted.limit);
    let next = rows
        .last()
        .filter(|_| full)
        .map(|row| format!("{}.{}", row.get::<_, Timestamp>("occurred_at").as_microsecond(), row.get::<_, i64>("id")));
    let entries = rows
        .into_iter()
        .map(|row| {
            let id: Option<Uuid> = row.get("actor_id");
            let from = row.get::<_, Option<&[u8]>>("client").and_then(|sealed| store.addresses.open(sealed));
            let agent = from.map(|from| from.agent.as_str().to_owned()).filter(|agent| !agent.is_empty());
            Entry {
                at: row.get("occurred_at"),
                actor: Actor {
                    kind: row.get("actor_kind"),
                    id,
                    name: id.and_then(|id| names.get(&id).cloned()),
                    address: from.map(|from| from.address),
                    agent,
                },
                request_id: row.get("request_id"),
                action: match row.get::<_, &str>("action") {
                    "I" => "insert",
                    "U" => "update",
                    _ => "delete",
                },
                table: row.get("table_name"),
                row: row.get("row_key"),
                changed: row.get("changed"),
                old: row.get("old_values"),
                new: row.get("new_values"),
                entry: row.get("entry"),
            }
        })
        .collect();
    Ok(Trail { entries, next })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_two_numbers() {
        assert_eq!("12.3".parse(), Ok(Cursor { micros: 12, id: 3 }));
        for bad in ["", ".", "1", "1.", "a.1", "1.2.3", "9223372036854775807.1"] {
            assert_eq!(bad.parse::<Cursor>(), Err(()), "{bad}");
        }
    }
}
