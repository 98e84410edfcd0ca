//! Amazon's Listings Items API of 2021-08-01, with Login with Amazon before it.
//!
//! Effects in the ledger: `picture:SKU:SLOT:ADDRESS` for a picture newly put to a slot.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::{Accounts, Ledger, Running, fields};

/// The token that is good from the beginning.
const TOKEN: &str = "Atza|double-token";

/// A seller.
#[derive(Debug)]
pub struct Amazon {
    pub running: Running,
    pub accounts: Accounts,
    pub ledger: Ledger,
    seller: Arc<Mutex<Seller>>,
}

#[derive(Debug)]
struct Seller {
    listings: BTreeMap<String, Listing>,
    /// Allowances by operation: what is left, when that was so.
    left: BTreeMap<&'static str, (f64, Instant)>,
    /// Whether to keep the published rates.
    keeps_rates: bool,
    throttled: u64,
    /// What is found wrong with pictures, before they are taken or after.
    objects_before: Option<String>,
    objects_after: Option<String>,
}

#[derive(Debug)]
struct Listing {
    marketplace: String,
    asin: String,
    title: String,
    status: Vec<String>,
    pictures: BTreeMap<String, String>,
    issues: Vec<Value>,
}

#[derive(Clone)]
struct Double {
    seller: Arc<Mutex<Seller>>,
    accounts: Accounts,
    ledger: Ledger,
}

impl Amazon {
    /// A seller without listings.
    pub async fn start() -> Amazon {
        let accounts = Accounts::default();
        accounts.allow(TOKEN);
        let seller = Arc::new(Mutex::new(Seller {
            listings: BTreeMap::new(),
            left: BTreeMap::new(),
            keeps_rates: false,
            throttled: 0,
            objects_before: None,
            objects_after: None,
        }));
        let ledger = Ledger::default();
        let double = Double { seller: seller.clone(), accounts: accounts.clone(), ledger: ledger.clone() };
        let router = Router::new()
            .route("/listings/2021-08-01/items/{seller}", routing::get(search))
            .route("/listings/2021-08-01/items/{seller}/{sku}", routing::get(listing).patch(patch))
            .with_state(double)
            .merge(accounts.router("/apps/authorize/consent", "/auth/o2/token"));
        Amazon { running: Running::start(router).await, accounts, ledger, seller }
    }

    /// The token that is good from the beginning.
    pub fn token(&self) -> &'static str {
        TOKEN
    }

    /// The operator's routes to this double.
    pub fn routes(&self) -> Vec<String> {
        [
            "sellingpartnerapi-eu.amazon.com",
            "sellingpartnerapi-na.amazon.com",
            "api.amazon.com",
            "sellercentral.amazon.com",
        ]
        .iter()
        .map(|host| self.running.route(host))
        .collect()
    }

    pub fn put_listing(&self, sku: &str, marketplace: &str, title: &str, status: &[&str]) {
        let listing = Listing {
            marketplace: marketplace.into(),
            asin: format!("B0{sku}"),
            title: title.into(),
            status: status.iter().map(|state| (*state).to_owned()).collect(),
            pictures: BTreeMap::new(),
            issues: Vec::new(),
        };
        self.seller.lock().expect("the seller").listings.insert(sku.into(), listing);
    }

    /// The pictures of a listing, by slot.
    pub fn pictures(&self, sku: &str) -> BTreeMap<String, String> {
        self.seller
            .lock()
            .expect("the seller")
            .listings
            .get(sku)
            .map(|listing| listing.pictures.clone())
            .unwrap_or_default()
    }

    /// Pictures are objected to: when they are tried, or only after they were accepted.
    pub fn object_to_pictures(&self, before: Option<&str>, after: Option<&str>) {
        let mut seller = self.seller.lock().expect("the seller");
        (seller.objects_before, seller.objects_after) = (before.map(str::to_owned), after.map(str::to_owned));
    }

    /// From now on, requests beyond the published rates are throttled.
    pub fn keep_rates(&self) {
        self.seller.lock().expect("the seller").keeps_rates = true;
    }

    /// How many requests were throttled.
    pub fn throttled(&self) -> u64 {
        self.seller.lock().expect("the seller").throttled
    }
}

fn error(status: u16, code: &str, message: &str) -> Response {
    let body = json!({"errors": [{"code": code, "message": message, "details": ""}]});
    (StatusCode::from_u16(status).expect("a status"), Json(body)).into_response()
}

