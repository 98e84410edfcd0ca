use domain::storage::{Code, name};
use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use super::StorageError;
use crate::postgres::{Acting, begin};
use crate::store::Store;

/// Files that are emptied out of a bucket in one transaction.
const EMPTYING: i64 = 1000;

/// A bucket in the caller's sight.
#[derive(Debug, Clone)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// Anybody who knows a file's name gets it.
    pub is_public: bool,
    /// Bytes.
    pub file_size_limit: Option<i64>,
    /// `image/*`, `application/pdf`.
    pub allowed_mime_types: Option<Vec<String>>,
    /// Who made it.
    pub created_by: Option<Uuid>,
    /// When.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// What a bucket is to be like. When one is changed, what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// See [`Bucket::is_public`].
    pub is_public: Option<bool>,
    /// See [`Bucket::file_size_limit`]; `Some(None)` takes the limit away.
    pub file_size_limit: Option<Option<i64>>,
    /// See [`Bucket::allowed_mime_types`]; `Some(None)` allows all.
    pub allowed_mime_types: Option<Option<Vec<String>>>,
}

/// Which buckets, and in what order.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Most.
    pub limit: i64,
    /// How many are passed over.
    pub offset: i64,
    /// What their names hold.
    pub search: String,
    /// `name`, `created_at` or `updated_at`.
    pub sort: String,
    /// The last first.
    pub descending: bool,
}

const COLUMNS: &str =
    "name, is_public, file_size_limit, allowed_mime_types, created_by, created_at, updated_at from storage_buckets";

impl From<Row> for Bucket {
    fn from(row: Row) -> Self {
        Self {
            name: row.get("name"),
            is_public: row.get("is_public"),
            file_size_limit: row.get("file_size_limit"),
            allowed_mime_types: row.get("allowed_mime_types"),
            created_by: row.get("created_by"),
            created_at: row.get("created_at"),
            updated_at: row.get("updated_at"),
        }
    }
}

/// The buckets that `acting` sees.
///
/// # Errors
/// When the database cannot be reached.
pub async fn list(store: &Store, acting: &Acting, page: &Page) -> Result<Vec<Bucket>, StorageError> {
    let order = match (page.sort.as_str(), page.descending) {
        ("created_at", false) => "created_at, name",
        ("created_at", true) => "created_at desc, name",
        ("updated_at", false) => "updated_at, name",
        ("updated_at", true) => "updated_at desc, name",
        (_, false) => "name",
        (_, true) => "name desc",
    };
    let sql = format!(
        "select {COLUMNS} where organization_id = app.org() and strpos(lower(name), lower($1)) > 0
          order by {order} limit $2 offset $3"
    );
    let mut client = store.pools.get(acting).await?;
    let transaction = begin(&mut client, acting).await?;
    let rows = transaction.query(&sql, &[&page.search, &page.limit, &page.offset]).await?;
    transaction.commit().await?;
    Ok(rows.into_iter().map(Bucket::from).collect())
}

/// One bucket.
///
/// # Errors
/// `NoSuchBucket`, also when it is not in sight.
pub async fn find(store: &Store, acting: &Acting, name: &str) -> Result<Bucket, StorageError> {
    let mut client = store.pools.get(acting).await?;
    let transaction = begin(&mut client, acting).await?;
    let sql = format!("select {COLUMNS} where organization_id = app.org() and name = $1");
    let row = transaction.query_opt(&sql, &[&name]).await?;
    transaction.commit().await?;
    row.map(Bucket::from).ok_or_else(StorageError::no_bucket)
}

