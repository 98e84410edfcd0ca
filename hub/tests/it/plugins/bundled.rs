use hub::live::plugins::bundled;
use serde_json::{Value, json};

use crate::support::TestHub;
use crate::support::http::http;

/// What a hub offers that brings its own plugins, as a newcomer sees it.
async fn offered(hub: &TestHub, address: std::net::SocketAddr) -> Vec<Value> {
    let token = hub.token(TestHub::OWNER).await;
    let answer = http(address, "GET", "/v1/plugins", Some(&token), None).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["packages"].as_array().expect("packages").clone()
}

/// F277: a hub that has just been set up offers its own plugins; one is installed without any file, does a job, and stays as it is
/// when the hub starts again.
#[tokio::test]
async fn a_new_hub_offers_its_own_plugins() {
    let hub = TestHub::start_with(|config| config.bundled_plugins = true).await;
    let offers = offered(&hub, hub.server.address).await;
    let keys: Vec<&str> = offers.iter().map(|offer| offer["key"].as_str().expect("a key")).collect();
    assert_eq!(
        keys,
        ["amazon", "cloudinary", "facebook", "gemini", "instagram", "shopify", "stripe", "whatsapp"],
        "`make plugins` builds what the binary embeds"
    );
    for offer in &offers {
        assert_eq!((&offer["origin"], &offer["signed_by"]), (&json!("hub"), &Value::Null), "{offer}");
        assert_eq!((&offer["kind"], &offer["own"]), (&json!("first_party"), &json!(false)), "{offer}");
    }

    let shopify = offers.iter().find(|offer| offer["key"] == "shopify").expect("Shopify");
    let token = hub.token(TestHub::OWNER).await;
    let ask = async |method: &str, path: &str, body: Option<Value>| {
        http(hub.server.address, method, path, Some(&token), body.as_ref()).await
    };
    let body = json!({ "package_id": shopify["id"], "scopes": ["commerce:read"] });
    let installed = ask("POST", "/v1/plugins/installs", Some(body)).await;
    assert_eq!(installed.status, 201, "{installed:?}");
    let install = installed.text("id");
    // Without an account it cannot do much, but it runs, and says so.
    let body = json!({ "kind": "check", "payload": {} });
    let job = ask("POST", &format!("/v1/plugins/installs/{install}/jobs"), Some(body)).await;
    assert_eq!(job.status, 202, "{job:?}");
    let path = format!("/v1/plugins/runs?install={install}");
    let began = std::time::Instant::now();
    let run = loop {
        let runs = ask("GET", &path, None).await.json();
        if let Some(run) = runs.get(0).filter(|run| !run["outcome"].is_null()) {
            break run.clone();
        }
        assert!(began.elapsed() < std::time::Duration::from_secs(30), "{runs}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    assert!(run["outcome"] != "manifest_differs" && run["outcome"] != "package_unsigned", "{run}");

    let again = TestHub::serve_with(&hub.database, |config| config.bundled_plugins = true).await;
    assert_eq!(offered(&hub, again.address).await, offers, "the second start adds nothing");
    let shown = ask("GET", &format!("/v1/plugins/installs/{install}"), None).await.json();
    assert_eq!(shown["install"]["package_id"], shopify["id"], "{shown}");
    again.stop().await;
}

/// F277: whoever builds a plugin anew under its old version is told that the old build still runs.
#[tokio::test]
async fn a_plugin_that_was_built_anew_without_a_new_version_is_named() {
    let hub = TestHub::start_with(|config| config.bundled_plugins = true).await;
    let store = &hub.server.node.store;
    assert_eq!(bundled::rebuilt(store).await.expect("compared"), []);
    let sql = hub.database.sql().await;
    let other = "update hub.plugin_packages set digest = decode(repeat('00', 32), 'hex') where plugin_key = 'stripe' returning version";
    let version: String = sql.query_one(other, &[]).await.expect("another build").get(0);
    assert_eq!(bundled::rebuilt(store).await.expect("compared"), [("stripe".to_owned(), version)]);
}

/// F277: a newer binary offers newer versions beside the old ones; what is installed runs on as it was agreed to.
#[tokio::test]
async fn a_newer_hub_upgrades_nobody() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    // As an older binary had left it: the same plugin in an older version, installed.
    sql.batch_execute(
        "insert into plugins (key, name, publisher, kind, version, manifest, publisher_key, listed)
           values ('shopify', 'Shopify', 'FashionOS Hub', 'first_party', '0.9.0', '{}', 'came in the binary of this hub..'::bytea, true);
         insert into hub.plugin_packages (plugin_key, version, manifest, package, digest, public_key)
           values ('shopify', '0.9.0', '{\"scopes\": []}', 'old', decode(repeat('00', 32), 'hex'), 'came in the binary of this hub..'::bytea)",
    )
    .await
    .expect("inserted");
    let before = offered(&hub, hub.server.address).await;
    let token = hub.token(TestHub::OWNER).await;
    let body = json!({ "package_id": before[0]["id"], "scopes": [] });
    let installed = http(hub.server.address, "POST", "/v1/plugins/installs", Some(&token), Some(&body)).await;
    assert_eq!(installed.status, 201, "{installed:?}");

    let newer = TestHub::serve_with(&hub.database, |config| config.bundled_plugins = true).await;
    let offers = offered(&hub, newer.address).await;
    let versions: Vec<&Value> =
        offers.iter().filter(|offer| offer["key"] == "shopify").map(|offer| &offer["version"]).collect();
    assert_eq!(versions.len(), 2, "{versions:?}");
    assert_eq!(versions[1], "0.9.0", "the newest first");
    let path = format!("/v1/plugins/installs/{}", installed.text("id"));
    let shown = http(newer.address, "GET", &path, Some(&token), None).await.json();
    assert_eq!(shown["install"]["version"], "0.9.0", "{shown}");
    newer.stop().await;
}
