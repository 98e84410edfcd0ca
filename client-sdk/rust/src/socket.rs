use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use schemas::{ClientFrame, Encoding};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderValue, header};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use crate::{HubError, decode};

/// How long a connection may take to be made.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// tungstenite clears its read buffer at every attempt to read: a large one costs more than what is read.
const READ_BUFFER: usize = 4096;

/// Where a hub is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// `http://host:port`.
    pub(crate) http: String,
    /// `ws://host:port`.
    pub(crate) ws: String,
}

impl Address {
    pub(crate) fn parse(url: &str) -> Result<Self, HubError> {
        let bad = || HubError::BadUrl(url.to_owned());
        let (scheme, rest) = url.split_once("://").ok_or_else(bad)?;
        let host = rest.strip_suffix('/').unwrap_or(rest);
        if host.is_empty() || host.contains(['/', '?', '#', '@', ' ']) {
            return Err(bad());
        }
        match scheme {
            "http" | "ws" => Ok(Self { http: format!("http://{host}"), ws: format!("ws://{host}") }),
            _ => Err(bad()),
        }
    }
}

/// One WebSocket to `/v1/live`, in frames.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    encoding: Encoding,
}

impl Socket {
    pub(crate) async fn open(address: &Address, encoding: Encoding) -> Result<Self, HubError> {
        let url = format!("{}/v1/live", address.ws);
        let mut request = url.as_str().into_client_request().map_err(|_| HubError::BadUrl(url.clone()))?;
        let protocol = HeaderValue::from_static(encoding.subprotocol());
        request.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, protocol);
        // A snapshot of a large event has no bound; the hub is trusted with this program's memory.
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(0)
            .max_message_size(None)
            .max_frame_size(None);
        let connecting = connect_async_with_config(request, Some(config), true);
        match timeout(CONNECT_WITHIN, connecting).await {
            Ok(Ok((stream, _))) => Ok(Self { stream, encoding }),
            Ok(Err(error)) => Err(HubError::Unreachable(error.to_string())),
            Err(_) => Err(HubError::Unreachable("no answer".into())),
        }
    }

    pub(crate) fn encoding(&self) -> Encoding {
        self.encoding
    }

    pub(crate) async fn send(&mut self, frames: impl IntoIterator<Item = ClientFrame>) -> Result<(), HubError> {
        for frame in frames {
            self.stream.feed(decode::message(self.encoding, &frame)).await.map_err(lost)?;
        }
        self.stream.flush().await.map_err(lost)
    }

    /// The bytes of the next frame. May be dropped and called again without losing anything.
    pub(crate) async fn next(&mut self) -> Result<bytes::Bytes, HubError> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Binary(bytes))) => return Ok(bytes),
                Some(Ok(Message::Text(text))) => return Ok(text.into()),
                Some(Ok(Message::Close(frame))) => {
                    let why = frame.map(|frame| frame.reason.to_string()).unwrap_or_default();
                    return Err(HubError::Unreachable(format!("the hub closed the connection {why}").trim().into()));
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Err(error)) => return Err(lost(error)),
                None => return Err(HubError::Unreachable("the connection ended".into())),
            }
        }
    }

    /// Says goodbye, if anybody listens; a dead peer is not waited for.
    pub(crate) async fn close(mut self) {
        timeout(Duration::from_millis(200), self.stream.close(None)).await.ok();
    }
}

fn lost(error: tungstenite::Error) -> HubError {
    HubError::Unreachable(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_scheme_a_host_and_nothing_else() {
        let address = Address { http: "http://h:1".into(), ws: "ws://h:1".into() };
        for good in ["http://h:1", "http://h:1/", "ws://h:1"] {
            assert_eq!(Address::parse(good), Ok(address.clone()), "{good}");
        }
        for bad in [
            "",
            "h:1",
            "ftp://h",
            "https://h",
            "wss://h",
            "http://",
            "http:///",
            "http://h/v1",
            "http://u@h",
            "http://h?x",
        ] {
            assert_eq!(Address::parse(bad), Err(HubError::BadUrl(bad.into())), "{bad}");
        }
    }
}
