use hub::store::organizations;
use hub::store::plugins::queue::{self, Claimed};
use hub::store::plugins::{finish, kv};
use serde_json::{Value, json};
use uuid::Uuid;

use super::components::{idle, manifest};
use super::workshop::upload;
use crate::support::TestHub;
use crate::support::http::http;

/// F015, F276: nobody of another organization sees, changes, runs or removes anything of a plugin, not even by its ids.
#[tokio::test]
async fn another_organization_reaches_nothing() {
    let hub = TestHub::start_with(|config| config.plugin_runs = 0).await;
    let (address, store) = (hub.server.address, &hub.server.node.store);
    let token = hub.token(TestHub::OWNER).await;
    let ours = Ours::make(&hub, &token).await;
    let rival =
        organizations::create_user(store, "rival@else.example", "Rival", TestHub::PASSWORD).await.expect("a person");
    organizations::create(store, rival, "Elsewhere", "elsewhere", "UTC").await.expect("an organization");
    let theirs = hub.token("rival@else.example").await;
    let Ours { package, install, connection, job, run } = &ours;
    let posts = json!({ "package_id": package, "scopes": [] });
    for (method, path, body) in [
        ("GET", format!("/v1/plugins/installs/{install}"), None),
        ("PATCH", format!("/v1/plugins/installs/{install}"), Some(json!({ "active": false }))),
        ("DELETE", format!("/v1/plugins/installs/{install}"), None),
        ("POST", "/v1/plugins/installs".to_owned(), Some(posts.clone())),
        ("POST", format!("/v1/plugins/installs/{install}/upgrade"), Some(posts.clone())),
        ("POST", format!("/v1/plugins/installs/{install}/jobs"), Some(json!({ "kind": "pull" }))),
        (
            "POST",
            format!("/v1/plugins/installs/{install}/connections"),
            Some(json!({ "account": "x", "credentials": { "token": "t" } })),
        ),
        ("DELETE", format!("/v1/plugins/connections/{connection}"), None),
        ("PUT", format!("/v1/plugins/connections/{connection}/webhook-secret"), Some(json!({ "secret": "s" }))),
        ("POST", format!("/v1/plugins/jobs/{job}/cancel"), None),
        ("POST", format!("/v1/plugins/jobs/{job}/retry"), None),
        ("GET", format!("/v1/plugins/runs/{run}"), None),
        ("GET", format!("/v1/plugins/runs/{run}/recording"), None),
    ] {
        let answer = http(address, method, &path, Some(&theirs), body.as_ref()).await;
        assert_eq!(answer.status, 404, "{method} {path}: {answer:?}");
    }
    let overview = http(address, "GET", "/v1/plugins", Some(&theirs), None).await.json();
    assert_eq!(overview, json!({ "packages": [], "installs": [], "connections": [] }));
    for list in ["jobs", "runs"] {
        assert_eq!(http(address, "GET", &format!("/v1/plugins/{list}"), Some(&theirs), None).await.json(), json!([]));
    }
    for table in ["plugin_installs", "plugin_connections", "plugin_jobs", "plugin_runs", "plugins"] {
        let rows = http(address, "GET", &format!("/rest/v1/{table}?select=*"), Some(&theirs), None).await;
        assert_eq!(rows.json(), json!([]), "{table}");
    }
    let still = http(address, "GET", &format!("/v1/plugins/installs/{install}"), Some(&token), None).await.json();
    assert_eq!(
        (still["install"]["status"].as_str(), still["connections"][0]["status"].as_str()),
        (Some("active"), Some("active"))
    );
}

