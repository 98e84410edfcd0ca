use uuid::Uuid;

use super::PluginError;
use super::queue::Claimed;
use crate::postgres::{Acting, begin, look_up};
use crate::store::Store;

/// Keys of one answer, at most.
pub const MOST_KEYS: u32 = 1_000;

/// What a connection keeps under a key (an install, for a job without a connection).
///
/// # Errors
/// When the database cannot be reached.
pub async fn get(store: &Store, run: &Claimed, key: &str) -> Result<Option<Vec<u8>>, PluginError> {
    let acting = Acting::Plugin { install_id: run.install_id };
    let client = store.pools.get(&acting).await?;
    let rows = look_up(
        &client,
        &acting,
        "select value from hub.plugin_kv where install_id = $1 and connection_id is not distinct from $2 and key = $3",
        &[&run.install_id, &run.connection_id, &key],
    )
    .await?;
    Ok(rows.first().map(|row| row.get(0)))
}

/// Keys that begin so, in order, after the given one.
///
/// # Errors
/// When the database cannot be reached.
pub async fn keys(
    store: &Store,
    run: &Claimed,
    prefix: &str,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<String>, PluginError> {
    let acting = Acting::Plugin { install_id: run.install_id };
    let client = store.pools.get(&acting).await?;
    let rows = look_up(
        &client,
        &acting,
        "select key from hub.plugin_kv
          where install_id = $1 and connection_id is not distinct from $2 and starts_with(key, $3)
            and ($4::text is null or key > $4) order by key limit $5",
        &[&run.install_id, &run.connection_id, &prefix, &after, &i64::from(limit.min(MOST_KEYS))],
    )
    .await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Bytes that a connection keeps.
///
/// # Errors
/// When the database cannot be reached.
pub async fn bytes(
    store: &Store,
    organization_id: Uuid,
    install_id: Uuid,
    connection_id: Option<Uuid>,
) -> Result<i64, PluginError> {
    let acting = Acting::System { organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let row = transaction.query_one(USED, &[&install_id, &connection_id]).await?;
    transaction.commit().await?;
    Ok(row.get(0))
}

pub(super) const USED: &str = "select coalesce(sum(octet_length(key) + octet_length(value)), 0)::bigint
                                 from hub.plugin_kv where install_id = $1 and connection_id is not distinct from $2";
