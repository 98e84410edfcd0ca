use serde_json::{Map, Value};
use uuid::Uuid;

use super::progress::Progress;
use super::{Job, JobError};
use crate::store::upkeep::When;
use crate::store::{Store, master_keys};

/// Keys that are wrapped anew in one transaction.
const KEYS: i64 = 200;

/// Goes on with replacing the master key, if that was begun and no other hub does it. Returns the names of the keys that were
/// dropped.
///
/// # Errors
/// When the database cannot be reached; what was wrapped anew so far stays so.
pub async fn rotate(store: &Store) -> Result<Vec<String>, JobError> {
    let done = run(store, When::Now).await?.unwrap_or_default();
    let retired = done.get("retired").and_then(Value::as_array).into_iter().flatten();
    Ok(retired.filter_map(|name| name.as_str().map(ToOwned::to_owned)).collect())
}

pub(super) async fn run(store: &Store, when: When) -> Result<Option<Map<String, Value>>, JobError> {
    master_keys::follow(store).await?;
    if !master_keys::is_rotating(store).await? {
        return Ok(None);
    }
    let Some(progress) = Progress::begin(store, Job::KeyRotation, when).await? else { return Ok(None) };
    let work = async {
        let (mut keys, mut after) = (0usize, Uuid::nil());
        progress.note("to", store.keyring.master().current()).await?;
        loop {
            let batch = master_keys::rewrap(store, after, KEYS).await?;
            keys += batch.keys;
            progress.note("keys", keys).await?;
            match batch.last {
                Some(last) => after = last,
                None => break,
            }
        }
        progress.note("retired", master_keys::retire(store).await?).await
    };
    progress.through(work).await.map(Some)
}
