use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::support::TestHub;
use crate::support::http::http;
use crate::support::phoenix::{Phoenix, changes};

/// F274: frames that are none, wrong references and wrong payloads are answered with a code; neither the socket nor its
/// neighbour's suffers. Only who sends nothing else is cut off.
#[tokio::test]
async fn hostile_frames_are_answered_and_harm_nobody() {
    let hub = TestHub::start().await;
    let token = hub.token(TestHub::OWNER).await;
    let mut neighbour = Phoenix::open(hub.server.address, "2.0.0").await;
    neighbour.join("lobby", json!({}), &token).await.expect("it may");
    let mut client = Phoenix::open(hub.server.address, "2.0.0").await;
    for (bad, code) in [
        (Message::text(""), "malformed_frame"),
        (Message::text("{}"), "malformed_frame"),
        (Message::text("[1,2,3]"), "malformed_frame"),
        (Message::text(format!("[null,null,\"{}\",\"e\",{{}}]", "t".repeat(300))), "frame_too_large"),
        (Message::text("[".repeat(5000)), "malformed_frame"),
        (Message::binary(vec![]), "malformed_frame"),
        (Message::binary(vec![9, 1, 2]), "unknown_frame"),
        (Message::binary(vec![3, 255, 255, 255, 255, 255, 1]), "malformed_frame"),
    ] {
        client.send(bad.clone()).await;
        let said = client.wait("system").await;
        assert_eq!((&said["status"], &said["extension"]), (&json!("error"), &json!("hub")), "{bad:?}");
        assert!(said["message"].as_str().is_some_and(|message| message.starts_with(code)), "{bad:?}: {said}");
    }
    for (event, payload, code) in [
        ("broadcast", json!({"event": "x"}), "not_joined"),
        ("presence", json!({"event": "track"}), "not_joined"),
        ("phx_join", json!({"config": []}), "invalid_join"),
        ("phx_join", json!({"config": {"broadcast": {"replay": {"since": 1}}}}), "no_replay"),
        ("drop_tables", json!({}), "unknown_event"),
    ] {
        let refused = client.ask("nowhere", event, payload.clone()).await;
        assert_eq!(refused.expect_err(event)["code"], code, "{event} {payload}");
    }
    client.join("lobby", json!({"broadcast": {"ack": true}}), &token).await.expect("it still may");
    for (payload, code) in [
        (json!({}), "invalid_broadcast"),
        (json!({"event": 7}), "invalid_broadcast"),
        (json!({"event": "e".repeat(256)}), "invalid_broadcast"),
        (json!({"event": "e", "payload": "x".repeat(300_000)}), "payload_too_large"),
    ] {
        let refused = client.ask("lobby", "broadcast", payload).await;
        assert_eq!(refused.expect_err(code)["code"], code);
    }
    let large = json!({"event": "track", "payload": {"x": "x".repeat(20_000)}});
    assert_eq!(client.ask("lobby", "presence", large).await.expect_err("large")["code"], "payload_too_large");
    client.ask("lobby", "broadcast", json!({"event": "fine", "payload": {}})).await.expect("it goes on");
    assert_eq!(neighbour.wait("broadcast").await["event"], "fine");
    for _ in 0..30 {
        client.send(Message::text("nonsense")).await;
    }
    while client.next().await.is_some() {}
    assert_eq!(neighbour.settle().await.len(), 0, "the neighbour is still there");
    let version = "/realtime/v1/websocket?vsn=9.9.9";
    assert_eq!(http(hub.server.address, "GET", version, None, None).await.status, 400);
}

/// F274: more messages than one may send are refused one by one, and nothing is closed; more channels than one may join, too.
#[tokio::test]
async fn bounds_refuse_and_close_nothing() {
    let hub = TestHub::start().await;
    let token = hub.token(TestHub::OWNER).await;
    let mut client = Phoenix::open(hub.server.address, "2.0.0").await;
    for number in 0..100 {
        client.join(&format!("room{number}"), json!({}), &token).await.expect("it may");
    }
    let refused = client.join("room100", json!({}), &token).await;
    assert_eq!(refused.expect_err("enough")["code"], "too_many_channels");
    client.ask("room7", "phx_leave", json!({})).await.expect("left");
    client.join("room100", changes(json!([])), &token).await.expect("there is room again");
    let mut references = Vec::new();
    for _ in 0..1500 {
        let message = json!({"event": "spam", "payload": {}});
        references.push(client.push("realtime:room1", "broadcast", None, message).await);
    }
    let heard = client.settle().await;
    let limited = |said: &&crate::support::phoenix::Said| said.payload["response"]["code"] == "rate_limited";
    assert!(heard.iter().filter(limited).count() > 100, "{}", heard.len());
    assert!(
        heard
            .iter()
            .all(|said| said.event != "phx_error" && (said.event != "phx_close" || said.topic == "realtime:room7")),
        "nothing is closed"
    );
    assert!(hub.server.node.channels.len() == 100);
    drop(client);
    let emptied = async {
        while !hub.server.node.channels.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), emptied).await.expect("nothing is left behind");
}
