use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Empty, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use schemas::ErrorCode;
use serde::Deserialize;
use sha2::Digest as _;
use tokio::sync::Mutex;

use super::AuthProblem;
use crate::store::outside::Known;

/// A key set that is larger is none, bytes.
const LARGEST: usize = 256 * 1024;
/// How long a provider may take to answer.
const WITHIN: Duration = Duration::from_secs(5);
/// How long a key set is believed without asking again.
const FRESH: Duration = Duration::from_secs(10 * 60);
/// Asked again before that only for a key that it does not have, and not more often than this.
const AGAIN: Duration = Duration::from_secs(30);
/// How long it is believed when the provider does not answer.
const STALE: Duration = Duration::from_secs(24 * 3600);
/// How far a provider's clock may be off, seconds.
const LEEWAY: u64 = 30;

/// Outside identity providers that the configuration names.
#[derive(Default)]
pub struct Providers(Vec<Provider>);

/// Why the configured providers cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// The file cannot be read.
    #[error("{0}: {1}")]
    Io(PathBuf, #[source] std::io::Error),
    /// The file is not what it should be.
    #[error("{0}: {1}")]
    Malformed(PathBuf, String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    issuer: String,
    audience: String,
    algorithm: Algorithm,
    jwks_url: Option<String>,
    jwks_file: Option<PathBuf>,
}

struct Provider {
    name: String,
    issuer: String,
    audience: String,
    algorithm: Algorithm,
    source: Source,
    cache: Mutex<Cache>,
}

enum Source {
    Url(axum::http::Uri),
    File(PathBuf),
}

#[derive(Default)]
struct Cache {
    keys: Option<JwkSet>,
    read: Option<Instant>,
    tried: Option<Instant>,
}

/// What is believed of a provider's token.
#[derive(Deserialize)]
struct Claims {
    sub: String,
    nonce: Option<String>,
}

impl Providers {
    /// Reads the file, if there is one: a JSON array of
    /// `{"name", "issuer", "audience", "algorithm", "jwks_url" | "jwks_file"}`.
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub fn load(file: Option<&Path>) -> Result<Self, ProviderError> {
        let Some(file) = file else { return Ok(Self::default()) };
        let text = std::fs::read_to_string(file).map_err(|error| ProviderError::Io(file.to_owned(), error))?;
        let malformed = |why: String| ProviderError::Malformed(file.to_owned(), why);
        let entries: Vec<Entry> = serde_json::from_str(&text).map_err(|error| malformed(error.to_string()))?;
        let mut providers = Vec::new();
        for entry in entries {
            providers.push(Provider::of(entry).map_err(malformed)?);
        }
        Ok(Self(providers))
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|provider| provider.name.as_str())
    }

    /// Whom a provider's token names.
    ///
    /// # Errors
    /// 400 when there is no such provider; 403 `bad_jwt` when the token is not one of its, for this hub, good now; 503 when
    /// its keys cannot be had.
    pub async fn verify(&self, name: &str, token: &str, nonce: Option<&str>) -> Result<Known, AuthProblem> {
        let provider = self.0.iter().find(|provider| provider.name == name).ok_or_else(|| {
            let (status, code) = (axum::http::StatusCode::BAD_REQUEST, ErrorCode::InvalidArgument);
            AuthProblem::new(status, code, "provider_disabled", "there is no such identity provider")
        })?;
        provider.verify(token, nonce).await
    }
}

impl Provider {
    fn of(entry: Entry) -> Result<Self, String> {
        let Entry { name, issuer, audience, algorithm, jwks_url, jwks_file } = entry;
        let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "_-".contains(letter);
        if name.is_empty() || name.len() > 40 || !name.chars().all(plain) || name == "email" {
            return Err(format!("{name:?} is not a name of lower-case letters, digits, _ and -"));
        }
        if issuer.is_empty() || audience.is_empty() {
            return Err(format!("{name}: issuer and audience are needed"));
        }
        // Whoever knows the public half of a key must not be able to sign with it.
        if matches!(algorithm, Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512) {
            return Err(format!("{name}: the algorithm is one with a public key, such as RS256 or ES256"));
        }
        let source = match (jwks_url, jwks_file) {
            (Some(url), None) => Source::Url(address(&url)?),
            (None, Some(file)) => Source::File(file),
            _ => return Err(format!("{name}: either jwks_url or jwks_file is needed")),
        };
        Ok(Self { name, issuer, audience, algorithm, source, cache: Mutex::default() })
    }

