//! Runs as people see them: live, recorded, one organization beside another, and when a hub stops.

use std::time::{Duration, Instant};

use hub_client::JoinOptions;
use plugin_host::package::open;
use plugin_host::{Broker, Host, Recording, Routes, Settings};
use schemas::Topic;
use serde_json::json;
use uuid::Uuid;

use super::components::probe;
use super::workshop::{Workshop, upload};
use crate::support::TestHub;
use crate::support::http::http;

/// F278: how far a run is, is seen on the live topic while it runs.
#[tokio::test]
async fn progress_is_seen_live() {
    let hub = Workshop::open().await;
    let (install, connection) = hub.probe(&[]).await;
    let live = hub.hub.live(TestHub::OWNER).await;
    let tables = JoinOptions::tables(["plugin_runs"]);
    let room = live.join(Topic::organization(hub.hub.organization_id), tables).await.expect("joined");
    let mut deltas = room.deltas();
    let wait =
        |n: u32| json!({ "do": "send", "method": "GET", "url": format!("https://api.vendor.example/v1/slow/{n}") });
    let steps = json!([{ "do": "progress", "done": 7 }, wait(1), wait(2), wait(3), wait(4), wait(5), { "do": "progress", "done": 93 }]);
    let job = hub.queue(install, Some(connection), steps).await;
    let mut seen = Vec::new();
    let watching = async {
        loop {
            deltas.next().await.expect("the room is open");
            let state = room.state();
            for (_, row) in state.table("plugin_runs") {
                let at = (row["progress_done"].as_i64(), row["outcome"].as_str().map(str::to_owned));
                if seen.last() != Some(&at) {
                    seen.push(at);
                }
            }
            if seen.last().is_some_and(|(_, outcome)| outcome.is_some()) {
                return;
            }
        }
    };
    // Plugins compute with less weight than everything else on a busy machine.
    tokio::time::timeout(Duration::from_secs(60), watching).await.unwrap_or_else(|_| panic!("the run ends"));
    // The last word before the end may come with the end.
    assert!(seen.contains(&(Some(7), None)), "{seen:?}");
    assert_eq!(seen.last(), Some(&(Some(93), Some("ok".to_owned()))));
    assert_eq!(hub.ended(job).await["status"], "succeeded");
}

/// F277, F278: a run that was to be recorded is repeated without the hub, the vendor and the organization, and ends byte for byte as it did;
/// no token is in it. One that nobody asked to record has none.
#[tokio::test]
async fn a_recording_is_the_run() {
    let hub = Workshop::open().await;
    let (install, connection) = hub.probe(&["catalog:read"]).await;
    hub.add("products", json!({ "sku": "V-1", "name": "Coat" })).await;
    let steps = json!([{ "do": "facts" }, { "do": "random", "count": 8 }, { "do": "select", "query": "products?select=sku" },
                       { "do": "send", "method": "GET", "url": "https://api.vendor.example/v1/x", "authorization": "bearer", "credential": "token" },
                       { "do": "put", "key": "cursor", "value": "41" }, { "do": "say", "text": "done", "times": 2 }]);
    let body = json!({ "kind": "pull", "connection_id": connection, "payload": { "steps": steps }, "record": true });
    let answer = hub.ask("POST", &format!("/v1/plugins/installs/{install}/jobs"), Some(body)).await;
    let job: Uuid = answer.text("id").parse().expect("an id");
    let ended = hub.ended(job).await;
    assert_eq!(ended["status"], "succeeded", "{ended}");
    let run = hub.run(job).await["id"].as_str().expect("a run").to_owned();
    let path = format!("/v1/plugins/runs/{run}/recording");
    let answer = hub.ask("GET", &path, None).await;
    assert_eq!((answer.status, answer.body.contains("canary-7f3a")), (200, false));
    let recording = Recording::parse(answer.body.as_bytes()).expect("a recording");
    let broker = std::sync::Arc::new(Broker::new(Routes::default()));
    let host = Host::new(&Settings { sandboxes: 2, cache: None }, broker).expect("a host");
    let plugin = host.load(&open(&probe()).expect("a package").component).await.expect("a plugin");
    let again = host.replay(&plugin, &recording).await;
    assert_eq!((&again.outcome, &again.staged), (&recording.outcome, &recording.staged));
    assert_eq!(again.recording.expect("one more").to_json(), answer.body.as_bytes());
    let other = hub.queue(install, Some(connection), json!([])).await;
    hub.ended(other).await;
    let run = hub.run(other).await["id"].as_str().expect("a run").to_owned();
    assert_eq!(hub.ask("GET", &format!("/v1/plugins/runs/{run}/recording"), None).await.status, 404);
    // A producer sees how it went, not what was heard.
    hub.hub.member("paula@maison.example", "producer").await;
    let paula = hub.hub.token("paula@maison.example").await;
    assert_eq!(http(hub.address(), "GET", &path, Some(&paula), None).await.status, 403);
}