impl Double {
    /// The token, and the rate of the operation: so many a second, 5 or 10 at once.
    #[allow(clippy::result_large_err, reason = "the error is the answer")]
    fn admit(&self, headers: &HeaderMap, operation: &'static str, burst: f64) -> Result<(), Response> {
        let token = headers.get("x-amz-access-token").and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !self.accounts.knows(token) {
            return Err(error(403, "Unauthorized", "The access token you provided has expired."));
        }
        let mut seller = self.seller.lock().expect("the seller");
        let now = Instant::now();
        let (left, at) = seller.left.get(operation).copied().unwrap_or((burst, now));
        let left = (left + now.duration_since(at).as_secs_f64() * 5.0).min(burst);
        let enough = left >= 1.0 || !seller.keeps_rates;
        seller.left.insert(operation, (if enough { left - 1.0 } else { left }, now));
        if enough {
            return Ok(());
        }
        seller.throttled += 1;
        let mut refusal = error(429, "QuotaExceeded", "You exceeded your quota for the requested resource.");
        refusal.headers_mut().insert("x-amzn-ratelimit-limit", "5.0".parse().expect("a header"));
        Err(refusal)
    }
}

fn item(sku: &str, listing: &Listing) -> Value {
    json!({"sku": sku, "issues": listing.issues, "summaries": [{"marketplaceId": listing.marketplace, "asin": listing.asin,
        "productType": "COAT", "itemName": listing.title, "status": listing.status}]})
}

async fn search(State(double): State<Double>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    if let Err(refusal) = double.admit(&headers, "search", 5.0) {
        return refusal;
    }
    let fields = fields::decode(&query.unwrap_or_default());
    let size = fields::field(&fields, "pageSize").and_then(|size| size.parse::<usize>().ok()).unwrap_or(10);
    let Some(marketplace) = fields::field(&fields, "marketplaceIds").filter(|_| (1..=20).contains(&size)) else {
        return error(400, "InvalidInput", "Invalid request parameters");
    };
    let seller = double.seller.lock().expect("the seller");
    let all: Vec<(&String, &Listing)> =
        seller.listings.iter().filter(|(_, listing)| listing.marketplace == marketplace).collect();
    let begin = match fields::field(&fields, "pageToken") {
        Some(token) => match token.strip_prefix("page-").and_then(|at| at.parse::<usize>().ok()) {
            Some(at) => at,
            None => return error(400, "InvalidInput", "Invalid page token"),
        },
        None => 0,
    };
    let items: Vec<Value> = all.iter().skip(begin).take(size).map(|(sku, listing)| item(sku, listing)).collect();
    let pagination =
        if begin + size < all.len() { json!({"nextToken": format!("page-{}", begin + size)}) } else { json!({}) };
    Json(json!({"numberOfResults": all.len(), "pagination": pagination, "items": items})).into_response()
}

async fn listing(State(double): State<Double>, Path((_, sku)): Path<(String, String)>, headers: HeaderMap) -> Response {
    if let Err(refusal) = double.admit(&headers, "get", 10.0) {
        return refusal;
    }
    let mut seller = double.seller.lock().expect("the seller");
    let objection = seller.objects_after.clone();
    let Some(listing) = seller.listings.get_mut(&sku) else {
        return error(404, "NOT_FOUND", &format!("SKU '{sku}' not found in marketplace"));
    };
    if let (Some(words), Some(slot)) = (objection, listing.pictures.keys().next()) {
        listing.issues =
            vec![json!({"code": "18320", "severity": "ERROR", "message": words, "attributeNames": [slot]})];
    }
    Json(item(&sku, listing)).into_response()
}

async fn patch(
    State(double): State<Double>,
    Path((_, sku)): Path<(String, String)>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    Json(body): Json<Value>,
) -> Response {
    if let Err(refusal) = double.admit(&headers, "patch", 5.0) {
        return refusal;
    }
    let fields = fields::decode(&query.unwrap_or_default());
    let preview = fields::field(&fields, "mode") == Some("VALIDATION_PREVIEW");
    let mut seller = double.seller.lock().expect("the seller");
    let objection = seller.objects_before.clone();
    let Some(listing) = seller.listings.get_mut(&sku) else {
        return error(404, "NOT_FOUND", &format!("SKU '{sku}' not found in marketplace"));
    };
    if body["productType"] != "COAT" {
        return error(400, "InvalidInput", "The product type is not that of the listing");
    }
    let answer = |status: &str, issues: Value| {
        Json(json!({"sku": sku, "status": status, "submissionId": "s-1", "issues": issues})).into_response()
    };
    if let Some(words) = objection {
        return answer(
            "INVALID",
            json!([{"code": "90220", "severity": "ERROR", "message": words, "attributeNames": []}]),
        );
    }
    if preview {
        return answer("VALID", json!([]));
    }
    for change in body["patches"].as_array().into_iter().flatten() {
        let slot = change["path"].as_str().and_then(|path| path.strip_prefix("/attributes/"));
        let address = change["value"][0]["media_location"].as_str();
        let (Some(slot), Some(address)) = (slot, address.filter(|_| change["op"] == "replace")) else {
            return error(400, "InvalidInput", "Only top-level attributes can be replaced");
        };
        let before = listing.pictures.insert(slot.into(), address.into());
        if before.as_deref() != Some(address) {
            double.ledger.record(format!("picture:{sku}:{slot}:{address}"));
        }
    }
    answer("ACCEPTED", json!([]))
}
