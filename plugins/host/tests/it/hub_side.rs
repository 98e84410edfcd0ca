//! The hub's side of a run, in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use plugin_host::contract::{File, Job, Response};
use plugin_host::{
    Begun, Broker, CacheSettings, Client, Connected, Host, Order, Plugin, Routes, Run, Secret, ServiceError, Services,
    Settings,
};
use tokio::sync::watch;

/// The token of every connection in these tests. It must appear nowhere.
pub const CANARY: &str = "shpat_canary/9f8a+e2=";

type EffectRow = ([u8; 32], Option<Response>);

/// What a hub would have in its database.
#[derive(Default)]
pub struct Memory {
    pub kv: Mutex<BTreeMap<String, Vec<u8>>>,
    pub effects: Mutex<BTreeMap<String, EffectRow>>,
    pub notes: Mutex<Vec<String>>,
    pub stopping: bool,
}

#[async_trait]
impl Services for Memory {
    async fn select(&self, query: &str) -> Result<String, ServiceError> {
        match query {
            "products?select=id" => Ok(r#"[{"id":1}]"#.into()),
            _ => Err(ServiceError::refused("42501", "permission denied")),
        }
    }

    async fn kv_get(&self, key: &str) -> Result<Option<Vec<u8>>, ServiceError> {
        if key == "database away" {
            return Err(ServiceError::Unavailable("the database is away".into()));
        }
        Ok(self.kv.lock().expect("unpoisoned").get(key).cloned())
    }

    async fn kv_keys(&self, prefix: &str, after: Option<&str>, limit: u32) -> Result<Vec<String>, ServiceError> {
        let kv = self.kv.lock().expect("unpoisoned");
        Ok(kv
            .keys()
            .filter(|key| key.starts_with(prefix) && after.is_none_or(|after| key.as_str() > after))
            .take(limit as usize)
            .cloned()
            .collect())
    }

    async fn file(&self, _: &str) -> Result<File, ServiceError> {
        Ok(File {
            name: "look.jpg".into(),
            content_type: "image/jpeg".into(),
            bytes: 3_000_000,
            sha256: vec![],
            width: None,
            height: None,
        })
    }

    async fn file_bytes(&self, _: &str, offset: u64, length: u64) -> Result<Bytes, ServiceError> {
        let left = 3_000_000_u64.saturating_sub(offset).min(length);
        Ok(Bytes::from(vec![b'j'; usize::try_from(left).expect("fits")]))
    }

    async fn file_address(&self, file: &str, _: u32) -> Result<String, ServiceError> {
        Ok(format!("https://hub.example.com/{file}"))
    }

    async fn secret(&self, _: &str) -> Result<Secret, ServiceError> {
        Ok(Secret::new(CANARY.into()))
    }

    async fn begin_effect(&self, key: &str, digest: [u8; 32]) -> Result<Begun, ServiceError> {
        let mut effects = self.effects.lock().expect("unpoisoned");
        Ok(match effects.get(key) {
            None => {
                effects.insert(key.into(), (digest, None));
                Begun::New
            }
            Some((before, _)) if *before != digest => Begun::Reused,
            Some((_, Some(response))) => Begun::Answered(response.clone()),
            Some((_, None)) => Begun::Unsettled,
        })
    }

    async fn end_effect(&self, key: &str, answer: Option<&Response>) -> Result<(), ServiceError> {
        let mut effects = self.effects.lock().expect("unpoisoned");
        match answer {
            Some(response) => {
                if let Some(row) = effects.get_mut(key) {
                    row.1 = Some(response.clone());
                }
            }
            None => {
                effects.remove(key);
            }
        }
        Ok(())
    }

    async fn progress(&self, done: u64, _: Option<u64>, note: &str) -> bool {
        self.notes.lock().expect("unpoisoned").push(format!("{done} {note}"));
        !self.stopping
    }
}

pub fn host() -> Host {
    host_with(Routes::default())
}

pub fn host_with(routes: Routes) -> Host {
    // Compiled once for all tests; what is kept is believed by its MAC only. Cargo names the folder for tests.
    let cache = option_env!("CARGO_TARGET_TMPDIR").map(|folder| CacheSettings { folder: folder.into(), key: [9; 32] });
    Host::new(&Settings { sandboxes: 8, cache }, Arc::new(Broker::new(routes))).expect("an engine")
}

pub fn order(payload: &str) -> Order {
    Order {
        job: Job { name: "pull".into(), payload: payload.into(), body: vec![], key: "job-1".into(), attempt: 1 },
        account: "maison-vale.example.com".into(),
        connection: Some(Connected { id: "connection-1".into(), marketplace: Some("A1PA6795UKMFR9".into()) }),
        settings: BTreeMap::from([("limit".to_owned(), serde_json::json!(50))]),
        now_ms: 1_795_000_000_000,
        seed: [3; 32],
    }
}

/// Runs one job with nothing known.
pub async fn run(host: &Host, plugin: &Plugin, payload: &str) -> Run {
    run_with(host, plugin, payload, Arc::new(Memory::default())).await
}

pub async fn run_with(host: &Host, plugin: &Plugin, payload: &str, services: Arc<Memory>) -> Run {
    let (_keep, stop) = watch::channel(false);
    let client = Client { services, connection: "connection-1".into(), stop, record: true };
    host.run(plugin, order(payload), client).await
}

/// The code with which a run ended.
pub fn code(run: &Run) -> &str {
    match &run.outcome {
        Ok(_) => "ok",
        Err(end) => end.code(),
    }
}
