use deadpool_postgres::Transaction;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::PluginError;
use super::installs::state_author;
use crate::postgres::{Acting, begin};
use crate::store::Store;
use crate::store::identity::Identity;

/// How long a run keeps its job without a word, seconds. It says one every fifth of this.
pub const LEASE_SECONDS: f64 = 15.0;
/// Jobs of one install that wait, at most.
pub const MOST_WAITING: i64 = 10_000;

/// A job that this node has taken.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// The job.
    pub job_id: Uuid,
    /// The run, which is the lease.
    pub lease: Uuid,
    /// The tenant.
    pub organization_id: Uuid,
    /// Whose plugin.
    pub install_id: Uuid,
    /// With which account.
    pub connection_id: Option<Uuid>,
    /// Its name in the manifest.
    pub kind: String,
    /// What it is about.
    pub payload: Value,
    /// The same for all attempts.
    pub key: String,
    /// 1 for the first.
    pub attempt: u32,
    /// After this many it is dead.
    pub max_attempts: u32,
    /// The webhook that it is about.
    pub delivery_id: Option<Uuid>,
    /// What runs.
    pub package_id: Uuid,
    /// The row that it is about: its kind and id.
    pub row: Option<(String, Uuid)>,
    /// How often somebody began it again.
    pub again: i32,
}

/// A job that somebody queues.
pub struct NewJob<'a> {
    /// Whose plugin.
    pub install_id: Uuid,
    /// With which account.
    pub connection_id: Option<Uuid>,
    /// Its name in the manifest.
    pub kind: &'a str,
    /// What it is about.
    pub payload: &'a Value,
    /// One key is one job.
    pub key: &'a str,
}

/// A job, as people see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Job {
    /// Its id.
    pub id: Uuid,
    /// Whose plugin.
    pub install_id: Option<Uuid>,
    /// With which account.
    pub connection_id: Option<Uuid>,
    /// Its name in the manifest.
    pub kind: String,
    /// `queued`, `running`, `succeeded`, `dead` or `cancelled`.
    pub status: String,
    /// Somebody asked it to end; while it is `running`, its plugin has not ended yet.
    pub cancel_requested: bool,
    /// How often it was begun.
    pub attempts: i32,
    /// After this many it is dead.
    pub max_attempts: i32,
    /// When it is due.
    pub run_at: Value,
    /// What came of it.
    pub result: Option<Value>,
    /// Why it failed the last time: `code: words`.
    pub last_error: Option<String>,
    /// When it was queued.
    pub created_at: Value,
}

/// Gives up what nodes have left behind; says how much that was.
///
/// # Errors
/// When the database cannot be reached.
pub async fn relieve(store: &Store) -> Result<i32, PluginError> {
    count(store, "select app.plugin_relieve()").await
}

/// Ends posts whose account was away for more than a day after their time; says how many.
///
/// # Errors
/// When the database cannot be reached.
pub async fn end_late(store: &Store) -> Result<i32, PluginError> {
    count(store, "select app.plugin_too_late()").await
}

/// Queues what is due by itself; says how much that was.
///
/// # Errors
/// When the database cannot be reached.
pub async fn schedule(store: &Store) -> Result<i32, PluginError> {
    count(store, "select app.plugin_schedule()").await
}

/// Holds the row that a job is about, before the job: everybody locks the two in this order.
///
/// # Errors
/// When the database cannot be reached.
pub(super) async fn hold_row(transaction: &Transaction<'_>, job: Uuid) -> Result<(), PluginError> {
    transaction.execute("select app.plugin_hold($1)", &[&job]).await?;
    Ok(())
}

async fn count(store: &Store, sql: &str) -> Result<i32, PluginError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let counted = transaction.query_one(sql, &[]).await?.get(0);
    transaction.commit().await?;
    Ok(counted)
}

/// Takes a job that is due, if there is one; of one organization at most so many run at once, over all nodes.
///
/// # Errors
/// When the database cannot be reached. If the job was taken all the same, it is given up when its lease is over.
pub async fn claim(store: &Store, most_of_one: i32) -> Result<Option<Claimed>, PluginError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let statement = transaction.prepare_cached("select * from app.plugin_claim($1, $2, $3)").await?;
    let row = transaction.query_opt(&statement, &[&store.instance, &LEASE_SECONDS, &most_of_one]).await?;
    transaction.commit().await?;
    Ok(row.map(|row| Claimed {
        job_id: row.get("job_id"),
        lease: row.get("lease"),
        organization_id: row.get("organization_id"),
        install_id: row.get("install_id"),
        connection_id: row.get("connection_id"),
        kind: row.get("kind"),
        payload: row.get("payload"),
        key: row.get("idempotency_key"),
        attempt: row.get::<_, i32>("attempt").unsigned_abs(),
        max_attempts: row.get::<_, i32>("max_attempts").unsigned_abs(),
        delivery_id: row.get("delivery_id"),
        package_id: row.get("package_id"),
        row: row.get::<_, Option<String>>("entity_type").zip(row.get("entity_id")),
        again: row.get("again"),
    }))
}

/// Keeps leases; answers those whose runs are to end: cancelled, switched off, or given up.
///
/// # Errors
/// When the database cannot be reached.
pub async fn renew(store: &Store, leases: &[Uuid]) -> Result<Vec<Uuid>, PluginError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let statement = transaction.prepare_cached("select app.plugin_renew($1, $2)").await?;
    let rows = transaction.query(&statement, &[&leases, &LEASE_SECONDS]).await?;
    transaction.commit().await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Queues a job for somebody. The same key again is the same job, whatever became of it.
