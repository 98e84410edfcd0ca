use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A vendor that counts: requests by path, effects by idempotency key, and how many it serves at once for one key of `?job=`.
pub struct Vendor {
    /// Where.
    pub address: String,
    counts: Arc<Counts>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Counts {
    paths: Mutex<BTreeMap<String, u32>>,
    effects: Mutex<BTreeMap<String, u32>>,
    asked: Mutex<BTreeMap<String, u32>>,
    authorized: Mutex<BTreeMap<String, u32>>,
}

impl Drop for Vendor {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Vendor {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let counts = Arc::new(Counts::default());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&counts));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
        Self { address, counts, task }
    }

    /// What makes the hub's plugins come here.
    pub fn routes(&self) -> String {
        format!("*.vendor.example={}", self.address)
    }

    /// Requests of a path, with its query.
    pub fn requests(&self, path: &str) -> u32 {
        self.counts.paths.lock().expect("unpoisoned").get(path).copied().unwrap_or(0)
    }

    /// Effects by idempotency key: a vendor that keeps its word makes one of many.
    pub fn effects(&self) -> BTreeMap<String, u32> {
        self.counts.effects.lock().expect("unpoisoned").clone()
    }

    /// Requests by the `Authorization` that they came with.
    pub fn authorized(&self) -> BTreeMap<String, u32> {
        self.counts.authorized.lock().expect("unpoisoned").clone()
    }

    /// How often each idempotency key was sent.
    pub fn asked(&self) -> BTreeMap<String, u32> {
        self.counts.asked.lock().expect("unpoisoned").clone()
    }
}

async fn answer(State(counts): State<Arc<Counts>>, uri: Uri, headers: HeaderMap) -> String {
    let path = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    *counts.paths.lock().expect("unpoisoned").entry(path).or_default() += 1;
    if let Some(by) = headers.get("authorization").and_then(|by| by.to_str().ok()) {
        *counts.authorized.lock().expect("unpoisoned").entry(by.to_owned()).or_default() += 1;
    }
    if let Some(key) = headers.get("idempotency-key").and_then(|key| key.to_str().ok()) {
        *counts.asked.lock().expect("unpoisoned").entry(key.to_owned()).or_default() += 1;
        counts.effects.lock().expect("unpoisoned").entry(key.to_owned()).or_insert(1);
    }
    if uri.path().starts_with("/v1/never") {
        tokio::time::sleep(Duration::from_secs(120)).await;
    }
    if uri.path().starts_with("/v1/slow") {
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
    "{\"made\":true}".to_owned()
}
