use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::progress::Progress;
use super::{Job, JobError};
use crate::live::Node;
use crate::objects::Objects;
use crate::store::Store;
use crate::store::storage::collect;
use crate::store::upkeep::When;

/// After which time an object that the database does not know is not one that it is about to know.
const LEFT_BEHIND: Duration = Duration::from_secs(24 * 3600);

/// After which time bytes that could not be deleted are tried again.
const AGAIN: Duration = Duration::from_secs(2);

/// Deletes the bytes of files that nobody has any more whenever somebody was erased, until they are gone; and once when the hub
/// starts. A store that is away, or a backup that has the bytes in its view, is waited for.
pub async fn clear_at_once(node: Arc<Node>, objects: Arc<Objects>) {
    while !node.is_draining() {
        node.file_bell.notified().await;
        loop {
            let cleared = async {
                collect::unused(&node.store, &objects).await?;
                collect::is_done(&node.store).await
            };
            match cleared.await {
                Ok(true) => break,
                Ok(false) => {}
                Err(error) => tracing::debug!(%error, "bytes of files that are gone wait to be deleted"),
            }
            if node.is_draining() {
                return;
            }
            tokio::time::sleep(AGAIN).await;
        }
    }
}

/// Clears away what was left behind of uploads that never became files, and of files that are gone.
pub(super) async fn run(store: &Store, objects: &Objects, when: When) -> Result<Option<Map<String, Value>>, JobError> {
    let Some(progress) = Progress::begin(store, Job::Files, when).await? else { return Ok(None) };
    let work = async {
        let collected = collect::all(store, objects, LEFT_BEHIND).await?;
        progress.note("unused", collected.unused).await?;
        progress.note("unknown", collected.unknown).await?;
        progress.note("half_written", collected.half_written).await
    };
    progress.through(work).await.map(Some)
}
