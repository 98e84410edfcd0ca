//! Tokens, requests and ids that belong to nobody or to somebody else.

use std::time::Duration;

use hub::sealing::SigningKey;
use hub_client::JoinOptions;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use schemas::{About, ClientFrame, ClientInfo, Command, DeviceProfile, Encoding, ErrorCode, Topic};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::http::{http, raw};
use crate::support::show::scan;
use crate::support::wire::join;
use crate::support::{Show, TestHub, Wire};

/// F275: a token that is none, or no longer, or somebody else's work, opens nothing: neither a socket nor a request.
#[tokio::test]
async fn tokens_are_judged() {
    let hub = TestHub::start().await;
    let address = hub.server.address;
    let good = hub.token(TestHub::OWNER).await;
    let encode = |text: &str| base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, text);
    let tokens = &hub.server.node.store.tokens;
    let parts: Vec<&str> = good.split('.').collect();
    let claims: Value = jsonwebtoken::dangerous::insecure_decode::<Value>(&good).expect("a JWT").claims;
    let header = jsonwebtoken::decode_header(&good).expect("a JWT");
    let kid = header.kid.clone().expect("a key's id");
    let secret = |algorithm, key: &[u8]| {
        let header = Header { kid: Some(kid.clone()), ..Header::new(algorithm) };
        jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(key)).expect("claims are JSON")
    };
    // What everybody can read of the key, as if it were a secret.
    let published = http(address, "GET", "/.well-known/jwks.json", None, None).await;
    let jwk = published.json()["keys"][0].clone();
    assert!(jwk["d"].is_null() && jwk["kid"] == json!(kid), "{published:?}");
    let x = jwk["x"].as_str().expect("a coordinate").as_bytes().to_vec();
    // Another key under the name of ours.
    let other = SigningKey::generate();
    let forged = other.sign(&claims);
    let renamed = {
        let header = encode(&json!({"typ": "JWT", "alg": "ES256", "kid": kid}).to_string());
        let parts: Vec<&str> = forged.split('.').collect();
        format!("{header}.{}.{}", parts[1], parts[2])
    };
    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        claims
    };
    let none = format!("{}.{}.", encode(r#"{"alg":"none","typ":"JWT"}"#), parts[1]);
    let mut flipped = good.clone().into_bytes();
    let middle = parts[0].len() + 10;
    flipped[middle] = if flipped[middle] == b'A' { b'B' } else { b'A' };
    let now = claims["iat"].as_i64().expect("epoch seconds");
    let cases: Vec<(&str, String, ErrorCode)> = vec![
        ("nothing", String::new(), ErrorCode::InvalidToken),
        ("words", "let me in".into(), ErrorCode::InvalidToken),
        ("no signature", format!("{}.{}.", parts[0], parts[1]), ErrorCode::InvalidToken),
        ("alg none", none.clone(), ErrorCode::InvalidToken),
        ("alg none, old signature", format!("{none}{}", parts[2]), ErrorCode::InvalidToken),
        ("another key", forged, ErrorCode::InvalidToken),
        ("another key, our id", renamed, ErrorCode::InvalidToken),
        ("a secret for a signature", secret(Algorithm::HS256, &[7; 32]), ErrorCode::InvalidToken),
        ("the public key for a secret", secret(Algorithm::HS256, &x), ErrorCode::InvalidToken),
        ("the key set for a secret", secret(Algorithm::HS512, published.body.as_bytes()), ErrorCode::InvalidToken),
        ("no key", secret(Algorithm::HS256, b""), ErrorCode::InvalidToken),
        ("altered", String::from_utf8(flipped).expect("ASCII"), ErrorCode::InvalidToken),
        ("expired", tokens.sign(&with("exp", json!(now - 1))), ErrorCode::TokenExpired),
        ("without an end", tokens.sign(&with("exp", Value::Null)), ErrorCode::InvalidToken),
        ("for others", tokens.sign(&with("aud", json!("anon"))), ErrorCode::InvalidToken),
        ("of nobody", tokens.sign(&with("sub", json!(Uuid::from_u128(9)))), ErrorCode::Revoked),
        ("of no login", tokens.sign(&with("session_id", json!(Uuid::from_u128(9)))), ErrorCode::Revoked),
        ("elsewhere", tokens.sign(&with("org", json!(Uuid::from_u128(9)))), ErrorCode::Revoked),
        ("a device of nobody", "d.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".into(), ErrorCode::InvalidToken),
        ("a refresh token", "r.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".into(), ErrorCode::InvalidToken),
    ];
    for (what, token, code) in &cases {
        let mut wire = Wire::open(address, Encoding::Json).await;
        let client = ClientInfo { name: "wire".into(), version: "0".into() };
        wire.send(&ClientFrame::Hello { token: token.clone(), client }).await;
        assert_eq!(wire.error().await, (*code, true, None), "{what}");
        assert_eq!(wire.receive().await, None, "{what}");
        if !token.is_empty() {
            let answer = http(address, "GET", "/v1/events", Some(token), None).await;
            assert_eq!((answer.status, answer.code()), (401, code.as_str().to_owned()), "{what}");
        }
    }
    assert_eq!(http(address, "GET", "/v1/events", None, None).await.code(), "invalid_token");
    let mut wire = Wire::open(address, Encoding::Json).await;
    let client = ClientInfo { name: "x".repeat(101), version: "0".into() };
    wire.send(&ClientFrame::Hello { token: good.clone(), client }).await;
    assert_eq!(wire.error().await.0, ErrorCode::InvalidArgument);
    Wire::hello(address, Encoding::Json, &good).await.settle().await;
}

/// HTTP that is too much or is no upgrade is answered with a code, and the hub goes on.
#[tokio::test]
async fn hostile_http_is_answered() {
    let hub = TestHub::start().await;
    let address = hub.server.address;
    let head = |line: &str, more: &str| format!("{line}\r\nHost: x\r\nConnection: close\r\n{more}\r\n").into_bytes();
    let endless = format!("X-Large: {}\r\n", "x".repeat(2_000_000));
    let many: String = (0..1000).map(|number| format!("X-{number}: y\r\n")).collect();
    for more in [endless, many] {
        let answer = raw(address, &head("GET /v1/events HTTP/1.1", &more)).await;
        assert!(matches!(answer.status, 0 | 431), "{}", answer.status);
    }
    let upgrade = "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let upgrade_head = |more: &str| format!("GET /v1/live HTTP/1.1\r\nHost: x\r\n{more}\r\n").into_bytes();
    for (request, status) in [
        (head("GET /v1/live HTTP/1.1", ""), 426),
        (head("POST /v1/live HTTP/1.1", ""), 405),
        (upgrade_head(&format!("Connection: close, upgrade\r\n{upgrade}Sec-WebSocket-Protocol: graphql-ws\r\n")), 400),
        (upgrade_head(&format!("Connection: close, upgrade\r\n{}", upgrade.replace(": 13", ": 8"))), 426),
        (upgrade_head("Connection: close, upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"), 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(), 400),
        (head("GET /v1/events/not-a-uuid/devices HTTP/1.1", ""), 401),
        (head("GET /v1/nothing HTTP/1.1", ""), 404),
        (head("DELETE / HTTP/1.1", ""), 404),
    ] {
        let answer = raw(address, &request).await;
        assert_eq!(answer.status, status, "{}", String::from_utf8_lossy(&request));
    }
    let token = hub.token(TestHub::OWNER).await;
    let sent = |path: &'static str, body: Value| {
        let token = token.clone();
        async move { http(address, "POST", path, Some(&token), Some(&body)).await }
    };
    assert_eq!(sent("/v1/events", json!({"title": "x".repeat(100_000)})).await.status, 413);
    let event = json!({"title": "T", "start_time": "2026-11-20T20:00:00Z", "end_time": "2026-11-20T22:00:00Z"});
    for (name, value) in [
        ("title", json!("a\0b")),
        ("title", json!("")),
        ("title", json!(7)),
        ("slug", json!("a\0b")),
        ("venue_name", json!("a\0b")),
        ("time_zone", json!("Mars/Base")),
        ("capacity_limit", json!(0)),
        ("capacity_limit", json!(1_000_000_000_000_i64)),
        ("start_time", json!("soon")),
        ("start_time", json!("-009998-01-01T00:00:00Z")),
        ("end_time", json!("2026-11-20T19:00:00Z")),
    ] {
        let mut event = event.clone();
        event[name] = value.clone();
        let answer = sent("/v1/events", event).await;
        assert!((400..500).contains(&answer.status) && !answer.code().is_empty(), "{name} {value}: {answer:?}");
    }
    for path in ["/v1/events?q=%00", "/v1/events?status=%00", "/v1/events?status=nonsense", "/v1/events?q=%25'%5C"] {
        let answer = http(address, "GET", path, Some(&token), None).await;
        assert!(answer.status < 500, "{path}: {answer:?}");
    }
    assert_eq!(sent("/v1/organizations", json!({"name": "a\0b", "slug": "a-b"})).await.status, 400);
    assert_eq!(sent("/v1/pairings/claim", json!({"code": "ABCD-2345", "app_version": "\0"})).await.status, 404);
    assert_eq!(
        sent("/auth/v1/token?grant_type=password", json!({"email": "a\0@b", "password": "\0"})).await.status,
        401
    );
    assert_eq!(sent("/auth/v1/token?grant_type=magic", json!({})).await.code(), "invalid_argument");
    assert_eq!(sent("/v1/events", event).await.status, 201);
}

