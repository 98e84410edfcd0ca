use std::collections::HashMap;
use std::net::TcpStream as StdTcpStream;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix::prelude::{Actor, AsyncContext, Context, Handler, Message};
use bytes::Bytes;
use schemas::{Encoding, ErrorCode, Topic};
use tokio::net::TcpStream;

use super::node::{Counted, Node};
use super::session::{self, Session};
use super::socket::{Mark, Socket, SocketId};
use super::view::ViewId;
use crate::sealing::Origin;

/// The sockets of one core. A room sends it one message a batch; it writes to each member with one direct send.
pub struct Shard {
    index: usize,
    node: Arc<Node>,
    sockets: HashMap<SocketId, Rc<Socket>>,
    members: HashMap<ViewId, Vec<Rc<Socket>>>,
}

/// A socket ends when nothing was heard of it for this long. Clients ping every second.
pub const SILENCE: Duration = Duration::from_secs(10);

/// Where a socket lives: what rooms keep of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Seat {
    /// The socket.
    pub socket: SocketId,
    /// Its shard.
    pub shard: usize,
    /// How its frames are written.
    pub encoding: Encoding,
}

/// An upgraded connection, on its way to its shard.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Adopt {
    /// Its name.
    pub id: SocketId,
    /// The connection.
    pub stream: StdTcpStream,
    /// How its frames are written.
    pub encoding: Encoding,
    /// What the peer sent right behind the upgrade request.
    pub read_ahead: Bytes,
    /// From where the peer is.
    pub from: Option<Origin>,
    /// Counts it among the open ones.
    pub counted: Counted,
}

/// One encoded delta for all members of a view.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Deliver {
    /// The view.
    pub view: ViewId,
    /// A whole WebSocket frame.
    pub frame: Bytes,
    /// Where it leads to.
    pub mark: Mark,
}

/// A socket becomes a member of a view, after these frames.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Enter {
    /// The socket.
    pub socket: SocketId,
    /// The view it leaves, if it was in one of the same topic.
    pub leaves: Option<ViewId>,
    /// The view it enters; absent for a frame without a subscription.
    pub enters: Option<ViewId>,
    /// What it is sent first.
    pub frames: Vec<(Bytes, Mark)>,
}

/// A socket leaves a view.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Exit {
    /// The socket.
    pub socket: SocketId,
    /// The view.
    pub view: ViewId,
    /// Its topic.
    pub topic: Topic,
}

/// Answers to commands and queries, gathered by a room for one shard.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Answers(pub Vec<(SocketId, Bytes, AnswerKind)>);

/// What an answer counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerKind {
    /// To a command: one less in flight.
    Command,
    /// To anything else.
    Other,
}

/// These sockets' principals may have lost rights: look again.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Recheck(pub Vec<SocketId>);

/// The hub is shutting down: sessions end when nothing of theirs is under way.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Drain {
    /// Whatever is under way.
    pub at_once: bool,
}

/// A session is over.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Gone(pub SocketId);

impl Shard {
    /// An empty shard.
    pub fn new(index: usize, node: Arc<Node>) -> Self {
        Self { index, node, sockets: HashMap::new(), members: HashMap::new() }
    }

    fn measure(&self) {
        self.node.metrics.backlog(self.index, self.sockets.values().map(|socket| socket.backlog()).sum());
    }

    fn end_overdue(&self) {
        let now = Instant::now();
        for socket in self.sockets.values() {
            let end = if now.duration_since(socket.heard.get()) > SILENCE {
                session::fatal(ErrorCode::HeartbeatMissed, "nothing was heard for 10 s")
            } else if socket.deadline.get().is_some_and(|deadline| now >= deadline) {
                match socket.greeted.get() {
                    true => session::fatal(ErrorCode::TokenExpired, "the token has expired"),
                    false => session::fatal(ErrorCode::OutOfOrder, "there was no hello within 5 s"),
                }
            } else {
                continue;
            };
            socket.signals.borrow_mut().end = Some(end);
            socket.wake.notify_one();
        }
    }
}

