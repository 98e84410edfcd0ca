//! Plugins that want more than they may have: each ends with the name of the bound, and the next run is not harmed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use plugin_host::{Client, Host, Plugin};
use tokio::sync::watch;

use crate::components::{component, manifest, manifest_with, running};
use crate::hub_side::{Memory, code, host, order, run};

async fn load(host: &Host, component: Vec<u8>) -> Plugin {
    host.load(&component).await.expect("a plugin")
}

async fn ends(host: &Host, body: &str) -> String {
    let plugin = load(host, running(body)).await;
    code(&run(host, &plugin, "{}").await).to_owned()
}

#[tokio::test]
async fn a_plugin_that_behaves_ends_well() {
    let host = host();
    assert_eq!(ends(&host, "").await, "ok");
}

/// Endless loops, with and without calls of the hub.
#[tokio::test]
async fn whoever_computes_for_ever_is_ended() {
    let host = host();
    assert_eq!(ends(&host, "(loop $again (br $again))").await, "compute_exceeded");
    let calling = "(loop $again (drop (call $now)) (br $again))";
    assert_eq!(ends(&host, calling).await, "calls_exceeded");
    let many_calls =
        manifest_with(serde_json::json!({"limits": {"compute_ms": 20, "run_seconds": 2, "calls": 100_000}}));
    let body = "(loop $again (drop (call $now)) (local.set $i (i32.const 0)) (loop $work (local.set $i (i32.add (local.get $i) (i32.const 1))) (br_if $work (i32.lt_u (local.get $i) (i32.const 1000)))) (br $again))";
    let plugin = load(&host, component(&many_calls, "", body, "")).await;
    assert_eq!(code(&run(&host, &plugin, "{}").await), "compute_exceeded");
    assert_eq!(ends(&host, "").await, "ok", "and the next run is not harmed");
}

#[tokio::test]
async fn whoever_asks_for_too_much_memory_gets_none() {
    let host = host();
    assert_eq!(ends(&host, "(drop (memory.grow (i32.const 1023)))").await, "memory_exceeded");
    let bomb = "(loop $again (br_if $again (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))";
    assert_eq!(ends(&host, bomb).await, "memory_exceeded");
    assert_eq!(ends(&host, "(drop (memory.grow (i32.const 512)))").await, "ok");
}

#[tokio::test]
async fn tables_and_stacks_have_an_end_too() {
    let host = host();
    let table =
        component(&manifest(), "", "(drop (table.grow $t (ref.null func) (i32.const 100000)))", "(table $t 1 funcref)");
    let plugin = load(&host, table).await;
    assert_eq!(code(&run(&host, &plugin, "{}").await), "tables_exceeded");
    let deep = "(drop (call $run (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 8)))";
    assert_eq!(ends(&host, deep).await, "stack_exceeded");
}

#[tokio::test]
async fn a_string_of_a_hundred_megabytes_is_not_taken() {
    let host = host();
    let long = "(drop (memory.grow (i32.const 900))) (call $log (i32.const 1) (i32.const 0) (i32.const 50000000))";
    assert_eq!(ends(&host, long).await, "call_bytes_exceeded");
    let result = "(drop (memory.grow (i32.const 900))) (i32.store (i32.const 1052) (i32.const 50000000))";
    assert_eq!(ends(&host, result).await, "call_bytes_exceeded");
}

#[tokio::test]
async fn a_result_that_is_no_json_or_too_long_is_no_result() {
    let host = host();
    assert_eq!(ends(&host, "(i32.store (i32.const 1052) (i32.const 1))").await, "plugin_crashed");
    assert_eq!(
        ends(&host, "(drop (memory.grow (i32.const 30))) (i32.store (i32.const 1052) (i32.const 300000))").await,
        "result_too_large"
    );
    assert_eq!(
        ends(&host, "(i32.store (i32.const 1048) (i32.const 100000000))").await,
        "plugin_crashed",
        "outside its memory"
    );
}

#[tokio::test]
async fn a_crash_is_told_and_nothing_of_it_is_kept() {
    let host = host();
    let plugin = load(&host, running("(call $log (i32.const 3) (i32.const 1152) (i32.const 2)) unreachable")).await;
    let run = run(&host, &plugin, "{}").await;
    assert_eq!(code(&run), "plugin_crashed");
    assert_eq!(run.log.lines.len(), 1, "what it said before stays");
    assert_eq!(run.staged, Default::default());
}

#[tokio::test]
async fn a_flood_of_lines_is_counted() {
    let host = host();
    let flood = "(loop $again (call $log (i32.const 1) (i32.const 1152) (i32.const 2)) (local.set $i (i32.add (local.get $i) (i32.const 1))) (br_if $again (i32.lt_u (local.get $i) (i32.const 900))))";
    let plugin = load(&host, running(flood)).await;
    let run = run(&host, &plugin, "{}").await;
    assert_eq!((code(&run), run.log.lines.len(), run.log.dropped), ("ok", 500, 400));
}

/// Disabling an install while its job computes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_ends_when_it_is_told_to() {
    let host = Arc::new(host());
    let patient = manifest_with(serde_json::json!({"limits": {"compute_ms": 10_000, "run_seconds": 20}}));
    let plugin = load(&host, component(&patient, "", "(loop $again (br $again))", "")).await;
    let (stop, stopped) = watch::channel(false);
    let client = Client { services: Arc::new(Memory::default()), connection: "c".into(), stop: stopped, record: false };
    let task = tokio::spawn({
        let host = Arc::clone(&host);
        async move { host.run(&plugin, order("{}"), client).await }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let told = Instant::now();
    stop.send(true).expect("it runs");
    let run = task.await.expect("it ended");
    assert_eq!(code(&run), "cancelled");
    assert!(told.elapsed() < Duration::from_secs(1), "{:?}", told.elapsed());
}

/// Two hundred runs at once with eight sandboxes: those without a place wait, and waiting is not computing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_runs_than_sandboxes_take_turns() {
    let host = Arc::new(host());
    let plugin = load(&host, running("(loop $work (local.set $i (i32.add (local.get $i) (i32.const 1))) (br_if $work (i32.lt_u (local.get $i) (i32.const 1000000))))")).await;
    let tasks: Vec<_> = (0..200)
        .map(|_| {
            let (host, plugin) = (Arc::clone(&host), plugin.clone());
            tokio::spawn(async move { code(&run(&host, &plugin, "{}").await).to_owned() })
        })
        .collect();
    let mut ended = std::collections::BTreeMap::new();
    for task in tasks {
        *ended.entry(task.await.expect("it ended")).or_insert(0) += 1;
    }
    assert_eq!(ended.values().sum::<i32>(), 200);
    assert_eq!(ended.keys().map(String::as_str).collect::<Vec<_>>(), ["ok"], "they wait for a sandbox");
}
