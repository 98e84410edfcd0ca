mod record;
mod stored;

use std::collections::HashMap;

use deadpool_postgres::Transaction;
use domain::run_of_show::Run;
use schemas::{CueVerb, Done, Outcome, Refusal, RefusalCode, RunKind, RunStatus};
use uuid::Uuid;

use record::{mirror, write_cues, write_live, write_run, write_step};
use stored::{Stored, load, load_where, plan};

use super::StoreError;
use super::commands::Author;
use crate::clock;

/// A delay of this much raises an alert, milliseconds.
const LATE_MS: i64 = 60_000;

/// Does what the caller asks, if the run is where the caller saw it. Writes the run, the cues that changed, the step with
/// the state before it and the forecast after it, and for the show itself the planned cues' actual times.
///
/// # Errors
/// When the database cannot be reached.
pub async fn cue(
    transaction: &Transaction<'_>,
    author: &Author,
    event_id: Uuid,
    expect: u64,
    verb: &CueVerb,
) -> Result<Outcome, StoreError> {
    let now = clock::now_ms();
    // One caller at a time, also for the first run, which has no row to lock yet.
    let statement = transaction.prepare_cached("select status from events where id = $1 for no key update").await?;
    let Some(event) = transaction.query_opt(&statement, &[&event_id]).await? else {
        return Ok(refused(RefusalCode::NotFound, "No such event"));
    };
    if event.get::<_, &str>("status") == "cancelled" {
        return Ok(refused(RefusalCode::EventClosed, "The event was cancelled"));
    }
    let live = load(transaction, event_id).await?;
    let (run_id, before, after, mut rows) = match (verb, live) {
        (CueVerb::Start { kind, cue_id }, None) => {
            if expect != 0 {
                return Ok(stale(0));
            }
            let plan = plan(transaction, event_id).await?;
            match Run::start(&plan, *kind, *cue_id, now) {
                Err(refusal) => return Ok(Outcome::Refused { refusal }),
                Ok(run) => (Uuid::now_v7(), None, run, HashMap::new()),
            }
        }
        (CueVerb::Undo, live) => match undo(transaction, event_id, expect, live).await? {
            Err(refusal) => return Ok(Outcome::Refused { refusal }),
            Ok((stored, run)) => (stored.run_id, Some(stored.run), run, stored.rows),
        },
        (_, None) => return Ok(refused(RefusalCode::NotRunning, "No run is live")),
        (verb, Some(stored)) => match stored.run.apply(expect, &stored.name_by_plan(verb), now) {
            Err(refusal) => return Ok(Outcome::Refused { refusal }),
            Ok(run) => (stored.run_id, Some(stored.run), run, stored.rows),
        },
    };
    write_run(transaction, author, event_id, run_id, &after).await?;
    write_cues(transaction, author, event_id, run_id, &after, &mut rows).await?;
    write_live(transaction, run_id, &after, &rows).await?;
    write_step(transaction, author, event_id, run_id, verb, before.as_ref(), &after, now).await?;
    if after.kind == RunKind::Show {
        mirror(transaction, event_id, &after).await?;
    }
    let delay = after.forecast().delay.at(now);
    if delay >= LATE_MS && after.status != RunStatus::Ended {
        raise_late(transaction, author, event_id, run_id, delay).await?;
    }
    Ok(Outcome::Done { done: Done::Run { run_id, revision: after.revision } })
}

/// Brings the live run in line with an edited rundown. Nothing is written when nothing changed, so several hubs may do
/// this for one edit.
///
/// # Errors
/// When the database cannot be reached.
pub async fn replan(transaction: &Transaction<'_>, author: &Author, event_id: Uuid) -> Result<(), StoreError> {
    let statement = transaction.prepare_cached("select from events where id = $1 for no key update").await?;
    transaction.query(&statement, &[&event_id]).await?;
    let Some(mut stored) = load(transaction, event_id).await? else { return Ok(()) };
    let plan = plan(transaction, event_id).await?;
    let run = stored.run.replan(&plan);
    if run != stored.run {
        write_run(transaction, author, event_id, stored.run_id, &run).await?;
    }
    write_cues(transaction, author, event_id, stored.run_id, &run, &mut stored.rows).await?;
    write_live(transaction, stored.run_id, &run, &stored.rows).await
}

