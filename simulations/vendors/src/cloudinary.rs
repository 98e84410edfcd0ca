//! Cloudinary's Upload API: signed forms, sizes made at once or in the background, notices about them.
//!
//! Effects in the ledger: `upload:PUBLIC_ID` for a new copy, `destroy:PUBLIC_ID` for one that was removed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing};
use serde_json::{Value, json};
use sha1::{Digest, Sha1};
use sha2::Sha256;

use crate::signed::hex;
use crate::{Delivery, Ledger, Running};

const API_KEY: &str = "874837483274837";
const SECRET: &str = "cloudinary-double-secret";
/// Fields that are not signed.
const UNSIGNED: [&str; 5] = ["file", "cloud_name", "resource_type", "api_key", "signature"];

/// A product environment.
#[derive(Debug)]
pub struct Cloudinary {
    pub running: Running,
    pub ledger: Ledger,
    copies: Arc<Mutex<BTreeMap<String, usize>>>,
}

#[derive(Clone)]
struct Double {
    copies: Arc<Mutex<BTreeMap<String, usize>>>,
    ledger: Ledger,
}

impl Cloudinary {
    /// An environment without copies.
    pub async fn start() -> Cloudinary {
        let (copies, ledger) = (Arc::default(), Ledger::default());
        let double = Double { copies: Arc::clone(&copies), ledger: ledger.clone() };
        let router = Router::new().route("/v1_1/{cloud}/image/{action}", routing::post(act)).with_state(double);
        Cloudinary { running: Running::start(router).await, ledger, copies }
    }

    pub fn api_key(&self) -> &'static str {
        API_KEY
    }

    /// Signs forms and notices.
    pub fn secret(&self) -> &'static str {
        SECRET
    }

    /// The operator's routes to this double.
    pub fn routes(&self) -> Vec<String> {
        vec![self.running.route("api.cloudinary.com")]
    }

    /// The copies by name, with their bytes.
    pub fn copies(&self) -> BTreeMap<String, usize> {
        self.copies.lock().expect("the copies").clone()
    }

    /// The notice that sizes were made in the background, signed at a time in seconds.
    pub fn sizes_notice(&self, public_id: &str, transformations: &[&str], at: i64) -> Delivery {
        let made: Vec<Value> = transformations.iter().map(|one| size(public_id, one)).collect();
        let body = json!({"notification_type": "eager", "public_id": public_id, "eager": made, "batch_id": "b-1"});
        let body = body.to_string().into_bytes();
        let digest = Sha1::new().chain_update(&body).chain_update(at.to_string()).chain_update(SECRET).finalize();
        let headers = vec![("x-cld-timestamp".into(), at.to_string()), ("x-cld-signature".into(), hex(&digest))];
        Delivery { headers, body }
    }
}

fn size(public_id: &str, transformation: &str) -> Value {
    let url = format!("https://res.cloudinary.com/vale/image/upload/{transformation}/v1/{public_id}.jpg");
    json!({"transformation": transformation, "secure_url": url, "bytes": 1000 + transformation.len(), "width": 1, "height": 1})
}

fn refused(status: u16, message: &str) -> Response {
    (StatusCode::from_u16(status).expect("a status"), Json(json!({"error": {"message": message}}))).into_response()
}

async fn act(
    State(double): State<Double>,
    Path((_cloud, action)): Path<(String, String)>,
    mut form: Multipart,
) -> Response {
    let (mut fields, mut file) = (BTreeMap::new(), None);
    loop {
        match form.next_field().await {
            Ok(Some(field)) => {
                let name = field.name().unwrap_or_default().to_owned();
                let Ok(bytes) = field.bytes().await else { return refused(400, "Malformed form") };
                if name == "file" {
                    file = Some(bytes.len());
                } else {
                    fields.insert(name, String::from_utf8_lossy(&bytes).into_owned());
                }
            }
            Ok(None) => break,
            Err(error) => return refused(400, &error.to_string()),
        }
    }
    if fields.get("api_key").map(String::as_str) != Some(API_KEY) {
        return refused(401, "Unknown API key");
    }
    let signed: Vec<String> = fields
        .iter()
        .filter(|(name, value)| !UNSIGNED.contains(&name.as_str()) && !value.is_empty())
        .map(|(name, value)| format!("{name}={value}").replace('&', "%26"))
        .collect();
    let text = signed.join("&");
    let ours = [hex(&Sha1::digest(format!("{text}{SECRET}"))), hex(&Sha256::digest(format!("{text}{SECRET}")))];
    if !fields.get("signature").is_some_and(|theirs| ours.contains(theirs)) {
        return refused(401, &format!("Invalid Signature. String to sign - '{text}'."));
    }
    let Some(public_id) = fields.get("public_id") else {
        return refused(400, "Missing required parameter - public_id");
    };
    let mut copies = double.copies.lock().expect("the copies");
    match (action.as_str(), file) {
        ("upload", Some(bytes)) => {
            if copies.insert(public_id.clone(), bytes).is_none() {
                double.ledger.record(format!("upload:{public_id}"));
            }
            let eager = fields.get("eager").map(String::as_str).unwrap_or_default();
            let in_background = fields.get("eager_async").is_some_and(|value| value == "true");
            let made: Vec<Value> = eager
                .split('|')
                .filter(|one| !one.is_empty() && !in_background)
                .map(|one| size(public_id, one))
                .collect();
            Json(json!({"public_id": public_id, "version": 1, "format": "jpg", "width": 4000, "height": 5000, "bytes": bytes,
                "secure_url": format!("https://res.cloudinary.com/vale/image/upload/v1/{public_id}.jpg"), "eager": made}))
            .into_response()
        }
        ("upload", None) => refused(400, "Missing required parameter - file"),
        ("destroy", _) => {
            let there = copies.remove(public_id).is_some();
            if there {
                double.ledger.record(format!("destroy:{public_id}"));
            }
            Json(json!({"result": if there { "ok" } else { "not found" }})).into_response()
        }
        _ => refused(404, "Not found"),
    }
}
