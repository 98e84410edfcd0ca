use deadpool_postgres::Transaction;
use domain::table_query::TableQuery;
use serde_json::Value;
use uuid::Uuid;

use super::PluginError;
use super::kv::USED;
use super::queue::{Claimed, MOST_WAITING, hold_row};
use super::secrets::organization_key;
use crate::postgres::{Acting, begin};
use crate::store::rest::{Asker, Resolution, RestError, Shape, Verb, Write, write_within};
use crate::store::{Store, StoreError};

/// What a run that went well wants to be true.
#[derive(Debug, Default)]
pub struct Wishes {
    /// Writes to records, in order.
    pub records: Vec<Change>,
    /// Values to keep; `None` forgets the key.
    pub kept: Vec<(String, Option<Vec<u8>>)>,
    /// Bytes that the connection may keep.
    pub most_kept: i64,
    /// Jobs of the same connection.
    pub jobs: Vec<Follow>,
}

/// A write to records.
#[derive(Debug)]
pub struct Change {
    /// The table.
    pub table: String,
    /// Which rows, as the query string of `/rest/v1` says it.
    pub query: Vec<(String, String)>,
    /// What is done.
    pub verb: Verb,
    /// Rows that are there already are changed where they differ.
    pub merge: bool,
    /// The rows or columns, as JSON.
    pub body: String,
}

/// A job that follows.
#[derive(Debug)]
pub struct Follow {
    /// Its name in the manifest.
    pub kind: String,
    /// What it is about.
    pub payload: Value,
    /// One key is one job.
    pub key: String,
    /// Milliseconds from now.
    pub after_ms: u64,
}

/// What a run leaves behind, however it went.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// Milliseconds of computing.
    pub compute_ms: i32,
    /// Calls of the hub.
    pub calls: i32,
    /// Lines of its log.
    pub log: Value,
    /// All calls with their answers, if they were to be kept.
    pub recording: Option<String>,
}

/// What becomes of a job whose run did not go well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// It is tried again after so many milliseconds, unless that was its last attempt.
    Again(u64),
    /// It is given back as if it had not been tried: the hub stops, or could not do its part.
    Back(u64),
    /// It is dead: a person decides.
    Dead,
    /// Somebody has cancelled it.
    Cancelled,
}

/// Ends a run well: what it wants becomes true together with the end of its job, in one transaction under the plugin's claims,
/// or nothing of it.
///
/// # Errors
/// `LeaseLost`, `Refused` by the rules of the model or the scopes, `Quota`; `Store` when it is not known: the job is
/// then looked at again when its lease is over.
pub async fn well(
    store: &Store,
    run: &Claimed,
    wishes: &Wishes,
    result: &Value,
    trace: &Trace,
) -> Result<(), PluginError> {
    let asker = Asker::plugin(run.install_id, run.organization_id);
    let sealed = sealed_recording(store, run, trace).await?;
    let mut client = store.pools.get(&asker.acting).await?;
    let transaction = begin(&mut client, &asker.acting).await?;
    for change in &wishes.records {
        record(store, &asker, &transaction, change).await.map_err(judged)?;
    }
    keep(&transaction, run, wishes).await?;
    follow(&transaction, run, &wishes.jobs).await?;
    let ended = transaction
        .execute(
            "update plugin_jobs set status = 'succeeded', result = $3, last_error = null, lease = null, locked_by = null, locked_until = null
              where id = $1 and lease = $2 and status = 'running' and locked_until > clock_timestamp()",
            &[&run.job_id, &run.lease, result],
        )
        .await?;
    if ended != 1 {
        return Err(PluginError::LeaseLost);
    }
    note(&transaction, run, "ok", None, trace, sealed).await?;
    transaction.commit().await?;
    Ok(())
}

