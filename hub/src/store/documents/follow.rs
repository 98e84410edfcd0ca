use domain::shot_list::{Kind, Link};
use schemas::{Op, Row, Topic};
use serde_json::Value;
use uuid::Uuid;

use crate::postgres::{Acting, begin};
use crate::store::{Store, StoreError};

/// Who changed the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Foreigner {
    /// The document itself: its own projection, by this hub or another, in this transaction.
    Document(String),
    /// Somebody, by a request, a plugin or a statement; `None`: nobody of the organization.
    Somebody(Option<Uuid>),
}

/// A change of rows that the journal tells of.
#[derive(Debug, Clone, PartialEq)]
pub enum Foreign {
    /// A scene or a shot.
    Row {
        /// Which kind.
        kind: Kind,
        /// Which row.
        id: Uuid,
        /// What happened.
        op: Op,
        /// All columns of a new row, the changed ones of an old one.
        row: Row,
        /// All columns of a row that is gone, the changed ones as they were.
        old: Row,
    },
    /// What a shot shows, with its rank, or gone.
    Link {
        /// The shot.
        shot: Uuid,
        /// Of which kind.
        link: Link,
        /// The product or model.
        id: Uuid,
        /// Its place.
        rank: Option<String>,
    },
    /// Who may see or change the list may be different now.
    Rights,
}

/// What the journal told.
#[derive(Debug, Default)]
pub struct Followed {
    /// The changes in order, each with its writer.
    pub changes: Vec<(Foreigner, Foreign)>,
    /// The number of the last commit that was read.
    pub read: u64,
    /// There may be more.
    pub is_more: bool,
}

/// Commits that are read at once.
const COMMITS: i64 = 2_000;

