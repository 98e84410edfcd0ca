use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use schemas::{DeviceProfile, ErrorCode, Principal, PrincipalKind};
use serde::{Deserialize, Serialize};
use sha2::Digest as _;
use uuid::Uuid;

use super::commands::Author;
use super::{Store, StoreError};
use crate::clock;
use crate::postgres::{Acting, begin};

/// How long an access token is good, seconds.
pub const ACCESS_SECONDS: i64 = 15 * 60;

/// Who is at the other end of a session or request, as the database says right now.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// As the client is told.
    pub principal: Principal,
    /// When the token ends, epoch ms.
    pub expires_at: Option<i64>,
    /// The login of a person.
    pub login: Option<Uuid>,
}

/// Why a token does not tell who is there.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// No token of this hub, or an altered one.
    #[error("the token is not valid")]
    Invalid,
    /// It was good once.
    #[error("the token has expired")]
    Expired,
    /// The device, login, account or membership was taken away.
    #[error("the device, login or membership was revoked")]
    Revoked,
    /// The database cannot say.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IdentityError {
    /// The code to answer with.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Invalid => ErrorCode::InvalidToken,
            Self::Expired => ErrorCode::TokenExpired,
            Self::Revoked => ErrorCode::Revoked,
            Self::Store(error) if error.is_transient() => ErrorCode::Unavailable,
            Self::Store(_) => ErrorCode::Internal,
        }
    }
}

/// What an access token says (a JWT, RFC 7519, HS256).
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    sub: Uuid,
    org: Uuid,
    /// The login.
    sid: Uuid,
    exp: i64,
    iat: i64,
}

impl Identity {
    /// Under which claims it reads.
    pub fn acting(&self) -> Acting {
        match self.principal.kind {
            PrincipalKind::Person => {
                Acting::Person { user_id: self.principal.id, organization_id: self.principal.organization_id }
            }
            PrincipalKind::Device => Acting::Device { device_id: self.principal.id },
        }
    }

    /// As the author of commands.
    pub fn author(&self) -> Author {
        Author {
            kind: self.principal.kind,
            id: self.principal.id,
            name: self.principal.name.clone(),
            organization_id: self.principal.organization_id,
        }
    }

    /// The role that policies and masks know it by.
    pub fn role(&self) -> &str {
        match self.principal.profile {
            Some(DeviceProfile::Wall) => "wall",
            _ => &self.principal.role,
        }
    }

    /// Owner, admin or producer: those who prepare an event.
    pub fn prepares_events(&self) -> bool {
        self.principal.kind == PrincipalKind::Person
            && matches!(self.principal.role.as_str(), "owner" | "admin" | "producer")
    }
}

/// SHA-256 of a bearer token: what the database keeps of it.
pub fn token_hash(token: &str) -> Vec<u8> {
    sha2::Sha256::digest(token.as_bytes()).to_vec()
}

/// A new bearer token with 256 random bits: `prefix.` + base64url.
pub fn new_token(prefix: &str) -> String {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).expect("the system has randomness");
    format!("{prefix}.{}", BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// An access token for a person's login in one organization, and when it ends (epoch seconds).
pub fn issue(store: &Store, user_id: Uuid, organization_id: Uuid, login: Uuid) -> (String, i64) {
    let now = clock::now_ms() / 1000;
    let claims = Claims { sub: user_id, org: organization_id, sid: login, iat: now, exp: now + ACCESS_SECONDS };
    let key = EncodingKey::from_secret(&store.keyring.master().derive("access tokens"));
    let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).expect("claims are JSON");
    (token, claims.exp)
}

/// Who a token belongs to.
///
/// # Errors
/// See [`IdentityError`].
pub async fn resolve(store: &Store, token: &str) -> Result<Identity, IdentityError> {
    if token.starts_with("d.") {
        return device(store, token).await;
    }
    let key = DecodingKey::from_secret(&store.keyring.master().derive("access tokens"));
    let mut validation = Validation::new(Algorithm::HS256);
    validation.leeway = 0;
    validation.set_required_spec_claims(&["exp"]);
    let claims = jsonwebtoken::decode::<Claims>(token, &key, &validation)
        .map_err(|error| match error.kind() {
            jsonwebtoken::errors::ErrorKind::ExpiredSignature => IdentityError::Expired,
            _ => IdentityError::Invalid,
        })?
        .claims;
    person(store, claims.sub, claims.org, claims.sid, claims.exp * 1000).await
}

