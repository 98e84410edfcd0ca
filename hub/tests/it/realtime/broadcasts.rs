use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::http::http;
use crate::support::phoenix::Phoenix;
use crate::support::{Show, TestHub};

fn pushed(topic: &str, reference: &str, event: &str, encoding: u8, body: &[u8]) -> Message {
    let lengths = [0, reference.len(), topic.len(), event.len(), 0].map(|length| u8::try_from(length).expect("short"));
    let parts = [&[3][..], &lengths, &[encoding], reference.as_bytes(), topic.as_bytes(), event.as_bytes(), body];
    Message::binary(parts.concat())
}

/// F246: broadcasts reach the others of a channel in both notations, as text and as bytes, from sockets and from HTTP; the
/// sender only if it asks; a confirmation only if it asks.
#[tokio::test]
async fn broadcasts_reach_everybody_else() {
    let hub = TestHub::start().await;
    let token = hub.token(TestHub::OWNER).await;
    let mut old = Phoenix::open(hub.server.address, "1.0.0").await;
    old.join("lobby", json!({"broadcast": {"self": true}}), &token).await.expect("it may");
    let mut new = Phoenix::open(hub.server.address, "2.0.0").await;
    new.join("lobby", json!({"broadcast": {"ack": true}}), &token).await.expect("it may");

    let message = json!({"type": "broadcast", "event": "défilé", "payload": {"look": 7}});
    old.push("realtime:lobby", "broadcast", None, message.clone()).await;
    assert_eq!(old.wait("broadcast").await, message, "it asked for its own");
    assert_eq!(new.wait("broadcast").await, message);
    new.ask("lobby", "broadcast", message.clone()).await.expect("it asked for confirmation");
    assert_eq!(old.wait("broadcast").await, message);

    new.send(pushed("realtime:lobby", "90", "cue", 1, br#"{"n":1}"#)).await;
    new.reply("90").await.expect("confirmed");
    let cue = json!({"type": "broadcast", "event": "cue", "payload": {"n": 1}});
    assert_eq!(old.wait("broadcast").await, cue);
    let mut third = Phoenix::open(hub.server.address, "2.0.0").await;
    third.join("lobby", json!({}), &token).await.expect("it may");
    new.send(pushed("realtime:lobby", "91", "raw", 0, &[0, 255, 1])).await;
    new.reply("91").await.expect("confirmed");
    let raw = third.wait_for(|said| said.binary.clone()).await;
    assert_eq!(raw, [&[4, 14, 3, 0, 0][..], b"realtime:lobby", b"raw", &[0, 255, 1]].concat());
    assert!(old.settle().await.iter().all(|said| said.event != "broadcast"), "bytes have no place in objects");
    assert!(new.settle().await.iter().all(|said| said.event != "broadcast"), "its own did not come back");

    let body = json!({"messages": [{"topic": "lobby", "event": "http", "payload": {"a": 1}, "private": false}]});
    let address = hub.server.address;
    let sent = http(address, "POST", "/realtime/v1/api/broadcast", Some(&token), Some(&body)).await;
    assert_eq!(sent.status, 202);
    let (path, body_of_one) = ("/realtime/v1/api/broadcast/lobby/events/http", json!({"a": 2}));
    assert_eq!(http(address, "POST", path, Some(&token), Some(&body_of_one)).await.status, 202);
    for number in [1, 2] {
        let heard = old.wait("broadcast").await;
        assert_eq!((&heard["event"], &heard["payload"]["a"]), (&json!("http"), &json!(number)));
    }
    let nobody = http(address, "POST", "/realtime/v1/api/broadcast", None, Some(&body)).await;
    assert_eq!(nobody.status, 401);
    let other = hub.other_house().await;
    let elsewhere = http(address, "POST", "/realtime/v1/api/broadcast", Some(&other.token), Some(&body)).await;
    assert_eq!(elsewhere.status, 202, "to a channel of their own");
    assert!(old.settle().await.iter().all(|said| said.event != "broadcast"), "which is not ours");
}

/// F275: private channels are about something that one sees; guests of a house listen there and are told so when they send.
#[tokio::test]
async fn private_channels_ask_for_rights() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 0).await;
    let sql = hub.database.sql().await;
    let owner = hub.token(TestHub::OWNER).await;
    let model = hub.member("model@maison.example", "model").await;
    let model_token = hub.token("model@maison.example").await;
    let private = json!({"private": true, "broadcast": {"ack": true}});
    let name = format!("event:{}:backstage", show.event_id);
    let mut boss = Phoenix::open(hub.server.address, "2.0.0").await;
    let refused = boss.join("backstage", private.clone(), &owner).await;
    assert_eq!(refused.expect_err("about nothing")["code"], "private_name");
    boss.join(&name, private.clone(), &owner).await.expect("it may");
    let mut guest = Phoenix::open(hub.server.address, "2.0.0").await;
    let refused = guest.join(&name, private.clone(), &model_token).await;
    assert_eq!(refused.expect_err("not theirs")["code"], "forbidden");
    sql.execute(
        "insert into event_members (organization_id, event_id, user_id, role) values ($1, $2, $3, 'viewer')",
        &[&hub.organization_id, &show.event_id, &model],
    )
    .await
    .expect("added");
    guest.join(&name, private, &model_token).await.expect("now it may");
    let message = json!({"type": "broadcast", "event": "call", "payload": {}});
    let denied = guest.ask(&name, "broadcast", message.clone()).await;
    assert_eq!(denied.expect_err("listens only")["code"], "forbidden");
    let shown = guest.ask(&name, "presence", json!({"event": "track", "payload": {}})).await;
    assert_eq!(shown.expect_err("listens only")["code"], "forbidden");
    boss.ask(&name, "broadcast", message.clone()).await.expect("sent");
    assert_eq!(guest.wait("broadcast").await, message);
    // The same name without the lock is another room.
    let mut open = Phoenix::open(hub.server.address, "2.0.0").await;
    open.join(&name, json!({}), &model_token).await.expect("anybody may");
    boss.ask(&name, "broadcast", message).await.expect("sent");
    assert!(open.settle().await.iter().all(|said| said.event != "broadcast"));
}

