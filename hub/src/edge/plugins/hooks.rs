use std::sync::Arc;

use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use plugin_host::Manifest;
use plugin_host::webhook::{Signature, WebhookScheme};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use uuid::Uuid;

use super::refusal::Refusal;
use crate::clock;
use crate::live::Node;
use crate::store::plugins::webhooks::{self, Delivery, Hook};

/// Webhooks, bytes.
pub(super) const BODY: usize = 1024 * 1024;
/// Headers that a plugin is told of one webhook, and bytes of each.
const MOST_HEADERS: usize = 50;
const LONGEST_HEADER: usize = 1_024;

/// Takes what a vendor says: it is believed by its signature, kept, and answered; the plugin hears of it in a job.
pub(super) async fn receive(
    State(node): State<Arc<Node>>,
    Path((plugin, connection)): Path<(String, Uuid)>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refusal> {
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "webhook_too_large",
            format!("a webhook has at most {BODY} bytes"),
        ),
        status => Refusal::new(status, "webhook_unread", "the body could not be read"),
    })?;
    let (hook, scheme, secret) = open(&node, &plugin, connection).await?;
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let now = clock::now_ms() / 1_000;
    if let Err(disbelief) = scheme.believe(header, &body, secret.as_bytes(), now) {
        // What nobody signed leaves no trace but this line: everybody can send it.
        tracing::info!(plugin, %connection, code = disbelief.code(), "a webhook was not believed");
        return Err(Refusal::new(StatusCode::UNAUTHORIZED, disbelief.code(), disbelief.to_string()));
    }
    let named = scheme.delivery_id(header, &body);
    let id = match &scheme.signature {
        // Of these only the body is signed: a new id over an old body is a replay.
        Signature::HmacSha256Base64 { .. } | Signature::HmacSha256Hex { .. } => {
            Sha256::digest(&body).iter().map(|byte| format!("{byte:02x}")).collect()
        }
        Signature::TimedHmacSha256 { .. } | Signature::BodyTimeSecret { .. } => named,
    };
    let topic = scheme.topic(header, &body);
    let told = told(&headers);
    let delivery = Delivery { id: &id, topic: topic.as_deref(), headers: &told, body: &body };
    webhooks::take(&node.store, &hook, connection, &delivery).await?;
    Ok(StatusCode::OK.into_response())
}

/// Answers the question with which Meta begins: whether somebody here knows the secret.
pub(super) async fn challenge(
    State(node): State<Arc<Node>>,
    Path((plugin, connection)): Path<(String, Uuid)>,
    Query(asked): Query<HashMap<String, String>>,
) -> Result<Response, Refusal> {
    let (_, scheme, secret) = open(&node, &plugin, connection).await?;
    let value = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
    // Digests are compared, so that how long it takes tells nothing of the secret.
    let same = Sha256::digest(value("hub.verify_token").as_bytes()) == Sha256::digest(secret.as_bytes());
    let challenge = value("hub.challenge");
    if !scheme.challenge || value("hub.mode") != "subscribe" || !same || challenge.len() > 200 {
        return Err(Refusal::new(StatusCode::FORBIDDEN, "webhook_challenge_refused", "the verify token is another"));
    }
    Ok(([("content-type", "text/plain; charset=utf-8")], challenge.to_owned()).into_response())
}

/// The hook of a connection. Whoever asks for one that is not there learns no more than that.
async fn open(node: &Node, plugin: &str, connection: Uuid) -> Result<(Hook, WebhookScheme, String), Refusal> {
    let nowhere = || Refusal::new(StatusCode::NOT_FOUND, "not_found", "no such hook");
    let mut hook = webhooks::find(&node.store, plugin, connection).await?;
    let manifest = Manifest::parse(hook.manifest.to_string().as_bytes()).map_err(|_| nowhere())?;
    let scheme = manifest.webhook.ok_or_else(nowhere)?;
    let secret = hook.secret.take().ok_or_else(nowhere)?;
    Ok((hook, scheme, secret))
}

/// Headers without those that say who somebody is.
fn told(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "authorization" | "cookie" | "proxy-authorization"))
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .filter(|(_, value)| value.len() <= LONGEST_HEADER)
        .take(MOST_HEADERS)
        .collect()
}
