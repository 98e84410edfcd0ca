//! Joining, resuming, deltas, views, commands, queries and presence, frame by frame.

use std::collections::BTreeSet;
use std::time::Duration;

use hub_client::JoinOptions;
use schemas::{
    About, ClientFrame, Command, Commit, Cursor, DeviceProfile, Encoding, ErrorCode, Op, Outcome, ServerFrame,
    Severity, SnapshotReason, VerdictKind, WriterKind,
};
use serde_json::json;
use uuid::Uuid;

use crate::support::room::{SOON, until};
use crate::support::show::{scan, verdict};
use crate::support::wire::join;
use crate::support::{Show, TestHub, Wire};

const GATES: Option<&[&str]> = Some(&["event_gates"]);

async fn rename_gate(sql: &tokio_postgres::Client, show: &Show, name: &str) {
    sql.execute("update event_gates set name = $2 where id = $1", &[&show.gate_id, &name]).await.expect("renamed");
}

fn post(text: &str) -> Command {
    Command::PostMessage { text: text.into(), severity: Severity::Info, audience: vec![], expires_at: None }
}

async fn owner_wire(hub: &TestHub, encoding: Encoding) -> Wire {
    Wire::hello(hub.server.address, encoding, &hub.token(TestHub::OWNER).await).await
}

/// F049, F270: a snapshot shows a position, deltas follow it one by one, and a cursor is resumed from exactly there;
/// one that says nothing here is answered by a snapshot that says why.
#[tokio::test]
async fn a_subscription_begins_where_the_client_stands() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 1).await;
    let sql = hub.database.sql().await;
    for encoding in Encoding::ALL {
        let mut wire = owner_wire(&hub, encoding).await;
        let joined = wire.join(show.topic, GATES).await;
        assert_eq!(joined.reason, SnapshotReason::Joined);
        assert_eq!(joined.tables.keys().collect::<Vec<_>>(), ["event_gates"]);
        let start = joined.cursor;

        for name in ["East", "West"] {
            rename_gate(&sql, &show, name).await;
        }
        let mut at = start.seq;
        let mut commits: Vec<Commit> = Vec::new();
        while commits.len() < 2 {
            let (after, seq, more) = wire.delta().await;
            assert!(after <= at && seq > at, "{after}-{seq} follows {at}");
            at = seq;
            commits.extend(more);
        }
        assert_eq!(commits.iter().map(|commit| commit.seq).collect::<Vec<_>>(), [start.seq + 1, start.seq + 2]);
        let change = &commits[1].changes[0];
        assert_eq!((change.table.as_str(), change.key, change.op), ("event_gates", show.gate_id, Op::Update));
        assert_eq!(change.row["name"], json!("West"));
        assert!(!change.row.contains_key("order_index"), "only what changed: {:?}", change.row);
        assert_eq!(commits[1].by, WriterKind::Database);

        // At the head: nothing follows.
        let head = Cursor { seq: start.seq + 2, ..start };
        wire.send(&join(show.topic, Some(head), GATES)).await;
        let resumed = |frame| match frame {
            ServerFrame::Resumed { cursor, .. } => Some(cursor),
            ServerFrame::Snapshot { .. } => panic!("a snapshot instead of resuming"),
            _ => None,
        };
        assert_eq!(wire.receive_where(resumed).await, head);
        // Behind it: what was missed, and nothing else.
        wire.send(&join(show.topic, Some(start), GATES)).await;
        assert_eq!(wire.receive_where(resumed).await, start);
        let (after, seq, missed) = wire.delta().await;
        assert_eq!((after, seq), (start.seq, head.seq));
        assert_eq!(missed, commits);
        // Ahead of everything, and of another epoch.
        for wrong in [
            Cursor { seq: head.seq + 1, ..start },
            Cursor { seq: u64::MAX, ..start },
            Cursor { epoch: Uuid::from_u128(1), ..start },
        ] {
            wire.send(&join(show.topic, Some(wrong), GATES)).await;
            let again = wire.snapshot().await;
            assert_eq!((again.reason, again.cursor), (SnapshotReason::OtherEpoch, head));
        }
        // And it goes on from there.
        rename_gate(&sql, &show, "North").await;
        let (after, seq, _) = wire.delta().await;
        assert!(after <= head.seq && seq == head.seq + 1);
    }
}

