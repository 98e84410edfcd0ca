use deadpool_postgres::Transaction;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::keyring::Envelope;
use super::{Store, StoreError};
use crate::postgres::{Acting, begin};
use crate::sealing::SubjectKey;

/// The column that mails are sealed for.
const COLUMN: &str = "mail_outbox.content";
/// Attempts before the hub gives up: with pauses of up to an hour, about a day.
const ATTEMPTS: i16 = 30;
/// How long a worker may take for one mail, seconds; after that another may try.
const LEASE_SECONDS: f64 = 120.0;

/// What a mail is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Confirm the address of a new account.
    Signup,
    /// Sign in without a password.
    SignInLink,
    /// Choose a new password.
    Recovery,
    /// Confirm the next address.
    EmailChange,
    /// Prove again who you are.
    Reauthentication,
    /// Join an organization.
    Invitation,
    /// Somebody wanted an account with your address; you have one.
    AddressTaken,
    /// Your password was changed.
    PasswordChanged,
    /// Your address was changed.
    EmailChanged,
    /// A second factor was added.
    FactorAdded,
    /// A second factor was removed.
    FactorRemoved,
}

impl Kind {
    /// As the table has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Signup => "signup",
            Self::SignInLink => "sign_in_link",
            Self::Recovery => "recovery",
            Self::EmailChange => "email_change",
            Self::Reauthentication => "reauthentication",
            Self::Invitation => "invitation",
            Self::AddressTaken => "address_taken",
            Self::PasswordChanged => "password_changed",
            Self::EmailChanged => "email_changed",
            Self::FactorAdded => "factor_added",
            Self::FactorRemoved => "factor_removed",
        }
    }
}

/// A mail before it has words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// What it is about.
    pub kind: Kind,
    /// The address.
    pub to: String,
    /// The secret of its link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The code to type instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Where the person goes on afterwards; an address that was judged before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_to: Option<String>,
    /// The organization that invites.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
}

impl Letter {
    /// A letter without link and code.
    pub fn notice(kind: Kind, to: String) -> Self {
        Self { kind, to, link: None, code: None, redirect_to: None, organization: None }
    }
}

/// A letter that this worker has taken.
pub struct Taken {
    /// Its row, and the mail's message id.
    pub id: Uuid,
    /// What it says.
    pub letter: Letter,
}

/// Puts a letter into the outbox, in the transaction of the change it tells of.
///
/// # Errors
/// When the database cannot be reached.
pub async fn post(transaction: &Transaction<'_>, key: &SubjectKey, letter: &Letter) -> Result<(), StoreError> {
    let content = serde_json::to_string(letter).map_err(|error| StoreError::Internal(error.to_string()))?;
    let statement =
        transaction.prepare_cached("insert into mail_outbox (kind, content_enc) values ($1, $2::bytea)").await?;
    transaction.execute(&statement, &[&letter.kind.as_str(), &key.seal(COLUMN, &content)]).await?;
    Ok(())
}

/// Takes letters that are due, at most so many; nobody else takes them meanwhile.
///
/// # Errors
/// When the database cannot be reached.
pub async fn take(store: &Store, at_most: i64) -> Result<Vec<Taken>, StoreError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let statement = transaction
        .prepare_cached(
            "update mail_outbox set attempts = attempts + 1, next_attempt_at = now() + make_interval(secs => $2)
              where id in (select m.id from mail_outbox m where m.given_up_at is null and m.next_attempt_at <= now()
                            order by m.next_attempt_at limit $1 for update skip locked)
             returning id, content_enc::bytea",
        )
        .await?;
    let rows = transaction.query(&statement, &[&at_most, &LEASE_SECONDS]).await?;
    transaction.commit().await?;
    drop(client);
    let sealed: Vec<(Uuid, Vec<u8>)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let envelopes: Vec<Envelope<'_>> = sealed.iter().map(|(_, bytes)| Envelope { column: COLUMN, bytes }).collect();
    let opened = store.keyring.open(&store.pools, &envelopes).await?;
    let mut taken = Vec::new();
    for ((id, _), content) in sealed.iter().zip(opened) {
        match content.and_then(|content| serde_json::from_str(&content).ok()) {
            Some(letter) => taken.push(Taken { id: *id, letter }),
            // The person was erased: there is nobody to write to.
            None => sent(store, *id).await?,
        }
    }
    Ok(taken)
}

/// How many letters wait to be sent, and how many will not be sent any more.
///
/// # Errors
/// When the database cannot be reached.
pub async fn waiting(store: &Store) -> Result<(i64, i64), StoreError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let row = transaction
        .query_one(
            "select count(*) filter (where given_up_at is null), count(*) filter (where given_up_at is not null)
               from mail_outbox",
            &[],
        )
        .await?;
    transaction.commit().await?;
    Ok((row.get(0), row.get(1)))
}

/// The mail server has it.
///
/// # Errors
/// When the database cannot be reached; then the mail is sent again, under the same message id.
pub async fn sent(store: &Store, id: Uuid) -> Result<(), StoreError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    transaction.execute("delete from mail_outbox where id = $1", &[&id]).await?;
    transaction.commit().await?;
    Ok(())
}

/// It could not be sent; it is tried again after a pause that doubles, up to an hour. True: it was given up.
///
/// # Errors
/// When the database cannot be reached; then it is tried again when the lease is over.
pub async fn failed(store: &Store, id: Uuid, why: &str) -> Result<bool, StoreError> {
    let why: String = why.chars().filter(|letter| *letter != '\0').take(500).collect();
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let row = transaction
        .query_opt(
            "update mail_outbox
                set next_attempt_at = now() + make_interval(secs => least(5 * 2 ^ least(attempts, 20), 3600)), last_error = $2,
                    given_up_at = case when attempts >= $3 then now() end
              where id = $1 returning given_up_at is not null",
            &[&id, &why, &ATTEMPTS],
        )
        .await?;
    transaction.commit().await?;
    Ok(row.is_some_and(|row| row.get(0)))
}
