use domain::storage::link::{Link, Purpose, address};
use domain::storage::{Code, name};
use uuid::Uuid;

use super::files::{File, For};
use super::uploads::{Target, room};
use super::{Person, StorageError};
use crate::clock;
use crate::postgres::{Acting, begin};
use crate::store::Store;

/// Signs addresses of files that the person may have at this moment, for so many seconds; `None` for each that they may not.
///
/// # Errors
/// When the database cannot be reached.
pub async fn sign(
    store: &Store,
    by: Person,
    bucket: &str,
    keys: &[String],
    seconds: i64,
    as_picture: Option<&domain::storage::rendition::Rendition>,
) -> Result<Vec<Option<String>>, StorageError> {
    let acting = by.acting();
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let rows = transaction
        .query(
            "select k.n, f.id, (extract(epoch from clock_timestamp()) * 1000)::bigint as at
               from unnest($2::text[]) with ordinality k (key, n), app.file_at($1, k.key) f
              where app.sees_file(f.id, $3)",
            &[&bucket, &keys, &as_picture.is_none()],
        )
        .await?;
    transaction.commit().await?;
    let mut signed = vec![None; keys.len()];
    for row in rows {
        let place = (row.get::<_, i64>("n") - 1) as usize;
        let purpose = Purpose::Download { file: row.get("id"), as_picture: as_picture.cloned() };
        signed[place] = Some(store.links.sign(&link(by, purpose, bucket, &keys[place], row.get("at"), seconds)));
    }
    Ok(signed)
}

/// Signs an address that one file can be sent to.
///
/// # Errors
/// As for an upload.
pub async fn sign_upload(store: &Store, target: &Target) -> Result<String, StorageError> {
    room(store, target, u64::MAX >> 1).await?;
    let purpose = Purpose::Upload { replaces: target.replaces };
    let seconds = domain::storage::link::UPLOAD;
    let at = clock::now_ms();
    Ok(store.links.sign(&link(target.by, purpose, &target.bucket, &target.key, at, seconds)))
}

fn link(by: Person, purpose: Purpose, bucket: &str, key: &str, at: i64, seconds: i64) -> Link {
    let url = address(bucket, key);
    Link { jti: Uuid::now_v7(), by: by.user_id, org: by.organization_id, purpose, url, at, exp: at / 1000 + seconds }
}

/// The link of a signed address, if it may still be followed as far as its words say.
///
/// # Errors
/// `InvalidSignature`, `ExpiredToken`.
pub fn open(store: &Store, token: &str, bucket: &str, key: &str) -> Result<Link, StorageError> {
    let refuse = || StorageError::refused(Code::InvalidSignature, "this address was not signed here, or was altered");
    let link = store.links.open(token).ok_or_else(refuse)?;
    link.check(bucket, key, clock::now_ms())?;
    Ok(link)
}

/// The file of a signed address: what its signer sees of it now.
///
/// # Errors
/// `ExpiredToken` when it was taken back, `NoSuchKey` when the file or its signer's right to it is gone.
pub async fn follow(store: &Store, link: &Link, bucket: &str, key: &str) -> Result<(File, For), StorageError> {
    let Purpose::Download { file: id, as_picture } = &link.purpose else {
        return Err(StorageError::refused(Code::InvalidSignature, "this address is for an upload"));
    };
    let wanted = if as_picture.is_some() { For::Looking } else { For::Original };
    let acting = Acting::Person { user_id: link.by, organization_id: link.org, from: None };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let statement = transaction
        .prepare_cached(
            "select f.*, app.link_is_revoked($4) as revoked from app.file_at($1, $2) f
              where f.id = $3 and app.sees_file(f.id, $5)",
        )
        .await?;
    let row = transaction
        .query_opt(&statement, &[&bucket, &key, id, &link.jti, &(wanted == For::Original)])
        .await?
        .ok_or_else(StorageError::no_file)?;
    transaction.commit().await?;
    let revoked: bool = row.get("revoked");
    let file = File::try_from(row).map_err(StorageError::Store)?;
    if revoked || file.links_revoked_at.is_some_and(|before| link.at <= before.as_millisecond()) {
        return Err(taken_back());
    }
    Ok((file, wanted))
}

