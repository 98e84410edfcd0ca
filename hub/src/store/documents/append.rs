use deadpool_postgres::Transaction;
use domain::shot_list::{CellChange, Difference, Kind};
use uuid::Uuid;

use super::project::{self, Elsewhere};
use crate::postgres::{Acting, begin};
use crate::store::{Store, StoreError};

/// An update to be kept.
#[derive(Debug, Clone)]
pub struct LogEntry {
    /// As it came (Yjs, v1).
    pub update: bytes::Bytes,
    /// Who delivered it; nobody: the hub.
    pub author: Option<Uuid>,
}

/// An edit, for the history.
#[derive(Debug, Clone)]
pub struct Edit {
    /// What became of which cell.
    pub change: CellChange,
    /// By whom; nobody: the hub.
    pub author: Option<Uuid>,
}

/// What one transaction keeps of a document.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The list.
    pub document: Uuid,
    /// Its tenant.
    pub organization_id: Uuid,
    /// Of which epoch the updates are.
    pub epoch: i32,
    /// Which hub this is.
    pub node: Uuid,
    /// Updates for the end of the log.
    pub entries: Vec<LogEntry>,
    /// What the rows have to say after them.
    pub projection: Option<Projection>,
}

/// The rows after a batch.
#[derive(Debug, Clone)]
pub struct Projection {
    /// The last update of the log that was looked at before the batch's own. The rows follow the log without gaps: with a
    /// gap, nothing is projected.
    pub known_to: i64,
    /// What has to change.
    pub difference: Difference,
    /// Who changed what since the last one.
    pub edits: Vec<Edit>,
    /// The whole document after the batch as one update, when the log is to be folded into it.
    pub state: Option<Vec<u8>>,
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Appended {
    /// It is kept.
    Kept {
        /// The end of the log before it.
        before: i64,
        /// The end of the log.
        head: i64,
        /// The rows show all of it.
        projected: bool,
        /// The transaction, as the journal names it.
        xid: String,
    },
    /// Nothing was kept: these rows cannot be made, their ids are in use elsewhere.
    Taken(Vec<Elsewhere>),
    /// The list is deleted, or its document has another epoch.
    Gone,
}

/// Keeps a batch: the log, the rows and the history in one transaction, and rings other hubs that have the document open.
/// Sent again after a lost connection it may be in the log twice, which changes nothing.
///
/// # Errors
/// When the database cannot be reached; [`StoreError::Constraint`] when a row refers to something that is gone.
pub async fn append(store: &Store, batch: &Batch) -> Result<Appended, StoreError> {
    let acting = Acting::System { organization_id: batch.organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let count = i64::try_from(batch.entries.len()).unwrap_or(i64::MAX);
    let known_to = batch.projection.as_ref().map_or(-1, |projection| projection.known_to);
    let statement = transaction
        .prepare_cached(
            "update live.documents d
                set head = d.head + $2,
                    projected_to = case when d.head = $3 then d.head + $2 else d.projected_to end
              where d.id = $1 and d.epoch = $4
             returning d.head, exists (select from live.document_watches w
                                        where w.document_id = d.id and w.node_id <> $5
                                          and w.watched_until > clock_timestamp()),
                       pg_current_xact_id()::text",
        )
        .await?;
    let row =
        transaction.query_opt(&statement, &[&batch.document, &count, &known_to, &batch.epoch, &batch.node]).await?;
    let Some(row) = row else { return Ok(Appended::Gone) };
    let (head, is_watched): (i64, bool) = (row.get(0), row.get(1));
    let before = head - count;
    log(&transaction, batch, before).await?;
    let mut projected = false;
    if let Some(projection) = &batch.projection
        && projection.known_to == before
    {
        projected = true;
        announce(&transaction, batch.document, projection).await?;
        let taken = project::write(&transaction, batch.document, projection).await?;
        if !taken.is_empty() {
            return Ok(Appended::Taken(taken));
        }
        history(&transaction, batch.document, head, &projection.edits).await?;
        if !projection.difference.is_empty() {
            let statement = transaction.prepare_cached("update shot_lists set head_seq = $2 where id = $1").await?;
            transaction.execute(&statement, &[&batch.document, &head]).await?;
        }
        if let Some(state) = &projection.state {
            fold(&transaction, batch.document, head, state).await?;
        }
    }
    if is_watched && count > 0 {
        let statement = transaction.prepare_cached("select pg_notify('live', $1)").await?;
        transaction.execute(&statement, &[&format!("document:{} {head}", batch.document)]).await?;
    }
    transaction.commit().await?;
    Ok(Appended::Kept { before, head, projected, xid: row.get(2) })
}

/// Keeps the whole document as one update in place of the log up to its end.
async fn fold(transaction: &Transaction<'_>, document: Uuid, to: i64, state: &[u8]) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached("update live.documents set state = $3, folded_to = $2 where id = $1 and projected_to = $2")
        .await?;
    if transaction.execute(&statement, &[&document, &to, &state]).await? == 1 {
        let statement =
            transaction.prepare_cached("delete from live.document_updates where document_id = $1 and n <= $2").await?;
        transaction.execute(&statement, &[&document, &to]).await?;
        let statement = transaction
            .prepare_cached(
                "delete from live.document_changes where document_id = $1 and changed_at < now() - interval '1 year'",
            )
            .await?;
        transaction.execute(&statement, &[&document]).await?;
    }
    Ok(())
}

/// Drops a document's history: from here on it is `state`, in another epoch. Only if the history is a week old, ends at `to`,
/// and no other hub has the document open. Whoever has seen it, `clients`, cannot be merged any more.
///
/// # Errors
/// When the database cannot be reached.
pub async fn begin_anew(
    store: &Store,
    organization_id: Uuid,
    document: Uuid,
    node: Uuid,
    to: i64,
    state: &[u8],
    clients: &[u64],
) -> Result<bool, StoreError> {
    let acting = Acting::System { organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let retired: Vec<u8> = clients.iter().flat_map(|client| client.to_be_bytes()).collect();
    let statement = transaction
        .prepare_cached(
            "update live.documents d
                set epoch = d.epoch + 1, epoch_since = now(), state = $3, folded_to = $2,
                    -- The last fifty thousand.
                    retired = substr(d.retired || $4, greatest(1, length(d.retired || $4) - 400000 + 1))
              where d.id = $1 and d.head = $2 and d.projected_to = $2 and d.epoch_since < now() - interval '7 days'
                and not exists (select from live.document_watches w
                                 where w.document_id = d.id and w.node_id <> $5 and w.watched_until > clock_timestamp())",
        )
        .await?;
    let begun = transaction.execute(&statement, &[&document, &to, &state, &retired, &node]).await? == 1;
    if begun {
        let statement = transaction.prepare_cached("delete from live.document_updates where document_id = $1").await?;
        transaction.execute(&statement, &[&document]).await?;
    }
    transaction.commit().await?;
    Ok(begun)
}

async fn log(transaction: &Transaction<'_>, batch: &Batch, before: i64) -> Result<(), StoreError> {
    if batch.entries.is_empty() {
        return Ok(());
    }
    let updates: Vec<&[u8]> = batch.entries.iter().map(|entry| entry.update.as_ref()).collect();
    let authors: Vec<Option<Uuid>> = batch.entries.iter().map(|entry| entry.author).collect();
    let statement = transaction
        .prepare_cached(
            "insert into live.document_updates (document_id, n, update, author_id)
             select $1, $2 + u.n, u.update, u.author
               from unnest($3::bytea[], $4::uuid[]) with ordinality u (update, author, n)",
        )
        .await?;
    transaction.execute(&statement, &[&batch.document, &before, &updates, &authors]).await?;
    Ok(())
}

/// Says in the journal whose change of the rows this is, when it is one person's; and, by its command, that it is the
/// document's own projection and no edit of the rows from elsewhere.
async fn announce(transaction: &Transaction<'_>, document: Uuid, projection: &Projection) -> Result<(), StoreError> {
    let mut authors: Vec<Option<Uuid>> = projection.edits.iter().map(|edit| edit.author).collect();
    authors.sort_unstable();
    authors.dedup();
    let (kind, id) = match authors[..] {
        [Some(author)] => ("user", author.to_string()),
        _ => ("", String::new()),
    };
    let statement = transaction
        .prepare_cached(
            "select set_config('app.by_kind', $1, true), set_config('app.by_id', $2, true),
                    set_config('app.command_id', $3, true)",
        )
        .await?;
    transaction.execute(&statement, &[&kind, &id, &document.to_string()]).await?;
    Ok(())
}

async fn history(transaction: &Transaction<'_>, document: Uuid, n: i64, edits: &[Edit]) -> Result<(), StoreError> {
    if edits.is_empty() {
        return Ok(());
    }
    let tables: Vec<&str> = edits.iter().map(|edit| Kind::table(edit.change.kind)).collect();
    let rows: Vec<Uuid> = edits.iter().map(|edit| edit.change.row).collect();
    let columns: Vec<&str> = edits.iter().map(|edit| edit.change.column.as_str()).collect();
    let authors: Vec<Option<Uuid>> = edits.iter().map(|edit| edit.author).collect();
    let old: Vec<&serde_json::Value> = edits.iter().map(|edit| &edit.change.old).collect();
    let new: Vec<&serde_json::Value> = edits.iter().map(|edit| &edit.change.new).collect();
    let statement = transaction
        .prepare_cached(
            "insert into live.document_changes
               (document_id, n, table_name, row_key, column_name, author_id, old_value, new_value)
             select $1, $2, u.t, u.r, u.c, u.a, u.o, u.w
               from unnest($3::text[], $4::uuid[], $5::text[], $6::uuid[], $7::jsonb[], $8::jsonb[]) u (t, r, c, a, o, w)",
        )
        .await?;
    transaction.execute(&statement, &[&document, &n, &tables, &rows, &columns, &authors, &old, &new]).await?;
    Ok(())
}
