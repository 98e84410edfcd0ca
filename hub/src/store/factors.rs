use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::accounts::addressed;
use super::identity::Account;
use super::logins::{self, LoginError, SignedIn};
use super::outbox::{self, Kind, Letter};
use super::{Store, StoreError};
use crate::clock;
use crate::postgres::{Acting, begin};
use crate::sealing::totp;

/// The column that secrets are sealed for.
const COLUMN: &str = "mfa_factors.secret";
/// Wrong codes before a factor rests.
const ATTEMPTS: i32 = 5;
/// How long a challenge waits, seconds.
const CHALLENGE_SECONDS: i64 = 300;

/// A factor that was just made: its secret is shown once.
#[derive(Debug)]
pub struct Enrolled {
    /// The factor.
    pub id: Uuid,
    /// The name the person gave it.
    pub friendly_name: Option<String>,
    /// Base 32.
    pub secret: String,
    /// Whose, for the authenticator app.
    pub email: String,
}

/// A question for a code.
#[derive(Debug, Serialize)]
pub struct Challenge {
    /// Its id.
    pub id: Uuid,
    /// Always `totp`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Epoch seconds.
    pub expires_at: i64,
}

/// Makes a factor, which counts when its first code was given.
///
/// # Errors
/// [`LoginError::FactorName`], [`LoginError::FactorCount`]; [`LoginError::SecondFactor`] when there is one already that
/// this login has not used.
pub async fn enroll(store: &Store, account: &Account, friendly_name: Option<&str>) -> Result<Enrolled, LoginError> {
    if account.has_factor && !account.second_factor {
        return Err(LoginError::SecondFactor);
    }
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    // One at a time, so that ten are ten.
    transaction.execute("select from users where id = $1 for no key update", &[&account.user_id]).await?;
    let abandoned = "delete from mfa_factors where user_id = $1 and status = 'unverified'
                        and created_at < now() - interval '1 hour'";
    transaction.execute(abandoned, &[&account.user_id]).await?;
    let count: i64 =
        transaction.query_one("select count(*) from mfa_factors where user_id = $1", &[&account.user_id]).await?.get(0);
    if count >= 10 {
        return Err(LoginError::FactorCount);
    }
    let Some((key, email)) = addressed(&transaction, store, account.user_id).await? else {
        return Err(LoginError::Credentials);
    };
    let secret = totp::new_secret();
    let row = transaction
        .query_opt(
            "insert into mfa_factors (user_id, friendly_name, secret_enc) values ($1, $2, $3::bytea)
             on conflict do nothing returning id",
            &[&account.user_id, &friendly_name, &key.seal(COLUMN, &secret)],
        )
        .await?
        .ok_or(LoginError::FactorName)?;
    transaction.commit().await?;
    Ok(Enrolled { id: row.get(0), friendly_name: friendly_name.map(str::to_owned), secret, email })
}

/// Asks for a code of a factor.
///
/// # Errors
/// [`LoginError::FactorUnknown`].
pub async fn challenge(store: &Store, account: &Account, factor_id: Uuid) -> Result<Challenge, LoginError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let row = transaction
        .query_opt(
            "with asked as (
               update mfa_factors set last_challenged_at = now() where id = $1 and user_id = $2 returning id
             ), gone as (delete from mfa_challenges where factor_id = $1 and expires_at < now())
             insert into mfa_challenges (factor_id, expires_at)
             select id, now() + make_interval(secs => $3) from asked
             returning id, extract(epoch from expires_at)::bigint",
            &[&factor_id, &account.user_id, &(CHALLENGE_SECONDS as f64)],
        )
        .await?
        .ok_or(LoginError::FactorUnknown)?;
    transaction.commit().await?;
    Ok(Challenge { id: row.get(0), kind: "totp", expires_at: row.get(1) })
}

