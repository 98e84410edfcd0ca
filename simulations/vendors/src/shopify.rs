//! Shopify's GraphQL Admin API of 2026-10, as far as products and their pictures need it.
//!
//! Effects in the ledger: `file:NAME` for a file made, `attach:FILE:PRODUCT` for a file newly put to a product.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::signed::hmac_sha256;
use crate::{Accounts, Delivery, Ledger, Running};

/// The token that is good from the beginning.
const TOKEN: &str = "shpat_double";
/// Signs webhooks.
const SECRET: &str = "shpss_double";
/// When the double's calendar begins: 2026-11-01T00:00:00Z.
const BEGINNING: i64 = 1_793_491_200;
/// Where staged uploads go.
const UPLOADS: &str = "https://shopify-staged-uploads.storage.googleapis.com";

/// A shop.
#[derive(Debug)]
pub struct Shopify {
    pub running: Running,
    pub accounts: Accounts,
    pub ledger: Ledger,
    shop: Arc<Mutex<Shop>>,
}

#[derive(Debug)]
struct Shop {
    products: BTreeMap<u64, Product>,
    files: BTreeMap<String, File>,
    /// Media of a product, in order.
    media: BTreeMap<String, Vec<String>>,
    /// From the address of a staged upload to its bytes; none before the upload.
    uploads: BTreeMap<String, Option<usize>>,
    clock: i64,
    given: u64,
    bucket: Bucket,
    throttled: u64,
    polls_until_ready: u32,
    fails_pictures: bool,
}

#[derive(Debug, Clone)]
struct Product {
    title: String,
    handle: String,
    status: String,
    updated_at: i64,
}

#[derive(Debug)]
struct File {
    name: String,
    polls_left: u32,
}

#[derive(Debug)]
struct Bucket {
    most: f64,
    per_second: f64,
    left: f64,
    at: Instant,
}

#[derive(Clone)]
struct Double {
    shop: Arc<Mutex<Shop>>,
    accounts: Accounts,
    ledger: Ledger,
}

impl Shopify {
    /// A shop without products, with the allowance of the Standard plan.
    pub async fn start() -> Shopify {
        let accounts = Accounts::default();
        accounts.allow(TOKEN);
        let bucket = Bucket { most: 2_000.0, per_second: 100.0, left: 2_000.0, at: Instant::now() };
        let shop = Arc::new(Mutex::new(Shop {
            products: BTreeMap::new(),
            files: BTreeMap::new(),
            media: BTreeMap::new(),
            uploads: BTreeMap::new(),
            clock: BEGINNING,
            given: 0,
            bucket,
            throttled: 0,
            polls_until_ready: 1,
            fails_pictures: false,
        }));
        let ledger = Ledger::default();
        let double = Double { shop: shop.clone(), accounts: accounts.clone(), ledger: ledger.clone() };
        let router = Router::new()
            .route("/admin/api/{version}/graphql.json", routing::post(graphql))
            .route("/tmp/{*path}", routing::put(upload))
            .with_state(double)
            .merge(accounts.router("/admin/oauth/authorize", "/admin/oauth/access_token"));
        Shopify { running: Running::start(router).await, accounts, ledger, shop }
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
        vec![self.running.route("*.myshopify.com"), self.running.route("shopify-staged-uploads.storage.googleapis.com")]
    }

    /// The allowance: points at most, and points that come back each second.
    pub fn set_allowance(&self, most: f64, per_second: f64) {
        self.shop.lock().expect("the shop").bucket = Bucket { most, per_second, left: most, at: Instant::now() };
    }

    /// How many queries were throttled.
    pub fn throttled(&self) -> u64 {
        self.shop.lock().expect("the shop").throttled
    }

    /// How often a picture is asked for before it is ready, and whether it fails then.
    pub fn process_pictures(&self, polls: u32, fail: bool) {
        let mut shop = self.shop.lock().expect("the shop");
        (shop.polls_until_ready, shop.fails_pictures) = (polls, fail);
    }

    /// Adds or changes a product; a minute passes. Answers its global id.
    pub fn put_product(&self, id: u64, title: &str, status: &str) -> String {
        let mut shop = self.shop.lock().expect("the shop");
        shop.clock += 60;
        let product = Product {
            title: title.into(),
            handle: title.to_lowercase().replace(' ', "-"),
            status: status.into(),
            updated_at: shop.clock,
        };
        shop.products.insert(id, product);
        gid(id)
    }

