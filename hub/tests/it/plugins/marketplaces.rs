use serde_json::{Value, json};

use super::components::probe;
use super::workshop::Workshop;

/// F278: a seller in two marketplaces connects one account twice; each run is told for which it is.
#[tokio::test]
async fn a_run_is_told_its_connection() {
    let shop = Workshop::open().await;
    let install = shop.install(&probe(), &[]).await;
    let path = format!("/v1/plugins/installs/{install}/connections");
    let connect = async |marketplace: &str| {
        let body =
            json!({ "account": "A3SELLER", "marketplace_id": marketplace, "credentials": { "token": "canary-7f3a" } });
        let answer = shop.ask("POST", &path, Some(body)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.text("id")
    };
    let (germany, france) = (connect("A1PA6795UKMFR9").await, connect("A13V1IB3VIYZZH").await);
    assert_ne!(germany, france);
    for (connection, marketplace) in [(germany, "A1PA6795UKMFR9"), (france, "A13V1IB3VIYZZH")] {
        let job = shop.queue(install, connection.parse().ok(), json!([{ "do": "connection" }])).await;
        let told = shop.ended(job).await["result"].clone();
        assert_eq!(told, json!([{ "id": connection, "account": "A3SELLER", "marketplace": marketplace }]));
    }
    let job = shop.queue(install, None, json!([{ "do": "connection" }])).await;
    assert_eq!(shop.ended(job).await["result"], json!([Value::Null]), "a job without an account has none");
}
