use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use deadpool_postgres::Transaction;
use schemas::Row;
use serde_json::Value;
use tokio_postgres::types::{ToSql, Type};
use uuid::Uuid;

use super::catalogue::{ChangeTable, ChangeTables};
use super::cursor::{Cursor, Snapshot};
use super::walk::{Entry, Op, walk};
use crate::postgres::Untyped;
use crate::store::keyring::Envelope;
use crate::store::{Store, StoreError};

/// Entries of the journal that are told at once. Whoever is further behind has to read the tables.
const MOST: usize = 50_000;
/// Transactions from here on are those of a database that this one is a restored copy of (`live.recognize`): long past.
const COPIED: u64 = 1 << 62;

/// A row at some moment.
#[derive(Debug, PartialEq)]
pub struct Image {
    /// Its columns as they are stored.
    pub raw: Row,
    /// Its columns as clients know them, sealed ones open, before anybody's masks.
    pub shown: Row,
    /// About how much memory it takes, bytes.
    pub weight: usize,
}

/// What one transaction made of a row.
#[derive(Debug, Clone)]
pub struct RowChange {
    /// The table.
    pub table: Arc<ChangeTable>,
    /// The row.
    pub key: Uuid,
    /// When it was committed, epoch ms.
    pub at: i64,
    /// What it found.
    pub before: Option<Arc<Image>>,
    /// What it left.
    pub after: Option<Arc<Image>>,
}

/// Changes between two views of the database, in the order of their commits.
#[derive(Debug, Default)]
pub struct Batch {
    /// One change a transaction and row.
    pub changes: Vec<RowChange>,
    /// Every table that the journal names, tracked for telling or not.
    pub touched: HashSet<String>,
}

/// Why changes cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missed {
    /// There are too many.
    TooMany,
    /// The journal no longer reaches back so far, or it is another journal.
    TooOld,
}

/// Rows by their keys.
pub type Rows = HashMap<Uuid, Arc<Image>>;

/// A transaction of the hub that sees the database at one moment, for others to look from too.
pub struct View {
    /// The moment.
    pub at: Cursor,
    /// What other transactions call it, while this one lasts.
    pub exported: String,
}

/// The moment that a transaction sees, made known to others.
///
/// # Errors
/// When the database cannot be reached.
pub async fn exported(store: &Store, transaction: &Transaction<'_>) -> Result<View, StoreError> {
    let statement = transaction.prepare_cached("select pg_current_snapshot()::text, pg_export_snapshot()").await?;
    let row = transaction.query_one(&statement, &[]).await?;
    let seen = Snapshot::parse(row.get(0)).ok_or_else(|| StoreError::Internal("a snapshot is not one".into()))?;
    Ok(View { at: Cursor { epoch: store.catalogue.epoch(), seen }, exported: row.get(1) })
}

/// Asks to be rung for every commit of an organization in the next 90 s.
///
/// # Errors
/// When the database cannot be reached.
pub async fn watch(store: &Store, organization_id: Uuid) -> Result<(), StoreError> {
    let client = store.pools.worker().await?;
    let statement = client
        .prepare_cached(
            "insert into live.feeds (organization_id, watched_until) values ($1, clock_timestamp() + interval '90 s')
             on conflict (organization_id) do update set watched_until = excluded.watched_until",
        )
        .await?;
    client.execute(&statement, &[&organization_id]).await?;
    Ok(())
}

/// Whether everything that was committed after a client's cursor can still be told.
///
/// # Errors
/// When the database cannot be reached.
pub async fn missed(
    store: &Store,
    transaction: &Transaction<'_>,
    organization_id: Uuid,
    since: &Cursor,
) -> Result<Option<Missed>, StoreError> {
    if since.epoch != store.catalogue.epoch() {
        return Ok(Some(Missed::TooOld));
    }
    // The journal forgets its oldest commits first: one from before the cursor is still there, or none was ever forgotten.
    let xmin = Untyped(Some(since.seen.xmin.to_string()));
    let organization = Untyped(Some(organization_id.to_string()));
    let xmax = Untyped(Some(since.seen.xmax.to_string()));
    let rows = transaction
        .query_typed(
            "select exists (select from live.commits c where c.xid < $1::xid8)
                 or not exists (select from live.topics t where t.organization_id = $2::uuid and t.kept_from > 1),
                    $3::xid8 <= pg_snapshot_xmax(pg_current_snapshot())",
            &[untyped(&xmin), untyped(&organization), untyped(&xmax)],
        )
        .await?;
    let told = rows.first().is_some_and(|row| row.get::<_, bool>(0) && row.get::<_, bool>(1));
    Ok((!told).then_some(Missed::TooOld))
}

