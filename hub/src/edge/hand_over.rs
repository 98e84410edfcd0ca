use axum::extract::Request;
use axum::http::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, UPGRADE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto::upgrade::downcast;
use schemas::ErrorCode;
use tokio::net::TcpStream;
use tungstenite::handshake::derive_accept_key;

use super::problem::Problem;

/// The server's side of a WebSocket handshake (RFC 6455 section 4.2) that takes the bare socket out of the HTTP server.
pub(super) struct HandOver {
    upgrade: OnUpgrade,
    accept: String,
}

impl HandOver {
    /// Whether the request is one.
    ///
    /// # Errors
    /// 426 and 400, `malformed_frame`.
    pub(super) fn of(request: &mut Request) -> Result<Self, Problem> {
        let headers = request.headers();
        let asks =
            |name: HeaderName, token: &str| values(headers, name).iter().any(|value| value.eq_ignore_ascii_case(token));
        let version = headers.get("sec-websocket-version").is_some_and(|version| version == "13");
        if !asks(UPGRADE, "websocket") || !asks(CONNECTION, "upgrade") || !version {
            let message = "this is a WebSocket: connect with version 13";
            return Err(Problem::new(StatusCode::UPGRADE_REQUIRED, ErrorCode::MalformedFrame, message));
        }
        let Some(key) = headers.get(SEC_WEBSOCKET_KEY) else {
            return Err(Problem::of(ErrorCode::MalformedFrame, "sec-websocket-key is missing"));
        };
        let accept = derive_accept_key(key.as_bytes());
        let Some(upgrade) = request.extensions_mut().remove::<OnUpgrade>() else {
            return Err(Problem::of(ErrorCode::MalformedFrame, "this connection cannot be upgraded"));
        };
        Ok(Self { upgrade, accept })
    }

    /// Answers the handshake. `then` is given the socket, without a buffer of its own, and what was read ahead of it.
    pub(super) fn answer<F>(
        self,
        protocol: Option<&str>,
        then: impl FnOnce(TcpStream, Bytes) -> F + Send + 'static,
    ) -> Response
    where
        F: Future<Output = ()> + Send,
    {
        let upgrade = self.upgrade;
        tokio::spawn(async move {
            match upgrade.await {
                Ok(upgraded) => match downcast::<TokioIo<TcpStream>>(upgraded) {
                    Ok(parts) => then(parts.io.into_inner(), parts.read_buf).await,
                    Err(_) => tracing::error!("an upgraded connection is not a TCP socket"),
                },
                Err(error) => tracing::debug!(%error, "an upgrade was not completed"),
            }
        });
        let mut response = StatusCode::SWITCHING_PROTOCOLS.into_response();
        let headers = response.headers_mut();
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(SEC_WEBSOCKET_ACCEPT, HeaderValue::from_str(&self.accept).expect("base64 is a header value"));
        if let Some(protocol) = protocol.and_then(|protocol| HeaderValue::from_str(protocol).ok()) {
            headers.insert(SEC_WEBSOCKET_PROTOCOL, protocol);
        }
        response
    }
}

/// The values of a header that is a list.
pub(super) fn values(headers: &HeaderMap, name: HeaderName) -> Vec<&str> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect()
}