/// F015: what one install keeps, another one cannot read or overwrite, of the same organization or another.
#[tokio::test]
async fn what_a_plugin_keeps_is_its_own() {
    let hub = TestHub::start_with(|config| config.plugin_runs = 0).await;
    let store = &hub.server.node.store;
    let token = hub.token(TestHub::OWNER).await;
    let ours = Ours::make(&hub, &token).await;
    let other = install(&hub, &token, "other").await.1;
    let body = json!({ "kind": "pull" });
    for id in [ours.install, other] {
        let path = format!("/v1/plugins/installs/{id}/jobs");
        assert_eq!(http(hub.server.address, "POST", &path, Some(&token), Some(&body)).await.status, 202);
    }
    let first = queue::claim(store, 8).await.expect("asked").expect("a job");
    let second = queue::claim(store, 8).await.expect("asked").expect("another job");
    assert_ne!(first.install_id, second.install_id);
    let kept = |value: &[u8]| finish::Wishes {
        kept: vec![("cursor".to_owned(), Some(value.to_vec()))],
        most_kept: 1_000,
        ..finish::Wishes::default()
    };
    // One that lies about whose run it is: the claims are those of the install that it names, the job is not its own.
    let lying = Claimed { install_id: second.install_id, ..first.clone() };
    let refused = finish::well(store, &lying, &kept(b"stolen"), &Value::Null, &finish::Trace::default()).await;
    assert!(refused.is_err(), "{refused:?}");
    finish::well(store, &first, &kept(b"mine"), &Value::Null, &finish::Trace::default()).await.expect("kept");
    assert_eq!(kv::get(store, &first, "cursor").await.expect("asked").as_deref(), Some(&b"mine"[..]));
    assert_eq!(kv::get(store, &second, "cursor").await.expect("asked"), None);
    // By SQL, with the claims of the other install and every right of the hub's login.
    let sql = hub.database.sql().await;
    for (table, claims) in [
        ("hub.plugin_kv", format!("set local app.plugin_install_id = '{}'", second.install_id)),
        ("hub.plugin_kv", "set local app.plugin_install_id = ''".to_owned()),
    ] {
        sql.batch_execute(&format!("begin; set local session authorization hub_app; {claims}"))
            .await
            .expect("as the hub's login");
        let seen = sql.query_one(&format!("select count(*) from {table}"), &[]).await.expect("asked").get::<_, i64>(0);
        let changed = sql.execute(&format!("delete from {table}"), &[]).await.expect("asked");
        sql.batch_execute("rollback").await.expect("over");
        assert_eq!((seen, changed), (0, 0), "{table}");
    }
    let much = finish::well(store, &second, &kept(&[b'x'; 2_000]), &Value::Null, &finish::Trace::default()).await;
    assert_eq!(much.map_err(|error| error.code().to_owned()), Err("plugin_quota".to_owned()));
}

struct Ours {
    package: Uuid,
    install: Uuid,
    connection: Uuid,
    job: Uuid,
    run: Uuid,
}

async fn install(hub: &TestHub, token: &str, key: &str) -> (Uuid, Uuid) {
    let extra = json!({ "credentials": [{ "name": "token", "kind": "key" }] });
    let package = upload(hub.server.address, token, &idle(&manifest(key, extra))).await.text("id");
    let body = json!({ "package_id": package });
    let install = http(hub.server.address, "POST", "/v1/plugins/installs", Some(token), Some(&body)).await.text("id");
    (package.parse().expect("an id"), install.parse().expect("an id"))
}

impl Ours {
    async fn make(hub: &TestHub, token: &str) -> Self {
        let address = hub.server.address;
        let (package, install) = install(hub, token, "sample").await;
        let account = json!({ "account": "vale", "credentials": { "token": "t" } });
        let path = format!("/v1/plugins/installs/{install}/connections");
        let connection = http(address, "POST", &path, Some(token), Some(&account)).await.text("id");
        let connection: Uuid = connection.parse().expect("an id");
        let path = format!("/v1/plugins/installs/{install}/jobs");
        let wanted = json!({ "kind": "pull", "connection_id": connection });
        let job = http(address, "POST", &path, Some(token), Some(&wanted)).await.text("id");
        let store = &hub.server.node.store;
        let run = queue::claim(store, 8).await.expect("asked").expect("the job");
        finish::badly(store, &run, "as_asked", "by the test", finish::Then::Dead, &finish::Trace::default())
            .await
            .expect("ended");
        Self { package, install, connection, job: job.parse().expect("an id"), run: run.lease }
    }
}
