//! Meta's Graph API v26.0: publishing on Instagram and on Facebook pages; WhatsApp's part is in `whatsapp`.
//!
//! Effects in the ledger: `instagram:CAPTION` and `facebook:MESSAGE` for what everybody can see, `whatsapp:REF` for a message
//! sent.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing};
use serde_json::{Value, json};

use crate::signed::{hex, hmac_sha256};
use crate::whatsapp::{self, Phones};
use crate::{Accounts, Delivery, Ledger, Running, fields};

/// The token that is good from the beginning.
const TOKEN: &str = "EAAdouble-token";
/// Signs webhooks.
const SECRET: &str = "meta-app-secret";

/// Instagram, Facebook and WhatsApp.
#[derive(Debug)]
pub struct Meta {
    pub running: Running,
    pub accounts: Accounts,
    pub ledger: Ledger,
    graph: Arc<Mutex<Graph>>,
    pub(crate) phones: Arc<Mutex<Phones>>,
}

#[derive(Debug)]
struct Graph {
    containers: BTreeMap<String, Container>,
    /// What each account shows, newest first: id and text.
    shown: BTreeMap<String, Vec<(String, String)>>,
    photos: BTreeMap<String, String>,
    given: u64,
    quota: u64,
    used: u64,
    looks_until_ready: u32,
    /// How the next containers end instead of being finished.
    broken: Vec<(String, String)>,
}

#[derive(Debug)]
struct Container {
    caption: String,
    looks_left: u32,
    published: bool,
    broken: Option<(String, String)>,
}

/// What the handlers of all three share.
#[derive(Debug, Clone)]
pub struct Double {
    pub accounts: Accounts,
    pub ledger: Ledger,
    graph: Arc<Mutex<Graph>>,
    pub phones: Arc<Mutex<Phones>>,
}

impl Meta {
    /// Accounts that show nothing yet and may publish 50 posts a day.
    pub async fn start() -> Meta {
        let accounts = Accounts::default();
        accounts.allow(TOKEN);
        let graph = Arc::new(Mutex::new(Graph {
            containers: BTreeMap::new(),
            shown: BTreeMap::new(),
            photos: BTreeMap::new(),
            given: 0,
            quota: 50,
            used: 0,
            looks_until_ready: 1,
            broken: Vec::new(),
        }));
        let (ledger, phones) = (Ledger::default(), Arc::default());
        let double = Double {
            accounts: accounts.clone(),
            ledger: ledger.clone(),
            graph: graph.clone(),
            phones: Arc::clone(&phones),
        };
        let router = Router::new()
            .route("/v26.0/{node}", routing::get(node))
            .route("/v26.0/{node}/{edge}", routing::get(edge).post(post))
            .with_state(double)
            .merge(accounts.router("/v26.0/dialog/oauth", "/v26.0/oauth/access_token"));
        Meta { running: Running::start(router).await, accounts, ledger, graph, phones }
    }

    /// The token that is good from the beginning.
    pub fn token(&self) -> &'static str {
        TOKEN
    }

    /// What signs webhooks.
    pub fn webhook_secret(&self) -> &'static str {
        SECRET
    }

    /// The operator's routes to this double.
    pub fn routes(&self) -> Vec<String> {
        vec![self.running.route("graph.facebook.com"), self.running.route("www.facebook.com")]
    }

    /// How many posts an account may publish in a day, and how many it has.
    pub fn set_quota(&self, total: u64, used: u64) {
        let mut graph = self.graph.lock().expect("the graph");
        (graph.quota, graph.used) = (total, used);
    }

    /// How often a container is looked at before it is finished.
    pub fn process_containers(&self, looks: u32) {
        self.graph.lock().expect("the graph").looks_until_ready = looks;
    }

    /// The next container ends with this status code (`ERROR`, `EXPIRED`) and words.
    pub fn break_next_container(&self, code: &str, words: &str) {
        self.graph.lock().expect("the graph").broken.push((code.into(), words.into()));
    }

    /// What an account shows, newest first: id and text.
    pub fn shown(&self, account: &str) -> Vec<(String, String)> {
        self.graph.lock().expect("the graph").shown.get(account).cloned().unwrap_or_default()
    }

    /// A webhook of Meta, signed.
    pub fn notice(&self, body: &Value) -> Delivery {
        let body = body.to_string().into_bytes();
        let signature = format!("sha256={}", hex(&hmac_sha256(SECRET, &[&body])));
        Delivery { headers: vec![("x-hub-signature-256".into(), signature)], body }
    }
}

/// An error as the Graph API words it.
pub fn error(status: u16, code: i64, subcode: i64, message: &str) -> Response {
    let error = json!({"error": {"message": message, "type": "OAuthException", "code": code, "error_subcode": subcode,
        "is_transient": code == 2, "fbtrace_id": "Adouble"}});
    (StatusCode::from_u16(status).expect("a status"), Json(error)).into_response()
}

impl Double {
    /// Whether the request brings a good token, in the header or, as Meta takes it too, in a field.
    #[allow(clippy::result_large_err, reason = "the error is the answer")]
    fn authorize(&self, headers: &HeaderMap, fields: &[(String, String)]) -> Result<(), Response> {
        let header = headers.get("authorization").and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.strip_prefix("Bearer ")).or(fields::field(fields, "access_token"));
        match token {
            Some(token) if self.accounts.knows(token) => Ok(()),
            Some(_) => Err(error(401, 190, 463, "Error validating access token: Session has expired")),
            None => Err(error(400, 104, 0, "An access token is required to request this resource.")),
        }
    }
}

