use std::time::Duration;

use serde_json::json;
use uuid::Uuid;

use super::components::{idle, manifest, probe};
use super::workshop::Workshop;
use crate::support::TestHub;

/// F278: a job that fails is tried again after a pause, one that cannot succeed is dead with its reason, and a person may try
/// it again.
#[tokio::test]
async fn a_job_is_retried_and_ends_dead_with_its_reason() {
    let shop = Workshop::open().await;
    let (install, connection) = shop.probe(&[]).await;
    let job = shop.queue(install, Some(connection), json!([{ "do": "fail", "kind": "later" }])).await;
    let later = shop
        .until(Duration::from_secs(20), async || {
            let now = shop.job(job).await;
            (now["attempts"] == 1 && now["status"] == "queued").then_some(now)
        })
        .await;
    assert_eq!(later["last_error"], "as_asked: because the job said so", "{later}");
    // The plugin asked for five seconds; it waits at least so long.
    let sql = shop.hub.database.sql().await;
    let waits: f64 = sql
        .query_one("select extract(epoch from run_at - updated_at)::float8 from plugin_jobs where id = $1", &[&job])
        .await
        .expect("the job")
        .get(0);
    assert!((5.0..6.0).contains(&waits), "{waits}");
    sql.execute("update plugin_jobs set max_attempts = 2, run_at = now() where id = $1", &[&job]).await.expect("set");
    let dead = shop.ended(job).await;
    assert_eq!((dead["status"].as_str(), dead["attempts"].as_i64()), (Some("dead"), Some(2)), "{dead}");

    let job = shop.queue(install, Some(connection), json!([{ "do": "fail", "kind": "permanent" }])).await;
    let dead = shop.ended(job).await;
    assert_eq!((dead["status"].as_str(), dead["attempts"].as_i64()), (Some("dead"), Some(1)), "{dead}");
    assert_eq!(dead["last_error"], "as_asked: because the job said so");
    let again = shop.ask("POST", &format!("/v1/plugins/jobs/{job}/retry"), None).await;
    assert_eq!(again.status, 200, "{again:?}");
    assert_eq!(shop.ended(job).await["status"], "dead");
    let runs = shop.ask("GET", &format!("/v1/plugins/runs?job={job}"), None).await.json();
    assert_eq!(runs.as_array().map(Vec::len), Some(2), "{runs}");
    let good = shop.queue(install, Some(connection), json!([])).await;
    assert_eq!(shop.ended(good).await["status"], "succeeded");
    let refused = shop.ask("POST", &format!("/v1/plugins/jobs/{good}/retry"), None).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "not_now"));
}

/// F278: one key is one job, whoever queues it: a person twice, or the plugin itself.
#[tokio::test]
async fn one_key_is_one_job() {
    let shop = Workshop::open().await;
    let (install, connection) = shop.probe(&[]).await;
    let path = format!("/v1/plugins/installs/{install}/jobs");
    let body = json!({ "kind": "pull", "connection_id": connection, "key": "nightly" });
    let first = shop.ask("POST", &path, Some(body.clone())).await.text("id");
    assert_eq!(shop.ask("POST", &path, Some(body)).await.text("id"), first);
    let steps = json!([{ "do": "enqueue", "name": "next", "payload": "{}", "key": "n-1" },
                       { "do": "enqueue", "name": "next", "payload": "{}", "key": "n-1" }]);
    for _ in 0..2 {
        let job = shop.queue(install, Some(connection), steps.clone()).await;
        assert_eq!(shop.ended(job).await["status"], "succeeded");
    }
    let jobs = shop.ask("GET", "/v1/plugins/jobs?limit=200", None).await.json();
    let next = jobs.as_array().expect("jobs").iter().filter(|job| job["kind"] == "next").count();
    assert_eq!(next, 1, "{jobs}");
    let strange = json!([{ "do": "enqueue", "name": "unheard_of", "payload": "{}", "key": "n-2" }]);
    let job = shop.queue(install, Some(connection), strange).await;
    let told = shop.ended(job).await["result"].to_string();
    assert!(told.contains("failure"), "a job that the manifest does not name is refused: {told}");
    let jobs = shop.ask("GET", "/v1/plugins/jobs?limit=200", None).await.json();
    assert!(jobs.as_array().expect("jobs").iter().all(|job| job["kind"] != "unheard_of"), "{jobs}");
}

