//! Approved e-mails that the hub sends itself: one at a time of each organization, and none twice.

use uuid::Uuid;

use super::keyring::Envelope;
use super::{Store, StoreError};
use crate::postgres::{Acting, begin};

/// The column that addresses of contacts are sealed for.
const ADDRESS: &str = "contacts.email";
/// How long a hub may take for one e-mail, seconds; after that others give it up.
const LEASE_SECONDS: f64 = 120.0;

/// An e-mail that this hub has taken.
pub struct Letter {
    /// What this hub holds it by.
    pub lease: Uuid,
    /// The message; also the mail's message id.
    pub message_id: Uuid,
    /// 1 for the first.
    pub attempt: u32,
    /// The recipient's address. None: the contact has none, or was erased.
    pub to: Option<String>,
    /// The organization that writes.
    pub organization: String,
    /// The subject.
    pub subject: String,
    /// The text.
    pub body: String,
}

/// Takes one that is due, as it was approved.
///
/// # Errors
/// When the database cannot be reached; what was taken is given up when its lease is over.
pub async fn claim(store: &Store) -> Result<Option<Letter>, StoreError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let statement = transaction.prepare_cached("select * from app.letter_claim($1, $2)").await?;
    let row = transaction.query_opt(&statement, &[&store.instance, &LEASE_SECONDS]).await?;
    transaction.commit().await?;
    drop(client);
    let Some(row) = row else { return Ok(None) };
    let to = match row.get::<_, Option<Vec<u8>>>("to_enc") {
        Some(sealed) => {
            let envelope = Envelope { column: ADDRESS, bytes: &sealed };
            store.keyring.open(&store.pools, &[envelope]).await?.into_iter().next().flatten()
        }
        None => None,
    };
    Ok(Some(Letter {
        lease: row.get("lease"),
        message_id: row.get("message_id"),
        attempt: row.get::<_, i32>("attempt").unsigned_abs(),
        to,
        organization: row.get("organization"),
        subject: row.get::<_, Option<String>>("subject").unwrap_or_default(),
        body: row.get("body"),
    }))
}

/// Writes down that it is handed over now; durable when this returns. False: it was taken from this hub, or is not to be sent.
///
/// # Errors
/// When the database cannot be reached: then nothing may be sent.
pub async fn begin_one(store: &Store, lease: Uuid) -> Result<bool, StoreError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let begun = transaction.query_one("select app.letter_begin($1)", &[&lease]).await?.get(0);
    transaction.commit().await?;
    Ok(begun)
}

/// The mail server has it, under this message id.
///
/// # Errors
/// When the database cannot be reached; the message has then failed as unsettled when the lease is over.
pub async fn sent(store: &Store, lease: Uuid, mail_id: &str) -> Result<(), StoreError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    transaction.execute("select app.letter_sent($1, $2)", &[&lease, &mail_id]).await?;
    transaction.commit().await?;
    Ok(())
}

/// It was not sent, with the reason as `code: words`: again after so many milliseconds, or never without a person.
///
/// # Errors
/// When the database cannot be reached.
pub async fn failed(store: &Store, lease: Uuid, reason: &str, again_ms: Option<u64>) -> Result<(), StoreError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let after = again_ms.map(|ms| ms as f64 / 1_000.0);
    transaction.execute("select app.letter_failed($1, $2, $3)", &[&lease, &reason, &after]).await?;
    transaction.commit().await?;
    Ok(())
}

/// Gives up what hubs have left behind; says how many.
///
/// # Errors
/// When the database cannot be reached.
pub async fn relieve(store: &Store) -> Result<i32, StoreError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let relieved = transaction.query_one("select app.letter_relieve()", &[]).await?.get(0);
    transaction.commit().await?;
    Ok(relieved)
}
