use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix::Addr;
use bytes::Bytes;
use schemas::{
    About, ClientFrame, Command, Cursor, ErrorCode, Limits, MAX_FRAME_BYTES, Query, ServerFrame, SnapshotReason, Topic,
};
use uuid::Uuid;

use super::asker::Asker;
use super::node::Node;
use super::room::{Room, RoomMessage};
use super::room_commands::{Ask, Perform};
use super::room_join::{Join, Leave, Show};
use super::shard::{Gone, Seat, Shard};
use super::socket::Socket;
use super::web_socket::{self, Incoming, ReadError, Reader};
use crate::clock;
use crate::sealing::Origin;
use crate::store::access::{self, TopicAccess};
use crate::store::commands;
use crate::store::identity::{self, Identity, IdentityError};
use crate::telemetry;

/// How often a client should ping, ms.
pub const HEARTBEAT_MS: u32 = 1000;
/// A socket must say hello within this time.
pub const HELLO_WITHIN: Duration = Duration::from_secs(5);
/// Topics one socket may join.
pub(super) const MAX_TOPICS: usize = 8;
/// Commands without an outcome on one socket.
pub(super) const MAX_IN_FLIGHT: u16 = 256;
/// For how long what a peer still sends is read and thrown away after the close. A socket that is closed with unread bytes is
/// reset, and the peer's kernel may throw away what was sent to it last.
const LINGER: Duration = Duration::from_secs(1);
/// Frames of one socket before the other sockets of its thread have a turn.
const TURN: u32 = 64;

thread_local! {
    /// Bytes are read into one buffer a thread; a session keeps only what is not a whole frame yet.
    static SCRATCH: RefCell<Box<[u8]>> = RefCell::new(vec![0; 64 * 1024].into_boxed_slice());
}

/// One connection: decodes frames, checks what its principal may do, and hands the rest to rooms.
pub struct Session {
    pub(super) node: Arc<Node>,
    pub(super) socket: Rc<Socket>,
    seat: Seat,
    shard: Addr<Shard>,
    from: Option<Origin>,
    reader: Reader,
    pub(super) identity: Option<Arc<Identity>>,
    pub(super) topics: Vec<Joined>,
    /// Topics that commands were sent to without joining, and when the database was asked about them.
    pub(super) unjoined: Vec<(Topic, TopicAccess, Instant)>,
}

pub(super) struct Joined {
    pub(super) topic: Topic,
    room: Addr<Room>,
    pub(super) access: TopicAccess,
    pub(super) tables: Option<Vec<String>>,
    pub(super) rate: Option<f32>,
}

/// The session ends; what to say last.
pub(super) enum End {
    /// The peer is gone, or has said goodbye.
    Quiet,
    /// With an error and a close code.
    Told(Box<ServerFrame>, u16),
}

impl Session {
    /// A session of an adopted socket.
    pub fn new(node: Arc<Node>, socket: Rc<Socket>, seat: Seat, shard: Addr<Shard>, from: Option<Origin>) -> Self {
        Self {
            node,
            socket,
            seat,
            shard,
            from,
            reader: Reader::default(),
            identity: None,
            topics: Vec::new(),
            unjoined: Vec::new(),
        }
    }

    /// Serves the connection until it ends.
    pub async fn run(mut self, read_ahead: Bytes) {
        self.reader.push(&read_ahead);
        // Eight kilobytes of the HTTP server's hang on it, for as long as the session would.
        drop(read_ahead);
        let end = loop {
            if let Err(end) = self.take_frames().await {
                break end;
            }
            let ready = tokio::select! {
                () = self.socket.wake.notified() => Ok(false),
                ready = self.socket.stream.readable() => ready.map(|()| true),
            };
            let step = match ready {
                Ok(true) => self.read(),
                Ok(false) => Box::pin(self.follow_signals()).await,
                Err(_) => Err(End::Quiet),
            };
            if let Err(end) = step {
                break end;
            }
        };
        let told = matches!(end, End::Told(..));
        if let End::Told(frame, code) = end {
            self.socket.close(&frame, code);
        }
        for joined in &self.topics {
            joined.room.do_send(RoomMessage::Leave(Leave { seat: self.seat, topic_only: false }));
        }
        if let Some(identity) = &self.identity {
            self.node.forget(identity, self.seat);
        }
        if told {
            let _ = tokio::time::timeout(LINGER, self.linger()).await;
        }
        self.shard.do_send(Gone(self.socket.id));
    }

