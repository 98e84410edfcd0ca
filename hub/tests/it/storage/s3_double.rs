use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest as _, Sha256};

/// Who may ask the double, and the secret.
pub const KEYS: (&str, &str) = ("AKIDHUB", "a secret of the double");
/// Its bucket.
pub const BUCKET: &str = "maison";
const REGION: &str = "eu-west-3";

/// As much of S3 as keeping objects needs: put, get with ranges, delete, list, uploads in parts. Every request must be signed
/// (AWS Signature Version 4).
#[derive(Default)]
pub struct Bucket {
    objects: Mutex<BTreeMap<String, Bytes>>,
    parts: Mutex<HashMap<String, BTreeMap<u32, Bytes>>>,
    uploads: Mutex<u32>,
    /// A status that every request is answered with, or 0.
    pub fails_with: AtomicU16,
    /// Uploads in parts that were completed.
    pub completed: Mutex<u32>,
}

/// A double that listens.
pub struct S3Double {
    /// Where.
    pub address: SocketAddr,
    /// What it holds.
    pub bucket: Arc<Bucket>,
    serving: tokio::task::JoinHandle<()>,
}

impl Drop for S3Double {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl S3Double {
    pub async fn start() -> Self {
        let bucket = Arc::new(Bucket::default());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&bucket));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
        Self { address, bucket, serving }
    }

    /// The configuration of a hub that keeps its files here.
    pub fn configure(&self, config: &mut hub::config::Config) {
        config.objects = Some(format!("s3://{BUCKET}/files/of/the/hub"));
        config.s3_endpoint = Some(format!("http://{}", self.address));
        config.s3_region = Some(REGION.into());
        config.s3_access_key_id = Some(KEYS.0.into());
        config.s3_secret_access_key = Some(KEYS.1.into());
    }

    /// Names and bytes of what it holds.
    pub fn objects(&self) -> BTreeMap<String, Bytes> {
        self.bucket.objects.lock().expect("no panic").clone()
    }

    /// Parts of uploads that were neither completed nor given up.
    pub fn loose_parts(&self) -> usize {
        self.bucket.parts.lock().expect("no panic").len()
    }
}

async fn answer(State(bucket): State<Arc<Bucket>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 64 * 1024 * 1024).await.unwrap_or_default();
    let failing = bucket.fails_with.load(Ordering::Relaxed);
    if failing > 0 {
        return error(StatusCode::from_u16(failing).expect("a status"), "InternalError");
    }
    if let Err(why) = signed(&head.method, &head.uri, &head.headers, &body) {
        eprintln!("the double refuses {} {}: {why}", head.method, head.uri);
        return error(StatusCode::FORBIDDEN, "SignatureDoesNotMatch");
    }
    let query: HashMap<String, String> = pairs(&head.uri).into_iter().collect();
    let Some(key) = head.uri.path().strip_prefix(&format!("/{BUCKET}")).map(|key| key.trim_start_matches('/')) else {
        return error(StatusCode::NOT_FOUND, "NoSuchBucket");
    };
    let mut objects = bucket.objects.lock().expect("no panic");
    let mut parts = bucket.parts.lock().expect("no panic");
    let upload = query.get("uploadId");
    match (head.method, upload) {
        (Method::POST, None) if query.contains_key("uploads") => {
            let mut uploads = bucket.uploads.lock().expect("no panic");
            *uploads += 1;
            parts.insert(uploads.to_string(), BTreeMap::new());
            xml(&format!(
                "<InitiateMultipartUploadResult><UploadId>{uploads}</UploadId></InitiateMultipartUploadResult>"
            ))
        }
        (Method::PUT, Some(id)) => {
            let Some(of) = parts.get_mut(id) else { return error(StatusCode::NOT_FOUND, "NoSuchUpload") };
            let number = query.get("partNumber").and_then(|text| text.parse().ok()).expect("a number");
            of.insert(number, body);
            [("etag", format!("\"part-{number}\""))].into_response()
        }
        (Method::POST, Some(id)) => {
            let Some(of) = parts.remove(id) else { return error(StatusCode::NOT_FOUND, "NoSuchUpload") };
            // Amazon takes no part but the last of less than 5 MiB.
            let last = of.len();
            if of.values().take(last.saturating_sub(1)).any(|part| part.len() < 5 * 1024 * 1024) {
                return error(StatusCode::BAD_REQUEST, "EntityTooSmall");
            }
            objects.insert(key.to_owned(), of.into_values().collect::<Vec<_>>().concat().into());
            *bucket.completed.lock().expect("no panic") += 1;
            xml("<CompleteMultipartUploadResult><ETag>\"whole\"</ETag></CompleteMultipartUploadResult>")
        }
        (Method::DELETE, Some(id)) => {
            parts.remove(id);
            StatusCode::NO_CONTENT.into_response()
        }
        (Method::PUT, None) => {
            objects.insert(key.to_owned(), body);
            [("etag", "\"whole\"")].into_response()
        }
        (Method::DELETE, None) => {
            objects.remove(key);
            StatusCode::NO_CONTENT.into_response()
        }
        (Method::GET, None) if key.is_empty() => {
            let prefix = query.get("prefix").cloned().unwrap_or_default();
            let entries: String = objects
                .iter()
                .filter(|(key, _)| key.starts_with(&prefix))
                .map(|(key, bytes)| {
                    let size = bytes.len();
                    format!("<Contents><Key>{key}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>\"whole\"</ETag><Size>{size}</Size></Contents>")
                })
                .collect();
            xml(&format!("<ListBucketResult><IsTruncated>false</IsTruncated>{entries}</ListBucketResult>"))
        }
        (Method::GET | Method::HEAD, None) => {
            let Some(bytes) = objects.get(key) else { return error(StatusCode::NOT_FOUND, "NoSuchKey") };
            object(bytes, &head.headers)
        }
        _ => error(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed"),
    }
}

