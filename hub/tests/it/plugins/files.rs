//! Files of the organization, for plugins.

use plugin_host::Recording;
use serde_json::{Value, json};
use uuid::Uuid;
use vendors::Cloudinary;

use super::guest::jpeg;
use super::workshop::Workshop;
use crate::support::http::http;

/// F155: the bytes of a file go from the hub to the vendor and never into the sandbox: nothing that the plugin heard holds them.
#[tokio::test]
async fn bytes_never_enter_the_sandbox() {
    let cloud = Cloudinary::start().await;
    let hub = Workshop::routed(&cloud.routes()).await;
    let install = hub.guest("cloudinary", json!({ "api_key": cloud.api_key() })).await;
    let connection = hub.connect(install, "vale", json!({ "secret": cloud.secret() }), None).await;
    let asset = hub.picture("look.jpg").await;
    let body = json!({ "kind": "publish", "connection_id": connection, "payload": { "asset": { "id": asset } }, "record": true });
    let job = hub.ask("POST", &format!("/v1/plugins/installs/{install}/jobs"), Some(body)).await;
    let job: Uuid = job.text("id").parse().expect("an id");
    assert_eq!(hub.ended(job).await["status"], "succeeded");
    assert_eq!(cloud.copies().values().copied().collect::<Vec<_>>(), [jpeg().len()]);
    let run = hub.run(job).await["id"].as_str().expect("a run").to_owned();
    let recording = hub.ask("GET", &format!("/v1/plugins/runs/{run}/recording"), None).await;
    assert_eq!(recording.status, 200);
    let heard = Recording::parse(recording.body.as_bytes()).expect("a recording");
    // Whatever came in, as bytes, text or base64, is far less than the file.
    let calls = serde_json::to_string(&heard.calls).expect("JSON");
    let middle = &jpeg()[jpeg().len() / 2..][..24];
    let written = serde_json::to_string(middle).expect("JSON");
    let coded = base64(middle);
    assert!(!calls.contains(written.trim_matches(['[', ']'])) && !calls.contains(&coded[4..28]), "{calls}");
    assert!(!recording.body.contains(cloud.secret()), "nor does the secret");
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::prelude::BASE64_STANDARD.encode(bytes)
}

/// F276: a plugin gets no file without the scope, none of another organization, and none by an id that is no asset's; an address that
/// it gets shows this one file, and ends.
#[tokio::test]
async fn a_file_is_given_within_the_scopes_and_the_house() {
    let hub = Workshop::open().await;
    let (install, connection) = hub.probe(&[]).await;
    let (ours, second) = (hub.picture("ours.jpg").await, hub.picture("second.jpg").await);
    let house = hub.hub.other_house().await;
    let paula = hub.hub.member("paula@maison.example", "producer").await;
    let sql = hub.hub.database.sql().await;
    let theirs: Uuid = sql
        .query_one(
            "insert into assets (organization_id, uploaded_by, name, asset_type, status, file_url)
             values ($1, $2, 'theirs.jpg', 'image', 'approved', 'https://else.example/theirs.jpg') returning id",
            &[&house.organization_id, &house.owner_id],
        )
        .await
        .expect("theirs")
        .get(0);
    sql.execute("update plugin_connections set user_id = $1", &[&paula]).await.expect("she connected it");
    let ask = async |file: String| {
        let job = hub.queue(install, Some(connection), json!([{ "do": "file", "file": file }])).await;
        hub.ended(job).await
    };
    let code = |job: &Value| job["last_error"].as_str().and_then(|why| why.split(':').next()).map(str::to_owned);
    assert_eq!(code(&ask(ours.to_string()).await).as_deref(), Some("not_found"), "without the scope");
    sql.execute("update plugin_installs set granted_scopes = '{catalog:read,media:read}'", &[]).await.expect("granted");
    for file in [theirs.to_string(), Uuid::now_v7().to_string(), "../../etc/passwd".into(), String::new()] {
        let ended = ask(file.clone()).await;
        assert_eq!(
            (ended["status"].as_str(), code(&ended).as_deref()),
            (Some("dead"), Some("not_found")),
            "{file}: {ended}"
        );
    }
    let given = ask(ours.to_string()).await;
    let told = &given["result"][0];
    assert_eq!((&told["name"], told["read"].as_u64()), (&json!("ours.jpg"), Some(jpeg().len() as u64)), "{given}");
    let address =
        told["address"].as_str().and_then(|address| address.strip_prefix(&hub.hub.url())).expect("this hub").to_owned();
    let fetched = http(hub.address(), "GET", &address, None, None).await;
    assert_eq!((fetched.status, fetched.headers["content-length"].as_str()), (200, jpeg().len().to_string().as_str()));
    // Of this file and of no other; and nobody without the token.
    let other = address.replace("ours.jpg", "second.jpg");
    assert!((400..500).contains(&http(hub.address(), "GET", &other, None, None).await.status), "{second}");
    let bare = address.split('?').next().expect("a path");
    assert!((400..500).contains(&http(hub.address(), "GET", bare, None, None).await.status));
    // It ends with the right of whoever connected the account.
    sql.execute("update memberships set status = 'suspended' where user_id = $1", &[&paula]).await.expect("away");
    assert!((400..500).contains(&http(hub.address(), "GET", &address, None, None).await.status));
}
