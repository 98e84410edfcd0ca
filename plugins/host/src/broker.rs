//! Carries a plugin's requests out: checks them, adds the credential, keeps the vendor's limits, makes effects happen once,
//! and takes every credential out of the answer.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Limited};
use hyper::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderName, HeaderValue};
use hyper::{HeaderMap, Method, Uri};
use sha2::{Digest, Sha256};
use url::Url;

use crate::contract::{Authorization, Fault, HttpError, Response};
use crate::egress::Egress;
use crate::endpoint::Endpoint;
use crate::manifest::Manifest;
use crate::payload::{self, Payload};
use crate::permit::{self, Permit};
use crate::question::Answer;
use crate::rates::Rates;
use crate::recorded::{RecordedBody, RecordedRequest};
use crate::routes::Routes;
use crate::scrub::Scrubber;
use crate::services::{Begun, Secret, ServiceError, Services};
use crate::signed_form;

/// Longest a request takes, with its answer.
const REQUEST_TIME: Duration = Duration::from_secs(60);
/// Largest answer of which the broker remembers the addresses that it names.
const MAX_NAMING_ANSWER: usize = 1 << 20;
const MAX_NAMED: usize = 1_000;

/// Sends requests for all plugins of this hub.
pub struct Broker {
    egress: Egress,
    rates: Rates,
}

/// For whom requests are sent: one run.
pub(crate) struct Errand {
    pub(crate) manifest: Arc<Manifest>,
    /// Whose limits count.
    pub(crate) connection: String,
    pub(crate) account: String,
    /// When the run has to be over.
    pub(crate) until: Instant,
    /// Addresses that answers of this run named, by endpoint.
    pub(crate) named: HashSet<(String, String)>,
}

/// A request that is ready to go.
struct Outgoing {
    method: Method,
    url: Url,
    headers: HeaderMap,
    payload: Payload,
}

impl Broker {
    /// A broker that sends by these routes.
    pub fn new(routes: Routes) -> Broker {
        Broker { egress: Egress::new(routes), rates: Rates::default() }
    }

    /// Sends a request that the hub itself makes for a connection, as in an exchange of tokens: only to public addresses or by
    /// the routes, with a bounded answer, following nothing. The address is one of a signed manifest.
    ///
    /// # Errors
    /// When no whole answer came in time.
    pub async fn post_form(&self, url: &Url, fields: &[(&str, &str)]) -> Result<(u16, Vec<u8>), Fault> {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let length = body.len() as u64;
        let whole = http_body_util::Full::new(Bytes::from(body)).map_err(|never| match never {});
        let payload = Payload {
            body: whole.boxed_unsync(),
            length,
            content_type: Some("application/x-www-form-urlencoded".into()),
        };
        let outgoing = Outgoing { method: Method::POST, url: url.clone(), headers: HeaderMap::new(), payload };
        let answer = tokio::time::timeout(Duration::from_secs(20), self.exchange(outgoing, 64 * 1024)).await;
        match answer {
            Ok(Ok(response)) => Ok((response.status, response.body)),
            Ok(Err(HttpError::Unreachable(fault) | HttpError::TooLarge(fault) | HttpError::Denied(fault))) => {
                Err(fault)
            }
            Ok(Err(_)) | Err(_) => Err(Fault::new("vendor_unreachable", "no answer in time")),
        }
    }

    /// Carries out one request of a plugin. An error of the services ends the run.
    pub(crate) async fn send(
        &self,
        errand: &mut Errand,
        services: &Arc<dyn Services>,
        request: &RecordedRequest,
    ) -> Result<Answer, ServiceError> {
        let manifest = Arc::clone(&errand.manifest);
        let permit = match permit::permit(&manifest, &errand.account, &errand.named, request) {
            Ok(permit) => permit,
            Err(fault) => return Ok(Answer::NoResponse(HttpError::Denied(fault))),
        };
        if let Some(wait) = self.wait(errand, permit.endpoint, request.cost).await {
            return Ok(Answer::NoResponse(HttpError::Throttled(wait)));
        }
        if let Some(settled) = begin(services, &permit, request).await? {
            return Ok(settled);
        }
        match self.perform(errand, services, &permit, request).await {
            Ok(response) => {
                if let Some(effect) = permit.effect {
                    // A request that was understood and refused did nothing; one that failed within may have.
                    let done = !(400..500).contains(&response.status);
                    if done && response.status < 500 {
                        services.end_effect(effect.key, Some(&response)).await?;
                    } else if !done {
                        services.end_effect(effect.key, None).await?;
                    }
                }
                remember(errand, &permit.endpoint.name, &response);
                Ok(Answer::Response((&response).into()))
            }
            Err(Trouble::Told(error)) => {
                // Denied comes before the first byte went out.
                if let (HttpError::Denied(_), Some(effect)) = (&error, permit.effect) {
                    services.end_effect(effect.key, None).await?;
                }
                Ok(Answer::NoResponse(error))
            }
            Err(Trouble::Service(ServiceError::Refused(fault))) => {
                if let Some(effect) = permit.effect {
                    services.end_effect(effect.key, None).await?;
                }
                Ok(Answer::NoResponse(HttpError::Denied(fault)))
            }
            Err(Trouble::Service(error)) => Err(error),
        }
    }

