use std::borrow::Cow;
use std::time::Duration;

use schemas::{ClientFrame, ClientInfo, Cursor, Encoding, ServerFrame};
use serde::Deserialize;
use serde::de::IgnoredAny;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use crate::socket::{Address, Socket};
use crate::{HubError, LocalClock, decode};

/// What arrived on a [`RawSocket`].
#[derive(Debug, Clone, PartialEq)]
pub enum RawFrame {
    /// A delta, of which only the frame around the rows was read.
    Delta {
        /// The position it builds on.
        after: u64,
        /// The position it leads to.
        seq: u64,
        /// How many commits it lists.
        commits: usize,
        /// When the first of them was committed, ms since the epoch by the database's clock.
        first_at: Option<i64>,
        /// Bytes of the frame.
        bytes: usize,
    },
    /// A snapshot or `resumed`: the position that the subscription goes on from.
    At {
        /// It.
        cursor: Cursor,
        /// Bytes of the frame.
        bytes: usize,
    },
    /// Anything else, read in full.
    Other(Box<ServerFrame>),
}

/// One socket that is signed in, keeps its heartbeat, and keeps nothing else: for measuring what
/// the hub sends while reading as little of it as possible. It does not reconnect.
#[derive(Debug)]
pub struct RawSocket {
    socket: Socket,
    clock: LocalClock,
    heartbeat: Interval,
    last_heard: Instant,
}

#[derive(Deserialize)]
struct Peek<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(default)]
    after: u64,
    #[serde(default)]
    seq: Option<u64>,
    #[serde(default)]
    commits: Vec<PeekCommit>,
    #[serde(default)]
    cursor: Option<Cursor>,
}

#[derive(Deserialize)]
struct PeekCommit {
    at: i64,
    #[serde(rename = "changes")]
    _changes: IgnoredAny,
}

impl RawSocket {
    /// Connects and says hello; returns after the hub's welcome.
    ///
    /// # Errors
    /// [`HubError::BadUrl`], [`HubError::Unreachable`], [`HubError::Protocol`], or [`HubError::Rejected`] with the
    /// code by which the hub refused.
    pub async fn connect(
        url: &str,
        token: &str,
        client: ClientInfo,
        encoding: Encoding,
        clock: LocalClock,
    ) -> Result<Self, HubError> {
        let mut socket = Socket::open(&Address::parse(url)?, encoding).await?;
        socket.send([ClientFrame::Hello { token: token.to_owned(), client }]).await?;
        let frame = decode::server_frame(encoding, &socket.next().await?)?;
        let every = match frame {
            ServerFrame::Welcome { heartbeat_ms, .. } => Duration::from_millis(u64::from(heartbeat_ms).max(50)),
            ServerFrame::Error { code, message, .. } => return Err(HubError::Rejected { code, message }),
            other => return Err(HubError::Protocol(format!("{other:?} instead of a welcome"))),
        };
        // Thousands of sockets that were opened together shall not beat together.
        let first = Instant::now() + every.mul_f64(fastrand::f64());
        let mut heartbeat = interval_at(first, every);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Self { socket, clock, heartbeat, last_heard: Instant::now() })
    }

    /// Sends a frame.
    ///
    /// # Errors
    /// [`HubError::Unreachable`].
    pub async fn send(&mut self, frame: ClientFrame) -> Result<(), HubError> {
        self.socket.send([frame]).await
    }

    /// The next frame that is not the answer to a heartbeat. May be dropped and called again.
    ///
    /// # Errors
    /// [`HubError::Unreachable`] when the socket ended or was silent for three heartbeats, and [`HubError::Protocol`].
    pub async fn next(&mut self) -> Result<RawFrame, HubError> {
        loop {
            tokio::select! {
                biased;
                bytes = self.socket.next() => {
                    let bytes = bytes?;
                    self.last_heard = Instant::now();
                    if let Some(frame) = peek(self.socket.encoding(), &bytes)? {
                        return Ok(frame);
                    }
                }
                _ = self.heartbeat.tick() => {
                    if self.last_heard.elapsed() > self.heartbeat.period() * 3 {
                        return Err(HubError::Unreachable("the hub is silent".into()));
                    }
                    self.socket.send([ClientFrame::Ping { sent: self.clock.now_ms() }]).await?;
                }
            }
        }
    }
}

fn peek(encoding: Encoding, bytes: &[u8]) -> Result<Option<RawFrame>, HubError> {
    let peek: Peek<'_> = match encoding {
        Encoding::Json => serde_json::from_slice(bytes).map_err(|error| HubError::Protocol(error.to_string()))?,
        Encoding::MessagePack => {
            let mut deserializer = rmp_serde::Deserializer::from_read_ref(bytes).with_human_readable();
            Peek::deserialize(&mut deserializer).map_err(|error| HubError::Protocol(error.to_string()))?
        }
    };
    Ok(match (peek.kind.as_ref(), peek.seq, peek.cursor) {
        ("pong", ..) => None,
        ("delta", Some(seq), _) => Some(RawFrame::Delta {
            after: peek.after,
            seq,
            commits: peek.commits.len(),
            first_at: peek.commits.first().map(|commit| commit.at),
            bytes: bytes.len(),
        }),
        ("snapshot" | "resumed", _, Some(cursor)) => Some(RawFrame::At { cursor, bytes: bytes.len() }),
        _ => Some(RawFrame::Other(Box::new(decode::server_frame(encoding, bytes)?))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is peeked is what the whole frame says, for every golden frame of the hub.
    #[test]
    fn golden_frames_are_peeked_right() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas/vectors");
        for entry in std::fs::read_dir(folder).expect("vectors") {
            let path = entry.expect("entry").path();
            if !path.file_name().expect("name").to_string_lossy().starts_with("server_") {
                continue;
            }
            let golden: serde_json::Value =
                serde_json::from_slice(&std::fs::read(&path).expect("readable")).expect("JSON");
            let frame: ServerFrame = serde_json::from_value(golden["frame"].clone()).expect("a frame");
            for encoding in Encoding::ALL {
                let bytes = encoding.encode(&frame);
                let expected = match &frame {
                    ServerFrame::Pong { .. } => None,
                    ServerFrame::Delta { after, seq, commits, .. } => Some(RawFrame::Delta {
                        after: *after,
                        seq: *seq,
                        commits: commits.len(),
                        first_at: commits.first().map(|commit| commit.at),
                        bytes: bytes.len(),
                    }),
                    ServerFrame::Snapshot { cursor, .. } | ServerFrame::Resumed { cursor, .. } => {
                        Some(RawFrame::At { cursor: *cursor, bytes: bytes.len() })
                    }
                    other => Some(RawFrame::Other(Box::new(other.clone()))),
                };
                assert_eq!(peek(encoding, &bytes).expect("readable"), expected, "{}", path.display());
            }
        }
    }
}
