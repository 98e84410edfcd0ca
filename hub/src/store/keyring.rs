use std::collections::{HashMap, HashSet};

use dashmap::DashMap;
use uuid::Uuid;

use super::StoreError;
use crate::postgres::{Acting, Pools, begin};
use crate::sealing::{MasterKey, SubjectKey, key_id, wrapping_cipher};

/// The keys of data subjects, opened on demand and kept (at most [`CAPACITY`]; then it begins anew).
pub struct Keyring {
    master: MasterKey,
    keys: DashMap<Uuid, SubjectKey>,
}

/// Keys kept open: about 10 MB.
const CAPACITY: usize = 100_000;

/// A sealed value and the column it was sealed for.
pub struct Envelope<'a> {
    /// `table.column`, by the column's plain name.
    pub column: &'a str,
    /// The bytes.
    pub bytes: &'a [u8],
}

impl Keyring {
    /// An empty ring.
    pub fn new(master: MasterKey) -> Self {
        Self { master, keys: DashMap::new() }
    }

    /// The master key.
    pub fn master(&self) -> &MasterKey {
        &self.master
    }

    /// Opens values, in order. `None` where the key was destroyed or the value was altered.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn open(&self, pools: &Pools, envelopes: &[Envelope<'_>]) -> Result<Vec<Option<String>>, StoreError> {
        let missing: HashSet<Uuid> = envelopes
            .iter()
            .filter_map(|envelope| key_id(envelope.bytes))
            .filter(|id| !self.keys.contains_key(id))
            .collect();
        if !missing.is_empty() {
            self.load(pools, missing.into_iter().collect()).await?;
        }
        // Most rows have several values under one key: look each key up once.
        let mut at_hand: HashMap<Uuid, SubjectKey> = HashMap::new();
        Ok(envelopes
            .iter()
            .map(|envelope| {
                let id = key_id(envelope.bytes)?;
                if let std::collections::hash_map::Entry::Vacant(slot) = at_hand.entry(id) {
                    slot.insert(self.keys.get(&id)?.clone());
                }
                at_hand[&id].open(envelope.column, envelope.bytes).ok()
            })
            .collect())
    }

    /// The key of a person, for sealing more about them. `None` when it was destroyed.
    ///
    /// # Errors
    /// When the database cannot be reached, or the key does not open with this master key.
    pub async fn of_user(
        &self,
        transaction: &deadpool_postgres::Transaction<'_>,
        user_id: Uuid,
    ) -> Result<Option<SubjectKey>, StoreError> {
        let statement = transaction
            .prepare_cached(
                "select id, wrapped_key from encryption_keys
                  where subject_kind = 'user' and subject_id = $1 and destroyed_at is null and rotated_to is null",
            )
            .await?;
        let Some(row) = transaction.query_opt(&statement, &[&user_id]).await? else { return Ok(None) };
        SubjectKey::unwrap(row.get(0), row.get(1), &self.master)
            .map(Some)
            .map_err(|error| StoreError::Internal(format!("the key of user {user_id}: {error}")))
    }

    /// Keeps a key that was just made.
    pub fn keep(&self, key: SubjectKey) {
        if self.keys.len() >= CAPACITY {
            self.keys.clear();
        }
        self.keys.insert(key.id, key);
    }

    /// Lets go of every open key: some were destroyed. What is good is loaded again when it is asked for.
    pub fn forget(&self) {
        self.keys.clear();
    }

    async fn load(&self, pools: &Pools, ids: Vec<Uuid>) -> Result<(), StoreError> {
        let mut client = pools.get(&Acting::Platform).await?;
        let transaction = begin(&mut client, &Acting::Platform).await?;
        let statement = transaction
            .prepare_cached("select id, wrapped_key from encryption_keys where id = any ($1) and destroyed_at is null")
            .await?;
        let rows = transaction.query(&statement, &[&ids]).await?;
        transaction.commit().await?;
        let cipher = wrapping_cipher(&self.master);
        for row in rows {
            let (id, wrapped): (Uuid, Vec<u8>) = (row.get(0), row.get(1));
            match SubjectKey::unwrap_with(id, &wrapped, &cipher) {
                Ok(key) => self.keep(key),
                Err(_) => tracing::error!(key = %id, "a data key does not open with this master key"),
            }
        }
        Ok(())
    }
}