    /// Waits for room in the vendor's limit; milliseconds when that would take too long.
    async fn wait(&self, errand: &Errand, endpoint: &Endpoint, cost: u32) -> Option<u64> {
        let now = Instant::now();
        let half = now + errand.until.saturating_duration_since(now) / 2;
        let wait = self.rates.wait(&errand.connection, endpoint, cost, half).await.err()?;
        Some(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1))
    }

    async fn perform(
        &self,
        errand: &Errand,
        services: &Arc<dyn Services>,
        permit: &Permit<'_>,
        request: &RecordedRequest,
    ) -> Result<Response, Trouble> {
        let secret = match permit.credential {
            Some(credential) => Some(services.secret(&credential.name).await?),
            None => None,
        };
        let outgoing = outgoing(services, errand, permit, request, secret.as_ref())?;
        let time = REQUEST_TIME.min(errand.until.saturating_duration_since(Instant::now()));
        let exchange = self.exchange(outgoing, permit.endpoint.answer_bytes as usize);
        let answer = match tokio::time::timeout(time, exchange).await {
            Ok(answer) => answer?,
            Err(_) => {
                return Err(Trouble::Told(HttpError::Unreachable(Fault::new("vendor_slow", "no answer in time"))));
            }
        };
        let scrubber = Scrubber::new(&secret);
        Ok(Response {
            status: answer.status,
            headers: answer.headers.into_iter().map(|(name, value)| (name, scrubber.clean_text(&value))).collect(),
            body: scrubber.clean(answer.body),
        })
    }

    async fn exchange(&self, outgoing: Outgoing, most: usize) -> Result<Response, HttpError> {
        let unreachable = |code: &str, message: String| HttpError::Unreachable(Fault::new(code, message));
        let host = outgoing.url.host_str().unwrap_or_default().to_owned();
        let routed = self.egress.address(&outgoing.url);
        let uri: Uri = routed
            .as_str()
            .parse()
            .map_err(|_| HttpError::Denied(Fault::new("url_invalid", "the address cannot be sent")))?;
        let mut request = hyper::Request::new(outgoing.payload.body);
        *request.method_mut() = outgoing.method;
        *request.uri_mut() = uri;
        *request.headers_mut() = outgoing.headers;
        let headers = request.headers_mut();
        let authority = match outgoing.url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host,
        };
        if let Ok(value) = HeaderValue::from_str(&authority) {
            headers.insert(HOST, value);
        }
        if outgoing.payload.length > 0 || !matches!(request.method(), &Method::GET | &Method::HEAD) {
            request.headers_mut().insert(CONTENT_LENGTH, outgoing.payload.length.into());
        }
        if let Some(kind) = outgoing.payload.content_type.and_then(|kind| HeaderValue::from_str(&kind).ok()) {
            request.headers_mut().insert(CONTENT_TYPE, kind);
        }
        let response = self.egress.send(request).await.map_err(|error| match error {
            error if error.is_not_public() => {
                HttpError::Denied(Fault::new("address_not_public", "the host has no public address"))
            }
            error => unreachable("vendor_unreachable", error.to_string()),
        })?;
        let (head, body) = response.into_parts();
        if head.headers.get(CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
            return Err(HttpError::TooLarge(Fault::new(
                "answer_encoded",
                "the answer is compressed although that was not asked for",
            )));
        }
        let body = match Limited::new(body, most).collect().await {
            Ok(body) => body.to_bytes().to_vec(),
            Err(error) if error.is::<http_body_util::LengthLimitError>() => {
                return Err(HttpError::TooLarge(Fault::new(
                    "answer_too_large",
                    format!("the answer has more than {most} bytes"),
                )));
            }
            Err(_) => return Err(unreachable("vendor_unreachable", "the answer broke off".into())),
        };
        let headers = head
            .headers
            .iter()
            .take(100)
            .filter(|(name, _)| *name != "set-cookie")
            .map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).chars().take(4_000).collect())
            })
            .collect();
        Ok(Response { status: head.status.as_u16(), headers, body })
    }
}

enum Trouble {
    Told(HttpError),
    Service(ServiceError),
}

impl From<ServiceError> for Trouble {
    fn from(error: ServiceError) -> Trouble {
        Trouble::Service(error)
    }
}

impl From<HttpError> for Trouble {
    fn from(error: HttpError) -> Trouble {
        Trouble::Told(error)
    }
}