/// Answers a challenge: the login has a second factor from now on. The first code of a factor makes it count, and ends the
/// person's other logins that have none.
///
/// # Errors
/// [`LoginError::FactorUnknown`], [`LoginError::ChallengeExpired`], [`LoginError::FactorCode`],
/// [`LoginError::FactorLocked`].
pub async fn verify(
    store: &Store,
    account: &Account,
    factor_id: Uuid,
    challenge_id: Uuid,
    code: &str,
) -> Result<SignedIn, LoginError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let factor = transaction
        .query_opt(
            "select status, secret_enc::bytea, last_step, locked_until > now() as locked from mfa_factors
              where id = $1 and user_id = $2 for update",
            &[&factor_id, &account.user_id],
        )
        .await?
        .ok_or(LoginError::FactorUnknown)?;
    let status: String = factor.get("status");
    if status == "unverified" && account.has_factor && !account.second_factor {
        return Err(LoginError::SecondFactor);
    }
    if factor.get::<_, Option<bool>>("locked") == Some(true) {
        return Err(LoginError::FactorLocked);
    }
    let waits = "select from mfa_challenges where id = $1 and factor_id = $2 and expires_at > now()";
    if transaction.query_opt(waits, &[&challenge_id, &factor_id]).await?.is_none() {
        return Err(LoginError::ChallengeExpired);
    }
    let Some((key, email)) = addressed(&transaction, store, account.user_id).await? else {
        return Err(LoginError::FactorUnknown);
    };
    let secret = key
        .open(COLUMN, factor.get("secret_enc"))
        .map_err(|error| StoreError::Internal(format!("the secret of factor {factor_id}: {error}")))?;
    let now = clock::now_ms() / 1000;
    let Some(step) = totp::step_of(&secret, code, now, factor.get("last_step")) else {
        transaction
            .execute(
                "update mfa_factors
                    set failed_attempts = case when failed_attempts + 1 >= $2 then 0 else failed_attempts + 1 end,
                        locked_until = case when failed_attempts + 1 >= $2 then now() + interval '5 minutes' end
                  where id = $1",
                &[&factor_id, &ATTEMPTS],
            )
            .await?;
        transaction.commit().await?;
        return Err(LoginError::FactorCode);
    };
    transaction
        .execute(
            "update mfa_factors set status = 'verified', last_step = $2, failed_attempts = 0, locked_until = null
              where id = $1",
            &[&factor_id, &step],
        )
        .await?;
    transaction.execute("delete from mfa_challenges where id = $1", &[&challenge_id]).await?;
    let proof = json!([{ "method": "totp", "timestamp": now }]);
    transaction
        .execute(
            "update sessions set aal = 'aal2', authenticated_at = now(),
                    amr = $2 || coalesce((select jsonb_agg(m) from jsonb_array_elements(amr) m where m ->> 'method' <> 'totp'), '[]')
              where id = $1",
            &[&account.login, &proof],
        )
        .await?;
    if status == "unverified" {
        transaction
            .execute(
                "update sessions set revoked_at = now() where user_id = $1 and id <> $2 and aal = 'aal1' and revoked_at is null",
                &[&account.user_id, &account.login],
            )
            .await?;
        outbox::post(&transaction, &key, &Letter::notice(Kind::FactorAdded, email)).await?;
    }
    let opened = logins::rotate(&transaction, account.login, None).await?;
    transaction.commit().await?;
    drop(client);
    store.mail_bell.notify_one();
    logins::signed_in(store, opened).await
}

/// Removes a factor. One that counts is removed only by a login that has used a second factor; that login keeps working,
/// without it if it was the last.
///
/// # Errors
/// [`LoginError::FactorUnknown`], [`LoginError::SecondFactor`].
pub async fn unenroll(store: &Store, account: &Account, factor_id: Uuid) -> Result<(), LoginError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let row = transaction
        .query_opt(
            "select status = 'verified' from mfa_factors where id = $1 and user_id = $2 for update",
            &[&factor_id, &account.user_id],
        )
        .await?
        .ok_or(LoginError::FactorUnknown)?;
    let counts: bool = row.get(0);
    if counts && !account.second_factor {
        return Err(LoginError::SecondFactor);
    }
    transaction.execute("delete from mfa_factors where id = $1", &[&factor_id]).await?;
    if counts {
        transaction
            .execute(
                "update sessions set aal = 'aal1' where user_id = $1 and aal = 'aal2'
                    and not exists (select from mfa_factors f where f.user_id = $1 and f.status = 'verified')",
                &[&account.user_id],
            )
            .await?;
        if let Some((key, email)) = addressed(&transaction, store, account.user_id).await? {
            outbox::post(&transaction, &key, &Letter::notice(Kind::FactorRemoved, email)).await?;
        }
    }
    transaction.commit().await?;
    store.mail_bell.notify_one();
    Ok(())
}