/// F271: what the room's memory no longer holds is read from the journal, and what the journal no longer holds is
/// answered by a snapshot.
#[tokio::test]
async fn a_long_absence_is_resumed_from_the_journal_while_it_reaches_back() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 0).await;
    let sql = hub.database.sql().await;
    let mut wire = owner_wire(&hub, Encoding::MessagePack).await;
    let start = wire.join(show.topic, GATES).await.cursor;
    for number in 0..5 {
        rename_gate(&sql, &show, &format!("Gate {number}")).await;
    }
    // A hub that starts now remembers nothing of this.
    let later = TestHub::serve(&hub.database).await;
    let token = hub.token(TestHub::OWNER).await;
    let mut absent = Wire::hello(later.address, Encoding::Json, &token).await;
    absent.send(&join(show.topic, Some(start), GATES)).await;
    absent.receive_where(|frame| matches!(frame, ServerFrame::Resumed { .. }).then_some(())).await;
    let (after, seq, commits) = absent.delta().await;
    assert_eq!((after, seq, commits.len()), (start.seq, start.seq + 5, 5));
    assert_eq!(commits[4].changes[0].row["name"], json!("Gate 4"));

    // More than a client would want to apply.
    sql.batch_execute("set synchronous_commit = off").await.expect("set");
    sql.batch_execute(&format!(
        "do $$ begin for n in 1..2001 loop
           update event_gates set name = 'Storm ' || n where id = '{}'; commit;
         end loop; end $$",
        show.gate_id
    ))
    .await
    .expect("a storm by SQL");
    let again = TestHub::serve(&hub.database).await;
    let mut absent = Wire::hello(again.address, Encoding::Json, &token).await;
    absent.send(&join(show.topic, Some(start), GATES)).await;
    let snapshot = absent.snapshot().await;
    assert_eq!((snapshot.reason, snapshot.cursor.seq), (SnapshotReason::TooOld, start.seq + 2006));
    assert_eq!(snapshot.tables["event_gates"][0]["name"], json!("Storm 2001"));

    // The window has passed: a position before it is too old, the one at its edge is not.
    sql.execute("select live.archive(now() + interval '1 hour', 100000)", &[]).await.expect("archived");
    rename_gate(&sql, &show, "After").await;
    let head = snapshot.cursor.seq + 1;
    let fresh = TestHub::serve(&hub.database).await;
    let mut absent = Wire::hello(fresh.address, Encoding::Json, &token).await;
    absent.send(&join(show.topic, Some(Cursor { seq: head - 2, ..start }), GATES)).await;
    assert_eq!(absent.snapshot().await.reason, SnapshotReason::TooOld);
    absent.send(&join(show.topic, Some(Cursor { seq: head - 1, ..start }), GATES)).await;
    absent.receive_where(|frame| matches!(frame, ServerFrame::Resumed { .. }).then_some(())).await;
    for hub in [later, again, fresh] {
        hub.stop().await;
    }
}

/// F271, F270: a transaction arrives whole, in one commit, or not at all; one that somebody leaves open delays nobody, and
/// comes last when it ends.
#[tokio::test]
async fn a_transaction_is_whole_and_an_open_one_blocks_nobody() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 10).await;
    let sql = hub.database.sql().await;
    let (_, token) = show.pair(&hub, "Tablet", DeviceProfile::Scan, Some(show.gate_id), false).await;
    let tablet = hub.connect(&token).await;
    let mut wire = owner_wire(&hub, Encoding::Json).await;
    let tables: Option<&[&str]> =
        Some(&["event_gates", "runway_segments", "ticket_tiers", "screen_messages", "check_ins"]);
    let start = wire.join(show.topic, tables).await.cursor;

    let mut psql = hub.database.sql().await;
    let open = psql.transaction().await.expect("begun");
    open.execute("update event_gates set order_index = 7 where id = $1", &[&show.gate_id]).await.expect("written");
    open.execute(
        "insert into runway_segments (organization_id, event_id, name, order_index) values ($1, $2, 'Opening', 0)",
        &[&hub.organization_id, &show.event_id],
    )
    .await
    .expect("written");
    open.execute("update ticket_tiers set description = 'x' where id = $1", &[&show.tier_id]).await.expect("written");

    // One that is taken back leaves no trace and no gap.
    sql.batch_execute(&format!(
        "begin; update event_gates set order_index = 9 where event_id = '{}' and false;
                                insert into runway_segments (organization_id, event_id, name, order_index)
                                values ('{}', '{}', 'Never', 1); rollback",
        show.event_id, hub.organization_id, show.event_id
    ))
    .await
    .expect("rolled back");
    for (_, code) in &show.guests {
        let ack = tablet.send(show.topic, scan(code)).await.expect("judged");
        assert!(matches!(ack.outcome, Outcome::Done { .. }));
    }
    tablet.send(show.topic, post("Doors")).await.expect("posted");

    let (mut at, mut scans, mut messages) = (start.seq, 0, 0);
    while scans < 10 || messages < 1 {
        let (_, seq, commits) = wire.delta().await;
        at = seq;
        for change in commits.iter().flat_map(|commit| &commit.changes) {
            match change.table.as_str() {
                "check_ins" => scans += 1,
                "screen_messages" => messages += 1,
                other => panic!("{other} is not committed"),
            }
        }
    }
    open.commit().await.expect("committed");
    let (_, seq, commits) = wire.delta().await;
    assert_eq!((seq, commits.len()), (at + 1, 1));
    let tables: Vec<&str> = commits[0].changes.iter().map(|change| change.table.as_str()).collect();
    assert_eq!(tables, ["event_gates", "runway_segments", "ticket_tiers"]);
}

