use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use domain::realtime::{FRAME, FrameError, Incoming, Notation, Payload};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use schemas::ErrorCode;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::Notify;

use super::answers::{Refusal, system};
use super::channel::Channel;
use crate::edge::problem::Problem;
use crate::live::Node;
use crate::live::outbox::{Frame, Of, Outbox};
use crate::live::rights_watch::RightsWatch;
use crate::store::identity::Identity;

/// A socket ends when nothing was heard of it for this long. Clients' libraries say something every 25 s.
const SILENCE: Duration = Duration::from_secs(75);
/// Frames a second from one socket, in the long run and at once.
const RATE: (u32, u32) = (100, 500);
/// Frames that are none, from one socket.
const MALFORMED: u32 = 20;

/// What the address says. Its `apikey` names an application and nobody: tokens do not belong into addresses.
#[derive(Deserialize)]
pub(super) struct Address {
    vsn: Option<String>,
}

/// The upgrade. Who it is, is said in the socket.
pub(super) async fn upgrade(
    State(node): State<Arc<Node>>,
    Query(address): Query<Address>,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    if node.is_draining() {
        return Err(Problem::of(ErrorCode::Draining, "the hub is shutting down"));
    }
    let notation = Notation::parse(address.vsn.as_deref())
        .map_err(|version| Problem::of(ErrorCode::InvalidArgument, format!("vsn is 1.0.0 or 2.0.0, not {version}")))?;
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => return Ok(rejection.into_response()),
    };
    // The usual read buffer is zeroed at every attempt to read, and kept for every idle socket.
    let upgrade = upgrade.read_buffer_size(4096).write_buffer_size(8192).max_message_size(FRAME).max_frame_size(FRAME);
    Ok(upgrade.on_upgrade(move |socket| Connection::new(node, notation).run(socket)).into_response())
}

/// One socket of the dialect.
pub(super) struct Connection {
    pub(super) node: Arc<Node>,
    pub(super) notation: Notation,
    pub(super) outbox: Arc<Outbox>,
    pub(super) identity: Option<Arc<Identity>>,
    /// The token that said so.
    pub(super) token: Option<String>,
    /// Rings when rights may have changed.
    pub(super) signal: Arc<Notify>,
    pub(super) watch: Option<RightsWatch>,
    /// When the token ends.
    pub(super) deadline: Option<Instant>,
    /// By topic, as it stands in frames.
    pub(super) channels: HashMap<String, Channel>,
    limit: DefaultDirectRateLimiter,
    malformed: u32,
}

/// The socket ends, with this code.
struct End(u16);

impl Connection {
    fn new(node: Arc<Node>, notation: Notation) -> Self {
        let [rate, burst] = [RATE.0, RATE.1].map(|number| NonZeroU32::new(number).expect("it is not zero"));
        Self {
            node,
            notation,
            outbox: Arc::default(),
            identity: None,
            token: None,
            signal: Arc::default(),
            watch: None,
            deadline: None,
            channels: HashMap::new(),
            limit: RateLimiter::direct(Quota::per_second(rate).allow_burst(burst)),
            malformed: 0,
        }
    }

    async fn run(mut self, socket: WebSocket) {
        self.node.metrics.sessions.increment(1.0);
        let (sink, mut stream) = socket.split();
        let mut writer = tokio::spawn(write(sink, Arc::clone(&self.outbox)));
        let End(code) = self.serve(&mut stream, &mut writer).await;
        self.leave_all().await;
        self.outbox.push(Frame::Close(code), Of::Answer);
        // Whoever does not read does not hear why.
        if !writer.is_finished() && tokio::time::timeout(Duration::from_secs(1), &mut writer).await.is_err() {
            writer.abort();
        }
        self.node.metrics.sessions.decrement(1.0);
    }

