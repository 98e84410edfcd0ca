use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use schemas::ErrorCode;
use serde::Serialize;
use uuid::Uuid;

use super::identity::{self, ACCESS_SECONDS, new_token, token_hash};
use super::{Store, StoreError};
use crate::postgres::{Acting, begin};

/// Wrong passwords in a row before an account rests.
const ATTEMPTS: i32 = 10;
/// A refresh token that was exchanged still works for this long: the answer may have been lost on the way.
const GRACE_SECONDS: f64 = 10.0;

/// The answer to a sign-in, a refresh or a switch of organization.
#[derive(Debug, Serialize)]
pub struct SignedIn {
    /// A JWT.
    pub access_token: String,
    /// Always `bearer`.
    pub token_type: &'static str,
    /// Seconds.
    pub expires_in: i64,
    /// Epoch seconds.
    pub expires_at: i64,
    /// Good once.
    pub refresh_token: String,
    /// Who.
    pub user: User,
    /// In which organization.
    pub organization: Organization,
}

/// A person, for themselves.
#[derive(Debug, Clone, Serialize)]
pub struct User {
    /// Their id.
    pub id: Uuid,
    /// Their address.
    pub email: Option<String>,
    /// Their name.
    pub full_name: String,
}

/// An organization that a person belongs to.
#[derive(Debug, Clone, Serialize)]
pub struct Organization {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its slug.
    pub slug: String,
    /// The person's role in it.
    pub role: String,
}

/// Why somebody is not signed in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// No such account, or another password: nobody learns which.
    #[error("the e-mail address or the password is wrong")]
    Credentials,
    /// Too many wrong passwords.
    #[error("too many wrong passwords; try again in a few minutes")]
    Locked,
    /// The account belongs to no organization (any more).
    #[error("the account belongs to no organization")]
    NoOrganization,
    /// The refresh token is not good (any more); sign in again.
    #[error("the refresh token is not valid; sign in again")]
    RefreshToken,
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl LoginError {
    /// The code to answer with.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Credentials | Self::RefreshToken => ErrorCode::InvalidToken,
            Self::Locked => ErrorCode::RateLimited,
            Self::NoOrganization => ErrorCode::Forbidden,
            Self::Store(error) if error.is_transient() => ErrorCode::Unavailable,
            Self::Store(_) => ErrorCode::Internal,
        }
    }
}

impl From<tokio_postgres::Error> for LoginError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<deadpool_postgres::PoolError> for LoginError {
    fn from(error: deadpool_postgres::PoolError) -> Self {
        Self::Store(error.into())
    }
}

/// The Argon2id hash of a password, as a PHC string. Takes tens of milliseconds on purpose.
///
/// # Errors
/// When the work cannot be done.
pub async fn hash_password(password: String) -> Result<String, StoreError> {
    tokio::task::spawn_blocking(move || {
        Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string())
    })
    .await
    .map_err(|error| StoreError::Internal(error.to_string()))?
    .map_err(|error| StoreError::Internal(error.to_string()))
}

async fn verify_password(password: String, hash: String) -> bool {
    tokio::task::spawn_blocking(move || {
        PasswordHash::new(&hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
    })
    .await
    .unwrap_or(false)
}

/// Signs a person in with e-mail and password.
///
/// # Errors
/// See [`LoginError`].
pub async fn sign_in(store: &Store, email: &str, password: &str, agent: Option<&str>) -> Result<SignedIn, LoginError> {
    let index = store.keyring.master().blind_index(email);
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let statement = transaction
        .prepare_cached(
            "select u.id, c.password_hash, c.locked_until > now() as locked
               from users u join user_credentials c on c.user_id = u.id
              where u.email_bidx = $1 and u.status = 'active'",
        )
        .await?;
    let row = transaction.query_opt(&statement, &[&index]).await?;
    transaction.commit().await?;
    let Some(row) = row else {
        // As much work as for an account that exists, so that the time tells nothing.
        hash_password(password.to_owned()).await?;
        return Err(LoginError::Credentials);
    };
    let user_id: Uuid = row.get("id");
    if row.get::<_, Option<bool>>("locked") == Some(true) {
        return Err(LoginError::Locked);
    }
    let right = verify_password(password.to_owned(), row.get("password_hash")).await;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let statement = transaction
        .prepare_cached(
            "update user_credentials
                set failed_attempts = case when $2 then 0 else least(failed_attempts + 1, 1000) end,
                    locked_until = case when not $2 and failed_attempts + 1 >= $3 then now() + interval '5 minutes' end
              where user_id = $1",
        )
        .await?;
    transaction.execute(&statement, &[&user_id, &right, &ATTEMPTS]).await?;
    if !right {
        transaction.commit().await?;
        return Err(LoginError::Credentials);
    }
    let organization =
        organizations(&transaction, user_id).await?.into_iter().next().ok_or(LoginError::NoOrganization)?;
    let refresh_token = new_token("r");
    let statement = transaction
        .prepare_cached(
            "with noted as (update users set last_login = now() where id = $1)
             insert into sessions (user_id, organization_id, token_hash, user_agent, expires_at)
             values ($1, $2, $3, $4, now() + interval '60 days') returning id",
        )
        .await?;
    let agent: Option<String> = agent.map(|agent| agent.chars().take(200).collect());
    let login: Uuid = transaction
        .query_one(&statement, &[&user_id, &organization.id, &token_hash(&refresh_token), &agent])
        .await?
        .get(0);
    transaction.commit().await?;
    drop(client);
    signed_in(store, user_id, organization, login, refresh_token).await
}

/// Exchanges a refresh token. One that was exchanged before means that somebody has a copy: its login is revoked.
///
/// # Errors
/// See [`LoginError`].
pub async fn refresh(store: &Store, refresh_token: &str) -> Result<SignedIn, LoginError> {
    let presented = token_hash(refresh_token);
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    // Locked first, looked at in the next statement: of two refreshes at once the second finds what the first has left.
    let statement = transaction
        .prepare_cached(
            "select from sessions where id = (
               select s.id from sessions s where s.token_hash = $1
               union all select t.session_id from spent_refresh_tokens t where t.token_hash = $1 limit 1)
                for update",
        )
        .await?;
    transaction.query(&statement, &[&presented]).await?;
    let statement = transaction
        .prepare_cached(
            "select s.id, s.user_id, s.organization_id, s.token_hash,
                    s.token_hash <> $1 and t.spent_at < now() - make_interval(secs => $2) as stolen
               from sessions s
               join users u on u.id = s.user_id and u.status = 'active'
               left join spent_refresh_tokens t on t.session_id = s.id and t.token_hash = $1
              where (s.token_hash = $1 or t.token_hash = $1) and s.revoked_at is null and s.expires_at > now()",
        )
        .await?;
    let Some(row) = transaction.query_opt(&statement, &[&presented, &GRACE_SECONDS]).await? else {
        return Err(LoginError::RefreshToken);
    };
    let (login, user_id): (Uuid, Uuid) = (row.get("id"), row.get("user_id"));
    if row.get::<_, Option<bool>>("stolen") == Some(true) {
        transaction.execute("update sessions set revoked_at = now() where id = $1", &[&login]).await?;
        transaction.commit().await?;
        tracing::warn!(%login, "a refresh token was used twice; its login is revoked");
        return Err(LoginError::RefreshToken);
    }
    let all = organizations(&transaction, user_id).await?;
    let chosen: Option<Uuid> = row.get("organization_id");
    let organization = all
        .iter()
        .find(|organization| Some(organization.id) == chosen)
        .or(all.first())
        .cloned()
        .ok_or(LoginError::NoOrganization)?;
    let next = rotate(&transaction, login, &row.get::<_, Vec<u8>>("token_hash"), organization.id).await?;
    transaction.commit().await?;
    drop(client);
    signed_in(store, user_id, organization, login, next).await
}

