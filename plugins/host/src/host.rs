//! The host: loads plugins and runs their jobs, each in a sandbox of its own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, watch};
use wasmtime::component::{Component, InstancePre};
use wasmtime::{Store, Trap, UpdateDeadline};

use crate::broker::{Broker, Errand};
use crate::contract::exports::fashionos::plugin::guest;
use crate::end::{Bound, End};
use crate::engine::{Engine, EngineError, MAX_COMPONENT_BYTES, Settings};
use crate::live::Live;
use crate::manifest::{CONTRACT, Manifest, ManifestError, version};
use crate::order::Order;
use crate::recording::Recording;
use crate::run::{Run, Used};
use crate::sandbox::{Halt, Sandbox, World};
use crate::services::Services;

/// Bytes that one call may carry into the hub.
const CALL_BYTES: usize = 4 << 20;
const MAX_HANDLES: usize = 1_024;
/// Longest result of a job, bytes.
const MAX_RESULT: usize = 256 * 1024;
/// Ticks after which a plugin that computes lets others have the thread.
const TURN: u64 = 10;
/// What `describe` may compute.
const DESCRIBE_TIME: Duration = Duration::from_millis(100);

/// Runs plugins.
pub struct Host {
    engine: Arc<Engine>,
    broker: Arc<Broker>,
    /// One for each sandbox of the pool.
    places: Semaphore,
}

/// A plugin that is ready to run. Cheap to clone.
#[derive(Clone)]
pub struct Plugin {
    manifest: Arc<Manifest>,
    ready: InstancePre<Sandbox>,
    guest: Arc<guest::GuestIndices>,
}

/// Why a component cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("the component is larger than {MAX_COMPONENT_BYTES} bytes")]
    TooLarge,
    /// It is no component, or asks for imports that no plugin gets, or lacks what a plugin has.
    #[error("this is no component of a plugin: {0}")]
    NotAPlugin(String),
    #[error("`describe` failed: {0}")]
    Describe(End),
    #[error(transparent)]
    Manifest(#[from] ManifestError),
}

impl LoadError {
    /// Stable, for programs.
    pub fn code(&self) -> &str {
        match self {
            LoadError::TooLarge => "component_too_large",
            LoadError::NotAPlugin(_) => "component_invalid",
            LoadError::Describe(end) => end.code(),
            LoadError::Manifest(error) => error.code(),
        }
    }
}

/// For whom a job runs, beside what the plugin may know.
pub struct Client {
    pub services: Arc<dyn Services>,
    /// Whose vendor limits count: the connection's id.
    pub connection: String,
    /// True ends the run.
    pub stop: watch::Receiver<bool>,
    /// Whether all calls and their answers are kept.
    pub record: bool,
}

impl Plugin {
    pub fn manifest(&self) -> &Arc<Manifest> {
        &self.manifest
    }
}

impl Host {
    /// Starts the engine.
    ///
    /// # Errors
    /// When the system does not grant the addresses for the sandboxes.
    pub fn new(settings: &Settings, broker: Arc<Broker>) -> Result<Host, EngineError> {
        Ok(Host { engine: Engine::new(settings)?, broker, places: Semaphore::new(settings.sandboxes as usize) })
    }

    /// The broker of this host.
    pub fn broker(&self) -> &Arc<Broker> {
        &self.broker
    }

