use hub::config::Config;
use hub::server::{Server, open_database};
use schemas::{ClientFrame, Cursor, Encoding, SnapshotReason};

use super::Vault;
use crate::support::http::http;
use crate::support::process::HubProcess;
use crate::support::room::assert_counted;
use crate::support::show::{scan, verdict};
use crate::support::wire::join;
use crate::support::{Show, TestDatabase, TestHub, Wire};

/// Whoever was further than the backup, and whoever was exactly where the restored hub is by now, gets a snapshot and is told
/// why: numbers that were given twice mean two things. Where the new server counts transactions from the beginning, none of its
/// numbers meets one of the journal: every commit reaches the screens.
#[tokio::test]
async fn old_cursors_are_good_for_nothing_after_a_restore() {
    let (hub, vault) = (TestHub::start().await, Vault::new());
    let show = Show::with_guests(&hub, 60).await;
    let tablet = show.tablet(&hub, "Tablet", show.gate_id, false, &["event_counters"]).await;
    verdict(&tablet, scan(&show.guests[0].1)).await;
    vault.take(&hub.database.config(), "a.backup").await.expect("a backup");
    let token = hub.token(TestHub::OWNER).await;
    let mut wire = Wire::hello(hub.server.address, Encoding::Json, &token).await;
    let at_backup = wire.join(show.topic, None).await.cursor;
    for (_, code) in &show.guests[1..4] {
        verdict(&tablet, scan(code)).await;
    }
    let ahead = Wire::hello(hub.server.address, Encoding::Json, &token).await.join(show.topic, None).await.cursor;
    assert!(ahead.seq > at_backup.seq && ahead.epoch == at_backup.epoch);

    // A cluster of its own: it has given few numbers yet.
    let home = HubProcess::unmade();
    let mut config = Config::for_test(&home.data, String::new(), String::new());
    (config.database_url, config.master_key) = (None, None);
    vault.restore(&config, "a.backup").await.expect("restored");
    let database = open_database(&config).await.expect("it opens");
    let server = Server::start(&config, database).await.expect("it starts");
    let sql = home.sql().await;
    let overlap = "select count(*) from live.commits where xid >= pg_snapshot_xmax(pg_current_snapshot()) and xid < '4611686018427387904'";
    assert_eq!(sql.query_one(overlap, &[]).await.expect("asked").get::<_, i64>(0), 0);
    let old = "select count(*), count(distinct c.xid) from live.commits c join live.journal j using (xid, topic)
                where c.xid >= '4611686018427387904'";
    assert!(sql.query_one(old, &[]).await.expect("asked").get::<_, i64>(0) > 0, "the journal is still whole");

    let database = TestDatabase { url: String::new(), data: home.data.clone() };
    let again = TestHub { server, database, organization_id: hub.organization_id, owner_id: hub.owner_id };
    let token = again.token(TestHub::OWNER).await;
    for cursor in [ahead, at_backup] {
        let mut wire = Wire::hello(again.server.address, Encoding::Json, &token).await;
        wire.send(&join(show.topic, Some(cursor), None)).await;
        let joined = wire.snapshot().await;
        assert_eq!(joined.reason, SnapshotReason::OtherEpoch);
        assert!(joined.cursor.epoch != cursor.epoch);
    }
    let mut wire = Wire::hello(again.server.address, Encoding::Json, &token).await;
    let start = wire.join(show.topic, None).await.cursor;
    let tablet = show.tablet(&again, "New", show.gate_id, false, &["event_counters"]).await;
    for (_, code) in &show.guests[10..40] {
        assert_eq!(verdict(&tablet, scan(code)).await.result, schemas::VerdictKind::Admitted);
    }
    let head = "select seq from live.topics where topic = $1";
    let head: i64 = sql.query_one(head, &[&show.topic.to_string()]).await.expect("asked").get(0);
    let (mut seq, mut scans) = (start.seq, 0);
    while i64::try_from(seq).expect("small") < head {
        let (after, to, commits) = wire.delta().await;
        assert_eq!(after, seq, "without a gap");
        seq = to;
        let changes = commits.iter().flat_map(|commit| &commit.changes);
        scans += changes.filter(|change| change.table == "check_ins").count();
    }
    assert_eq!(scans, 30);
    // The new epoch's cursors are good.
    let mut wire = Wire::hello(again.server.address, Encoding::Json, &token).await;
    wire.send(&join(show.topic, Some(Cursor { epoch: start.epoch, seq: start.seq }), None)).await;
    let resumed = wire.receive_where(|frame| matches!(frame, schemas::ServerFrame::Resumed { .. }).then_some(())).await;
    assert_eq!(resumed, ());
    assert_counted(&sql, show.event_id).await;
    let audit = http(again.server.address, "GET", "/v1/audit?limit=200", Some(&token), None).await;
    assert_eq!(audit.status, 200, "{}", audit.body);
    again.server.stop().await;
}

/// A database that somebody restored by hand, or promoted, is noticed as well; one that is where it was is left alone.
#[tokio::test]
async fn a_copy_is_noticed_whoever_made_it() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 2).await;
    let token = hub.token(TestHub::OWNER).await;
    let mut wire = Wire::hello(hub.server.address, Encoding::Json, &token).await;
    let cursor = wire.join(show.topic, None).await.cursor;
    let restarted = TestHub::serve(&hub.database).await;
    let mut wire = Wire::hello(restarted.address, Encoding::Json, &token).await;
    wire.send(&ClientFrame::Join { topic: show.topic, since: Some(cursor), tables: None, rate: None }).await;
    wire.receive_where(|frame| matches!(frame, schemas::ServerFrame::Resumed { .. }).then_some(())).await;

    let copy = TestDatabase::restore(&hub.database.dump("custom").await).await;
    let server = TestHub::serve(&copy).await;
    let mut wire = Wire::hello(server.address, Encoding::Json, &token).await;
    wire.send(&join(show.topic, Some(cursor), None)).await;
    assert_eq!(wire.snapshot().await.reason, SnapshotReason::OtherEpoch);
    let epoch = "select epoch::text from live.identity";
    let sql = copy.sql().await;
    let first: String = sql.query_one(epoch, &[]).await.expect("asked").get(0);
    // A copy of the copy lifts what the copy has written, above what was lifted before.
    let show_again = "update events set description = 'again' where id = $1";
    sql.execute(show_again, &[&show.event_id]).await.expect("written");
    let second = TestDatabase::restore(&copy.dump("custom").await).await;
    drop(TestHub::serve(&second).await);
    let sql = second.sql().await;
    assert_ne!(sql.query_one(epoch, &[]).await.expect("asked").get::<_, String>(0), first);
    let order = "select array_agg(seq order by xid) = array_agg(seq order by seq), min(xid)::text from live.commits where topic = $1";
    let order = sql.query_one(order, &[&show.topic.to_string()]).await.expect("asked");
    assert!(order.get::<_, bool>(0), "in the order that they were in");
}
