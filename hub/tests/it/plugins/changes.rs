use std::time::Duration;

use serde_json::json;
use uuid::Uuid;

use super::components::{idle, manifest};
use super::workshop::Workshop;

/// F277: a plugin hears of the changes that it asked for and may read, in the transaction that makes them, and of no others.
#[tokio::test]
async fn a_plugin_hears_of_what_it_may_read() {
    let shop = Workshop::open().await;
    let extra = |scopes: serde_json::Value| {
        json!({ "scopes": scopes, "subscriptions": [{ "table": "products" }, { "table": "contacts" }],
                "jobs": [{ "name": "changed", "title": "Hear" }] })
    };
    let hears = shop.install(&idle(&manifest("hears", extra(json!(["catalog:read"])))), &["catalog:read"]).await;
    let deaf = shop.install(&idle(&manifest("deaf", extra(json!(["catalog:read"])))), &[]).await;
    let mut sql = shop.hub.database.sql().await;
    let organization = shop.hub.organization_id;
    let made: Vec<Uuid> = {
        let transaction = sql.transaction().await.expect("begun");
        let rows = transaction
            .query(
                "insert into products (organization_id, sku, name) select $1, 'SKU-' || n, 'Look ' || n from generate_series(1, 700) n returning id",
                &[&organization],
            )
            .await
            .expect("products");
        transaction.commit().await.expect("committed");
        rows.iter().map(|row| row.get(0)).collect()
    };
    let jobs = sql
        .query("select install_id, payload from plugin_jobs where kind = 'changed' order by id", &[])
        .await
        .expect("jobs");
    assert!(jobs.iter().all(|job| job.get::<_, Uuid>(0) == hears && job.get::<_, Uuid>(0) != deaf));
    let told: Vec<usize> =
        jobs.iter().map(|job| job.get::<_, serde_json::Value>(1)["changes"].as_array().map_or(0, Vec::len)).collect();
    assert_eq!(told.iter().sum::<usize>(), made.len(), "{told:?}");
    assert!(told.iter().all(|changes| *changes <= 500), "{told:?}");
    shop.until(Duration::from_secs(30), async || {
        let row =
            sql.query_one("select count(*) from plugin_jobs where status = 'succeeded'", &[]).await.expect("a count");
        (row.get::<_, i64>(0) == jobs.len() as i64).then_some(())
    })
    .await;

    // What is rolled back was never told; what it may not read is not told either.
    let before: i64 = sql.query_one("select count(*) from plugin_jobs", &[]).await.expect("a count").get(0);
    let transaction = sql.transaction().await.expect("begun");
    transaction.execute("update products set name = 'Another'", &[]).await.expect("changed");
    transaction.rollback().await.expect("rolled back");
    sql.execute("insert into event_tags (organization_id, name) values ($1, 'gala')", &[&organization]).await.ok();
    let after: i64 = sql.query_one("select count(*) from plugin_jobs", &[]).await.expect("a count").get(0);
    assert_eq!(before, after);
}