/// Raises the alert that the show is late, once, when nobody pressed anything: the live cue ran over.
///
/// # Errors
/// When the database cannot be reached.
pub async fn watch_delay(transaction: &Transaction<'_>, author: &Author, event_id: Uuid) -> Result<(), StoreError> {
    let Some(stored) = load(transaction, event_id).await? else { return Ok(()) };
    let delay = stored.run.forecast().delay.at(clock::now_ms());
    if delay >= LATE_MS {
        raise_late(transaction, author, event_id, stored.run_id, delay).await?;
    }
    Ok(())
}

/// The state before the last step that was not undone. Without a live run that is the end of the last one: pressing
/// "end" by mistake can be taken back.
async fn undo(
    transaction: &Transaction<'_>,
    event_id: Uuid,
    expect: u64,
    live: Option<Stored>,
) -> Result<Result<(Stored, Run), Refusal>, StoreError> {
    let stored = match live {
        Some(stored) => Some(stored),
        None => {
            let last = "id = (select r.id from show_runs r where r.event_id = $1 order by r.started_at desc limit 1)";
            load_where(transaction, last, event_id).await?
        }
    };
    let Some(stored) = stored else {
        return Ok(Err(Refusal::new(RefusalCode::NotRunning, "No run is live")));
    };
    if expect != stored.run.revision {
        let Outcome::Refused { refusal } = stale(stored.run.revision) else { unreachable!("stale refuses") };
        return Ok(Err(refusal));
    }
    let statement = transaction
        .prepare_cached(
            "update show_run_steps set undone = true
              where run_id = $1 and revision = (select max(s.revision) from show_run_steps s
                                                 where s.run_id = $1 and not s.undone and s.before is not null)
              returning before",
        )
        .await?;
    let Some(step) = transaction.query_opt(&statement, &[&stored.run_id]).await? else {
        return Ok(Err(Refusal::new(RefusalCode::NothingToUndo, "Nothing is left to undo")));
    };
    let before: Run = serde_json::from_value(step.get("before"))
        .map_err(|error| StoreError::Internal(format!("a stored run is not readable: {error}")))?;
    let plan = plan(transaction, event_id).await?;
    Ok(stored.run.undo(expect, before).map(|run| (stored, run.replan(&plan))))
}

async fn raise_late(
    transaction: &Transaction<'_>,
    author: &Author,
    event_id: Uuid,
    run_id: Uuid,
    delay: i64,
) -> Result<(), StoreError> {
    let minutes = delay / 60_000;
    let message = format!("The show is {minutes} min behind its plan");
    let statement = transaction
        .prepare_cached(
            "insert into event_alerts (organization_id, event_id, kind, severity, message, source, entity_type, entity_id, dedupe_key)
             values ($1, $2, 'schedule_slip', 'warning', $3, 'system', 'show_run', $4, $5)
             on conflict (event_id, dedupe_key) where status <> 'resolved' and dedupe_key is not null do nothing",
        )
        .await?;
    let key = format!("late:{run_id}");
    transaction.execute(&statement, &[&author.organization_id, &event_id, &message, &run_id, &key]).await?;
    Ok(())
}

fn refused(code: RefusalCode, message: &str) -> Outcome {
    Outcome::Refused { refusal: Refusal::new(code, message) }
}

fn stale(revision: u64) -> Outcome {
    let message = format!("The run is at revision {revision}");
    Outcome::Refused {
        refusal: Refusal { code: RefusalCode::StaleRevision, message, current_revision: Some(revision) },
    }
}
