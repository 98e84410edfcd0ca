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
    let token = async || {
        let api = Api::new(&hub.url()).expect("a URL");
        api.sign_in(HubProcess::OWNER, HubProcess::PASSWORD).await
    };
    let first = token().await.expect("signed in").access_token;
    let mut wire = Wire::hello(address, Encoding::Json, &first).await;
    let cursor = wire.join(topic, None).await.cursor;

    // As the hub does that is the first to open a restored or promoted database.
    let began = "update live.identity set epoch = gen_random_uuid()";
    sql.execute(began, &[]).await.expect("as another hub does");
    let ended = async { while wire.receive().await.is_some() {} };
    timeout(Duration::from_secs(5), ended).await.expect("its socket ends");

    let mut again = within(async {
        loop {
            // It is on its way back.
            if let Ok(session) = token().await {
                return Wire::hello(address, Encoding::Json, &session.access_token).await;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
    .await;
    again.send(&join(topic, Some(cursor), None)).await;
    let snapshot = again.snapshot().await;
    assert_eq!(snapshot.reason, SnapshotReason::OtherEpoch);
    let epoch: Uuid = hub.sql().await.query_one("select epoch from live.identity", &[]).await.expect("asked").get(0);
    assert_eq!(snapshot.cursor.epoch, epoch);
}
