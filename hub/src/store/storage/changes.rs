use domain::storage::{Code, name};
use uuid::Uuid;

use super::files::{For, find};
use super::uploads::{Labels, Put, Target, claim, place};
use super::{Person, StorageError};
use crate::postgres::{Acting, begin};
use crate::store::Store;

/// Names in one request.
pub const NAMES: usize = 1000;

/// A file that was removed.
#[derive(Debug, Clone)]
pub struct Removed {
    /// What it was.
    pub id: Uuid,
    /// Its name.
    pub key: String,
    /// Its content.
    pub blob_id: Option<Uuid>,
    /// When it came and was last changed.
    pub created_at: jiff::Timestamp,
    /// When it was last changed.
    pub updated_at: jiff::Timestamp,
}

/// Removes files, all that may be or none; those that are not there or not the caller's to remove are passed over.
///
/// # Errors
/// `Conflict` when something shows one of them.
pub async fn remove(
    store: &Store,
    acting: &Acting,
    bucket: &str,
    keys: &[String],
) -> Result<Vec<Removed>, StorageError> {
    let mut client = store.pools.get(acting).await?;
    let transaction = begin(&mut client, acting).await?;
    let rows = transaction
        .query(
            "delete from storage_objects where organization_id = app.org() and bucket = $1 and object_key = any ($2)
             returning id, object_key, blob_id, created_at, updated_at",
            &[&bucket, &keys],
        )
        .await?;
    transaction.commit().await?;
    Ok(rows
        .into_iter()
        .map(|row| Removed {
            id: row.get("id"),
            key: row.get("object_key"),
            blob_id: row.get("blob_id"),
            created_at: row.get("created_at"),
            updated_at: row.get("updated_at"),
        })
        .collect())
}

/// Gives a file another name, also in another bucket. It stays the same file for whatever refers to it.
///
/// # Errors
/// `NoSuchKey`, `Duplicate`, `AccessDenied`, what the other bucket does not take.
pub async fn relocate(store: &Store, by: Person, from: (&str, &str), to: (&str, &str)) -> Result<(), StorageError> {
    name::key(to.1)?;
    let acting = by.acting();
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let moved = transaction
        .execute(
            "update storage_objects set bucket = $3, object_key = $4
              where organization_id = app.org() and bucket = $1 and object_key collate \"C\" = $2 collate \"C\" and blob_id is not null",
            &[&from.0, &from.1, &to.0, &to.1],
        )
        .await
        .map_err(|error| match StorageError::from(error) {
            StorageError::Refused(refusal) if refusal.code == Code::Conflict => StorageError::no_bucket(),
            other => other,
        })?;
    transaction.commit().await?;
    drop(client);
    if moved == 0 {
        // Either it is not there for them, or it is not theirs to move.
        find(store, &acting, from.0, from.1, For::Original).await?;
        return Err(StorageError::refused(Code::AccessDenied, "this file is not yours to move"));
    }
    Ok(())
}

/// Gives the content of a file another name as well. No byte is copied.
///
/// # Errors
/// `NoSuchKey`, `Duplicate`, `AccessDenied`, what the other bucket does not take.
pub async fn copy(store: &Store, from: (&str, &str), target: &Target) -> Result<Put, StorageError> {
    name::key(&target.key)?;
    let file = find(store, &target.by.acting(), from.0, from.1, For::Original).await?;
    let labels = Labels { cache_control: file.cache_control, user_metadata: file.user_metadata };
    let hub = target.by.hub();
    let mut client = store.pools.get(&hub).await?;
    let transaction = begin(&mut client, &hub).await?;
    claim(&transaction, target, file.blob_id, &labels).await?;
    transaction.commit().await?;
    drop(client);
    place(store, target, file.blob_id).await
}
