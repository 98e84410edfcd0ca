//! The engine that compiles components and gives each run a fresh sandbox from a pool.

use std::path::PathBuf;
use std::sync::Arc;

use wasmtime::component::{HasSelf, Linker};
use wasmtime::{Config, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::cache::Cache;
use crate::contract;
use crate::sandbox::Sandbox;
use crate::ticker::Ticker;

/// Largest component, bytes.
pub const MAX_COMPONENT_BYTES: usize = 16 << 20;
/// Stack of a plugin, bytes.
const WASM_STACK: usize = 512 * 1024;
/// Memory of a sandbox that is kept for the next one, bytes: cleared by hand, which is cheaper than giving it back.
const KEPT_RESIDENT: usize = 128 * 1024;
/// Elements of a table; a component of 300 KB has some hundreds.
pub(crate) const MAX_TABLE_ELEMENTS: usize = 20_000;

/// How the host is set up.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Runs at once. Each reserves 4 GiB of addresses (not memory), so that bounds checks cost nothing.
    pub sandboxes: u32,
    /// Compiled components are kept here between starts.
    pub cache: Option<CacheSettings>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { sandboxes: 64, cache: None }
    }
}

/// Where compiled components are kept.
#[derive(Clone)]
pub struct CacheSettings {
    pub folder: PathBuf,
    /// What is read back is machine code: it is believed only with a MAC under this key.
    pub key: [u8; 32],
}

impl std::fmt::Debug for CacheSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CacheSettings").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// Why the host did not start.
#[derive(Debug, thiserror::Error)]
#[error("the plugin engine cannot start: {0}")]
pub struct EngineError(String);

/// The engine, its linker and its clock.
pub(crate) struct Engine {
    pub(crate) wasm: wasmtime::Engine,
    pub(crate) linker: Linker<Sandbox>,
    pub(crate) ticker: Ticker,
    pub(crate) cache: Option<Cache>,
}

impl Engine {
    pub(crate) fn new(settings: &Settings) -> Result<Arc<Engine>, EngineError> {
        let failed = |error: wasmtime::Error| EngineError(format!("{error:#}"));
        let sandboxes = settings.sandboxes.clamp(1, 4_096);
        let mut pool = PoolingAllocationConfig::new();
        pool.total_component_instances(sandboxes)
            .total_core_instances(sandboxes.saturating_mul(8))
            .total_memories(sandboxes)
            .total_tables(sandboxes.saturating_mul(4))
            .total_stacks(sandboxes)
            .max_core_instances_per_component(8)
            .max_memories_per_component(1)
            .max_tables_per_component(4)
            .table_elements(MAX_TABLE_ELEMENTS)
            .max_component_instance_size(1 << 20)
            .max_core_instance_size(1 << 20)
            .linear_memory_keep_resident(KEPT_RESIDENT)
            .table_keep_resident(KEPT_RESIDENT)
            .async_stack_keep_resident(KEPT_RESIDENT);
        let mut config = Config::new();
        config
            .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
            .epoch_interruption(true)
            .max_wasm_stack(WASM_STACK)
            .async_stack_size(2 * WASM_STACK)
            // What only debuggers read would be a sixth of each compiled file; whoever crashes is named by its functions.
            .generate_address_map(false)
            .native_unwind_info(false)
            .wasm_backtrace_max_frames(std::num::NonZeroUsize::new(32));
        let wasm = wasmtime::Engine::new(&config).map_err(failed)?;
        let mut linker = Linker::new(&wasm);
        contract::Plugin::add_to_linker::<_, HasSelf<Sandbox>>(&mut linker, |sandbox| sandbox).map_err(failed)?;
        let ticker = Ticker::start(wasm.clone()).map_err(|error| EngineError(error.to_string()))?;
        Ok(Arc::new(Engine { wasm, linker, ticker, cache: settings.cache.clone().map(Cache::new) }))
    }
}
