use super::var::{Malformed, Reader, write_bytes, write_uint};

/// How a client frames what it says. One frame holds one message: clients do not look for a second one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dialect {
    /// `y-websocket`: the socket is about one document.
    Plain,
    /// Hocuspocus: each frame names its document, as the client spells it.
    Named(String),
}

/// What a client says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message<'a> {
    /// What it has (a state vector); it wants the rest.
    Step1(&'a [u8]),
    /// What the hub lacks, as an update.
    Step2(&'a [u8]),
    /// A change, as an update.
    Update(&'a [u8]),
    /// What it shows of itself, see [`super::Awareness`].
    Awareness(&'a [u8]),
    /// It wants to know what all show.
    QueryAwareness,
    /// Who it is (Hocuspocus).
    Token(&'a str),
    /// A text that is none of the document's (Hocuspocus).
    Stateless,
    /// It is done with the document (Hocuspocus).
    Close,
    /// It is alive, and says no more.
    Alive,
}

/// What the hub says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply<'a> {
    /// What the hub has (a state vector); it wants the rest.
    Step1(&'a [u8]),
    /// What the client lacks, as an update.
    Step2(&'a [u8]),
    /// A change, as an update.
    Update(&'a [u8]),
    /// What others show of themselves.
    Awareness(&'a [u8]),
    /// The token is good.
    Authenticated {
        /// Changes will not be taken.
        read_only: bool,
    },
    /// It is not, or no more.
    Denied(&'a str),
    /// The token ends soon; a fresh one is wanted.
    AskToken,
    /// What became of one update: kept for good, or not taken.
    Saved(bool),
    /// A notice, JSON.
    Stateless(&'a str),
    /// The document is not served to this client any more; why.
    Close(&'a str),
}

/// A frame is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The bytes end too early or are not what they should be.
    #[error("the frame is malformed")]
    Malformed,
    /// A kind of message that no client sends.
    #[error("a message of kind {0} is not known")]
    Unknown(u64),
}

impl From<Malformed> for FrameError {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

impl FrameError {
    /// Stable.
    pub fn code(self) -> &'static str {
        "malformed_frame"
    }
}

const SYNC: u64 = 0;
const AWARENESS: u64 = 1;
const AUTH: u64 = 2;
const QUERY_AWARENESS: u64 = 3;
const STATELESS: u64 = 5;
const CLOSE: u64 = 7;
const SYNC_STATUS: u64 = 8;
const PING: u64 = 9;
const PONG: u64 = 10;

impl<'a> Message<'a> {
    /// Reads a frame of `y-websocket`.
    ///
    /// # Errors
    /// See [`FrameError`].
    pub fn plain(frame: &'a [u8]) -> Result<Self, FrameError> {
        let mut reader = Reader::new(frame);
        match reader.uint()? {
            // `y-websocket` tells its servers nothing of these; `[2, 0, reason]` is theirs alone.
            kind @ (AUTH | STATELESS | CLOSE) => Err(FrameError::Unknown(kind)),
            kind => Self::body(kind, reader),
        }
    }

    /// Reads a frame of Hocuspocus: the document's name as the client spells it, and the message.
    ///
    /// # Errors
    /// See [`FrameError`].
    pub fn named(frame: &'a [u8]) -> Result<(&'a str, Self), FrameError> {
        // About the socket, not a document: no name.
        if let [kind] = *frame
            && matches!(u64::from(kind), PING | PONG)
        {
            return Ok(("", Self::Alive));
        }
        let mut reader = Reader::new(frame);
        let name = reader.text()?;
        let kind = reader.uint()?;
        Ok((name, Self::body(kind, reader)?))
    }

    fn body(kind: u64, mut reader: Reader<'a>) -> Result<Self, FrameError> {
        Ok(match kind {
            // 4 is what Hocuspocus calls a sync message that wants no answer.
            SYNC | 4 => match reader.uint()? {
                0 => Self::Step1(reader.bytes()?),
                1 => Self::Step2(reader.bytes()?),
                2 => Self::Update(reader.bytes()?),
                other => return Err(FrameError::Unknown(other)),
            },
            AWARENESS => Self::Awareness(reader.bytes()?),
            AUTH => match reader.uint()? {
                0 => Self::Token(reader.text()?),
                other => return Err(FrameError::Unknown(other)),
            },
            QUERY_AWARENESS => Self::QueryAwareness,
            STATELESS => Self::Stateless,
            CLOSE => Self::Close,
            PING | PONG => Self::Alive,
            other => return Err(FrameError::Unknown(other)),
        })
    }
}

impl Dialect {
    /// The frame of a reply; `None` where the dialect has no word for it.
    pub fn frame(&self, reply: Reply<'_>) -> Option<Vec<u8>> {
        let mut out = Vec::with_capacity(64);
        match self {
            Self::Plain => match reply {
                Reply::Authenticated { .. }
                | Reply::AskToken
                | Reply::Saved(_)
                | Reply::Stateless(_)
                | Reply::Close(_) => {
                    return None;
                }
                Reply::Denied(reason) => {
                    out.extend([AUTH as u8, 0]);
                    write_bytes(&mut out, reason.as_bytes());
                }
                other => write(&mut out, other),
            },
            Self::Named(name) => {
                write_bytes(&mut out, name.as_bytes());
                write(&mut out, reply);
            }
        }
        Some(out)
    }

    /// The document that a name of Hocuspocus means: clients that open one document several times on one socket add
    /// something of their own behind a zero byte.
    pub fn document_of(name: &str) -> &str {
        name.split_once('\0').map_or(name, |(document, _)| document)
    }
}

fn write(out: &mut Vec<u8>, reply: Reply<'_>) {
    let mut kinds = |kinds: &[u64]| kinds.iter().for_each(|kind| write_uint(out, *kind));
    match reply {
        Reply::Step1(bytes) => {
            kinds(&[SYNC, 0]);
            write_bytes(out, bytes);
        }
        Reply::Step2(bytes) => {
            kinds(&[SYNC, 1]);
            write_bytes(out, bytes);
        }
        Reply::Update(bytes) => {
            kinds(&[SYNC, 2]);
            write_bytes(out, bytes);
        }
        Reply::Awareness(bytes) => {
            kinds(&[AWARENESS]);
            write_bytes(out, bytes);
        }
        Reply::Authenticated { read_only } => {
            kinds(&[AUTH, 2]);
            write_bytes(out, if read_only { b"readonly" } else { b"read-write" });
        }
        Reply::Denied(reason) => {
            kinds(&[AUTH, 1]);
            write_bytes(out, reason.as_bytes());
        }
        Reply::AskToken => kinds(&[AUTH, 0]),
        Reply::Saved(saved) => kinds(&[SYNC_STATUS, u64::from(saved)]),
        Reply::Stateless(text) => {
            kinds(&[STATELESS]);
            write_bytes(out, text.as_bytes());
        }
        Reply::Close(reason) => {
            kinds(&[CLOSE]);
            write_bytes(out, reason.as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NAME: &str = "01920000-0000-7000-8000-000000000001";

    fn named(rest: &[u8]) -> Vec<u8> {
        let mut frame = Vec::new();
        write_bytes(&mut frame, NAME.as_bytes());
        frame.extend_from_slice(rest);
        frame
    }

    #[test]
    fn both_framings_say_the_same() {
        for (rest, message) in [
            (&[0, 0, 1, 0][..], Message::Step1(&[0])),
            (&[0, 1, 2, 0, 0], Message::Step2(&[0, 0])),
            (&[0, 2, 2, 0, 0], Message::Update(&[0, 0])),
            (&[1, 1, 0], Message::Awareness(&[0])),
            (&[3], Message::QueryAwareness),
        ] {
            assert_eq!(Message::plain(rest), Ok(message.clone()));
            assert_eq!(Message::named(&named(rest)), Ok((NAME, message)));
        }
    }

    /// A token, and behind it the provider's version from version 4 on.
    #[test]
    fn a_token_is_read_with_and_without_a_version() {
        for rest in [&[2, 0, 3, b'a', b'b', b'c'][..], &[2, 0, 3, b'a', b'b', b'c', 5, b'4', b'.', b'8', b'.', b'0']] {
            assert_eq!(Message::named(&named(rest)), Ok((NAME, Message::Token("abc"))));
        }
        assert_eq!(Message::plain(&[2, 0, 1, b'x']), Err(FrameError::Unknown(2)), "no token in a frame of y-websocket");
    }

    #[test]
    fn a_socket_of_many_documents_is_alive_without_a_name() {
        assert_eq!(Message::named(&[10]), Ok(("", Message::Alive)));
        assert_eq!(Message::named(&[9]), Ok(("", Message::Alive)));
        assert_eq!(Dialect::document_of("a\0k3j2"), "a");
        assert_eq!(Dialect::document_of("a"), "a");
    }

    #[test]
    fn replies_are_framed_as_the_providers_read_them() {
        let hocuspocus = Dialect::Named(NAME.to_owned());
        assert_eq!(Dialect::Plain.frame(Reply::Step2(&[7])), Some(vec![0, 1, 1, 7]));
        assert_eq!(hocuspocus.frame(Reply::Saved(true)), Some(named(&[8, 1])));
        assert_eq!(hocuspocus.frame(Reply::AskToken), Some(named(&[2, 0])));
        assert_eq!(hocuspocus.frame(Reply::Denied("no")), Some(named(&[2, 1, 2, b'n', b'o'])));
        assert_eq!(Dialect::Plain.frame(Reply::Denied("no")), Some(vec![2, 0, 2, b'n', b'o']));
        let readonly = [&[2, 2, 8][..], b"readonly"].concat();
        assert_eq!(hocuspocus.frame(Reply::Authenticated { read_only: true }), Some(named(&readonly)));
        for unknown in [Reply::Saved(true), Reply::AskToken, Reply::Stateless("{}"), Reply::Close("")] {
            assert_eq!(Dialect::Plain.frame(unknown), None, "y-websocket logs an error for messages it does not know");
        }
    }

    #[test]
    fn hostile_frames_are_refused() {
        for frame in [&[][..], &[0], &[0, 9], &[0, 2, 0xff, 0xff, 0xff, 0xff, 0x0f], &[42], &[1], &[0, 0, 5, 1]] {
            assert!(Message::plain(frame).is_err(), "{frame:?}");
        }
        assert!(Message::named(&[3, b'a']).is_err());
    }

    proptest! {
        #[test]
        fn no_frame_is_a_panic(frame in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Message::plain(&frame);
            let _ = Message::named(&frame);
        }
    }
}