/// F278: an organization that floods the queue leaves room for another, whose job runs long before the flood is over.
#[tokio::test]
async fn one_organization_does_not_keep_another_waiting() {
    const FLOOD: usize = 60;
    let vendor = super::vendor::Vendor::start().await;
    let routes = vendor.routes();
    let hub = TestHub::start_with(|config| {
        config.plugin_routes = Some(routes);
        config.plugin_runs = 2;
    })
    .await;
    let token = hub.token(TestHub::OWNER).await;
    let house = hub.other_house().await;
    let address = hub.server.address;
    let mut accounts = Vec::new();
    for (token, count) in [(&token, 4), (&house.token, 1)] {
        let package = upload(address, token, &probe()).await.text("id");
        let body = json!({ "package_id": package });
        let install = http(address, "POST", "/v1/plugins/installs", Some(token), Some(&body)).await.text("id");
        let mut connections = Vec::new();
        for number in 0..count {
            let account = json!({ "account": format!("account-{number}"), "credentials": { "token": "t" } });
            let path = format!("/v1/plugins/installs/{install}/connections");
            connections.push(http(address, "POST", &path, Some(token), Some(&account)).await.text("id"));
        }
        accounts.push((install, connections));
    }
    let order = async |token: &str, (install, connections): &(String, Vec<String>), number: usize| {
        let url = format!("https://api.vendor.example/v1/slow/{number}");
        let steps = json!([{ "do": "send", "method": "GET", "url": url }]);
        let body = json!({ "kind": "pull", "connection_id": connections[number % connections.len()], "payload": { "steps": steps } });
        http(address, "POST", &format!("/v1/plugins/installs/{install}/jobs"), Some(token), Some(&body))
            .await
            .text("id")
    };
    for number in 0..FLOOD {
        order(&token, &accounts[0], number).await;
    }
    let wanted: Uuid = order(&house.token, &accounts[1], FLOOD + 1).await.parse().expect("an id");
    let sql = hub.database.sql().await;
    let began = Instant::now();
    loop {
        let row = sql
            .query_one(
                "select (select status from plugin_jobs where id = $1), count(*) filter (where status = 'queued' and organization_id = $2) from plugin_jobs",
                &[&wanted, &hub.organization_id],
            )
            .await
            .expect("asked");
        let (status, waiting): (String, i64) = (row.get(0), row.get(1));
        if status == "succeeded" {
            assert!(waiting > 10, "the flood is over: {waiting} wait");
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(40), "{status}, {waiting} wait");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // Of two places the flood had one.
    let most = sql
        .query_one(
            "select max(n) from (select count(*) as n from plugin_runs a join plugin_runs b on b.organization_id = a.organization_id
               and b.started_at <= a.started_at and coalesce(b.ended_at, now()) > a.started_at group by a.id) t",
            &[],
        )
        .await
        .expect("asked");
    assert_eq!(most.get::<_, i64>(0), 1);
}

/// F278: a hub that stops ends its runs or gives them back; nothing is left running, and no attempt is lost.
#[tokio::test]
async fn a_hub_that_stops_gives_its_runs_back() {
    let hub = Workshop::open().await;
    let (install, connection) = hub.probe(&[]).await;
    let steps = json!([{ "do": "put", "key": "half", "value": "1" },
                       { "do": "send", "method": "GET", "url": "https://api.vendor.example/v1/never" }]);
    let long = hub.queue(install, Some(connection), steps).await;
    hub.until(Duration::from_secs(20), async || (hub.vendor.requests("/v1/never") == 1).then_some(())).await;
    let Workshop { hub, vendor, .. } = hub;
    let sql = hub.database.sql().await;
    let began = Instant::now();
    hub.server.stop().await;
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    let row = sql
        .query_one("select status, attempts, lease is null from plugin_jobs where id = $1", &[&long])
        .await
        .expect("the job");
    assert_eq!((row.get::<_, String>(0).as_str(), row.get::<_, i32>(1), row.get::<_, bool>(2)), ("queued", 0, true));
    let left = "select (select count(*) from plugin_runs where ended_at is null), (select count(*) from hub.plugin_kv)";
    let row = sql.query_one(left, &[]).await.expect("asked");
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (0, 0), "nothing of it was written");
    // The next hub takes it at once.
    let routes = vendor.routes();
    let next = TestHub::serve_with(&hub.database, |config| config.plugin_routes = Some(routes)).await;
    let began = Instant::now();
    while vendor.requests("/v1/never") < 2 {
        assert!(began.elapsed() < Duration::from_secs(20), "nobody took it over");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    next.stop().await;
}