    pub fn delete_product(&self, id: u64) {
        self.shop.lock().expect("the shop").products.remove(&id);
    }

    /// The media of a product, in order.
    pub fn media(&self, product: &str) -> Vec<String> {
        self.shop.lock().expect("the shop").media.get(product).cloned().unwrap_or_default()
    }

    /// A notice about a product, signed.
    pub fn notice(&self, topic: &str, id: u64, delivery: &str) -> Delivery {
        let shop = self.shop.lock().expect("the shop");
        let body = match shop.products.get(&id) {
            Some(product) => json!({"id": id, "admin_graphql_api_id": gid(id), "title": product.title,
                "handle": product.handle, "status": product.status.to_lowercase()}),
            None => json!({"id": id}),
        };
        let body = body.to_string().into_bytes();
        let headers = vec![
            ("x-shopify-topic".into(), topic.into()),
            ("x-shopify-webhook-id".into(), delivery.into()),
            ("x-shopify-triggered-at".into(), time(shop.clock)),
            ("x-shopify-hmac-sha256".into(), BASE64_STANDARD.encode(hmac_sha256(SECRET, &[&body]))),
        ];
        Delivery { headers, body }
    }
}

fn gid(id: u64) -> String {
    format!("gid://shopify/Product/{id}")
}

fn time(seconds: i64) -> String {
    Timestamp::from_second(seconds).expect("a moment of the double's calendar").to_string()
}

impl Bucket {
    fn take(&mut self, points: f64) -> bool {
        let now = Instant::now();
        self.left = (self.left + now.duration_since(self.at).as_secs_f64() * self.per_second).min(self.most);
        self.at = now;
        let enough = self.left >= points;
        if enough {
            self.left -= points;
        }
        enough
    }

    fn cost(&self, points: f64, actual: Option<f64>) -> Value {
        json!({"cost": {"requestedQueryCost": points, "actualQueryCost": actual, "throttleStatus": {
            "maximumAvailable": self.most, "currentlyAvailable": self.left.floor(), "restoreRate": self.per_second}}})
    }
}

async fn graphql(
    State(double): State<Double>,
    Path(version): Path<String>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    let token = headers.get("x-shopify-access-token").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !double.accounts.knows(token) {
        let message = "[API] Invalid API key or access token (unrecognized login or wrong password)";
        return (StatusCode::UNAUTHORIZED, Json(json!({"errors": message}))).into_response();
    }
    if version != "2026-10" {
        return (StatusCode::NOT_FOUND, Json(json!({"errors": "Not Found"}))).into_response();
    }
    let query = body["query"].as_str().unwrap_or_default();
    let variables = &body["variables"];
    let mut shop = double.shop.lock().expect("the shop");
    let points = points(query, variables);
    if points > 1_000.0 {
        let error = json!({"message": format!("Query cost is {points}, which exceeds the single query max cost limit 1000"),
            "extensions": {"code": "MAX_COST_EXCEEDED", "cost": points, "maxCost": 1000}});
        return Json(json!({"errors": [error]})).into_response();
    }
    if !shop.bucket.take(points) {
        shop.throttled += 1;
        let error = json!({"message": "Throttled", "extensions": {"code": "THROTTLED"}});
        return Json(json!({"errors": [error], "extensions": shop.bucket.cost(points, None)})).into_response();
    }
    match answer(&mut shop, &double.ledger, query, variables) {
        Ok((data, actual)) => {
            // What a query turned out not to cost is given back.
            let actual = actual.unwrap_or(points);
            shop.bucket.left = (shop.bucket.left + points - actual).min(shop.bucket.most);
            Json(json!({"data": data, "extensions": shop.bucket.cost(points, Some(actual))})).into_response()
        }
        Err(message) => {
            let error = json!({"message": message, "locations": [{"line": 1, "column": 1}]});
            Json(json!({"errors": [error]})).into_response()
        }
    }
}

fn points(query: &str, variables: &Value) -> f64 {
    if query.trim_start().starts_with("mutation") {
        return 10.0;
    }
    match variables["first"].as_u64() {
        Some(first) if query.contains("products(") => 2.0 + first as f64,
        _ if query.contains("files(") => 3.0,
        _ => 1.0,
    }
}