/// The same identity as the database says now; rights may have changed since it was resolved.
///
/// # Errors
/// See [`IdentityError`].
pub async fn refresh(store: &Store, before: &Identity) -> Result<Identity, IdentityError> {
    let principal = &before.principal;
    match (principal.kind, before.login, before.expires_at) {
        (PrincipalKind::Person, Some(login), Some(expires_at)) => {
            person(store, principal.id, principal.organization_id, login, expires_at).await
        }
        (PrincipalKind::Person, _, _) => Err(IdentityError::Invalid),
        (PrincipalKind::Device, _, _) => device_by_id(store, principal.organization_id, principal.id).await,
    }
}

async fn person(
    store: &Store,
    user_id: Uuid,
    organization_id: Uuid,
    login: Uuid,
    expires_at: i64,
) -> Result<Identity, IdentityError> {
    if expires_at <= clock::now_ms() {
        return Err(IdentityError::Expired);
    }
    let acting = Acting::System { organization_id };
    let row = one(
        store,
        &acting,
        "select u.full_name, m.role
           from users u
           join memberships m on m.user_id = u.id and m.organization_id = app.org() and m.status = 'active'
           join organizations o on o.id = m.organization_id and o.status <> 'suspended'
           join sessions s on s.user_id = u.id and s.id = $2 and s.revoked_at is null
          where u.id = $1 and u.status = 'active'",
        &[&user_id, &login],
    )
    .await?
    .ok_or(IdentityError::Revoked)?;
    let role: String = row.get("role");
    Ok(Identity {
        principal: Principal {
            kind: PrincipalKind::Person,
            id: user_id,
            organization_id,
            name: row.get("full_name"),
            supervisor: matches!(role.as_str(), "owner" | "admin" | "producer"),
            role,
            event_id: None,
            gate_id: None,
            profile: None,
        },
        expires_at: Some(expires_at),
        login: Some(login),
    })
}

async fn device(store: &Store, token: &str) -> Result<Identity, IdentityError> {
    let sql = "select * from app.device_by_token($1)";
    let row = one(store, &Acting::Platform, sql, &[&token_hash(token)]).await?;
    match row {
        Some(row) => Ok(device_identity(&row)),
        // A revoked device is told so; anything else is no token.
        None if store_knows(store, token).await? => Err(IdentityError::Revoked),
        None => Err(IdentityError::Invalid),
    }
}

async fn store_knows(store: &Store, token: &str) -> Result<bool, IdentityError> {
    let sql = "select app.device_token_is_known($1)";
    let row = one(store, &Acting::Platform, sql, &[&token_hash(token)]).await?;
    Ok(row.is_some_and(|row| row.get(0)))
}

async fn device_by_id(store: &Store, organization_id: Uuid, id: Uuid) -> Result<Identity, IdentityError> {
    let sql = "select d.id, d.organization_id, d.event_id, d.name, d.profile, d.gate_id, d.supervisor
                 from devices d join organizations o on o.id = d.organization_id and o.status <> 'suspended'
                where d.id = $1 and d.status = 'active'";
    let row = one(store, &Acting::System { organization_id }, sql, &[&id]).await?;
    row.map(|row| device_identity(&row)).ok_or(IdentityError::Revoked)
}

fn device_identity(row: &tokio_postgres::Row) -> Identity {
    let profile = match row.get::<_, &str>("profile") {
        "scan" => DeviceProfile::Scan,
        "caller" => DeviceProfile::Caller,
        _ => DeviceProfile::Wall,
    };
    Identity {
        principal: Principal {
            kind: PrincipalKind::Device,
            id: row.get("id"),
            organization_id: row.get("organization_id"),
            name: row.get("name"),
            role: "staff".to_owned(),
            event_id: row.get("event_id"),
            gate_id: row.get("gate_id"),
            profile: Some(profile),
            supervisor: row.get("supervisor"),
        },
        expires_at: None,
        login: None,
    }
}

async fn one(
    store: &Store,
    acting: &Acting,
    sql: &'static str,
    values: &[&(dyn tokio_postgres::types::ToSql + Sync)],
) -> Result<Option<tokio_postgres::Row>, StoreError> {
    let mut client = store.pools.get(acting).await?;
    let transaction = begin(&mut client, acting).await?;
    let statement = transaction.prepare_cached(sql).await?;
    let row = transaction.query_opt(&statement, values).await?;
    transaction.commit().await?;
    Ok(row)
}
