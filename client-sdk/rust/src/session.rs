use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use schemas::{About, Answer, ClientFrame, ClientInfo, Command, ErrorCode, Principal, Query, ServerFrame, Topic};
use serde_json::Value;
use uuid::Uuid;

use crate::clock::HubClock;
use crate::pending::{Commands, Reply};
use crate::room::{JoinOptions, RoomCell};
use crate::rooms::Rooms;
use crate::{HubError, OutcomeAck};

/// How long to wait, roughly, before asking again for what the hub had no capacity for.
const ASK_AGAIN: Duration = Duration::from_millis(100);

/// What handles ask of the connection.
#[derive(Debug)]
pub(crate) enum Request {
    Join { topic: Topic, options: JoinOptions, reply: Reply<Arc<RoomCell>> },
    Leave { topic: Topic },
    Command { command_id: Uuid, topic: Topic, command: Command, reply: Reply<OutcomeAck> },
    Query { topic: Topic, query: Query, reply: Reply<Answer> },
    Presence { topic: Topic, state: Option<Value> },
    Token(String),
    Close,
}

/// What the connection has to do after a frame.
#[derive(Debug, PartialEq)]
pub(crate) enum Turn {
    /// Go on.
    Stay,
    /// The hub has said welcome.
    Welcomed { session_id: Uuid, principal: Principal, heartbeat: Duration },
    /// Connect again.
    Reconnect(HubError),
    /// Connecting again with the same token is of no use.
    Denied { code: ErrorCode, message: String },
}

/// Everything that outlives a socket: rooms, commands without an outcome, questions without an
/// answer. It reads and writes no socket; frames to send gather in [`Session::take_frames`].
#[derive(Debug)]
pub(crate) struct Session {
    token: String,
    client: ClientInfo,
    clock: Arc<HubClock>,
    /// Between welcome and the loss of the socket.
    live: bool,
    rooms: Rooms,
    commands: Commands,
    queries: BTreeMap<u32, PendingQuery>,
    last_query: u32,
    frames: Vec<ClientFrame>,
}

#[derive(Debug)]
struct PendingQuery {
    frame: ClientFrame,
    reply: Reply<Answer>,
    again_at: Option<Instant>,
}

impl Session {
    pub(crate) fn new(token: String, client: ClientInfo, clock: Arc<HubClock>) -> Self {
        Self {
            token,
            client,
            clock,
            live: false,
            rooms: Rooms::default(),
            commands: Commands::default(),
            queries: BTreeMap::new(),
            last_query: 0,
            frames: Vec::new(),
        }
    }

    /// The frames to send, in order.
    pub(crate) fn take_frames(&mut self) -> Vec<ClientFrame> {
        std::mem::take(&mut self.frames)
    }

    pub(crate) fn hello(&self) -> ClientFrame {
        ClientFrame::Hello { token: self.token.clone(), client: self.client.clone() }
    }

    pub(crate) fn ping(&self) -> ClientFrame {
        ClientFrame::Ping { sent: self.clock.local_ms() }
    }

    /// When [`Session::ask_again`] has something to do next.
    pub(crate) fn again_at(&self) -> Option<Instant> {
        let queries = self.queries.values().filter_map(|query| query.again_at);
        queries.chain(self.rooms.again_at()).chain(self.commands.again_at()).min()
    }

    /// Sends again what the hub had no capacity for, if its time has come.
    pub(crate) fn ask_again(&mut self, now: Instant) {
        self.rooms.wake(now, &mut self.frames);
        for query in self.queries.values_mut() {
            if query.again_at.take_if(|at| *at <= now).is_some() {
                self.frames.push(query.frame.clone());
            }
        }
        self.commands.wake(now);
        self.send_commands();
    }

    /// Takes a request of a handle; `false`: close the connection.
    pub(crate) fn on_request(&mut self, request: Request) -> bool {
        match request {
            Request::Join { topic, options, reply } => {
                if self.rooms.add(topic, options, reply) && self.live {
                    self.rooms.join(topic, &mut self.frames);
                }
            }
            Request::Leave { topic } => {
                if self.rooms.remove(topic) && self.live {
                    self.frames.push(ClientFrame::Leave { topic });
                }
            }
            Request::Command { command_id, topic, command, reply } => {
                self.commands.add(command_id, ClientFrame::Command { command_id, topic, command }, reply);
                self.send_commands();
            }
            Request::Query { topic, query, reply } => {
                self.last_query = self.last_query.wrapping_add(1);
                let query_id = self.last_query;
                let frame = ClientFrame::Query { query_id, topic, query };
                if self.live {
                    self.frames.push(frame.clone());
                }
                self.queries.insert(query_id, PendingQuery { frame, reply, again_at: None });
            }
            Request::Presence { topic, state } => self.rooms.show(topic, state, self.live, &mut self.frames),
            Request::Token(token) => {
                self.token = token;
                if self.live {
                    self.frames.push(self.hello());
                }
            }
            Request::Close => return false,
        }
        true
    }