/// F278: what a run keeps and queues becomes true with its end, all of it or nothing.
#[tokio::test]
async fn what_a_run_wants_is_true_with_its_end_or_not_at_all() {
    let shop = Workshop::open().await;
    let (install, connection) = shop.probe(&[]).await;
    let wants = json!([{ "do": "put", "key": "cursor", "value": "41" },
                       { "do": "enqueue", "name": "next", "payload": "{}", "key": "follow" }]);
    let mut fails = wants.as_array().expect("steps").clone();
    fails.push(json!({ "do": "fail", "kind": "permanent" }));
    let job = shop.queue(install, Some(connection), fails.into()).await;
    assert_eq!(shop.ended(job).await["status"], "dead");
    let read = json!([{ "do": "get", "key": "cursor" }]);
    let job = shop.queue(install, Some(connection), read.clone()).await;
    assert_eq!(shop.ended(job).await["result"], json!([null]));
    let job = shop.queue(install, Some(connection), wants).await;
    assert_eq!(shop.ended(job).await["status"], "succeeded");
    let job = shop.queue(install, Some(connection), read).await;
    assert_eq!(shop.ended(job).await["result"], json!(["41"]));
    let jobs = shop.ask("GET", "/v1/plugins/jobs?limit=200", None).await.json();
    assert_eq!(jobs.as_array().expect("jobs").iter().filter(|job| job["kind"] == "next").count(), 1, "{jobs}");
    // More than the manifest allows is refused.
    let much = json!([{ "do": "put", "key": "much", "value": "x".repeat(20_000) }]);
    let job = shop.queue(install, Some(connection), much).await;
    let ended = shop.ended(job).await;
    assert!(ended["status"] == "dead" || ended["result"].to_string().contains("failure"), "{ended}");
}

/// F278: two hubs share one queue: every job runs once, and of one account one job at a time.
#[tokio::test]
async fn two_hubs_share_one_queue() {
    const JOBS: usize = 24;
    let shop = Workshop::open().await;
    let install = shop.install(&probe(), &[]).await;
    let mut connections = Vec::new();
    for account in 0..4 {
        connections.push(shop.connect(install, &format!("account-{account}"), json!({ "token": "t" }), None).await);
    }
    let routes = shop.vendor.routes();
    let other = TestHub::serve_with(&shop.hub.database, |config| config.plugin_routes = Some(routes)).await;
    for number in 0..JOBS {
        let url = format!("https://api.vendor.example/v1/slow/{number}");
        let steps = json!([{ "do": "send", "method": "GET", "url": url }]);
        shop.queue(install, Some(connections[number % 4]), steps).await;
    }
    let sql = shop.hub.database.sql().await;
    shop.until(Duration::from_secs(60), async || {
        let row =
            sql.query_one("select count(*) from plugin_jobs where status = 'succeeded'", &[]).await.expect("a count");
        (row.get::<_, i64>(0) == JOBS as i64).then_some(())
    })
    .await;
    for number in 0..JOBS {
        assert_eq!(shop.vendor.requests(&format!("/v1/slow/{number}")), 1, "job {number}");
    }
    let row = sql
        .query_one(
            "select count(*), count(distinct node),
                    (select count(*) from plugin_runs a join plugin_jobs aj on aj.id = a.job_id
                       join plugin_jobs bj on bj.connection_id = aj.connection_id
                       join plugin_runs b on b.job_id = bj.id and b.id > a.id
                      where tstzrange(a.started_at, a.ended_at) && tstzrange(b.started_at, b.ended_at))
               from plugin_runs",
            &[],
        )
        .await
        .expect("runs");
    let (runs, nodes, together): (i64, i64, i64) = (row.get(0), row.get(1), row.get(2));
    assert_eq!((runs, nodes, together), (JOBS as i64, 2, 0));
    other.stop().await;
}

/// F278: what runs by itself is queued once a period, however many hubs there are.
#[tokio::test]
async fn what_is_due_by_itself_is_queued_once() {
    let shop = Workshop::open().await;
    let other = TestHub::serve(&shop.hub.database).await;
    let jobs = json!([{ "name": "pull", "title": "Fetch", "every_seconds": 3600 }]);
    let install = shop.install(&idle(&manifest("clock", json!({ "jobs": jobs }))), &[]).await;
    let job = shop
        .until(Duration::from_secs(20), async || {
            let jobs = shop.ask("GET", &format!("/v1/plugins/jobs?install={install}"), None).await.json();
            jobs[0]["id"].as_str().and_then(|id| id.parse::<Uuid>().ok())
        })
        .await;
    assert_eq!(shop.ended(job).await["status"], "succeeded");
    let store = &shop.hub.server.node.store;
    for _ in 0..3 {
        assert_eq!(hub::store::plugins::queue::schedule(store).await.expect("asked"), 0);
    }
    let jobs = shop.ask("GET", &format!("/v1/plugins/jobs?install={install}"), None).await.json();
    assert_eq!(jobs.as_array().map(Vec::len), Some(1), "{jobs}");
    other.stop().await;
}
