use std::io::Cursor;

use bytes::Bytes;
use schemas::Encoding;
use tungstenite::protocol::frame::FrameHeader;
use tungstenite::protocol::frame::coding::{Control, Data, OpCode};

/// A message as the peer sent it, whole.
#[derive(Debug, PartialEq, Eq)]
pub enum Incoming {
    /// A text or binary message.
    Message(Vec<u8>),
    /// To be answered with a pong.
    Ping(Vec<u8>),
    /// The answer to a ping.
    Pong,
    /// The peer is done.
    Close,
}

/// The bytes are not WebSocket as RFC 6455 has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// More than the limit; found in the header, before the payload was read.
    #[error("the message is larger than the limit")]
    TooLarge,
    /// A rule of the protocol was broken.
    #[error("{0}")]
    Protocol(&'static str),
}

/// Close code: the peer may not go on (RFC 6455 section 7.4.1).
pub const POLICY: u16 = 1008;
/// Close code: the hub is restarted or replaced; connect again (the IANA registry of close codes).
pub const RESTART: u16 = 1012;

/// Puts frames together from bytes as they arrive. Holds nothing while nothing is half there.
#[derive(Default)]
pub struct Reader {
    bytes: Vec<u8>,
    /// Where the next frame begins in `bytes`.
    begin: usize,
    message: Vec<u8>,
    fragmented: Option<OpCode>,
}

