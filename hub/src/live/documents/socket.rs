use std::collections::HashMap;
use std::io::ErrorKind;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use domain::documents::{Dialect, Message, Reply};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use uuid::Uuid;

use super::line::{Line, Standing as LineStanding};
use super::member::{code, framed};
use super::registry::{Ask, UpdateKind};
use super::seat::Seat;
use crate::live::Node;
use crate::live::web_socket::{self, Incoming, ReadError, Reader};
use crate::sealing::Origin;
use crate::store::identity::Identity;

/// Bytes of one message of somebody who is signed in; what was changed without a network comes as one.
pub const MESSAGE: usize = 16 * 1024 * 1024;
/// Of somebody who is not.
const FIRST_MESSAGE: usize = 64 * 1024;
/// Messages a second from one socket, in the long run and at once. Past it the socket is not read for a moment.
const RATE: (u32, u32) = (2_000, 10_000);
/// Frames that are none, from one socket.
const MALFORMED: u32 = 20;
/// Within which time somebody has to say who they are.
const SIGN_IN: Duration = Duration::from_secs(10);
/// A silent peer is asked whether it is there after this long, and given up after three times as long.
const SILENCE: Duration = Duration::from_secs(20);
/// How long a peer has to take the rest of what was said.
const GOODBYE: Duration = Duration::from_secs(2);

/// Serves a socket of `y-websocket`: one document, and somebody who has signed in already.
pub async fn serve_one(node: Arc<Node>, stream: TcpStream, read_ahead: Bytes, document: Uuid, identity: Identity) {
    let mut connection = Connection::new(node, stream, Dialect::Plain, None);
    if let Err(close) = connection.sit_down(Dialect::Plain, document, identity).await {
        connection.line.close(close.0);
    }
    connection.run(&read_ahead).await;
}

/// Serves a socket of Hocuspocus: each frame names its document, and each document is signed in to. `from`: the client's address.
pub async fn serve_many(node: Arc<Node>, stream: TcpStream, read_ahead: Bytes, from: Option<Origin>) {
    Connection::new(node, stream, Dialect::Named(String::new()), from).run(&read_ahead).await;
}

/// One socket.
pub(super) struct Connection {
    pub(super) node: Arc<Node>,
    pub(super) line: Arc<Line>,
    /// From where whoever signs in here does.
    pub(super) from: Option<Origin>,
    speaks: Dialect,
    /// Documents by the name that the client has for them; nothing for `y-websocket`.
    pub(super) seats: HashMap<String, Seat>,
    /// Rings when rights may have changed.
    pub(super) signal: Arc<Notify>,
    limit: DefaultDirectRateLimiter,
    malformed: u32,
    opened: Instant,
    heard: Instant,
    asked: bool,
}

/// The socket ends with this code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End(pub(super) u16);

impl Connection {
    fn new(node: Arc<Node>, stream: TcpStream, speaks: Dialect, from: Option<Origin>) -> Self {
        let [rate, burst] = [RATE.0, RATE.1].map(|number| NonZeroU32::new(number).expect("it is not zero"));
        let now = Instant::now();
        Self {
            node,
            line: Arc::new(Line::new(stream)),
            from,
            speaks,
            seats: HashMap::new(),
            signal: Arc::default(),
            limit: RateLimiter::direct(Quota::per_second(rate).allow_burst(burst)),
            malformed: 0,
            opened: now,
            heard: now,
            asked: false,
        }
    }

    async fn run(mut self, read_ahead: &[u8]) {
        let _counted = self.node.count_socket();
        let mut reader = Reader::default();
        reader.push(read_ahead);
        let ended = match self.take(&mut reader).await {
            Ok(()) => self.serve(&mut reader).await,
            Err(end) => end,
        };
        for (_, seat) in self.seats.drain() {
            seat.leave().await;
        }
        self.line.close(ended.0);
        // Whoever does not read does not hear why.
        let _ = tokio::time::timeout(GOODBYE, self.part()).await;
    }

    async fn serve(&mut self, reader: &mut Reader) -> End {
        let line = Arc::clone(&self.line);
        let signal = Arc::clone(&self.signal);
        let mut chunk = vec![0; 16 * 1024];
        let mut standing = line.flush();
        loop {
            match standing {
                LineStanding::Closed(code) => return End(code),
                LineStanding::Broken => return End(1000),
                LineStanding::Idle | LineStanding::Waiting => {}
            }
            let wake = self.wake();
            tokio::select! {
                ready = line.stream().readable() => {
                    if ready.is_err() {
                        return End(1000);
                    }
                    match line.stream().try_read(&mut chunk) {
                        Ok(0) => return End(1000),
                        Ok(count) => {
                            (self.heard, self.asked) = (Instant::now(), false);
                            reader.push(&chunk[..count]);
                            if let Err(end) = self.take(reader).await {
                                return end;
                            }
                        }
                        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                        Err(_) => return End(1000),
                    }
                }
                () = line.woken() => standing = line.flush(),
                _ = line.stream().writable(), if standing == LineStanding::Waiting => standing = line.flush(),
                () = signal.notified() => {
                    if self.node.is_draining() {
                        return End(web_socket::RESTART);
                    }
                    if let Err(end) = self.recheck().await {
                        return end;
                    }
                }
                () = tokio::time::sleep_until(wake.into()) => if let Err(end) = self.tick() { return end },
            }
        }
    }