/// Ends a run that did not go well; nothing of what it wanted is written. The code is for programs, the message for people.
///
/// # Errors
/// `LeaseLost`, or when the database cannot be reached: then its lease runs out.
pub async fn badly(
    store: &Store,
    run: &Claimed,
    code: &str,
    message: &str,
    then: Then,
    trace: &Trace,
) -> Result<(), PluginError> {
    let sealed = sealed_recording(store, run, trace).await?;
    let acting = Acting::System { organization_id: run.organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    hold_row(&transaction, run.job_id).await?;
    let last = run.attempt >= run.max_attempts;
    let (status, after, given_back) = match then {
        Then::Again(_) if last => ("dead", 0, 0),
        Then::Again(after) => ("queued", after, 0),
        Then::Back(after) => ("queued", after, 1),
        Then::Dead => ("dead", 0, 0),
        Then::Cancelled => ("cancelled", 0, 0),
    };
    let code = clean(code, 100);
    let message = clean(message, 1_000);
    let ended = transaction
        .execute(
            "update plugin_jobs
                set status = case when cancel_requested and $3 = 'queued' then 'cancelled' else $3 end,
                    run_at = clock_timestamp() + make_interval(secs => $4), attempts = attempts - $5,
                    last_error = $6, lease = null, locked_by = null, locked_until = null
              where id = $1 and lease = $2 and status = 'running'",
            &[&run.job_id, &run.lease, &status, &(after as f64 / 1_000.0), &given_back, &format!("{code}: {message}")],
        )
        .await?;
    if ended != 1 {
        return Err(PluginError::LeaseLost);
    }
    note(&transaction, run, if code.is_empty() { "failed" } else { &code }, Some(&message), trace, sealed).await?;
    transaction.commit().await?;
    Ok(())
}

/// Shows how far a run is.
///
/// # Errors
/// When the database cannot be reached.
pub async fn progress(
    store: &Store,
    run: &Claimed,
    done: u64,
    total: Option<u64>,
    words: &str,
) -> Result<(), PluginError> {
    let acting = Acting::Plugin { install_id: run.install_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    transaction
        .execute(
            "update plugin_runs set progress_done = $2, progress_total = $3, progress_note = $4 where id = $1 and ended_at is null",
            &[&run.lease, &number(done), &total.map(number), &clean(words, 200)],
        )
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// Without what no column can hold, and no longer than so many characters.
fn clean(words: &str, most: usize) -> String {
    words.chars().filter(|letter| *letter != '\0').take(most).collect()
}

async fn record(store: &Store, asker: &Asker, transaction: &Transaction<'_>, change: &Change) -> Result<(), RestError> {
    let query = TableQuery::parse(&change.query)?;
    let write = Write {
        verb: change.verb,
        body: &change.body,
        returning: false,
        resolution: change.merge.then_some(Resolution::Differing),
        missing_default: false,
        max_affected: None,
        rollback: false,
    };
    let changed = write_within(store, asker, transaction, &change.table, &query, &write, Shape::default()).await?;
    changed.keep(store).await?;
    Ok(())
}

/// What the database could not do now is no refusal.
fn judged(error: RestError) -> PluginError {
    let passing = ["PGRST000", "PGRST003", "57014", "40001", "40P01", "55P03", "53"];
    if passing.iter().any(|code| error.code.starts_with(code)) || error.code.starts_with("08") {
        PluginError::Store(StoreError::Unavailable(error.to_string()))
    } else {
        PluginError::Refused(error)
    }
}

async fn keep(transaction: &Transaction<'_>, run: &Claimed, wishes: &Wishes) -> Result<(), PluginError> {
    if wishes.kept.is_empty() {
        return Ok(());
    }
    let (put, gone): (Vec<_>, Vec<_>) = wishes.kept.iter().partition(|(_, value)| value.is_some());
    let gone: Vec<&str> = gone.iter().map(|(key, _)| key.as_str()).collect();
    transaction
        .execute(
            "delete from hub.plugin_kv where install_id = $1 and connection_id is not distinct from $2 and key = any ($3)",
            &[&run.install_id, &run.connection_id, &gone],
        )
        .await?;
    let keys: Vec<&str> = put.iter().map(|(key, _)| key.as_str()).collect();
    let values: Vec<&[u8]> = put.iter().filter_map(|(_, value)| value.as_deref()).collect();
    transaction
        .execute(
            "insert into hub.plugin_kv (organization_id, install_id, connection_id, key, value)
             select app.org(), $1, $2, k.key, k.value from unnest($3::text[], $4::bytea[]) k(key, value)
             on conflict (install_id, connection_id, key) do update set value = excluded.value, updated_at = now()",
            &[&run.install_id, &run.connection_id, &keys, &values],
        )
        .await?;
    let used: i64 = transaction.query_one(USED, &[&run.install_id, &run.connection_id]).await?.get(0);
    if used > wishes.most_kept {
        return Err(PluginError::Quota(format!("the plugin keeps {used} bytes; at most {}", wishes.most_kept)));
    }
    Ok(())
}

async fn follow(transaction: &Transaction<'_>, run: &Claimed, jobs: &[Follow]) -> Result<(), PluginError> {
    if jobs.is_empty() {
        return Ok(());
    }
    let kinds: Vec<&str> = jobs.iter().map(|job| job.kind.as_str()).collect();
    let payloads: Vec<&Value> = jobs.iter().map(|job| &job.payload).collect();
    // Keys of a plugin are its own: it takes no other's.
    let keys: Vec<String> = jobs.iter().map(|job| format!("{}:{}", run.install_id, job.key)).collect();
    let after: Vec<f64> = jobs.iter().map(|job| job.after_ms as f64 / 1_000.0).collect();
    let (entity, entity_id) = run.row.clone().unzip();
    transaction
        .execute(
            // About the same row, and of the same time: one that was begun again begins again what followed it before.
            "insert into plugin_jobs as p (install_id, connection_id, kind, payload, idempotency_key, run_at, again, entity_type, entity_id)
             select distinct on (j.key) $1, $2, j.kind, j.payload, j.key, clock_timestamp() + make_interval(secs => j.after), $7, $8, $9
               from unnest($3::text[], $4::jsonb[], $5::text[], $6::float8[]) with ordinality j(kind, payload, key, after, n)
              order by j.key, j.n
             on conflict (organization_id, idempotency_key) do update
                set status = 'queued', payload = excluded.payload, run_at = excluded.run_at, again = excluded.again,
                    max_attempts = p.attempts + 8, cancel_requested = false
              where p.again < excluded.again and p.install_id = excluded.install_id
                and p.status in ('succeeded', 'failed', 'dead', 'cancelled')",
            &[&run.install_id, &run.connection_id, &kinds, &payloads, &keys, &after, &run.again, &entity, &entity_id],
        )
        .await?;
    let waiting: i64 = transaction
        .query_one("select count(*) from plugin_jobs where install_id = $1 and status = 'queued'", &[&run.install_id])
        .await?
        .get(0);
    if waiting > MOST_WAITING {
        return Err(PluginError::Quota(format!("{waiting} jobs of the plugin would wait; at most {MOST_WAITING}")));
    }
    Ok(())
}

async fn note(
    transaction: &Transaction<'_>,
    run: &Claimed,
    outcome: &str,
    message: Option<&str>,
    trace: &Trace,
    recording: Option<Vec<u8>>,
) -> Result<(), PluginError> {
    let log = if trace.log.is_array() { trace.log.clone() } else { Value::Array(Vec::new()) };
    transaction
        .execute(
            "update plugin_runs
                set ended_at = clock_timestamp(), outcome = $2, message = $3, compute_ms = $4, calls = $5, log = $6, recording_enc = $7::bytea
              where id = $1 and ended_at is null",
            &[&run.lease, &outcome, &message, &trace.compute_ms, &trace.calls, &log, &recording],
        )
        .await?;
    Ok(())
}

/// What a recording is sealed for.
pub(super) const RECORDING: &str = "plugin_runs.recording";

async fn sealed_recording(store: &Store, run: &Claimed, trace: &Trace) -> Result<Option<Vec<u8>>, PluginError> {
    let Some(recording) = &trace.recording else { return Ok(None) };
    let acting = Acting::System { organization_id: run.organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let key = organization_key(store, &transaction, run.organization_id).await?;
    transaction.commit().await?;
    Ok(Some(key.seal(RECORDING, recording)))
}

/// Takes a run's job out of the hands of a node that stops, at once, for all its runs.
///
/// # Errors
/// When the database cannot be reached; then the leases run out.
pub async fn let_go(store: &Store, runs: &[(Uuid, Uuid)]) -> Result<(), PluginError> {
    for (organization_id, lease) in runs {
        let acting = Acting::System { organization_id: *organization_id };
        let mut client = store.pools.get(&acting).await?;
        let transaction = begin(&mut client, &acting).await?;
        transaction
            .execute(
                "update plugin_jobs set status = 'queued', attempts = greatest(attempts - 1, 0), lease = null, locked_by = null,
                        locked_until = null, run_at = clock_timestamp()
                  where lease = $1 and status = 'running'",
                &[lease],
            )
            .await?;
        transaction
            .execute(
                "update plugin_runs set ended_at = clock_timestamp(), outcome = 'hub_stopped', message = 'the hub was stopped'
                  where id = $1 and ended_at is null",
                &[lease],
            )
            .await?;
        transaction.commit().await?;
    }
    Ok(())
}
