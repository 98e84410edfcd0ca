use std::collections::BTreeMap;

use futures_util::future::try_join_all;
use schemas::{Row, Topic};
use serde_json::Value;
use uuid::Uuid;

use super::journal::Head;
use super::presenter::{Outgoing, present};
use super::{Store, StoreError};
use crate::postgres::{Acting, begin_snapshot};

/// All that a principal sees of some tables of a topic, and the position in the journal that it shows.
pub struct Snapshot {
    /// The position, exactly: both were read in one view of the database.
    pub head: Head,
    /// Rows by table.
    pub tables: BTreeMap<&'static str, Vec<Row>>,
}

/// Reads a snapshot under the principal's own claims: row security decides what is in it.
///
/// # Errors
/// When the database cannot be reached.
pub async fn read(
    store: &Store,
    acting: &Acting,
    organization_id: Uuid,
    topic: Topic,
    tables: &[&'static str],
) -> Result<Snapshot, StoreError> {
    let mut client = store.pools.get(acting).await?;
    let transaction = begin_snapshot(&mut client, acting).await?;
    let queries: Vec<String> = tables
        .iter()
        .map(|name| {
            let table = store.catalogue.table(name).expect("the caller got it from the catalogue");
            let condition = table.topic_condition(topic.kind).expect("the table feeds the topic");
            format!(
                "select to_jsonb(r) from (select {} from {} where {condition}) r",
                table.columns.join(", "),
                table.name
            )
        })
        .collect();
    let topic_name = topic.to_string();
    let head = transaction.query_one("select seq, kept_from from live.head($1)", &[&topic_name]).await?;
    let head = Head { seq: head.get::<_, i64>(0).unsigned_abs(), kept_from: head.get::<_, i64>(1).unsigned_abs() };
    let statements = try_join_all(queries.iter().map(|sql| transaction.prepare_cached(sql))).await?;
    let results =
        try_join_all(statements.iter().map(|statement| async { transaction.query(statement, &[&topic.id]).await }))
            .await?;
    transaction.commit().await?;
    drop(client);

    let mut snapshot: BTreeMap<&'static str, Vec<Row>> = BTreeMap::new();
    for (name, rows) in tables.iter().zip(results) {
        let rows = rows.into_iter().filter_map(|row| match row.get::<_, Value>(0) {
            Value::Object(row) => Some(row),
            _ => None,
        });
        snapshot.insert(name, rows.collect());
    }
    let mut outgoing: Vec<Outgoing<'_>> =
        snapshot.iter_mut().flat_map(|(table, rows)| rows.iter_mut().map(move |row| Outgoing { table, row })).collect();
    present(store, organization_id, &mut outgoing).await?;
    Ok(Snapshot { head, tables: snapshot })
}
