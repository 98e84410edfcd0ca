//! What a run writes is handed over when it ends well, and is gone when it does not.

use plugin_host::{RecordWrite, Recording, Routes};
use serde_json::json;

use crate::hub_side::code;
use crate::probe::{Probe, Vendor};

#[tokio::test]
async fn a_run_reads_its_own_writes_and_hands_them_over_at_its_end() {
    let probe = Probe::start(Routes::default()).await;
    probe
        .services
        .kv
        .lock()
        .expect("unpoisoned")
        .extend([("a".into(), b"old".to_vec()), ("b".into(), b"old".to_vec())]);
    let run = probe
        .run(json!([
            {"do": "put", "key": "c", "value": "new"}, {"do": "delete", "key": "a"}, {"do": "keys", "prefix": ""},
            {"do": "get", "key": "a"}, {"do": "get", "key": "b"}, {"do": "get", "key": "c"},
            {"do": "upsert", "table": "channel_products", "rows": "[]"},
            {"do": "enqueue", "name": "next", "payload": "{}", "key": "next-1"},
        ]))
        .await;
    let told: Vec<serde_json::Value> = serde_json::from_str(run.outcome.as_ref().expect("well")).expect("an array");
    assert_eq!(told[2..6], [json!(["b", "c"]), json!(null), json!("old"), json!("new")]);
    assert_eq!(run.staged.kv.get("a"), Some(&None));
    assert_eq!(run.staged.kv.get("c"), Some(&Some(b"new".to_vec())));
    assert!(matches!(&run.staged.records[..], [RecordWrite::Upsert { table, .. }] if table == "channel_products"));
    assert_eq!(run.staged.jobs.len(), 1);
    assert_eq!(probe.services.kv.lock().expect("unpoisoned").len(), 2, "nothing is written before the end");
}

#[tokio::test]
async fn a_run_that_fails_has_written_nothing() {
    let probe = Probe::start(Routes::default()).await;
    for (end, expected) in [
        (json!({"do": "panic"}), "plugin_crashed"),
        (json!({"do": "fail", "kind": "permanent"}), "as_asked"),
        (json!({"do": "fail", "kind": "later"}), "as_asked"),
        (json!({"do": "fail", "kind": "cancelled"}), "cancelled"),
        (json!({"do": "allocate", "bytes": 100_000_000}), "memory_exceeded"),
    ] {
        let run = probe.run(json!([{"do": "put", "key": "c", "value": "new"}, end])).await;
        assert_eq!(code(&run), expected);
        assert_eq!(run.staged, Default::default());
    }
}

#[tokio::test]
async fn quotas_and_names_are_checked_when_the_plugin_writes() {
    let probe = Probe::start(Routes::default()).await;
    let told = probe
        .told(json!([
            {"do": "put", "key": "k", "value": "x".repeat(20_000)}, {"do": "put", "key": "", "value": ""},
            {"do": "enqueue", "name": "unknown", "payload": "{}", "key": "1"},
            {"do": "enqueue", "name": "next", "payload": "not json", "key": "1"},
            {"do": "update", "table": "products", "query": ""}, {"do": "random", "count": 2_000},
        ]))
        .await;
    for (answer, code) in
        told.iter().zip(["kv_full", "key_invalid", "job_unknown", "payload_invalid", "query_empty", "too_many"])
    {
        assert!(answer["failure"].as_str().is_some_and(|text| text.contains(code)), "{code}: {answer}");
    }
    let flood: Vec<_> = (0..1_001).map(|_| json!({"do": "update", "table": "products", "query": "id=eq.1"})).collect();
    assert_eq!(code(&probe.run(json!(flood)).await), "staged_exceeded");
}

/// A third party repeats a failure on another machine: no hub, no vendor, the same bytes.
#[tokio::test]
async fn a_recorded_run_is_repeated_without_the_vendor() {
    let vendor = Vendor::start().await;
    let probe = Probe::start(vendor.routes()).await;
    let steps = json!([
        {"do": "facts"}, {"do": "random", "count": 16}, {"do": "progress", "done": 5}, {"do": "file", "file": "look"},
        {"do": "select", "query": "products?select=id"}, {"do": "say", "text": "hello", "times": 3},
        {"do": "send", "method": "GET", "url": "https://api.vendor.example/v1/echo", "authorization": "header", "credential": "token"},
        {"do": "put", "key": "c", "value": "new"}, {"do": "fail", "kind": "conflict"},
    ]);
    let recording = probe.run(steps).await.recording.expect("a recording");
    let json = recording.to_json();
    drop(vendor);
    let elsewhere = Probe::start(Routes::default()).await;
    for _ in 0..100 {
        let read = Recording::parse(&json).expect("a recording");
        let again = elsewhere.host.replay(&elsewhere.plugin, &read).await;
        assert_eq!(code(&again), "as_asked");
        assert_eq!(again.recording.expect("a recording").to_json(), json);
    }
    let mut other = recording;
    other.order.job.payload = json!({"steps": [{"do": "get", "key": "x"}]}).to_string();
    assert_eq!(code(&elsewhere.host.replay(&elsewhere.plugin, &other).await), "replay_diverged");
}

/// F278, since contract 1.1.0: a seller in two marketplaces is one account with two connections; a run is told for which it is.
#[tokio::test]
async fn a_run_knows_its_connection() {
    let probe = Probe::start(Routes::default()).await;
    let run = probe.run(json!([{"do": "connection"}])).await;
    let connected =
        json!([{"id": "connection-1", "account": "maison-vale.example.com", "marketplace": "A1PA6795UKMFR9"}]);
    assert_eq!(run.outcome.as_deref().map(|text| serde_json::from_str(text).expect("JSON")), Ok(connected));
}