/// F270, F049: in a storm of commands and SQL every subscriber receives the same commits in the same order, each once,
/// without a gap, in either encoding; and ends with what the database holds.
#[tokio::test]
async fn a_storm_arrives_in_one_order_without_gaps() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 60).await;
    let mut wires = Vec::new();
    for encoding in [Encoding::Json, Encoding::MessagePack, Encoding::Json] {
        let mut wire = owner_wire(&hub, encoding).await;
        let start = wire.join(show.topic, None).await.cursor.seq;
        wires.push((wire, start));
    }
    let slow = hub.live(TestHub::OWNER).await;
    let gathered = slow.join(show.topic, JoinOptions::default().rate(4.0)).await.expect("joined");
    let mut updates = gathered.deltas();

    let mut writers = tokio::task::JoinSet::new();
    for half in show.guests.chunks(30) {
        let (_, token) = show.pair(&hub, "Tablet", DeviceProfile::Scan, Some(show.gate_id), false).await;
        let (tablet, codes, topic) = (hub.connect(&token).await, half.to_vec(), show.topic);
        writers.spawn(async move {
            let tablet = tablet.join(topic, JoinOptions::tables(["event_gates"])).await.expect("joined");
            for (_, code) in codes {
                assert_eq!(verdict(&tablet, scan(&code)).await.result, VerdictKind::Admitted);
            }
        });
    }
    for writer in 0..3 {
        let (sql, event) = (hub.database.sql().await, show.event_id);
        let (org, gate) = (hub.organization_id, show.gate_id);
        writers.spawn(async move {
            for turn in 0..40 {
                let text = format!("{writer}-{turn}");
                let insert = "with a as (update event_gates set name = $4 where id = $3)
                              insert into technical_requirements (organization_id, event_id, category, notes) values ($1, $2, 'sound', $4)";
                sql.execute(insert, &[&org, &event, &gate, &text]).await.expect("written");
            }
        });
    }
    while let Some(done) = writers.join_next().await {
        done.expect("no writer failed");
    }
    let sql = hub.database.sql().await;
    let head = sql.query_one("select seq from live.topics where topic = $1", &[&show.topic.to_string()]).await;
    let head = head.expect("the topic has a head").get::<_, i64>(0).unsigned_abs();

    let mut stories = Vec::new();
    for (mut wire, start) in wires {
        let (mut at, mut story) = (start, Vec::new());
        while at < head {
            let (after, seq, commits) = wire.delta().await;
            assert!(after <= at && seq > at, "a delta {after}-{seq} at {at}");
            for commit in &commits {
                assert!(commit.seq > at && commit.seq <= seq, "commit {} in {at}-{seq}", commit.seq);
                at = commit.seq;
            }
            at = seq;
            story.extend(commits);
        }
        assert_eq!(story.iter().map(|commit| commit.seq).collect::<BTreeSet<_>>().len(), story.len(), "each once");
        stories.push((start, story));
    }
    let (latest, _) = stories.iter().max_by_key(|(start, _)| *start).expect("three");
    let latest = *latest;
    let common: Vec<Vec<&Commit>> =
        stories.iter().map(|(_, story)| story.iter().filter(|commit| commit.seq > latest).collect()).collect();
    assert!(common[0].len() >= 120, "every commit by SQL is one of its own: {}", common[0].len());
    assert!(common.iter().all(|story| *story == common[0]), "one order for everybody");

    until(&gathered, "the head", |state| state.cursor().seq >= head).await;
    let mut merged = 0;
    while let Ok(Some(update)) = tokio::time::timeout(Duration::from_millis(1), updates.next()).await {
        if let hub_client::Update::Commits(commits) = update {
            merged += commits.len();
        }
    }
    assert!(merged > 0 && merged < common[0].len() / 2, "{merged} merged of {}", common[0].len());
    let fresh = hub.live(TestHub::OWNER).await.join(show.topic, JoinOptions::default()).await.expect("joined");
    assert_eq!(fresh.state().tables(), gathered.state().tables(), "merging loses nothing");
}

