use std::collections::VecDeque;
use std::io::{self, ErrorKind, IoSlice};
use std::net::Shutdown;
use std::os::fd::AsFd as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::net::TcpStream;
use tokio::sync::Notify;

use crate::live::web_socket;

/// Bytes that may wait for one slow reader. A document's frames cannot be left out, so past the bound its socket is closed:
/// it connects again and asks for what it lacks.
pub const WAITING: usize = 8 * 1024 * 1024;

/// The outgoing side of a socket. Whoever has something to say writes it at once; what the socket does not take waits, and
/// the socket's own task writes it when it can.
pub struct Line {
    stream: TcpStream,
    state: Mutex<State>,
    /// Something waits, or the line is to be closed.
    wake: Notify,
}

#[derive(Default)]
struct State {
    /// WebSocket frames, the first of them written up to `written`.
    waiting: VecDeque<Bytes>,
    written: usize,
    bytes: usize,
    /// Nothing more is taken: why.
    closed: Option<u16>,
}

/// How a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Everything is written.
    Idle,
    /// Something waits.
    Waiting,
    /// Everything is written, and the line is closed.
    Closed(u16),
    /// The peer is gone.
    Broken,
}

impl Line {
    /// Of an upgraded socket.
    pub fn new(stream: TcpStream) -> Self {
        // A letter that was typed does not wait for the next one.
        let _ = stream.set_nodelay(true);
        Self { stream, state: Mutex::default(), wake: Notify::new() }
    }

    /// The socket, to be read by its task.
    pub fn stream(&self) -> &TcpStream {
        &self.stream
    }

    /// Says something: whole WebSocket frames, in this order.
    pub fn say(&self, frames: &[Bytes]) {
        let mut state = self.state();
        if state.closed.is_some() || frames.is_empty() {
            return;
        }
        let mut rest = frames;
        if state.waiting.is_empty() {
            rest = self.write_at_once(&mut state, frames);
        }
        for frame in rest {
            state.bytes += frame.len();
            state.waiting.push_back(frame.clone());
        }
        if state.bytes > WAITING && state.waiting.len() > 1 {
            // The frame that is half written is finished: a close in the middle of it would be garbage.
            let keep = usize::from(state.written > 0);
            state.waiting.truncate(keep);
            self.end(&mut state, SLOW);
        }
        if !state.waiting.is_empty() {
            drop(state);
            self.wake.notify_one();
        }
    }

    /// Closes the line behind what was said, with a close code.
    pub fn close(&self, code: u16) {
        let mut state = self.state();
        if state.closed.is_none() {
            self.end(&mut state, code);
            drop(state);
            self.wake.notify_one();
        }
    }

    /// Says that nothing more comes, behind what was written.
    ///
    /// # Errors
    /// When the socket is gone.
    pub fn say_no_more(&self) -> io::Result<()> {
        std::net::TcpStream::from(self.stream.as_fd().try_clone_to_owned()?).shutdown(Shutdown::Write)
    }

    /// Waits until something waits to be written.
    pub async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Writes what waits, as far as the socket takes it.
    pub fn flush(&self) -> Standing {
        let mut state = self.state();
        while let Some(front) = state.waiting.front().cloned() {
            match self.stream.try_write(&front[state.written..]) {
                Ok(0) => return Standing::Broken,
                Ok(some) => {
                    state.written += some;
                    if state.written == front.len() {
                        state.bytes = state.bytes.saturating_sub(front.len());
                        state.waiting.pop_front();
                        state.written = 0;
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Standing::Waiting,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Standing::Broken,
            }
        }
        state.closed.map_or(Standing::Idle, Standing::Closed)
    }

    fn end(&self, state: &mut State, code: u16) {
        state.closed = Some(code);
        let close = web_socket::close(code);
        state.bytes += close.len();
        state.waiting.push_back(close);
    }

    /// The frames that are left. One that was begun is put in front of what waits.
    fn write_at_once<'a>(&self, state: &mut State, frames: &'a [Bytes]) -> &'a [Bytes] {
        let mut rest = frames;
        while !rest.is_empty() {
            let slices: Vec<IoSlice<'_>> = rest.iter().take(64).map(|frame| IoSlice::new(frame)).collect();
            let Ok(mut written) = self.stream.try_write_vectored(&slices) else { return rest };
            while let Some(first) = rest.first() {
                if written < first.len() {
                    if written > 0 {
                        state.written = written;
                        state.bytes += first.len();
                        state.waiting.push_back(first.clone());
                        rest = &rest[1..];
                        return rest;
                    }
                    break;
                }
                written -= first.len();
                rest = &rest[1..];
            }
        }
        rest
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Close code: the reader was too slow; it may connect again.
pub const SLOW: u16 = 4503;

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt as _;
    use tokio::net::TcpListener;

    use super::*;

    async fn pair() -> (Line, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (ours, theirs) = tokio::join!(listener.accept(), TcpStream::connect(address));
        (Line::new(ours.expect("a peer").0), theirs.expect("a listener"))
    }

    #[tokio::test]
    async fn frames_arrive_whole_and_in_order_however_slowly_they_are_read() {
        let (line, mut reader) = pair().await;
        let frames: Vec<Bytes> = (0..200u8).map(|number| Bytes::from(vec![number; 20_000])).collect();
        for frames in frames.chunks(7) {
            line.say(frames);
        }
        line.close(1000);
        let reading = tokio::spawn(async move {
            let mut all = Vec::new();
            reader.read_to_end(&mut all).await.expect("read");
            all
        });
        loop {
            match line.flush() {
                Standing::Waiting => line.stream().writable().await.expect("open"),
                Standing::Closed(code) => break assert_eq!(code, 1000),
                other => panic!("{other:?}"),
            }
        }
        line.say(&[Bytes::from_static(b"too late")]);
        drop(line);
        let all = reading.await.expect("it ended");
        let said: Vec<u8> = frames.iter().flatten().copied().chain([0x88, 2, 3, 0xe8]).collect();
        assert!(all == said, "{} bytes of {}", all.len(), said.len());
    }

    #[tokio::test]
    async fn whoever_reads_too_slowly_is_closed_and_never_skipped() {
        let (line, mut reader) = pair().await;
        let frame = Bytes::from(vec![7u8; 1 << 20]);
        for _ in 0..40 {
            line.say(std::slice::from_ref(&frame));
        }
        let reading = tokio::spawn(async move {
            let mut all = Vec::new();
            reader.read_to_end(&mut all).await.expect("read");
            all
        });
        loop {
            match line.flush() {
                Standing::Waiting => line.stream().writable().await.expect("open"),
                Standing::Closed(code) => break assert_eq!(code, SLOW),
                other => panic!("{other:?}"),
            }
        }
        drop(line);
        let all = reading.await.expect("it ended");
        assert_eq!(all.len() % frame.len(), 4, "whole frames and the close");
        assert!(all.len() < 30 << 20);
    }
}