    async fn serve(&mut self, stream: &mut SplitStream<WebSocket>, writer: &mut tokio::task::JoinHandle<()>) -> End {
        let mut heard = Instant::now();
        let (signal, outbox) = (Arc::clone(&self.signal), Arc::clone(&self.outbox));
        loop {
            let silence = heard + SILENCE;
            let wake = self.deadline.map_or(silence, |deadline| deadline.min(silence));
            let crowded = outbox.is_crowded();
            tokio::select! {
                message = stream.next(), if !crowded => {
                    heard = Instant::now();
                    match message {
                        Some(Ok(message)) => if let Err(end) = self.take(message).await { return end },
                        Some(Err(_)) => return End(1009),
                        None => return End(1000),
                    }
                }
                () = signal.notified() => {
                    if self.node.is_draining() {
                        return End(1012);
                    }
                    self.recheck().await;
                }
                () = outbox.relieved(), if crowded => {}
                () = outbox.lost() => self.take_up_again().await,
                () = tokio::time::sleep_until(wake.into()) => {
                    if self.deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                        self.expire().await;
                    }
                    if silence <= Instant::now() {
                        return End(1001);
                    }
                }
                _ = &mut *writer => return End(1000),
            }
        }
    }

    async fn take(&mut self, message: Message) -> Result<(), End> {
        let read = match &message {
            Message::Text(text) => self.notation.read(text),
            Message::Binary(bytes) => Incoming::read_binary(bytes),
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
            Message::Close(_) => return Err(End(1000)),
        };
        match read {
            Ok(incoming) => self.heed(incoming).await,
            Err(error) => return self.complain(error),
        }
        Ok(())
    }

    fn complain(&mut self, error: FrameError) -> Result<(), End> {
        self.node.metrics.malformed.increment(1);
        self.malformed += 1;
        if self.malformed > MALFORMED {
            return Err(End(1003));
        }
        let message = format!("{}: {error}", error.code());
        self.say(system(self.notation, "phoenix", "hub", false, &message));
        Ok(())
    }

    async fn heed(&mut self, incoming: Incoming) {
        if (incoming.topic.as_str(), incoming.event.as_str()) == ("phoenix", "heartbeat") {
            return self.answer(&incoming, Ok(json!({})));
        }
        if self.limit.check().is_err() {
            let message = format!("more than {} messages a second; wait a moment", RATE.0);
            let refusal = Refusal::new("rate_limited", message);
            self.answer(&incoming, Err(&refusal));
            if incoming.event == "broadcast" {
                let message = format!("{}: {}", refusal.code, refusal.reason);
                self.say(system(self.notation, &incoming.topic, "broadcast", false, &message));
            }
            return;
        }
        match incoming.event.as_str() {
            "phx_join" => Box::pin(self.join(incoming)).await,
            "phx_leave" => self.leave(&incoming).await,
            "access_token" => Box::pin(self.access_token(&incoming)).await,
            "broadcast" => self.broadcast(&incoming),
            "presence" => self.presence(&incoming),
            _ => {
                let refusal = Refusal::new("unknown_event", "there is nothing of that name to ask for");
                self.answer(&incoming, Err(&refusal));
            }
        }
    }

    /// Says something that nobody asked for.
    pub(super) fn say(&self, frame: Frame) {
        self.outbox.push(frame, Of::Moment);
    }

    pub(super) fn identity(&self) -> Result<&Arc<Identity>, Refusal> {
        self.identity
            .as_ref()
            .ok_or_else(|| Refusal::new("unauthorized", "sign in first: there is no access token yet"))
    }

    /// The payload of a text frame.
    pub(super) fn object(incoming: &Incoming) -> serde_json::Map<String, serde_json::Value> {
        match &incoming.payload {
            Payload::Json(payload) => payload.clone(),
            Payload::Broadcast(_) => serde_json::Map::new(),
        }
    }
}

/// Writes what waits, as fast as the reader takes it; many frames in one go.
async fn write(mut sink: SplitSink<WebSocket, Message>, outbox: Arc<Outbox>) {
    loop {
        let (frame, of) = outbox.next().await;
        let sent = match &frame {
            Frame::Text(bytes) => match Utf8Bytes::try_from(Bytes::clone(bytes)) {
                Ok(text) => sink.feed(Message::Text(text)).await,
                Err(_) => Ok(()),
            },
            Frame::Binary(bytes) => sink.feed(Message::Binary(bytes.clone())).await,
            Frame::Mark(_) => Ok(()),
            Frame::Close(code) => {
                let close = CloseFrame { code: *code, reason: Utf8Bytes::from_static("") };
                let _ = sink.send(Message::Close(Some(close))).await;
                return;
            }
        };
        let sent = match sent {
            Ok(()) if outbox.is_empty() => sink.flush().await,
            sent => sent,
        };
        if sent.is_err() {
            return;
        }
        outbox.written(&frame, of);
    }
}