/// Makes a bucket.
///
/// # Errors
/// `InvalidBucketName`, `Duplicate`, `AccessDenied` for all but owners and admins.
pub async fn create(store: &Store, acting: &Acting, name: &str, wanted: &Wanted) -> Result<(), StorageError> {
    name::bucket(name)?;
    let (public, limit, types) = (
        wanted.is_public.unwrap_or_default(),
        wanted.file_size_limit.unwrap_or_default(),
        wanted.allowed_mime_types.clone().unwrap_or_default(),
    );
    let mut client = store.pools.get(acting).await?;
    let transaction = begin(&mut client, acting).await?;
    transaction
        .execute(
            "insert into storage_buckets (name, is_public, file_size_limit, allowed_mime_types) values ($1, $2, $3, $4)",
            &[&name, &public, &limit, &types],
        )
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// Changes a bucket.
///
/// # Errors
/// `NoSuchBucket`, `Duplicate`, `AccessDenied`.
pub async fn update(store: &Store, acting: &Acting, name: &str, wanted: &Wanted) -> Result<(), StorageError> {
    let mut client = store.pools.get(acting).await?;
    let transaction = begin(&mut client, acting).await?;
    let changed = transaction
        .execute(
            "update storage_buckets set is_public = coalesce($2, is_public),
                    file_size_limit = case when $3 then $4 else file_size_limit end,
                    allowed_mime_types = case when $5 then $6 else allowed_mime_types end
              where organization_id = app.org() and name = $1",
            &[
                &name,
                &wanted.is_public,
                &wanted.file_size_limit.is_some(),
                &wanted.file_size_limit.flatten(),
                &wanted.allowed_mime_types.is_some(),
                &wanted.allowed_mime_types.clone().flatten(),
            ],
        )
        .await?;
    found(&transaction, name, changed).await?;
    transaction.commit().await?;
    Ok(())
}

/// Deletes an empty bucket.
///
/// # Errors
/// `NoSuchBucket`, `Conflict` when there are files in it, `AccessDenied`.
pub async fn delete(store: &Store, acting: &Acting, name: &str) -> Result<(), StorageError> {
    let mut client = store.pools.get(acting).await?;
    let transaction = begin(&mut client, acting).await?;
    let deleted = transaction
        .execute("delete from storage_buckets where organization_id = app.org() and name = $1", &[&name])
        .await
        .map_err(|error| match StorageError::from(error) {
            StorageError::Refused(refusal) if refusal.code == Code::Conflict => {
                StorageError::refused(Code::Conflict, "The bucket you tried to delete is not empty")
            }
            other => other,
        })?;
    found(&transaction, name, deleted).await?;
    transaction.commit().await?;
    Ok(())
}

/// Deletes what is in a bucket, a thousand files a transaction; gives back their contents, which nothing may need any more.
///
/// # Errors
/// `NoSuchBucket`, `AccessDenied`, `Conflict` when something shows one of them; those before it are gone.
pub async fn empty(store: &Store, acting: &Acting, name: &str) -> Result<Vec<Uuid>, StorageError> {
    let mut contents = Vec::new();
    loop {
        let mut client = store.pools.get(acting).await?;
        let transaction = begin(&mut client, acting).await?;
        let seen = transaction
            .query_opt(
                "select app.role() in ('owner', 'admin', 'producer') as may from storage_buckets
                  where organization_id = app.org() and name = $1",
                &[&name],
            )
            .await?
            .ok_or_else(StorageError::no_bucket)?;
        if !seen.get::<_, bool>("may") {
            return Err(StorageError::refused(Code::AccessDenied, "your role may not empty buckets"));
        }
        let rows = transaction
            .query(
                "delete from storage_objects where id in (
                   select id from storage_objects where organization_id = app.org() and bucket = $1 limit $2)
                 returning blob_id",
                &[&name, &EMPTYING],
            )
            .await?;
        transaction.commit().await?;
        contents.extend(rows.iter().filter_map(|row| row.get::<_, Option<Uuid>>(0)));
        if (rows.len() as i64) < EMPTYING {
            return Ok(contents);
        }
    }
}

/// Tells what is not there from what may not be changed.
async fn found(transaction: &deadpool_postgres::Transaction<'_>, name: &str, rows: u64) -> Result<(), StorageError> {
    if rows > 0 {
        return Ok(());
    }
    let sql = "select from storage_buckets where organization_id = app.org() and name = $1";
    match transaction.query_opt(sql, &[&name]).await? {
        Some(_) => Err(StorageError::refused(Code::AccessDenied, "only owners and admins change buckets")),
        None => Err(StorageError::no_bucket()),
    }
}
