use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;
use uuid::Uuid;

use super::components::{idle, manifest};
use super::workshop::Workshop;
use crate::support::http::{Answer, raw};

const SECRET: &str = "whsec-5b2c";

async fn deliver(shop: &Workshop, path: &str, headers: &[(&str, String)], body: &[u8]) -> Answer {
    let mut head =
        format!("POST {path} HTTP/1.1\r\nHost: hub\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    raw(shop.address(), &[format!("{head}\r\n").as_bytes(), body].concat()).await
}

fn mac(parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("any key");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn hook(shop: &Workshop, key: &str, scheme: serde_json::Value) -> (Uuid, String) {
    let extra = json!({
        "webhook": scheme, "credentials": [{ "name": "token", "kind": "key" }],
        "jobs": [{ "name": "pull", "title": "Fetch" }, { "name": "webhook", "title": "Hear" }]
    });
    let install = shop.install(&idle(&manifest(key, extra)), &[]).await;
    let connection = shop.connect(install, "vale.example", json!({ "token": "t" }), Some(SECRET)).await;
    (install, format!("/hooks/{key}/{connection}"))
}

async fn counted(shop: &Workshop) -> (i64, i64) {
    let sql = shop.hub.database.sql().await;
    let row = sql
        .query_one("select (select count(*) from webhook_deliveries), (select count(*) from plugin_jobs)", &[])
        .await
        .expect("counts");
    (row.get(0), row.get(1))
}

/// F279: a webhook with a wrong signature changes nothing; the same delivery twice has one effect, also under another id.
#[tokio::test]
async fn a_delivery_is_believed_by_its_signature_and_heard_once() {
    let shop = Workshop::open().await;
    let scheme = json!({ "scheme": "hmac_sha256_base64", "header": "x-shop-hmac", "id_header": "x-shop-id", "topic_header": "x-shop-topic" });
    let (_, path) = hook(&shop, "shop", scheme).await;
    let body = br#"{"id":7,"title":"Vale coat"}"#;
    let good = BASE64_STANDARD.encode(mac(&[body]));
    let sign = |value: &str, id: &str| {
        vec![
            ("x-shop-hmac", value.to_owned()),
            ("x-shop-id", id.to_owned()),
            ("x-shop-topic", "products/update".to_owned()),
        ]
    };
    let mut other = body.to_vec();
    other[6] = b'8';
    for (headers, body, code) in [
        (sign(&BASE64_STANDARD.encode([0u8; 32]), "d-1"), body.to_vec(), "webhook_signature_wrong"),
        (sign(&good, "d-1"), other, "webhook_signature_wrong"),
        (sign("not base64!", "d-1"), body.to_vec(), "webhook_unsigned"),
        (Vec::new(), body.to_vec(), "webhook_unsigned"),
    ] {
        let answer = deliver(&shop, &path, &headers, &body).await;
        assert_eq!((answer.status, answer.code().as_str()), (401, code), "{answer:?}");
    }
    let huge = deliver(&shop, &path, &sign(&good, "d-1"), &vec![b'x'; (1 << 20) + 1]).await;
    assert_eq!((huge.status, huge.code().as_str()), (413, "webhook_too_large"));
    let connection = path.rsplit('/').next().expect("a connection");
    for nowhere in [format!("/hooks/shop/{}", Uuid::now_v7()), format!("/hooks/other/{connection}")] {
        assert_eq!(deliver(&shop, &nowhere, &sign(&good, "d-1"), body).await.status, 404);
    }
    assert_eq!(counted(&shop).await, (0, 0), "nobody who is not believed leaves anything behind");

    for id in ["d-1", "d-1", "d-2"] {
        assert_eq!(deliver(&shop, &path, &sign(&good, id), body).await.status, 200);
    }
    assert_eq!(counted(&shop).await, (1, 1), "the same again, and the same under another id, is the same");
    let jobs = shop.ask("GET", "/v1/plugins/jobs", None).await.json();
    let job: Uuid = jobs[0]["id"].as_str().and_then(|id| id.parse().ok()).expect("a job");
    assert_eq!(shop.ended(job).await["status"], "succeeded");
    let sql = shop.hub.database.sql().await;
    let row = sql
        .query_one("select status, processed_at is not null, encode(body_enc, 'escape') from webhook_deliveries", &[])
        .await
        .expect("the delivery");
    assert_eq!((row.get::<_, String>(0).as_str(), row.get::<_, bool>(1)), ("processed", true));
    assert!(!row.get::<_, String>(2).contains("Vale"), "bodies are sealed");
}

/// F279: an old delivery is not believed, however well it is signed.
#[tokio::test]
async fn a_signed_time_has_to_be_near() {
    let shop = Workshop::open().await;
    let (_, path) =
        hook(&shop, "till", json!({ "scheme": "timed_hmac_sha256", "header": "x-till", "id_pointer": "/id" })).await;
    let body = br#"{"id":"evt_1"}"#;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    let at = |time: u64| {
        let time = time.to_string();
        vec![("x-till", format!("t={time},v1={}", hex(&mac(&[time.as_bytes(), b".", body]))))]
    };
    for time in [now - 400, now + 400] {
        let answer = deliver(&shop, &path, &at(time), body).await;
        assert_eq!((answer.status, answer.code().as_str()), (401, "webhook_stale"));
    }
    assert_eq!(counted(&shop).await, (0, 0));
    assert_eq!(deliver(&shop, &path, &at(now), body).await.status, 200);
    assert_eq!(deliver(&shop, &path, &at(now - 1), body).await.status, 200, "sent again, signed anew");
    assert_eq!(counted(&shop).await, (1, 1));
}

/// F279: a vendor that asks first is answered if it knows the secret.
#[tokio::test]
async fn a_challenge_is_answered_to_whoever_knows_the_secret() {
    let shop = Workshop::open().await;
    let (install, path) =
        hook(&shop, "page", json!({ "scheme": "hmac_sha256_hex", "header": "x-hub-signature-256", "challenge": true }))
            .await;
    let ask = |token: &str| format!("{path}?hub.mode=subscribe&hub.verify_token={token}&hub.challenge=1158201444");
    let good = shop.ask("GET", &ask(SECRET), None).await;
    assert_eq!((good.status, good.body.as_str()), (200, "1158201444"));
    assert_eq!(shop.ask("GET", &ask("whsec-5b2d"), None).await.status, 403);
    // Switched off, it hears nothing.
    let off = shop.ask("PATCH", &format!("/v1/plugins/installs/{install}"), Some(json!({ "active": false }))).await;
    assert_eq!(off.status, 200);
    let body = b"{}";
    let signed = [("x-hub-signature-256", format!("sha256={}", hex(&mac(&[body]))))];
    assert_eq!(deliver(&shop, &path, &signed, body).await.status, 404);
    shop.until(Duration::from_secs(5), async || (counted(&shop).await == (0, 0)).then_some(())).await;
}
