//! The master key is replaced while accounts are connected.

use std::net::SocketAddr;

use hub::sealing::MasterKey;
use hub_client::Api;
use serde_json::{Value, json};
use uuid::Uuid;

use super::components::guest;
use super::vendor::Vendor;
use super::workshop::upload;
use crate::support::http::http;
use crate::support::process::{HubProcess, within};

const TOKEN: &str = "canary-5d20";

fn key_file(hub: &HubProcess) -> String {
    std::fs::read_to_string(hub.data.join("master.key")).expect("a key file").trim().to_owned()
}

/// F280: an account that was connected under the old master key works under the new one, without a word to anybody, also after a
/// start; the old key opens nothing any more.
#[tokio::test]
async fn accounts_outlive_the_master_key() {
    let vendor = Vendor::start().await;
    let environment = vec![("HUB_PLUGIN_ROUTES", vendor.routes()), ("HUB_BUNDLED_PLUGINS", "false".into())];
    let mut hub = HubProcess::start_in("error", environment).await;
    let api = Api::new(&hub.url()).expect("a URL");
    let token = api.sign_in(HubProcess::OWNER, HubProcess::PASSWORD).await.expect("signed in").access_token;
    let address = |hub: &HubProcess| -> SocketAddr { hub.url().trim_start_matches("http://").parse().expect("one") };
    let ask = async |hub: &HubProcess, path: &str, body: Value| -> Value {
        let answer = http(address(hub), "POST", path, Some(&token), Some(&body)).await;
        assert!((200..300).contains(&answer.status), "{path}: {answer:?}");
        answer.json()
    };
    let id = |answer: &Value| -> Uuid { answer["id"].as_str().and_then(|id| id.parse().ok()).expect("an id") };
    let package = upload(address(&hub), &token, &guest("probe")).await.text("id");
    let install = id(&ask(&hub, "/v1/plugins/installs", json!({ "package_id": package, "scopes": [] })).await);
    let account = json!({ "account": "vale", "credentials": { "token": TOKEN } });
    let connection = id(&ask(&hub, &format!("/v1/plugins/installs/{install}/connections"), account).await);
    let authenticated = async |hub: &HubProcess, times: u32| {
        let steps = json!([{ "do": "send", "method": "GET", "url": format!("https://api.vendor.example/v1/{times}"),
                             "authorization": "bearer", "credential": "token" }]);
        let body = json!({ "kind": "pull", "connection_id": connection, "payload": { "steps": steps } });
        ask(hub, &format!("/v1/plugins/installs/{install}/jobs"), body).await;
        within(async {
            while vendor.authorized().get(&format!("Bearer {TOKEN}")) != Some(&times) {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        })
        .await;
    };
    authenticated(&hub, 1).await;

    let old = key_file(&hub);
    let rotated = hub.beside("rotate-master-key", &[], &[]).await;
    assert!(rotated.status.success(), "{}", String::from_utf8_lossy(&rotated.stderr));
    within(async {
        while key_file(&hub).lines().count() != 1 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    })
    .await;
    assert_ne!(key_file(&hub), old);
    authenticated(&hub, 2).await;
    // Nothing of the old key is left in a process either.
    hub.kill().await;
    hub.serve().await;
    authenticated(&hub, 3).await;
    let refused = hub.beside("types", &[], &[("HUB_MASTER_KEY", &old)]).await;
    assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("another master key"));
    let sql = hub.sql().await;
    let old = MasterKey::load(Some(&old), &hub.data).expect("a key").current();
    let under_it = "select count(*) from encryption_keys where wrapped_key is not null and kek_ref = $1";
    assert_eq!(sql.query_one(under_it, &[&old]).await.expect("counted").get::<_, i64>(0), 0);
}
