use std::sync::{Arc, OnceLock, RwLock};

use dashmap::DashMap;
use jsonwebtoken::{Algorithm, Validation};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

use super::StoreError;
use super::identity::{IdentityError, token_hash};
use crate::clock;
use crate::config::{ACCESS_SECONDS, LONGEST_ACCESS_SECONDS};
use crate::postgres::{Acting, Pools, begin};
use crate::sealing::{MasterKey, SigningKey};

/// For whom access tokens are.
pub const AUDIENCE: &str = "authenticated";
/// How long a new key is published before it signs, seconds: clients keep the key set for ten minutes.
const AHEAD_SECONDS: i64 = 15 * 60;
/// When a key is replaced, days.
const LIFE_DAYS: i32 = 30;
/// Lock for whoever makes a key.
const LOCK: &str = "select pg_advisory_xact_lock(hashtext('fashionos-hub-signing-keys'))";

/// The keys of access tokens, as the database has them. Every hub of one database has the same.
pub struct TokenKeys {
    master: MasterKey,
    ring: RwLock<Arc<Vec<Dated>>>,
    issuer: OnceLock<String>,
    life: OnceLock<i64>,
    asked: std::sync::Mutex<i64>,
    /// Hashes of tokens whose signature was verified: on a curve that takes longer than all the rest of a request.
    verified: DashMap<Vec<u8>, ()>,
}

/// Verified tokens that are remembered: about 2 MB. Then it begins anew.
const REMEMBERED: usize = 20_000;

struct Dated {
    key: SigningKey,
    /// Epoch ms.
    signs_from: i64,
    verifies_until: Option<i64>,
}

/// When a new key takes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// In a quarter of an hour, when everybody knows it; what the old one signed stays good until it expires.
    Planned,
    /// Now; nothing that the old ones signed is believed any more. Clients refresh.
    Immediate,
}

