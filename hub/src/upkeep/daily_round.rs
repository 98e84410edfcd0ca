use serde_json::{Map, Value};

use super::progress::Progress;
use super::{Job, JobError};
use crate::store::upkeep::When;
use crate::store::{Store, daily_round};

/// Makes the daily round of every organization whose day has begun. The database gives each day of each organization once:
/// one that fails stops no other, and is tried again.
pub(super) async fn run(store: &Store, when: When) -> Result<Option<Map<String, Value>>, JobError> {
    let Some(progress) = Progress::begin(store, Job::DailyRound, when).await? else { return Ok(None) };
    let work = async {
        let (mut rounds, mut overdue, mut failed) = (0u64, 0u64, 0u64);
        for organization_id in daily_round::due(store).await? {
            match daily_round::make(store, organization_id).await {
                Ok(None) => continue,
                Ok(Some(late)) => {
                    rounds += 1;
                    overdue += u64::from(late);
                }
                Err(error) => {
                    failed += 1;
                    tracing::warn!(%organization_id, %error, "the daily round could not be made");
                }
            }
            if (rounds + failed).is_multiple_of(NOTED) {
                progress.note("rounds", rounds).await?;
            }
        }
        progress.note("rounds", rounds).await?;
        progress.note("overdue", overdue).await?;
        match failed {
            0 => Ok(()),
            failed => Err(JobError::Organizations(failed)),
        }
    };
    progress.through(work).await.map(Some)
}

/// After how many organizations it is said how far it is.
const NOTED: u64 = 50;
