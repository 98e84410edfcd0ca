use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use domain::documents::{Dialect, Reply};
use domain::shot_list::Author;
use schemas::Encoding;
use tokio::sync::Notify;

use super::line::Line;
use crate::live::web_socket;

/// A connection to a document.
pub struct Member {
    /// Names it within the process.
    pub id: u64,
    /// How it speaks.
    pub dialect: Dialect,
    /// Where it is written to.
    pub line: Arc<Line>,
    /// Who it is.
    pub author: Author,
    /// Its changes are not taken.
    pub read_only: bool,
    /// Rung when its rights may have changed.
    pub signal: Arc<Notify>,
    /// It was shown out: the socket may go on with others.
    pub gone: Arc<AtomicBool>,
}

/// Close codes. 4400 to 4499 tell `y-websocket` not to come back by itself; the others let it try again.
pub mod code {
    /// The token is not good, or not any more.
    pub const UNAUTHORIZED: u16 = 4401;
    /// The document may not be seen.
    pub const FORBIDDEN: u16 = 4403;
    /// The document's history was dropped: throw the local copy away and open it anew.
    pub const ANOTHER_EPOCH: u16 = 4410;
    /// The document is being made anew in the hub's memory, or the token ended: come again.
    pub const AGAIN: u16 = 4500;
    /// The frame is larger than it may be (RFC 6455).
    pub const TOO_LARGE: u16 = 1009;
    /// Frames that are none (RFC 6455).
    pub const MALFORMED: u16 = 1003;
}

impl Member {
    /// Says one thing.
    pub fn say(&self, reply: Reply<'_>) {
        if let Some(frame) = framed(&self.dialect, reply) {
            self.line.say(&[frame]);
        }
    }

    /// Tells it something that is no change of the document; JSON.
    pub fn notice(&self, notice: &serde_json::Value) {
        self.say(Reply::Stateless(&notice.to_string()));
    }

    /// Shows it out: a socket that is about this document only is closed, another one goes on with the others.
    pub fn show_out(&self, close_code: u16, reason: &str) {
        self.gone.store(true, Ordering::Relaxed);
        match &self.dialect {
            Dialect::Plain => self.line.close(close_code),
            Dialect::Named(_) => self.say(Reply::Close(reason)),
        }
    }
}

/// A reply as a WebSocket frame.
pub fn framed(dialect: &Dialect, reply: Reply<'_>) -> Option<Bytes> {
    dialect.frame(reply).map(|frame| web_socket::message(Encoding::MessagePack, &frame))
}