/// F049: what a wall cannot show late, a message or a cue, does not wait for the turn of a rate-limited view, and brings
/// along what was gathered before it.
#[tokio::test]
async fn urgent_changes_do_not_wait_for_their_turn() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 0).await;
    let sql = hub.database.sql().await;
    let mut wire = owner_wire(&hub, Encoding::Json).await;
    // A turn in ten seconds: longer than anything here is waited for.
    let tables = Some(vec!["event_gates".to_owned(), "screen_messages".to_owned()]);
    wire.send(&ClientFrame::Join { topic: show.topic, since: None, tables, rate: Some(0.1) }).await;
    let start = wire.snapshot().await.cursor.seq;
    for name in ["East", "West"] {
        rename_gate(&sql, &show, name).await;
    }
    let mut caller = owner_wire(&hub, Encoding::MessagePack).await;
    caller.command(Uuid::now_v7(), show.topic, post("Evacuate")).await.expect("posted");
    let (after, seq, commits) = wire.delta().await;
    assert_eq!((after, seq, commits.len()), (start, start + 3, 1));
    let changes: Vec<(&str, Op)> = commits[0].changes.iter().map(|change| (change.table.as_str(), change.op)).collect();
    assert_eq!(changes, [("event_gates", Op::Update), ("screen_messages", Op::Insert)]);
    assert_eq!(commits[0].changes[0].row["name"], json!("West"));
}

/// A table that a topic does not have is refused by name; a filter is kept to.
#[tokio::test]
async fn tables_are_filtered_and_unknown_ones_refused() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 0).await;
    let sql = hub.database.sql().await;
    let mut wire = owner_wire(&hub, Encoding::Json).await;
    for wrong in ["nope", "users", "sessions", "live.journal", "event_gates; drop table events", ""] {
        wire.send(&join(show.topic, None, Some(&["event_gates", wrong]))).await;
        assert_eq!(wire.error().await, (ErrorCode::UnknownTable, false, Some(About::Topic(show.topic))), "{wrong}");
    }
    let none = wire.join(show.topic, Some(&[])).await;
    assert!(none.tables.is_empty());
    let twice = wire.join(show.topic, Some(&["event_gates", "event_gates", "events"])).await;
    assert_eq!(twice.tables.keys().collect::<Vec<_>>(), ["event_gates", "events"]);
    assert_eq!(twice.tables["event_gates"].len(), 1);
    sql.execute("update ticket_tiers set name = 'Friends' where id = $1", &[&show.tier_id]).await.expect("renamed");
    rename_gate(&sql, &show, "East").await;
    let (after, seq, commits) = wire.delta().await;
    assert_eq!((after, seq, commits.len()), (twice.cursor.seq, twice.cursor.seq + 2, 1), "counted, not listed");
    for rate in [0.0, -1.0, 0.01, 61.0, 1e30] {
        wire.send(&ClientFrame::Join { topic: show.topic, since: None, tables: None, rate: Some(rate) }).await;
        assert_eq!(wire.error().await.0, ErrorCode::InvalidArgument, "{rate}");
    }
}

/// A snapshot that took so long that the room's memory has moved on without it is not left behind.
#[tokio::test]
async fn a_snapshot_that_was_overtaken_catches_up() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 1).await;
    let mut early = owner_wire(&hub, Encoding::MessagePack).await;
    early.join(show.topic, Some(&["runway_segments"])).await;
    // The snapshot waits for this lock; the storm does not.
    let mut psql = hub.database.sql().await;
    let lock = psql.transaction().await.expect("begun");
    lock.batch_execute("lock table registrations in access exclusive mode").await.expect("locked");
    let live = hub.live(TestHub::OWNER).await;
    let topic = show.topic;
    let joining = tokio::spawn(async move {
        live.join(topic, JoinOptions::tables(["registrations", "runway_segments"])).await.expect("joined")
    });
    let sql = hub.database.sql().await;
    let blocked =
        "select exists (select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()
                                    and query like '%registrations%')";
    let waits = async {
        while !sql.query_one(blocked, &[]).await.expect("asked").get::<_, bool>(0) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(SOON, waits).await.expect("the snapshot waits for the lock");
    sql.execute(
        "insert into runway_segments (organization_id, event_id, name, order_index)
         select $1, $2, 'Segment ' || n, n from generate_series(1, 9000) n",
        &[&hub.organization_id, &show.event_id],
    )
    .await
    .expect("written");
    let (_, head, _) = early.delta().await;
    lock.rollback().await.expect("unlocked");
    let room = joining.await.expect("no panic");
    until(&room, "everything", |state| state.cursor().seq >= head && state.table("runway_segments").count() == 9000)
        .await;
}
