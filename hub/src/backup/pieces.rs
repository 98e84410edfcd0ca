use std::collections::VecDeque;
use std::io::{self, Read};
use std::pin::Pin;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread::JoinHandle;

use bytes::{Buf as _, Bytes};
use futures_util::{Stream, StreamExt as _};
use tokio::runtime::Handle;

use super::BackupError;
use crate::objects::{Objects, ObjectsError, Part};
use crate::postgres::EmbeddedError;
use crate::store::backup::{Source, StoredPart};

/// Of what a program says, the last so many bytes are kept.
const SAID: usize = 4096;

/// A stream of bytes as something to read from, for a thread that may wait.
pub(super) struct Reading<'a, S> {
    handle: &'a Handle,
    stream: Pin<Box<S>>,
    at_hand: Bytes,
}

impl<'a, S: Stream<Item = Result<Bytes, ObjectsError>>> Reading<'a, S> {
    pub(super) fn new(handle: &'a Handle, stream: S) -> Self {
        Self { handle, stream: Box::pin(stream), at_hand: Bytes::new() }
    }
}

/// The bytes of one object.
pub(super) fn object<'a>(
    handle: &'a Handle,
    objects: &Objects,
    part: &StoredPart,
) -> Reading<'a, impl Stream<Item = Result<Bytes, ObjectsError>> + Send + use<>> {
    Reading::new(handle, objects.read(&[Part { key: part.key, size: part.size }], 0..part.size))
}

impl<S: Stream<Item = Result<Bytes, ObjectsError>>> Read for Reading<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at_hand.is_empty() {
            match self.handle.block_on(self.stream.next()) {
                Some(Ok(bytes)) => self.at_hand = bytes,
                Some(Err(error)) => return Err(io::Error::other(error)),
                None => return Ok(0),
            }
        }
        let read = self.at_hand.len().min(buffer.len());
        self.at_hand.copy_to_slice(&mut buffer[..read]);
        Ok(read)
    }
}

/// The objects that a database names, one JSON object a line.
pub(super) struct Listing<'a> {
    handle: &'a Handle,
    source: &'a Source,
    lines: VecDeque<u8>,
}

impl<'a> Listing<'a> {
    pub(super) fn new(handle: &'a Handle, source: &'a Source) -> Self {
        Self { handle, source, lines: VecDeque::new() }
    }
}

impl Read for Listing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.lines.is_empty() {
            for part in self.handle.block_on(self.source.more_objects()).map_err(io::Error::other)? {
                let sha256 = part.sha256.as_deref().map(super::archive::hex);
                let line =
                    serde_json::json!({ "key": part.key, "size": part.size, "content": part.blob, "sha256": sha256 });
                self.lines.extend(format!("{line}\n").into_bytes());
            }
        }
        self.lines.read(buffer)
    }
}

/// A program of Postgres that works for us; it does not outlive this value.
pub(super) struct Program {
    name: &'static str,
    /// The process.
    pub(super) child: Child,
    said: Option<JoinHandle<String>>,
}

impl Program {
    pub(super) fn start(name: &'static str, mut command: Command) -> Result<Self, BackupError> {
        let mut child = command
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|source| EmbeddedError::Io { path: command.get_program().into(), source })?;
        let said = child.stderr.take().map(|from| std::thread::spawn(move || last_words(from)));
        Ok(Self { name, child, said })
    }

    /// Waits for its end.
    pub(super) fn finish(mut self) -> Result<(), BackupError> {
        drop(self.child.stdin.take());
        let status = self.child.wait().map_err(BackupError::io(self.name))?;
        if status.success() {
            return Ok(());
        }
        let said = self.said.take().and_then(|said| said.join().ok()).unwrap_or_default();
        Err(BackupError::Tool { program: self.name, said: if said.is_empty() { status.to_string() } else { said } })
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What it said last. Rows are not quoted: `CONTEXT` and `DETAIL` would hold values.
fn last_words(mut from: ChildStderr) -> String {
    let (mut kept, mut buffer) = (VecDeque::new(), [0; 1024]);
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        kept.extend(&buffer[..read]);
        kept.drain(..kept.len().saturating_sub(SAID));
    }
    let text = String::from_utf8_lossy(kept.make_contiguous()).into_owned();
    let lines = text.lines().filter(|line| {
        ["error:", "fatal:", "ERROR:", "FATAL:", "HINT:"].iter().any(|word| line.contains(word))
            && !["CONTEXT:", "DETAIL:", "Command was:"].iter().any(|word| line.contains(word))
    });
    lines.collect::<Vec<_>>().join("; ")
}
