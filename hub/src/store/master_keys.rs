//! Replacing the master key while hubs run. The new key becomes the one that wraps what is new, in every hub; then all other
//! keys are wrapped anew, in batches; then the old one, which wraps nothing any more, is dropped. Values stay as they are: it
//! is their keys that are wrapped.

use serde::Serialize;
use uuid::Uuid;

use super::{Store, StoreError};
use crate::postgres::{Acting, begin};
use crate::sealing::{SigningKey, SubjectKey, wrapping_cipher};

/// How many keys a master key wraps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wraps {
    /// Its name.
    pub name: String,
    /// Keys.
    pub keys: i64,
    /// It is the one that wraps what is new.
    pub current: bool,
    /// It wraps nothing, and never will.
    pub retired: bool,
}

/// A batch of keys that were wrapped anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batch {
    /// So many.
    pub keys: usize,
    /// The last of them; none: that was all.
    pub last: Option<Uuid>,
}

/// Takes up the key that the database says is current; another hub, or the command, may have changed it.
///
/// # Errors
/// [`StoreError::Internal`] when this hub does not have that key: it can open what the others have wrapped only before.
pub async fn follow(store: &Store) -> Result<(), StoreError> {
    let client = store.pools.worker().await?;
    let row = client.query_one("select kek_ref from hub.root_key", &[]).await?;
    let (name, master): (String, _) = (row.get(0), store.keyring.master());
    if master.current() != name {
        master.prefer(&name).map_err(|_| {
            StoreError::Internal(format!("the master key {name} is current, and this hub does not have it"))
        })?;
        tracing::info!(name, "another master key wraps what is new");
    }
    Ok(())
}

/// Makes a key of the ring the current one, for all hubs.
///
/// # Errors
/// When the database cannot be reached, or there is no such key.
pub async fn begin_rotation(store: &Store, name: &str) -> Result<(), StoreError> {
    let master = store.keyring.master();
    let before = master.current();
    master.prefer(name).map_err(|_| StoreError::Invalid(format!("there is no master key {name}")))?;
    let wrapped = master.wrapped_root();
    let begun = async {
        let mut client = store.pools.get(&Acting::Platform).await?;
        let transaction = begin(&mut client, &Acting::Platform).await?;
        transaction.execute("update hub.root_key set wrapped_key = $1", &[&wrapped]).await?;
        transaction.execute("select pg_notify('live', 'keys')", &[]).await?;
        transaction.commit().await?;
        Ok::<_, StoreError>(())
    };
    begun.await.inspect_err(|_| {
        let _ = master.prefer(&before);
    })
}

/// Whether anything is wrapped by another key than the current one.
///
/// # Errors
/// When the database cannot be reached.
pub async fn is_rotating(store: &Store) -> Result<bool, StoreError> {
    let client = store.pools.worker().await?;
    let row = client
        .query_one(
            "select exists (select from hub.master_keys m, hub.root_key r where m.retired_at is null and m.name <> r.kek_ref)",
            &[],
        )
        .await?;
    Ok(row.get(0))
}

/// What each master key wraps, the oldest first.
///
/// # Errors
/// When the database cannot be reached.
pub async fn wraps(store: &Store) -> Result<Vec<Wraps>, StoreError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let rows = transaction.query("select name, keys, retired from live.wrapped_by()", &[]).await?;
    transaction.commit().await?;
    let current = store.keyring.master().current();
    Ok(rows
        .iter()
        .map(|row| {
            let name: String = row.get(0);
            Wraps { current: name == current, name, keys: row.get(1), retired: row.get(2) }
        })
        .collect())
}

/// Wraps keys of people anew, at most so many behind `after`, in one transaction.
///
/// # Errors
/// When the database cannot be reached; then nothing has changed.
pub async fn rewrap(store: &Store, after: Uuid, at_most: i64) -> Result<Batch, StoreError> {
    let master = store.keyring.master();
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let rows = transaction
        .query(
            "select id, wrapped_key from encryption_keys
              where kek_ref <> $1 and wrapped_key is not null and id > $2 order by id limit $3 for update",
            &[&master.current(), &after, &at_most],
        )
        .await?;
    let opener = wrapping_cipher(master);
    let (mut ids, mut wrapped): (Vec<Uuid>, Vec<Vec<u8>>) = (Vec::new(), Vec::new());
    for row in &rows {
        let id: Uuid = row.get(0);
        match SubjectKey::unwrap_with(id, row.get(1), &opener) {
            Ok(key) => {
                ids.push(id);
                wrapped.push(key.wrap(master));
            }
            // It stays as it is, and its master key stays.
            Err(_) => tracing::error!(key = %id, "a data key does not open with any master key"),
        }
    }
    transaction
        .execute(
            "update encryption_keys k set wrapped_key = n.wrapped
               from unnest($1::uuid[], $2::bytea[]) n(id, wrapped) where k.id = n.id",
            &[&ids, &wrapped],
        )
        .await?;
    transaction.commit().await?;
    let more = rows.len() as i64 == at_most;
    Ok(Batch { keys: ids.len(), last: rows.last().filter(|_| more).map(|row| row.get(0)) })
}

/// Wraps the keys of access tokens anew, retires the master keys that wrap nothing any more, and drops them from the ring.
/// Returns their names.
///
/// # Errors
/// When the database cannot be reached, or the key file cannot be written.
pub async fn retire(store: &Store) -> Result<Vec<String>, StoreError> {
    let master = store.keyring.master();
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let rows = transaction
        .query(
            "select id, wrapped_key from hub.signing_keys where kek_ref <> $1 order by id for update",
            &[&master.current()],
        )
        .await?;
    for row in &rows {
        let id: Uuid = row.get(0);
        let Ok(key) = SigningKey::unwrap(id, row.get(1), master) else {
            tracing::error!(key = %id, "a signing key does not open with any master key");
            continue;
        };
        transaction
            .execute("update hub.signing_keys set wrapped_key = $2 where id = $1", &[&id, &key.wrap(master)])
            .await?;
    }
    transaction.commit().await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let retired: Vec<String> =
        transaction.query("select live.retire_master_keys()", &[]).await?.iter().map(|row| row.get(0)).collect();
    transaction.commit().await?;
    // Also those that were retired before, by a hub that ended before it dropped them.
    let names: Vec<String> = wraps(store).await?.into_iter().filter(|key| key.retired).map(|key| key.name).collect();
    if master.names().iter().any(|name| names.contains(name)) {
        master.retire(&names).map_err(|error| StoreError::Internal(error.to_string()))?;
    }
    Ok(retired.into_iter().filter(|name| name != "master").collect())
}
