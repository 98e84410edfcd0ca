use hub_client::schemas::{
    About, Answer, ClientFrame, Command, Done, ErrorCode, Outcome, Query, Refusal, RefusalCode, ServerFrame,
};
use hub_client::{Hub, HubError, OutcomeAck};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::support::{FakeHub, TOPIC, error, welcome_with};

fn doors(hub: &Hub, id: u128) -> JoinHandle<Result<OutcomeAck, HubError>> {
    let hub = hub.clone();
    tokio::spawn(async move { hub.send_as(Uuid::from_u128(id), TOPIC, Command::SetDoors { open: true }).await })
}

fn outcome(id: u128, seq: u64, duplicate: bool) -> ServerFrame {
    let done = Done::Row { table: "events".into(), id: TOPIC.id };
    ServerFrame::Outcome { command_id: Uuid::from_u128(id), seq: Some(seq), outcome: Outcome::Done { done }, duplicate }
}

/// F272: a command is kept until its outcome; the same id goes out after a lost socket and after a resync.
#[tokio::test]
async fn a_command_survives_reconnect_and_resync_under_its_id() {
    let fake = FakeHub::start().await;
    let (hub, mut peer) = fake.connected().await;
    let first = doors(&hub, 1);
    assert_eq!(peer.recv_command().await.as_u128(), 1);
    let second = doors(&hub, 2);
    assert_eq!(peer.recv_command().await.as_u128(), 2);
    drop(peer);

    let mut peer = fake.welcomed().await;
    assert_eq!(peer.recv_command().await.as_u128(), 1, "oldest first");
    assert_eq!(peer.recv_command().await.as_u128(), 2);
    peer.send(outcome(1, 8, true)).await;
    let ack = first.await.expect("no panic").expect("an outcome");
    assert_eq!((ack.command_id.as_u128(), ack.seq, ack.duplicate), (1, Some(8), true));

    peer.send(ServerFrame::Resync { dropped: 3 }).await;
    assert_eq!(peer.recv_command().await.as_u128(), 2, "only what has no outcome");
    peer.send(outcome(2, 9, true)).await;
    assert_eq!(second.await.expect("no panic").expect("an outcome").seq, Some(9));
}

#[tokio::test]
async fn a_command_made_while_offline_is_sent_when_the_link_is_back() {
    let fake = FakeHub::start().await;
    let (hub, peer) = fake.connected().await;
    drop(peer);
    let mut status = hub.status();
    status.wait_for(|status| !matches!(status, hub_client::Status::Live { .. })).await.expect("there");
    let waiting = doors(&hub, 1);
    let mut peer = fake.welcomed().await;
    assert_eq!(peer.recv_command().await.as_u128(), 1);
    peer.send(outcome(1, 3, false)).await;
    assert!(waiting.await.expect("no panic").is_ok());
}

#[tokio::test]
async fn no_more_commands_are_in_flight_than_the_hub_takes() {
    let fake = FakeHub::start().await;
    let (hub, mut peer) = tokio::join!(fake.builder().connect(), async {
        let mut peer = fake.accept().await;
        peer.recv().await;
        peer.send(welcome_with(10_000, 2)).await;
        peer
    });
    let hub = hub.expect("connected");
    let mut waiting = Vec::new();
    for id in 1..=3 {
        waiting.push(doors(&hub, id));
        tokio::task::yield_now().await;
    }
    assert_eq!(peer.recv_command().await.as_u128(), 1);
    assert_eq!(peer.recv_command().await.as_u128(), 2);
    // A question is not held up by the commands before it, and shows that the third command was.
    let asking = tokio::spawn({
        let hub = hub.clone();
        async move { hub.query(TOPIC, Query::FindGuests { text: "ada".into(), limit: 5 }).await }
    });
    let ClientFrame::Query { query_id, .. } = peer.recv().await else { panic!("the question") };
    peer.send(ServerFrame::Answer { query_id, answer: Answer::Guests { guests: Vec::new() } }).await;
    assert_eq!(asking.await.expect("no panic"), Ok(Answer::Guests { guests: Vec::new() }));
    peer.send(outcome(1, 1, false)).await;
    assert_eq!(peer.recv_command().await.as_u128(), 3);
}

#[tokio::test]
async fn a_busy_hub_is_asked_again_and_a_refusal_is_a_value() {
    let fake = FakeHub::start().await;
    let (hub, mut peer) = fake.connected().await;
    let busy = doors(&hub, 1);
    let id = peer.recv_command().await;
    peer.send(error(ErrorCode::Busy, false, Some(About::Command(id)))).await;
    assert_eq!(peer.recv_command().await, id, "the same id again");
    let refusal = Refusal::new(RefusalCode::EventClosed, "the event is a draft");
    let refused = Outcome::Refused { refusal };
    peer.send(ServerFrame::Outcome { command_id: id, seq: None, outcome: refused.clone(), duplicate: false }).await;
    assert_eq!(busy.await.expect("no panic").expect("a value").outcome, refused);

    let wrong = doors(&hub, 2);
    let id = peer.recv_command().await;
    peer.send(error(ErrorCode::Forbidden, false, Some(About::Command(id)))).await;
    let error = wrong.await.expect("no panic").expect_err("forbidden");
    assert_eq!((error.code(), error.retryable()), ("forbidden", false));
}

#[tokio::test]
async fn an_id_under_way_is_not_sent_twice_and_closing_tells_whoever_waits() {
    let fake = FakeHub::start().await;
    let (hub, mut peer) = fake.connected().await;
    let waiting = doors(&hub, 1);
    peer.recv_command().await;
    assert_eq!(doors(&hub, 1).await.expect("no panic"), Err(HubError::AlreadySent(Uuid::from_u128(1))));
    hub.clone().close().await;
    assert_eq!(waiting.await.expect("no panic"), Err(HubError::Closed));
    assert_eq!(doors(&hub, 2).await.expect("no panic"), Err(HubError::Closed));
}