/// F015, F275: what belongs to another organization is as unknown as what does not exist, for every kind of frame.
#[tokio::test]
async fn another_organizations_ids_are_unknown() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 1).await;
    let foreign = hub.other_house().await;
    let sql = hub.database.sql().await;
    let theirs: Uuid = sql
        .query_one(
            "insert into events (organization_id, organizer_id, title, slug, status, start_time, end_time)
             values ($1, $2, 'Theirs', 'theirs', 'published', now(), now() + interval '1 hour') returning id",
            &[&foreign.organization_id, &foreign.owner_id],
        )
        .await
        .expect("made")
        .get(0);
    let (_, device_token) = show.pair(&hub, "Tablet", DeviceProfile::Scan, Some(show.gate_id), false).await;
    for token in [hub.token(TestHub::OWNER).await, device_token] {
        let mut wire = Wire::hello(hub.server.address, Encoding::Json, &token).await;
        let unknown = [
            Topic::event(theirs),
            Topic::event(Uuid::from_u128(1)),
            Topic::organization(foreign.organization_id),
            Topic::organization(Uuid::from_u128(1)),
            format!("project:{theirs}").parse().expect("a topic"),
        ];
        for topic in unknown {
            wire.send(&join(topic, None, None)).await;
            assert_eq!(wire.error().await, (ErrorCode::UnknownTopic, false, Some(About::Topic(topic))));
            let command = wire.command(Uuid::now_v7(), topic, scan(&show.guests[0].1)).await;
            assert_eq!(command, Err(ErrorCode::UnknownTopic));
            wire.send(&ClientFrame::Leave { topic }).await;
        }
        wire.settle().await;
    }
    // Ids of this house in the other one's event, and the other way round.
    let login = foreign.token.clone();
    let mut wire = Wire::hello(hub.server.address, Encoding::Json, &login).await;
    let there = Topic::event(theirs);
    for command in [
        Command::ClearMessage { message_id: show.event_id },
        Command::AcknowledgeAlert { alert_id: show.guests[0].0 },
        Command::SetLookStatus { look_id: show.gate_id, status: "ready".into() },
        Command::Annul { scan_id: show.guests[0].0 },
    ] {
        let (outcome, _) = wire.command(Uuid::now_v7(), there, command).await.expect("judged");
        assert!(matches!(outcome, schemas::Outcome::Refused { .. }), "{outcome:?}");
    }
    for by_hand in [false, true] {
        let mut command = scan(&show.guests[0].1);
        if let (true, Command::Scan { code, registration_id, .. }) = (by_hand, &mut command) {
            code.clear();
            *registration_id = Some(show.guests[0].0);
        }
        let (outcome, _) = wire.command(Uuid::now_v7(), there, command).await.expect("judged");
        let text = serde_json::to_string(&outcome).expect("JSON");
        assert!(text.contains(r#""result":"unknown""#) && !text.contains("Number0"), "{text}");
    }
    let address = hub.server.address;
    let event = show.event_id;
    for (method, path, body) in [
        ("GET", format!("/v1/events/{event}/export/guests.csv"), None),
        ("GET", format!("/v1/events/{event}/tickets.zip?format=png"), None),
        ("POST", format!("/v1/events/{event}/pairings"), Some(json!({"name": "x", "profile": "wall"}))),
        ("DELETE", format!("/v1/devices/{event}"), None),
        ("POST", "/v1/session/organization".into(), Some(json!({"organization_id": hub.organization_id}))),
    ] {
        let answer = http(address, method, &path, Some(&login), body.as_ref()).await;
        assert!(matches!(answer.status, 403 | 404), "{method} {path}: {answer:?}");
    }
    let devices = http(address, "GET", &format!("/v1/events/{event}/devices"), Some(&login), None).await;
    assert!(devices.status == 404 || devices.json()["devices"] == json!([]), "{devices:?}");
    let room = hub.live(TestHub::OWNER).await.join(show.topic, JoinOptions::default()).await.expect("joined");
    assert_eq!(room.state().table("check_ins").count(), 0, "nothing of it has happened here");
    tokio::time::timeout(Duration::from_secs(5), wire.settle()).await.expect("the socket goes on");
}
