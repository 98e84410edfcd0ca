use jiff::Timestamp;
use uuid::Uuid;

use super::StorageError;
use crate::postgres::{Acting, begin};
use crate::store::Store;

/// What a list is asked for.
#[derive(Debug, Clone)]
pub struct Page {
    /// What names begin with: empty, or with a slash at its end.
    pub folder: String,
    /// Folders are shown as one entry; else all files below are.
    pub folders: bool,
    /// What the names of entries hold.
    pub search: String,
    /// `name`, `created_at`, `updated_at`.
    pub sort: String,
    /// The last first.
    pub descending: bool,
    /// Most entries.
    pub limit: i64,
    /// How many are passed over.
    pub offset: i64,
}

/// A file or a folder of a list.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Without the folder that was asked for.
    pub name: String,
    /// What it is, unless it is a folder.
    pub file: Option<Listed>,
}

/// A file of a list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its id.
    pub id: Uuid,
    /// Bytes.
    pub size: i64,
    /// The type.
    pub media_type: String,
    /// SHA-256.
    pub sha256: Vec<u8>,
    /// As a header has it.
    pub cache_control: Option<String>,
    /// When it came.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// What `acting` sees in a folder of a bucket: folders first, then files.
///
/// # Errors
/// When the database cannot be reached.
pub async fn list(store: &Store, acting: &Acting, bucket: &str, page: &Page) -> Result<Vec<Entry>, StorageError> {
    let order = match (page.sort.as_str(), page.descending) {
        ("created_at", false) => "created_at, name collate \"C\"",
        ("created_at", true) => "created_at desc, name collate \"C\"",
        ("updated_at" | "last_accessed_at", false) => "updated_at, name collate \"C\"",
        ("updated_at" | "last_accessed_at", true) => "updated_at desc, name collate \"C\"",
        (_, false) => "name collate \"C\"",
        (_, true) => "name collate \"C\" desc",
    };
    let sql = format!(
        "with here as (
           select o.id, substr(o.object_key, length($2) + 1) as rest, o.size_bytes, o.mime_type, o.sha256, o.cache_control,
                  o.created_at, o.updated_at
             from storage_objects o
            where o.organization_id = app.org() and o.bucket = $1 and o.blob_id is not null and o.object_key collate \"C\" ^@ $2),
         entries as (
           select split_part(rest, '/', 1) as name, null::uuid as id, null::bigint as size_bytes, null::text as mime_type,
                  null::bytea as sha256, null::text as cache_control, null::timestamptz as created_at, null::timestamptz as updated_at
             from here where $3 and strpos(rest, '/') > 0 group by 1
           union all
           select rest, id, size_bytes, mime_type, sha256, cache_control, created_at, updated_at
             from here where not ($3 and strpos(rest, '/') > 0))
         select * from entries where strpos(lower(name), lower($4)) > 0
          order by id is not null, {order} limit $5 offset $6"
    );
    let mut client = store.pools.get(acting).await?;
    let transaction = begin(&mut client, acting).await?;
    let rows = transaction
        .query(&sql, &[&bucket, &page.folder, &page.folders, &page.search, &page.limit, &page.offset])
        .await?;
    transaction.commit().await?;
    Ok(rows
        .into_iter()
        .map(|row| Entry {
            name: row.get("name"),
            file: row.get::<_, Option<Uuid>>("id").map(|id| Listed {
                id,
                size: row.get::<_, Option<i64>>("size_bytes").unwrap_or_default(),
                media_type: row.get::<_, Option<String>>("mime_type").unwrap_or_default(),
                sha256: row.get::<_, Option<Vec<u8>>>("sha256").unwrap_or_default(),
                cache_control: row.get("cache_control"),
                created_at: row.get("created_at"),
                updated_at: row.get("updated_at"),
            }),
        })
        .collect())
}