impl Reader {
    /// Takes bytes from the socket.
    pub fn push(&mut self, bytes: &[u8]) {
        // Once a read, not once a frame: thousands of small frames would move the rest thousands of times.
        self.bytes.drain(..std::mem::take(&mut self.begin));
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole message, `None` when more bytes are needed.
    ///
    /// # Errors
    /// See [`ReadError`]; the socket must be closed then.
    pub fn next(&mut self, limit: usize) -> Result<Option<Incoming>, ReadError> {
        loop {
            let bytes = &self.bytes[self.begin..];
            let mut cursor = Cursor::new(bytes);
            let parsed =
                FrameHeader::parse(&mut cursor).map_err(|_| ReadError::Protocol("the frame header is malformed"))?;
            let Some((header, length)) = parsed else {
                return Ok(None);
            };
            let start = usize::try_from(cursor.position()).map_err(|_| ReadError::TooLarge)?;
            let length = usize::try_from(length).map_err(|_| ReadError::TooLarge)?;
            check(&header, length)?;
            if length.saturating_add(self.message.len()) > limit {
                return Err(ReadError::TooLarge);
            }
            if bytes.len() - start < length {
                return Ok(None);
            }
            let mask = header.mask.ok_or(ReadError::Protocol("client frames are masked"))?;
            let mut payload = bytes[start..start + length].to_vec();
            for (at, byte) in payload.iter_mut().enumerate() {
                *byte ^= mask[at & 3];
            }
            self.consume(start + length);
            if let Some(incoming) = self.take(&header, payload)? {
                return Ok(Some(incoming));
            }
        }
    }

    fn take(&mut self, header: &FrameHeader, payload: Vec<u8>) -> Result<Option<Incoming>, ReadError> {
        match header.opcode {
            OpCode::Control(Control::Close) => Ok(Some(Incoming::Close)),
            OpCode::Control(Control::Ping) => Ok(Some(Incoming::Ping(payload))),
            OpCode::Control(Control::Pong) => Ok(Some(Incoming::Pong)),
            OpCode::Control(Control::Reserved(_)) | OpCode::Data(Data::Reserved(_)) => {
                Err(ReadError::Protocol("reserved opcode"))
            }
            OpCode::Data(Data::Continue) => {
                if self.fragmented.is_none() {
                    return Err(ReadError::Protocol("a continuation of nothing"));
                }
                self.message.extend_from_slice(&payload);
                if !header.is_final {
                    return Ok(None);
                }
                self.fragmented = None;
                Ok(Some(Incoming::Message(std::mem::take(&mut self.message))))
            }
            OpCode::Data(Data::Text | Data::Binary) => {
                if self.fragmented.is_some() {
                    return Err(ReadError::Protocol("a new message inside a fragmented one"));
                }
                if header.is_final {
                    return Ok(Some(Incoming::Message(payload)));
                }
                self.fragmented = Some(header.opcode);
                self.message = payload;
                Ok(None)
            }
        }
    }

    fn consume(&mut self, length: usize) {
        self.begin += length;
        if self.begin == self.bytes.len() {
            // Give the memory back: thousands of idle sockets each keeping a buffer would be most of the process.
            (self.bytes, self.begin) = (Vec::new(), 0);
        }
    }
}

fn check(header: &FrameHeader, length: usize) -> Result<(), ReadError> {
    if header.rsv1 || header.rsv2 || header.rsv3 {
        return Err(ReadError::Protocol("a reserved bit is set"));
    }
    if matches!(header.opcode, OpCode::Control(_)) && (length > 125 || !header.is_final) {
        return Err(ReadError::Protocol("a control frame is short and whole"));
    }
    Ok(())
}

/// A whole message from the hub. Server frames carry no mask, so the bytes are the same for every receiver.
pub fn message(encoding: Encoding, payload: &[u8]) -> Bytes {
    let data = match encoding {
        Encoding::Json => Data::Text,
        Encoding::MessagePack => Data::Binary,
    };
    frame(OpCode::Data(data), payload)
}

/// A question whether the peer is there.
pub fn ping() -> Bytes {
    frame(OpCode::Control(Control::Ping), &[])
}

/// The answer to a ping.
pub fn pong(payload: &[u8]) -> Bytes {
    frame(OpCode::Control(Control::Pong), payload)
}

/// The end, with a close code (RFC 6455 section 7.4).
pub fn close(code: u16) -> Bytes {
    frame(OpCode::Control(Control::Close), &code.to_be_bytes())
}

fn frame(opcode: OpCode, payload: &[u8]) -> Bytes {
    let header = FrameHeader { is_final: true, rsv1: false, rsv2: false, rsv3: false, opcode, mask: None };
    let length = payload.len() as u64;
    let mut bytes = Vec::with_capacity(payload.len() + 10);
    header.format(length, &mut bytes).expect("writing to memory");
    bytes.extend_from_slice(payload);
    Bytes::from(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client_frame(opcode: OpCode, is_final: bool, payload: &[u8]) -> Vec<u8> {
        let mask = [1, 2, 3, 4];
        let header = FrameHeader { is_final, rsv1: false, rsv2: false, rsv3: false, opcode, mask: Some(mask) };
        let mut bytes = Vec::new();
        header.format(payload.len() as u64, &mut bytes).expect("writing to memory");
        bytes.extend(payload.iter().enumerate().map(|(at, byte)| byte ^ mask[at & 3]));
        bytes
    }

    #[test]
    fn a_message_is_whole_however_the_bytes_arrive() {
        let mut bytes = client_frame(OpCode::Data(Data::Text), false, b"hel");
        bytes.extend(client_frame(OpCode::Control(Control::Ping), true, b"?"));
        bytes.extend(client_frame(OpCode::Data(Data::Continue), true, b"lo"));
        bytes.extend(client_frame(OpCode::Data(Data::Binary), true, &[7; 300]));
        for step in [1, 2, 3, 7, bytes.len()] {
            let mut reader = Reader::default();
            let mut got = Vec::new();
            for chunk in bytes.chunks(step) {
                reader.push(chunk);
                while let Some(incoming) = reader.next(1000).expect("valid") {
                    got.push(incoming);
                }
            }
            assert_eq!(
                got,
                [Incoming::Ping(b"?".to_vec()), Incoming::Message(b"hello".to_vec()), Incoming::Message(vec![7; 300])],
                "in steps of {step}"
            );
            assert_eq!(reader.bytes.capacity(), 0, "an idle reader holds nothing");
        }
    }

    #[test]
    fn too_much_is_found_in_the_header() {
        let mut reader = Reader::default();
        reader.push(&client_frame(OpCode::Data(Data::Binary), true, &[0; 1001])[..14]);
        assert_eq!(reader.next(1000), Err(ReadError::TooLarge));
        let mut reader = Reader::default();
        reader.push(&client_frame(OpCode::Data(Data::Binary), false, &[0; 600]));
        reader.push(&client_frame(OpCode::Data(Data::Continue), true, &[0; 600]));
        assert_eq!(reader.next(1000), Err(ReadError::TooLarge), "the sum of fragments counts");
        let mut reader = Reader::default();
        reader.push(&[0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
        assert_eq!(reader.next(1000), Err(ReadError::TooLarge), "2^64-1 bytes");
    }

    #[test]
    fn broken_rules_end_the_socket() {
        let unmasked = frame(OpCode::Data(Data::Text), b"x");
        let long_ping = client_frame(OpCode::Control(Control::Ping), true, &[0; 126]);
        let orphan = client_frame(OpCode::Data(Data::Continue), true, b"x");
        let mut reserved = client_frame(OpCode::Data(Data::Text), true, b"x");
        reserved[0] |= 0x40;
        let mut nested = client_frame(OpCode::Data(Data::Text), false, b"x");
        nested.extend(client_frame(OpCode::Data(Data::Text), true, b"y"));
        for bytes in [unmasked.to_vec(), long_ping, orphan, reserved, nested] {
            let mut reader = Reader::default();
            reader.push(&bytes);
            assert!(matches!(reader.next(1000), Err(ReadError::Protocol(_))), "{bytes:02x?}");
        }
    }
}
