use uuid::Uuid;

use crate::postgres::{Acting, begin};
use crate::sealing::Head;
use crate::store::{Store, StoreError};

/// What a batch has moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Archived {
    /// Commits.
    pub commits: i32,
    /// Chains that were signed anew.
    pub sealed: usize,
}

/// Moves the oldest commits that are older than so many seconds from the journal to the audit log, at most so many, and
/// signs the new ends of the chains, in one transaction.
///
/// # Errors
/// When the database cannot be reached; then nothing has moved.
pub async fn archive(store: &Store, older_than_seconds: f64, at_most: i32) -> Result<Archived, StoreError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let commits = transaction
        .query_one(
            "select live.archive(clock_timestamp() - make_interval(secs => $1), $2)",
            &[&older_than_seconds, &at_most],
        )
        .await?
        .get(0);
    let ends = transaction
        .query(
            "select c.organization_id, c.entries, c.hash, (extract(epoch from clock_timestamp()) * 1000000)::bigint
               from hub.audit_chains c
              where not exists (select from hub.audit_heads h where h.organization_id = c.organization_id and h.entry = c.entries)",
            &[],
        )
        .await?;
    for end in &ends {
        let head = Head {
            organization_id: end.get(0),
            entry: end.get(1),
            hash: end
                .get::<_, Vec<u8>>(2)
                .try_into()
                .map_err(|_| StoreError::Internal("a hash has 32 bytes".into()))?,
            sealed_at: end.get(3),
        };
        keep(&transaction, &head, &store.audit.sign(&head)).await?;
    }
    transaction.commit().await?;
    Ok(Archived { commits, sealed: ends.len() })
}

async fn keep(
    transaction: &deadpool_postgres::Transaction<'_>,
    head: &Head,
    signature: &[u8],
) -> Result<(), StoreError> {
    let hash: &[u8] = &head.hash;
    transaction
        .execute(
            "insert into hub.audit_heads (organization_id, entry, hash, sealed_at, signature)
             values ($1, $2, $3, 'epoch'::timestamptz + $4::bigint * interval '1 microsecond', $5)",
            &[
                &head.organization_id as &(dyn tokio_postgres::types::ToSql + Sync),
                &head.entry,
                &hash,
                &head.sealed_at,
                &signature,
            ],
        )
        .await?;
    let (organization, entry): (Uuid, i64) = (head.organization_id, head.entry);
    // In the hub's log too, which lies elsewhere: whoever rewrites the database has to rewrite that as well.
    let hash: String = head.hash.iter().map(|byte| format!("{byte:02x}")).collect();
    tracing::info!(%organization, entry, hash, "the audit log is signed up to here");
    Ok(())
}
