//! The hub's housekeeping: each job is done by one hub at a time, in bounded batches, with a history in
//! `hub.maintenance_runs`. A hub that ends in the middle leaves what it has done, and another goes on.

mod accounts;
mod archive;
mod daily_round;
mod files;
mod job;
mod key_rotation;
mod progress;

pub use archive::forget;
pub use files::clear_at_once;
pub use job::{Job, JobError};
pub use key_rotation::rotate;

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use crate::live::Node;
use crate::objects::Objects;
use crate::store::upkeep::When;
use crate::store::{Store, StoreError, outbox, privacy, upkeep};

/// How often a hub looks whether something is to be done.
const LOOK: Duration = Duration::from_secs(15);
/// Looks that come sooner, when a hub starts.
const SOON: u32 = 5;
/// Looks after which the register of erasures is compared with the database again.
const SETTLE_EVERY: u32 = 20;

/// Keeps the house until the hub stops.
pub async fn keep(node: Arc<Node>, objects: Arc<Objects>) {
    let began = Instant::now();
    let mut looks = 0u32;
    while !node.is_draining() {
        for job in Job::ALL {
            if began.elapsed() < job.after() {
                continue;
            }
            let every = match job {
                // Days may have begun while no hub ran: once since this one runs.
                Job::DailyRound => job.every().min(began.elapsed()),
                _ => job.every(),
            };
            let when = When::Due { every };
            match run(&node.store, &objects, job, when).await {
                Ok(Some(_)) => tracing::debug!(job = job.name(), "done"),
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(job = job.name(), code = error.code(), %error, "the housekeeping was interrupted; it goes on later");
                }
            }
        }
        looks = looks.wrapping_add(1);
        for_itself(&node, looks).await;
        // At first another hub may be at what is due; it takes a moment only.
        tokio::time::sleep(if looks < SOON { Duration::from_secs(1) } else { LOOK }).await;
    }
}

/// What no other hub can do for this one: its own register, its own copies of keys, its own numbers.
async fn for_itself(node: &Node, looks: u32) {
    if looks.is_multiple_of(SETTLE_EVERY)
        && let Err(error) = privacy::settle(&node.store).await
    {
        tracing::warn!(%error, "the register of erasures could not be compared");
    }
    if let Err(error) = node.store.tokens.reload(&node.store.pools).await {
        tracing::debug!(%error, "the keys of access tokens could not be looked at");
    }
    if let Err(error) = measure(node).await {
        tracing::debug!(%error, "what waits could not be counted");
    }
}

/// What the database knows of all hubs, for the metrics of each.
async fn measure(node: &Node) -> Result<(), StoreError> {
    node.metrics.gather();
    for job in upkeep::standing(&node.store).await? {
        node.metrics.job(&job.kind, job.last_success, job.failures);
    }
    let (waiting, given_up) = outbox::waiting(&node.store).await?;
    #[expect(clippy::cast_precision_loss, reason = "mails are counted in thousands")]
    let (waiting, given_up) = (waiting as f64, given_up as f64);
    node.metrics.mails_waiting.set(waiting);
    node.metrics.mails_given_up.set(given_up);
    Ok(())
}

/// Does a job, unless it is not due or another hub does it. Says what came of it.
///
/// # Errors
/// See [`JobError`]. What was done so far stays done.
pub async fn run(
    store: &Store,
    objects: &Objects,
    job: Job,
    when: When,
) -> Result<Option<Map<String, Value>>, JobError> {
    match job {
        Job::Archive => archive::run(store, when).await,
        Job::KeyRotation => key_rotation::run(store, when).await,
        Job::DailyRound => daily_round::run(store, when).await,
        Job::Accounts => accounts::run(store, when).await,
        Job::Files => files::run(store, objects, when).await,
    }
}

/// Says of what this hub is in the middle of that it was interrupted, so that another goes on at once.
pub async fn let_go(store: &Store) {
    if let Err(error) = upkeep::let_go(store).await {
        tracing::debug!(%error, "the housekeeping that was under way is free in two minutes");
    }
}