/// Writes the effect down. An answer when nothing is to be sent.
async fn begin(
    services: &Arc<dyn Services>,
    permit: &Permit<'_>,
    request: &RecordedRequest,
) -> Result<Option<Answer>, ServiceError> {
    let Some(effect) = permit.effect else { return Ok(None) };
    Ok(match services.begin_effect(effect.key, digest(request)).await? {
        Begun::New => None,
        Begun::Answered(response) => Some(Answer::Response((&response).into())),
        Begun::Unsettled if effect.repeatable => None,
        Begun::Unsettled => Some(Answer::NoResponse(HttpError::Unsettled)),
        Begun::Reused => Some(Answer::NoResponse(HttpError::Denied(Fault::new(
            "key_reused",
            "the key of this effect was used for another request",
        )))),
    })
}

/// What makes a request the same request: where it goes and what it says. Presigned addresses differ every time, and so may
/// the words of a form's time, so the query and a form's fields count by their names only.
fn digest(request: &RecordedRequest) -> [u8; 32] {
    let place = request.url.split(['?', '#']).next().unwrap_or_default();
    let mut digest =
        Sha256::new().chain_update(&request.method).chain_update([0]).chain_update(place).chain_update([0]);
    match &request.body {
        RecordedBody::None => {}
        RecordedBody::Content(content) => digest.update(serde_json::to_vec(content).unwrap_or_default()),
        RecordedBody::Multipart(parts) => {
            for part in parts {
                digest.update(&part.name);
                digest.update([0]);
            }
        }
    }
    digest.finalize().into()
}

fn outgoing(
    services: &Arc<dyn Services>,
    errand: &Errand,
    permit: &Permit<'_>,
    request: &RecordedRequest,
    secret: Option<&Secret>,
) -> Result<Outgoing, Trouble> {
    let denied = |code: &str, message: &str| Trouble::Told(HttpError::Denied(Fault::new(code, message)));
    let mut url = permit.url.clone();
    let mut headers = HeaderMap::new();
    for (name, value) in &request.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
            headers.append(name, value);
        }
    }
    if let (Some(name), Some(effect)) = (&permit.endpoint.idempotency_header, permit.effect)
        && let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(effect.key))
    {
        headers.insert(name, value);
    }
    let mut signature = None;
    if let (Some(credential), Some(secret)) = (permit.credential, secret) {
        let hidden = |text: String| {
            let mut value = HeaderValue::from_str(&text)
                .map_err(|_| denied("credential_invalid", "the credential cannot be sent in a header"))?;
            value.set_sensitive(true);
            Ok::<_, Trouble>(value)
        };
        match (&request.authorization, &credential.header, &credential.query, credential.signature) {
            (Authorization::Bearer(_), ..) => {
                headers.insert(AUTHORIZATION, hidden(format!("Bearer {}", secret.expose()))?);
            }
            (Authorization::Basic(_), ..) => {
                let pair = BASE64_STANDARD.encode(format!("{}:{}", errand.account, secret.expose()));
                headers.insert(AUTHORIZATION, hidden(format!("Basic {pair}"))?);
            }
            (Authorization::Header(_), Some(name), ..) => {
                let name = HeaderName::from_bytes(name.as_bytes())
                    .map_err(|_| denied("credential_invalid", "the manifest names no header"))?;
                headers.insert(name, hidden(secret.expose().to_owned())?);
            }
            (Authorization::Query(_), _, Some(name), _) => {
                url.query_pairs_mut().append_pair(name, secret.expose());
            }
            (Authorization::SignedForm(_), _, _, Some(scheme)) => {
                signature = Some(
                    signed_form::sign(scheme, &request.body, secret)
                        .ok_or_else(|| denied("form_invalid", "only a form of plain fields can be signed"))?,
                );
            }
            _ => return Err(denied("credential_not_allowed", "the manifest does not say how it is added so")),
        }
    }
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| ServiceError::Unavailable(error.to_string()))?;
    let payload = payload::payload(services, &request.body, signature.as_deref(), random)
        .map_err(|fault| Trouble::Told(HttpError::Denied(fault)))?;
    let method = Method::from_bytes(request.method.as_bytes()).map_err(|_| denied("method_invalid", "no method"))?;
    Ok(Outgoing { method, url, headers, payload })
}

/// Keeps the addresses that an answer names, for endpoints that may only be reached so.
fn remember(errand: &mut Errand, endpoint: &str, response: &Response) {
    let naming = errand.manifest.endpoints.iter().any(|other| other.only_named_by.as_deref() == Some(endpoint));
    if !naming || response.body.len() > MAX_NAMING_ANSWER {
        return;
    }
    if let Ok(value) = serde_json::from_slice::<serde_json::Value>(&response.body) {
        let mut values = vec![&value];
        while let Some(value) = values.pop() {
            match value {
                serde_json::Value::String(text) if text.starts_with("https://") => {
                    if let Ok(url) = Url::parse(text)
                        && errand.named.len() < MAX_NAMED
                    {
                        errand.named.insert((endpoint.to_owned(), url.as_str().to_owned()));
                    }
                }
                serde_json::Value::Array(items) => values.extend(items),
                serde_json::Value::Object(fields) => values.extend(fields.values()),
                _ => {}
            }
        }
    }
}