/// What was committed in an organization between a view of the database and the transaction's own.
///
/// # Errors
/// When the database cannot be reached.
pub async fn read(
    store: &Store,
    transaction: &Transaction<'_>,
    tables: &ChangeTables,
    organization_id: Uuid,
    since: &Snapshot,
) -> Result<Result<Batch, Missed>, StoreError> {
    // Whatever the earlier view did not show had either not begun by then or was running.
    let running: Vec<String> = since.running.iter().map(u64::to_string).collect();
    let values = [
        since.xmax.to_string(),
        format!("{{{}}}", running.join(",")),
        organization_id.to_string(),
        (MOST + 1).to_string(),
        COPIED.to_string(),
    ]
    .map(|text| Untyped(Some(text)));
    let statement = transaction
        .prepare_cached(
            "select j.id, j.xid::text as xid, j.topic, j.table_name, j.row_key, j.op::text as op, j.new_row, j.old_row,
                    (extract(epoch from c.committed_at) * 1000)::bigint as at
               from live.journal j join live.commits c on c.xid = j.xid and c.topic = j.topic
              where (j.xid >= $1::xid8 and j.xid < $5::xid8 or j.xid = any ($2::xid8[])) and j.organization_id = $3::uuid
              order by j.id limit $4::bigint",
        )
        .await?;
    let rows = transaction.query(&statement, &values.each_ref().map(|value| value as &(dyn ToSql + Sync))).await?;
    if rows.len() > MOST {
        return Ok(Err(Missed::TooMany));
    }
    let mut batch = Batch::default();
    // By transaction: its last entry, and when it was committed.
    let mut commits: HashMap<u64, (i64, i64)> = HashMap::new();
    let mut by_row: HashMap<(Arc<str>, Uuid), Vec<Entry>> = HashMap::new();
    let mut changed: HashMap<Arc<str>, HashSet<Uuid>> = HashMap::new();
    let mut names: HashMap<String, Arc<str>> = HashMap::new();
    for row in rows {
        let xid: u64 = row.get::<_, &str>("xid").parse().unwrap_or(0);
        let at: i64 = row.get("at");
        // Whoever changes a row waits for whoever changed it before, and is given its entry's id afterwards: by their last
        // entries, transactions are in an order that every row agrees with. Clocks may be set back.
        let (last, committed) = commits.entry(xid).or_default();
        (*last, *committed) = (row.get("id"), at.max(*committed));
        let table: &str = row.get("table_name");
        let table = names.entry(table.to_owned()).or_insert_with(|| Arc::from(table)).clone();
        let key: Uuid = row.get("row_key");
        let op = match row.get::<_, &str>("op") {
            "I" => Op::Insert,
            "U" => Op::Update,
            _ => Op::Delete,
        };
        // What was only made is told whole; what was changed or moved to another topic since is read as it is now.
        if op != Op::Insert {
            changed.entry(table.clone()).or_default().insert(key);
        }
        let object = |column| match row.get::<_, Option<Value>>(column) {
            Some(Value::Object(columns)) => columns,
            _ => Row::new(),
        };
        let entry = Entry { xid, topic: row.get("topic"), op, new: object("new_row"), old: object("old_row") };
        by_row.entry((table, key)).or_default().push(entry);
    }
    batch.touched = names.into_keys().collect();
    let mut now: HashMap<(Arc<str>, Uuid), Row> = HashMap::new();
    for (name, keys) in changed {
        let Some(table) = tables.table(&name) else { continue };
        for (key, row) in stored(transaction, table, &keys.into_iter().collect::<Vec<_>>()).await? {
            now.insert((name.clone(), key), row);
        }
    }
    let mut images = Images::default();
    let mut told = Vec::new();
    for ((name, key), entries) in by_row {
        let Some(table) = tables.table(&name) else { continue };
        let Some(steps) = walk(&entries, now.remove(&(name.clone(), key))) else {
            tracing::error!(table = %name, %key, "a changed row is not to be seen by the hub");
            continue;
        };
        for step in steps {
            let (last, at) = commits.get(&step.xid).copied().unwrap_or_default();
            let mut keep = |row: Option<Row>| row.map(|row| images.keep(table, row));
            let (before, after) = (keep(step.before), keep(step.after));
            if before.is_some() || after.is_some() {
                told.push((last, at, Arc::clone(table), key, before, after));
            }
        }
    }
    told.sort_by_key(|(last, ..)| *last);
    let images = images.open(store).await?;
    batch.changes = told
        .into_iter()
        .map(|(_, at, table, key, before, after)| {
            let image = |at: Option<usize>| at.and_then(|at| images.get(at).map(Arc::clone));
            RowChange { table, key, at, before: image(before), after: image(after) }
        })
        .collect();
    Ok(Ok(batch))
}

