use std::collections::HashMap;

use uuid::Uuid;

use super::RestError;
use super::schema::Subject;
use crate::postgres::{Acting, begin};
use crate::sealing::{SubjectKey, wrapping_cipher};
use crate::store::Store;

/// The data keys that one write seals with: those that are there, and new ones that are kept once Postgres has let the
/// write pass, and never before.
pub(super) struct SealingKeys {
    organization_id: Uuid,
    kind: String,
    keys: HashMap<Uuid, SubjectKey>,
    made: Vec<(Uuid, SubjectKey)>,
}

impl SealingKeys {
    /// Looks up the living keys of some subjects of the tenant.
    pub(super) async fn find(
        store: &Store,
        organization_id: Uuid,
        subject: &Subject,
        ids: &[Uuid],
    ) -> Result<Self, RestError> {
        let acting = Acting::System { organization_id };
        let mut client = store.pools.get(&acting).await?;
        let transaction = begin(&mut client, &acting).await?;
        let statement = transaction
            .prepare_cached(
                "select id, subject_id, wrapped_key from encryption_keys
                  where subject_kind = $1 and subject_id = any ($2) and (organization_id = $3 or organization_id is null)
                    and destroyed_at is null and rotated_to is null",
            )
            .await?;
        let rows = transaction.query(&statement, &[&subject.kind, &ids, &organization_id]).await?;
        transaction.commit().await?;
        let cipher = wrapping_cipher(store.keyring.master());
        let mut keys = HashMap::with_capacity(rows.len());
        for row in rows {
            let wrapped: Vec<u8> = row.get("wrapped_key");
            let key = SubjectKey::unwrap_with(row.get("id"), &wrapped, &cipher)
                .map_err(|error| crate::store::StoreError::Internal(format!("a data key does not open: {error}")))?;
            keys.insert(row.get("subject_id"), key);
        }
        Ok(Self { organization_id, kind: subject.kind.clone(), keys, made: Vec::new() })
    }

    /// The key of a subject; a new one if it has none.
    pub(super) fn of(&mut self, subject: Uuid) -> &SubjectKey {
        self.keys.entry(subject).or_insert_with(|| {
            let key = SubjectKey::generate();
            self.made.push((subject, key.clone()));
            key
        })
    }

    /// Keeps what was made. To be called when the write has passed and is not yet committed: a key without a row harms
    /// nobody, a row without its key is lost.
    pub(super) async fn keep(self, store: &Store) -> Result<(), RestError> {
        if self.made.is_empty() {
            return Ok(());
        }
        let ids: Vec<Uuid> = self.made.iter().map(|(_, key)| key.id).collect();
        let subjects: Vec<Uuid> = self.made.iter().map(|(subject, _)| *subject).collect();
        let wrapped: Vec<Vec<u8>> = self.made.iter().map(|(_, key)| key.wrap(store.keyring.master())).collect();
        let acting = Acting::System { organization_id: self.organization_id };
        let mut client = store.pools.get(&acting).await?;
        let transaction = begin(&mut client, &acting).await?;
        transaction
            .execute(
                "insert into encryption_keys (id, organization_id, subject_kind, subject_id, wrapped_key, kek_ref)
                 select k.id, $1, $2, k.subject, k.wrapped, 'master'
                   from unnest($3::uuid[], $4::uuid[], $5::bytea[]) k(id, subject, wrapped)",
                &[&self.organization_id, &self.kind, &ids, &subjects, &wrapped],
            )
            .await?;
        transaction.commit().await?;
        for (_, key) in self.made {
            store.keyring.keep(key);
        }
        Ok(())
    }
}
