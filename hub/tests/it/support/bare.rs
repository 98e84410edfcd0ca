use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use schemas::{ClientFrame, ClientInfo, Encoding, ServerFrame};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

/// A TCP connection with the WebSocket upgrade done by hand, in JSON: for bytes that no WebSocket library would send, and
/// for reading exactly as slowly as a test wants.
pub struct Bare {
    stream: TcpStream,
    received: Vec<u8>,
}

/// What the hub sent.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// A frame of the protocol.
    Frame(Box<ServerFrame>),
    /// An answer to a WebSocket ping.
    Pong,
    /// A WebSocket close, with its code.
    Close(u16),
    /// The connection is gone.
    End,
}

impl Bare {
    /// Text, final.
    pub const TEXT: u8 = 0x81;

    /// Connects and upgrades; says nothing. `receive_buffer`: what the kernel may hold for us, bytes.
    pub async fn open(address: SocketAddr, receive_buffer: Option<u32>) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        if let Some(bytes) = receive_buffer {
            socket.set_recv_buffer_size(bytes).expect("a buffer size");
        }
        let stream = socket.connect(address).await.expect("the hub listens");
        let mut bare = Self { stream, received: Vec::new() };
        let request = format!(
            "GET /v1/live HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        bare.write(request.as_bytes()).await.expect("the hub reads");
        let end = loop {
            if let Some(end) = bare.received.windows(4).position(|end| end == b"\r\n\r\n") {
                break end + 4;
            }
            assert!(bare.fill().await, "the hub hung up on the upgrade");
        };
        let head: Vec<u8> = bare.received.drain(..end).collect();
        let head = String::from_utf8(head).expect("a head is text");
        assert!(head.starts_with("HTTP/1.1 101") && head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{head}");
        bare
    }

    /// Connects and says hello.
    pub async fn hello(address: SocketAddr, receive_buffer: Option<u32>, token: &str) -> Self {
        let mut bare = Self::open(address, receive_buffer).await;
        let client = ClientInfo { name: "bare".into(), version: "0".into() };
        bare.send(&ClientFrame::Hello { token: token.to_owned(), client }).await;
        let welcome = bare.hear().await;
        assert!(
            matches!(&welcome, Heard::Frame(frame) if matches!(**frame, ServerFrame::Welcome { .. })),
            "{welcome:?}"
        );
        bare
    }

    /// A masked WebSocket frame: the first byte (RFC 6455 section 5.2) and the payload.
    pub fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let mut bytes = Self::header(first, payload.len() as u64);
        bytes.extend(payload.iter().enumerate().map(|(at, byte)| byte ^ MASK[at & 3]));
        bytes
    }

    /// The header alone, of a payload that need not follow.
    pub fn header(first: u8, length: u64) -> Vec<u8> {
        let mut bytes = vec![first];
        match length {
            0..126 => bytes.push(0x80 | length as u8),
            126..=0xffff => {
                bytes.push(0x80 | 126);
                bytes.extend((length as u16).to_be_bytes());
            }
            _ => {
                bytes.push(0x80 | 127);
                bytes.extend(length.to_be_bytes());
            }
        }
        bytes.extend(MASK);
        bytes
    }

    /// Sends a frame of the protocol.
    pub async fn send(&mut self, frame: &ClientFrame) {
        self.write(&Self::frame(Self::TEXT, &Encoding::Json.encode(frame))).await.expect("the hub reads");
    }

    /// Sends bytes as they are.
    pub async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// What comes next, within 20 s.
    pub async fn hear(&mut self) -> Heard {
        loop {
            if let Some(heard) = self.parse() {
                return heard;
            }
            if !self.fill().await {
                return Heard::End;
            }
        }
    }

    /// The next frame of the protocol that `wanted` picks; others are passed over.
    pub async fn hear_where<T>(&mut self, wanted: impl Fn(ServerFrame) -> Option<T>) -> T {
        loop {
            match self.hear().await {
                Heard::Frame(frame) => {
                    if let Some(found) = wanted(*frame) {
                        return found;
                    }
                }
                Heard::Pong => {}
                ended => panic!("{ended:?} instead of what was waited for"),
            }
        }
    }

    async fn fill(&mut self) -> bool {
        let mut chunk = vec![0; 256 * 1024];
        let read =
            tokio::time::timeout(Duration::from_secs(20), self.stream.read(&mut chunk)).await.expect("an answer");
        match read {
            Ok(0) | Err(_) => false,
            Ok(some) => {
                self.received.extend_from_slice(&chunk[..some]);
                true
            }
        }
    }

    /// A whole frame, if one has arrived. Those of a server carry no mask.
    fn parse(&mut self) -> Option<Heard> {
        let (&first, &second) = (self.received.first()?, self.received.get(1)?);
        assert!(first & 0x80 != 0 && second & 0x80 == 0, "the hub sends whole, unmasked frames");
        let (start, length) = match second {
            126 => (4, usize::from(u16::from_be_bytes(self.received.get(2..4)?.try_into().ok()?))),
            127 => (10, usize::try_from(u64::from_be_bytes(self.received.get(2..10)?.try_into().ok()?)).ok()?),
            short => (2, usize::from(short)),
        };
        let payload = self.received.get(start..start + length)?.to_vec();
        self.received.drain(..start + length);
        Some(match first & 0x0f {
            8 => Heard::Close(u16::from_be_bytes([payload[0], payload[1]])),
            10 => Heard::Pong,
            _ => Heard::Frame(Box::new(Encoding::Json.decode(&payload).expect("a frame of the protocol"))),
        })
    }
}

const MASK: [u8; 4] = [7, 77, 177, 250];
