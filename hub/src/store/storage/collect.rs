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
        delete(store, objects, keys).await?;
    }
    Ok(deleted)
}

/// What was cleared away at once, and what could not be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gone {
    /// Objects whose bytes are gone.
    pub deleted: usize,
    /// Objects that the store did not delete; they are on record and are tried again.
    pub waiting: usize,
}

/// Forgets all contents that nothing needs any more, and deletes their bytes, and those that could not be deleted before.
///
/// # Errors
/// When the database cannot be reached.
pub async fn unused(store: &Store, objects: &Objects) -> Result<Gone, StorageError> {
    while !forget(store, None).await?.is_empty() {}
    let (mut gone, mut after) = (Gone::default(), Uuid::nil());
    loop {
        let keys = doomed(store, after).await?;
        let Some(last) = keys.last().copied() else { return Ok(gone) };
        after = last;
        let asked = keys.len();
        let waiting = delete(store, objects, keys).await?;
        gone.deleted += asked - waiting;
        gone.waiting += waiting;
    }
}

/// Whether nothing is left to clear away at once: no content that nothing needs, no object that is still to be deleted.
///
/// # Errors
/// When the database cannot be reached.
pub async fn is_done(store: &Store) -> Result<bool, StorageError> {
    let client = store.pools.worker().await?;
    let ask = "select hub.has_unused_blobs() or exists (select from hub.doomed_objects)";
    Ok(!client.query_one(ask, &[]).await?.get::<_, bool>(0))
}

/// Deletes objects that are doomed; says how many the store did not delete.
async fn delete(store: &Store, objects: &Objects, keys: Vec<Uuid>) -> Result<usize, StorageError> {
    let asked = keys.len();
    let deleted = objects.delete(keys).await;
    let client = store.pools.worker().await?;
    client.execute("delete from hub.doomed_objects where key = any ($1)", &[&deleted]).await?;
    Ok(asked - deleted.len())
}

/// Objects that are to be deleted, in order; some at once.
async fn doomed(store: &Store, after: Uuid) -> Result<Vec<Uuid>, StorageError> {
    let client = store.pools.worker().await?;
    let ask = "select key from hub.doomed_objects where key > $1 order by key limit $2";
    let rows = client.query(ask, &[&after, &i64::from(MANY)]).await?;
    Ok(rows.into_iter().map(|row| row.get(0)).collect())
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
    collected.unused = unused(store, objects).await?.deleted;
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
