//! Commands, queries and presence, frame by frame.

use std::collections::BTreeSet;

use schemas::{About, ClientFrame, Command, Done, Encoding, ErrorCode, Outcome, Query, ServerFrame, Severity};
use serde_json::json;
use uuid::Uuid;

use crate::support::room::SOON;
use crate::support::show::scan;
use crate::support::{Show, TestHub, Wire};

const GATES: Option<&[&str]> = Some(&["event_gates"]);

fn post(text: &str) -> Command {
    Command::PostMessage { text: text.into(), severity: Severity::Info, audience: vec![], expires_at: None }
}

async fn owner_wire(hub: &TestHub, encoding: Encoding) -> Wire {
    Wire::hello(hub.server.address, encoding, &hub.token(TestHub::OWNER).await).await
}

/// F271: a command is carried out once; its retries get the stored outcome, on any socket, and its id is good for nothing
/// else.
#[tokio::test]
async fn a_retry_gets_the_stored_outcome() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 2).await;
    let other = Show::with_guests(&hub, 0).await;
    let mut wire = owner_wire(&hub, Encoding::Json).await;
    let sql = hub.database.sql().await;
    let refused = Command::ClearMessage { message_id: Uuid::from_u128(5) };
    for command in [post("Once"), scan(&show.guests[0].1), refused] {
        let id = Uuid::now_v7();
        let (first, again) = wire.command(id, show.topic, command.clone()).await.expect("decided");
        assert!(!again);
        let mut elsewhere = owner_wire(&hub, Encoding::MessagePack).await;
        for wire in [&mut wire, &mut elsewhere] {
            assert_eq!(wire.command(id, show.topic, command.clone()).await, Ok((first.clone(), true)));
        }
        for (topic, different) in
            [(show.topic, post("Twice")), (show.topic, scan(&show.guests[1].1)), (other.topic, command)]
        {
            assert_eq!(wire.command(id, topic, different).await, Err(ErrorCode::CommandIdReused));
        }
    }
    let counts = "select (select count(*) from screen_messages where event_id = $1), (select count(*) from check_ins where event_id = $1)";
    let row = sql.query_one(counts, &[&show.event_id]).await.expect("counted");
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (1, 1));

    // The same id many times at once: one of them decides.
    let id = Uuid::now_v7();
    for _ in 0..20 {
        wire.send(&ClientFrame::Command { command_id: id, topic: show.topic, command: post("Many") }).await;
    }
    let mut fresh = 0;
    for _ in 0..20 {
        let (outcome, duplicate) = wire
            .receive_where(|frame| match frame {
                ServerFrame::Outcome { outcome, duplicate, .. } => Some((outcome, duplicate)),
                ServerFrame::Error { message, .. } => panic!("{message}"),
                _ => None,
            })
            .await;
        assert!(matches!(outcome, Outcome::Done { done: Done::Row { .. } }));
        fresh += usize::from(!duplicate);
    }
    assert_eq!(fresh, 1);
}

/// More commands than a socket may have under way are told to come again; those that were taken are carried out, and the
/// other sockets notice nothing.
#[tokio::test]
async fn commands_in_flight_are_bounded() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 0).await;
    let mut wire = owner_wire(&hub, Encoding::MessagePack).await;
    wire.join(show.topic, GATES).await;
    let mut psql = hub.database.sql().await;
    let lock = psql.transaction().await.expect("begun");
    lock.batch_execute("lock table screen_messages in access exclusive mode").await.expect("locked");
    let ids: Vec<Uuid> = (0..300).map(|_| Uuid::now_v7()).collect();
    for id in &ids {
        wire.send(&ClientFrame::Command { command_id: *id, topic: show.topic, command: post("x") }).await;
    }
    for id in &ids[256..] {
        assert_eq!(wire.error().await, (ErrorCode::Busy, false, Some(About::Command(*id))));
    }
    let mut calm = owner_wire(&hub, Encoding::Json).await;
    assert_eq!(calm.join(show.topic, GATES).await.tables["event_gates"].len(), 1);
    lock.rollback().await.expect("unlocked");
    let mut done = BTreeSet::new();
    while done.len() < 256 {
        done.insert(
            wire.receive_where(|frame| match frame {
                ServerFrame::Outcome { command_id, outcome: Outcome::Done { .. }, .. } => Some(command_id),
                _ => None,
            })
            .await,
        );
    }
    assert_eq!(done, ids[..256].iter().copied().collect());
    assert!(wire.command(ids[299], show.topic, post("x")).await.is_ok(), "there is room again");
}

