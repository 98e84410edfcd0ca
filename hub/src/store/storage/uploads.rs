use deadpool_postgres::Transaction;
use domain::storage::{Code, Refusal, name};
use serde_json::Value;
use uuid::Uuid;

use super::{Person, StorageError};
use crate::objects::Part;
use crate::postgres::begin;
use crate::store::Store;

/// Where something is put.
#[derive(Debug, Clone)]
pub struct Target {
    /// Who.
    pub by: Person,
    /// The bucket.
    pub bucket: String,
    /// The name.
    pub key: String,
    /// Also over a file that is there.
    pub replaces: bool,
}

/// What the sender says about a file besides its bytes.
#[derive(Debug, Clone)]
pub struct Labels {
    /// As a header has it.
    pub cache_control: Option<String>,
    /// An object.
    pub user_metadata: Value,
}

/// Bytes that are durable in the store, and of which no row tells yet.
#[derive(Debug, Clone)]
pub struct Content {
    /// Where they are; empty files have none.
    pub part: Option<Part>,
    /// SHA-256.
    pub sha256: Vec<u8>,
    /// What they are.
    pub media_type: String,
}

/// What a bucket takes.
#[derive(Debug, Clone)]
pub struct Room {
    /// Bytes.
    pub file_size_limit: Option<u64>,
    allowed_mime_types: Option<Vec<String>>,
}

/// A file that was put somewhere.
#[derive(Debug, Clone, Copy)]
pub struct Put {
    /// The file.
    pub id: Uuid,
    /// The content that it had before.
    pub before: Option<Uuid>,
}

impl Room {
    /// Whether a file of this type goes in.
    ///
    /// # Errors
    /// `InvalidMimeType`.
    pub fn admit_type(&self, media_type: &str) -> Result<(), Refusal> {
        let Some(allowed) = &self.allowed_mime_types else { return Ok(()) };
        let name = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let fits = |rule: &String| match rule.to_ascii_lowercase().as_str() {
            "*" | "*/*" => true,
            rule => {
                rule == name
                    || rule.strip_suffix('*').is_some_and(|start| start.ends_with('/') && name.starts_with(start))
            }
        };
        if allowed.iter().any(fits) {
            return Ok(());
        }
        Err(Refusal::new(Code::InvalidMimeType, format!("mime type {name} is not supported")))
    }

    /// Whether a file of this size goes in.
    ///
    /// # Errors
    /// `EntityTooLarge`.
    pub fn admit_size(&self, bytes: u64) -> Result<(), Refusal> {
        match self.file_size_limit {
            Some(limit) if bytes > limit => {
                Err(Refusal::new(Code::EntityTooLarge, format!("a file has at most {limit} bytes here")))
            }
            _ => Ok(()),
        }
    }
}

/// Whether the person may put a file there, asked before a byte of it is read; it is asked again when it has come. `most`:
/// bytes that the hub takes at all.
///
/// # Errors
/// `NoSuchBucket`, `InvalidKey`, `AccessDenied`, `Duplicate`.
pub async fn room(store: &Store, target: &Target, most: u64) -> Result<Room, StorageError> {
    name::key(&target.key)?;
    let acting = target.by.acting();
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let statement = transaction
        .prepare_cached(
            "select b.file_size_limit, b.allowed_mime_types,
                    app.role() in ('owner', 'admin', 'producer') or app.role() = any (b.write_roles) as writes,
                    exists (select from app.file_at($1, $2)) as taken
               from storage_buckets b where b.organization_id = app.org() and b.name = $1",
        )
        .await?;
    let row = transaction.query_opt(&statement, &[&target.bucket, &target.key]).await?;
    transaction.commit().await?;
    let row = row.ok_or_else(StorageError::no_bucket)?;
    if !row.get::<_, bool>("writes") {
        return Err(StorageError::refused(Code::AccessDenied, "your role puts no files into this bucket"));
    }
    if !target.replaces && row.get::<_, bool>("taken") {
        return Err(StorageError::refused(Code::Duplicate, "The resource already exists"));
    }
    let limit = row.get::<_, Option<i64>>("file_size_limit").map_or(most, |limit| most.min(limit.unsigned_abs()));
    Ok(Room { file_size_limit: Some(limit), allowed_mime_types: row.get("allowed_mime_types") })
}

