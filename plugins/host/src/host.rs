//! The host: loads plugins and runs their jobs, each in a sandbox of its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use blake3::Hash;
use tokio::sync::{Semaphore, watch};
use wasmtime::component::{Component, InstancePre};
use wasmtime::{Store, Trap, UpdateDeadline};

use crate::broker::{Broker, Errand};
use crate::cache::Compiled;
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
/// Plugins by their hashes, before those that nobody has any more are forgotten.
const MAX_REMEMBERED: usize = 4_096;
/// Largest component that is looked up in the cache where it is asked for, bytes: half a millisecond at most.
const MAX_LOOKED_UP_HERE: usize = 512 * 1024;
/// What `describe` may compute.
const DESCRIBE_TIME: Duration = Duration::from_millis(100);

/// Runs plugins.
pub struct Host {
    engine: Arc<Engine>,
    broker: Arc<Broker>,
    /// One for each sandbox of the pool.
    places: Semaphore,
    /// Plugins that somebody has, by the hashes of their components: who brings the same component gets the same plugin.
    loaded: Mutex<HashMap<Hash, Weak<Ready>>>,
}

/// A plugin that is ready to run. Cheap to clone.
#[derive(Clone)]
pub struct Plugin(Arc<Ready>);

struct Ready {
    manifest: Arc<Manifest>,
    instance: InstancePre<Sandbox>,
    guest: guest::GuestIndices,
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
        &self.0.manifest
    }
}

impl Host {
    /// Starts the engine.
    ///
    /// # Errors
    /// When the system does not grant the addresses for the sandboxes.
    pub fn new(settings: &Settings, broker: Arc<Broker>) -> Result<Host, EngineError> {
        Ok(Host {
            engine: Engine::new(settings)?,
            broker,
            places: Semaphore::new(settings.sandboxes as usize),
            loaded: Mutex::default(),
        })
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
        let source = blake3::hash(component);
        let loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner).get(&source).and_then(Weak::upgrade);
        if let Some(ready) = loaded {
            return Ok(Plugin(ready));
        }
        let ready = Arc::new(self.ready(component, source).await?);
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if loaded.len() >= MAX_REMEMBERED {
            loaded.retain(|_, plugin| plugin.strong_count() > 0);
        }
        loaded.insert(source, Arc::downgrade(&ready));
        Ok(Plugin(ready))
    }

    /// Takes a component from the cache, or compiles it and asks it for its manifest.
    async fn ready(&self, component: &[u8], source: Hash) -> Result<Ready, LoadError> {
        let small = component.len() <= MAX_LOOKED_UP_HERE;
        let cache = self.engine.cache.as_ref();
        if let Some(found) = cache.filter(|_| small).and_then(|cache| cache.find(&self.engine.wasm, source)) {
            let linked = self.linked(&found.component)?;
            return ready(&found, &self.engine.wasm, linked);
        }
        // A component of ten megabytes is compiled for seconds: not on a thread on which others wait.
        let (engine, bytes) = (Arc::clone(&self.engine), component.to_vec());
        let found = elsewhere(move || {
            let cache = engine.cache.as_ref().filter(|_| !small);
            match cache.and_then(|cache| cache.find(&engine.wasm, source)) {
                Some(found) => Ok(Found::Kept(found)),
                None => Component::from_binary(&engine.wasm, &bytes).map(Found::Compiled),
            }
        });
        let component = match found.await?.map_err(not_a_plugin)? {
            Found::Compiled(component) => component,
            Found::Kept(found) => {
                let linked = self.linked(&found.component)?;
                return ready(&found, &self.engine.wasm, linked);
            }
        };
        let (instance, guest) = self.linked(&component)?;
        let description = self.describe(&instance, &guest).await?;
        let compiled = Compiled { component, description };
        let ready = ready(&compiled, &self.engine.wasm, (instance, guest))?;
        let engine = Arc::clone(&self.engine);
        if engine.cache.is_some() {
            elsewhere(move || engine.cache.as_ref().map(|cache| cache.keep(source, &compiled))).await?;
        }
        Ok(ready)
    }

    /// Checks that this hub speaks the contract that a component was built for, and finds its exports.
    fn linked(&self, component: &Component) -> Result<Linked, LoadError> {
        let newest = version(CONTRACT).unwrap_or_default();
        let newer = built_for(component, &self.engine.wasm);
        if let Some(newer) = newer.filter(|(major, minor, _)| *major != newest.0 || *minor > newest.1) {
            let (major, minor, patch) = newer;
            return Err(ManifestError::Contract(format!("{major}.{minor}.{patch}")).into());
        }
        let instance = self.engine.linker.instantiate_pre(component).map_err(not_a_plugin)?;
        let guest = guest::GuestIndices::new(&instance).map_err(not_a_plugin)?;
        Ok((instance, guest))
    }

    /// Asks a component for its manifest, in a sandbox in which it can do nothing else.
    async fn describe(&self, ready: &InstancePre<Sandbox>, guest: &guest::GuestIndices) -> Result<String, LoadError> {
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
        described.await.map_err(|error| LoadError::Describe(ending(&error)))
    }

    /// Does one job in a fresh sandbox. Never fails: how it ended is in the answer. Dropping the future ends the run.
    pub async fn run(&self, plugin: &Plugin, order: Order, client: Client) -> Run {
        let until = Instant::now() + Duration::from_secs(plugin.0.manifest.limits.run_seconds.into());
        let errand = Errand {
            manifest: Arc::clone(&plugin.0.manifest),
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
        let until = Instant::now() + Duration::from_secs(plugin.0.manifest.limits.run_seconds.into());
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
        let sandbox = Sandbox::new(Some(Arc::clone(&plugin.0.manifest)), order, world, record);
        let meter = Arc::clone(&sandbox.meter);
        let mut store = self.store(sandbox);
        let called = async {
            let _place = self.places.acquire().await;
            let _ticking = self.engine.ticker.ticking();
            let sandboxed = async {
                let instance = plugin.0.instance.instantiate_async(&mut store).await?;
                plugin.0.guest.load(&mut store, &instance)?.call_run(&mut store, &job).await
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
            plugin: plugin.0.manifest.key.clone(),
            version: plugin.0.manifest.version.clone(),
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

/// A component that can be instantiated, and where its exports are.
type Linked = (InstancePre<Sandbox>, guest::GuestIndices);

/// What was looked for on another thread.
enum Found {
    Kept(Compiled),
    Compiled(Component),
}

/// Does what takes long on a thread on which nobody waits.
async fn elsewhere<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, LoadError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| LoadError::NotAPlugin(error.to_string()))
}

fn not_a_plugin(error: wasmtime::Error) -> LoadError {
    LoadError::NotAPlugin(format!("{error:#}").chars().take(500).collect())
}

/// Believes a description if it is in order and fits the component.
fn ready(compiled: &Compiled, engine: &wasmtime::Engine, (instance, guest): Linked) -> Result<Ready, LoadError> {
    let manifest = Manifest::parse(compiled.description.as_bytes())?;
    // A hub of the version that the manifest names has to be able to run it.
    if let (Some(built_for), Some(named)) = (built_for(&compiled.component, engine), version(&manifest.contract))
        && built_for.1 > named.1
    {
        let problem = format!("the component was built for {}.{}.{}", built_for.0, built_for.1, built_for.2);
        return Err(ManifestError::Invalid { field: "contract".into(), problem }.into());
    }
    Ok(Ready { manifest: Arc::new(manifest), instance, guest })
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
