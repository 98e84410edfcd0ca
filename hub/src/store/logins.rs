mod error;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use deadpool_postgres::Transaction;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::accounts::{self, User};
use super::identity::{self, LoginCard, new_token, token_hash};
use super::{Store, StoreError};
use crate::postgres::{Acting, begin};

pub use error::LoginError;

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
    /// In which organization; none for somebody who belongs to none.
    pub organization: Option<Organization>,
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

/// How a person proved who they are, by the words of `amr`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// With their password.
    Password,
    /// With a link or code from a mail.
    Mail,
    /// With a token of an outside identity provider.
    Outside,
}

impl Method {
    fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Mail => "otp",
            Self::Outside => "oauth",
        }
    }
}

/// Which logins of a person end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All of them.
    Global,
    /// This one.
    Local,
    /// All but this one.
    Others,
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

/// Whether a password is the one of a hash.
pub(super) async fn verify_password(password: String, hash: String) -> bool {
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
            "select u.id, c.password_hash, coalesce(c.locked_until, f.locked_until) > now() as locked
               from (select) nobody
               left join users u on u.email_bidx = $1 and u.status = 'active'
               left join user_credentials c on c.user_id = u.id
               left join failed_sign_ins f on f.email_bidx = $1 and c.user_id is null",
        )
        .await?;
    let row = transaction.query_one(&statement, &[&index]).await?;
    transaction.commit().await?;
    if row.get::<_, Option<bool>>("locked") == Some(true) {
        return Err(LoginError::Locked);
    }
    let (user_id, hash): (Option<Uuid>, Option<String>) = (row.get("id"), row.get("password_hash"));
    let (Some(user_id), Some(hash)) = (user_id, hash) else {
        // As much work as for an account that exists, and the same rest: neither time nor answer tells.
        hash_password(password.to_owned()).await?;
        let transaction = begin(&mut client, &Acting::Platform).await?;
        let statement = transaction
            .prepare_cached(
                "insert into failed_sign_ins as f (email_bidx, failed_attempts) values ($1::bytea, 1)
                 on conflict (email_bidx) do update set updated_at = now(),
                   failed_attempts = least(f.failed_attempts + 1, 1000),
                   locked_until = case when f.failed_attempts + 1 >= $2 then now() + interval '5 minutes' end",
            )
            .await?;
        transaction.execute(&statement, &[&index, &ATTEMPTS]).await?;
        transaction.commit().await?;
        return Err(LoginError::Credentials);
    };
    let right = verify_password(password.to_owned(), hash).await;
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
    let opened = open(&transaction, user_id, Method::Password, agent, None).await?;
    transaction.commit().await?;
    drop(client);
    signed_in(store, opened).await
}

/// A login that was just opened or refreshed, with its new refresh token.
pub(super) struct Opened {
    card: LoginCard,
    refresh_token: String,
}

/// Opens a login of an active account, in the organization that is wanted, or in the first of its own.
pub(super) async fn open(
    transaction: &Transaction<'_>,
    user_id: Uuid,
    method: Method,
    agent: Option<&str>,
    wanted: Option<Uuid>,
) -> Result<Opened, LoginError> {
    let all = organizations(transaction, user_id).await?;
    let organization = all.iter().find(|organization| Some(organization.id) == wanted).or(all.first());
    let organization_id = organization.map(|organization| organization.id);
    let refresh_token = new_token("r");
    let statement = transaction
        .prepare_cached(
            "with noted as (update users set last_login = now() where id = $1 and status = 'active' returning id)
             insert into sessions (user_id, organization_id, token_hash, user_agent, expires_at, amr)
             select noted.id, $2, $3, $4, now() + interval '60 days', $5 from noted returning id",
        )
        .await?;
    let agent: Option<String> = agent.map(|agent| agent.chars().take(200).collect());
    let amr = json!([{ "method": method.as_str(), "timestamp": crate::clock::now_ms() / 1000 }]);
    let row = transaction
        .query_opt(&statement, &[&user_id, &organization_id, &token_hash(&refresh_token), &agent, &amr])
        .await?
        .ok_or(LoginError::Credentials)?;
    let card = LoginCard { id: row.get(0), user_id, organization_id, aal: "aal1".to_owned(), amr };
    Ok(Opened { card, refresh_token })
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
            "select s.id, s.token_hash <> $1 and t.spent_at < now() - make_interval(secs => $2) as stolen
               from sessions s
               join users u on u.id = s.user_id and u.status = 'active'
               left join spent_refresh_tokens t on t.session_id = s.id and t.token_hash = $1
              where (s.token_hash = $1 or t.token_hash = $1) and s.revoked_at is null and s.expires_at > now()",
        )
        .await?;
    let Some(row) = transaction.query_opt(&statement, &[&presented, &GRACE_SECONDS]).await? else {
        return Err(LoginError::RefreshToken);
    };
    let login: Uuid = row.get("id");
    if row.get::<_, Option<bool>>("stolen") == Some(true) {
        transaction.execute("update sessions set revoked_at = now() where id = $1", &[&login]).await?;
        transaction.commit().await?;
        tracing::warn!(%login, "a refresh token was used twice; its login is revoked");
        return Err(LoginError::RefreshTokenUsed);
    }
    let next = rotate(&transaction, login, None).await?;
    transaction.commit().await?;
    drop(client);
    signed_in(store, next).await
}

