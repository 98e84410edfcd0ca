//! A hub that runs, asked over HTTP by somebody who signs in.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE};
use hyper::{Method, Request, StatusCode};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::error::KitError;

/// How long an answer may take. A component of ten megabytes is compiled before the hub answers.
const WITHIN: Duration = Duration::from_secs(120);
/// The longest answer that is read, bytes.
const LONGEST: usize = 16 << 20;

/// Who asks.
pub(crate) enum SignIn {
    /// With an access token; when it ends, so does the session.
    Token(Zeroizing<String>),
    /// With an account; a new token is asked for whenever one ends.
    Password { email: String, password: Zeroizing<String> },
}

/// The hub, and the one who asks.
pub(crate) struct RunningHub {
    url: String,
    http: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    sign_in: SignIn,
    token: Zeroizing<String>,
}

impl RunningHub {
    /// Signs in.
    pub(crate) async fn sign_in(url: &str, sign_in: SignIn) -> Result<RunningHub, KitError> {
        let mut plain = HttpConnector::new();
        plain.enforce_http(false);
        plain.set_connect_timeout(Some(Duration::from_secs(10)));
        let connector =
            HttpsConnectorBuilder::new().with_webpki_roots().https_or_http().enable_http1().wrap_connector(plain);
        let mut hub = RunningHub {
            url: url.trim_end_matches('/').to_owned(),
            http: Client::builder(TokioExecutor::new()).build(connector),
            sign_in,
            token: Zeroizing::default(),
        };
        hub.renew().await?;
        Ok(hub)
    }

    async fn renew(&mut self) -> Result<(), KitError> {
        self.token = match &self.sign_in {
            SignIn::Token(token) => token.clone(),
            SignIn::Password { email, password } => {
                let body = Zeroizing::new(json!({ "email": email, "password": **password }).to_string());
                let body = Full::from(Bytes::copy_from_slice(body.as_bytes()));
                let (status, answer) =
                    self.send(Method::POST, "/auth/v1/token?grant_type=password", None, body).await?;
                let token = answer["access_token"].as_str().filter(|_| status.is_success());
                Zeroizing::new(token.ok_or_else(|| refused(status, &answer))?.to_owned())
            }
        };
        Ok(())
    }

    /// Asks for something.
    pub(crate) async fn get(&mut self, path: &str) -> Result<Value, KitError> {
        self.ask(Method::GET, path, "application/json", Bytes::new()).await
    }

    /// Sends JSON.
    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> Result<Value, KitError> {
        self.ask(Method::POST, path, "application/json", body.to_string().into()).await
    }

    /// Sends bytes.
    pub(crate) async fn bring(&mut self, path: &str, body: Vec<u8>) -> Result<Value, KitError> {
        self.ask(Method::POST, path, "application/octet-stream", body.into()).await
    }

    async fn ask(&mut self, method: Method, path: &str, kind: &str, body: Bytes) -> Result<Value, KitError> {
        for again in [false, true] {
            let answer = self.send(method.clone(), path, Some(kind), Full::from(body.clone())).await?;
            match answer {
                (StatusCode::UNAUTHORIZED, _) if !again && matches!(self.sign_in, SignIn::Password { .. }) => {
                    self.renew().await?;
                }
                (status, answer) if status.is_success() => return Ok(answer),
                (status, answer) => return Err(refused(status, &answer)),
            }
        }
        Err(refused(StatusCode::UNAUTHORIZED, &Value::Null))
    }

    /// `kind` is that of the body, and none before somebody has signed in.
    async fn send(
        &self,
        method: Method,
        path: &str,
        kind: Option<&str>,
        body: Full<Bytes>,
    ) -> Result<(StatusCode, Value), KitError> {
        let unreachable = |words: String| KitError::HubUnreachable(self.url.clone(), words);
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        request = request.header(CONTENT_TYPE, kind.unwrap_or("application/json"));
        if kind.is_some() {
            request = request.header(AUTHORIZATION, format!("Bearer {}", *self.token));
        }
        let request = request.body(body).map_err(|error| unreachable(error.to_string()))?;
        let asked = async {
            let answer = self.http.request(request).await.map_err(|error| unreachable(error.to_string()))?;
            let status = answer.status();
            let body = Limited::new(answer.into_body(), LONGEST).collect().await;
            let body = body.map_err(|error| unreachable(error.to_string()))?.to_bytes();
            Ok((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
        };
        tokio::time::timeout(WITHIN, asked)
            .await
            .unwrap_or_else(|_| Err(unreachable(format!("no answer within {} s", WITHIN.as_secs()))))
    }
}

/// What a hub that does not want to says: under `code` and `message`, or as its sign-in spells them.
fn refused(status: StatusCode, answer: &Value) -> KitError {
    let text = |names: [&str; 2]| names.iter().find_map(|name| answer[name].as_str()).map(str::to_owned);
    let code = text(["error_code", "code"]).unwrap_or_else(|| status.as_u16().to_string());
    let message = text(["message", "msg"]).unwrap_or_else(|| status.to_string());
    KitError::HubRefused { code, message }
}
