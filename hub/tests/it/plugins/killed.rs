//! A hub that is killed a hundred times while plugins are at work for rows of every kind.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use hub_client::Api;
use serde_json::{Value, json};
use uuid::Uuid;
use vendors::{Meta, Shopify, Stripe};

use super::components::guest;
use super::guest::{from_now, jpeg};
use super::vendor::Vendor;
use super::workshop::upload;
use crate::support::http::{http, raw};
use crate::support::process::HubProcess;

const KILLS: u64 = 100;

/// Chance that can be had again: a failure names its seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }
}

/// The house, over HTTP.
struct House {
    address: SocketAddr,
    token: String,
}

impl House {
    async fn ask(&self, method: &str, path: &str, body: Value) -> Value {
        let answer = http(self.address, method, path, Some(&self.token), Some(&body)).await;
        assert!((200..300).contains(&answer.status), "{method} {path}: {answer:?}");
        answer.json()
    }

    async fn add(&self, table: &str, mut row: Value) -> Uuid {
        let id = Uuid::now_v7();
        row["id"] = json!(id);
        self.ask("POST", &format!("/rest/v1/{table}"), row).await;
        id
    }

    /// One of our plugins with an account; both ids.
    async fn plugin(&self, name: &str, account: &str, credentials: Value) -> (Uuid, Uuid) {
        let brought = upload(self.address, &self.token, &guest(name)).await;
        let scopes = brought.json()["manifest"]["scopes"].clone();
        let body = json!({ "package_id": brought.text("id"), "scopes": scopes });
        let install = id(&self.ask("POST", "/v1/plugins/installs", body).await);
        let body = json!({ "account": account, "credentials": credentials });
        let connection = self.ask("POST", &format!("/v1/plugins/installs/{install}/connections"), body).await;
        (install, id(&connection))
    }

    /// A picture that is kept in the hub; its asset's id.
    async fn picture(&self, sql: &tokio_postgres::Client) -> Uuid {
        self.ask("POST", "/storage/v1/bucket", json!({ "id": "pictures", "name": "pictures", "public": false })).await;
        let bytes = jpeg();
        let head = format!(
            "POST /storage/v1/object/pictures/look.jpg HTTP/1.1\r\nHost: hub\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
             Content-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n",
            self.token,
            bytes.len()
        );
        let answer = raw(self.address, &[head.as_bytes(), &bytes].concat()).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        sql.query_one(
            "insert into assets (organization_id, uploaded_by, name, asset_type, status, mime_type, storage_object_id)
             select m.organization_id, m.user_id, 'look.jpg', 'image', 'approved', 'image/jpeg', o.id
               from storage_objects o, memberships m where o.object_key = 'look.jpg' and m.role = 'owner' returning id",
            &[],
        )
        .await
        .expect("an asset")
        .get(0)
    }
}

