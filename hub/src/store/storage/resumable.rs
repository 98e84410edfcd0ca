use domain::storage::{Code, Refusal, resumable};
use uuid::Uuid;

use super::uploads::{Labels, Put, Target, place};
use super::{Person, StorageError};
use crate::objects::{Digest, Part};
use crate::postgres::begin;
use crate::store::Store;

/// An upload that is under way.
pub struct Upload {
    /// Its id.
    pub id: Uuid,
    /// Where it goes.
    pub target: Target,
    /// The type, as announced.
    pub media_type: Option<String>,
    /// Bytes, as announced.
    pub total: u64,
    /// Bytes that are durable.
    pub has: u64,
    /// Pieces that they came in.
    pub pieces: i64,
    /// The first bytes.
    pub head: Vec<u8>,
    /// The hash so far.
    pub digest: Digest,
    blob_id: Uuid,
    whole: bool,
}

/// What is known of an upload.
pub enum Known {
    /// It waits for bytes.
    UnderWay(Box<Upload>),
    /// It is a file, of so many bytes.
    Finished(u64),
}

/// Notes that somebody will send a file in pieces.
///
/// # Errors
/// When the database cannot be reached.
pub async fn announce(
    store: &Store,
    target: &Target,
    total: u64,
    media_type: Option<&str>,
    labels: &Labels,
) -> Result<Uuid, StorageError> {
    let (hub, id, blob_id) = (target.by.hub(), Uuid::now_v7(), Uuid::now_v7());
    let mut client = store.pools.get(&hub).await?;
    let transaction = begin(&mut client, &hub).await?;
    transaction.execute("insert into hub.blobs (id, organization_id) values ($1, app.org())", &[&blob_id]).await?;
    transaction
        .execute(
            "insert into hub.uploads (id, organization_id, user_id, blob_id, bucket, object_key, replaces, size_bytes, media_type,
                                      cache_control, user_metadata, hash_state, expires_at)
             values ($1, app.org(), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now() + make_interval(secs => $12::float8))",
            &[
                &id,
                &target.by.user_id,
                &blob_id,
                &target.bucket,
                &target.key,
                &target.replaces,
                &(total as i64),
                &media_type,
                &labels.cache_control,
                &labels.user_metadata,
                &Digest::default().state(),
                &(resumable::PATIENCE as f64),
            ],
        )
        .await?;
    transaction.commit().await?;
    Ok(id)
}

/// An upload of this person.
///
/// # Errors
/// `NoSuchUpload`.
pub async fn find(store: &Store, by: Person, id: Uuid) -> Result<Known, StorageError> {
    let hub = by.hub();
    let mut client = store.pools.get(&hub).await?;
    let transaction = begin(&mut client, &hub).await?;
    let row = transaction
        .query_opt(
            "select u.bucket, u.object_key, u.replaces, u.size_bytes as total, u.media_type, u.head, u.hash_state, u.blob_id,
                    b.size_bytes as has, b.sha256 is not null as whole,
                    (select count(*) from hub.blob_parts p where p.blob_id = b.id) as pieces
               from hub.uploads u join hub.blobs b on b.id = u.blob_id
              where u.id = $1 and u.user_id = $2 and u.organization_id = app.org() and u.size_bytes is not null
                and u.expires_at > now()",
            &[&id, &by.user_id],
        )
        .await?;
    let finished = transaction
        .query_opt(
            "select size_bytes from hub.finished_uploads where id = $1 and user_id = $2 and organization_id = app.org()",
            &[&id, &by.user_id],
        )
        .await?;
    transaction.commit().await?;
    let gone = || Refusal::new(Code::NoSuchUpload, "there is no such upload; it may have expired");
    let Some(row) = row else {
        let row = finished.ok_or_else(gone)?;
        return Ok(Known::Finished(row.get::<_, i64>(0).unsigned_abs()));
    };
    let state: Vec<u8> = row.get::<_, Option<Vec<u8>>>("hash_state").unwrap_or_default();
    Ok(Known::UnderWay(Box::new(Upload {
        id,
        target: Target { by, bucket: row.get("bucket"), key: row.get("object_key"), replaces: row.get("replaces") },
        media_type: row.get("media_type"),
        total: row.get::<_, i64>("total").unsigned_abs(),
        has: row.get::<_, i64>("has").unsigned_abs(),
        pieces: row.get("pieces"),
        head: row.get("head"),
        // A state that another version of the hub cannot read: the sender begins anew.
        digest: Digest::resume(&state).ok_or_else(gone)?,
        blob_id: row.get("blob_id"),
        whole: row.get("whole"),
    })))
}

