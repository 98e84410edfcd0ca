//! A client that stops reading.

use schemas::{ClientFrame, Encoding, ServerFrame, SnapshotReason};
use serde_json::{Value, json};

use crate::support::bare::{Bare, Heard};
use crate::support::wire::join;
use crate::support::{Show, TestHub, Wire};

const TABLES: Option<&[&str]> = Some(&["event_schedules"]);
/// Text in each change, bytes.
const TEXT: usize = 100_000;
/// Changes while the reader sleeps: several times what the kernel and the hub may keep for it.
const CHANGES: usize = 400;
/// What may wait for one reader: the hub's bound, the head that is being sent, and the kernel's buffers of both ends.
const WAITING: usize = hub::live::socket::OUTBOX_BYTES + TEXT + 8 * 1024 * 1024;

/// F049, memory is bounded: while one client does not read, the others receive everything; for it no more waits
/// than the bound; when it reads again it is told, and ends with what the database holds.
#[tokio::test]
async fn a_sleeping_reader_costs_bounded_memory_and_delays_nobody() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 0).await;
    let sql = hub.database.sql().await;
    let cue: uuid::Uuid = sql
        .query_one(
            "insert into event_schedules (organization_id, event_id, title, description, start_time, end_time)
             values ($1, $2, 'Cue', '', now(), now() + interval '1 hour') returning id",
            &[&hub.organization_id, &show.event_id],
        )
        .await
        .expect("made")
        .get(0);
    let token = hub.token(TestHub::OWNER).await;
    let mut sleeper = Bare::hello(hub.server.address, Some(64 * 1024), &token).await;
    sleeper.send(&join(show.topic, None, TABLES)).await;
    let start = sleeper
        .hear_where(|frame| match frame {
            ServerFrame::Snapshot { cursor, .. } => Some(cursor.seq),
            _ => None,
        })
        .await;
    let mut awake = Vec::new();
    for encoding in [Encoding::Json, Encoding::MessagePack, Encoding::Json] {
        let mut wire = Wire::hello(hub.server.address, encoding, &token).await;
        wire.join(show.topic, TABLES).await;
        awake.push(tokio::spawn(async move {
            let (mut at, mut changes) = (start, 0);
            while changes < CHANGES {
                let (after, seq, commits) = wire.delta().await;
                assert!(after <= at && seq > at);
                at = seq;
                changes += commits.len();
                wire.send(&ClientFrame::Ping { sent: 0 }).await;
            }
            at
        }));
    }
    sql.batch_execute("set synchronous_commit = off").await.expect("set");
    for number in 0..CHANGES {
        let text = format!("{number:06}").repeat(TEXT / 6);
        sql.execute("update event_schedules set description = $2 where id = $1", &[&cue, &text])
            .await
            .expect("written");
        if number % 100 == 0 {
            // It is alive; it only does not read.
            sleeper.send(&ClientFrame::Ping { sent: 1 }).await;
        }
    }
    let mut head = 0;
    for awake in awake {
        head = awake.await.expect("everything arrives while one sleeps");
    }

    // It wakes up.
    let (mut waited, mut at, mut told, mut last) = (0, start, false, json!(""));
    while at < head {
        let frame = match sleeper.hear().await {
            Heard::Frame(frame) => *frame,
            other => panic!("{other:?} while catching up"),
        };
        let commits = match frame {
            ServerFrame::Resync { dropped } => {
                assert!(dropped > 0);
                told = true;
                continue;
            }
            ServerFrame::Resumed { cursor, .. } => {
                assert_eq!(cursor.seq, at, "it goes on from what was delivered");
                continue;
            }
            ServerFrame::Snapshot { cursor, reason, tables, .. } => {
                assert_eq!(reason, SnapshotReason::TooOld);
                last = tables["event_schedules"][0]["description"].clone();
                at = cursor.seq;
                continue;
            }
            ServerFrame::Delta { after, seq, commits, .. } => {
                assert!(after <= at, "a gap: {after} at {at}");
                at = at.max(seq);
                commits
            }
            _ => continue,
        };
        for change in commits.iter().flat_map(|commit| &commit.changes) {
            let text: &Value = &change.row["description"];
            if !told {
                waited += text.as_str().map_or(0, str::len);
            }
            last = text.clone();
        }
        sleeper.send(&ClientFrame::Ping { sent: 2 }).await;
    }
    assert!(told, "it was told that frames were dropped");
    assert!(waited < WAITING, "{waited} bytes had waited");
    assert_eq!(last, json!(format!("{:06}", CHANGES - 1).repeat(TEXT / 6)));
    // And it is as good as any other again.
    sql.execute("update event_schedules set description = 'awake' where id = $1", &[&cue]).await.expect("written");
    let text = sleeper
        .hear_where(|frame| match frame {
            ServerFrame::Delta { commits, .. } => Some(commits[0].changes[0].row["description"].clone()),
            _ => None,
        })
        .await;
    assert_eq!(text, json!("awake"));
}

/// A snapshot that is larger than what may wait arrives whole, on a slow link too, and nothing after it is lost.
#[tokio::test]
async fn a_large_snapshot_arrives_whole() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 0).await;
    let sql = hub.database.sql().await;
    sql.execute(
        "insert into event_schedules (organization_id, event_id, title, description, start_time, end_time, order_index)
         select $1, $2, 'Cue ' || n, repeat('x', 100000), now(), now() + interval '1 hour', n from generate_series(1, 60) n",
        &[&hub.organization_id, &show.event_id],
    )
    .await
    .expect("made");
    let token = hub.token(TestHub::OWNER).await;
    let mut slow = Bare::hello(hub.server.address, Some(16 * 1024), &token).await;
    slow.send(&join(show.topic, None, TABLES)).await;
    let mut at = 0;
    while at == 0 {
        match slow.hear().await {
            Heard::Frame(frame) => match *frame {
                ServerFrame::Snapshot { cursor, tables, .. } => {
                    assert_eq!(tables["event_schedules"].len(), 60);
                    at = cursor.seq;
                }
                ServerFrame::Resync { dropped } => panic!("{dropped} frames dropped for a reader that reads"),
                _ => {}
            },
            other => panic!("{other:?} instead of a snapshot"),
        }
    }
    sql.execute("update event_schedules set title = 'Last' where order_index = 60", &[]).await.expect("written");
    loop {
        match slow.hear().await {
            Heard::Frame(frame) => match *frame {
                ServerFrame::Delta { after, commits, .. } => {
                    assert!(after <= at);
                    break assert_eq!(commits[0].changes[0].row["title"], json!("Last"));
                }
                ServerFrame::Resync { dropped } => panic!("{dropped} frames dropped for a reader that reads"),
                _ => {}
            },
            other => panic!("{other:?} instead of a delta"),
        }
    }
}
