//! Runs a plugin's jobs one after the other, as the hub's queue does: again after a failure that allows it, and with the
//! jobs that runs queue.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use plugin_host::contract::{Failure, Job, QueuedJob};
use plugin_host::package::componentize;
use plugin_host::{Broker, CacheSettings, Client, Connected, End, Host, Manifest, Order, Plugin, Run, Settings};
use serde_json::Value;
use tokio::sync::watch;

use crate::organization::Organization;

/// Attempts of one job.
const MOST_ATTEMPTS: u32 = 8;
/// Longest that a test waits where a plugin asks to wait.
const PATIENCE: Duration = Duration::from_millis(100);

/// A plugin with its organization.
pub struct Stage {
    host: Host,
    plugin: Plugin,
    pub organization: Organization,
    account: String,
    pub settings: BTreeMap<String, Value>,
    /// Keys of jobs that were queued: the same key twice is one job.
    queued: BTreeSet<String>,
    /// Rows that the last job, with all that followed, changed.
    pub changed: usize,
    /// Runs that it took.
    pub runs: u32,
}

/// How a job ended.
pub type Outcome = Result<Value, End>;

impl Stage {
    /// The plugin of that name, as `plugins/build` built it, connected to an account.
    pub async fn of(name: &str, account: &str, routes: &[String]) -> Stage {
        let broker = Arc::new(Broker::new(routes.join(",").parse().expect("routes")));
        // Compiled once for all tests.
        let cache = CacheSettings { folder: Path::new(env!("CARGO_TARGET_TMPDIR")).join("plugins"), key: [7; 32] };
        let host = Host::new(&Settings { sandboxes: 2, cache: Some(cache) }, broker).expect("a host");
        let plugin = host.load(&component(name)).await.expect("a plugin");
        assert_eq!(plugin.manifest().key, name);
        let organization = Organization::default();
        organization.add(
            "plugin_connections",
            serde_json::json!({"id": "connection-1", "provider": name, "external_account_id": account}),
        );
        Stage {
            host,
            plugin,
            organization,
            account: account.into(),
            settings: BTreeMap::new(),
            queued: BTreeSet::new(),
            changed: 0,
            runs: 0,
        }
    }

    pub fn manifest(&self) -> &Manifest {
        self.plugin.manifest()
    }

    /// One run, whose writes are committed if it ends well.
    async fn run(&self, job: Job) -> Run {
        let (_keep, stop) = watch::channel(false);
        let client = Client {
            services: Arc::new(self.organization.clone()),
            connection: "connection-1".into(),
            stop,
            record: false,
        };
        let mut seed = [0; 32];
        seed[..4].copy_from_slice(&(self.runs + 1).to_le_bytes());
        let order = Order {
            job,
            account: self.account.clone(),
            connection: self.organization.rows("plugin_connections").first().map(|row| Connected {
                id: row["id"].as_str().expect("an id").into(),
                marketplace: row["marketplace_id"].as_str().map(str::to_owned),
            }),
            settings: self.settings.clone(),
            now_ms: 1_795_262_400_000,
            seed,
        };
        self.host.run(&self.plugin, order, client).await
    }

    /// Does a job with all its attempts, and then the jobs that it queued. Answers how the last of them ended.
    pub async fn does(&mut self, name: &str, payload: Value, key: &str) -> Outcome {
        self.takes(name, payload, Vec::new(), key).await
    }

    /// As [`Stage::does`], for a job with a body.
    pub async fn takes(&mut self, name: &str, payload: Value, body: Vec<u8>, key: &str) -> Outcome {
        (self.changed, self.runs) = (0, 0);
        let job = Job { name: name.into(), payload: payload.to_string(), body, key: key.into(), attempt: 1 };
        let mut waiting = VecDeque::from([job]);
        let mut last = Ok(Value::Null);
        while let Some(mut job) = waiting.pop_front() {
            self.runs += 1;
            assert!(self.runs < 500, "the plugin queues jobs for ever");
            let run = self.run(job.clone()).await;
            self.organization.assert_no_secret_in(&format!("{:?} {:?} {:?}", run.outcome, run.staged, run.log));
            last = match run.outcome {
                Ok(result) => {
                    self.changed += self.organization.commit(&run.staged);
                    for QueuedJob { name, payload, key, after_ms } in run.staged.jobs {
                        wait(after_ms).await;
                        if self.queued.insert(key.clone()) {
                            waiting.push_back(Job { name, payload, body: Vec::new(), key, attempt: 1 });
                        }
                    }
                    Ok(serde_json::from_str(&result).expect("a result in JSON"))
                }
                Err(End::Failure(Failure::RetryAfter(later))) if job.attempt < MOST_ATTEMPTS => {
                    wait(later.after_ms).await;
                    job.attempt += 1;
                    waiting.push_front(job);
                    continue;
                }
                Err(End::HubUnavailable(_)) if job.attempt < MOST_ATTEMPTS => {
                    job.attempt += 1;
                    waiting.push_front(job);
                    continue;
                }
                Err(end) => Err(end),
            };
        }
        last
    }
}

async fn wait(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms).min(PATIENCE)).await;
}

pub fn component(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(format!("../../plugins/target/wasm32-unknown-unknown/release/{name}.wasm"));
    let module = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}; run plugins/build", path.display()));
    componentize(&module).expect("a component")
}
