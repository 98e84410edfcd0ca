use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::PluginError;
use super::finish::RECORDING;
use super::secrets::open;
use crate::postgres::{Acting, begin};
use crate::store::Store;

/// One attempt of a job, as people see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Run {
    /// Its id.
    pub id: Uuid,
    /// The job.
    pub job_id: Uuid,
    /// The job's name.
    pub kind: String,
    /// 1 for the first.
    pub attempt: i32,
    /// The plugin's version.
    pub version: String,
    /// When it began.
    pub started_at: Value,
    /// When it ended.
    pub ended_at: Option<Value>,
    /// `ok`, or why not.
    pub outcome: Option<String>,
    /// In words.
    pub message: Option<String>,
    /// Milliseconds of computing.
    pub compute_ms: Option<i32>,
    /// Calls of the hub.
    pub calls: Option<i32>,
    /// How far it is.
    pub progress_done: Option<i64>,
    /// Of how much.
    pub progress_total: Option<i64>,
    /// In words.
    pub progress_note: Option<String>,
    /// Lines of its log; of one run only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<Value>,
    /// Whether it can be repeated by the plugin's author.
    pub recorded: bool,
}

const COLUMNS: &str = "r.id, r.job_id, j.kind, r.attempt, r.version, to_jsonb(r.started_at) as started_at, to_jsonb(r.ended_at) as ended_at, \
                       r.outcome, r.message, r.compute_ms, r.calls, r.progress_done, r.progress_total, r.progress_note, \
                       r.recording_enc is not null as recorded";

/// The newest runs, at most so many; of one install, or of one job.
///
/// # Errors
/// When the database cannot be reached.
pub async fn list(
    store: &Store,
    organization_id: Uuid,
    install_id: Option<Uuid>,
    job_id: Option<Uuid>,
    before: Option<Uuid>,
    at_most: i64,
) -> Result<Vec<Run>, PluginError> {
    let acting = Acting::System { organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let sql = format!(
        "select {COLUMNS} from plugin_runs r join plugin_jobs j on j.id = r.job_id
          where ($1::uuid is null or r.install_id = $1) and ($2::uuid is null or r.job_id = $2) and ($3::uuid is null or r.id < $3)
          order by r.id desc limit $4"
    );
    let rows = transaction.query(&sql, &[&install_id, &job_id, &before, &at_most]).await?;
    transaction.commit().await?;
    Ok(rows.iter().map(told).collect())
}

/// One run with its log.
///
/// # Errors
/// `NotFound`.
pub async fn find(store: &Store, organization_id: Uuid, id: Uuid) -> Result<Run, PluginError> {
    let acting = Acting::System { organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let sql =
        format!("select {COLUMNS}, r.log from plugin_runs r join plugin_jobs j on j.id = r.job_id where r.id = $1");
    let row = transaction.query_opt(&sql, &[&id]).await?.ok_or(PluginError::NotFound("run"))?;
    transaction.commit().await?;
    Ok(Run { log: row.get("log"), ..told(&row) })
}

/// The recording of a run.
///
/// # Errors
/// `NotFound`, also when it was not recorded.
pub async fn recording(store: &Store, organization_id: Uuid, id: Uuid) -> Result<String, PluginError> {
    let acting = Acting::System { organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let row = transaction
        .query_opt("select recording_enc::bytea from plugin_runs where id = $1 and recording_enc is not null", &[&id])
        .await?
        .ok_or(PluginError::NotFound("recording"))?;
    transaction.commit().await?;
    drop(client);
    open(store, RECORDING, row.get(0)).await
}

fn told(row: &tokio_postgres::Row) -> Run {
    Run {
        id: row.get("id"),
        job_id: row.get("job_id"),
        kind: row.get("kind"),
        attempt: row.get("attempt"),
        version: row.get("version"),
        started_at: row.get("started_at"),
        ended_at: row.get("ended_at"),
        outcome: row.get("outcome"),
        message: row.get("message"),
        compute_ms: row.get("compute_ms"),
        calls: row.get("calls"),
        progress_done: row.get("progress_done"),
        progress_total: row.get("progress_total"),
        progress_note: row.get("progress_note"),
        log: None,
        recorded: row.get("recorded"),
    }
}
