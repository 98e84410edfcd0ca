use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::rc::Rc;
use std::time::Instant;

use bytes::Bytes;
use schemas::{Encoding, ErrorCode, ServerFrame, Topic};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::node::Counted;
use super::{session, web_socket};

/// Names a socket within the process.
pub type SocketId = u64;

/// Bytes that may wait for one slow reader behind the frame that is being sent; past it the backlog is dropped and the
/// reader is resynchronised.
pub const OUTBOX_BYTES: usize = 1024 * 1024;

/// One connection's writing side. It belongs to one shard, on one thread: no locks, no per-socket task while the kernel
/// takes everything at once.
pub struct Socket {
    /// Its name.
    pub id: SocketId,
    /// How frames are written.
    pub encoding: Encoding,
    /// The connection.
    pub stream: TcpStream,
    /// When the peer was last heard.
    pub heard: Cell<Instant>,
    /// When the session ends by itself: it has not said hello, or its token expires.
    pub deadline: Cell<Option<Instant>>,
    /// It has said hello.
    pub greeted: Cell<bool>,
    /// Commands without an outcome.
    pub in_flight: Cell<u16>,
    /// The hub is shutting down: the session ends with the outcome of its last command.
    pub draining: Cell<bool>,
    /// Wakes the session for what `signals` holds.
    pub wake: Notify,
    /// What the session should do next.
    pub signals: RefCell<Signals>,
    outbox: RefCell<Outbox>,
    _counted: Counted,
}

/// What others want of a session.
#[derive(Debug, Default)]
pub struct Signals {
    /// End, after this frame.
    pub end: Option<ServerFrame>,
    /// Look again whether the principal may still be here.
    pub recheck: bool,
    /// The backlog was dropped; take the topics up again.
    pub resync: bool,
}

#[derive(Default)]
struct Outbox {
    queue: VecDeque<(Bytes, Mark)>,
    /// Bytes of the head that are written already.
    written: usize,
    bytes: usize,
    flushing: bool,
    /// The last frame is in it, or was.
    closed: bool,
    /// Frames dropped since the outbox overflowed.
    dropped: Option<u32>,
    /// What has been handed to the kernel whole, by topic.
    delivered: Vec<(Topic, u64)>,
}

/// The position that a frame leads its topic to.
pub type Mark = Option<(Topic, u64)>;

impl Socket {
    /// A socket around an upgraded connection.
    pub fn new(id: SocketId, encoding: Encoding, stream: TcpStream, counted: Counted) -> Rc<Self> {
        Rc::new(Self {
            id,
            encoding,
            stream,
            heard: Cell::new(Instant::now()),
            deadline: Cell::new(Some(Instant::now() + super::session::HELLO_WITHIN)),
            greeted: Cell::new(false),
            in_flight: Cell::new(0),
            draining: Cell::new(false),
            wake: Notify::new(),
            signals: RefCell::default(),
            outbox: RefCell::default(),
            _counted: counted,
        })
    }

    /// The hub is shutting down. The session ends when its commands have their outcomes, or `at_once`.
    pub fn drain(&self, at_once: bool) {
        self.draining.set(true);
        if at_once {
            self.signals.borrow_mut().end = Some(session::fatal(ErrorCode::Draining, "the hub is shutting down"));
        }
        self.wake.notify_one();
    }

    /// Sends the last frames: why it ends, and the close. Nothing is sent behind them.
    pub fn close(self: &Rc<Self>, last: &ServerFrame, code: u16) {
        self.send_frame(last);
        self.send(web_socket::close(code), None);
        self.outbox.borrow_mut().closed = true;
    }

    /// Sends a frame of the protocol.
    pub fn send_frame(self: &Rc<Self>, frame: &ServerFrame) {
        self.send(web_socket::message(self.encoding, &self.encoding.encode(frame)), None);
    }

    /// Sends bytes that are a whole WebSocket frame: at once if the kernel takes them, else from the outbox.
    pub fn send(self: &Rc<Self>, frame: Bytes, mark: Mark) {
        let mut outbox = self.outbox.borrow_mut();
        if outbox.closed {
            return;
        }
        if let Some(dropped) = &mut outbox.dropped {
            *dropped += 1;
            return;
        }
        let mut written = 0;
        if outbox.queue.is_empty() {
            match self.stream.try_write(&frame) {
                Ok(all) if all == frame.len() => {
                    outbox.note(mark);
                    return;
                }
                Ok(some) => written = some,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // The reading side finds out and ends the session.
                Err(_) => return,
            }
            outbox.written = written;
        }
        outbox.bytes += frame.len();
        outbox.queue.push_back((frame, mark));
        // The head does not count: a snapshot that is larger than the bound is on its way, not in the way.
        let head = outbox.queue.front().map_or(0, |(frame, _)| frame.len());
        if outbox.bytes - head > OUTBOX_BYTES {
            outbox.overflow();
        }
        if !outbox.flushing {
            outbox.flushing = true;
            let socket = Rc::clone(self);
            actix::spawn(async move { socket.flush_when_writable().await });
        }
    }

    /// The position up to which a topic has been handed to the kernel.
    pub fn delivered(&self, topic: Topic) -> Option<u64> {
        self.outbox.borrow().delivered.iter().find(|(of, _)| *of == topic).map(|(_, seq)| *seq)
    }

    /// Bytes waiting.
    pub fn backlog(&self) -> usize {
        self.outbox.borrow().bytes
    }

    /// Forgets a topic's position.
    pub fn forget(&self, topic: Topic) {
        self.outbox.borrow_mut().delivered.retain(|(of, _)| *of != topic);
    }

    async fn flush_when_writable(self: Rc<Self>) {
        loop {
            if self.stream.writable().await.is_err() {
                break;
            }
            match self.flush() {
                Ok(false) => {}
                Ok(true) | Err(_) => break,
            }
        }
        let dropped = {
            let mut outbox = self.outbox.borrow_mut();
            outbox.flushing = false;
            outbox.dropped.take()
        };
        if let Some(dropped) = dropped {
            self.send_frame(&ServerFrame::Resync { dropped });
            self.signals.borrow_mut().resync = true;
            self.wake.notify_one();
        }
    }

    /// Writes what the kernel takes. True when nothing waits any more.
    fn flush(&self) -> io::Result<bool> {
        let mut outbox = self.outbox.borrow_mut();
        while let Some((frame, mark)) = outbox.queue.front() {
            match self.stream.try_write(&frame[outbox.written..]) {
                Ok(some) => {
                    let (length, mark) = (frame.len(), *mark);
                    outbox.written += some;
                    if outbox.written == length {
                        outbox.written = 0;
                        outbox.bytes -= length;
                        outbox.queue.pop_front();
                        outbox.note(mark);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) => {
                    outbox.queue.clear();
                    outbox.bytes = 0;
                    return Err(error);
                }
            }
        }
        Ok(true)
    }
}

impl Outbox {
    fn note(&mut self, mark: Mark) {
        let Some((topic, seq)) = mark else { return };
        match self.delivered.iter_mut().find(|(of, _)| *of == topic) {
            Some((_, delivered)) => *delivered = seq,
            None => self.delivered.push((topic, seq)),
        }
    }

    /// Drops what waits, except a frame whose first bytes are on the wire.
    fn overflow(&mut self) {
        let keep = usize::from(self.written > 0).min(self.queue.len());
        let dropped = self.queue.len() - keep;
        self.queue.truncate(keep);
        self.bytes = self.queue.iter().map(|(frame, _)| frame.len()).sum();
        self.dropped = Some(u32::try_from(dropped).unwrap_or(u32::MAX));
    }
}
