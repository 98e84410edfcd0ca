use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use schemas::{DeviceProfile, ErrorCode, Principal, PrincipalKind};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::Digest as _;
use uuid::Uuid;

use super::commands::Author;
use super::token_keys::AUDIENCE;
use super::{Store, StoreError};
use crate::clock;
use crate::postgres::{Acting, look_up};
use crate::sealing::{Origin, SealedAddress};

/// Who is at the other end of a session or request, as the database says right now.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// As the client is told.
    pub principal: Principal,
    /// When the token ends, epoch ms.
    pub expires_at: Option<i64>,
    /// The login of a person.
    pub login: Option<Uuid>,
    /// From where they are here.
    pub from: Option<SealedAddress>,
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
    /// The login has chosen no organization.
    #[error("this login is in no organization; choose, make or join one")]
    NoOrganization,
    /// The account or the organization asks for a second factor, which this login has not given.
    #[error("a code of the second factor is needed")]
    SecondFactor,
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
            Self::NoOrganization | Self::SecondFactor => ErrorCode::Forbidden,
            Self::Store(error) if error.is_transient() => ErrorCode::Unavailable,
            Self::Store(_) => ErrorCode::Internal,
        }
    }
}

/// What an access token says (a JWT, RFC 7519, ES256), with the names that `supabase-js` knows. Nothing of it is personal.
#[derive(Debug, Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'static str,
    role: &'static str,
    sub: Uuid,
    /// The organization that the login has chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    org: Option<Uuid>,
    session_id: Uuid,
    aal: &'a str,
    amr: &'a Value,
    is_anonymous: bool,
    iat: i64,
    exp: i64,
}

/// What is believed of a token; everything else is asked of the database.
#[derive(Debug, Deserialize)]
struct Believed {
    sub: Uuid,
    #[serde(default)]
    org: Option<Uuid>,
    session_id: Uuid,
    exp: i64,
}

/// A login as its token tells of it.
pub struct LoginCard {
    /// The login.
    pub id: Uuid,
    /// Whose.
    pub user_id: Uuid,
    /// Where they work.
    pub organization_id: Option<Uuid>,
    /// `aal1`, or `aal2` with a second factor.
    pub aal: String,
    /// How they proved who they are.
    pub amr: Value,
}

/// A person by their login, wherever they work; also if they work nowhere yet.
#[derive(Debug, Clone)]
pub struct Account {
    /// The person.
    pub user_id: Uuid,
    /// The login.
    pub login: Uuid,
    /// Where the login works, as its token says.
    pub organization_id: Option<Uuid>,
    /// The login has given a second factor.
    pub second_factor: bool,
    /// The account has one.
    pub has_factor: bool,
    /// The person proved who they are within the last hour.
    pub fresh: bool,
}

impl Identity {
    /// Under which claims it reads.
    pub fn acting(&self) -> Acting {
        match self.principal.kind {
            PrincipalKind::Person => {
                let organization_id = self.principal.organization_id;
                Acting::Person { user_id: self.principal.id, organization_id, from: self.from }
            }
            PrincipalKind::Device => Acting::Device { device_id: self.principal.id, from: self.from },
        }
    }

