//! What a plugin does to the world happens once for its key, whatever happens between the request and its answer.

use serde_json::{Value, json};

use crate::probe::{Probe, Vendor};

fn write(path: &str, effect: &str, body: &str) -> Value {
    json!({"method": "POST", "url": format!("https://api.vendor.example/v1/{path}"), "effect": effect, "key": "key-1", "body": body})
}

#[tokio::test]
async fn an_answered_effect_is_not_sent_again() {
    let vendor = Vendor::start().await;
    let probe = Probe::start(vendor.routes()).await;
    for effect in ["once", "idempotent", "once_checked", "once"] {
        assert_eq!(probe.send(write("thing", effect, "{}")).await["body"], "{\"made\":true}");
    }
    let heard = vendor.heard();
    assert_eq!(heard.len(), 1);
    assert_eq!(heard[0].header("idempotency-key"), Some("key-1"));
}

#[tokio::test]
async fn an_effect_whose_answer_was_lost_is_not_guessed() {
    let vendor = Vendor::start().await;
    let probe = Probe::start(vendor.routes()).await;
    assert_eq!(probe.send(write("broken", "once", "{}")).await, json!({"unreachable": "vendor_unreachable"}));
    assert_eq!(probe.send(write("broken", "once", "{}")).await, json!("unsettled"), "nobody knows whether it was done");
    assert_eq!(vendor.heard().len(), 1);
    // Whoever has looked may send; a vendor that keeps the key may be asked again.
    assert_eq!(probe.send(write("broken", "once_checked", "{}")).await, json!({"unreachable": "vendor_unreachable"}));
    assert_eq!(probe.send(write("broken", "idempotent", "{}")).await, json!({"unreachable": "vendor_unreachable"}));
    assert_eq!(vendor.heard().len(), 3);
}

#[tokio::test]
async fn a_key_is_for_one_request() {
    let vendor = Vendor::start().await;
    let probe = Probe::start(vendor.routes()).await;
    assert_eq!(probe.send(write("thing", "once", "{\"amount\":1}")).await["status"], 200);
    assert_eq!(probe.send(write("thing", "once", "{\"amount\":2}")).await, json!({"denied": "key_reused"}));
    assert_eq!(probe.send(write("other", "once", "{\"amount\":1}")).await, json!({"denied": "key_reused"}));
    assert_eq!(vendor.heard().len(), 1);
}

#[tokio::test]
async fn what_the_vendor_refused_was_not_done_and_what_failed_within_may_have_been() {
    let vendor = Vendor::start().await;
    let probe = Probe::start(vendor.routes()).await;
    assert_eq!(probe.send(write("refuse", "once", "{}")).await["status"], 422);
    assert_eq!(probe.send(write("refuse", "once", "{}")).await["status"], 422, "asked again");
    let busy = |effect: &str| {
        let mut request = write("busy", effect, "{}");
        request["key"] = "key-2".into();
        request
    };
    assert_eq!(probe.send(busy("once")).await["status"], 503);
    assert_eq!(probe.send(busy("once")).await, json!("unsettled"));
}

#[tokio::test]
async fn an_error_inside_an_answer_can_be_told() {
    let vendor = Vendor::start().await;
    let probe = Probe::start(vendor.routes()).await;
    assert_eq!(probe.send(write("thing", "once", "{}")).await["status"], 200);
    probe.told(json!([{"do": "not_done", "key": "key-1"}])).await;
    assert_eq!(probe.send(write("thing", "once", "{}")).await["status"], 200);
    assert_eq!(vendor.heard().len(), 2);
}