impl Actor for Shard {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        // Rooms never wait for a shard: what they send is bounded by the batches they make.
        ctx.set_mailbox_capacity(1 << 16);
        ctx.run_interval(Duration::from_millis(500), |shard, _| shard.end_overdue());
        ctx.run_interval(Duration::from_secs(5), |shard, _| shard.measure());
    }
}

impl Handler<Adopt> for Shard {
    type Result = ();

    fn handle(&mut self, adopt: Adopt, ctx: &mut Self::Context) {
        let Ok(stream) = TcpStream::from_std(adopt.stream) else { return };
        let _ = stream.set_nodelay(true);
        let socket = Socket::new(adopt.id, adopt.encoding, stream, adopt.counted);
        if self.node.is_draining() {
            // It came in behind the drain.
            socket.drain(false);
        }
        self.sockets.insert(adopt.id, Rc::clone(&socket));
        self.node.metrics.sessions.increment(1.0);
        let seat = Seat { socket: adopt.id, shard: self.index, encoding: adopt.encoding };
        let session = Session::new(Arc::clone(&self.node), socket, seat, ctx.address(), adopt.from);
        actix::spawn(session.run(adopt.read_ahead));
    }
}

impl Handler<Deliver> for Shard {
    type Result = ();

    fn handle(&mut self, deliver: Deliver, _: &mut Self::Context) {
        let Some(members) = self.members.get(&deliver.view) else { return };
        for socket in members {
            socket.send(deliver.frame.clone(), deliver.mark);
        }
        self.node.metrics.deliveries.increment(members.len() as u64);
    }
}

impl Handler<Enter> for Shard {
    type Result = ();

    fn handle(&mut self, enter: Enter, _: &mut Self::Context) {
        if let Some(view) = enter.leaves {
            leave(&mut self.members, view, enter.socket);
        }
        let Some(socket) = self.sockets.get(&enter.socket) else { return };
        for (frame, mark) in enter.frames {
            socket.send(frame, mark);
        }
        if let Some(view) = enter.enters {
            self.members.entry(view).or_default().push(Rc::clone(socket));
        }
    }
}

impl Handler<Exit> for Shard {
    type Result = ();

    fn handle(&mut self, exit: Exit, _: &mut Self::Context) {
        leave(&mut self.members, exit.view, exit.socket);
        if let Some(socket) = self.sockets.get(&exit.socket) {
            socket.forget(exit.topic);
        }
    }
}

impl Handler<Answers> for Shard {
    type Result = ();

    fn handle(&mut self, answers: Answers, _: &mut Self::Context) {
        for (id, frame, kind) in answers.0 {
            let Some(socket) = self.sockets.get(&id) else { continue };
            if kind == AnswerKind::Command {
                socket.in_flight.set(socket.in_flight.get().saturating_sub(1));
            }
            socket.send(frame, None);
            if socket.draining.get() {
                // Perhaps this was what it waited for.
                socket.wake.notify_one();
            }
        }
    }
}

impl Handler<Recheck> for Shard {
    type Result = ();

    fn handle(&mut self, recheck: Recheck, _: &mut Self::Context) {
        for socket in recheck.0.iter().filter_map(|id| self.sockets.get(id)) {
            socket.signals.borrow_mut().recheck = true;
            socket.wake.notify_one();
        }
    }
}

impl Handler<Drain> for Shard {
    type Result = ();

    fn handle(&mut self, drain: Drain, _: &mut Self::Context) {
        for socket in self.sockets.values() {
            socket.drain(drain.at_once);
        }
    }
}

impl Handler<Gone> for Shard {
    type Result = ();

    fn handle(&mut self, Gone(id): Gone, _: &mut Self::Context) {
        // Rooms send Exit for every view; this is for the ones whose room ended first.
        if self.sockets.remove(&id).is_some() {
            self.node.metrics.sessions.decrement(1.0);
        }
        self.members.retain(|_, members| {
            members.retain(|socket| socket.id != id);
            !members.is_empty()
        });
    }
}

fn leave(members: &mut HashMap<ViewId, Vec<Rc<Socket>>>, view: ViewId, socket: SocketId) {
    if let Some(list) = members.get_mut(&view) {
        if let Some(at) = list.iter().position(|member| member.id == socket) {
            list.swap_remove(at);
        }
        if list.is_empty() {
            members.remove(&view);
        }
    }
}
