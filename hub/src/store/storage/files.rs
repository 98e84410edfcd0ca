use jiff::Timestamp;
use serde_json::Value;
use tokio_postgres::Row;
use uuid::Uuid;

use super::StorageError;
use crate::objects::Part;
use crate::postgres::{Acting, begin};
use crate::store::{Store, StoreError};

/// A file that somebody may have.
#[derive(Debug, Clone)]
pub struct File {
    /// Stays the same when its content is replaced or it is moved.
    pub id: Uuid,
    /// Its content; another one after each upload.
    pub blob_id: Uuid,
    /// The last part of its name.
    pub filename: String,
    /// Bytes.
    pub size: u64,
    /// The type.
    pub media_type: String,
    /// SHA-256 of the content.
    pub sha256: Vec<u8>,
    /// How long copies may be kept, as a header has it.
    pub cache_control: Option<String>,
    /// The sender's own metadata, an object.
    pub user_metadata: Value,
    /// Who sent it first.
    pub created_by: Option<Uuid>,
    /// When.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Addresses that were signed before are not followed.
    pub links_revoked_at: Option<Timestamp>,
    /// Where its bytes are.
    pub parts: Vec<Part>,
}

/// For what a file is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// To have it.
    Original,
    /// To look at a smaller picture of it, which somebody may who does not get the original.
    Looking,
}

impl TryFrom<Row> for File {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let keys: Vec<Uuid> = row.get("part_keys");
        let sizes: Vec<i64> = row.get("part_sizes");
        let parts = keys.into_iter().zip(sizes).map(|(key, size)| Part { key, size: size.unsigned_abs() }).collect();
        let missing = || StoreError::Internal("a stored file has no content".into());
        Ok(Self {
            id: row.get("id"),
            blob_id: row.get("blob_id"),
            filename: row.get::<_, Option<String>>("filename").unwrap_or_default(),
            size: row.get::<_, Option<i64>>("size_bytes").ok_or_else(missing)?.unsigned_abs(),
            media_type: row.get::<_, Option<String>>("mime_type").ok_or_else(missing)?,
            sha256: row.get::<_, Option<Vec<u8>>>("sha256").ok_or_else(missing)?,
            cache_control: row.get("cache_control"),
            user_metadata: row.get("user_metadata"),
            created_by: row.get("created_by"),
            created_at: row.get("created_at"),
            updated_at: row.get("updated_at"),
            links_revoked_at: row.get("links_revoked_at"),
            parts,
        })
    }
}

/// The file of a name, if `acting` may have it.
///
/// # Errors
/// `NoSuchKey`, also when it is not in sight.
pub async fn find(store: &Store, acting: &Acting, bucket: &str, key: &str, wanted: For) -> Result<File, StorageError> {
    let mut client = store.pools.get(acting).await?;
    let transaction = begin(&mut client, acting).await?;
    let statement =
        transaction.prepare_cached("select f.* from app.file_at($1, $2) f where app.sees_file(f.id, $3)").await?;
    let row = transaction.query_opt(&statement, &[&bucket, &key, &(wanted == For::Original)]).await?;
    transaction.commit().await?;
    row.ok_or_else(StorageError::no_file)?.try_into().map_err(StorageError::Store)
}

/// Under whose rights a public bucket is read: those of the hub, in the organization that published it.
///
/// # Errors
/// `NoSuchBucket` when no public bucket has this name.
pub async fn public(store: &Store, bucket: &str) -> Result<Acting, StorageError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let statement = transaction.prepare_cached("select app.public_bucket($1)").await?;
    let row = transaction.query_one(&statement, &[&bucket]).await?;
    transaction.commit().await?;
    let organization_id = row.get::<_, Option<Uuid>>(0).ok_or_else(StorageError::no_bucket)?;
    Ok(Acting::System { organization_id })
}

/// A size of `media_size_specs`, pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedSize {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Exactly so; else at most.
    pub exact: bool,
}

/// The size that a platform asks for a use, the largest if there are several. Those that are no longer in use are not there.
///
/// # Errors
/// When the database cannot be reached.
pub async fn named_size(store: &Store, platform: &str, use_case: &str) -> Result<Option<NamedSize>, StorageError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let row = transaction
        .query_opt(
            "select width, height, aspect_ratio is not null as exact from media_size_specs
              where platform = $1 and use_case = $2 and is_active order by width * height desc limit 1",
            &[&platform, &use_case],
        )
        .await?;
    transaction.commit().await?;
    Ok(row.map(|row| NamedSize {
        width: row.get::<_, i32>("width").unsigned_abs(),
        height: row.get::<_, i32>("height").unsigned_abs(),
        exact: row.get("exact"),
    }))
}
