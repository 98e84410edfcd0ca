use serde_json::{Map, Value};

use super::progress::Progress;
use super::{Job, JobError};
use crate::store::upkeep::When;
use crate::store::{Store, one_time};

/// Replaces keys of access tokens that are old, and forgets links and codes that have ended.
pub(super) async fn run(store: &Store, when: When) -> Result<Option<Map<String, Value>>, JobError> {
    let Some(progress) = Progress::begin(store, Job::Accounts, when).await? else { return Ok(None) };
    let work = async {
        store.tokens.renew(&store.pools).await?;
        one_time::tidy(store).await?;
        Ok(())
    };
    progress.through(work).await.map(Some)
}
