use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use schemas::{
    About, ClientFrame, ClientInfo, Command, Commit, Cursor, Encoding, ErrorCode, Outcome, Row, ServerFrame,
    SnapshotReason, Topic,
};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};
use uuid::Uuid;

/// A bare socket of the live protocol, for frames that no client library would send.
pub struct Wire {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    encoding: Encoding,
}

impl Wire {
    /// Connects; says nothing.
    pub async fn open(address: std::net::SocketAddr, encoding: Encoding) -> Self {
        let mut request = format!("ws://{address}/v1/live").into_client_request().expect("a URL");
        request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static(encoding.subprotocol()));
        let (socket, _) = tokio_tungstenite::connect_async(request).await.expect("the hub shakes hands");
        Self { socket, encoding }
    }

    /// Connects and says hello.
    pub async fn hello(address: std::net::SocketAddr, encoding: Encoding, token: &str) -> Self {
        let mut wire = Self::open(address, encoding).await;
        let client = ClientInfo { name: "wire".into(), version: "0".into() };
        wire.send(&ClientFrame::Hello { token: token.to_owned(), client }).await;
        let welcome = wire.receive().await;
        assert!(matches!(welcome, Some(ServerFrame::Welcome { .. })), "{welcome:?}");
        wire
    }

    /// Sends a frame.
    pub async fn send(&mut self, frame: &ClientFrame) {
        self.send_bytes(self.encoding.encode(frame)).await;
    }

    /// Sends bytes as one message, whatever they are.
    pub async fn send_bytes(&mut self, bytes: Vec<u8>) {
        let message = match (self.encoding, String::from_utf8(bytes.clone())) {
            (Encoding::Json, Ok(text)) => Message::text(text),
            _ => Message::binary(bytes),
        };
        // A hub that has hung up is found out by what is received.
        let _ = self.socket.send(message).await;
    }

    /// The next frame within 10 s; `None` when the hub has closed.
    pub async fn receive(&mut self) -> Option<ServerFrame> {
        loop {
            let message = tokio::time::timeout(Duration::from_secs(10), self.socket.next()).await.expect("an answer");
            match message {
                Some(Ok(Message::Text(text))) => return Some(self.encoding.decode(text.as_bytes()).expect("a frame")),
                Some(Ok(Message::Binary(bytes))) => return Some(self.encoding.decode(&bytes).expect("a frame")),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(_) | Message::Frame(_)) | Err(_)) | None => return None,
            }
        }
    }

    /// The next frame that `wanted` picks; others are passed over.
    pub async fn receive_where<T>(&mut self, wanted: impl Fn(ServerFrame) -> Option<T>) -> T {
        loop {
            let frame = self.receive().await.expect("the socket is open");
            if let Some(found) = wanted(frame) {
                return found;
            }
        }
    }
}

/// What a subscription begins with.
pub struct Joined {
    /// Its position.
    pub cursor: Cursor,
    /// Rows by table.
    pub tables: BTreeMap<String, Vec<Row>>,
    /// Why it is a snapshot.
    pub reason: SnapshotReason,
}

impl Wire {
    /// Subscribes, and takes the snapshot.
    pub async fn join(&mut self, topic: Topic, tables: Option<&[&str]>) -> Joined {
        self.send(&join(topic, None, tables)).await;
        self.snapshot().await
    }

    /// The next snapshot.
    pub async fn snapshot(&mut self) -> Joined {
        self.receive_where(|frame| match frame {
            ServerFrame::Snapshot { cursor, tables, reason, .. } => Some(Joined { cursor, tables, reason }),
            ServerFrame::Error { code, message, .. } => panic!("{code:?} instead of a snapshot: {message}"),
            _ => None,
        })
        .await
    }

    /// The next delta: the position it builds on, the one it leads to, and its commits.
    pub async fn delta(&mut self) -> (u64, u64, Vec<Commit>) {
        self.receive_where(|frame| match frame {
            ServerFrame::Delta { after, seq, commits, .. } => Some((after, seq, commits)),
            _ => None,
        })
        .await
    }

    /// The next error: its code, whether the socket ends, and what it is about.
    pub async fn error(&mut self) -> (ErrorCode, bool, Option<About>) {
        self.receive_where(|frame| match frame {
            ServerFrame::Error { code, fatal, about, .. } => Some((code, fatal, about)),
            _ => None,
        })
        .await
    }

    /// The hub ends this socket: with which code. Everything before it is passed over.
    pub async fn end(&mut self) -> Option<ErrorCode> {
        let mut last = None;
        while let Some(frame) = self.receive().await {
            if let ServerFrame::Error { code, fatal: true, .. } = frame {
                last = Some(code);
            }
        }
        last
    }

    /// Sends a command and waits for what became of it: the outcome and whether it was decided before, or an error.
    pub async fn command(
        &mut self,
        command_id: Uuid,
        topic: Topic,
        command: Command,
    ) -> Result<(Outcome, bool), ErrorCode> {
        self.send(&ClientFrame::Command { command_id, topic, command }).await;
        self.receive_where(|frame| match frame {
            ServerFrame::Outcome { command_id: of, outcome, duplicate, .. } if of == command_id => {
                Some(Ok((outcome, duplicate)))
            }
            ServerFrame::Error { code, about: Some(About::Command(of)), .. } if of == command_id => Some(Err(code)),
            ServerFrame::Error { code, fatal: true, .. } => Some(Err(code)),
            _ => None,
        })
        .await
    }

    /// Waits until the hub has dealt with everything that was sent on this socket so far.
    pub async fn settle(&mut self) {
        self.send(&ClientFrame::Ping { sent: -77 }).await;
        self.receive_where(|frame| matches!(frame, ServerFrame::Pong { sent: -77, .. }).then_some(())).await;
    }
}

/// A frame that subscribes.
pub fn join(topic: Topic, since: Option<Cursor>, tables: Option<&[&str]>) -> ClientFrame {
    let tables = tables.map(|tables| tables.iter().map(|&table| table.to_owned()).collect());
    ClientFrame::Join { topic, since, tables, rate: None }
}
