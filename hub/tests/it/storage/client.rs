use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::TestHub;

/// Somebody who asks for files.
#[derive(Clone)]
pub struct Files {
    /// Where.
    pub url: String,
    token: Option<String>,
    http: reqwest::Client,
}

/// What was answered.
#[derive(Debug)]
pub struct Got {
    /// The status.
    pub status: u16,
    /// Headers.
    pub headers: reqwest::header::HeaderMap,
    /// The body.
    pub bytes: Vec<u8>,
}

impl Got {
    async fn of(answer: Response) -> Self {
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Self { status, headers, bytes: answer.bytes().await.expect("a body").to_vec() }
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The stable code of an error, after its status.
    pub fn refusal(&self) -> String {
        let body: Value = serde_json::from_slice(&self.bytes).unwrap_or_default();
        assert_eq!(body["statusCode"], self.status.to_string(), "{self:?}");
        format!("{} {}", self.status, body["code"].as_str().unwrap_or_default())
    }

    /// A header.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Files {
    /// With a token, or without any.
    pub fn new(hub: &TestHub, token: Option<&str>) -> Self {
        let url = format!("{}/storage/v1", hub.url());
        Self { url, token: token.map(str::to_owned), http: reqwest::Client::new() }
    }

    /// The owner of the test's organization.
    pub async fn owner(hub: &TestHub) -> Self {
        Self::new(hub, Some(&hub.token(TestHub::OWNER).await))
    }

    /// A new member of some role.
    pub async fn member(hub: &TestHub, role: &str) -> Self {
        let email = format!("{role}@maison.example");
        hub.member(&email, role).await;
        Self::new(hub, Some(&hub.token(&email).await))
    }

    /// A request, not yet sent.
    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let request = self.http.request(method, format!("{}{path}", self.url));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends it.
    pub async fn send(request: RequestBuilder) -> Got {
        Got::of(request.send().await.expect("the hub answers")).await
    }

    /// A request without a body.
    pub async fn ask(&self, method: &str, path: &str) -> Got {
        Self::send(self.request(method, path)).await
    }

    /// A request with JSON.
    pub async fn tell(&self, method: &str, path: &str, body: &Value) -> Got {
        Self::send(self.request(method, path).json(body)).await
    }

    /// Sends a file under a new name.
    pub async fn upload(&self, name: &str, media_type: &str, bytes: impl Into<reqwest::Body>) -> Got {
        let request = self.request("POST", &format!("/object/{name}"));
        Self::send(request.header("content-type", media_type).body(bytes)).await
    }

    /// The same; it must go well.
    pub async fn put(&self, name: &str, media_type: &str, bytes: &[u8]) {
        let got = self.upload(name, media_type, bytes.to_vec()).await;
        assert_eq!(got.status, 200, "{name}: {got:?}");
    }

    /// Reads a file as somebody signed in.
    pub async fn get(&self, name: &str) -> Got {
        self.ask("GET", &format!("/object/{name}")).await
    }

    /// A bucket.
    pub async fn bucket(&self, name: &str, body: &Value) {
        let mut body = body.clone();
        body["id"] = json!(name);
        let got = self.tell("POST", "/bucket", &body).await;
        assert_eq!(got.status, 200, "{got:?}");
    }

    /// The names in a folder.
    pub async fn names(&self, bucket: &str, folder: &str) -> Vec<String> {
        let got = self.tell("POST", &format!("/object/list/{bucket}"), &json!({ "prefix": folder })).await;
        assert_eq!(got.status, 200, "{got:?}");
        let name = |entry: &Value| entry["name"].as_str().expect("a name").to_owned();
        got.json().as_array().expect("a list").iter().map(name).collect()
    }

    /// A signed address, as its path with the token.
    pub async fn sign(&self, name: &str, seconds: i64) -> String {
        let got = self.tell("POST", &format!("/object/sign/{name}"), &json!({ "expiresIn": seconds })).await;
        assert_eq!(got.status, 200, "{got:?}");
        got.json()["signedURL"].as_str().expect("an address").to_owned()
    }
}

/// Hexadecimal SHA-256.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes that are told apart wherever they are cut, the same for the same seed.
pub fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// A small picture.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = image::DynamicImage::new_rgb8(width, height);
    picture.write_to(&mut bytes, image::ImageFormat::Png).expect("a picture");
    bytes.into_inner()
}
