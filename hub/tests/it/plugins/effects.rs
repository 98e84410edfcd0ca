use std::time::Duration;

use hub::store::plugins::effects::{self, Effect};
use hub::store::plugins::queue::{self, Claimed};
use hub::store::plugins::{PluginError, finish};
use serde_json::{Value, json};

use super::components::{idle, manifest};
use super::workshop::{Workshop, upload};
use crate::support::TestHub;
use crate::support::http::http;

/// A hub that runs nothing by itself, and a job that a test has taken.
async fn taken() -> (TestHub, Claimed) {
    let hub = TestHub::start_with(|config| config.plugin_runs = 0).await;
    let token = hub.token(TestHub::OWNER).await;
    let address = hub.server.address;
    let package = upload(address, &token, &idle(&manifest("sample", json!({})))).await.text("id");
    let body = json!({ "package_id": package });
    let install = http(address, "POST", "/v1/plugins/installs", Some(&token), Some(&body)).await.text("id");
    let path = format!("/v1/plugins/installs/{install}/jobs");
    http(address, "POST", &path, Some(&token), Some(&json!({ "kind": "pull" }))).await;
    let run = queue::claim(&hub.server.node.store, 8).await.expect("asked").expect("a job");
    (hub, run)
}

/// F278: a request that must happen once is known before it is sent and after it was answered, at every point in between.
#[tokio::test]
async fn one_key_is_one_effect() {
    let (hub, run) = taken().await;
    let store = &hub.server.node.store;
    let begin = async |key: &str, digest: [u8; 32]| effects::begin_one(store, &run, key, &digest).await.expect("asked");
    assert_eq!(begin("post-1", [1; 32]).await, Effect::New);
    assert_eq!(begin("post-1", [1; 32]).await, Effect::Unsettled, "nobody wrote down an answer");
    assert_eq!(begin("post-1", [2; 32]).await, Effect::Reused, "another request under the same key");
    effects::end_one(store, &run, "post-1", Some("{\"status\":200}")).await.expect("kept");
    assert_eq!(begin("post-1", [1; 32]).await, Effect::Answered("{\"status\":200}".into()));
    // Nothing was done: it may be sent again.
    assert_eq!(begin("post-2", [1; 32]).await, Effect::New);
    effects::end_one(store, &run, "post-2", None).await.expect("forgotten");
    assert_eq!(begin("post-2", [1; 32]).await, Effect::New);
    let sql = hub.database.sql().await;
    let sealed: bool = sql
        .query_one(
            "select bool_and(answer_enc is null or encode(answer_enc, 'escape') !~ 'status') from hub.plugin_effects",
            &[],
        )
        .await
        .expect("effects")
        .get(0);
    assert!(sealed, "answers are sealed");
}

/// F278: whoever was given up by the others begins no effect and writes nothing any more.
#[tokio::test]
async fn a_run_that_was_given_up_does_nothing_more() {
    let (hub, run) = taken().await;
    let store = &hub.server.node.store;
    let sql = hub.database.sql().await;
    sql.execute("update plugin_jobs set locked_until = now() - interval '1 second'", &[]).await.expect("late");
    assert_eq!(queue::relieve(store).await.expect("asked"), 1);
    assert_eq!(queue::renew(store, &[run.lease]).await.expect("asked"), [run.lease]);
    let again = queue::claim(store, 8).await.expect("asked").expect("the job again");
    assert_eq!((again.job_id, again.attempt), (run.job_id, 2));
    assert!(queue::claim(store, 8).await.expect("asked").is_none(), "it runs once");
    let refused = effects::begin_one(store, &run, "post-1", &[1; 32]).await;
    assert!(matches!(refused, Err(PluginError::LeaseLost)), "{refused:?}");
    let (wishes, trace) = (finish::Wishes::default(), finish::Trace::default());
    let ended = finish::well(store, &run, &wishes, &Value::Null, &trace).await;
    assert!(matches!(ended, Err(PluginError::LeaseLost)), "{ended:?}");
    finish::well(store, &again, &wishes, &json!({"n": 1}), &trace).await.expect("the one that holds it ends it");
    let runs = sql.query("select outcome from plugin_runs order by id", &[]).await.expect("runs");
    let outcomes: Vec<String> = runs.iter().map(|row| row.get(0)).collect();
    assert_eq!(outcomes, ["hub_ended", "ok"]);
}

/// F278: whoever gives a run up neither waits for the row that its job is about nor keeps its writer waiting: the row is locked
/// first, by everybody.
#[tokio::test]
async fn giving_up_and_writing_the_row_never_wait_for_each_other() {
    let (hub, run) = taken().await;
    let store = &hub.server.node.store;
    let mut writer = hub.database.sql().await;
    let sql = hub.database.sql().await;
    let invoice: uuid::Uuid = sql
        .query_one(
            "insert into invoices (organization_id, number) values ($1, 'INV-RACE') returning id",
            &[&run.organization_id],
        )
        .await
        .expect("an invoice")
        .get(0);
    sql.execute(
        "update plugin_jobs set entity_type = 'invoice', entity_id = $1, max_attempts = 1, locked_until = now() - interval '1 second'",
        &[&invoice],
    )
    .await
    .expect("its last attempt, left behind");
    // Somebody writes the row, and is about to move its job.
    let writing = writer.transaction().await.expect("begun");
    writing.execute("update invoices set due_date = '2027-01-31' where id = $1", &[&invoice]).await.expect("written");
    let relieved = tokio::time::timeout(Duration::from_secs(20), queue::relieve(store)).await;
    assert_eq!(relieved.expect("it does not wait").expect("asked"), 0, "the next time");
    let of: [&(dyn tokio_postgres::types::ToSql + Sync); 1] = [&run.job_id];
    let moved = writing.execute("update plugin_jobs set run_at = now() where id = $1", &of);
    let moved = tokio::time::timeout(Duration::from_secs(20), moved).await;
    assert_eq!(moved.expect("the job is free").expect("moved"), 1);
    writing.commit().await.expect("written");
    assert_eq!(queue::relieve(store).await.expect("asked"), 1);
    let row = sql.query_one("select error from invoices where id = $1", &[&invoice]).await.expect("the invoice");
    assert!(row.get::<_, Option<String>>(0).is_some_and(|error| error.starts_with("hub_ended")), "it says why");
}

/// F278: an effect that the vendor does not guard is sent once, and never again when it is not known what became of it.
#[tokio::test]
async fn an_effect_without_the_vendors_help_is_never_sent_twice() {
    let shop = Workshop::open().await;
    let (install, connection) = shop.probe(&[]).await;
    let steps = json!([{ "do": "send", "method": "POST", "url": "https://api.vendor.example/v1/never", "body": "{}",
                         "effect": "once", "key": "mail-1" }]);
    let job = shop.queue(install, Some(connection), steps.clone()).await;
    shop.until(Duration::from_secs(20), async || (shop.vendor.requests("/v1/never") == 1).then_some(())).await;
    // The hub forgets the run in the middle of the request, as if it had been killed.
    shop.ask("POST", &format!("/v1/plugins/jobs/{job}/cancel"), None).await;
    assert_eq!(shop.ended(job).await["status"], "cancelled");
    assert_eq!(shop.ask("POST", &format!("/v1/plugins/jobs/{job}/retry"), None).await.status, 200);
    let ended = shop.ended(job).await;
    assert_eq!(
        (ended["status"].as_str(), ended["result"].clone()),
        (Some("succeeded"), json!(["unsettled"])),
        "{ended}"
    );
    assert_eq!(shop.vendor.requests("/v1/never"), 1);
}
