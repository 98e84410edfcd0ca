//! Work that one hub at a time does for all, whichever it is: claimed in the database, with a record of what came of it.

use serde_json::Value;
use uuid::Uuid;

use super::{Store, StoreError};
use crate::postgres::{Acting, begin};

/// How long a claim holds without being renewed, seconds. A hub that ends in the middle is relieved after that.
const CLAIM_SECONDS: f64 = 120.0;

/// A run of upkeep that this hub does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim(Uuid);

/// One rule of retention.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// The journal is archived; everything else is deleted or shredded by [`retain`].
    pub archives: bool,
    /// How long things are kept, seconds.
    pub keep_seconds: f64,
}

/// Claims a kind of upkeep, unless another hub does it or it was done within `every_seconds`.
///
/// # Errors
/// When the database cannot be reached.
pub async fn claim(store: &Store, kind: &str, every_seconds: f64) -> Result<Option<Claim>, StoreError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    transaction.execute("select pg_advisory_xact_lock(hashtext('fashionos-hub-upkeep'))", &[]).await?;
    transaction
        .execute(
            "update hub.maintenance_runs
                set status = 'failed', finished_at = now(), details = details || '{\"why\": \"the hub that did it ended\"}'
              where kind = $1 and status = 'running' and claimed_until < now()",
            &[&kind],
        )
        .await?;
    let row = transaction
        .query_opt(
            "insert into hub.maintenance_runs (kind, claimed_until)
             select $1, now() + make_interval(secs => $2)
              where not exists (select from hub.maintenance_runs r
                                 where r.kind = $1 and (r.status = 'running'
                                                        or r.status = 'ok' and r.started_at > now() - make_interval(secs => $3)))
             returning id",
            &[&kind, &CLAIM_SECONDS, &every_seconds],
        )
        .await?;
    transaction.commit().await?;
    Ok(row.map(|row| Claim(row.get(0))))
}

/// Records how far it is, and keeps the claim. False: it is another hub's by now, or over.
///
/// # Errors
/// When the database cannot be reached.
pub async fn progress(store: &Store, claim: Claim, details: &Value) -> Result<bool, StoreError> {
    record(
        store,
        "update hub.maintenance_runs set claimed_until = now() + make_interval(secs => $3), details = details || $2
          where id = $1 and status = 'running'",
        claim,
        details,
        &CLAIM_SECONDS,
    )
    .await
}

/// Records the end, good or bad.
///
/// # Errors
/// When the database cannot be reached; then the claim runs out.
pub async fn finish(store: &Store, claim: Claim, well: bool, details: &Value) -> Result<(), StoreError> {
    record(
        store,
        "update hub.maintenance_runs
            set status = case when $3 then 'ok' else 'failed' end, finished_at = clock_timestamp(), details = details || $2
          where id = $1 and status = 'running'",
        claim,
        details,
        &well,
    )
    .await?;
    Ok(())
}

async fn record(
    store: &Store,
    sql: &str,
    claim: Claim,
    details: &Value,
    last: &(dyn tokio_postgres::types::ToSql + Sync),
) -> Result<bool, StoreError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let changed = transaction.execute(sql, &[&claim.0, details, last]).await?;
    transaction.commit().await?;
    Ok(changed == 1)
}

/// When something was done well the last time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LastSuccess {
    /// Epoch seconds.
    pub at: f64,
    /// How long ago that is.
    pub seconds_ago: f64,
}

/// When a kind of upkeep was done well the last time; `None` if never.
///
/// # Errors
/// When the database cannot be reached.
pub async fn last_success(store: &Store, kind: &str) -> Result<Option<LastSuccess>, StoreError> {
    let client = store.pools.worker().await?;
    let row = client
        .query_opt(
            "select extract(epoch from finished_at)::float8, extract(epoch from clock_timestamp() - finished_at)::float8
               from hub.maintenance_runs where kind = $1 and status = 'ok' order by finished_at desc limit 1",
            &[&kind],
        )
        .await?;
    Ok(row.map(|row| LastSuccess { at: row.get(0), seconds_ago: row.get(1) }))
}

/// The rules of retention, the journal's first.
///
/// # Errors
/// When the database cannot be reached.
pub async fn rules(store: &Store) -> Result<Vec<Rule>, StoreError> {
    let client = store.pools.worker().await?;
    let rows = client
        .query(
            "select name, action = 'archive' as archives, extract(epoch from keep)::float8 as keep
               from hub.retention order by action = 'archive' desc, name",
            &[],
        )
        .await?;
    Ok(rows
        .iter()
        .map(|row| Rule { name: row.get("name"), archives: row.get("archives"), keep_seconds: row.get("keep") })
        .collect())
}

/// Does what a rule says to at most so many rows, in one transaction; says to how many.
///
/// # Errors
/// When the database cannot be reached; then nothing was done.
pub async fn retain(store: &Store, rule: &str, at_most: i32) -> Result<i32, StoreError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let done = transaction.query_one("select live.retain($1, $2)", &[&rule, &at_most]).await?.get(0);
    transaction.commit().await?;
    Ok(done)
}
