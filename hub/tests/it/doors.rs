use serde_json::{Value, json};

use crate::support::{Show, TestHub};

async fn post(hub: &TestHub, token: &str, path: &str, body: Value) -> (u16, Value) {
    let answer = reqwest::Client::new()
        .post(format!("{}{path}", hub.url()))
        .bearer_auth(token)
        .json(&body)
        .send()
        .await
        .expect("the hub answers");
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap_or(Value::Null))
}

async fn token(hub: &TestHub, email: &str) -> String {
    let api = hub_client::Api::new(&hub.url()).expect("a URL");
    api.sign_in(email, TestHub::PASSWORD).await.expect("the password is right").access_token
}

/// F074: a producer makes the tiers and gates of a new event; names are unique, tiers of another event are not taken, and
/// a gate with a wrong tier is not half made.
#[tokio::test]
async fn an_event_gets_its_tiers_and_gates() {
    let hub = TestHub::start().await;
    let (show, other) = (Show::with_guests(&hub, 0).await, Show::with_guests(&hub, 0).await);
    let owner = token(&hub, TestHub::OWNER).await;
    let tiers = format!("/v1/events/{}/tiers", show.event_id);
    let gates = format!("/v1/events/{}/gates", show.event_id);

    let front = json!({ "name": "Front row", "type": "vip", "quantity_total": 40, "color": "#a08a6c" });
    let (status, made) = post(&hub, &owner, &tiers, front.clone()).await;
    assert_eq!((status, made["tier"]["type"].as_str()), (201, Some("vip")), "{made}");
    let (status, again) = post(&hub, &owner, &tiers, front).await;
    assert_eq!((status, again["code"].as_str()), (409, Some("conflict")), "{again}");
    for bad in [
        json!({ "name": " ", "quantity_total": 1 }),
        json!({ "name": "x", "quantity_total": -1 }),
        json!({ "name": "x", "type": "gold", "quantity_total": 1 }),
    ] {
        let (status, answer) = post(&hub, &owner, &tiers, bad).await;
        assert_eq!((status, answer["code"].as_str()), (400, Some("invalid_argument")), "{answer}");
    }

    let (status, gate) = post(&hub, &owner, &gates, json!({ "name": "Side", "tier_ids": [made["tier"]["id"]] })).await;
    assert_eq!(status, 201, "{gate}");
    let (status, _) = post(&hub, &owner, &gates, json!({ "name": "Wrong", "tier_ids": [other.tier_id] })).await;
    assert_eq!(status, 404);
    let sql = hub.database.sql().await;
    let count = sql.query_one("select count(*) from event_gates where event_id = $1", &[&show.event_id]).await;
    assert_eq!(count.expect("a count").get::<_, i64>(0), 2, "the show's own and the one that was made");

    hub.member("staff@maison.example", "staff").await;
    let staff = token(&hub, "staff@maison.example").await;
    let (status, answer) = post(&hub, &staff, &tiers, json!({ "name": "Mine", "quantity_total": 1 })).await;
    assert_eq!((status, answer["code"].as_str()), (403, Some("forbidden")));
}
