use schemas::{Op, Row, Topic, WriterKind};
use serde_json::Value;
use uuid::Uuid;

use super::{Catalogue, StoreError};
use crate::postgres::Pools;

/// One commit as the journal tells it: all its changes in the topic, before anybody's masks.
#[derive(Debug, Clone)]
pub struct JournalCommit {
    /// Its number.
    pub seq: u64,
    /// Epoch ms by the database's clock.
    pub at: i64,
    /// Who wrote it.
    pub by: WriterKind,
    /// What changed, in order.
    pub changes: Vec<JournalChange>,
}

/// One change, before anybody's masks: stored columns that may leave the hub; sealed ones still sealed until presented.
#[derive(Debug, Clone)]
pub struct JournalChange {
    /// The table.
    pub table: &'static str,
    /// The row's key.
    pub key: Uuid,
    /// What happened.
    pub op: Op,
    /// All columns on insert, the changed ones on update, none on delete.
    pub row: Row,
}

/// The position of a topic's journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Number of the last commit; 0 when there was none.
    pub seq: u64,
    /// The oldest number still kept.
    pub kept_from: u64,
}

const COMMITS: &str = "
    select c.seq, (extract(epoch from c.committed_at) * 1000)::bigint as at, c.principal_kind,
           j.table_name, j.row_key, j.op::text as op, j.new_row
      from (select * from live.commits
             where topic = $1 and seq > $2 order by seq limit $3) c
      left join live.journal j on j.xid = c.xid and j.topic = c.topic
     order by c.seq, j.id";

/// The commits of a topic after `after`, at most `limit` of them, in order.
///
/// # Errors
/// When the database cannot be reached.
pub async fn read(
    pools: &Pools,
    catalogue: &Catalogue,
    topic: Topic,
    after: u64,
    limit: u32,
) -> Result<Vec<JournalCommit>, StoreError> {
    let client = pools.worker().await?;
    let statement = client.prepare_cached(COMMITS).await?;
    let rows = client
        .query(&statement, &[&topic.to_string(), &i64::try_from(after).unwrap_or(i64::MAX), &i64::from(limit)])
        .await?;
    let mut commits: Vec<JournalCommit> = Vec::new();
    for row in rows {
        let seq = row.get::<_, i64>("seq").unsigned_abs();
        if commits.last().is_none_or(|last| last.seq != seq) {
            let by = writer(row.get("principal_kind"));
            commits.push(JournalCommit { seq, at: row.get("at"), by, changes: Vec::new() });
        }
        // A commit whose rows are gone (or that no longer has a tracked table) still counts.
        let Some(table) = row.get::<_, Option<&str>>("table_name").and_then(|name| catalogue.table(name)) else {
            continue;
        };
        let op = match row.get::<_, &str>("op") {
            "I" => Op::Insert,
            "U" => Op::Update,
            _ => Op::Delete,
        };
        let mut columns = match row.get::<_, Option<Value>>("new_row") {
            Some(Value::Object(columns)) if op != Op::Delete => columns,
            _ => Row::new(),
        };
        columns.retain(|column, _| table.columns.contains(column));
        let commit = commits.last_mut().expect("pushed above");
        commit.changes.push(JournalChange { table: table.name, key: row.get("row_key"), op, row: columns });
    }
    Ok(commits)
}

/// The head of a topic.
///
/// # Errors
/// When the database cannot be reached.
pub async fn head(pools: &Pools, topic: Topic) -> Result<Head, StoreError> {
    let client = pools.worker().await?;
    let statement = client.prepare_cached("select seq, kept_from from live.head($1)").await?;
    let row = client.query_one(&statement, &[&topic.to_string()]).await?;
    Ok(Head { seq: row.get::<_, i64>(0).unsigned_abs(), kept_from: row.get::<_, i64>(1).unsigned_abs() })
}

/// Asks for the doorbell of these topics for the next 90 s.
///
/// # Errors
/// When the database cannot be reached.
pub async fn watch(pools: &Pools, topics: &[(Topic, Uuid)]) -> Result<(), StoreError> {
    let mut sorted = topics.to_vec();
    // The same order as at commit: no two of these statements can wait for each other.
    sorted.sort_unstable_by_key(|(topic, _)| topic.to_string());
    let names: Vec<String> = sorted.iter().map(|(topic, _)| topic.to_string()).collect();
    let organizations: Vec<Uuid> = sorted.iter().map(|(_, organization)| *organization).collect();
    let client = pools.worker().await?;
    let statement = client
        .prepare_cached(
            "insert into live.topics (topic, organization_id, kind, entity_id, watched_until)
             select t.topic, t.org, split_part(t.topic, ':', 1), split_part(t.topic, ':', 2)::uuid,
                    clock_timestamp() + interval '90 s'
               from unnest($1::text[], $2::uuid[]) t(topic, org)
             on conflict (topic) do update set watched_until = excluded.watched_until",
        )
        .await?;
    client.execute(&statement, &[&names, &organizations]).await?;
    Ok(())
}

/// Goes on asking for the doorbell of topics that are watched already.
///
/// # Errors
/// When the database cannot be reached.
pub async fn renew(pools: &Pools, topics: &[Topic]) -> Result<(), StoreError> {
    let names: Vec<String> = topics.iter().map(ToString::to_string).collect();
    let client = pools.worker().await?;
    let statement = client
        .prepare_cached(
            "update live.topics t set watched_until = clock_timestamp() + interval '90 s'
              where t.topic in (select w.topic from live.topics w where w.topic = any ($1) order by w.topic for update)",
        )
        .await?;
    client.execute(&statement, &[&names]).await?;
    Ok(())
}

fn writer(kind: &str) -> WriterKind {
    match kind {
        "user" => WriterKind::User,
        "device" => WriterKind::Device,
        "plugin" => WriterKind::Plugin,
        "system" => WriterKind::System,
        _ => WriterKind::Database,
    }
}
