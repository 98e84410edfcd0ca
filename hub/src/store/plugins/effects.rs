use super::PluginError;
use super::queue::Claimed;
use super::secrets::{open, organization_key};
use crate::postgres::{Acting, begin};
use crate::store::Store;

const ANSWER: &str = "plugin_effects.answer";

/// What is known of a request that must happen once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Nobody has begun it; now it is begun.
    New,
    /// It was answered so.
    Answered(String),
    /// It was begun, and nobody wrote down an answer.
    Unsettled,
    /// The key was used for another request.
    Reused,
}

/// Writes down that a request is about to be sent, unless its key is known. Durable when this returns.
///
/// # Errors
/// `LeaseLost`; or when the database cannot be reached: then nothing may be sent.
pub async fn begin_one(store: &Store, run: &Claimed, key: &str, digest: &[u8]) -> Result<Effect, PluginError> {
    let acting = Acting::System { organization_id: run.organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    // Whoever has taken the job over waits until this is committed, and finds it.
    held(&transaction, run).await?;
    let made = transaction
        .execute(
            "insert into hub.plugin_effects (organization_id, install_id, connection_id, key, digest, job_id)
             values ($1, $2, $3, $4, $5, $6) on conflict (install_id, connection_id, key) do nothing",
            &[&run.organization_id, &run.install_id, &run.connection_id, &key, &digest, &run.job_id],
        )
        .await?;
    if made == 1 {
        transaction.commit().await?;
        return Ok(Effect::New);
    }
    let row = transaction
        .query_one(
            "select digest, answer_enc::bytea from hub.plugin_effects
              where install_id = $1 and connection_id is not distinct from $2 and key = $3",
            &[&run.install_id, &run.connection_id, &key],
        )
        .await?;
    transaction.commit().await?;
    drop(client);
    if row.get::<_, &[u8]>(0) != digest {
        return Ok(Effect::Reused);
    }
    match row.get::<_, Option<Vec<u8>>>(1) {
        Some(sealed) => open(store, ANSWER, &sealed).await.map(Effect::Answered),
        None => Ok(Effect::Unsettled),
    }
}

/// Writes down the answer to a request, or that nothing was done. Durable when this returns.
///
/// # Errors
/// When the database cannot be reached.
pub async fn end_one(store: &Store, run: &Claimed, key: &str, answer: Option<&str>) -> Result<(), PluginError> {
    let acting = Acting::System { organization_id: run.organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    match answer {
        Some(answer) => {
            // Also after the lease: what the vendor answered is true whoever asked.
            let sealed = organization_key(store, &transaction, run.organization_id).await?.seal(ANSWER, answer);
            transaction
                .execute(
                    "update hub.plugin_effects set answered_at = clock_timestamp(), answer_enc = $4::bytea
                      where install_id = $1 and connection_id is not distinct from $2 and key = $3",
                    &[&run.install_id, &run.connection_id, &key, &sealed],
                )
                .await?;
        }
        None => {
            held(&transaction, run).await?;
            transaction
                .execute(
                    "delete from hub.plugin_effects
                      where install_id = $1 and connection_id is not distinct from $2 and key = $3 and job_id = $4",
                    &[&run.install_id, &run.connection_id, &key, &run.job_id],
                )
                .await?;
        }
    }
    transaction.commit().await?;
    Ok(())
}

async fn held(transaction: &deadpool_postgres::Transaction<'_>, run: &Claimed) -> Result<(), PluginError> {
    let statement = transaction
        .prepare_cached(
            "select from plugin_jobs where id = $1 and lease = $2 and status = 'running' and locked_until > clock_timestamp()
                for share",
        )
        .await?;
    transaction.query_opt(&statement, &[&run.job_id, &run.lease]).await?.map(|_| ()).ok_or(PluginError::LeaseLost)
}
