//! The hub's housekeeping: one hub at a time, in bounded batches, with a record in `hub.maintenance_runs`.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::live::Node;
use crate::store::upkeep::{self, Claim};
use crate::store::{Store, StoreError, audit, master_keys, privacy};

/// How often a hub looks whether something is to be done.
const LOOK: Duration = Duration::from_secs(20);
/// How often the journal is archived and what is old is forgotten, seconds.
const FORGET_EVERY: f64 = 3600.0;
/// Commits that move in one transaction.
const COMMITS: i32 = 500;
/// Keys that are wrapped anew in one transaction.
const KEYS: i64 = 200;
/// Rows that are deleted in one transaction.
const ROWS: i32 = 2_000;

/// Rounds after which the register of erasures is compared with the database again.
const SETTLE_ROUNDS: u32 = 15;

/// Keeps the house until the hub stops.
pub async fn keep(node: Arc<Node>) {
    let mut round = 0u32;
    while !node.is_draining() {
        round = round.wrapping_add(1);
        // Every hub has a register of its own, so this is not claimed.
        if round.is_multiple_of(SETTLE_ROUNDS)
            && let Err(error) = privacy::settle(&node.store).await
        {
            tracing::warn!(%error, "the register of erasures could not be compared");
        }
        if let Err(error) = rotate(&node.store).await {
            tracing::warn!(%error, "the master key is still being replaced");
        }
        if let Err(error) = forget(&node.store, FORGET_EVERY).await {
            tracing::warn!(%error, "the housekeeping was interrupted; it goes on later");
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Archives what has left the journal's window and forgets what has been kept long enough, unless another hub does it or
/// it was done within `every_seconds`. True: it was done here.
///
/// # Errors
/// When the database cannot be reached; what was done so far stays done.
pub async fn forget(store: &Store, every_seconds: f64) -> Result<bool, StoreError> {
    let Some(claim) = upkeep::claim(store, "archive", every_seconds).await? else { return Ok(false) };
    match rules(store, claim).await {
        Ok(done) => {
            upkeep::finish(store, claim, true, &Value::Object(done)).await?;
            Ok(true)
        }
        Err(error) => {
            let _ = upkeep::finish(store, claim, false, &json!({ "why": error.to_string() })).await;
            Err(error)
        }
    }
}

/// Goes on with replacing the master key, if that was begun and no other hub does it. Returns the names of the keys that were
/// dropped.
///
/// # Errors
/// When the database cannot be reached; what was wrapped anew so far stays so.
pub async fn rotate(store: &Store) -> Result<Vec<String>, StoreError> {
    master_keys::follow(store).await?;
    if !master_keys::is_rotating(store).await? {
        return Ok(Vec::new());
    }
    let Some(claim) = upkeep::claim(store, "key_rotation", 0.0).await? else { return Ok(Vec::new()) };
    let (mut done, mut after) = (0usize, Uuid::nil());
    let work = async {
        loop {
            let batch = master_keys::rewrap(store, after, KEYS).await?;
            done += batch.keys;
            let details = json!({ "keys": done, "to": store.keyring.master().current() });
            if !upkeep::progress(store, claim, &details).await? {
                return Err(StoreError::Internal("another hub took it over".into()));
            }
            match batch.last {
                Some(last) => after = last,
                None => break,
            }
        }
        master_keys::retire(store).await
    };
    match work.await {
        Ok(retired) => {
            upkeep::finish(store, claim, true, &json!({ "retired": retired })).await?;
            Ok(retired)
        }
        Err(error) => {
            let _ = upkeep::finish(store, claim, false, &json!({ "why": error.to_string() })).await;
            Err(error)
        }
    }
}

async fn rules(store: &Store, claim: Claim) -> Result<Map<String, Value>, StoreError> {
    let mut done = Map::new();
    for rule in upkeep::rules(store).await? {
        let mut rows = 0i64;
        loop {
            let (batch, whole) = if rule.archives {
                (audit::archive(store, rule.keep_seconds, COMMITS).await?.commits, COMMITS)
            } else {
                (upkeep::retain(store, &rule.name, ROWS).await?, ROWS)
            };
            rows += i64::from(batch);
            done.insert(rule.name.clone(), rows.into());
            if batch < whole {
                break;
            }
            if !upkeep::progress(store, claim, &Value::Object(done.clone())).await? {
                return Err(StoreError::Internal("another hub took the housekeeping over".into()));
            }
        }
    }
    Ok(done)
}
