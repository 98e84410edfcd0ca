use hub_client::schemas::{ClientFrame, ClientInfo, Encoding, ErrorCode, Op, ServerFrame, SnapshotReason};
use hub_client::{LocalClock, RawFrame, RawSocket};

use crate::support::{FakeHub, TOPIC, at, error, gates, rename};

async fn open(fake: &FakeHub) -> Result<RawSocket, hub_client::HubError> {
    let client = ClientInfo { name: "bench".into(), version: "1".into() };
    RawSocket::connect(&fake.url(), "good", client, Encoding::MessagePack, LocalClock::start()).await
}

#[tokio::test]
async fn positions_and_times_are_read_and_heartbeats_are_kept() {
    let fake = FakeHub::start().await;
    let (socket, mut peer) = tokio::join!(open(&fake), fake.welcomed());
    let mut socket = socket.expect("welcome");
    socket.send(ClientFrame::Join { topic: TOPIC, since: None, tables: None, rate: None }).await.expect("sent");
    assert_eq!(peer.recv_join().await, None);
    let reading = tokio::spawn(async move {
        let frames = [socket.next().await, socket.next().await, socket.next().await];
        (socket.next().await.expect_err("the hub has gone"), frames.map(|frame| frame.expect("a frame")))
    });
    peer.send(gates(4, SnapshotReason::Joined, &[(1, "North")])).await;
    peer.send(rename(4, 6, Op::Update, 1, "Main")).await;
    for _ in 0..5 {
        let Some(ClientFrame::Ping { sent }) = peer.recv_any().await else { panic!("a heartbeat") };
        peer.send(ServerFrame::Pong { sent, server_time: sent }).await;
    }
    peer.send(ServerFrame::Resync { dropped: 2 }).await;
    drop(peer);
    let (end, [snapshot, delta, other]) = reading.await.expect("no panic");
    assert_eq!(end.code(), "unreachable");
    assert!(matches!(snapshot, RawFrame::At { cursor, .. } if cursor == at(4)));
    let RawFrame::Delta { after: 4, seq: 6, commits: 1, first_at: Some(1_790_000_000_000), bytes } = delta else {
        panic!("{delta:?}")
    };
    assert!(bytes > 100);
    assert_eq!(other, RawFrame::Other(Box::new(ServerFrame::Resync { dropped: 2 })));
}

#[tokio::test]
async fn a_refused_hello_says_why() {
    let fake = FakeHub::start().await;
    let (socket, ()) = tokio::join!(open(&fake), async {
        let mut peer = fake.accept().await;
        peer.recv().await;
        peer.send(error(ErrorCode::Revoked, true, None)).await;
    });
    assert_eq!(socket.expect_err("refused").code(), "revoked");
}