    /// Compiles a component or takes it from the cache, and asks it for its manifest.
    ///
    /// # Errors
    /// When it is no plugin, or its manifest is not in order.
    pub async fn load(&self, component: &[u8]) -> Result<Plugin, LoadError> {
        if component.len() > MAX_COMPONENT_BYTES {
            return Err(LoadError::TooLarge);
        }
        let not_a_plugin =
            |error: wasmtime::Error| LoadError::NotAPlugin(format!("{error:#}").chars().take(500).collect());
        // A component of ten megabytes is compiled for seconds: not on a thread on which others wait.
        let (engine, bytes) = (Arc::clone(&self.engine), component.to_vec());
        let component = tokio::task::spawn_blocking(move || engine.component(&bytes))
            .await
            .map_err(|error| LoadError::NotAPlugin(error.to_string()))?
            .map_err(not_a_plugin)?;
        let built_for = built_for(&component, &self.engine.wasm);
        let newest = version(CONTRACT).unwrap_or_default();
        if let Some(newer) = built_for.filter(|(major, minor, _)| *major != newest.0 || *minor > newest.1) {
            let (major, minor, patch) = newer;
            return Err(ManifestError::Contract(format!("{major}.{minor}.{patch}")).into());
        }
        let ready = self.engine.linker.instantiate_pre(&component).map_err(not_a_plugin)?;
        let guest = Arc::new(guest::GuestIndices::new(&ready).map_err(not_a_plugin)?);
        let order = Order {
            job: no_job(),
            account: String::new(),
            connection: None,
            settings: Default::default(),
            now_ms: 0,
            seed: [0; 32],
        };
        let mut sandbox = Sandbox::new(None, order, World::None, false);
        sandbox.bounds.compute = DESCRIBE_TIME;
        let mut store = self.store(sandbox);
        let _place = self.places.acquire().await;
        let _ticking = self.engine.ticker.ticking();
        let meter = Arc::clone(&store.data().meter);
        let described = meter.run(async {
            let instance = ready.instantiate_async(&mut store).await?;
            guest.load(&mut store, &instance)?.call_describe(&mut store).await
        });
        let json = described.await.map_err(|error| LoadError::Describe(ending(&error)))?;
        let manifest = Manifest::parse(json.as_bytes())?;
        // A hub of the version that the manifest names has to be able to run it.
        if let (Some(built_for), Some(named)) = (built_for, version(&manifest.contract))
            && built_for.1 > named.1
        {
            let problem = format!("the component was built for {}.{}.{}", built_for.0, built_for.1, built_for.2);
            return Err(ManifestError::Invalid { field: "contract".into(), problem }.into());
        }
        Ok(Plugin { manifest: Arc::new(manifest), ready, guest })
    }

    /// Does one job in a fresh sandbox. Never fails: how it ended is in the answer. Dropping the future ends the run.
    pub async fn run(&self, plugin: &Plugin, order: Order, client: Client) -> Run {
        let until = Instant::now() + Duration::from_secs(plugin.manifest.limits.run_seconds.into());
        let errand = Errand {
            manifest: Arc::clone(&plugin.manifest),
            connection: client.connection,
            account: order.account.clone(),
            until,
            named: Default::default(),
        };
        let live = Live { services: client.services, broker: Arc::clone(&self.broker), errand };
        self.perform(plugin, order, World::Hub(Box::new(live)), client.record, until, client.stop).await
    }

    /// Repeats a recorded run without the hub or any vendor. The same plugin ends the same way with the same writes.
    pub async fn replay(&self, plugin: &Plugin, recording: &Recording) -> Run {
        let until = Instant::now() + Duration::from_secs(plugin.manifest.limits.run_seconds.into());
        let (_keep, stop) = watch::channel(false);
        let world = World::Recording { calls: recording.calls.clone().into(), at: 0 };
        self.perform(plugin, recording.order.clone(), world, true, until, stop).await
    }

