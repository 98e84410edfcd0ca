use hub_client::schemas::{ClientFrame, Command, Encoding, ErrorCode, Op, ServerFrame, SnapshotReason};
use hub_client::{Hub, HubError, JoinOptions, Status};
use uuid::Uuid;

use crate::support::{FakeHub, TOPIC, error, gates, rename, welcome, welcome_with};

#[tokio::test]
async fn nobody_there_is_an_error_of_the_first_attempt_only() {
    let fake = FakeHub::start().await;
    let url = fake.url();
    drop(fake);
    let failed = Hub::builder(url).connect().await.expect_err("nobody listens");
    assert_eq!((failed.code(), failed.retryable()), ("unreachable", true));
    let failed = Hub::builder("gopher://hub").connect().await.expect_err("no such scheme");
    assert_eq!(failed.code(), "bad_url");
}

/// Everything that waits for the hub can be spawned on a runtime of many threads.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_waits_can_move_between_threads() {
    let fake = FakeHub::start().await;
    let connecting = tokio::spawn(fake.builder().connect());
    let mut peer = fake.welcomed().await;
    let hub = connecting.await.expect("no panic").expect("connected");
    let waiting = tokio::spawn(async move {
        let room = hub.join(TOPIC, JoinOptions::default()).await.expect("joined");
        let seen = room.cursor().wait_for(|cursor| cursor.seq == 11).await.is_ok();
        room.send(Command::SetDoors { open: true }).await.expect_err("the hub is closed");
        seen
    });
    peer.recv_join().await;
    peer.send(gates(10, SnapshotReason::Joined, &[(1, "North")])).await;
    peer.send(rename(10, 11, Op::Update, 1, "Main")).await;
    peer.recv_command().await;
    peer.send(error(ErrorCode::Revoked, true, None)).await;
    assert!(waiting.await.expect("no panic"));
}

#[tokio::test]
async fn both_encodings_are_spoken() {
    for encoding in Encoding::ALL {
        let fake = FakeHub::start().await;
        let (hub, peer) = tokio::join!(fake.builder().encoding(encoding).connect(), fake.welcomed());
        drop(peer);
        let hub = hub.expect("connected");
        assert!(matches!(&*hub.status().borrow(), Status::Live { principal, .. } if principal.name == "North tablet"));
    }
}

/// A half-open socket: the other end is there and says nothing.
#[tokio::test]
async fn a_silent_hub_is_left_and_found_again() {
    let fake = FakeHub::start().await;
    let (hub, mut silent) = fake.connected().await;
    // Heartbeats are every 50 ms; without an answer the client gives up on this socket and makes another.
    let mut peer = fake.welcomed().await;
    let mut pings = 0;
    while let Some(frame) = silent.recv_any().await {
        assert!(matches!(frame, ClientFrame::Ping { .. }));
        pings += 1;
    }
    assert!(pings >= 2, "{pings} heartbeats before giving up");
    let asking = tokio::spawn(async move { hub.send(TOPIC, Command::SetDoors { open: true }).await });
    peer.recv_command().await;
    asking.abort();
}

#[tokio::test]
async fn the_hubs_clock_is_learned_from_heartbeats() {
    let fake = FakeHub::start().await;
    let (hub, mut peer) = fake.connected().await;
    let ahead = 3_600_000;
    let before = hub.server_now_ms();
    assert!((before - 1_790_000_000_000).abs() < 10_000, "the welcome sets it roughly");
    let mut local_ms = 0;
    // Until the pongs outnumber the welcome among the quickest.
    for _ in 0..16 {
        let Some(ClientFrame::Ping { sent }) = peer.recv_any().await else { panic!("only heartbeats") };
        peer.send(ServerFrame::Pong { sent, server_time: sent + ahead }).await;
        local_ms = sent;
    }
    let Some(ClientFrame::Ping { .. }) = peer.recv_any().await else { panic!("only heartbeats") };
    let off = hub.server_now_ms() - ahead - local_ms;
    assert!((0..5_000).contains(&off), "{off} ms off");
    assert!(hub.rtt_ms().is_some());
}

/// F273: a revoked device stops; it does not hammer the hub.
#[tokio::test]
async fn a_revoked_token_ends_it_and_an_expired_one_waits_for_the_next() {
    let fake = FakeHub::start().await;
    let (hub, mut peer) = fake.connected().await;
    let mut status = hub.status();
    let sending = |hub: &Hub| {
        let hub = hub.clone();
        tokio::spawn(async move { hub.send(TOPIC, Command::SetDoors { open: true }).await })
    };
    let kept = sending(&hub);
    let id = peer.recv_command().await;
    peer.send(error(ErrorCode::TokenExpired, true, None)).await;
    let expired = |status: &Status| matches!(status, Status::Denied { code: ErrorCode::TokenExpired, .. });
    status.wait_for(expired).await.expect("there");
    hub.set_token("good");
    let mut peer = fake.welcomed().await;
    assert_eq!(peer.recv_command().await, id, "the command waited for the new token");

    peer.send(error(ErrorCode::Revoked, true, None)).await;
    let denied = HubError::Denied { code: ErrorCode::Revoked, message: "no".into() };
    assert_eq!(kept.await.expect("no panic"), Err(denied.clone()));
    assert_eq!(sending(&hub).await.expect("no panic"), Err(denied));
    assert!(matches!(&*status.borrow(), Status::Denied { code: ErrorCode::Revoked, .. }));
}

#[tokio::test]
async fn a_bad_token_fails_the_connect_and_a_draining_hub_is_tried_again() {
    let fake = FakeHub::start().await;
    let (hub, ()) = tokio::join!(fake.builder().token("bad").connect(), async {
        let mut peer = fake.accept().await;
        peer.recv().await;
        peer.send(error(ErrorCode::InvalidToken, true, None)).await;
    });
    assert_eq!(hub.expect_err("denied").code(), "invalid_token");

    let (hub, mut peer) = fake.connected().await;
    peer.send(error(ErrorCode::Draining, true, None)).await;
    fake.welcomed().await;
    hub.close().await;
}

#[tokio::test]
async fn a_fresher_token_is_told_to_a_live_connection_without_a_new_join() {
    let fake = FakeHub::start().await;
    let (hub, mut peer) = fake.connected().await;
    hub.set_token("fresher");
    let ClientFrame::Hello { token, .. } = peer.recv().await else { panic!("hello") };
    assert_eq!(token, "fresher");
    peer.send(welcome_with(50, 64)).await;
    let waiting = tokio::spawn({
        let hub = hub.clone();
        async move { hub.send_as(Uuid::from_u128(3), TOPIC, Command::SetDoors { open: false }).await }
    });
    assert_eq!(peer.recv_command().await.as_u128(), 3);
    waiting.abort();
}

#[tokio::test]
async fn nonsense_from_the_hub_is_a_reason_to_connect_again() {
    let fake = FakeHub::start().await;
    let (hub, mut peer) = fake.connected().await;
    let mut status = hub.status();
    peer.send_text("{\"type\":\"poem\"}").await;
    let nonsense = |status: &Status| matches!(status, Status::Offline { why: HubError::Protocol(_), .. });
    let (seen, mut peer) = tokio::join!(async { status.wait_for(nonsense).await.is_ok() }, fake.accept());
    assert!(seen);
    peer.recv().await;
    peer.send(welcome()).await;
    hub.close().await;
}
