//! Two hubs of one database: one order, one admission, one answer; and a hub that goes tells its sessions.

use hub_client::{Hub, JoinOptions};
use schemas::{ClientFrame, Command, Commit, DeviceProfile, Encoding, ErrorCode, Outcome, ServerFrame, Severity};
use uuid::Uuid;

use crate::support::http::http;
use crate::support::room::until;
use crate::support::show::scan;
use crate::support::{Show, TestHub, Wire};

async fn elsewhere(url: String, token: &str) -> Hub {
    Hub::builder(url).token(token).connect().await.expect("the other hub takes the token")
}

fn post(text: &str) -> Command {
    Command::PostMessage { text: text.into(), severity: Severity::Info, audience: vec![], expires_at: None }
}

/// F270, F271: what one hub commits, the other's subscribers receive, as the same commits in the same order, and everybody
/// ends with the same rows.
#[tokio::test]
async fn both_hubs_tell_the_same_story() {
    let hub = TestHub::start().await;
    let second = TestHub::serve(&hub.database).await;
    let show = Show::with_guests(&hub, 60).await;
    let owner = hub.token(TestHub::OWNER).await;
    let mut wires = Vec::new();
    for (address, encoding) in [(hub.server.address, Encoding::Json), (second.address, Encoding::MessagePack)] {
        let mut wire = Wire::hello(address, encoding, &owner).await;
        let start = wire.join(show.topic, None).await.cursor.seq;
        wires.push((wire, start));
    }
    let mut writers = tokio::task::JoinSet::new();
    for (number, half) in show.guests.chunks(30).enumerate() {
        let (_, token) = show.pair(&hub, "Tablet", DeviceProfile::Scan, Some(show.gate_id), false).await;
        let url = if number == 0 { hub.url() } else { format!("http://{}", second.address) };
        let (tablet, codes, topic) = (elsewhere(url, &token).await, half.to_vec(), show.topic);
        writers.spawn(async move {
            for (turn, (_, code)) in codes.iter().enumerate() {
                tablet.send(topic, scan(code)).await.expect("judged");
                if turn % 3 == 0 {
                    tablet.send(topic, post(&format!("{number}-{turn}"))).await.expect("posted");
                }
            }
        });
    }
    while let Some(done) = writers.join_next().await {
        done.expect("no tablet failed");
    }
    let sql = hub.database.sql().await;
    let head = sql.query_one("select seq from live.topics where topic = $1", &[&show.topic.to_string()]).await;
    let head = head.expect("the topic has a head").get::<_, i64>(0).unsigned_abs();
    let mut stories: Vec<Vec<Commit>> = Vec::new();
    let from = wires.iter().map(|(_, start)| *start).max().expect("two");
    for (mut wire, start) in wires {
        let (mut at, mut story) = (start, Vec::new());
        while at < head {
            let (after, seq, commits) = wire.delta().await;
            assert!(after <= at && seq > at, "a delta {after}-{seq} at {at}");
            at = seq;
            story.extend(commits.into_iter().filter(|commit| commit.seq > from));
        }
        stories.push(story);
    }
    assert!(stories[0].len() >= 20);
    assert_eq!(stories[0], stories[1]);
    let (one, two) = (hub.connect(&owner).await, elsewhere(format!("http://{}", second.address), &owner).await);
    let one = one.join(show.topic, JoinOptions::default()).await.expect("joined");
    let two = two.join(show.topic, JoinOptions::default()).await.expect("joined");
    assert_eq!(one.state().tables(), two.state().tables());
    assert_eq!(one.state().table("check_ins").count(), 60);
    second.stop().await;
}

/// F270: a command that is sent to both hubs under one id, before, after or at the same time, is carried out once and
/// answered alike.
#[tokio::test]
async fn a_command_sent_to_both_hubs_is_carried_out_once() {
    let hub = TestHub::start().await;
    let second = TestHub::serve(&hub.database).await;
    let show = Show::with_guests(&hub, 30).await;
    let (_, token) = show.pair(&hub, "Tablet", DeviceProfile::Scan, Some(show.gate_id), false).await;
    let mut here = Wire::hello(hub.server.address, Encoding::Json, &token).await;
    let mut there = Wire::hello(second.address, Encoding::MessagePack, &token).await;
    for (number, (_, code)) in show.guests.iter().enumerate() {
        for command in [scan(code), post(&format!("Message {number}"))] {
            let id = Uuid::now_v7();
            let (one, two) = tokio::join!(
                here.command(id, show.topic, command.clone()),
                there.command(id, show.topic, command.clone())
            );
            let ((one, first), (two, second)) = (one.expect("decided"), two.expect("decided"));
            assert_eq!(one, two);
            assert!(matches!(one, Outcome::Done { .. }));
            assert!(first || second, "one of them was a repetition");
            assert_eq!(there.command(id, show.topic, command).await, Ok((one, true)));
            assert_eq!(there.command(id, show.topic, post("else")).await, Err(ErrorCode::CommandIdReused));
        }
    }
    let sql = hub.database.sql().await;
    let counts =
        "select (select count(*) from check_ins where result = 'accepted'), (select count(*) from screen_messages)";
    let row = sql.query_one(counts, &[]).await.expect("counted");
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (30, 30));
    second.stop().await;
}