async fn node(
    State(double): State<Double>,
    Path(node): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    if let Err(refusal) = double.authorize(&headers, &fields::decode(&query.unwrap_or_default())) {
        return refusal;
    }
    let mut graph = double.graph.lock().expect("the graph");
    let Some(container) = graph.containers.get_mut(&node) else {
        return Json(json!({"id": node, "name": "Vale", "username": "vale", "verified_name": "Vale", "display_phone_number": "+1 555 0100"}))
            .into_response();
    };
    let (code, words) = match &container.broken {
        _ if container.published => ("PUBLISHED".to_owned(), "Published".to_owned()),
        _ if container.looks_left > 0 => ("IN_PROGRESS".to_owned(), "In progress".to_owned()),
        Some((code, words)) => (code.clone(), words.clone()),
        None => ("FINISHED".to_owned(), "Finished".to_owned()),
    };
    container.looks_left = container.looks_left.saturating_sub(1);
    Json(json!({"id": node, "status_code": code, "status": words})).into_response()
}

async fn edge(
    State(double): State<Double>,
    Path((account, edge)): Path<(String, String)>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    if let Err(refusal) = double.authorize(&headers, &fields::decode(&query.unwrap_or_default())) {
        return refusal;
    }
    let graph = double.graph.lock().expect("the graph");
    match edge.as_str() {
        "content_publishing_limit" => {
            let config = json!({"quota_total": graph.quota, "quota_duration": 86_400});
            Json(json!({"data": [{"config": config, "quota_usage": graph.used}]})).into_response()
        }
        "media" | "feed" => {
            let text = if edge == "media" { "caption" } else { "message" };
            let shown = graph.shown.get(&account).map(Vec::as_slice).unwrap_or_default();
            let nodes: Vec<Value> = shown.iter().take(25).map(|(id, words)| json!({"id": id, text: words})).collect();
            // As the real one: the address of the next page carries the token.
            let next = "https://graph.facebook.com/v26.0/next?access_token=EAAdouble-token";
            Json(json!({"data": nodes, "paging": {"cursors": {"after": "QVFI"}, "next": next}})).into_response()
        }
        _ => error(400, 100, 33, "Unsupported get request."),
    }
}

async fn post(
    State(double): State<Double>,
    Path((account, edge)): Path<(String, String)>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let form = fields::decode(&body);
    if let Err(refusal) = double.authorize(&headers, &form) {
        return refusal;
    }
    if edge == "messages" {
        return whatsapp::send(&double, &body);
    }
    let field = |name: &str| fields::field(&form, name);
    let mut graph = double.graph.lock().expect("the graph");
    graph.given += 1;
    let id = format!("1784{:010}", graph.given);
    match edge.as_str() {
        "media" => {
            if field("image_url").or(field("video_url")).is_none_or(|url| !url.starts_with("http")) {
                return error(400, 9_004, 2_207_052, "Only photo or video can be accepted as media type.");
            }
            let broken = if graph.broken.is_empty() { None } else { Some(graph.broken.remove(0)) };
            let looks_left = graph.looks_until_ready;
            let caption = field("caption").unwrap_or_default().to_owned();
            graph.containers.insert(id.clone(), Container { caption, looks_left, published: false, broken });
            Json(json!({"id": id})).into_response()
        }
        "media_publish" => publish(&mut graph, &double.ledger, &account, field("creation_id").unwrap_or_default(), id),
        "photos" => {
            if field("url").is_none_or(|url| !url.starts_with("http")) || field("published") != Some("false") {
                return error(400, 100, 0, "Invalid parameter");
            }
            graph.photos.insert(id.clone(), field("url").unwrap_or_default().into());
            Json(json!({"id": id})).into_response()
        }
        "feed" => put(&mut graph, &double.ledger, &account, &form, id),
        _ => error(400, 100, 33, "Unsupported post request."),
    }
}

fn publish(graph: &mut Graph, ledger: &Ledger, account: &str, container: &str, id: String) -> Response {
    if graph.used >= graph.quota {
        return error(400, 9, 2_207_042, "Application request limit reached");
    }
    let Some(container) = graph.containers.get_mut(container) else {
        return error(400, 24, 2_207_006, "The requested resource does not exist");
    };
    if container.published || container.looks_left > 0 || container.broken.is_some() {
        return error(400, 9_007, 2_207_027, "Media ID is not available");
    }
    container.published = true;
    ledger.record(format!("instagram:{}", container.caption));
    let caption = container.caption.clone();
    graph.used += 1;
    graph.shown.entry(account.into()).or_default().insert(0, (id.clone(), caption));
    Json(json!({"id": id})).into_response()
}

fn put(graph: &mut Graph, ledger: &Ledger, account: &str, form: &[(String, String)], id: String) -> Response {
    let message = fields::field(form, "message").unwrap_or_default();
    if let Some(media) = fields::field(form, "attached_media[0]") {
        let media: Value = serde_json::from_str(media).unwrap_or(Value::Null);
        if !media["media_fbid"].as_str().is_some_and(|photo| graph.photos.contains_key(photo)) {
            return error(400, 100, 0, "The photo does not exist");
        }
    }
    let id = format!("{account}_{id}");
    ledger.record(format!("facebook:{message}"));
    graph.shown.entry(account.into()).or_default().insert(0, (id.clone(), message.into()));
    Json(json!({"id": id})).into_response()
}