    /// Until the peer has closed too.
    async fn linger(&self) {
        while self.socket.stream.readable().await.is_ok() {
            let read = SCRATCH.with_borrow_mut(|scratch| self.socket.stream.try_read(scratch));
            match read {
                Ok(1..) => {}
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Ok(0) | Err(_) => break,
            }
        }
    }

    fn read(&mut self) -> Result<(), End> {
        SCRATCH.with_borrow_mut(|scratch| match self.socket.stream.try_read(scratch) {
            Ok(0) => Err(End::Quiet),
            Ok(some) => {
                self.socket.heard.set(Instant::now());
                self.reader.push(&scratch[..some]);
                Ok(())
            }
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => Ok(()),
            Err(_) => Err(End::Quiet),
        })
    }

    async fn take_frames(&mut self) -> Result<(), End> {
        for taken in 1.. {
            if taken % TURN == 0 {
                tokio::task::yield_now().await;
            }
            match self.reader.next(MAX_FRAME_BYTES) {
                Ok(None) => return Ok(()),
                Ok(Some(Incoming::Message(bytes))) => self.take_message(&bytes).await?,
                Ok(Some(Incoming::Ping(payload))) => self.socket.send(web_socket::pong(&payload), None),
                Ok(Some(Incoming::Pong)) => {}
                Ok(Some(Incoming::Close)) => {
                    self.socket.send(web_socket::close(1000), None);
                    return Err(End::Quiet);
                }
                Err(ReadError::TooLarge) => {
                    let frame = fatal(ErrorCode::FrameTooLarge, "a frame has at most 65536 bytes");
                    return Err(End::Told(Box::new(frame), 1009));
                }
                Err(ReadError::Protocol(message)) => {
                    return Err(End::Told(Box::new(fatal(ErrorCode::MalformedFrame, message)), 1002));
                }
            }
        }
        Ok(())
    }

    async fn take_message(&mut self, bytes: &[u8]) -> Result<(), End> {
        let frame = match self.socket.encoding.decode::<ClientFrame>(bytes) {
            Ok(frame) => frame,
            Err(error) => {
                self.node.metrics.malformed.increment(1);
                self.tell(error.code(), error.to_string(), self.about(bytes));
                return Ok(());
            }
        };
        match frame {
            ClientFrame::Ping { sent } => {
                self.socket.send_frame(&ServerFrame::Pong { sent, server_time: clock::now_ms() });
                Ok(())
            }
            ClientFrame::Hello { token, client } => {
                if token.len() > 8192 || client.name.len() > 100 || client.version.len() > 100 {
                    self.tell(ErrorCode::InvalidArgument, "hello is too long".into(), None);
                    return Ok(());
                }
                Box::pin(self.hello(&token)).await
            }
            _ if self.identity.is_none() => {
                self.tell(ErrorCode::OutOfOrder, "say hello first".into(), None);
                Ok(())
            }
            ClientFrame::Join { topic, since, tables, rate } => {
                Box::pin(self.join(topic, since, tables, rate, SnapshotReason::Joined)).await;
                Ok(())
            }
            ClientFrame::Leave { topic } => {
                if let Some(at) = self.topics.iter().position(|joined| joined.topic == topic) {
                    let joined = self.topics.swap_remove(at);
                    joined.room.do_send(RoomMessage::Leave(Leave { seat: self.seat, topic_only: true }));
                }
                Ok(())
            }
            ClientFrame::Command { command_id, topic, command } => {
                if self.may_perform(command_id, topic, &command).await {
                    self.perform(command_id, topic, command);
                }
                Ok(())
            }
            ClientFrame::Query { query_id, topic, query } => {
                self.ask(query_id, topic, query);
                Ok(())
            }
            ClientFrame::Presence { topic, state } => {
                let about = Some(About::Topic(topic));
                if state.as_ref().is_some_and(|state| state.to_string().len() > 1024) {
                    self.tell(ErrorCode::InvalidArgument, "state has at most 1 KiB".into(), about);
                } else if let (Some(joined), Some(identity)) = (self.joined(topic), &self.identity) {
                    let show = Show { seat: self.seat, identity: Arc::clone(identity), state };
                    joined.room.do_send(RoomMessage::Show(show));
                } else {
                    self.tell(ErrorCode::OutOfOrder, "join the topic first".into(), about);
                }
                Ok(())
            }
        }
    }