/// A hub that is told to stop says `draining` to every session, answers what it has begun, and is not ready any more;
/// clients go on at another hub where they left off, and send again what was not answered.
#[tokio::test]
async fn a_hub_that_stops_says_so_and_loses_nothing() {
    let hub = TestHub::start().await;
    let leaving = TestHub::serve(&hub.database).await;
    let show = Show::with_guests(&hub, 100).await;
    let owner = hub.token(TestHub::OWNER).await;
    let (_, token) = show.pair(&hub, "Tablet", DeviceProfile::Scan, Some(show.gate_id), false).await;
    let mut silent = Wire::open(leaving.address, Encoding::Json).await;
    let mut watching = Wire::hello(leaving.address, Encoding::MessagePack, &owner).await;
    watching.join(show.topic, None).await;
    let mut tablet = Wire::hello(leaving.address, Encoding::Json, &token).await;
    let commands: Vec<(Uuid, Command)> = show.guests.iter().map(|(_, code)| (Uuid::now_v7(), scan(code))).collect();
    for (command_id, command) in &commands {
        let (command_id, command) = (*command_id, command.clone());
        tablet.send(&ClientFrame::Command { command_id, topic: show.topic, command }).await;
    }
    let first = tablet.receive_where(|frame| match frame {
        ServerFrame::Outcome { command_id, outcome, .. } => Some((command_id, outcome)),
        _ => None,
    });
    let mut told = vec![first.await];
    let address = leaving.address;
    let stopping = tokio::spawn(leaving.stop());
    assert_eq!(watching.end().await, Some(ErrorCode::Draining));
    assert_eq!(silent.end().await, Some(ErrorCode::Draining));
    let mut last = None;
    while let Some(frame) = tablet.receive().await {
        match frame {
            ServerFrame::Outcome { command_id, outcome, .. } => told.push((command_id, outcome)),
            ServerFrame::Error { code, fatal: true, .. } => last = Some(code),
            _ => {}
        }
    }
    assert_eq!(last, Some(ErrorCode::Draining));
    stopping.await.expect("it stops");
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "nobody listens any more");
    // The other hub has every answer that was given, and gives those that were not.
    let mut again = Wire::hello(hub.server.address, Encoding::Json, &token).await;
    for (id, command) in commands {
        let (outcome, duplicate) = again.command(id, show.topic, command).await.expect("decided");
        assert!(matches!(outcome, Outcome::Done { .. }));
        if let Some((_, before)) = told.iter().find(|(of, _)| *of == id) {
            assert!(duplicate && *before == outcome, "{before:?} was said, now {outcome:?}");
        }
    }
    let sql = hub.database.sql().await;
    let admitted = "select count(*) from check_ins where result = 'accepted'";
    assert_eq!(sql.query_one(admitted, &[]).await.expect("counted").get::<_, i64>(0), 100);
    assert_eq!(http(hub.server.address, "GET", "/readyz", None, None).await.status, 200);
}

/// A client of ours is moved by nothing but its connection: when its hub has gone and another listens at the same
/// address, it goes on from where it was.
#[tokio::test]
async fn a_client_goes_on_at_the_next_hub() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 3).await;
    let first = TestHub::serve(&hub.database).await;
    let address = first.address;
    let quick = hub_client::Backoff {
        first: std::time::Duration::from_millis(20),
        longest: std::time::Duration::from_millis(200),
    };
    let token = hub.token(TestHub::OWNER).await;
    let live =
        Hub::builder(format!("http://{address}")).token(token).backoff(quick).connect().await.expect("connected");
    let room = live.join(show.topic, JoinOptions::default()).await.expect("joined");
    first.stop().await;
    let sql = hub.database.sql().await;
    sql.execute("update event_gates set name = 'Meanwhile'", &[]).await.expect("renamed");
    let sending = tokio::spawn({
        let (live, topic) = (live.clone(), show.topic);
        async move { live.send(topic, post("Sent into the dark")).await }
    });
    let next = TestHub::serve_at(&hub.database, address).await;
    sending.await.expect("no panic").expect("posted once the next hub is there");
    until(&room, "what happened meanwhile", |state| {
        let renamed = state.row("event_gates", show.gate_id).is_some_and(|row| row["name"] == "Meanwhile");
        renamed && state.table("screen_messages").count() == 1
    })
    .await;
    next.stop().await;
}
