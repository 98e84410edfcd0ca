//! Pairing tablets and screens with a short code.

use schemas::{ClientFrame, ClientInfo, DeviceProfile, Encoding, ServerFrame};
use serde_json::json;
use uuid::Uuid;

use crate::support::http::{Answer, http};
use crate::support::{Show, TestHub, Wire};

async fn pair(hub: &TestHub, show: &Show, token: &str) -> Answer {
    let path = format!("/v1/events/{}/pairings", show.event_id);
    let body = json!({"name": "North tablet", "profile": "scan", "gate_id": show.gate_id, "supervisor": true});
    http(hub.server.address, "POST", &path, Some(token), Some(&body)).await
}

async fn claim(hub: &TestHub, code: &str) -> Answer {
    let body = json!({"code": code, "app_version": "1.2"});
    http(hub.server.address, "POST", "/v1/pairings/claim", None, Some(&body)).await
}

/// F273: a code makes one device, with the gate, profile and rights that the producer chose, and whoever types it may use
/// small letters and spaces.
#[tokio::test]
async fn a_code_makes_one_device() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 0).await;
    let owner = hub.token(TestHub::OWNER).await;
    let pairing = pair(&hub, &show, &owner).await;
    assert_eq!(pairing.status, 201, "{pairing:?}");
    let pairing = pairing.json();
    let code = pairing["code"].as_str().expect("a code").to_owned();
    assert_eq!(code.len(), 9);
    assert!(!code.contains(['0', 'O', '1', 'I', '9']), "nothing that is mistaken for something else: {code}");
    assert_eq!(pairing["url"], json!(format!("/pair#{code}")), "in the fragment, which no server logs");
    let paired = claim(&hub, &format!(" {} ", code.to_lowercase().replace('-', " "))).await;
    assert_eq!(paired.status, 201, "{paired:?}");
    let paired = paired.json();
    let device = &paired["device"];
    assert_eq!(device["event_id"], json!(show.event_id));
    assert_eq!((&device["gate_id"], &device["supervisor"]), (&json!(show.gate_id), &json!(true)));
    let again = claim(&hub, &code).await;
    assert_eq!((again.status, again.code().as_str()), (404, "not_found"));

    let token = paired["token"].as_str().expect("a token");
    let mut wire = Wire::open(hub.server.address, Encoding::Json).await;
    let client = ClientInfo { name: "wire".into(), version: "0".into() };
    wire.send(&ClientFrame::Hello { token: token.into(), client }).await;
    let principal = wire
        .receive_where(|frame| match frame {
            ServerFrame::Welcome { principal, .. } => Some(principal),
            _ => None,
        })
        .await;
    assert_eq!((principal.name.as_str(), principal.profile), ("North tablet", Some(DeviceProfile::Scan)));
    assert!(principal.supervisor);
    // A device's token is good for its event and nothing of a person's.
    let event = show.event_id;
    let house = json!({"organization_id": hub.organization_id});
    for (method, path, body) in [
        ("POST", "/auth/v1/logout".to_owned(), None),
        ("GET", "/auth/v1/user".to_owned(), None),
        ("POST", "/v1/session/organization".to_owned(), Some(&house)),
        ("POST", format!("/v1/events/{event}/pairings"), Some(&json!({"name": "x", "profile": "wall"}))),
        ("DELETE", format!("/v1/devices/{}", device["id"].as_str().expect("an id")), None),
        ("GET", format!("/v1/events/{event}/export/guests.csv"), None),
        ("GET", format!("/v1/events/{event}/tickets.zip?format=png"), None),
        ("POST", "/v1/organizations".to_owned(), Some(&json!({"name": "Mine"}))),
    ] {
        let answer = http(hub.server.address, method, &path, Some(token), body).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "forbidden"), "{method} {path}");
    }
    let list = http(hub.server.address, "GET", &format!("/v1/events/{event}/devices"), Some(&owner), None).await;
    assert_eq!(list.json()["devices"][0]["name"], json!("North tablet"));
    assert!(!list.body.contains("token"), "{}", list.body);
}