/// Goes on in another organization of the person.
///
/// # Errors
/// See [`LoginError`].
pub async fn switch(store: &Store, user_id: Uuid, login: Uuid, organization_id: Uuid) -> Result<SignedIn, LoginError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let all = organizations(&transaction, user_id).await?;
    let organization =
        all.into_iter().find(|organization| organization.id == organization_id).ok_or(LoginError::NoOrganization)?;
    let row = transaction
        .query_opt("select token_hash from sessions where id = $1 and revoked_at is null for update", &[&login])
        .await?
        .ok_or(LoginError::RefreshToken)?;
    let next = rotate(&transaction, login, &row.get::<_, Vec<u8>>(0), organization_id).await?;
    transaction.commit().await?;
    drop(client);
    signed_in(store, user_id, organization, login, next).await
}

/// Ends a login; its sockets follow within a second.
///
/// # Errors
/// When the database cannot be reached.
pub async fn sign_out(store: &Store, login: Uuid) -> Result<(), StoreError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    transaction
        .execute("update sessions set revoked_at = now() where id = $1 and revoked_at is null", &[&login])
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// The person, and the organizations they may choose from.
///
/// # Errors
/// When the database cannot be reached.
pub async fn user(store: &Store, user_id: Uuid) -> Result<(User, Vec<Organization>), StoreError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let row = transaction.query_one("select full_name, email_enc::bytea from users where id = $1", &[&user_id]).await?;
    let organizations = organizations(&transaction, user_id).await?;
    transaction.commit().await?;
    drop(client);
    let sealed: Vec<u8> = row.get(1);
    let envelope = super::keyring::Envelope { column: super::organizations::EMAIL_COLUMN, bytes: &sealed };
    let email = store.keyring.open(&store.pools, &[envelope]).await?.pop().flatten();
    Ok((User { id: user_id, email, full_name: row.get(0) }, organizations))
}

async fn organizations(
    transaction: &deadpool_postgres::Transaction<'_>,
    user_id: Uuid,
) -> Result<Vec<Organization>, StoreError> {
    let statement =
        transaction.prepare_cached("select id, name, slug::text, role from app.organizations_of($1)").await?;
    let rows = transaction.query(&statement, &[&user_id]).await?;
    Ok(rows
        .into_iter()
        .map(|row| Organization { id: row.get(0), name: row.get(1), slug: row.get(2), role: row.get(3) })
        .collect())
}

async fn rotate(
    transaction: &deadpool_postgres::Transaction<'_>,
    login: Uuid,
    spent: &[u8],
    organization_id: Uuid,
) -> Result<String, StoreError> {
    let next = new_token("r");
    transaction
        .execute(
            "insert into spent_refresh_tokens (token_hash, session_id) values ($1, $2) on conflict do nothing",
            &[&spent, &login],
        )
        .await?;
    transaction
        .execute(
            "update sessions set token_hash = $2, organization_id = $3, last_seen_at = now() where id = $1",
            &[&login, &token_hash(&next), &organization_id],
        )
        .await?;
    Ok(next)
}

async fn signed_in(
    store: &Store,
    user_id: Uuid,
    organization: Organization,
    login: Uuid,
    refresh_token: String,
) -> Result<SignedIn, LoginError> {
    let (access_token, expires_at) = identity::issue(store, user_id, organization.id, login);
    let (user, _) = user(store, user_id).await?;
    Ok(SignedIn {
        access_token,
        token_type: "bearer",
        expires_in: ACCESS_SECONDS,
        expires_at,
        refresh_token,
        user,
        organization,
    })
}
