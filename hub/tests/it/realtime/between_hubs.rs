use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::TestHub;
use crate::support::http::http;
use crate::support::phoenix::{Phoenix, Said};
use crate::support::process::within;

/// Who came or went, by key.
fn diff(said: &Said, part: &str, key: &str) -> Option<Value> {
    (said.event == "presence_diff").then(|| said.payload[part].get(key).cloned()).flatten()
}

async fn channel(hub: std::net::SocketAddr, key: &str, token: &str) -> Phoenix {
    let mut socket = Phoenix::open(hub, "2.0.0").await;
    let config = json!({"broadcast": {"ack": true}, "presence": {"key": key, "enabled": true}});
    socket.join("lobby", config, token).await.expect("it may");
    socket
}

/// Broadcasts (short and long, of text and of bytes, by socket and HTTP) and presences of one hub's members reach another's, in
/// the order in which they were sent and once each; whoever comes later sees who is there on all hubs; other houses hear nothing;
/// and whoever showed themselves on a hub that ends is told as gone.
#[tokio::test]
async fn channels_have_members_on_several_hubs() {
    let hub = TestHub::start().await;
    let second = TestHub::serve(&hub.database).await;
    let (owner, other) = (hub.token(TestHub::OWNER).await, hub.other_house().await);
    let mut anna = channel(hub.server.address, "anna", &owner).await;
    anna.ask("lobby", "presence", json!({"type": "presence", "event": "track", "payload": {"at": "the door"}}))
        .await
        .expect("shown");
    let mut bruno = channel(second.address, "bruno", &owner).await;
    let mut stranger = channel(second.address, "stranger", &other.token).await;

    // Who is there already, on another hub; whoever comes; what they show instead; whoever goes.
    let here = bruno
        .wait_for(|said| match said.event.as_str() {
            "presence_state" => said.payload.get("anna").cloned(),
            _ => diff(said, "joins", "anna"),
        })
        .await;
    assert_eq!(here["metas"][0]["at"], "the door");
    let shows = |at: &str| json!({"type": "presence", "event": "track", "payload": {"at": at}});
    bruno.ask("lobby", "presence", shows("the wall")).await.expect("shown");
    assert_eq!(anna.wait_for(|said| diff(said, "joins", "bruno")).await["metas"][0]["at"], "the wall");
    bruno.ask("lobby", "presence", shows("the bar")).await.expect("shown");
    assert_eq!(anna.wait_for(|said| diff(said, "leaves", "bruno")).await["metas"][0]["at"], "the wall");
    assert_eq!(anna.wait_for(|said| diff(said, "joins", "bruno")).await["metas"][0]["at"], "the bar");

    // Far more than a notification of the database holds, and many at once.
    let long = "x".repeat(200_000);
    let message =
        |number: u64, text: &str| json!({"type": "broadcast", "event": "cue", "payload": {"n": number, "text": text}});
    anna.ask("lobby", "broadcast", message(0, &long)).await.expect("sent");
    for number in 1..=300 {
        anna.push("realtime:lobby", "broadcast", None, message(number, "go")).await;
        if number % 50 == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        }
    }
    for number in 0..=300 {
        let heard = within(bruno.wait("broadcast")).await;
        assert_eq!(heard["payload"]["n"], number, "in order, once each");
        assert_eq!(heard["payload"]["text"].as_str().map(str::len), Some(if number == 0 { long.len() } else { 2 }));
    }
    let (topic, event) = ("realtime:lobby", "raw");
    let lengths = [0, 2, topic.len(), event.len(), 0].map(|length| u8::try_from(length).expect("short"));
    let bytes = [&[3][..], &lengths, &[0], b"77", topic.as_bytes(), event.as_bytes(), &[0, 255, 1]].concat();
    bruno.send(Message::binary(bytes)).await;
    let raw = within(anna.wait_for(|said| said.binary.clone())).await;
    assert_eq!(raw, [&[4, 14, 3, 0, 0][..], b"realtime:lobby", b"raw", &[0, 255, 1]].concat());
    let (path, body) = ("/realtime/v1/api/broadcast/lobby/events/http", json!({"a": "\u{0}1"}));
    assert_eq!(http(second.address, "POST", path, Some(&owner), Some(&body)).await.status, 202);
    assert_eq!(within(anna.wait("broadcast")).await["payload"], body);
    let strange = stranger.settle().await;
    assert!(
        strange.iter().all(|said| said.event != "broadcast" && diff(said, "joins", "anna").is_none()),
        "a channel of the same name in another house is another channel"
    );

    second.stop().await;
    let left = within(anna.wait_for(|said| diff(said, "leaves", "bruno"))).await;
    assert_eq!(left["metas"][0]["at"], "the bar", "a hub that ends takes its members with it");
}