/// F246: twenty clients show themselves, five are cut off; everybody who is left sees the same fifteen, and one who comes
/// back is there once.
#[tokio::test]
async fn presence_converges() {
    let hub = TestHub::start().await;
    let token = hub.token(TestHub::OWNER).await;
    let join = |key: String| json!({"presence": {"key": key, "enabled": true}});
    let mut clients = Vec::new();
    for number in 0..20 {
        let mut client = Phoenix::open(hub.server.address, ["1.0.0", "2.0.0"][number % 2]).await;
        client.join("desk", join(format!("desk{number}")), &token).await.expect("it may");
        let track = json!({"type": "presence", "event": "track", "payload": {"at": number}});
        client.ask("desk", "presence", track).await.expect("shown");
        clients.push(client);
    }
    clients.truncate(15);
    let mut back = Phoenix::open(hub.server.address, "2.0.0").await;
    back.join("desk", join("desk19".into()), &token).await.expect("it may");
    let track = json!({"type": "presence", "event": "track", "payload": {"at": 99}});
    back.ask("desk", "presence", track).await.expect("shown");
    clients.push(back);
    let expected: Vec<String> = (0..15).map(|number| format!("desk{number}")).chain(["desk19".to_owned()]).collect();
    for client in &mut clients {
        let mut there = std::collections::BTreeMap::<String, Vec<Value>>::new();
        loop {
            let said = client.next().await.expect("the socket is open");
            let metas = |of: &Value, key: &str| of[key]["metas"].as_array().cloned().unwrap_or_default();
            match said.event.as_str() {
                "presence_state" => {
                    for key in said.payload.as_object().expect("an object").keys() {
                        there.insert(key.clone(), metas(&said.payload, key));
                    }
                }
                "presence_diff" => {
                    for key in said.payload["joins"].as_object().expect("an object").keys() {
                        there.entry(key.clone()).or_default().extend(metas(&said.payload["joins"], key));
                    }
                    for key in said.payload["leaves"].as_object().expect("an object").keys() {
                        let left = metas(&said.payload["leaves"], key);
                        let metas = there.get_mut(key).expect("only who is there leaves");
                        metas.retain(|meta| !left.iter().any(|left| left["phx_ref"] == meta["phx_ref"]));
                        if metas.is_empty() {
                            there.remove(key);
                        }
                    }
                }
                _ => {}
            }
            let mut wanted = expected.clone();
            wanted.sort();
            let whole = there.keys().cloned().collect::<Vec<_>>() == wanted;
            if whole && there["desk19"].len() == 1 && there["desk19"][0]["at"] == 99 {
                break;
            }
        }
    }
}
