use hub_client::Api;
use schemas::{Encoding, SnapshotReason, Topic};
use tokio::time::{Duration, timeout};
use uuid::Uuid;

use crate::support::Wire;
use crate::support::process::{HubProcess, within};
use crate::support::wire::join;

/// A hub that runs notices within a second that its database became another one, restored beside it or promoted in the other's
/// place: its sockets end, nobody gets a cursor of the old epoch any more, and whoever comes back gets a fresh snapshot from the
/// same address, without anybody having started the hub again.
#[tokio::test]
async fn a_hub_that_runs_notices_another_epoch() {
    let hub = HubProcess::start().await;
    let address: std::net::SocketAddr = hub.url().trim_start_matches("http://").parse().expect("an address");
    let sql = hub.sql().await;
    let house: Uuid = sql.query_one("select id from organizations", &[]).await.expect("asked").get(0);
    let topic = Topic::organization(house);
    let api = Api::new(&hub.url()).expect("a URL");
    let first = api.sign_in(HubProcess::OWNER, HubProcess::PASSWORD).await.expect("signed in").access_token;
    let mut wire = Wire::hello(address, Encoding::Json, &first).await;
    let cursor = wire.join(topic, None).await.cursor;

    // As the hub does that is the first to open a restored or promoted database.
    let began = "update live.identity set epoch = gen_random_uuid()";
    sql.execute(began, &[]).await.expect("as another hub does");
    let ended = async { while wire.receive().await.is_some() {} };
    timeout(Duration::from_secs(20), ended).await.expect("its socket ends");

    let snapshot = within(async {
        loop {
            // Whoever comes while it is on its way meets a closed door, which the wire of these tests takes for a failure.
            let come_back = async move {
                let api = Api::new(&format!("http://{address}")).expect("a URL");
                let session = api.sign_in(HubProcess::OWNER, HubProcess::PASSWORD).await.expect("signed in");
                let mut wire = Wire::hello(address, Encoding::Json, &session.access_token).await;
                wire.send(&join(topic, Some(cursor), None)).await;
                wire.snapshot().await
            };
            match tokio::spawn(come_back).await {
                Ok(snapshot) => return snapshot,
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    })
    .await;
    assert_eq!(snapshot.reason, SnapshotReason::OtherEpoch);
    let epoch: Uuid = hub.sql().await.query_one("select epoch from live.identity", &[]).await.expect("asked").get(0);
    assert_eq!(snapshot.cursor.epoch, epoch);
}
