//! The hub's side of a run, in memory: rows, files, the store of the connection, and the record of effects.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use plugin_host::contract::{File, Response};
use plugin_host::{Begun, Secret, ServiceError, Services, Staged};
use serde_json::Value;

use crate::rows::Tables;

/// An organization whose plugin is under test.
#[derive(Clone, Default)]
pub struct Organization(Arc<Inner>);

#[derive(Default)]
struct Inner {
    tables: Mutex<Tables>,
    kv: Mutex<BTreeMap<String, Vec<u8>>>,
    files: Mutex<BTreeMap<String, (String, Bytes)>>,
    secrets: Mutex<BTreeMap<String, String>>,
    effects: Mutex<BTreeMap<String, Effect>>,
    dies_at: Mutex<Option<String>>,
}

/// An effect that was begun: the digest of its request, and its answer once it is known.
type Effect = ([u8; 32], Option<Response>);

impl Organization {
    pub fn add(&self, table: &str, row: Value) {
        self.0.tables.lock().unwrap().add(table, row);
    }

    /// The connection is one to this marketplace.
    pub fn connect_marketplace(&self, marketplace: &str) {
        let values = serde_json::json!({"marketplace_id": marketplace}).to_string();
        let write = plugin_host::RecordWrite::Update {
            table: "plugin_connections".into(),
            query: "id=eq.connection-1".into(),
            values,
        };
        self.0.tables.lock().unwrap().write(&write);
    }

    pub fn rows(&self, table: &str) -> Vec<Value> {
        self.0.tables.lock().unwrap().of(table)
    }

    pub fn add_file(&self, id: &str, content_type: &str, bytes: &[u8]) {
        self.0.files.lock().unwrap().insert(id.into(), (content_type.into(), Bytes::copy_from_slice(bytes)));
    }

    pub fn set_secret(&self, credential: &str, value: &str) {
        self.0.secrets.lock().unwrap().insert(credential.into(), value.into());
    }

    /// No credential is in what a plugin left.
    pub fn assert_no_secret_in(&self, text: &str) {
        for secret in self.0.secrets.lock().unwrap().values() {
            assert!(!text.contains(secret), "a credential is in what a plugin left: {text}");
        }
    }

    /// The hub dies once: after an effect with this in its key, before the answer is written down.
    pub fn die_before_an_answer_is_kept(&self, key: &str) {
        *self.0.dies_at.lock().unwrap() = Some(key.into());
    }

    /// Commits what a run staged. Answers how many rows changed.
    pub fn commit(&self, staged: &Staged) -> usize {
        let changed = {
            let mut tables = self.0.tables.lock().unwrap();
            staged.records.iter().map(|write| tables.write(write)).sum()
        };
        let mut kv = self.0.kv.lock().unwrap();
        for (key, value) in &staged.kv {
            match value {
                Some(value) => kv.insert(key.clone(), value.clone()),
                None => kv.remove(key),
            };
        }
        changed
    }

    fn found<T>(&self, found: Option<T>) -> Result<T, ServiceError> {
        found.ok_or_else(|| ServiceError::refused("file_not_found", "no such file"))
    }
}

#[async_trait]
impl Services for Organization {
    async fn select(&self, query: &str) -> Result<String, ServiceError> {
        Ok(self.0.tables.lock().unwrap().select(query).to_string())
    }

    async fn kv_get(&self, key: &str) -> Result<Option<Vec<u8>>, ServiceError> {
        Ok(self.0.kv.lock().unwrap().get(key).cloned())
    }

    async fn kv_keys(&self, prefix: &str, after: Option<&str>, limit: u32) -> Result<Vec<String>, ServiceError> {
        let kv = self.0.kv.lock().unwrap();
        let keys = kv.keys().filter(|key| key.starts_with(prefix) && after.is_none_or(|after| key.as_str() > after));
        Ok(keys.take(limit as usize).cloned().collect())
    }

    async fn file(&self, file: &str) -> Result<File, ServiceError> {
        let files = self.0.files.lock().unwrap();
        let (content_type, bytes) = self.found(files.get(file))?;
        Ok(File {
            name: file.into(),
            content_type: content_type.clone(),
            bytes: bytes.len() as u64,
            sha256: Vec::new(),
            width: None,
            height: None,
        })
    }

    async fn file_bytes(&self, file: &str, offset: u64, length: u64) -> Result<Bytes, ServiceError> {
        let files = self.0.files.lock().unwrap();
        let (_, bytes) = self.found(files.get(file))?;
        let begin = usize::try_from(offset).unwrap().min(bytes.len());
        let end = begin.saturating_add(usize::try_from(length).unwrap()).min(bytes.len());
        Ok(bytes.slice(begin..end))
    }

    async fn file_address(&self, file: &str, seconds: u32) -> Result<String, ServiceError> {
        Ok(format!("https://hub.example.com/files/{file}?for={seconds}"))
    }

    async fn secret(&self, credential: &str) -> Result<Secret, ServiceError> {
        let secrets = self.0.secrets.lock().unwrap();
        let secret = secrets.get(credential).ok_or_else(|| ServiceError::refused("credential_missing", credential))?;
        Ok(Secret::new(secret.clone()))
    }

    async fn begin_effect(&self, key: &str, digest: [u8; 32]) -> Result<Begun, ServiceError> {
        let mut effects = self.0.effects.lock().unwrap();
        Ok(match effects.get(key) {
            None => {
                effects.insert(key.into(), (digest, None));
                Begun::New
            }
            Some((theirs, _)) if *theirs != digest => Begun::Reused,
            Some((_, Some(answer))) => Begun::Answered(answer.clone()),
            Some((_, None)) => Begun::Unsettled,
        })
    }

    async fn end_effect(&self, key: &str, answer: Option<&Response>) -> Result<(), ServiceError> {
        if self.0.dies_at.lock().unwrap().take_if(|at| key.contains(at.as_str())).is_some() {
            return Err(ServiceError::Unavailable("the hub died".into()));
        }
        let mut effects = self.0.effects.lock().unwrap();
        match answer {
            Some(answer) => {
                let effect = effects.get_mut(key).expect("an effect that was begun");
                effect.1 = Some(answer.clone());
            }
            None => {
                effects.remove(key);
            }
        }
        Ok(())
    }

    async fn progress(&self, _done: u64, _total: Option<u64>, _note: &str) -> bool {
        true
    }
}
