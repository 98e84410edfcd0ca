use std::sync::Arc;
use std::time::Duration;

use domain::plugin_retry::pause;

use super::carrier::{Carrier, CarrierError};
use crate::store::letters::{self, Letter};
use crate::store::{Store, StoreError};

/// How often it is looked for what is to be tried again, and for what other hubs left behind, when nobody rings.
const LOOK: Duration = Duration::from_secs(5);

/// Sends the e-mails that people approved, until it is told to stop: then the one that is on its way is the last.
pub async fn dispatch(store: Arc<Store>, carrier: Arc<Carrier>, stopping: impl Fn() -> bool) {
    while !stopping() {
        match round(&store, &carrier).await {
            // There may be more.
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "approved e-mails could not be looked at"),
        }
        let _ = tokio::time::timeout(LOOK, store.letter_bell.notified()).await;
    }
}

async fn round(store: &Store, carrier: &Carrier) -> Result<bool, StoreError> {
    let left = letters::relieve(store).await?;
    if left > 0 {
        tracing::warn!(left, "e-mails were left behind by a hub that ended");
    }
    let Some(letter) = letters::claim(store).await? else { return Ok(false) };
    let message = letter.message_id;
    match send(store, carrier, &letter).await? {
        Ok(()) => {}
        Err(refusal) => {
            let again = refusal.again.then(|| pause(letter.attempt, None, chance()));
            // No address in the log: the message is enough to find it.
            tracing::warn!(%message, code = refusal.code, again = again.is_some(), "an e-mail could not be sent");
            letters::failed(store, letter.lease, &format!("{}: {}", refusal.code, refusal.words), again).await?;
        }
    }
    Ok(true)
}

/// Why an e-mail was not sent, and whether to try again without asking.
struct Refusal {
    code: &'static str,
    words: String,
    again: bool,
}

impl Refusal {
    fn new(code: &'static str, words: impl Into<String>, again: bool) -> Self {
        Self { code, words: words.into(), again }
    }
}

async fn send(store: &Store, carrier: &Carrier, letter: &Letter) -> Result<Result<(), Refusal>, StoreError> {
    let Some(to) = &letter.to else {
        return Ok(Err(Refusal::new("address_missing", "the contact has no e-mail address", false)));
    };
    let made = carrier.letter(letter.message_id, to, &letter.organization, &letter.subject, &letter.body);
    let (mail_id, mail) = match made {
        Ok(made) => made,
        Err(error) => return Ok(Err(Refusal::new("address_wrong", error.to_string(), false))),
    };
    // Whether the server is there is found out before anything is handed over: then trying again is safe.
    if let Err(error) = carrier.reach().await {
        return Ok(Err(Refusal::new("server_unreachable", error.to_string(), true)));
    }
    if !letters::begin_one(store, letter.lease).await? {
        return Ok(Err(Refusal::new("cancelled", "it was not to be sent any more", false)));
    }
    Ok(match carrier.hand_over(letter.message_id, mail).await {
        Ok(()) => {
            letters::sent(store, letter.lease, &mail_id).await?;
            Ok(())
        }
        Err(error) => Err(judged(&error)),
    })
}

/// A server that answered has not taken it; one that did not may have.
fn judged(error: &CarrierError) -> Refusal {
    match error {
        CarrierError::Smtp(smtp) if smtp.is_transient() => Refusal::new("server_refused", error.to_string(), true),
        CarrierError::Smtp(smtp) if smtp.is_permanent() => Refusal::new("server_refused", error.to_string(), false),
        CarrierError::Folder(_) => Refusal::new("folder", error.to_string(), true),
        CarrierError::From | CarrierError::Url | CarrierError::Recipient | CarrierError::Message(_) => {
            Refusal::new("mail_malformed", error.to_string(), false)
        }
        CarrierError::Smtp(_) | CarrierError::Late => {
            Refusal::new("unsettled", format!("{error}; nobody knows whether it went out"), false)
        }
    }
}

fn chance() -> f64 {
    let mut byte = [0u8; 1];
    // Without randomness they come back together.
    getrandom::fill(&mut byte).map_or(0.5, |()| f64::from(byte[0]) / 255.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_have_gone_out_is_not_tried_again() {
        assert!(!judged(&CarrierError::Late).again);
        assert_eq!(judged(&CarrierError::Late).code, "unsettled");
        assert!(!judged(&CarrierError::Recipient).again);
        assert!(judged(&CarrierError::Folder(std::io::Error::other("full"))).again);
    }
}
