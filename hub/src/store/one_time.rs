use deadpool_postgres::Transaction;
use uuid::Uuid;

use super::code_exchange::{Challenge, ChallengeMethod};
use super::identity::{new_token, token_hash};
use super::logins::LoginError;
use super::{Store, StoreError};
use crate::postgres::{Acting, begin};
use crate::sealing::MasterKey;

/// Wrong codes that one mail survives.
const ATTEMPTS: i16 = 5;
/// Wrong codes of one person within an hour, over all mails; after that only links work.
const HOURLY_ATTEMPTS: i64 = 15;

/// What a link or code is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Confirms the address of a new account, and with it the password chosen then.
    Signup,
    /// Signs in.
    MagicLink,
    /// Signs in, to choose a new password.
    Recovery,
    /// Confirms the next address.
    EmailChange,
    /// Proves again who somebody is.
    Reauthentication,
}

impl Purpose {
    /// As the table has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Signup => "signup",
            Self::MagicLink => "magiclink",
            Self::Recovery => "recovery",
            Self::EmailChange => "email_change",
            Self::Reauthentication => "reauthentication",
        }
    }

    /// How long it is good, seconds.
    fn life(self) -> f64 {
        match self {
            Self::Signup | Self::EmailChange => 24.0 * 3600.0,
            Self::MagicLink | Self::Recovery => 3600.0,
            Self::Reauthentication => 600.0,
        }
    }
}

/// What goes into the mail and is then forgotten.
pub struct Secrets {
    /// 256 bits, for the link.
    pub link: String,
    /// Six digits, for typing.
    pub code: String,
}

/// What a mail confirms besides who reads it.
#[derive(Default)]
pub struct Bound {
    /// The next address, sealed, and its blind index.
    pub email: Option<(Vec<u8>, Vec<u8>)>,
    /// The hash of the password that was chosen with the sign-up.
    pub password_hash: Option<String>,
    /// What whoever asked for the mail proves that it was they.
    pub challenge: Option<Challenge>,
}

/// What a link or code has confirmed.
pub struct Redeemed {
    /// Whose.
    pub user_id: Uuid,
    /// What it was good for.
    pub purpose: String,
    /// What was bound to it.
    pub bound: Bound,
}

/// Makes a link and a code. Those made before for the same purpose end, except those of sign-ups: each confirms the password
/// that was chosen with it, so nobody's is slipped under another's.
///
/// # Errors
/// When the database cannot be reached.
pub async fn make(
    transaction: &Transaction<'_>,
    master: &MasterKey,
    user_id: Uuid,
    purpose: Purpose,
    bound: Bound,
) -> Result<Secrets, StoreError> {
    let keep: i64 = if purpose == Purpose::Signup { 3 } else { 0 };
    transaction
        .execute(
            "update one_time_tokens set expires_at = now()
              where expires_at > now() and id in (
                select t.id from one_time_tokens t where t.user_id = $1 and t.purpose = $2
                 order by t.created_at desc, t.id desc offset $3)",
            &[&user_id, &purpose.as_str(), &keep],
        )
        .await?;
    let id = Uuid::now_v7();
    let secrets = Secrets { link: new_token("o"), code: six_digits() };
    let (email, index) = bound.email.unzip();
    transaction
        .execute(
            "insert into one_time_tokens (id, user_id, purpose, token_hash, code_hash, email_enc, email_bidx, password_hash, expires_at,
                                          code_challenge, code_challenge_method)
             values ($1, $2, $3, $4, $5, $6::bytea, $7::bytea, $8, now() + make_interval(secs => $9), $10, $11)",
            &[
                &id,
                &user_id,
                &purpose.as_str(),
                &token_hash(&secrets.link),
                &master.code_hash(id, &secrets.code),
                &email,
                &index,
                &bound.password_hash,
                &purpose.life(),
                &bound.challenge.as_ref().map(Challenge::text),
                &bound.challenge.as_ref().map(|challenge| challenge.method().as_str()),
            ],
        )
        .await?;
    Ok(secrets)
}

/// Takes a link's secret; it is good once.
///
/// # Errors
/// [`LoginError::Code`] when it is not good.
pub async fn redeem_link(
    transaction: &Transaction<'_>,
    purposes: &[Purpose],
    link: &str,
) -> Result<Redeemed, LoginError> {
    let row = transaction
        .query_opt(
            "delete from one_time_tokens where token_hash = $1 and purpose = any ($2) and expires_at > now()
             returning user_id, purpose, email_enc::bytea, email_bidx::bytea, password_hash, code_challenge, code_challenge_method",
            &[&token_hash(link), &words(purposes)],
        )
        .await?;
    row.map(redeemed).ok_or(LoginError::Code)
}

