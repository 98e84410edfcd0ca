use domain::shot_list::Sheet;
use schemas::{Topic, TopicKind};
use uuid::Uuid;

use super::tables;
use crate::postgres::{Acting, begin, begin_snapshot};
use crate::store::{Store, StoreError};

/// A document as it is stored, and the rows of its list, at one moment.
#[derive(Debug)]
pub struct Stored {
    /// Whose journal tells of its rows.
    pub topic: Topic,
    /// The number of the last commit that the journal tells of.
    pub topic_seq: u64,
    /// The rows.
    pub tables: Sheet,
    /// The document; `None` when nobody has opened it yet.
    pub document: Option<StoredDocument>,
}

/// What is stored of a document.
#[derive(Debug)]
pub struct StoredDocument {
    /// Replicas of another one cannot be merged.
    pub epoch: i32,
    /// The last update of the log that the rows show.
    pub projected_to: i64,
    /// Everything up to `folded_to`, as one update.
    pub state: Vec<u8>,
    /// The last update of the log that `state` holds.
    pub folded_to: i64,
    /// The log after it.
    pub updates: Vec<(i64, Vec<u8>)>,
    /// Clients whose history was dropped.
    pub retired: Vec<u64>,
}

/// Reads a document and its rows; `None` when there is no such list.
///
/// # Errors
/// When the database cannot be reached.
pub async fn open(store: &Store, organization_id: Uuid, list: Uuid) -> Result<Option<Stored>, StoreError> {
    let acting = Acting::System { organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin_snapshot(&mut client, &acting).await?;
    let head = transaction
        .prepare_cached(
            "select l.project_id, (live.head('project:' || l.project_id)).seq from shot_lists l where l.id = $1",
        )
        .await?;
    let Some(row) = transaction.query_opt(&head, &[&list]).await? else { return Ok(None) };
    let tables = tables::read(&transaction, list).await?;
    let document = transaction
        .prepare_cached(
            "select epoch, projected_to, coalesce(state, '\\x0000'), folded_to, retired from live.documents where id = $1",
        )
        .await?;
    let document = match transaction.query_opt(&document, &[&list]).await? {
        None => None,
        Some(document) => {
            let folded_to: i64 = document.get(3);
            let log = transaction
                .prepare_cached(
                    "select n, update from live.document_updates where document_id = $1 and n > $2 order by n",
                )
                .await?;
            let log = transaction.query(&log, &[&list, &folded_to]).await?;
            Some(StoredDocument {
                epoch: document.get(0),
                projected_to: document.get(1),
                state: document.get(2),
                folded_to,
                updates: log.iter().map(|row| (row.get(0), row.get(1))).collect(),
                retired: document
                    .get::<_, &[u8]>(4)
                    .chunks_exact(8)
                    .map(|bytes| u64::from_be_bytes(bytes.try_into().expect("eight bytes")))
                    .collect(),
            })
        }
    };
    transaction.commit().await?;
    let topic = Topic { kind: TopicKind::Project, id: row.get(0) };
    Ok(Some(Stored { topic, topic_seq: row.get::<_, i64>(1).unsigned_abs(), tables, document }))
}

/// Stores a document that was made from the rows, unless somebody else has just done so. The rows may have changed since
/// they were read: open it to find out.
///
/// # Errors
/// When the database cannot be reached.
pub async fn create(
    store: &Store,
    organization_id: Uuid,
    list: Uuid,
    topic: Topic,
    state: &[u8],
) -> Result<(), StoreError> {
    let acting = Acting::System { organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let statement = transaction
        .prepare_cached(
            "insert into live.documents (id, organization_id, topic, state) values ($1, $2, $3, $4)
             on conflict (id) do nothing",
        )
        .await?;
    transaction.execute(&statement, &[&list, &organization_id, &topic.to_string(), &state]).await?;
    transaction.commit().await?;
    Ok(())
}