    async fn hello(&mut self, token: &str) -> Result<(), End> {
        let identity = match identity::resolve(&self.node.store, token, self.from).await {
            Ok(identity) => Arc::new(identity),
            Err(error) => return self.refuse(&error),
        };
        if let Some(before) = &self.identity {
            let (a, b) = (&before.principal, &identity.principal);
            if (a.kind, a.id, a.organization_id) != (b.kind, b.id, b.organization_id) {
                let frame = fatal(ErrorCode::InvalidToken, "the token is somebody else's; open another socket");
                return Err(End::Told(Box::new(frame), web_socket::POLICY));
            }
            self.node.forget(before, self.seat);
        }
        self.node.remember(&identity, self.seat);
        self.identity = Some(Arc::clone(&identity));
        // What was taken away before the node knew of this socket was told to nobody: look once more.
        let identity = match identity::refresh(&self.node.store, &identity).await {
            Ok(identity) => Arc::new(identity),
            Err(error) => return self.refuse(&error),
        };
        self.socket.greeted.set(true);
        self.socket.deadline.set(identity.expires_at.map(deadline));
        self.socket.send_frame(&ServerFrame::Welcome {
            session_id: session_id(self.seat),
            epoch: self.node.store.catalogue.epoch(),
            server_time: clock::now_ms(),
            heartbeat_ms: HEARTBEAT_MS,
            principal: identity.principal.clone(),
            limits: Limits {
                frame_bytes: u32::try_from(MAX_FRAME_BYTES).unwrap_or(u32::MAX),
                commands_in_flight: MAX_IN_FLIGHT.into(),
                topics: u32::try_from(MAX_TOPICS).unwrap_or(u32::MAX),
            },
            expires_at: identity.expires_at,
        });
        self.identity = Some(identity);
        Ok(())
    }

    pub(super) fn refuse(&self, error: &IdentityError) -> Result<(), End> {
        let code = error.code();
        if code.retryable() {
            self.tell(code, error.to_string(), None);
            return Ok(());
        }
        Err(End::Told(Box::new(fatal(code, &error.to_string())), web_socket::POLICY))
    }

    pub(super) async fn join(
        &mut self,
        topic: Topic,
        since: Option<Cursor>,
        tables: Option<Vec<String>>,
        rate: Option<f32>,
        reason: SnapshotReason,
    ) {
        let about = Some(About::Topic(topic));
        let Some(identity) = self.identity.clone() else { return };
        if rate.is_some_and(|rate| !(0.1..=60.0).contains(&rate)) {
            return self.tell(ErrorCode::InvalidArgument, "rate is 0.1-60 deltas a second".into(), about);
        }
        if self.joined(topic).is_none() && self.topics.len() >= MAX_TOPICS {
            return self.tell(ErrorCode::Busy, format!("a socket joins at most {MAX_TOPICS} topics"), about);
        }
        let access = match access::admit(&self.node.store, &identity, topic).await {
            Ok(Some(access)) => access,
            Ok(None) => {
                self.drop_topic(topic);
                return self.tell(ErrorCode::UnknownTopic, "no such topic".into(), about);
            }
            Err(error) => {
                return self.tell(ErrorCode::Unavailable, error.to_string(), about);
            }
        };
        let join =
            Join { seat: self.seat, identity: Arc::clone(&identity), since, tables: tables.clone(), rate, reason };
        match self.node.send_to_room(topic, access.organization_id, RoomMessage::Join(join)) {
            Ok(room) => {
                self.topics.retain(|joined| joined.topic != topic);
                self.topics.push(Joined { topic, room, access, tables, rate });
            }
            Err(error) => self.tell(error.code(), error.to_string(), about),
        }
    }