    /// When something is due.
    fn wake(&self) -> Instant {
        let silence = self.heard + if self.asked { SILENCE * 3 } else { SILENCE };
        let sign_in = self.seats.is_empty().then(|| self.opened + SIGN_IN);
        self.seats.values().filter_map(Seat::wake).chain(sign_in).fold(silence, Instant::min)
    }

    fn tick(&mut self) -> Result<(), End> {
        let now = Instant::now();
        if self.node.is_draining() {
            return Err(End(web_socket::RESTART));
        }
        if self.seats.is_empty() && now >= self.opened + SIGN_IN {
            return Err(End(code::UNAUTHORIZED));
        }
        if now >= self.heard + SILENCE * 3 {
            return Err(End(1001));
        }
        if now >= self.heard + SILENCE && !self.asked {
            self.asked = true;
            self.line.say(&[web_socket::ping()]);
        }
        self.seats.values_mut().try_for_each(|seat| seat.tick(now))
    }

    async fn take(&mut self, reader: &mut Reader) -> Result<(), End> {
        loop {
            let limit = if self.seats.is_empty() { FIRST_MESSAGE } else { MESSAGE };
            match reader.next(limit) {
                Ok(Some(Incoming::Message(message))) => self.heed(message).await?,
                Ok(Some(Incoming::Ping(payload))) => self.line.say(&[web_socket::pong(&payload)]),
                Ok(Some(Incoming::Pong)) => {}
                Ok(Some(Incoming::Close)) => return Err(End(1000)),
                Ok(None) => return Ok(()),
                Err(ReadError::TooLarge) => return Err(End(code::TOO_LARGE)),
                Err(ReadError::Protocol(_)) => return Err(End(1002)),
            }
        }
    }

    async fn heed(&mut self, frame: Vec<u8>) -> Result<(), End> {
        while self.limit.check().is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let frame = Bytes::from(frame);
        let (name, message) = match self.speaks {
            Dialect::Plain => match Message::plain(&frame) {
                Ok(message) => ("", message),
                Err(_) => return self.complain(),
            },
            Dialect::Named(_) => match Message::named(&frame) {
                Ok(read) => read,
                Err(_) => return self.complain(),
            },
        };
        match message {
            Message::Token(token) => return self.token(name, token).await,
            Message::Close => {
                if let Some(seat) = self.seats.remove(name) {
                    seat.leave().await;
                }
                return Ok(());
            }
            Message::Alive | Message::Stateless => return Ok(()),
            _ => {}
        }
        // Behind a token that was refused providers go on as if it had not been.
        let Some(seat) = self.seats.get(name) else { return Ok(()) };
        let member = seat.member;
        let ask = match message {
            Message::Step1(state_vector) => Ask::Step1(member, frame.slice_ref(state_vector)),
            Message::Step2(update) => Ask::Update(member, frame.slice_ref(update), UpdateKind::Step2),
            Message::Update(update) => Ask::Update(member, frame.slice_ref(update), UpdateKind::Change),
            Message::Awareness(message) => Ask::Awareness(member, frame.slice_ref(message)),
            Message::QueryAwareness => Ask::QueryAwareness(member),
            Message::Token(_) | Message::Close | Message::Alive | Message::Stateless => return Ok(()),
        };
        // A desk that is gone has closed the line, with the reason.
        let _ = seat.mailbox.send(ask).await;
        Ok(())
    }

    pub(super) fn speaks_of_one(&self) -> bool {
        self.speaks == Dialect::Plain
    }

    /// Says that somebody may not be at a document.
    pub(super) fn deny(&self, name: &str, reason: &str) {
        let dialect = match self.speaks {
            Dialect::Plain => Dialect::Plain,
            Dialect::Named(_) => Dialect::Named(name.to_owned()),
        };
        if let Some(frame) = framed(&dialect, Reply::Denied(reason)) {
            self.line.say(&[frame]);
        }
    }

    fn complain(&mut self) -> Result<(), End> {
        self.node.metrics.malformed.increment(1);
        self.malformed += 1;
        if self.malformed > MALFORMED { Err(End(code::MALFORMED)) } else { Ok(()) }
    }

    /// Until the client has hung up too. What it has sent meanwhile is read and left: a socket that is closed with something unread
    /// is reset, and its client would not hear why.
    async fn part(&self) {
        self.write_rest().await;
        let mut chunk = vec![0; 16 * 1024];
        let mut is_there = self.line.say_no_more().is_ok();
        while is_there && self.line.stream().readable().await.is_ok() {
            is_there = match self.line.stream().try_read(&mut chunk) {
                Ok(count) => count > 0,
                Err(error) => matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted),
            };
        }
    }

    async fn write_rest(&self) {
        while self.line.flush() == LineStanding::Waiting {
            if self.line.stream().writable().await.is_err() {
                return;
            }
        }
    }
}