/// Notes a piece that is durable, if the upload is still where the piece begins.
///
/// # Errors
/// `OffsetMismatch` when another request was faster, or the upload was given up.
pub async fn add(
    store: &Store,
    upload: &mut Upload,
    part: Part,
    head: Vec<u8>,
    digest: Digest,
) -> Result<(), StorageError> {
    let hub = upload.target.by.hub();
    let mut client = store.pools.get(&hub).await?;
    let transaction = begin(&mut client, &hub).await?;
    let (size, has) = (part.size as i64, upload.has as i64);
    let grown = transaction
        .execute(
            "update hub.blobs b set size_bytes = size_bytes + $3 where id = $1 and size_bytes = $2 and sha256 is null
                and exists (select from hub.uploads u where u.blob_id = b.id and u.id = $4)",
            &[&upload.blob_id, &has, &size, &upload.id],
        )
        .await?;
    if grown == 0 {
        return Err(StorageError::refused(Code::OffsetMismatch, "another request has gone on with this upload"));
    }
    transaction
        .execute(
            "insert into hub.blob_parts (key, blob_id, starts_at, size_bytes) values ($1, $2, $3, $4)",
            &[&part.key, &upload.blob_id, &has, &size],
        )
        .await?;
    transaction
        .execute(
            "update hub.uploads set head = $2, hash_state = $3, expires_at = now() + make_interval(secs => $4::float8) where id = $1",
            &[&upload.id, &head, &digest.state(), &(resumable::PATIENCE as f64)],
        )
        .await?;
    transaction.commit().await?;
    (upload.has, upload.head, upload.digest) = (upload.has + part.size, head, digest);
    upload.pieces += 1;
    Ok(())
}

/// Makes an upload that has all its bytes a file of this type.
///
/// # Errors
/// As for an upload at once; then it waits, and the sender may try again.
pub async fn finish(store: &Store, upload: &Upload, media_type: &str) -> Result<Put, StorageError> {
    let hub = upload.target.by.hub();
    if !upload.whole {
        let mut client = store.pools.get(&hub).await?;
        let transaction = begin(&mut client, &hub).await?;
        transaction
            .execute(
                "update hub.blobs set sha256 = $2, media_type = $3 where id = $1 and size_bytes = $4",
                &[&upload.blob_id, &upload.digest.clone().finish(), &media_type, &(upload.total as i64)],
            )
            .await?;
        transaction.commit().await?;
    }
    let put = place(store, &upload.target, upload.blob_id).await?;
    let mut client = store.pools.get(&hub).await?;
    let transaction = begin(&mut client, &hub).await?;
    transaction
        .execute(
            "insert into hub.finished_uploads (id, organization_id, user_id, size_bytes, expires_at)
             values ($1, app.org(), $2, $3, now() + interval '1 day') on conflict do nothing",
            &[&upload.id, &upload.target.by.user_id, &(upload.total as i64)],
        )
        .await?;
    transaction.commit().await?;
    Ok(put)
}

/// Gives an upload up; its content goes with it.
///
/// # Errors
/// `NoSuchUpload`.
pub async fn give_up(store: &Store, by: Person, id: Uuid) -> Result<Uuid, StorageError> {
    let hub = by.hub();
    let mut client = store.pools.get(&hub).await?;
    let transaction = begin(&mut client, &hub).await?;
    let row = transaction
        .query_opt(
            "delete from hub.uploads where id = $1 and user_id = $2 and organization_id = app.org() and size_bytes is not null
             returning blob_id",
            &[&id, &by.user_id],
        )
        .await?;
    transaction.commit().await?;
    row.map(|row| row.get(0)).ok_or_else(|| StorageError::refused(Code::NoSuchUpload, "there is no such upload"))
}