fn id(answer: &Value) -> Uuid {
    answer["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
}

/// What was asked for, by the effect that its vendor must have seen.
#[derive(Default)]
struct Wanted {
    once: BTreeMap<String, (&'static str, Uuid)>,
    messages: Vec<Uuid>,
}

/// F163, F165, F168, F223, F229, F278: a hub is killed a hundred times, at any moment of jobs of posts, payments, pictures, messages and of
/// requests that the vendor guards or does not. Each vendor has made one effect of each key, and of what it cannot be asked about,
/// never two.
#[tokio::test]
async fn a_hundred_kills_make_one_effect_a_key() {
    let mut seed = [0u8; 8];
    getrandom::fill(&mut seed).expect("randomness");
    let seed = u64::from_le_bytes(seed) | 1;
    println!("seed {seed}");
    let mut chance = Chance(seed);
    let (vendor, meta, stripe, shop) =
        (Vendor::start().await, Meta::start().await, Stripe::start().await, Shopify::start().await);
    meta.set_quota(1_000, 0);
    shop.set_allowance(100_000.0, 100_000.0);
    let routes = [vec![vendor.routes()], meta.routes(), stripe.routes(), shop.routes()].concat().join(",");
    let mut hub = HubProcess::start_in(
        "error",
        // The builds of this test are signed by somebody else than those that come with the hub.
        vec![("HUB_PLUGIN_ROUTES", routes), ("HUB_BUNDLED_PLUGINS", "false".into())],
    )
    .await;
    let api = Api::new(&hub.url()).expect("a URL");
    let token = api.sign_in(HubProcess::OWNER, HubProcess::PASSWORD).await.expect("signed in").access_token;
    let house = House { address: hub.url().trim_start_matches("http://").parse().expect("an address"), token };
    let sql = hub.sql().await;

    let (probe, account) = house.plugin("probe", "vale", json!({ "token": "t" })).await;
    house.plugin("stripe", "acct_1", json!({ "key": stripe.key() })).await;
    let (_, page) = house.plugin("facebook", "10002000", json!({ "token": meta.token() })).await;
    let (_, profile) = house.plugin("instagram", "17840001", json!({ "token": meta.token() })).await;
    house.plugin("whatsapp", "15550100", json!({ "token": meta.token() })).await;
    let (_, listed) = house.plugin("shopify", "vale.myshopify.com", json!({ "token": shop.token() })).await;
    let picture = house.picture(&sql).await;
    let contact = house.add("contacts", json!({ "name": "Lee", "whatsapp": "+1 555 0001" })).await;
    let thread = house.add("conversations", json!({ "contact_id": contact, "channel": "whatsapp" })).await;
    let invoice = house.add("invoices", json!({ "number": "INV-1", "currency": "EUR" })).await;

    let mut wanted = Wanted::default();
    let mut hits = 0;
    let began = Instant::now();
    for kill in 0..KILLS {
        let steps = json!([
            { "do": "send", "method": "POST", "url": format!("https://api.vendor.example/v1/slow/{kill}"), "body": "{}",
              "effect": "idempotent", "key": format!("post-{kill}") },
            { "do": "send", "method": "POST", "url": format!("https://api.vendor.example/v1/once/{kill}"), "body": "{}",
              "effect": "once", "key": format!("once-{kill}") }]);
        let body = json!({ "kind": "pull", "connection_id": account, "payload": { "steps": steps }, "key": format!("job-{kill}") });
        house.ask("POST", &format!("/v1/plugins/installs/{probe}/jobs"), body).await;
        let words = format!("Look {kill}");
        let post = |platform: &str, connection: Uuid| {
            json!({ "connection_id": connection, "platform": platform, "asset_id": picture, "body": words, "status": "scheduled",
                    "scheduled_at": from_now(0) })
        };
        // Pages and profiles are few: their vendor's pace is a request a second.
        match kill % 10 {
            0 | 5 | 9 => {
                let row = json!({ "invoice_id": invoice, "amount": "1.00", "currency": "EUR", "provider": "stripe" });
                let payment = house.add("payments", row).await;
                wanted.once.insert(format!("intent:{payment}"), ("payments", payment));
            }
            1 => {
                let post = house.add("social_posts", post("facebook", page)).await;
                wanted.once.insert(format!("facebook:{words}"), ("social_posts", post));
            }
            2 => {
                let post = house.add("social_posts", post("instagram", profile)).await;
                wanted.once.insert(format!("instagram:{words}"), ("social_posts", post));
            }
            3 | 7 => {
                let row =
                    json!({ "conversation_id": thread, "direction": "outbound", "channel": "whatsapp", "body": words });
                let message = house.add("messages", row).await;
                house
                    .ask("PATCH", &format!("/rest/v1/messages?id=eq.{message}"), json!({ "status": "approved" }))
                    .await;
                wanted.messages.push(message);
            }
            _ => {
                let product = shop.put_product(kill, &format!("Coat {kill}"), "ACTIVE");
                let row = json!({ "connection_id": listed, "channel": "shopify", "external_product_id": product, "title": "Coat",
                                  "status": "active" });
                let row = house.add("channel_products", row).await;
                let link = json!({ "asset_id": picture, "channel_product_id": row, "position": 1 });
                let link = house.add("channel_media_links", link).await;
                wanted.once.insert(format!("file:fashionos-{picture}-{row}.jpg"), ("channel_media_links", link));
            }
        }
        // Most of them fall into a run, from its first moment to long after a vendor has answered; some fall anywhere.
        if chance.below(5) > 0 {
            let patience = Instant::now();
            let runs = "select from plugin_jobs where status = 'running' limit 1";
            while sql.query_opt(runs, &[]).await.expect("asked").is_none()
                && patience.elapsed() < Duration::from_secs(2)
            {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        }
        // A run takes some tens of milliseconds where the database is in memory, and longer on a disk.
        let longest = if chance.below(3) > 0 { 40 } else { 250 };
        tokio::time::sleep(Duration::from_millis(chance.below(longest))).await;
        hub.kill().await;
        // A lease lasts as long as a hub may be away, and pauses as long as vendors ask; the test does not wait for them.
        let hit = sql
            .execute(
                // However often one and the same job is hit: that it ends dead is another test's matter.
                "update plugin_jobs set locked_until = now() - interval '1 second', max_attempts = 1000 where status = 'running'",
                &[],
            )
            .await
            .expect("late");
        hits += u64::from(hit > 0);
        sql.execute("update plugin_jobs set run_at = now(), max_attempts = 1000 where status = 'queued'", &[])
            .await
            .expect("hurried");
        hub.serve().await;
    }
    println!("{KILLS} kills in {:?}, {hits} of them while something ran", began.elapsed());
    let began = Instant::now();
    loop {
        sql.execute("update plugin_jobs set run_at = now() where status = 'queued'", &[]).await.expect("hurried");
        let left: i64 = sql
            .query_one("select count(*) from plugin_jobs where status in ('queued', 'running') and kind <> 'pull' or status = 'running'
                           or status in ('queued', 'running') and idempotency_key like 'person:%'", &[])
            .await
            .expect("a count")
            .get(0);
        if left == 0 {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(120), "seed {seed}: {left} jobs are left\n{}", hub.log());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    assert!(hits >= KILLS / 2, "seed {seed}: only {hits} kills met a run");
    // What the vendor makes one of: sent again, made once. What it does not guard: sent once, or not at all.
    let (effects, asked) = (vendor.effects(), vendor.asked());
    let guarded = effects.keys().filter(|key| key.starts_with("post-")).count();
    assert_eq!(guarded as u64, KILLS, "seed {seed}: {asked:?}");
    assert!(effects.values().all(|made| *made == 1), "seed {seed}: {effects:?}");
    for kill in 0..KILLS {
        let sent = vendor.requests(&format!("/v1/once/{kill}"));
        assert!(sent <= 1, "seed {seed}: once-{kill} was sent {sent} times");
    }
    let seen: BTreeMap<String, u64> =
        [meta.ledger.all(), stripe.ledger.all(), shop.ledger.all()].into_iter().flatten().collect();
    let twice: Vec<_> = seen.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "seed {seed}: {twice:?}");
    for (effect, (table, row)) in &wanted.once {
        let now = &house.ask("GET", &format!("/rest/v1/{table}?id=eq.{row}"), Value::Null).await[0];
        assert_eq!(seen.get(effect), Some(&1), "seed {seed}: {effect}: {now}");
        let done =
            now["status"] == "published" || now["status"] == "exported" || now["provider_transaction_id"].is_string();
        assert!(done, "seed {seed}: {now}");
    }
    for message in &wanted.messages {
        let now = &house.ask("GET", &format!("/rest/v1/messages?id=eq.{message}"), Value::Null).await[0];
        let sent = seen.get(&format!("whatsapp:{message}")).copied().unwrap_or(0);
        match now["status"].as_str() {
            Some("sent") => assert_eq!(sent, 1, "seed {seed}: {now}"),
            Some("failed") => {
                assert!(
                    sent <= 1 && now["error"].as_str().is_some_and(|why| why.starts_with("unsettled")),
                    "seed {seed}: {now}"
                );
            }
            _ => panic!("seed {seed}: {now}"),
        }
    }
}