/// Makes bytes that are durable a file: first the hub notes whose they are, then the person's own rights put them there.
///
/// # Errors
/// `Duplicate`, `AccessDenied`, and what the bucket does not take.
pub async fn keep(store: &Store, target: &Target, content: &Content, labels: &Labels) -> Result<Put, StorageError> {
    let (hub, blob_id) = (target.by.hub(), Uuid::now_v7());
    let size = content.part.map_or(0, |part| part.size) as i64;
    let mut client = store.pools.get(&hub).await?;
    let transaction = begin(&mut client, &hub).await?;
    transaction
        .execute(
            "insert into hub.blobs (id, organization_id, size_bytes, media_type, sha256) values ($1, app.org(), $2, $3, $4)",
            &[&blob_id, &size, &content.media_type, &content.sha256],
        )
        .await?;
    if let Some(part) = content.part {
        transaction
            .execute(
                "insert into hub.blob_parts (key, blob_id, starts_at, size_bytes) values ($1, $2, 0, $3)",
                &[&part.key, &blob_id, &size],
            )
            .await?;
    }
    claim(&transaction, target, blob_id, labels).await?;
    transaction.commit().await?;
    drop(client);
    place(store, target, blob_id).await
}

/// Notes that the person may give this content to the target, for a few minutes.
pub(super) async fn claim(
    transaction: &Transaction<'_>,
    target: &Target,
    blob_id: Uuid,
    labels: &Labels,
) -> Result<(), StorageError> {
    transaction
        .execute(
            "insert into hub.uploads (id, organization_id, user_id, blob_id, bucket, object_key, replaces, cache_control,
                                      user_metadata, expires_at)
             values ($1, app.org(), $2, $3, $4, $5, $6, $7, $8, now() + interval '10 minutes')",
            &[
                &Uuid::now_v7(),
                &target.by.user_id,
                &blob_id,
                &target.bucket,
                &target.key,
                &target.replaces,
                &labels.cache_control,
                &labels.user_metadata,
            ],
        )
        .await?;
    Ok(())
}

/// Gives content to a name, with the person's own rights.
pub(super) async fn place(store: &Store, target: &Target, blob_id: Uuid) -> Result<Put, StorageError> {
    let acting = target.by.acting();
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let there = transaction
        .query_opt(
            "select id, blob_id from storage_objects
              where organization_id = app.org() and bucket = $1 and object_key collate \"C\" = $2 collate \"C\" for update",
            &[&target.bucket, &target.key],
        )
        .await?;
    let put = match there {
        Some(row) => {
            let put = Put { id: row.get("id"), before: row.get("blob_id") };
            if put.before.is_some() && !target.replaces {
                return Err(StorageError::refused(Code::Duplicate, "The resource already exists"));
            }
            transaction.execute("update storage_objects set blob_id = $2 where id = $1", &[&put.id, &blob_id]).await?;
            put
        }
        None => {
            let row = transaction
                .query_one(
                    "insert into storage_objects (bucket, object_key, blob_id) values ($1, $2, $3) returning id",
                    &[&target.bucket, &target.key, &blob_id],
                )
                .await
                .map_err(|error| match StorageError::from(error) {
                    StorageError::Refused(refusal) if refusal.code == Code::Duplicate && target.replaces => {
                        StorageError::refused(Code::AccessDenied, "the file that is there is not yours to replace")
                    }
                    StorageError::Refused(refusal) if refusal.code == Code::Conflict => StorageError::no_bucket(),
                    other => other,
                })?;
            Put { id: row.get("id"), before: None }
        }
    };
    transaction.commit().await?;
    Ok(put)
}
