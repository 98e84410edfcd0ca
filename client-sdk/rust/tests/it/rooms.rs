use hub_client::schemas::{
    About, ClientFrame, ErrorCode, Op, PresenceMember, PrincipalKind, ServerFrame, SnapshotReason,
};
use hub_client::{Hub, HubError, JoinOptions, Room, Update};
use serde_json::json;
use uuid::Uuid;

use crate::support::{FakeHub, Peer, TOPIC, at, error, gates, rename, welcome_as};

async fn joined(hub: &Hub, peer: &mut Peer) -> Room {
    let (room, ()) = tokio::join!(hub.join(TOPIC, JoinOptions::default()), async {
        assert_eq!(peer.recv_join().await, None);
        peer.send(gates(10, SnapshotReason::Joined, &[(1, "North")])).await;
    });
    room.expect("joined")
}

fn names(room: &Room) -> Vec<String> {
    let state = room.state();
    let mut names: Vec<_> = state.table("event_gates").map(|(_, row)| row["name"].to_string()).collect();
    names.sort();
    names
}

async fn reaches(room: &Room, seq: u64) {
    room.cursor().wait_for(|cursor| cursor.seq == seq).await.expect("the room is there");
}

/// F270, F271: state is snapshot plus deltas; what was missed is asked for by position, not guessed.
#[tokio::test]
async fn a_room_stays_exact_through_duplicates_gaps_and_reconnects() {
    let fake = FakeHub::start().await;
    let (hub, mut peer) = fake.connected().await;
    let room = joined(&hub, &mut peer).await;
    let mut deltas = room.deltas();

    peer.send(rename(10, 11, Op::Update, 1, "Main")).await;
    peer.send(rename(10, 11, Op::Update, 1, "twice")).await;
    reaches(&room, 11).await;
    assert_eq!(names(&room), [r#""Main""#]);

    // 12 was lost on the way: the client does not apply 13 but asks for what came after 11.
    peer.send(rename(12, 13, Op::Insert, 3, "East")).await;
    assert_eq!(peer.recv_join().await, Some(11));
    // What still arrives for the old subscription is not mixed into the new one.
    peer.send(rename(13, 14, Op::Delete, 3, "")).await;
    peer.send(ServerFrame::Resumed { topic: TOPIC, cursor: at(11) }).await;
    peer.send(rename(11, 12, Op::Insert, 2, "South")).await;
    peer.send(rename(12, 13, Op::Insert, 3, "East")).await;
    reaches(&room, 13).await;
    assert_eq!(names(&room), [r#""East""#, r#""Main""#, r#""South""#]);

    drop(peer);
    let mut peer = fake.welcomed().await;
    assert_eq!(peer.recv_join().await, Some(13));
    peer.send(gates(40, SnapshotReason::TooOld, &[(9, "West")])).await;
    reaches(&room, 40).await;
    assert_eq!(names(&room), [r#""West""#]);

    for seq in [11, 12, 13] {
        let Some(Update::Commits(commits)) = deltas.next().await else { panic!("commits first") };
        assert_eq!(commits.iter().map(|commit| commit.seq).collect::<Vec<_>>(), [seq]);
    }
    let Some(Update::Replaced { cursor, reason }) = deltas.next().await else { panic!("then the snapshot") };
    assert_eq!((cursor, reason), (at(40), SnapshotReason::TooOld));
}

/// A hub whose idea of the client's rows is wrong is asked for all of them.
#[tokio::test]
async fn an_update_of_an_unknown_row_is_healed_by_a_snapshot() {
    let fake = FakeHub::start().await;
    let (hub, mut peer) = fake.connected().await;
    let room = joined(&hub, &mut peer).await;
    peer.send(rename(10, 11, Op::Update, 5, "nobody")).await;
    assert_eq!(peer.recv_join().await, None);
    assert_eq!(names(&room), [r#""North""#], "nothing of it was applied");
    peer.send(gates(11, SnapshotReason::Joined, &[(5, "somebody")])).await;
    reaches(&room, 11).await;
    assert_eq!(names(&room), [r#""somebody""#]);
}

#[tokio::test]
async fn a_resume_at_another_position_is_not_believed() {
    let fake = FakeHub::start().await;
    let (hub, mut peer) = fake.connected().await;
    let room = joined(&hub, &mut peer).await;
    drop(peer);
    let mut peer = fake.welcomed().await;
    assert_eq!(peer.recv_join().await, Some(10));
    peer.send(ServerFrame::Resumed { topic: TOPIC, cursor: at(12) }).await;
    assert_eq!(peer.recv_join().await, None);
    peer.send(gates(12, SnapshotReason::Joined, &[])).await;
    reaches(&room, 12).await;
    assert_eq!(names(&room), [""; 0]);
}

#[tokio::test]
async fn a_kept_state_is_resumed_by_another_connection() {
    let fake = FakeHub::start().await;
    let (hub, mut peer) = fake.connected().await;
    let kept = joined(&hub, &mut peer).await.state().clone();
    let stored = serde_json::to_string(&kept).expect("JSON");
    hub.close().await;

    let (hub, mut peer) = fake.connected().await;
    let kept = serde_json::from_str(&stored).expect("the stored state");
    let (room, ()) = tokio::join!(hub.join(TOPIC, JoinOptions::default().since(kept)), async {
        assert_eq!(peer.recv_join().await, Some(10));
        peer.send(ServerFrame::Resumed { topic: TOPIC, cursor: at(10) }).await;
        peer.send(rename(10, 11, Op::Update, 1, "Main")).await;
    });
    let room = room.expect("resumed");
    reaches(&room, 11).await;
    assert_eq!(names(&room), [r#""Main""#]);
}

/// F246: the same device in another role sees other rows: what it held is not gone on from, neither on the same socket nor on the
/// next, nor by another connection; as itself again, it is.
#[tokio::test]
async fn another_role_gets_a_snapshot_of_its_own() {
    let fake = FakeHub::start().await;
    let (hub, mut peer) = fake.connected().await;
    let room = joined(&hub, &mut peer).await;
    let kept = room.state().clone();

    // On the same socket, by a token that was signed anew.
    hub.set_token("good");
    let ClientFrame::Hello { .. } = peer.recv().await else { panic!("hello") };
    peer.send(welcome_as("supervisor", "North tablet")).await;
    assert_eq!(peer.recv_join().await, None);
    // What still arrives belongs to the one before.
    peer.send(rename(10, 11, Op::Update, 1, "for staff only")).await;
    peer.send(gates(12, SnapshotReason::Joined, &[(1, "North")])).await;
    reaches(&room, 12).await;
    assert_eq!(names(&room), [r#""North""#]);

    // On the next socket.
    drop(peer);
    let mut peer = fake.accept().await;
    let ClientFrame::Hello { .. } = peer.recv().await else { panic!("hello") };
    peer.send(welcome_as("staff", "North tablet")).await;
    assert_eq!(peer.recv_join().await, None);
    peer.send(gates(13, SnapshotReason::Joined, &[(1, "North"), (2, "South")])).await;
    reaches(&room, 13).await;

    // Another name is nobody else.
    drop(peer);
    let mut peer = fake.accept().await;
    let ClientFrame::Hello { .. } = peer.recv().await else { panic!("hello") };
    peer.send(welcome_as("staff", "Main tablet")).await;
    assert_eq!(peer.recv_join().await, Some(13));
    hub.close().await;

    // From a file, by another connection.
    let hub = fake.builder().start().expect("an address");
    let mut peer = fake.accept().await;
    let ClientFrame::Hello { .. } = peer.recv().await else { panic!("hello") };
    peer.send(welcome_as("wall", "North tablet")).await;
    let (room, ()) = tokio::join!(hub.join(TOPIC, JoinOptions::default().since(kept)), async {
        assert_eq!(peer.recv_join().await, None);
        peer.send(gates(14, SnapshotReason::Joined, &[])).await;
    });
    assert_eq!(names(&room.expect("joined")), [""; 0]);
}

#[tokio::test]
async fn a_slow_reader_is_told_how_much_it_missed() {
    let fake = FakeHub::start().await;
    let (hub, mut peer) = fake.connected().await;
    let room = joined(&hub, &mut peer).await;
    let mut deltas = room.deltas();
    for seq in 11..=310 {
        peer.send(rename(seq - 1, seq, Op::Update, 1, "again")).await;
    }
    reaches(&room, 310).await;
    let Some(Update::Gap { missed }) = deltas.next().await else { panic!("a gap first") };
    let mut read = 0;
    let mut last = 0;
    while last < 310 {
        let Some(Update::Commits(commits)) = deltas.next().await else { panic!("then the rest") };
        last = commits[0].seq;
        read += 1;
    }
    assert_eq!(missed + read, 300);
}

/// F275: a refused subscription is an error with the hub's code; a right that is lost ends the room.
#[tokio::test]
async fn a_refused_and_an_ended_subscription_say_why() {
    let fake = FakeHub::start().await;
    let (hub, mut peer) = fake.connected().await;
    let (refused, ()) = tokio::join!(hub.join(TOPIC, JoinOptions::default()), async {
        peer.recv_join().await;
        peer.send(error(ErrorCode::UnknownTopic, false, Some(About::Topic(TOPIC)))).await;
    });
    let refused = refused.expect_err("refused");
    assert_eq!((refused.code(), refused.retryable()), ("unknown_topic", false));

    let room = joined(&hub, &mut peer).await;
    let second = hub.join(TOPIC, JoinOptions::default()).await;
    assert_eq!(second.expect_err("one room a topic"), HubError::AlreadyJoined(TOPIC));
    let mut deltas = room.deltas();
    peer.send(error(ErrorCode::Forbidden, false, Some(About::Topic(TOPIC)))).await;
    let Some(Update::Ended { code }) = deltas.next().await else { panic!("the end") };
    assert_eq!(code, ErrorCode::Forbidden);
}

#[tokio::test]
async fn a_join_that_is_refused_for_now_is_asked_again() {
    let fake = FakeHub::start().await;
    let (hub, mut peer) = fake.connected().await;
    let (room, ()) = tokio::join!(hub.join(TOPIC, JoinOptions::tables(["event_gates"]).rate(2.0)), async {
        peer.recv_join().await;
        peer.send(error(ErrorCode::Unavailable, false, Some(About::Topic(TOPIC)))).await;
        let ClientFrame::Join { tables, rate, .. } = peer.recv().await else { panic!("a join") };
        assert_eq!((tables, rate), (Some(vec!["event_gates".to_owned()]), Some(2.0)));
        peer.send(gates(1, SnapshotReason::Joined, &[])).await;
    });
    assert_eq!(room.expect("joined").state().cursor(), at(1));
}

#[tokio::test]
async fn presence_is_shown_again_after_a_reconnect_and_a_dropped_room_leaves() {
    let fake = FakeHub::start().await;
    let (hub, mut peer) = fake.connected().await;
    let room = joined(&hub, &mut peer).await;
    room.set_presence(Some(json!({"screen": "check-in"})));
    let shown = ClientFrame::Presence { topic: TOPIC, state: Some(json!({"screen": "check-in"})) };
    assert_eq!(peer.recv().await, shown);

    let member = |id: u128, name: &str| PresenceMember {
        session_id: Uuid::from_u128(id),
        name: name.into(),
        kind: PrincipalKind::Device,
        profile: None,
        state: None,
    };
    let presence = |full, members, left| ServerFrame::Presence { topic: TOPIC, full, members, left };
    peer.send(presence(true, vec![member(1, "a"), member(2, "b")], vec![])).await;
    peer.send(presence(false, vec![member(2, "B"), member(3, "c")], vec![Uuid::from_u128(1)])).await;
    let mut members = room.members();
    let present = members.wait_for(|members| members.iter().any(|member| member.name == "c")).await.expect("there");
    assert_eq!(present.iter().map(|member| member.name.as_str()).collect::<Vec<_>>(), ["B", "c"]);
    drop(present);

    drop(peer);
    let mut peer = fake.welcomed().await;
    assert_eq!(peer.recv_join().await, Some(10));
    peer.send(ServerFrame::Resumed { topic: TOPIC, cursor: at(10) }).await;
    assert_eq!(peer.recv().await, shown);
    drop(room);
    assert_eq!(peer.recv().await, ClientFrame::Leave { topic: TOPIC });
}
