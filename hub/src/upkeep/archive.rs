use serde_json::{Map, Value};

use super::progress::Progress;
use super::{Job, JobError};
use crate::store::upkeep::When;
use crate::store::{Store, StoreError, audit, upkeep};

/// Commits that move in one transaction.
const COMMITS: i32 = 500;
/// Rows that are deleted in one transaction.
const ROWS: i32 = 2_000;

/// Archives what has left the journal's window and forgets what has been kept long enough, unless another hub does it or
/// it was done within `every_seconds`. True: it was done here.
///
/// # Errors
/// When the database cannot be reached; what was done so far stays done.
pub async fn forget(store: &Store, every_seconds: f64) -> Result<bool, JobError> {
    let every = std::time::Duration::from_secs_f64(every_seconds);
    let when = if every.is_zero() { When::Now } else { When::Due { every } };
    Ok(run(store, when).await?.is_some())
}

/// Follows the rules of retention, the journal's first.
pub(super) async fn run(store: &Store, when: When) -> Result<Option<Map<String, Value>>, JobError> {
    let Some(progress) = Progress::begin(store, Job::Archive, when).await? else { return Ok(None) };
    let work = async {
        for rule in upkeep::rules(store).await? {
            follow(store, &progress, &rule).await?;
        }
        Ok(())
    };
    progress.through(work).await.map(Some)
}

async fn follow(store: &Store, progress: &Progress<'_>, rule: &upkeep::Rule) -> Result<(), JobError> {
    let mut rows = 0i64;
    loop {
        let batch = batch(store, rule).await?;
        rows += i64::from(batch.0);
        progress.note(&rule.name, rows).await?;
        if batch.0 < batch.1 {
            return Ok(());
        }
    }
}

/// How many were done, of how many at most.
async fn batch(store: &Store, rule: &upkeep::Rule) -> Result<(i32, i32), StoreError> {
    Ok(match rule.archives {
        true => (audit::archive(store, rule.keep_seconds, COMMITS).await?.commits, COMMITS),
        false => (upkeep::retain(store, &rule.name, ROWS).await?, ROWS),
    })
}