    /// As the author of commands.
    pub fn author(&self) -> Author {
        Author {
            kind: self.principal.kind,
            id: self.principal.id,
            name: self.principal.name.clone(),
            organization_id: self.principal.organization_id,
            from: self.from,
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

    /// Owner or admin: those who answer for the organization's data.
    pub fn administers(&self) -> bool {
        self.principal.kind == PrincipalKind::Person && matches!(self.principal.role.as_str(), "owner" | "admin")
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

/// An access token for a login, and when it ends (epoch seconds).
pub fn issue(store: &Store, login: &LoginCard) -> (String, i64) {
    let now = clock::now_ms() / 1000;
    let claims = Claims {
        iss: store.tokens.issuer(),
        aud: AUDIENCE,
        role: "authenticated",
        sub: login.user_id,
        org: login.organization_id,
        session_id: login.id,
        aal: &login.aal,
        amr: &login.amr,
        is_anonymous: false,
        iat: now,
        exp: now + store.tokens.life(),
    };
    (store.tokens.sign(&claims), claims.exp)
}

/// Who a token belongs to.
///
/// # Errors
/// See [`IdentityError`].
pub async fn resolve(store: &Store, token: &str, from: Option<Origin>) -> Result<Identity, IdentityError> {
    let found = if token.starts_with("d.") {
        device(store, token).await?
    } else {
        let claims = believed(store, token).await?;
        let organization_id = claims.org.ok_or(IdentityError::NoOrganization)?;
        person(store, claims.sub, organization_id, claims.session_id, claims.exp * 1000).await?
    };
    Ok(Identity { from: from.map(|from| store.addresses.seal(from)), ..found })
}

/// A member of an organization who is not here now: somebody who comes back from elsewhere.
///
/// # Errors
/// `Revoked` when they are no member any more.
pub async fn member(store: &Store, user_id: Uuid, organization_id: Uuid) -> Result<Identity, IdentityError> {
    let row = one(
        store,
        &Acting::System { organization_id },
        "select u.full_name, m.role from users u
           join memberships m on m.user_id = u.id and m.organization_id = app.org() and m.status = 'active'
           join organizations o on o.id = m.organization_id and o.status <> 'suspended'
          where u.id = $1 and u.status = 'active'",
        &[&user_id],
    )
    .await?
    .ok_or(IdentityError::Revoked)?;
    Ok(person_identity(&row, user_id, organization_id))
}

/// The account that a person's token belongs to, also when it may not work anywhere.
///
/// # Errors
/// See [`IdentityError`]; the token of a device is `Invalid` here.
pub async fn account(store: &Store, token: &str) -> Result<Account, IdentityError> {
    let claims = believed(store, token).await?;
    let row = one(
        store,
        &Acting::Platform,
        "select s.aal = 'aal2' as second_factor, s.authenticated_at > now() - interval '1 hour' as fresh,
                exists (select from mfa_factors f where f.user_id = u.id and f.status = 'verified') as has_factor
           from users u join sessions s on s.user_id = u.id and s.id = $2 and s.revoked_at is null
          where u.id = $1 and u.status = 'active'",
        &[&claims.sub, &claims.session_id],
    )
    .await?
    .ok_or(IdentityError::Revoked)?;
    Ok(Account {
        user_id: claims.sub,
        login: claims.session_id,
        organization_id: claims.org,
        second_factor: row.get("second_factor"),
        has_factor: row.get("has_factor"),
        fresh: row.get("fresh"),
    })
}

async fn believed(store: &Store, token: &str) -> Result<Believed, IdentityError> {
    let claims: Believed = store.tokens.verify(&store.pools, token).await?;
    if claims.exp <= clock::now_ms() / 1000 { Err(IdentityError::Expired) } else { Ok(claims) }
}

/// The same identity as the database says now; rights may have changed since it was resolved.
///
/// # Errors
/// See [`IdentityError`].
pub async fn refresh(store: &Store, before: &Identity) -> Result<Identity, IdentityError> {
    let principal = &before.principal;
    let now = match (principal.kind, before.login, before.expires_at) {
        (PrincipalKind::Person, Some(login), Some(expires_at)) => {
            person(store, principal.id, principal.organization_id, login, expires_at).await?
        }
        (PrincipalKind::Person, _, _) => return Err(IdentityError::Invalid),
        (PrincipalKind::Device, _, _) => device_by_id(store, principal.organization_id, principal.id).await?,
    };
    Ok(Identity { from: before.from, ..now })
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
        "select u.full_name, m.role,
                s.aal = 'aal2' or not (o.require_second_factor or exists (
                  select from mfa_factors f where f.user_id = u.id and f.status = 'verified')) as enough
           from users u
           join memberships m on m.user_id = u.id and m.organization_id = app.org() and m.status = 'active'
           join organizations o on o.id = m.organization_id and o.status <> 'suspended'
           join sessions s on s.user_id = u.id and s.id = $2 and s.revoked_at is null
          where u.id = $1 and u.status = 'active'",
        &[&user_id, &login],
    )
    .await?
    .ok_or(IdentityError::Revoked)?;
    if !row.get::<_, bool>("enough") {
        return Err(IdentityError::SecondFactor);
    }
    let found = person_identity(&row, user_id, organization_id);
    Ok(Identity { expires_at: Some(expires_at), login: Some(login), ..found })
}

fn person_identity(row: &tokio_postgres::Row, user_id: Uuid, organization_id: Uuid) -> Identity {
    let role: String = row.get("role");
    Identity {
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
        expires_at: None,
        login: None,
        from: None,
    }
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
        from: None,
    }
}

async fn one(
    store: &Store,
    acting: &Acting,
    sql: &'static str,
    values: &[&(dyn tokio_postgres::types::ToSql + Sync)],
) -> Result<Option<tokio_postgres::Row>, StoreError> {
    let client = store.pools.get(acting).await?;
    Ok(look_up(&client, acting, sql, values).await?.pop())
}
