use std::time::Duration;

use serde_json::{Map, Value};

use super::progress::Progress;
use super::{Job, JobError};
use crate::objects::Objects;
use crate::store::Store;
use crate::store::storage::collect;
use crate::store::upkeep::When;

/// After which time an object that the database does not know is not one that it is about to know.
const LEFT_BEHIND: Duration = Duration::from_secs(24 * 3600);

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