/// Rows of a table as the transaction sees them.
///
/// # Errors
/// When the database cannot be reached.
pub async fn rows(
    store: &Store,
    transaction: &Transaction<'_>,
    table: &Arc<ChangeTable>,
    keys: &[Uuid],
) -> Result<Rows, StoreError> {
    let mut images = Images::default();
    let found: Vec<(Uuid, usize)> =
        stored(transaction, table, keys).await?.into_iter().map(|(key, row)| (key, images.keep(table, row))).collect();
    let images = images.open(store).await?;
    Ok(found.into_iter().filter_map(|(key, at)| images.get(at).map(|image| (key, Arc::clone(image)))).collect())
}

async fn stored(
    transaction: &Transaction<'_>,
    table: &ChangeTable,
    keys: &[Uuid],
) -> Result<Vec<(Uuid, Row)>, StoreError> {
    let key = super::catalogue::quoted(&table.key);
    let sql = format!("select r.{key}, to_jsonb(r) from {} r where r.{key} = any ($1)", table.sql());
    let statement = transaction.prepare_cached(&sql).await?;
    let rows = transaction.query(&statement, &[&keys]).await?;
    let rows = rows.into_iter().filter_map(|row| match row.get(1) {
        Value::Object(columns) => Some((row.get(0), columns)),
        _ => None,
    });
    Ok(rows.collect())
}

/// Rows that were read, until all their sealed values are opened at once.
#[derive(Default)]
struct Images {
    rows: Vec<(Arc<ChangeTable>, Row)>,
}

impl Images {
    fn keep(&mut self, table: &Arc<ChangeTable>, row: Row) -> usize {
        self.rows.push((Arc::clone(table), row));
        self.rows.len() - 1
    }

    async fn open(self, store: &Store) -> Result<Vec<Arc<Image>>, StoreError> {
        let mut sealed: Vec<(&str, Vec<u8>)> = Vec::new();
        for (table, row) in &self.rows {
            for column in &table.columns {
                if let (Some(label), Some(Value::String(text))) = (&column.label, row.get(&column.stored)) {
                    sealed.push((label, unhex(text)));
                }
            }
        }
        let mut opened = Vec::new().into_iter();
        if !sealed.is_empty() {
            let envelopes: Vec<Envelope<'_>> =
                sealed.iter().map(|(column, bytes)| Envelope { column, bytes }).collect();
            opened = store.keyring.open(&store.pools, &envelopes).await?.into_iter();
        }
        drop(sealed);
        let mut images = Vec::with_capacity(self.rows.len());
        for (table, row) in self.rows {
            let mut shown = Row::new();
            for column in &table.columns {
                let value = match (&column.label, row.get(&column.stored)) {
                    (Some(_), Some(Value::String(_))) => opened.next().flatten().map_or(Value::Null, Value::String),
                    (Some(_), _) | (None, None) => Value::Null,
                    (None, Some(value)) => value.clone(),
                };
                shown.insert(column.name.clone(), value);
            }
            let weight = weight(&row) + weight(&shown);
            images.push(Arc::new(Image { raw: row, shown, weight }));
        }
        Ok(images)
    }
}

fn weight(row: &Row) -> usize {
    fn of(value: &Value) -> usize {
        match value {
            Value::String(text) => text.len(),
            Value::Array(list) => list.iter().map(|value| 32 + of(value)).sum(),
            Value::Object(row) => weight(row),
            _ => 0,
        }
    }
    row.iter().map(|(name, value)| 80 + name.len() + of(value)).sum()
}

/// Bytes as Postgres writes them in JSON.
fn unhex(text: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let digits = text.strip_prefix("\\x").unwrap_or_default();
    digits.as_bytes().chunks(2).map_while(|pair| Some(digit(pair[0])? << 4 | digit(*pair.get(1)?)?)).collect()
}

fn untyped(value: &Untyped) -> (&(dyn ToSql + Sync), Type) {
    (value, Type::UNKNOWN)
}