fn object(bytes: &Bytes, headers: &HeaderMap) -> Response {
    let range = headers.get("range").and_then(|range| range.to_str().ok()?.strip_prefix("bytes=")?.split_once('-'));
    let modified = ("last-modified", "Thu, 01 Jan 2026 00:00:00 GMT".to_owned());
    let Some((first, last)) = range else {
        return ([modified, ("etag", "\"whole\"".into())], bytes.clone()).into_response();
    };
    let first: usize = first.parse().expect("a number");
    let last = last.parse::<usize>().map_or(bytes.len() - 1, |last| last.min(bytes.len() - 1));
    let told = ("content-range", format!("bytes {first}-{last}/{}", bytes.len()));
    (StatusCode::PARTIAL_CONTENT, [modified, told, ("etag", "\"whole\"".into())], bytes.slice(first..=last))
        .into_response()
}

fn xml(text: &str) -> Response {
    ([("content-type", "application/xml")], Body::from(text.to_owned())).into_response()
}

fn error(status: StatusCode, code: &str) -> Response {
    (status, format!("<Error><Code>{code}</Code></Error>")).into_response()
}

fn pairs(uri: &Uri) -> Vec<(String, String)> {
    axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri).map(|query| query.0).unwrap_or_default()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any key");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn encoded(text: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes().map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// AWS Signature Version 4, as Amazon's manual has it.
fn signed(method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Result<(), String> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let authorization = header("authorization").strip_prefix("AWS4-HMAC-SHA256 ").ok_or("no signature")?;
    let said: HashMap<&str, &str> = authorization.split(',').filter_map(|part| part.trim().split_once('=')).collect();
    let (credential, names, signature) =
        match (said.get("Credential"), said.get("SignedHeaders"), said.get("Signature")) {
            (Some(credential), Some(names), Some(signature)) => (*credential, *names, *signature),
            _ => return Err("half a signature".into()),
        };
    let time = header("x-amz-date");
    let scope = format!("{}/{REGION}/s3/aws4_request", time.get(..8).unwrap_or_default());
    if credential != format!("{}/{scope}", KEYS.0) {
        return Err(format!("the credential {credential}"));
    }
    let hash = header("x-amz-content-sha256");
    if hash != hex(&Sha256::digest(body)) {
        return Err("the body is not the one that was signed".into());
    }
    if !names.split(';').any(|name| name == "host") || !names.split(';').any(|name| name == "x-amz-date") {
        return Err("the host or the time is not signed".into());
    }
    let mut query: Vec<String> =
        pairs(uri).iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    query.sort();
    let lines: String = names.split(';').map(|name| format!("{name}:{}\n", header(name).trim())).collect();
    let canonical = format!("{method}\n{}\n{}\n{lines}\n{names}\n{hash}", uri.path(), query.join("&"));
    let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hex(&Sha256::digest(canonical.as_bytes())));
    let mut key = format!("AWS4{}", KEYS.1).into_bytes();
    for part in scope.split('/') {
        key = mac(&key, part);
    }
    if hex(&mac(&key, &text)) == signature { Ok(()) } else { Err(format!("another signature of {canonical:?}")) }
}