fn answer(shop: &mut Shop, ledger: &Ledger, query: &str, variables: &Value) -> Result<(Value, Option<f64>), String> {
    let has = |field: &str| query.contains(field);
    if has("stagedUploadsCreate(") {
        return Ok((stage(shop, &variables["input"][0]), None));
    }
    if has("fileCreate(") {
        return Ok((create_file(shop, ledger, &variables["files"][0]), None));
    }
    if has("fileUpdate(") {
        return Ok((update_file(shop, ledger, &variables["files"][0]), None));
    }
    if has("productReorderMedia(") {
        return Ok((reorder(shop, variables), None));
    }
    if has("products(") {
        return page(shop, variables);
    }
    if has("product(") {
        let id = variables["id"].as_str().unwrap_or_default();
        let number = id.rsplit('/').next().and_then(|number| number.parse().ok()).unwrap_or(0);
        return Ok((json!({"product": shop.products.get(&number).map(|product| node(number, product))}), None));
    }
    if has("files(") {
        let wanted = variables["query"].as_str().and_then(|text| text.strip_prefix("filename:'")?.strip_suffix('\''));
        let found = shop.files.iter().find(|(_, file)| Some(file.name.as_str()) == wanted);
        let nodes: Vec<Value> =
            found.map(|(id, file)| json!({"id": id, "fileStatus": file_status(shop, file)})).into_iter().collect();
        return Ok((json!({"files": {"nodes": nodes}}), None));
    }
    if has("node(") {
        return Ok((json!({"node": poll(shop, variables["id"].as_str().unwrap_or_default())}), None));
    }
    if has("shop") {
        return Ok((json!({"shop": {"name": "Vale", "myshopifyDomain": "vale.myshopify.com"}}), None));
    }
    Err("Field doesn't exist on type 'QueryRoot'".into())
}

fn node(id: u64, product: &Product) -> Value {
    json!({"id": gid(id), "title": product.title, "handle": product.handle, "status": product.status,
        "updatedAt": time(product.updated_at)})
}

fn page(shop: &Shop, variables: &Value) -> Result<(Value, Option<f64>), String> {
    let first =
        variables["first"].as_u64().filter(|first| (1..=250).contains(first)).ok_or("first must be 1 to 250")?;
    let since =
        match variables["query"].as_str().and_then(|text| text.strip_prefix("updated_at:>='")?.strip_suffix('\'')) {
            Some(text) => text.parse::<Timestamp>().map_err(|error| error.to_string())?.as_second(),
            None => i64::MIN,
        };
    let after = match variables["after"].as_str() {
        Some(cursor) => Some(read_cursor(cursor).ok_or("Invalid cursor for current pagination sort.")?),
        None => None,
    };
    let mut sorted: Vec<(i64, u64)> = shop.products.iter().map(|(id, product)| (product.updated_at, *id)).collect();
    sorted.sort_unstable();
    let mut rest = sorted.into_iter().filter(|at| at.0 >= since && after.is_none_or(|after| *at > after));
    let on_page: Vec<(i64, u64)> = rest.by_ref().take(usize::try_from(first).unwrap_or(250)).collect();
    let nodes: Vec<Value> = on_page.iter().map(|(_, id)| node(*id, &shop.products[id])).collect();
    let end = on_page.last().map(|(at, id)| BASE64_STANDARD.encode(format!("{at}:{id}")));
    let actual = 2.0 + nodes.len() as f64;
    let info = json!({"hasNextPage": rest.next().is_some(), "endCursor": end});
    Ok((json!({"products": {"pageInfo": info, "nodes": nodes}}), Some(actual)))
}

fn read_cursor(cursor: &str) -> Option<(i64, u64)> {
    let text = String::from_utf8(BASE64_STANDARD.decode(cursor).ok()?).ok()?;
    let (at, id) = text.split_once(':')?;
    Some((at.parse().ok()?, id.parse().ok()?))
}

fn stage(shop: &mut Shop, input: &Value) -> Value {
    shop.given += 1;
    let path = format!("/tmp/{}/{}", shop.given, input["filename"].as_str().unwrap_or("file"));
    let source = format!("{UPLOADS}{path}");
    shop.uploads.insert(source.clone(), None);
    let parameters = json!([{"name": "content_type", "value": input["mimeType"]}, {"name": "acl", "value": "private"}]);
    let target = json!({"url": format!("{source}?X-Goog-Signature=s{}", shop.given), "resourceUrl": source, "parameters": parameters});
    json!({"stagedUploadsCreate": {"stagedTargets": [target], "userErrors": []}})
}