///
/// # Errors
/// `NotFound` for a plugin or account that is not the organization's, `Quota`.
pub async fn enqueue(store: &Store, by: &Identity, job: &NewJob<'_>) -> Result<Job, PluginError> {
    let acting = Acting::System { organization_id: by.principal.organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    state_author(&transaction, by).await?;
    let fits = transaction
        .query_one(
            "select exists (select from plugin_installs i where i.id = $1)
                and ($2::uuid is null or exists (select from plugin_connections c where c.id = $2 and c.install_id = $1)),
                (select count(*) from plugin_jobs w where w.install_id = $1 and w.status = 'queued')",
            &[&job.install_id, &job.connection_id],
        )
        .await?;
    if !fits.get::<_, bool>(0) {
        return Err(PluginError::NotFound("install, or account of it"));
    }
    if fits.get::<_, i64>(1) >= MOST_WAITING {
        return Err(PluginError::Quota(format!("{MOST_WAITING} jobs of this plugin wait already")));
    }
    transaction
        .execute(
            "insert into plugin_jobs (install_id, connection_id, kind, payload, idempotency_key, created_by)
             values ($1, $2, $3, $4, $5, $6) on conflict (organization_id, idempotency_key) do nothing",
            &[&job.install_id, &job.connection_id, &job.kind, job.payload, &job.key, &by.principal.id],
        )
        .await?;
    let sql = format!("select {COLUMNS} from plugin_jobs j where j.idempotency_key = $1");
    let row = transaction.query_one(&sql, &[&job.key]).await?;
    transaction.commit().await?;
    Ok(told(&row))
}

/// Asks a job to end: one that waits is cancelled, one that runs is told.
///
/// # Errors
/// `NotFound`, `NotNow` when it has ended.
pub async fn cancel(store: &Store, by: &Identity, id: Uuid) -> Result<Job, PluginError> {
    let sql = "update plugin_jobs j set cancel_requested = true, status = case status when 'queued' then 'cancelled' else status end
                where j.id = $1 and j.status in ('queued', 'running') and j.install_id is not null";
    decide(store, by, id, sql, "the job has ended").await
}

/// Queues a job again that is dead or was cancelled, with as many attempts as a new one. They are counted on: what an
/// attempt did outside is known by its number.
///
/// # Errors
/// `NotFound`, `NotNow` when it waits, runs or went well.
pub async fn retry(store: &Store, by: &Identity, id: Uuid) -> Result<Job, PluginError> {
    let sql =
        "update plugin_jobs j set status = 'queued', again = j.again + 1, max_attempts = j.attempts + 8, run_at = clock_timestamp(), cancel_requested = false
                where j.id = $1 and j.status in ('dead', 'cancelled', 'failed') and j.install_id is not null";
    decide(store, by, id, sql, "only a job that has failed is tried again").await
}

async fn decide(
    store: &Store,
    by: &Identity,
    id: Uuid,
    sql: &str,
    otherwise: &'static str,
) -> Result<Job, PluginError> {
    let acting = Acting::System { organization_id: by.principal.organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    state_author(&transaction, by).await?;
    hold_row(&transaction, id).await?;
    let changed = transaction.execute(sql, &[&id]).await?;
    let read = format!("select {COLUMNS} from plugin_jobs j where j.id = $1");
    let row = transaction.query_opt(&read, &[&id]).await?.ok_or(PluginError::NotFound("job"))?;
    transaction.commit().await?;
    if changed == 0 { Err(PluginError::NotNow(otherwise)) } else { Ok(told(&row)) }
}

/// The newest jobs of plugins, at most so many; of one install, or in one state.
///
/// # Errors
/// When the database cannot be reached.
pub async fn list(
    store: &Store,
    organization_id: Uuid,
    install_id: Option<Uuid>,
    status: Option<&str>,
    before: Option<Uuid>,
    at_most: i64,
) -> Result<Vec<Job>, PluginError> {
    let acting = Acting::System { organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let sql = format!(
        "select {COLUMNS} from plugin_jobs j
          where j.install_id is not null and ($1::uuid is null or j.install_id = $1) and ($2::text is null or j.status = $2)
            and ($3::uuid is null or j.id < $3)
          order by j.id desc limit $4"
    );
    let rows = transaction.query(&sql, &[&install_id, &status, &before, &at_most]).await?;
    transaction.commit().await?;
    Ok(rows.iter().map(told).collect())
}

const COLUMNS: &str = "j.id, j.install_id, j.connection_id, j.kind, j.status, j.cancel_requested, j.attempts, j.max_attempts, to_jsonb(j.run_at) as run_at, \
                       j.result, j.last_error, to_jsonb(j.created_at) as created_at";

fn told(row: &tokio_postgres::Row) -> Job {
    Job {
        id: row.get("id"),
        install_id: row.get("install_id"),
        connection_id: row.get("connection_id"),
        kind: row.get("kind"),
        status: row.get("status"),
        cancel_requested: row.get("cancel_requested"),
        attempts: row.get("attempts"),
        max_attempts: row.get("max_attempts"),
        run_at: row.get("run_at"),
        result: row.get("result"),
        last_error: row.get("last_error"),
        created_at: row.get("created_at"),
    }
}
