use deadpool_postgres::Transaction;
use uuid::Uuid;

use super::PluginError;
use crate::sealing::SubjectKey;
use crate::store::keyring::Envelope;
use crate::store::{Store, StoreError};

/// The organization's own key, which seals what belongs to no person: bodies of webhooks, answers of vendors. Made when it
/// is first needed; the transaction runs as the hub in that organization.
pub(super) async fn organization_key(
    store: &Store,
    transaction: &Transaction<'_>,
    organization_id: Uuid,
) -> Result<SubjectKey, StoreError> {
    let find = transaction
        .prepare_cached(
            "select id, wrapped_key from encryption_keys
              where subject_kind = 'organization' and subject_id = $1 and destroyed_at is null and rotated_to is null",
        )
        .await?;
    let unwrap = |row: &tokio_postgres::Row| {
        SubjectKey::unwrap(row.get(0), row.get(1), store.keyring.master())
            .map_err(|error| StoreError::Internal(format!("the key of organization {organization_id}: {error}")))
    };
    if let Some(row) = transaction.query_opt(&find, &[&organization_id]).await? {
        return unwrap(&row);
    }
    let key = SubjectKey::generate();
    // Two who need it first: the second waits here, and takes that of the first.
    transaction
        .execute(
            "insert into encryption_keys (id, organization_id, subject_kind, subject_id, wrapped_key, kek_ref)
             values ($1, $2, 'organization', $2, $3, 'master')
             on conflict (subject_kind, subject_id) where destroyed_at is null and rotated_to is null do nothing",
            &[&key.id, &organization_id, &key.wrap(store.keyring.master())],
        )
        .await?;
    let row = transaction.query_one(&find, &[&organization_id]).await?;
    unwrap(&row)
}

/// Opens one sealed value.
pub(super) async fn open(store: &Store, column: &str, bytes: &[u8]) -> Result<String, PluginError> {
    let opened = store.keyring.open(&store.pools, &[Envelope { column, bytes }]).await?;
    opened.into_iter().next().flatten().ok_or(PluginError::Sealed)
}