/// Goes on in another organization of the person.
///
/// # Errors
/// See [`LoginError`].
pub async fn switch(store: &Store, user_id: Uuid, login: Uuid, organization_id: Uuid) -> Result<SignedIn, LoginError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    choose(&transaction, user_id, login, organization_id).await?;
    let next = rotate(&transaction, login, Some(organization_id)).await?;
    transaction.commit().await?;
    drop(client);
    signed_in(store, next).await
}

/// Lets a login work in another organization of its person, from its next token on.
pub(super) async fn choose(
    transaction: &Transaction<'_>,
    user_id: Uuid,
    login: Uuid,
    organization_id: Uuid,
) -> Result<(), LoginError> {
    let all = organizations(transaction, user_id).await?;
    if !all.iter().any(|organization| organization.id == organization_id) {
        return Err(LoginError::NoOrganization);
    }
    transaction.execute("update sessions set organization_id = $2 where id = $1", &[&login, &organization_id]).await?;
    Ok(())
}

/// Ends logins; their sockets follow within a second.
///
/// # Errors
/// When the database cannot be reached.
pub async fn sign_out(store: &Store, user_id: Uuid, login: Uuid, scope: Scope) -> Result<(), StoreError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    end(&transaction, user_id, login, scope).await?;
    transaction.commit().await?;
    Ok(())
}

/// As [`sign_out`], with whatever else the transaction does.
pub(super) async fn end(
    transaction: &Transaction<'_>,
    user_id: Uuid,
    login: Uuid,
    scope: Scope,
) -> Result<(), StoreError> {
    let (this, others) = (scope != Scope::Others, scope != Scope::Local);
    transaction
        .execute(
            "update sessions set revoked_at = now()
              where user_id = $1 and revoked_at is null and case when id = $2 then $3::boolean else $4::boolean end",
            &[&user_id, &login, &this, &others],
        )
        .await?;
    Ok(())
}

/// The organizations that a person may choose from.
pub(super) async fn organizations(
    transaction: &Transaction<'_>,
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

/// Gives a login its next refresh token, in the organization it chose if that is still open to it.
pub(super) async fn rotate(
    transaction: &Transaction<'_>,
    login: Uuid,
    wanted: Option<Uuid>,
) -> Result<Opened, LoginError> {
    let row = transaction
        .query_opt(
            "select user_id, organization_id, token_hash, aal, amr from sessions
              where id = $1 and revoked_at is null for update",
            &[&login],
        )
        .await?
        .ok_or(LoginError::RefreshToken)?;
    let user_id: Uuid = row.get("user_id");
    let all = organizations(transaction, user_id).await?;
    let chosen: Option<Uuid> = wanted.or(row.get("organization_id"));
    let organization = all.iter().find(|organization| Some(organization.id) == chosen).or(all.first());
    let organization_id = organization.map(|organization| organization.id);
    let next = new_token("r");
    transaction
        .execute(
            "insert into spent_refresh_tokens (token_hash, session_id) values ($1, $2) on conflict do nothing",
            &[&row.get::<_, Vec<u8>>("token_hash"), &login],
        )
        .await?;
    transaction
        .execute(
            "update sessions set token_hash = $2, organization_id = $3, last_seen_at = now() where id = $1",
            &[&login, &token_hash(&next), &organization_id],
        )
        .await?;
    let card = LoginCard { id: login, user_id, organization_id, aal: row.get("aal"), amr: row.get("amr") };
    Ok(Opened { card, refresh_token: next })
}

/// The answer to whoever holds a login now.
pub(super) async fn signed_in(store: &Store, opened: Opened) -> Result<SignedIn, LoginError> {
    let (access_token, expires_at) = identity::issue(store, &opened.card);
    let (user, organizations) = accounts::user(store, opened.card.user_id, opened.card.organization_id).await?;
    let organization = organizations.into_iter().find(|o| Some(o.id) == opened.card.organization_id);
    Ok(SignedIn {
        access_token,
        token_type: "bearer",
        expires_in: store.tokens.life(),
        expires_at,
        refresh_token: opened.refresh_token,
        user,
        organization,
    })
}