/// For whom a code was typed.
pub enum CodeOf<'a> {
    /// The account with this address, by its blind index; of a change of address, the next one.
    Address(&'a [u8]),
    /// A person who is signed in.
    Person(Uuid),
}

/// Takes a code; it is good once. `None` when it is not good: it was counted, so the caller commits all the same.
///
/// # Errors
/// When the database cannot be reached.
pub async fn redeem_code(
    transaction: &Transaction<'_>,
    master: &MasterKey,
    purposes: &[Purpose],
    of: &CodeOf<'_>,
    code: &str,
) -> Result<Option<Redeemed>, StoreError> {
    let (index, person) = match of {
        CodeOf::Address(index) => (Some(*index), None),
        CodeOf::Person(person) => (None, Some(*person)),
    };
    // Locked: two guesses at once are two guesses.
    let rows = transaction
        .query(
            "select t.id, t.code_hash, t.attempts < $4 and t.expires_at > now() as good, t.user_id
               from one_time_tokens t
              where t.purpose = any ($1) and t.created_at > now() - interval '1 day'
                and (t.user_id = coalesce($3::uuid, (select u.id from users u where u.email_bidx = $2::bytea))
                       and t.email_bidx is null
                     or t.email_bidx = $2::bytea)
              order by t.id for update",
            &[&words(purposes), &index, &person, &ATTEMPTS],
        )
        .await?;
    let Some(user_id) = rows.first().map(|row| row.get::<_, Uuid>("user_id")) else { return Ok(None) };
    let wrong: i64 = transaction
        .query_one(
            "select coalesce(sum(attempts), 0) from one_time_tokens
              where user_id = $1 and created_at > now() - interval '1 hour'",
            &[&user_id],
        )
        .await?
        .get(0);
    let hit = rows.iter().find(|row| {
        let (id, hash): (Uuid, Vec<u8>) = (row.get("id"), row.get("code_hash"));
        row.get::<_, bool>("good") && wrong < HOURLY_ATTEMPTS && same(&master.code_hash(id, code), &hash)
    });
    let Some(hit) = hit else {
        let good: Vec<Uuid> = rows.iter().filter(|row| row.get("good")).map(|row| row.get("id")).collect();
        transaction.execute("update one_time_tokens set attempts = attempts + 1 where id = any ($1)", &[&good]).await?;
        return Ok(None);
    };
    let row = transaction
        .query_one(
            "delete from one_time_tokens where id = $1
             returning user_id, purpose, email_enc::bytea, email_bidx::bytea, password_hash, code_challenge, code_challenge_method",
            &[&hit.get::<_, Uuid>("id")],
        )
        .await?;
    Ok(Some(redeemed(row)))
}

/// Forgets what has ended: used challenges, old codes, addresses that rested, logins that ended a month ago.
///
/// # Errors
/// When the database cannot be reached.
pub async fn tidy(store: &Store) -> Result<(), StoreError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    transaction
        .batch_execute(
            "delete from one_time_tokens where expires_at < now() - interval '1 day';
             delete from exchange_codes where expires_at < now() - interval '1 day';
             delete from mfa_challenges where expires_at < now() - interval '1 day';
             delete from failed_sign_ins where updated_at < now() - interval '1 day';
             delete from sessions where least(expires_at, revoked_at) < now() - interval '30 days'",
        )
        .await?;
    transaction.commit().await?;
    Ok(())
}

fn redeemed(row: tokio_postgres::Row) -> Redeemed {
    let email: Option<Vec<u8>> = row.get("email_enc");
    let index: Option<Vec<u8>> = row.get("email_bidx");
    Redeemed {
        user_id: row.get("user_id"),
        purpose: row.get("purpose"),
        bound: Bound { email: email.zip(index), password_hash: row.get("password_hash"), challenge: challenge(&row) },
    }
}

/// The challenge in a row that has its two columns.
pub fn challenge(row: &tokio_postgres::Row) -> Option<Challenge> {
    let method = ChallengeMethod::parse(row.get::<_, Option<&str>>("code_challenge_method")?)?;
    Challenge::new(row.get::<_, Option<&str>>("code_challenge")?, method)
}

fn words(purposes: &[Purpose]) -> Vec<&'static str> {
    purposes.iter().map(|purpose| purpose.as_str()).collect()
}

fn six_digits() -> String {
    loop {
        let mut bytes = [0u8; 4];
        getrandom::fill(&mut bytes).expect("the system has randomness");
        let number = u32::from_be_bytes(bytes);
        // The last incomplete million is thrown away, so that every code is as likely.
        if number < u32::MAX / 1_000_000 * 1_000_000 {
            return format!("{:06}", number % 1_000_000);
        }
    }
}

/// Compares in a time that does not tell where they differ.
fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}
