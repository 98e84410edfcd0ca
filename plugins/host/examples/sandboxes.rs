//! What sandboxes cost: `cargo run --release -p plugin-host --example sandboxes`. Prints one line of JSON. Medians; the
//! machine should have nothing else to do.

#[path = "../tests/it/components.rs"]
#[allow(dead_code, reason = "shared with the tests")]
mod components;
#[path = "../tests/it/hub_side.rs"]
#[allow(dead_code, reason = "shared with the tests")]
mod hub_side;

use std::sync::Arc;
use std::time::{Duration, Instant};

use components::{component, manifest_with, running};
use hub_side::{Memory, order};
use plugin_host::{Broker, CacheSettings, Client, Host, Plugin, Settings};
use tokio::sync::watch;

const TURNS: usize = 20_000;
/// How this program is asked for the memory of plugins from a cache.
const IDLE: &str = "idle-from";
/// For a component of any size.
const REPEATED: usize = 100;

fn walls(times: Vec<(Duration, Duration)>) -> Vec<Duration> {
    times.into_iter().map(|(wall, _)| wall).collect()
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1e6
}

fn at(mut times: Vec<Duration>, part: f64) -> f64 {
    times.sort_unstable();
    times[((times.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3
}

/// Resident memory of this process, bytes.
fn resident() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    let pages: u64 = pages.split(' ').nth(1).and_then(|text| text.parse().ok()).expect("a number");
    pages * 4_096
}

/// Runs of a plugin: how long each took, and how long it computed.
async fn runs(host: &Host, plugin: &Plugin, services: &Arc<Memory>, turns: usize) -> Vec<(Duration, Duration)> {
    let (_keep, stop) = watch::channel(false);
    let mut times = Vec::with_capacity(turns);
    for _ in 0..turns {
        let client =
            Client { services: Arc::clone(services) as _, connection: "c".into(), stop: stop.clone(), record: false };
        let order = order("{}");
        let began = Instant::now();
        let run = host.run(plugin, order, client).await;
        times.push((began.elapsed(), Duration::from_micros(run.used.compute_us)));
        std::hint::black_box(run.outcome.ok());
    }
    times
}

/// A thousand plugins: a custom section of the binary format with another number in each.
fn many(wasm: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..1_000_u32).map(move |number| [wasm, &[0, 6, 1, b'n'], &number.to_le_bytes()].concat())
}

fn small() -> Vec<u8> {
    running("(call $log (i32.const 1) (i32.const 1152) (i32.const 2))")
}

/// Loads them from a cache and prints what they take, megabytes.
async fn idle_from(folder: &str) {
    let settings = Settings { sandboxes: 64, cache: Some(CacheSettings { folder: folder.into(), key: [1; 32] }) };
    let host = Host::new(&settings, Arc::new(Broker::new(Default::default()))).expect("an engine");
    let services = Arc::new(Memory::default());
    let first = host.load(&small()).await.expect("a plugin");
    runs(&host, &first, &services, 1).await;
    let before = resident();
    let mut idle = Vec::new();
    for wasm in many(&small()) {
        idle.push(host.load(&wasm).await.expect("a plugin"));
    }
    println!("{}", (resident() - before) as f64 / 1e6);
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    if let [_, mode, folder] = std::env::args().collect::<Vec<_>>().as_slice()
        && mode == IDLE
    {
        return idle_from(folder).await;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let settings =
        Settings { sandboxes: 64, cache: Some(CacheSettings { folder: folder.path().into(), key: [1; 32] }) };
    let host = Host::new(&settings, Arc::new(Broker::new(Default::default()))).expect("an engine");
    let services = Arc::new(Memory::default());

    // A string in, a string out, one call of the host.
    let wasm = small();
    let plugin = host.load(&wasm).await.expect("a plugin");
    runs(&host, &plugin, &services, TURNS / 10).await;
    let fresh = median(walls(runs(&host, &plugin, &services, TURNS).await));

    // The same with a hundred calls more: what one costs in a running sandbox.
    let calling = "(loop $again (drop (call $now)) (local.set $i (i32.add (local.get $i) (i32.const 1))) (br_if $again (i32.lt_u (local.get $i) (i32.const 900))))";
    let calls = host.load(&running(calling)).await.expect("a plugin");
    let call = (median(walls(runs(&host, &calls, &services, TURNS / 10).await)) - fresh) / 900.0;

    let built = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/wasm32-unknown-unknown/release/shopify.wasm");
    let (mut cold, mut first, mut cached, mut shared, mut kilobytes) = (0.0, 0.0, 0.0, 0.0, 0);
    // Another component may be named instead.
    let real = std::env::args().nth(1).unwrap_or_else(|| built.into());
    let (mut real_fresh, mut real_computed) = (0.0, 0.0);
    if let Ok(module) = std::fs::read(real) {
        let real = plugin_host::package::componentize(&module).expect("a component");
        kilobytes = real.len() / 1_024;
        let began = Instant::now();
        host.load(&real).await.expect("a plugin");
        cold = began.elapsed().as_secs_f64() * 1e3;
        let mut times = Vec::new();
        for _ in 0..REPEATED {
            let began = Instant::now();
            std::hint::black_box(host.load(&real).await.expect("a plugin").manifest());
            times.push(began.elapsed());
        }
        cached = median(times);
        // While somebody has it: the same component is the same plugin.
        let has = host.load(&real).await.expect("a plugin");
        let mut times = Vec::new();
        for _ in 0..REPEATED {
            let began = Instant::now();
            std::hint::black_box(host.load(&real).await.expect("a plugin").manifest());
            times.push(began.elapsed());
        }
        shared = median(times);
        drop(has);
        // As a hub does that has just started: it knows no file of the cache yet, and checks all of its bytes.
        let settings = Settings { sandboxes: 2, ..settings.clone() };
        let mut times = Vec::new();
        for _ in 0..REPEATED {
            let host = Host::new(&settings, Arc::new(Broker::new(Default::default()))).expect("an engine");
            let began = Instant::now();
            std::hint::black_box(host.load(&real).await.expect("a plugin").manifest());
            times.push(began.elapsed());
        }
        first = median(times);
        let loaded = host.load(&real).await.expect("a plugin");
        // A job that it does not know: it starts, says so, and is dropped.
        let fresh = runs(&host, &loaded, &services, REPEATED).await;
        real_computed = median(fresh.iter().map(|(_, computed)| *computed).collect());
        real_fresh = median(walls(fresh));
    }

    let limits = serde_json::json!({"limits": {"compute_ms": 10, "run_seconds": 5}});
    let endless = component(&manifest_with(limits), "", "(loop $again (br $again))", "");
    let endless = host.load(&endless).await.expect("a plugin");
    let budget = Duration::from_millis(10);
    let ended = runs(&host, &endless, &services, 200).await;
    let over: Vec<Duration> = ended.iter().map(|(wall, _)| wall.saturating_sub(budget)).collect();
    // On a busy machine the run is kept waiting by others; what it computed beyond its budget is the host's to answer for.
    let computed_over: Vec<Duration> = ended.iter().map(|(_, computed)| computed.saturating_sub(budget)).collect();

    let load = std::fs::read_to_string("/proc/loadavg").expect("Linux");
    let load = load.split(' ').next().map(str::to_owned);

    let before = resident();
    let mut idle = Vec::new();
    for wasm in many(&wasm) {
        idle.push(host.load(&wasm).await.expect("a plugin"));
    }
    runs(&host, &idle[0], &services, 1).await;
    let compiled_mb = (resident() - before) as f64 / 1e6;
    // The same in a process that takes them from the cache, as a hub does that has just started.
    let own = std::env::current_exe().expect("this program");
    let told = std::process::Command::new(own).arg(IDLE).arg(folder.path()).output().expect("it runs").stdout;
    let idle_mb: f64 = String::from_utf8_lossy(&told).trim().parse().expect("megabytes");

    println!(
        "{}",
        serde_json::json!({
            "fresh_run_us": fresh, "host_call_us": call,
            "component_kb": kilobytes, "compile_ms": cold, "cached_load_first_after_start_us": first, "cached_load_again_us": cached, "load_of_a_loaded_us": shared, "component_fresh_run_us": real_fresh, "component_computed_us": real_computed,
            "runaway_over_budget_ms_p50": at(over.clone(), 0.5), "runaway_over_budget_ms_p98": at(over, 0.98),
            "runaway_computed_over_budget_ms_p50": at(computed_over.clone(), 0.5),
            "runaway_computed_over_budget_ms_p98": at(computed_over, 0.98),
            "load": load,
            "idle_plugins": idle.len(), "idle_plugins_mb": idle_mb, "idle_plugins_compiled_here_mb": compiled_mb,
        })
    );
}
