//! Mails that the outbox holds: their words, and how they leave.

mod carrier;
mod letters;
mod words;

pub use carrier::{Carrier, CarrierError};
pub use letters::dispatch;
pub use words::{Words, words};

use std::sync::Arc;
use std::time::Duration;

use crate::store::{Store, outbox};

/// Letters that are taken at once.
const BATCH: i64 = 20;
/// How often the outbox is looked at when nobody rings: for what other hubs posted, and what is to be tried again.
const LOOK: Duration = Duration::from_secs(5);

/// Sends what the outbox holds, for as long as the future is polled.
pub async fn deliver(store: Arc<Store>, carrier: Arc<Carrier>, public_url: String) {
    loop {
        match round(&store, &carrier, &public_url).await {
            // There may be more.
            Ok(sent) if sent == BATCH => continue,
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "the outbox could not be read"),
        }
        let _ = tokio::time::timeout(LOOK, store.mail_bell.notified()).await;
    }
}

async fn round(store: &Store, carrier: &Carrier, public_url: &str) -> Result<i64, crate::store::StoreError> {
    let letters = outbox::take(store, BATCH).await?;
    let count = i64::try_from(letters.len()).unwrap_or(BATCH);
    for letter in letters {
        let words = words(&letter.letter, public_url);
        match carrier.send(letter.id, &letter.letter.to, &words).await {
            Ok(()) => outbox::sent(store, letter.id).await?,
            Err(error) => {
                let kind = letter.letter.kind.as_str();
                let given_up = outbox::failed(store, letter.id, &error.to_string()).await?;
                // No address in the log: the row and its kind are enough to find it.
                tracing::warn!(mail = %letter.id, kind, given_up, %error, "a mail could not be sent");
            }
        }
    }
    Ok(count)
}