    fn perform(&mut self, command_id: Uuid, topic: Topic, command: Command) {
        let (Some(identity), Some(access)) = (self.identity.clone(), self.access(topic)) else { return };
        let organization_id = access.organization_id;
        let span = telemetry::command(commands::name(&command));
        let perform = Perform { asker: Asker::Socket(self.seat), identity, command_id, command, span };
        match self.node.send_to_room(topic, organization_id, RoomMessage::Perform(Box::new(perform))) {
            Ok(_) => self.socket.in_flight.set(self.socket.in_flight.get() + 1),
            Err(error) => self.tell(error.code(), error.to_string(), Some(About::Command(command_id))),
        }
    }

    fn ask(&mut self, query_id: u32, topic: Topic, query: Query) {
        let about = Some(About::Query(query_id));
        let Some(joined) = self.joined(topic) else {
            return self.tell(ErrorCode::OutOfOrder, "join the topic first".into(), about);
        };
        if let Err(denied) = access::may_ask(&joined.access, &query) {
            return self.tell(ErrorCode::Forbidden, denied, about);
        }
        let organization_id = joined.access.organization_id;
        let ask = Ask { seat: self.seat, query_id, query };
        if let Err(error) = self.node.send_to_room(topic, organization_id, RoomMessage::Ask(ask)) {
            self.tell(error.code(), error.to_string(), about);
        }
    }

    async fn follow_signals(&mut self) -> Result<(), End> {
        let signals = self.socket.signals.take();
        if let Some(frame) = signals.end {
            let code = if self.socket.draining.get() { web_socket::RESTART } else { web_socket::POLICY };
            return Err(End::Told(Box::new(frame), code));
        }
        if self.socket.draining.get() && self.socket.in_flight.get() == 0 {
            let frame = fatal(ErrorCode::Draining, "the hub is shutting down; connect again");
            return Err(End::Told(Box::new(frame), web_socket::RESTART));
        }
        if signals.recheck {
            self.recheck().await?;
        }
        if signals.resync {
            self.node.metrics.resyncs.increment(1);
            let epoch = self.node.store.catalogue.epoch();
            let topics: Vec<_> =
                self.topics.iter().map(|joined| (joined.topic, joined.tables.clone(), joined.rate)).collect();
            for (topic, tables, rate) in topics {
                let since = self.socket.delivered(topic).map(|seq| Cursor { epoch, seq });
                self.join(topic, since, tables, rate, SnapshotReason::TooOld).await;
            }
        }
        Ok(())
    }

    pub(super) fn drop_topic(&mut self, topic: Topic) {
        if let Some(at) = self.topics.iter().position(|joined| joined.topic == topic) {
            let joined = self.topics.swap_remove(at);
            joined.room.do_send(RoomMessage::Leave(Leave { seat: self.seat, topic_only: true }));
        }
    }

    /// What a frame that is none was about, as far as it can be read: its sender waits for an answer.
    fn about(&self, bytes: &[u8]) -> Option<About> {
        #[derive(serde::Deserialize)]
        struct Ids {
            command_id: Option<Uuid>,
            query_id: Option<u32>,
        }
        let ids = self.socket.encoding.decode::<Ids>(bytes).ok()?;
        ids.command_id.map(About::Command).or(ids.query_id.map(About::Query))
    }

    pub(super) fn joined(&self, topic: Topic) -> Option<&Joined> {
        self.topics.iter().find(|joined| joined.topic == topic)
    }

    pub(super) fn tell(&self, code: ErrorCode, message: String, about: Option<About>) {
        self.socket.send_frame(&error(code, message, about));
    }
}

/// A session's id as clients see it.
pub fn session_id(seat: Seat) -> Uuid {
    Uuid::from_u64_pair(0x7000_0000_0000_8000 | seat.shard as u64, seat.socket)
}

/// An error that does not end the session.
pub fn error(code: ErrorCode, message: String, about: Option<About>) -> ServerFrame {
    ServerFrame::Error { code, message, retryable: code.retryable(), fatal: false, about }
}

/// An error that ends the session.
pub fn fatal(code: ErrorCode, message: &str) -> ServerFrame {
    ServerFrame::Error { code, message: message.to_owned(), retryable: code.retryable(), fatal: true, about: None }
}

fn deadline(expires_at: i64) -> Instant {
    let left = u64::try_from(expires_at - clock::now_ms()).unwrap_or(0);
    Instant::now() + Duration::from_millis(left)
}
