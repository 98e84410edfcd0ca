//! A run that was written down ends the same way without the hub.

use plugin_host::{End, Recording};

use crate::components::running;
use crate::hub_side::{code, host, run};

#[tokio::test]
async fn a_replay_is_the_run_byte_for_byte() {
    let host = host();
    let plugin = host
        .load(&running("(call $log (i32.const 1) (i32.const 1152) (i32.const 2)) (drop (call $now))"))
        .await
        .expect("a plugin");
    let first = run(&host, &plugin, "{}").await.recording.expect("a recording").to_json();
    for _ in 0..100 {
        let recording = Recording::parse(&first).expect("a recording");
        let again = host.replay(&plugin, &recording).await.recording.expect("a recording").to_json();
        assert_eq!(again, first);
    }
}

#[tokio::test]
async fn a_replay_of_calls_that_nobody_makes_is_told() {
    let host = host();
    let plugin = host.load(&running("")).await.expect("a plugin");
    let mut recording = run(&host, &plugin, "{}").await.recording.expect("a recording");
    recording.calls.push(
        serde_json::from_value(serde_json::json!({"ask": "kv_get", "key": "x", "answer": {"value": null}}))
            .expect("a call"),
    );
    let run = host.replay(&plugin, &recording).await;
    assert_eq!(code(&run), "replay_diverged");
    assert!(matches!(run.outcome, Err(End::Diverged { at: 1, .. })), "{:?}", run.outcome);
}