/// Whether an address to send a file to was taken back. An address serves until it expires; a file that is there is replaced
/// only if that was asked for.
///
/// # Errors
/// `ExpiredToken`; `InvalidSignature` for one to download from.
pub async fn follow_upload(store: &Store, link: &Link, bucket: &str, key: &str) -> Result<Target, StorageError> {
    let Purpose::Upload { replaces } = link.purpose else {
        return Err(StorageError::refused(Code::InvalidSignature, "this address is for a download"));
    };
    let acting = Acting::Person { user_id: link.by, organization_id: link.org, from: None };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let revoked = "select app.link_is_revoked($1) or exists (
                     select from storage_buckets b where b.organization_id = app.org() and b.name = $2
                        and (extract(epoch from b.links_revoked_at) * 1000)::bigint >= $3)
                   or exists (select from organizations o where o.id = app.org() and o.status = 'suspended')";
    let row = transaction.query_one(revoked, &[&link.jti, &bucket, &link.at]).await?;
    transaction.commit().await?;
    if row.get(0) {
        return Err(taken_back());
    }
    let by = Person { user_id: link.by, organization_id: link.org, from: None };
    Ok(Target { by, bucket: bucket.to_owned(), key: key.to_owned(), replaces })
}

fn taken_back() -> StorageError {
    StorageError::refused(Code::ExpiredToken, "this address was taken back")
}

/// Takes back one address: its signer may, and whoever may change the file.
///
/// # Errors
/// `AccessDenied`.
pub async fn revoke_one(store: &Store, by: Person, link: &Link, bucket: &str, key: &str) -> Result<(), StorageError> {
    if link.org != by.organization_id {
        return Err(StorageError::no_file());
    }
    if link.by != by.user_id {
        may_change(store, by, bucket, key).await?;
    }
    let hub = by.hub();
    let mut client = store.pools.get(&hub).await?;
    let transaction = begin(&mut client, &hub).await?;
    transaction
        .execute(
            "insert into hub.revoked_links (id, expires_at) values ($1, to_timestamp($2::float8)) on conflict do nothing",
            &[&link.jti, &(link.exp as f64)],
        )
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// Takes back all addresses of a file that were signed so far.
///
/// # Errors
/// `NoSuchKey`, `AccessDenied`.
pub async fn revoke_all(store: &Store, by: Person, bucket: &str, key: &str) -> Result<(), StorageError> {
    name::key(key)?;
    let acting = by.acting();
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let changed = transaction
        .execute(
            "update storage_objects set links_revoked_at = clock_timestamp()
              where organization_id = app.org() and bucket = $1 and object_key collate \"C\" = $2 collate \"C\"",
            &[&bucket, &key],
        )
        .await?;
    transaction.commit().await?;
    drop(client);
    if changed == 0 { may_change(store, by, bucket, key).await } else { Ok(()) }
}

/// Takes back all addresses of a bucket that were signed so far, those to upload to as well.
///
/// # Errors
/// `NoSuchBucket`, `AccessDenied`.
pub async fn revoke_bucket(store: &Store, by: Person, bucket: &str) -> Result<(), StorageError> {
    let acting = by.acting();
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let changed = transaction
        .execute(
            "update storage_buckets set links_revoked_at = clock_timestamp() where organization_id = app.org() and name = $1",
            &[&bucket],
        )
        .await?;
    transaction.commit().await?;
    drop(client);
    if changed > 0 {
        return Ok(());
    }
    super::buckets::find(store, &acting, bucket).await?;
    Err(StorageError::refused(Code::AccessDenied, "only owners and admins change buckets"))
}

async fn may_change(store: &Store, by: Person, bucket: &str, key: &str) -> Result<(), StorageError> {
    let acting = by.acting();
    super::files::find(store, &acting, bucket, key, For::Looking).await?;
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    // Locking a row asks for the right to change it.
    let row = transaction
        .query_opt(
            "select from storage_objects
              where organization_id = app.org() and bucket = $1 and object_key collate \"C\" = $2 collate \"C\" for no key update",
            &[&bucket, &key],
        )
        .await?;
    transaction.commit().await?;
    row.map(|_| ()).ok_or_else(|| StorageError::refused(Code::AccessDenied, "this file is not yours to change"))
}