    async fn perform(
        &self,
        plugin: &Plugin,
        order: Order,
        world: World,
        record: bool,
        until: Instant,
        mut stop: watch::Receiver<bool>,
    ) -> Run {
        let job = order.job.clone();
        let sandbox = Sandbox::new(Some(Arc::clone(&plugin.manifest)), order, world, record);
        let meter = Arc::clone(&sandbox.meter);
        let mut store = self.store(sandbox);
        let called = async {
            let _place = self.places.acquire().await;
            let _ticking = self.engine.ticker.ticking();
            let sandboxed = async {
                let instance = plugin.ready.instantiate_async(&mut store).await?;
                plugin.guest.load(&mut store, &instance)?.call_run(&mut store, &job).await
            };
            meter.run(sandboxed).await
        };
        let outcome = tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => Err(End::Stopped),
            () = tokio::time::sleep_until(until.into()) => Err(End::Bound(Bound::Time)),
            called = called => match called {
                Ok(Ok(result)) if result.len() > MAX_RESULT => Err(End::Bound(Bound::Result)),
                Ok(Ok(result)) if serde_json::from_str::<serde::de::IgnoredAny>(&result).is_err() => {
                    Err(End::Trap("the result is not JSON".into()))
                }
                Ok(Ok(result)) => Ok(result),
                Ok(Err(failure)) => Err(End::Failure(failure)),
                Err(error) => Err(ending(&error)),
            },
        };
        let sandbox = store.into_data();
        let used = Used {
            compute_us: u64::try_from(meter.computed().as_micros()).unwrap_or(u64::MAX),
            wait_us: u64::try_from(meter.waited().as_micros()).unwrap_or(u64::MAX),
            memory_bytes: sandbox.bounds.peak as u64,
            calls: sandbox.calls,
        };
        let unheard = match &sandbox.world {
            World::Recording { calls, .. } if outcome.is_ok() && !calls.is_empty() => Some(calls.len()),
            _ => None,
        };
        let outcome = match unheard {
            Some(left) => Err(End::Diverged {
                at: sandbox.recording.as_ref().map_or(0, Vec::len) + 1,
                expected: format!("{left} more calls"),
                asked: "the end".into(),
            }),
            None => outcome,
        };
        let staged = if outcome.is_ok() { sandbox.staged } else { Default::default() };
        let recording = sandbox.recording.map(|calls| Recording {
            format: Recording::FORMAT,
            plugin: plugin.manifest.key.clone(),
            version: plugin.manifest.version.clone(),
            order: sandbox.order,
            calls,
            outcome: outcome.clone(),
            staged: staged.clone(),
            log: sandbox.log.clone(),
        });
        Run { outcome, staged, log: sandbox.log, used, recording }
    }

    fn store(&self, sandbox: Sandbox) -> Store<Sandbox> {
        let budget = u64::try_from(sandbox.bounds.compute.as_millis()).unwrap_or(u64::MAX);
        let mut store = Store::new(&self.engine.wasm, sandbox);
        store.limiter(|sandbox| sandbox);
        store.set_hostcall_fuel(CALL_BYTES);
        store.set_max_component_handles(MAX_HANDLES);
        store.set_epoch_deadline(budget.clamp(1, TURN));
        store.epoch_deadline_callback(|store| {
            let sandbox = store.data();
            let left = sandbox.bounds.compute.saturating_sub(sandbox.meter.computed());
            if left.is_zero() {
                return Err(wasmtime::Error::new(Halt(End::Bound(Bound::Compute))));
            }
            Ok(UpdateDeadline::Yield(u64::try_from(left.as_millis()).unwrap_or(TURN).clamp(1, TURN)))
        });
        store
    }
}

/// The newest version of the contract that a component's imports and exports name.
fn built_for(component: &Component, engine: &wasmtime::Engine) -> Option<(u32, u32, u32)> {
    let types = component.component_type();
    let imports = types.imports(engine).map(|(name, _)| name.to_owned());
    let exports = types.exports(engine).map(|(name, _)| name.to_owned());
    imports.chain(exports).filter_map(|name| version(name.strip_prefix("fashionos:plugin/")?.split_once('@')?.1)).max()
}

fn no_job() -> guest::Job {
    guest::Job { name: String::new(), payload: String::new(), body: Vec::new(), key: String::new(), attempt: 0 }
}

/// What ended a sandbox.
fn ending(error: &wasmtime::Error) -> End {
    if let Some(Halt(end)) = error.downcast_ref::<Halt>() {
        return end.clone();
    }
    if let Some(Trap::StackOverflow) = error.downcast_ref::<Trap>() {
        return End::Bound(Bound::Stack);
    }
    let words = format!("{error:#}");
    // Wasmtime has no type for this one.
    if words.contains("fuel allocated for hostcalls has been exhausted") {
        return End::Bound(Bound::CallBytes);
    }
    End::Trap(words.chars().take(2_000).collect())
}