/// Guests are found by the beginnings of their names whatever the accents; short questions and strangers get nothing.
#[tokio::test]
async fn queries_are_answered_from_what_is_true_now() {
    let hub = TestHub::start().await;
    let mut show = Show::with_guests(&hub, 3).await;
    let sql = hub.database.sql().await;
    show.add_guest(&hub, &sql, "Zoë Ångström", 1, "confirmed").await;
    let mut wire = owner_wire(&hub, Encoding::MessagePack).await;
    let topic = show.topic;
    let find = |query_id, text: &str, limit| ClientFrame::Query {
        query_id,
        topic,
        query: Query::FindGuests { text: text.into(), limit },
    };
    wire.send(&find(1, "zoe", 5)).await;
    assert_eq!(wire.error().await, (ErrorCode::OutOfOrder, false, Some(About::Query(1))));
    wire.join(topic, GATES).await;
    let found = |frame| match frame {
        ServerFrame::Answer { query_id, answer: schemas::Answer::Guests { guests } } => {
            Some((query_id, guests.into_iter().map(|guest| guest.name).collect::<Vec<_>>()))
        }
        ServerFrame::Error { message, .. } => panic!("{message}"),
        _ => None,
    };
    for (text, names) in [("ZOE ang", vec!["Zoë Ångström"]), ("zo", vec![]), ("", vec![]), ("%%%", vec![])] {
        wire.send(&find(2, text, 5)).await;
        assert_eq!(wire.receive_where(found).await, (2, names.iter().map(ToString::to_string).collect()), "{text:?}");
    }
    wire.send(&find(3, "guest", 2)).await;
    assert_eq!(wire.receive_where(found).await.1.len(), 2);
    for (text, limit) in [("guest", 0), ("guest", 51), (&*"x".repeat(101), 5)] {
        wire.send(&find(4, text, limit)).await;
        assert_eq!(wire.error().await, (ErrorCode::InvalidArgument, false, Some(About::Query(4))));
    }
    // Somebody is added, by SQL: found as soon as the room has heard of it.
    let (late, _) = show.add_guest(&hub, &sql, "Late Arrival", 2, "confirmed").await;
    wire.join(topic, Some(&["registrations"])).await;
    let finds = async {
        loop {
            wire.send(&find(5, "late arr", 5)).await;
            let (_, names) = wire.receive_where(found).await;
            if names == ["Late Arrival"] {
                break;
            }
            assert!(names.is_empty(), "{late} or nobody: {names:?}");
        }
    };
    tokio::time::timeout(SOON, finds).await.expect("a new guest is found");
}

/// Presence is shown to those in the topic, replaced, taken back, and ends with its socket.
#[tokio::test]
async fn presence_is_seen_and_ends() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 0).await;
    let mut watcher = owner_wire(&hub, Encoding::Json).await;
    watcher.join(show.topic, GATES).await;
    let mut caller = owner_wire(&hub, Encoding::MessagePack).await;
    let state = |value| ClientFrame::Presence { topic: show.topic, state: value };
    caller.send(&state(Some(json!({"at": "cue 3"})))).await;
    assert_eq!(caller.error().await.0, ErrorCode::OutOfOrder);
    caller.join(show.topic, GATES).await;
    caller.send(&state(Some(json!("x".repeat(2000))))).await;
    assert_eq!(caller.error().await.0, ErrorCode::InvalidArgument);
    caller.send(&state(Some(json!({"at": "cue 3"})))).await;
    let change = |frame| match frame {
        ServerFrame::Presence { full: false, members, left, .. } => Some((members, left)),
        _ => None,
    };
    let (members, left) = watcher.receive_where(change).await;
    assert_eq!((members.len(), left.len()), (1, 0));
    assert_eq!((members[0].name.as_str(), members[0].state.clone()), ("Odile Owner", Some(json!({"at": "cue 3"}))));
    let shown = members[0].session_id;
    let mut late = owner_wire(&hub, Encoding::Json).await;
    late.join(show.topic, GATES).await;
    let full = |frame| match frame {
        ServerFrame::Presence { full: true, members, .. } => Some(members),
        _ => None,
    };
    assert_eq!(late.receive_where(full).await, members);
    caller.send(&state(None)).await;
    assert_eq!(watcher.receive_where(change).await, (vec![], vec![shown]));
    caller.send(&state(Some(json!(1)))).await;
    assert_eq!(watcher.receive_where(change).await.0.len(), 1);
    drop(caller);
    assert_eq!(watcher.receive_where(change).await, (vec![], vec![shown]));
}