impl TokenKeys {
    /// The keys of a database; makes the first one.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn open(pools: &Pools, master: MasterKey) -> Result<Self, StoreError> {
        let keys = Self {
            master,
            ring: RwLock::new(Arc::new(Vec::new())),
            issuer: OnceLock::new(),
            life: OnceLock::new(),
            asked: std::sync::Mutex::new(0),
            verified: DashMap::new(),
        };
        keys.reload(pools).await?;
        if !keys.ring().iter().any(|dated| dated.signs_from <= clock::now_ms() && dated.verifies_until.is_none()) {
            keys.make(pools, "select not exists (select from hub.signing_keys where verifies_until is null)", &[], 0)
                .await?;
            keys.reload(pools).await?;
        }
        Ok(keys)
    }

    /// Under which name tokens are issued: the hub's public address. The first one counts.
    pub fn set_issuer(&self, issuer: String) {
        let _ = self.issuer.set(issuer);
    }

    /// The `iss` of new tokens.
    pub fn issuer(&self) -> &str {
        self.issuer.get().map_or("fashionos-hub", String::as_str)
    }

    /// For how long tokens are issued, seconds. The first one counts.
    pub fn set_life(&self, seconds: i64) {
        let _ = self.life.set(seconds);
    }

    /// How long a new token is good, seconds.
    pub fn life(&self) -> i64 {
        self.life.get().copied().unwrap_or(ACCESS_SECONDS)
    }

    /// A token with these claims, by the key whose turn it is.
    pub fn sign(&self, claims: &impl Serialize) -> String {
        let (ring, now) = (self.ring(), clock::now_ms());
        let current = ring.iter().rev().find(|dated| dated.signs_from <= now && dated.until(now));
        // A clock that is behind may have no key yet: then the newest one.
        current.or(ring.last()).expect("a database has a key").key.sign(claims)
    }

    /// The claims of a token that one of the keys signed.
    ///
    /// # Errors
    /// `Expired` for what was good once; `Invalid` for everything else.
    pub async fn verify<T: DeserializeOwned>(&self, pools: &Pools, token: &str) -> Result<T, IdentityError> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| IdentityError::Invalid)?;
        let kid: Uuid = header.kid.and_then(|kid| kid.parse().ok()).ok_or(IdentityError::Invalid)?;
        let knows = |ring: &[Dated]| ring.iter().position(|dated| dated.key.id == kid);
        let mut ring = self.ring();
        if knows(&ring).is_none() && self.may_ask() {
            // Another hub may have made it a moment ago.
            self.reload(pools).await?;
            ring = self.ring();
        }
        let dated = &ring[knows(&ring).ok_or(IdentityError::Invalid)?];
        let hash = token_hash(token);
        let claims = if self.verified.contains_key(&hash) {
            jsonwebtoken::dangerous::insecure_decode::<T>(token).map_err(|_| IdentityError::Invalid)?.claims
        } else {
            let mut validation = Validation::new(Algorithm::ES256);
            validation.set_audience(&[AUDIENCE]);
            validation.set_required_spec_claims(&["exp", "aud"]);
            // The machine's clock is not the hub's: `exp` is compared by whoever asked.
            validation.validate_exp = false;
            let key = dated.key.decoding();
            let claims = jsonwebtoken::decode::<T>(token, key, &validation).map_err(|_| IdentityError::Invalid)?.claims;
            if self.verified.len() >= REMEMBERED {
                self.verified.clear();
            }
            self.verified.insert(hash, ());
            claims
        };
        if dated.until(clock::now_ms()) { Ok(claims) } else { Err(IdentityError::Expired) }
    }

    /// The public halves that are good or will be, as a JWK set.
    pub fn published(&self) -> Value {
        let (ring, now) = (self.ring(), clock::now_ms());
        let keys: Vec<&Value> = ring.iter().filter(|dated| dated.until(now)).map(|dated| &dated.key.jwk).collect();
        json!({ "keys": keys })
    }

    /// Replaces a key that is a month old.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn renew(&self, pools: &Pools) -> Result<(), StoreError> {
        let due = "select not exists (select from hub.signing_keys where verifies_until is null
                                         and signs_from > now() - make_interval(days => $1))";
        self.make(pools, due, &[&LIFE_DAYS], AHEAD_SECONDS).await?;
        self.reload(pools).await
    }

    /// Replaces the key.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn rotate(&self, pools: &Pools, rotation: Rotation) -> Result<(), StoreError> {
        let ahead = if rotation == Rotation::Planned { AHEAD_SECONDS } else { 0 };
        self.make(pools, "select true", &[], ahead).await?;
        self.reload(pools).await
    }

    /// Makes a key if the question is answered with yes; it signs in so many seconds. With none, the others end at once.
    async fn make(
        &self,
        pools: &Pools,
        question: &str,
        values: &[&(dyn tokio_postgres::types::ToSql + Sync)],
        ahead: i64,
    ) -> Result<(), StoreError> {
        let mut client = pools.get(&Acting::Platform).await?;
        let transaction = begin(&mut client, &Acting::Platform).await?;
        transaction.execute(LOCK, &[]).await?;
        if !transaction.query_one(question, values).await?.get::<_, bool>(0) {
            return Ok(());
        }
        let (ahead, after) =
            (ahead as f64, if ahead == 0 { 0.0 } else { (ahead + LONGEST_ACCESS_SECONDS + 60) as f64 });
        transaction
            .execute(
                "update hub.signing_keys set verifies_until = now() + make_interval(secs => $1::float8)
                  where verifies_until is null or $1::float8 = 0 and verifies_until > now()",
                &[&after],
            )
            .await?;
        let key = SigningKey::generate();
        transaction
            .execute(
                "insert into hub.signing_keys (id, wrapped_key, signs_from) values ($1, $2, now() + make_interval(secs => $3))",
                &[&key.id, &key.wrap(&self.master), &ahead],
            )
            .await?;
        // Kept for a while after their end, so that a client that slept is told to refresh.
        transaction
            .execute("delete from hub.signing_keys where verifies_until < now() - interval '60 days'", &[])
            .await?;
        transaction.commit().await?;
        tracing::info!(key = %key.id, "a new key for access tokens");
        Ok(())
    }

    /// Reads what other hubs have made.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn reload(&self, pools: &Pools) -> Result<(), StoreError> {
        let mut client = pools.get(&Acting::Platform).await?;
        let transaction = begin(&mut client, &Acting::Platform).await?;
        let rows = transaction
            .query(
                "select id, wrapped_key, (extract(epoch from signs_from) * 1000)::bigint,
                        (extract(epoch from verifies_until) * 1000)::bigint
                   from hub.signing_keys order by signs_from, id",
                &[],
            )
            .await?;
        transaction.commit().await?;
        let mut ring = Vec::new();
        for row in rows {
            let (id, wrapped): (Uuid, Vec<u8>) = (row.get(0), row.get(1));
            match SigningKey::unwrap(id, &wrapped, &self.master) {
                Ok(key) => ring.push(Dated { key, signs_from: row.get(2), verifies_until: row.get(3) }),
                Err(_) => tracing::error!(key = %id, "a signing key does not open with this master key"),
            }
        }
        *self.ring.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(ring);
        Ok(())
    }

    fn ring(&self) -> Arc<Vec<Dated>> {
        Arc::clone(&self.ring.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Tokens of unknown keys do not make the hub ask the database more than once a second.
    fn may_ask(&self) -> bool {
        let mut asked = self.asked.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let now = clock::now_ms();
        let may = now.abs_diff(*asked) >= 1000;
        if may {
            *asked = now;
        }
        may
    }
}

impl Dated {
    fn until(&self, now: i64) -> bool {
        self.verifies_until.is_none_or(|until| until > now)
    }
}