async fn upload(
    State(double): State<Double>,
    Path(path): Path<String>,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    let mut shop = double.shop.lock().expect("the shop");
    let source = format!("{UPLOADS}/tmp/{path}");
    let number = path.split('/').next().unwrap_or_default();
    let signed = query.as_deref() == Some(&format!("X-Goog-Signature=s{number}"));
    match shop.uploads.get_mut(&source) {
        Some(bytes) if signed => {
            *bytes = Some(body.len());
            StatusCode::OK.into_response()
        }
        _ => (StatusCode::FORBIDDEN, "<Error><Code>SignatureDoesNotMatch</Code></Error>").into_response(),
    }
}

fn create_file(shop: &mut Shop, ledger: &Ledger, input: &Value) -> Value {
    let refused = |code: &str, message: &str| json!({"fileCreate": {"files": [], "userErrors": [{"code": code, "field": ["files", "0"], "message": message}]}});
    let name = input["filename"].as_str().unwrap_or_default();
    let source = input["originalSource"].as_str().unwrap_or_default();
    if !matches!(shop.uploads.get(source), Some(Some(_))) {
        return refused("INVALID", "The source could not be downloaded");
    }
    if input["duplicateResolutionMode"] == "RAISE_ERROR" && shop.files.values().any(|file| file.name == name) {
        return refused("FILENAME_ALREADY_EXISTS", "A file with this name exists already");
    }
    shop.given += 1;
    let id = format!("gid://shopify/MediaImage/{}", shop.given);
    ledger.record(format!("file:{name}"));
    shop.files.insert(id.clone(), File { name: name.into(), polls_left: shop.polls_until_ready });
    json!({"fileCreate": {"files": [{"id": id, "fileStatus": "UPLOADED"}], "userErrors": []}})
}

fn file_status(shop: &Shop, file: &File) -> &'static str {
    match (file.polls_left, shop.fails_pictures) {
        (0, false) => "READY",
        (0, true) => "FAILED",
        _ => "PROCESSING",
    }
}

fn poll(shop: &mut Shop, id: &str) -> Value {
    let Some(file) = shop.files.get(id) else { return Value::Null };
    let status = file_status(shop, file);
    let errors = match status {
        "FAILED" => json!([{"code": "IMAGE_PROCESSING_FAILURE", "message": "The picture could not be processed"}]),
        _ => json!([]),
    };
    if let Some(file) = shop.files.get_mut(id) {
        file.polls_left = file.polls_left.saturating_sub(1);
    }
    json!({"id": id, "fileStatus": status, "fileErrors": errors})
}

fn update_file(shop: &mut Shop, ledger: &Ledger, input: &Value) -> Value {
    let refused = |code: &str, message: &str| json!({"fileUpdate": {"files": null, "userErrors": [{"code": code, "field": ["files"], "message": message}]}});
    let id = input["id"].as_str().unwrap_or_default();
    match shop.files.get(id) {
        None => return refused("FILE_DOES_NOT_EXIST", "File does not exist"),
        Some(file) if file.polls_left > 0 => return refused("NON_READY_STATE", "Non-ready files cannot be updated"),
        Some(_) => {}
    }
    let known: BTreeSet<String> = shop.products.keys().map(|id| gid(*id)).collect();
    for product in input["referencesToAdd"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !known.contains(product) {
            return refused("REFERENCE_TARGET_DOES_NOT_EXIST", "The reference target does not exist");
        }
        let media = shop.media.entry(product.into()).or_default();
        if !media.iter().any(|there| there == id) {
            media.push(id.into());
            ledger.record(format!("attach:{id}:{product}"));
        }
    }
    json!({"fileUpdate": {"files": [{"id": id}], "userErrors": []}})
}

fn reorder(shop: &mut Shop, variables: &Value) -> Value {
    let media = shop.media.entry(variables["id"].as_str().unwrap_or_default().into()).or_default();
    for step in variables["moves"].as_array().into_iter().flatten() {
        let Some(from) = media.iter().position(|there| step["id"] == there.as_str()) else {
            let error = json!({"code": "MEDIA_DOES_NOT_EXIST_ON_PRODUCT", "field": ["moves"], "message": "Media does not exist"});
            return json!({"productReorderMedia": {"job": null, "mediaUserErrors": [error]}});
        };
        let to = step["newPosition"].as_str().and_then(|text| text.parse::<usize>().ok()).unwrap_or(0);
        let moved = media.remove(from);
        media.insert(to.min(media.len()), moved);
    }
    json!({"productReorderMedia": {"job": {"id": "gid://shopify/Job/1"}, "mediaUserErrors": []}})
}
