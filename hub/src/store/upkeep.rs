//! Work that one hub at a time does for all, whichever it is: claimed in the database, with a record of what came of it.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::{Store, StoreError};
use crate::postgres::{Acting, begin};

/// How long a claim holds without being renewed, seconds. A hub that ends in the middle is relieved after that.
const CLAIM_SECONDS: f64 = 120.0;
/// How long a job that fails again and again waits, seconds.
const MOST_PATIENCE: f64 = 3600.0;

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

/// When a job is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Whenever it was done last.
    Now,
    /// When it was not done well for so long. One that failed waits for a minute, then for two, then for four, and so on, up to
    /// an hour.
    Due {
        /// How long.
        every: Duration,
    },
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Well.
    Ok,
    /// It could not go on.
    Failed {
        /// For programs.
        code: &'static str,
        /// In words.
        why: String,
    },
}

/// A run of upkeep, as its history has it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Run {
    /// Its id.
    pub id: Uuid,
    /// Which job.
    pub kind: String,
    /// `running`, `ok`, `failed` or `interrupted`.
    pub status: String,
    /// When it began, RFC 3339.
    pub started_at: String,
    /// How long it took, or has taken so far, seconds.
    pub seconds: f64,
    /// Why it did not come to its end, for programs.
    pub error_code: Option<String>,
    /// How far it came: counts by name.
    pub details: Value,
}

/// Claims a kind of upkeep, unless another hub does it or it is not due. A run whose hub has ended without a word is recorded
/// as interrupted, and does not keep anybody waiting.
///
/// # Errors
/// When the database cannot be reached.
pub async fn claim(store: &Store, kind: &str, when: When) -> Result<Option<Claim>, StoreError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    transaction.execute("select pg_advisory_xact_lock(hashtext('fashionos-hub-upkeep'))", &[]).await?;
    transaction
        .execute(
            "update hub.maintenance_runs
                set status = 'interrupted', finished_at = clock_timestamp(), error_code = 'hub_ended',
                    details = details || '{\"why\": \"the hub that did it ended\"}'
              where kind = $1 and status = 'running' and claimed_until < now()",
            &[&kind],
        )
        .await?;
    let (every, patience) = match when {
        When::Now => (-1.0, 0.0),
        When::Due { every } => (every.as_secs_f64(), MOST_PATIENCE),
    };
    let row = transaction
        .query_opt(
            "with ok as (select max(started_at) as at from hub.maintenance_runs where kind = $1 and status = 'ok'),
                  failed as (select count(*) as runs, max(finished_at) as at from hub.maintenance_runs, ok
                              where kind = $1 and status = 'failed' and started_at > coalesce(ok.at, '-infinity'))
             insert into hub.maintenance_runs (kind, claimed_until, claimed_by)
             select $1, now() + make_interval(secs => $2), $5 from ok, failed
              where not exists (select from hub.maintenance_runs r where r.kind = $1 and r.status = 'running')
                and (ok.at is null or ok.at <= now() - make_interval(secs => $3))
                and (failed.runs = 0
                     or failed.at <= now() - make_interval(secs => least($4::float8, 60 * 2 ^ least(failed.runs - 1, 10))))
             returning id",
            &[&kind, &CLAIM_SECONDS, &every, &patience, &store.instance],
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
    let changed = as_platform(
        store,
        "update hub.maintenance_runs
            set claimed_until = now() + make_interval(secs => $3), details = details || $2, progressed_at = clock_timestamp()
          where id = $1 and status = 'running'",
        &[&claim.0, details, &CLAIM_SECONDS],
    )
    .await?;
    Ok(changed == 1)
}

/// Records the end, good or bad.
///
/// # Errors
/// When the database cannot be reached; then the claim runs out.
pub async fn finish(store: &Store, claim: Claim, end: &End, details: &Value) -> Result<(), StoreError> {
    let (status, code, why) = match end {
        End::Ok => ("ok", None, None),
        End::Failed { code, why } => ("failed", Some(*code), Some(why.as_str())),
    };
    as_platform(
        store,
        "update hub.maintenance_runs
            set status = $3, finished_at = clock_timestamp(), error_code = $4,
                details = details || $2 || case when $5::text is null then '{}' else jsonb_build_object('why', $5) end
          where id = $1 and status = 'running'",
        &[&claim.0, details, &status, &code, &why],
    )
    .await?;
    Ok(())
}

/// Says of every run of this process that it was interrupted.
///
/// # Errors
/// When the database cannot be reached; then the claims run out.
pub async fn let_go(store: &Store) -> Result<(), StoreError> {
    as_platform(
        store,
        "update hub.maintenance_runs set status = 'interrupted', finished_at = clock_timestamp(), error_code = 'stopped'
          where claimed_by = $1 and status = 'running'",
        &[&store.instance],
    )
    .await?;
    Ok(())
}

async fn as_platform(
    store: &Store,
    sql: &str,
    values: &[&(dyn tokio_postgres::types::ToSql + Sync)],
) -> Result<u64, StoreError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let changed = transaction.execute(sql, values).await?;
    transaction.commit().await?;
    Ok(changed)
}

/// The newest runs, of one kind or of all, at most so many.
///
/// # Errors
/// When the database cannot be reached.
pub async fn history(store: &Store, kind: Option<&str>, at_most: i64) -> Result<Vec<Run>, StoreError> {
    let client = store.pools.worker().await?;
    let rows = client
        .query(
            "select id, kind, status, error_code, details,
                    to_char(started_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') as started_at,
                    extract(epoch from coalesce(finished_at, clock_timestamp()) - started_at)::float8 as seconds
               from hub.maintenance_runs where $1::text is null or kind = $1
              order by maintenance_runs.started_at desc, id desc limit $2",
            &[&kind, &at_most],
        )
        .await?;
    Ok(rows
        .iter()
        .map(|row| Run {
            id: row.get("id"),
            kind: row.get("kind"),
            status: row.get("status"),
            started_at: row.get("started_at"),
            seconds: row.get("seconds"),
            error_code: row.get("error_code"),
            details: row.get("details"),
        })
        .collect())
}

/// How each kind of upkeep stands, whichever hub did it.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Which job.
    pub kind: String,
    /// When it last ended well, epoch seconds.
    pub last_success: Option<f64>,
    /// Runs since then that did not.
    pub failures: i64,
}

/// How the jobs stand.
///
/// # Errors
/// When the database cannot be reached.
pub async fn standing(store: &Store) -> Result<Vec<Standing>, StoreError> {
    let client = store.pools.worker().await?;
    let rows = client
        .query(
            "select r.kind, extract(epoch from k.success)::float8 as success,
                    count(*) filter (where r.status in ('failed', 'interrupted')
                                       and r.started_at > coalesce(k.success, '-infinity')) as failures
               from hub.maintenance_runs r
               join (select kind, max(finished_at) filter (where status = 'ok') as success
                       from hub.maintenance_runs group by kind) k using (kind)
              group by r.kind, k.success",
            &[],
        )
        .await?;
    Ok(rows
        .iter()
        .map(|row| Standing { kind: row.get("kind"), last_success: row.get("success"), failures: row.get("failures") })
        .collect())
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
