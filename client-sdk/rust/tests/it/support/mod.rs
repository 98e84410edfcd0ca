use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use hub_client::schemas::{
    ClientFrame, Cursor, Encoding, ErrorCode, Limits, Principal, PrincipalKind, Row, ServerFrame, SnapshotReason, Topic,
};
use hub_client::{Backoff, Hub, HubBuilder};
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::http::header::SEC_WEBSOCKET_PROTOCOL;
use uuid::Uuid;

pub const TOPIC: Topic = Topic { kind: hub_client::schemas::TopicKind::Event, id: Uuid::from_u128(1) };
pub const EPOCH: Uuid = Uuid::from_u128(2);

/// Longer than anything here takes; a test that waits for it has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// A listening hub without a mind of its own.
pub struct FakeHub {
    listener: TcpListener,
}

/// One accepted socket of it.
pub struct Peer {
    stream: WebSocketStream<TcpStream>,
    encoding: Encoding,
}

impl FakeHub {
    pub async fn start() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.expect("a port") }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.listener.local_addr().expect("bound"))
    }

    pub fn builder(&self) -> HubBuilder {
        let quick = Backoff { first: Duration::from_millis(5), longest: Duration::from_millis(20) };
        Hub::builder(self.url()).token("good").backoff(quick)
    }

    /// A client and the hub's end of its socket, both past the welcome.
    pub async fn connected(&self) -> (Hub, Peer) {
        let (hub, peer) = tokio::join!(self.builder().connect(), self.welcomed());
        (hub.expect("welcome"), peer)
    }

    pub async fn welcomed(&self) -> Peer {
        let mut peer = self.accept().await;
        let ClientFrame::Hello { token, .. } = peer.recv().await else { panic!("hello comes first") };
        assert_eq!(token, "good");
        peer.send(welcome()).await;
        peer
    }

    pub async fn accept(&self) -> Peer {
        let (stream, _) = timeout(PATIENCE, self.listener.accept()).await.expect("a client").expect("accepted");
        let mut encoding = Encoding::Json;
        #[expect(clippy::result_large_err, reason = "the signature of tungstenite's callback")]
        let choose = |request: &Request, mut response: Response| {
            let asked = request.headers()[SEC_WEBSOCKET_PROTOCOL].clone();
            encoding = Encoding::ALL.into_iter().find(|e| asked == e.subprotocol()).expect("a known subprotocol");
            response.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, asked);
            Ok(response)
        };
        let stream = tokio_tungstenite::accept_hdr_async(stream, choose).await.expect("handshake");
        Peer { stream, encoding }
    }
}

impl Peer {
    /// The next frame that is not a heartbeat; heartbeats are answered.
    pub async fn recv(&mut self) -> ClientFrame {
        loop {
            match self.recv_any().await.expect("the client is there") {
                ClientFrame::Ping { sent } => self.send(ServerFrame::Pong { sent, server_time: sent }).await,
                frame => return frame,
            }
        }
    }

    /// The next frame, or `None` when the client has gone.
    pub async fn recv_any(&mut self) -> Option<ClientFrame> {
        let message = timeout(PATIENCE, self.stream.next()).await.expect("a frame in time")?;
        match message {
            Ok(Message::Binary(bytes)) => Some(self.encoding.decode(&bytes).expect("a frame of the contract")),
            Ok(Message::Text(text)) => Some(self.encoding.decode(text.as_bytes()).expect("a frame of the contract")),
            Ok(Message::Close(_)) | Err(_) => None,
            Ok(other) => panic!("unexpected {other:?}"),
        }
    }

    pub async fn send(&mut self, frame: ServerFrame) {
        let bytes = self.encoding.encode(&frame);
        let message = match self.encoding {
            Encoding::Json => Message::text(String::from_utf8(bytes).expect("UTF-8")),
            Encoding::MessagePack => Message::binary(bytes),
        };
        self.stream.send(message).await.expect("the client is there");
    }

    /// Something that is not a frame, as the text that it is.
    pub async fn send_text(&mut self, text: &'static str) {
        self.stream.send(Message::text(text)).await.expect("the client is there");
    }

    /// Takes the join that comes next and returns the position it goes on from.
    pub async fn recv_join(&mut self) -> Option<u64> {
        match self.recv().await {
            ClientFrame::Join { topic, since, .. } => {
                assert_eq!(topic, TOPIC);
                since.map(|cursor| cursor.seq)
            }
            other => panic!("{other:?} instead of a join"),
        }
    }

    pub async fn recv_command(&mut self) -> Uuid {
        match self.recv().await {
            ClientFrame::Command { command_id, .. } => command_id,
            other => panic!("{other:?} instead of a command"),
        }
    }
}

pub fn welcome() -> ServerFrame {
    welcome_with(50, 64)
}

/// A welcome to the same device in another role, or under another name.
pub fn welcome_as(new_role: &str, new_name: &str) -> ServerFrame {
    let mut frame = welcome();
    if let ServerFrame::Welcome { principal, .. } = &mut frame {
        new_role.clone_into(&mut principal.role);
        new_name.clone_into(&mut principal.name);
    }
    frame
}

pub fn welcome_with(heartbeat_ms: u32, commands_in_flight: u32) -> ServerFrame {
    ServerFrame::Welcome {
        session_id: Uuid::from_u128(77),
        epoch: EPOCH,
        server_time: 1_790_000_000_000,
        heartbeat_ms,
        principal: Principal {
            kind: PrincipalKind::Device,
            id: Uuid::from_u128(5),
            organization_id: Uuid::from_u128(6),
            name: "North tablet".into(),
            role: "staff".into(),
            event_id: Some(TOPIC.id),
            gate_id: None,
            profile: None,
            supervisor: false,
        },
        limits: Limits { frame_bytes: 65_536, commands_in_flight, topics: 8 },
        expires_at: None,
    }
}

pub fn at(seq: u64) -> Cursor {
    Cursor { epoch: EPOCH, seq }
}

pub fn row(value: Value) -> Row {
    value.as_object().expect("an object").clone()
}

/// A snapshot whose only table is `event_gates`, with gates of these numbers and names.
pub fn gates(seq: u64, reason: SnapshotReason, gates: &[(u128, &str)]) -> ServerFrame {
    let rows = gates.iter().map(|(id, name)| row(serde_json::json!({"id": Uuid::from_u128(*id), "name": name})));
    let tables = BTreeMap::from([("event_gates".to_owned(), rows.collect())]);
    ServerFrame::Snapshot { topic: TOPIC, cursor: at(seq), reason, tables }
}

/// A delta of one commit that names a gate.
pub fn rename(after: u64, seq: u64, op: hub_client::schemas::Op, id: u128, name: &str) -> ServerFrame {
    use hub_client::schemas::{Change, Commit, WriterKind};
    let key = Uuid::from_u128(id);
    let change =
        Change { table: "event_gates".into(), key, op, row: row(serde_json::json!({"id": key, "name": name})) };
    let commit = Commit { seq, at: 1_790_000_000_000, by: WriterKind::User, changes: vec![change] };
    ServerFrame::Delta { topic: TOPIC, after, seq, commits: vec![commit] }
}

pub fn error(code: ErrorCode, fatal: bool, about: Option<hub_client::schemas::About>) -> ServerFrame {
    ServerFrame::Error { code, message: "no".into(), retryable: code.retryable(), fatal, about }
}
