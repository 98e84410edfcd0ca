use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use super::{Job, JobError};
use crate::store::Store;
use crate::store::upkeep::{self, Claim, End, When};

/// How often a claim is renewed while a batch takes long.
const RENEW: Duration = Duration::from_secs(30);

/// A run of a job that is under way here.
pub(super) struct Progress<'a> {
    store: &'a Store,
    job: Job,
    claim: Claim,
    began: Instant,
    done: Mutex<Map<String, Value>>,
}

impl<'a> Progress<'a> {
    /// Claims a job; `None` when it is not due, or another hub does it.
    pub(super) async fn begin(store: &'a Store, job: Job, when: When) -> Result<Option<Self>, JobError> {
        let claim = upkeep::claim(store, job.name(), when).await?;
        Ok(claim.map(|claim| Self { store, job, claim, began: Instant::now(), done: Mutex::new(Map::new()) }))
    }

    /// Records how far it is.
    pub(super) async fn note(&self, what: &str, value: impl Into<Value>) -> Result<(), JobError> {
        let details = {
            let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
            done.insert(what.to_owned(), value.into());
            Value::Object(done.clone())
        };
        match upkeep::progress(self.store, self.claim, &details).await? {
            true => Ok(()),
            false => Err(JobError::TakenOver),
        }
    }

    /// Waits for the work, says again and again that it is under way, and records its end. Says what came of it.
    pub(super) async fn through(
        &self,
        work: impl Future<Output = Result<(), JobError>>,
    ) -> Result<Map<String, Value>, JobError> {
        let mut work = std::pin::pin!(work);
        let ended = loop {
            tokio::select! {
                ended = &mut work => break ended,
                () = tokio::time::sleep(RENEW) => {
                    if !upkeep::progress(self.store, self.claim, &Value::Object(Map::new())).await? {
                        break Err(JobError::TakenOver);
                    }
                }
            }
        };
        let done = self.done.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let end = match &ended {
            Ok(()) => End::Ok,
            Err(error) => End::Failed { code: error.code(), why: error.to_string() },
        };
        let seconds = self.began.elapsed().as_secs_f64();
        tracing::info!(job = self.job.name(), seconds, done = %serde_json::Value::Object(done.clone()), "housekeeping");
        let recorded = upkeep::finish(self.store, self.claim, &end, &Value::Object(done.clone())).await;
        ended?;
        recorded?;
        Ok(done)
    }
}