/// F273: however many claim one code at once, one of them gets the device.
#[tokio::test]
async fn one_of_many_claims_wins() {
    let hub = TestHub::start().await;
    let second = TestHub::serve(&hub.database).await;
    let show = Show::with_guests(&hub, 0).await;
    let code =
        pair(&hub, &show, &hub.token(TestHub::OWNER).await).await.json()["code"].as_str().expect("one").to_owned();
    let mut claims = tokio::task::JoinSet::new();
    for number in 0..20 {
        let address = if number % 2 == 0 { hub.server.address } else { second.address };
        let body = json!({"code": code});
        claims.spawn(async move { http(address, "POST", "/v1/pairings/claim", None, Some(&body)).await.status });
    }
    let mut statuses = claims.join_all().await;
    statuses.sort_unstable();
    assert_eq!((statuses[0], &statuses[1..]), (201, &[404; 19][..]));
    let sql = hub.database.sql().await;
    assert_eq!(sql.query_one("select count(*) from devices", &[]).await.expect("counted").get::<_, i64>(0), 1);
    second.stop().await;
}

/// F273: a code lives ten minutes; guesses are limited; nonsense is unknown like any other wrong code.
#[tokio::test]
async fn codes_expire_and_are_not_guessed() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 0).await;
    let sql = hub.database.sql().await;
    let code =
        pair(&hub, &show, &hub.token(TestHub::OWNER).await).await.json()["code"].as_str().expect("one").to_owned();
    let lives = "select expires_at - now() between interval '9 minutes' and interval '10 minutes' from device_pairings";
    assert!(sql.query_one(lives, &[]).await.expect("asked").get::<_, bool>(0));
    sql.batch_execute("update device_pairings set expires_at = now()").await.expect("time passes");
    let expired = claim(&hub, &code).await;
    for wrong in ["", "ABCD", "AAAA-AAAA", "ÄÖÜß-ABCD", "' or true --", &*"A".repeat(10_000)] {
        let answer = claim(&hub, wrong).await;
        assert_eq!((answer.status, &answer.body), (404, &expired.body), "{wrong:?}");
    }
    let mut guesses = 0;
    while claim(&hub, &format!("GUES-{guesses:04}")).await.code() != "rate_limited" {
        guesses += 1;
        assert!(guesses < 1000, "nobody minds");
    }
    let password = json!({"email": TestHub::OWNER, "password": TestHub::PASSWORD});
    let path = "/auth/v1/token?grant_type=password";
    let elsewhere = async || http(hub.server.address, "POST", path, None, Some(&password)).await.status;
    while claim(&hub, "GUES-LAST").await.code() != "rate_limited" {}
    assert_eq!(elsewhere().await, 429, "nor does the same address go on with passwords");
}

/// F273: who prepares an event pairs for it; others do not, and nobody for an event or gate that is not theirs.
#[tokio::test]
async fn only_producers_pair_and_only_for_their_house() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 0).await;
    let other = Show::with_guests(&hub, 0).await;
    let address = hub.server.address;
    for (role, status) in [("producer", 201), ("staff", 403), ("client", 403), ("attendee", 403)] {
        let email = format!("{role}@maison.example");
        hub.member(&email, role).await;
        assert_eq!(pair(&hub, &show, &hub.token(&email).await).await.status, status, "{role}");
    }
    let owner = hub.token(TestHub::OWNER).await;
    let foreign = hub.other_house().await;
    let wanted = |gate: Uuid, profile: &str, name: &str| json!({"name": name, "profile": profile, "gate_id": gate});
    for (token, event, body, status) in [
        (&foreign.token, show.event_id, wanted(show.gate_id, "scan", "x"), 404),
        (&owner, show.event_id, wanted(other.gate_id, "scan", "x"), 404),
        (&owner, Uuid::from_u128(1), wanted(show.gate_id, "scan", "x"), 404),
        (&owner, show.event_id, wanted(show.gate_id, "root", "x"), 422),
        (&owner, show.event_id, wanted(show.gate_id, "scan", " "), 400),
        (&owner, show.event_id, wanted(show.gate_id, "scan", "a\0b"), 400),
        (&owner, show.event_id, wanted(show.gate_id, "scan", &"x".repeat(101)), 400),
    ] {
        let answer = http(address, "POST", &format!("/v1/events/{event}/pairings"), Some(token), Some(&body)).await;
        assert_eq!(answer.status, status, "{body}: {answer:?}");
    }
    // Nor does anybody revoke what is not theirs.
    let (id, token) = show.pair(&hub, "Tablet", DeviceProfile::Scan, None, false).await;
    let path = format!("/v1/devices/{id}");
    assert_eq!(http(address, "DELETE", &path, Some(&foreign.token), None).await.status, 404);
    assert_eq!(http(address, "DELETE", &path, Some(&hub.token("staff@maison.example").await), None).await.status, 403);
    Wire::hello(address, Encoding::MessagePack, &token).await.settle().await;
}