    async fn verify(&self, token: &str, nonce: Option<&str>) -> Result<Known, AuthProblem> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| not_theirs())?;
        if header.alg != self.algorithm {
            return Err(not_theirs());
        }
        let key = self.key(header.kid.as_deref()).await?;
        let mut validation = Validation::new(self.algorithm);
        validation.leeway = LEEWAY;
        validation.validate_nbf = true;
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[&self.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        let claims = jsonwebtoken::decode::<Claims>(token, &key, &validation).map_err(|_| not_theirs())?.claims;
        if claims.sub.is_empty() || claims.sub.len() > 255 {
            return Err(not_theirs());
        }
        // A token that was made for one attempt to sign in is good for that attempt: the provider signed the nonce, or its
        // SHA-256, as Apple and Google do.
        let hashed = |nonce: &str| -> String {
            sha2::Sha256::digest(nonce.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
        };
        let same = match (&claims.nonce, nonce) {
            (None, None) => true,
            (Some(signed), Some(given)) => *signed == given || *signed == hashed(given),
            _ => false,
        };
        if !same {
            return Err(not_theirs());
        }
        Ok(Known { provider: self.name.clone(), issuer: self.issuer.clone(), subject: claims.sub })
    }

    async fn key(&self, kid: Option<&str>) -> Result<DecodingKey, AuthProblem> {
        // Held while asking: many tokens make one request.
        let mut cache = self.cache.lock().await;
        let age = |since: Option<Instant>| since.map_or(Duration::MAX, |since| since.elapsed());
        let found = cache.keys.as_ref().is_some_and(|keys| self.choose(keys, kid).is_some());
        if (age(cache.read) > FRESH || !found) && age(cache.tried) > AGAIN {
            cache.tried = Some(Instant::now());
            match self.read().await {
                Ok(keys) => (cache.keys, cache.read) = (Some(keys), Some(Instant::now())),
                Err(why) => {
                    tracing::warn!(provider = %self.name, why, "the keys of an identity provider cannot be had")
                }
            }
        }
        let keys = cache.keys.as_ref().filter(|_| age(cache.read) < STALE).ok_or_else(|| {
            let (status, code) = (axum::http::StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Unavailable);
            AuthProblem::new(status, code, "unexpected_failure", "the identity provider's keys cannot be had now")
        })?;
        let jwk = self.choose(keys, kid).ok_or_else(not_theirs)?;
        DecodingKey::from_jwk(jwk).map_err(|_| not_theirs())
    }

    /// The key that a token names; the only one, if it names none. A key says for which algorithm it is, or nothing.
    fn choose<'a>(&self, keys: &'a JwkSet, kid: Option<&str>) -> Option<&'a Jwk> {
        let jwk = match (kid, keys.keys.as_slice()) {
            (Some(kid), _) => keys.find(kid)?,
            (None, [only]) => only,
            _ => return None,
        };
        let of_ours = jwk.common.key_algorithm.is_none_or(|algorithm| {
            algorithm.to_string().parse::<Algorithm>().is_ok_and(|algorithm| algorithm == self.algorithm)
        });
        of_ours.then_some(jwk)
    }

    async fn read(&self) -> Result<JwkSet, String> {
        let bytes = match &self.source {
            Source::File(file) => {
                let length = tokio::fs::metadata(file).await.map_err(|error| error.to_string())?.len();
                if length > LARGEST as u64 {
                    return Err("the key set is too large".into());
                }
                tokio::fs::read(file).await.map_err(|error| error.to_string())?
            }
            Source::Url(url) => {
                tokio::time::timeout(WITHIN, fetch(url.clone())).await.map_err(|_| "no answer in 5 s")??
            }
        };
        // A key of a kind that nobody knows yet must not hide the others.
        let mut set: serde_json::Value = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
        let keys = set["keys"].as_array_mut().ok_or("no keys")?;
        let keys = keys.drain(..).filter_map(|key| serde_json::from_value(key).ok()).collect();
        Ok(JwkSet { keys })
    }
}

/// GET of at most [`LARGEST`] bytes. It follows no redirect.
async fn fetch(url: axum::http::Uri) -> Result<Vec<u8>, String> {
    let connector =
        hyper_rustls::HttpsConnectorBuilder::new().with_webpki_roots().https_or_http().enable_http1().build();
    let client: Client<_, Empty<bytes::Bytes>> = Client::builder(TokioExecutor::new()).build(connector);
    let answer = client.get(url).await.map_err(|error| error.to_string())?;
    if !answer.status().is_success() {
        return Err(format!("status {}", answer.status()));
    }
    let body = Limited::new(answer.into_body(), LARGEST).collect().await.map_err(|error| error.to_string())?;
    Ok(body.to_bytes().to_vec())
}

fn not_theirs() -> AuthProblem {
    let (status, code) = (axum::http::StatusCode::FORBIDDEN, ErrorCode::InvalidToken);
    AuthProblem::new(status, code, "bad_jwt", "the identity provider's token is not valid here")
}

/// https, or http on this machine.
fn address(text: &str) -> Result<axum::http::Uri, String> {
    let uri: axum::http::Uri = text.parse().map_err(|error| format!("{text}: {error}"))?;
    let here = matches!(uri.host(), Some("localhost" | "127.0.0.1" | "[::1]"));
    match uri.scheme_str() {
        Some("https") => Ok(uri),
        Some("http") if here => Ok(uri),
        _ => Err(format!("{text}: an address is https, or http on this machine")),
    }
}
