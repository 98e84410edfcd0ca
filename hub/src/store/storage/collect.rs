use std::time::Duration;

use futures_util::StreamExt as _;
use uuid::Uuid;

use super::StorageError;
use crate::clock;
use crate::objects::Objects;
use crate::postgres::{Acting, begin};
use crate::store::Store;

/// Contents that are forgotten in one transaction.
const MANY: i32 = 500;
/// Objects that the database is asked about at once.
const ASKED: usize = 500;

/// What was cleared away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Collected {
    /// Objects of contents that no file has any more.
    pub unused: usize,
    /// Objects of which the database knows nothing.
    pub unknown: usize,
    /// Files that a killed hub has left half written.
    pub half_written: usize,
}

/// Forgets these contents if nothing needs them any more, then deletes their bytes. What fails here, [`all`] finds.
///
/// # Errors
/// When the database cannot be reached.
pub async fn these(store: &Store, objects: &Objects, contents: &[Uuid]) -> Result<usize, StorageError> {
    if contents.is_empty() {
        return Ok(0);
    }
    let mut deleted = 0;
    for some in contents.chunks(MANY as usize) {
        let keys = forget(store, Some(some)).await?;
        deleted += keys.len();
        objects.delete(keys).await;
    }
    Ok(deleted)
}

/// Ends uploads whose time is over, forgets contents that nothing needs, and deletes objects that are older than `grace` and
/// unknown to the database: a hub was stopped between writing them and saying so.
///
/// # Errors
/// When the database or the store cannot be reached.
pub async fn all(store: &Store, objects: &Objects, grace: Duration) -> Result<Collected, StorageError> {
    let mut collected = Collected::default();
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    transaction
        .batch_execute(
            "delete from hub.uploads where expires_at < now();
             delete from hub.finished_uploads where expires_at < now();
             delete from hub.revoked_links where expires_at < now()",
        )
        .await?;
    transaction.commit().await?;
    drop(client);
    loop {
        let keys = forget(store, None).await?;
        collected.unused += keys.len();
        let done = keys.is_empty();
        objects.delete(keys).await;
        if done {
            break;
        }
    }
    let before = clock::now_ms().saturating_sub(i64::try_from(grace.as_millis()).unwrap_or(i64::MAX));
    let mut listed = Box::pin(objects.older_than(before).ready_chunks(ASKED));
    while let Some(some) = listed.next().await {
        let keys = some.into_iter().collect::<Result<Vec<Uuid>, _>>()?;
        let unknown = unknown(store, keys).await?;
        collected.unknown += unknown.len();
        objects.delete(unknown).await;
    }
    collected.half_written = objects.sweep(grace).await?;
    Ok(collected)
}

/// The objects of contents that are forgotten now.
async fn forget(store: &Store, only: Option<&[Uuid]>) -> Result<Vec<Uuid>, StorageError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let rows = transaction.query("select hub.collect_blobs($1, $2)", &[&only, &MANY]).await?;
    transaction.commit().await?;
    Ok(rows.into_iter().map(|row| row.get(0)).collect())
}

async fn unknown(store: &Store, keys: Vec<Uuid>) -> Result<Vec<Uuid>, StorageError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let rows = transaction.query("select hub.unknown_objects($1)", &[&keys]).await?;
    transaction.commit().await?;
    Ok(rows.into_iter().map(|row| row.get(0)).collect())
}
