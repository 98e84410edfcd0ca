use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dashmap::DashMap;
use plugin_host::Host;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, MissedTickBehavior};
use uuid::Uuid;

use super::attempt;
use super::loaded::Loaded;
use crate::live::Node;
use crate::objects::Objects;
use crate::store::plugins::finish;
use crate::store::plugins::queue::{self, Claimed};

/// How often the queue is looked at when nobody rings: jobs become due by themselves.
const LOOK: Duration = Duration::from_millis(500);
/// How often leases are renewed; a fifth of what they last.
const RENEW: Duration = Duration::from_secs(3);
/// How often it is looked for what other hubs have left behind, and for what is due by its schedule.
const TIDY: Duration = Duration::from_secs(5);
/// What is taken off the priority of a thread on which plugins compute: about a tenth of the weight of others. A job is
/// done a little later; a guest at the door does not wait for it.
const NICE: i32 = 10;
/// How long runs may take to end when the hub stops.
const GOODBYE: Duration = Duration::from_secs(3);

/// The plugins of this process.
pub struct Plugins {
    /// Runs them.
    pub host: Arc<Host>,
    pub(super) node: Arc<Node>,
    pub(super) objects: Arc<Objects>,
    /// Where people and vendors reach this hub.
    pub public_url: String,
    pub(super) loaded: Loaded,
    /// Where the database is asked from.
    pub(super) home: Handle,
    most: usize,
    running: DashMap<Uuid, Running>,
    ended: Notify,
    closed: AtomicBool,
    /// Threads on which plugins compute: never those of sockets and scans.
    threads: Option<Runtime>,
}

/// Linux counts priority by the thread. Where it cannot be lowered, plugins compute as everybody else does.
fn yield_to_scans() {
    if let Err(error) = rustix::process::nice(NICE) {
        tracing::debug!(%error, "the threads of plugins keep their priority");
    }
}

struct Running {
    organization_id: Uuid,
    stop: watch::Sender<bool>,
}

impl Plugins {
    /// Plugins of a node, of which at most so many run at once. Nothing runs before [`work`](Self::work).
    ///
    /// # Errors
    /// When the system has no threads for them.
    pub fn new(
        node: Arc<Node>,
        objects: Arc<Objects>,
        host: Arc<Host>,
        public_url: String,
        most: usize,
    ) -> Result<Arc<Self>, std::io::Error> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let threads = Builder::new_multi_thread()
            .worker_threads((cores / 2).max(1))
            .thread_name("plugins")
            .on_thread_start(yield_to_scans)
            .enable_all()
            .build()?;
        Ok(Arc::new(Self {
            host,
            node,
            objects,
            public_url,
            loaded: Loaded::default(),
            home: Handle::current(),
            most,
            running: DashMap::new(),
            ended: Notify::new(),
            closed: AtomicBool::new(false),
            threads: Some(threads),
        }))
    }

    /// Runs what is due, for as long as the future is polled and the node does not drain.
    pub async fn work(self: Arc<Self>) {
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut renewed, mut tidied) = (Instant::now(), None::<Instant>);
        while !self.node.is_draining() {
            let rung = tokio::select! {
                () = self.node.plugin_bell.notified() => true,
                () = self.ended.notified() => false,
                _ = look.tick() => false,
            };
            if !self.running.is_empty() && (rung || renewed.elapsed() >= RENEW) {
                self.renew().await;
                renewed = Instant::now();
            }
            if self.most > 0 && tidied.is_none_or(|at| at.elapsed() >= TIDY) {
                tidied = Some(Instant::now());
                self.tidy().await;
            }
            while self.running.len() < self.most && !self.node.is_draining() {
                match queue::claim(&self.node.store, self.most_of_one()).await {
                    Ok(Some(run)) => self.begin(run),
                    Ok(None) => break,
                    Err(error) => {
                        tracing::debug!(%error, "the queue of plugins could not be read");
                        break;
                    }
                }
            }
        }
    }

    /// Ends all runs and gives their jobs back; nothing runs any more.
    pub async fn stop(&self) {
        self.closed.store(true, Ordering::Relaxed);
        for running in &self.running {
            running.stop.send_replace(true);
        }
        let emptied = async {
            while !self.running.is_empty() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        if tokio::time::timeout(GOODBYE, emptied).await.is_err() {
            let left: Vec<(Uuid, Uuid)> = self.running.iter().map(|run| (run.organization_id, *run.key())).collect();
            tracing::warn!(runs = left.len(), "runs of plugins did not end in time");
            if let Err(error) = finish::let_go(&self.node.store, &left).await {
                tracing::debug!(%error, "their jobs are given up when their leases are over");
            }
        }
    }

    /// Whether runs are to end because the hub stops.
    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// Asks something of the database where everything else does, whatever the plugins compute.
    pub(super) async fn at_home<T: Send + 'static>(
        &self,
        asking: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        self.home.spawn(asking).await.ok()
    }

    /// One organization takes no more than half of what this process runs at once.
    fn most_of_one(&self) -> i32 {
        i32::try_from(self.most.div_ceil(2)).unwrap_or(1)
    }

    fn begin(self: &Arc<Self>, run: Claimed) {
        let (stop, stopped) = watch::channel(false);
        self.running.insert(run.lease, Running { organization_id: run.organization_id, stop });
        let plugins = Arc::clone(self);
        let Some(threads) = &self.threads else { return };
        threads.spawn(async move {
            let lease = run.lease;
            // Whatever happens to the run, its place is free afterwards.
            let _place = Place { plugins: Arc::clone(&plugins), lease };
            attempt::make(&plugins, run, stopped).await;
        });
    }

    async fn renew(&self) {
        let leases: Vec<Uuid> = self.running.iter().map(|run| *run.key()).collect();
        match queue::renew(&self.node.store, &leases).await {
            Ok(over) => {
                for lease in over {
                    if let Some(running) = self.running.get(&lease) {
                        running.stop.send_replace(true);
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "the leases of running plugins could not be renewed"),
        }
    }

    async fn tidy(&self) {
        let store = &self.node.store;
        match queue::relieve(store).await {
            Ok(0) => {}
            Ok(runs) => tracing::warn!(runs, "runs of plugins were left behind by a hub that ended; they begin again"),
            Err(error) => tracing::debug!(%error, "the queue of plugins could not be looked at"),
        }
        match queue::end_late(store).await {
            Ok(0) => {}
            Ok(posts) => tracing::warn!(posts, "posts were not published: their accounts were away too long"),
            Err(error) => tracing::debug!(%error, "posts that are late could not be looked at"),
        }
        if let Err(error) = queue::schedule(store).await {
            tracing::debug!(%error, "what plugins do by themselves could not be queued");
        }
    }
}

/// A place among the runs.
struct Place {
    plugins: Arc<Plugins>,
    lease: Uuid,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.plugins.running.remove(&self.lease);
        self.plugins.ended.notify_one();
    }
}

impl Drop for Plugins {
    /// A runtime is not dropped where somebody waits for it.
    fn drop(&mut self) {
        if let Some(threads) = self.threads.take() {
            threads.shutdown_background();
        }
    }
}