/// What the journal tells after a commit of a topic that may concern a list.
///
/// # Errors
/// When the database cannot be reached.
pub async fn follow(
    store: &Store,
    organization_id: Uuid,
    topic: Topic,
    document: Uuid,
    after: u64,
) -> Result<Followed, StoreError> {
    let acting = Acting::System { organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let statement = transaction
        .prepare_cached(
            "select c.seq, c.principal_kind, c.principal_id, c.command_id is not distinct from $3,
                    j.table_name, j.row_key, j.op::text, j.new_row, j.old_row,
                    coalesce(p.shot_id, m.shot_id), coalesce(p.product_id, m.model_profile_id), c.xid::text
               from (select * from live.commits where topic = $1 and seq > $2 order by seq limit $4) c
               left join live.journal j on j.xid = c.xid and j.topic = c.topic
                and j.table_name in ('scenes', 'shots', 'shot_products', 'shot_models', 'shot_lists', 'shoots', 'projects', 'project_members')
               left join shot_products p on j.table_name = 'shot_products' and j.op = 'U' and p.id = j.row_key
               left join shot_models m on j.table_name = 'shot_models' and j.op = 'U' and m.id = j.row_key
              order by c.seq, j.id",
        )
        .await?;
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let rows = transaction.query(&statement, &[&topic.to_string(), &after, &document, &COMMITS]).await?;
    transaction.commit().await?;
    let from = after.unsigned_abs();
    let mut followed = Followed { read: from, ..Followed::default() };
    for row in rows {
        followed.read = row.get::<_, i64>(0).unsigned_abs();
        let foreigner = match row.get::<_, bool>(3) {
            true => Foreigner::Document(row.get(11)),
            false if row.get::<_, &str>(1) == "user" => Foreigner::Somebody(row.get(2)),
            false => Foreigner::Somebody(None),
        };
        let Some(table) = row.get::<_, Option<&str>>(4) else { continue };
        let id: Uuid = row.get(5);
        let op = match row.get::<_, &str>(6) {
            "I" => Op::Insert,
            "U" => Op::Update,
            _ => Op::Delete,
        };
        let (new, old) = (columns(row.get(7)), columns(row.get(8)));
        let foreign = match table {
            "scenes" => Foreign::Row { kind: Kind::Scene, id, op, row: new, old },
            "shots" => Foreign::Row { kind: Kind::Shot, id, op, row: new, old },
            "shot_products" | "shot_models" => {
                let (link, key) = match table {
                    "shot_products" => (Link::Product, "product_id"),
                    _ => (Link::Model, "model_profile_id"),
                };
                let source = if op == Op::Delete { &old } else { &new };
                let of = |column: &str| source.get(column).and_then(Value::as_str)?.parse::<Uuid>().ok();
                let (shot, other) = match op {
                    Op::Update => (row.get(9), row.get(10)),
                    _ => (of("shot_id"), of(key)),
                };
                let (Some(shot), Some(id)) = (shot, other) else { continue };
                let rank = new.get("rank").and_then(Value::as_str).map(str::to_owned);
                if op == Op::Update && rank.is_none() {
                    continue;
                }
                Foreign::Link { shot, link, id, rank }
            }
            // The head of a list follows its document, and says nothing about rights.
            "shot_lists" if matches!(foreigner, Foreigner::Document(_)) => continue,
            _ => Foreign::Rights,
        };
        followed.changes.push((foreigner, foreign));
    }
    followed.is_more = followed.read - from >= COMMITS.unsigned_abs();
    Ok(followed)
}

/// The log after an update. When the log was folded past it, the state it was folded into comes first.
///
/// # Errors
/// When the database cannot be reached.
pub async fn log_after(
    store: &Store,
    organization_id: Uuid,
    document: Uuid,
    epoch: i32,
    after: i64,
) -> Result<Option<(Vec<Vec<u8>>, i64)>, StoreError> {
    let acting = Acting::System { organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = crate::postgres::begin_snapshot(&mut client, &acting).await?;
    let statement = transaction
        .prepare_cached(
            "select head, case when folded_to > $3 then state end from live.documents where id = $1 and epoch = $2",
        )
        .await?;
    let Some(row) = transaction.query_opt(&statement, &[&document, &epoch, &after]).await? else { return Ok(None) };
    let mut updates: Vec<Vec<u8>> = row.get::<_, Option<Vec<u8>>>(1).into_iter().collect();
    let log = transaction
        .prepare_cached("select update from live.document_updates where document_id = $1 and n > $2 order by n")
        .await?;
    updates.extend(transaction.query(&log, &[&document, &after]).await?.iter().map(|row| row.get::<_, Vec<u8>>(0)));
    transaction.commit().await?;
    Ok(Some((updates, row.get(0))))
}

/// Asks for the doorbell of a document for the next 90 s.
///
/// # Errors
/// When the database cannot be reached.
pub async fn renew_watch(store: &Store, document: Uuid, node: Uuid) -> Result<(), StoreError> {
    let client = store.pools.worker().await?;
    let statement = client
        .prepare_cached(
            "insert into live.document_watches (document_id, node_id, watched_until)
             select d.id, $2, clock_timestamp() + interval '90 s' from live.documents d where d.id = $1
             on conflict (document_id, node_id) do update set watched_until = excluded.watched_until",
        )
        .await?;
    client.execute(&statement, &[&document, &node]).await?;
    Ok(())
}

/// The document is closed here.
///
/// # Errors
/// When the database cannot be reached.
pub async fn unwatch(store: &Store, document: Uuid, node: Uuid) -> Result<(), StoreError> {
    let client = store.pools.worker().await?;
    let statement = client
        .prepare_cached(
            "delete from live.document_watches
              where document_id = $1 and (node_id = $2 or watched_until < clock_timestamp())",
        )
        .await?;
    client.execute(&statement, &[&document, &node]).await?;
    Ok(())
}

fn columns(row: Option<Value>) -> Row {
    match row {
        Some(Value::Object(columns)) => columns,
        _ => Row::new(),
    }
}