    /// The socket is gone: nothing that was sent on it counts.
    pub(crate) fn on_lost(&mut self) {
        self.live = false;
        self.frames.clear();
        self.clock.forget();
        self.rooms.on_lost();
        self.forget_sent();
    }

    /// Nobody will answer any more what is pending.
    pub(crate) fn fail_all(&mut self, why: &HubError) {
        self.commands.fail_all(why);
        for (_, query) in std::mem::take(&mut self.queries) {
            query.reply.send(Err(why.clone())).ok();
        }
        self.rooms.fail_joining(why);
    }

    pub(crate) fn on_frame(&mut self, frame: ServerFrame) -> Turn {
        let frames = &mut self.frames;
        match frame {
            ServerFrame::Welcome { session_id, server_time, heartbeat_ms, principal, limits, .. } => {
                let now = self.clock.local_ms();
                self.clock.learn(now, server_time, now);
                self.commands.set_limit(limits.commands_in_flight as usize);
                let other_audience = self.rooms.welcome(&principal);
                // A second welcome answers a fresher token: commands go on, and rooms too, unless the principal is now
                // somebody who sees other rows or columns.
                if !self.live {
                    self.live = true;
                    self.rooms.join_all(frames);
                    self.send_all_again();
                } else if other_audience {
                    self.rooms.join_all(frames);
                }
                let heartbeat = Duration::from_millis(u64::from(heartbeat_ms).max(50));
                return Turn::Welcomed { session_id, principal, heartbeat };
            }
            ServerFrame::Snapshot { topic, cursor, reason, tables } => {
                if let Err(why) = self.rooms.snapshot(topic, cursor, reason, tables, frames) {
                    return Turn::Reconnect(why);
                }
            }
            ServerFrame::Resumed { topic, cursor } => self.rooms.resumed(topic, cursor, frames),
            ServerFrame::Delta { topic, after, seq, commits } => self.rooms.delta(topic, after, seq, commits, frames),
            ServerFrame::Outcome { command_id, seq, outcome, duplicate } => {
                if let Some(reply) = self.commands.answered(command_id) {
                    reply.send(Ok(OutcomeAck { command_id, seq, outcome, duplicate })).ok();
                    self.send_commands();
                }
            }
            ServerFrame::Answer { query_id, answer } => {
                if let Some(query) = self.queries.remove(&query_id) {
                    query.reply.send(Ok(answer)).ok();
                }
            }
            ServerFrame::Presence { topic, full, members, left } => self.rooms.members(topic, full, members, &left),
            ServerFrame::Pong { sent, server_time } => self.clock.learn(sent, server_time, self.clock.local_ms()),
            ServerFrame::Resync { .. } => self.send_all_again(),
            ServerFrame::Error { code, message, fatal: true, .. } => {
                return match code {
                    ErrorCode::InvalidToken | ErrorCode::TokenExpired | ErrorCode::Revoked => {
                        Turn::Denied { code, message }
                    }
                    _ => Turn::Reconnect(HubError::Rejected { code, message }),
                };
            }
            ServerFrame::Error { code, message, retryable, about, .. } => {
                self.on_error(code, message, retryable, about)
            }
        }
        Turn::Stay
    }

    fn on_error(&mut self, code: ErrorCode, message: String, retryable: bool, about: Option<About>) {
        let again_at = Instant::now() + ASK_AGAIN.mul_f64(0.5 + fastrand::f64());
        match about {
            Some(About::Command(id)) if retryable => self.commands.postpone(id, again_at),
            Some(About::Command(id)) => {
                if let Some(reply) = self.commands.answered(id) {
                    reply.send(Err(HubError::Rejected { code, message })).ok();
                    self.send_commands();
                }
            }
            Some(About::Query(id)) if retryable => {
                if let Some(query) = self.queries.get_mut(&id) {
                    query.again_at = Some(again_at);
                }
            }
            Some(About::Query(id)) => {
                if let Some(query) = self.queries.remove(&id) {
                    query.reply.send(Err(HubError::Rejected { code, message })).ok();
                }
            }
            Some(About::Topic(topic)) if retryable => self.rooms.postpone(topic, again_at),
            Some(About::Topic(topic)) => self.rooms.end(topic, code, message),
            // A hint that is about nothing this program waits for.
            None => {}
        }
    }

    fn send_commands(&mut self) {
        if self.live {
            self.frames.extend(self.commands.next_frames());
        }
    }

    /// Whatever has no answer may never have arrived.
    fn send_all_again(&mut self) {
        self.forget_sent();
        self.send_commands();
        self.frames.extend(self.queries.values().map(|query| query.frame.clone()));
    }

    fn forget_sent(&mut self) {
        self.commands.forget_sent();
        for query in self.queries.values_mut() {
            query.again_at = None;
        }
    }
}
