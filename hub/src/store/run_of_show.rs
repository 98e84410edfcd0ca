use std::collections::HashMap;

use deadpool_postgres::Transaction;
use domain::run_of_show::{CueStatus, PlannedCue, Run, RunCue, StartMode};
use schemas::{CueVerb, Done, Outcome, Refusal, RefusalCode, RunKind, RunStatus};
use serde_json::{Value, json};
use uuid::Uuid;

use super::StoreError;
use super::commands::Author;
use crate::clock;

/// A delay of this much raises an alert, milliseconds.
const LATE_MS: i64 = 60_000;

/// A run as the tables have it: the domain's value, and which row each of its cues is.
struct Stored {
    run_id: Uuid,
    run: Run,
    rows: HashMap<Uuid, Uuid>,
}

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

impl Stored {
    /// Screens name a cue by its row in the run or in the rundown; the domain knows it by the rundown's.
    fn name_by_plan(&self, verb: &CueVerb) -> CueVerb {
        let plan_id = |id: Uuid| self.rows.iter().find(|(_, row)| **row == id).map_or(id, |(plan, _)| *plan);
        match verb {
            CueVerb::Jump { cue_id } => CueVerb::Jump { cue_id: plan_id(*cue_id) },
            CueVerb::Skip { cue_id, skipped } => CueVerb::Skip { cue_id: plan_id(*cue_id), skipped: *skipped },
            other => other.clone(),
        }
    }
}

async fn plan(transaction: &Transaction<'_>, event_id: Uuid) -> Result<Vec<PlannedCue>, StoreError> {
    let statement = transaction
        .prepare_cached(
            "select id, (extract(epoch from start_time) * 1000)::bigint as start,
                    (extract(epoch from end_time) * 1000)::bigint as end, start_mode, count_to_end, skipped
               from event_schedules where event_id = $1 order by order_index, start_time, id",
        )
        .await?;
    let rows = transaction.query(&statement, &[&event_id]).await?;
    Ok(rows
        .into_iter()
        .map(|row| PlannedCue {
            id: row.get("id"),
            start: row.get("start"),
            end: row.get("end"),
            mode: mode(row.get("start_mode")),
            count_to_end: row.get("count_to_end"),
            skipped: row.get("skipped"),
        })
        .collect())
}

async fn load(transaction: &Transaction<'_>, event_id: Uuid) -> Result<Option<Stored>, StoreError> {
    load_where(transaction, "event_id = $1 and status <> 'ended'", event_id).await
}

async fn load_where(
    transaction: &Transaction<'_>,
    which: &'static str,
    id: Uuid,
) -> Result<Option<Stored>, StoreError> {
    let statement = transaction
        .prepare_cached(&format!(
            "select id, kind, status, revision, live_cue_id, (extract(epoch from held_at) * 1000)::bigint as held_at,
                    (extract(epoch from started_at) * 1000)::bigint as started_at,
                    (extract(epoch from ended_at) * 1000)::bigint as ended_at
               from show_runs where {which} for no key update"
        ))
        .await?;
    let Some(row) = transaction.query_opt(&statement, &[&id]).await? else { return Ok(None) };
    let run_id: Uuid = row.get("id");
    let statement = transaction
        .prepare_cached(
            "select id, coalesce(schedule_id, id) as plan_id, (extract(epoch from planned_start) * 1000)::bigint as planned_start,
                    (extract(epoch from planned_end) * 1000)::bigint as planned_end, start_mode, count_to_end, skipped,
                    added_ms, held_ms, (extract(epoch from actual_start) * 1000)::bigint as actual_start,
                    (extract(epoch from actual_end) * 1000)::bigint as actual_end, status
               from show_run_cues where run_id = $1 order by position",
        )
        .await?;
    let mut cues = Vec::new();
    let mut rows = HashMap::new();
    let mut live = None;
    for cue in transaction.query(&statement, &[&run_id]).await? {
        let status = match cue.get::<_, &str>("status") {
            "live" => CueStatus::Live,
            "done" => CueStatus::Done,
            "skipped" => CueStatus::Skipped,
            _ => CueStatus::Planned,
        };
        if status == CueStatus::Live {
            live = Some(cues.len());
        }
        rows.insert(cue.get("plan_id"), cue.get("id"));
        cues.push(RunCue {
            id: cue.get("plan_id"),
            planned_start: cue.get("planned_start"),
            planned_end: cue.get("planned_end"),
            start_mode: mode(cue.get("start_mode")),
            count_to_end: cue.get("count_to_end"),
            skipped: cue.get("skipped"),
            added_ms: cue.get("added_ms"),
            held_ms: cue.get("held_ms"),
            actual_start: cue.get("actual_start"),
            actual_end: cue.get("actual_end"),
            status,
        });
    }
    let run = Run {
        kind: if row.get::<_, &str>("kind") == "show" { RunKind::Show } else { RunKind::Rehearsal },
        status: match row.get::<_, &str>("status") {
            "running" => RunStatus::Running,
            "held" => RunStatus::Held,
            _ => RunStatus::Ended,
        },
        revision: row.get::<_, i64>("revision").unsigned_abs(),
        cues,
        live,
        held_at: row.get("held_at"),
        started_at: row.get("started_at"),
        ended_at: row.get("ended_at"),
    };
    Ok(Some(Stored { run_id, run, rows }))
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

async fn write_run(
    transaction: &Transaction<'_>,
    author: &Author,
    event_id: Uuid,
    run_id: Uuid,
    run: &Run,
) -> Result<(), StoreError> {
    let delay = run.forecast().delay;
    let statement = transaction
        .prepare_cached(
            "insert into show_runs (id, organization_id, event_id, kind, status, revision, started_at, ended_at, held_at,
                                    delay_base_ms, delay_grows_from, created_by)
             values ($1, $2, $3, $4, $5, $6, to_timestamp($7::bigint / 1000.0), to_timestamp($8::bigint / 1000.0),
                     to_timestamp($9::bigint / 1000.0), $10, to_timestamp($11::bigint / 1000.0), $12)
             on conflict (id) do update
                set status = excluded.status, revision = excluded.revision, ended_at = excluded.ended_at,
                    held_at = excluded.held_at, delay_base_ms = excluded.delay_base_ms,
                    delay_grows_from = excluded.delay_grows_from",
        )
        .await?;
    let kind = if run.kind == RunKind::Show { "show" } else { "rehearsal" };
    let status = match run.status {
        RunStatus::Running => "running",
        RunStatus::Held => "held",
        RunStatus::Ended => "ended",
    };
    let person = (author.kind == schemas::PrincipalKind::Person).then_some(author.id);
    let revision = i64::try_from(run.revision).unwrap_or(i64::MAX);
    transaction
        .execute(
            &statement,
            &[
                &run_id,
                &author.organization_id,
                &event_id,
                &kind,
                &status,
                &revision,
                &run.started_at,
                &run.ended_at,
                &run.held_at,
                &delay.base_ms,
                &delay.grows_from,
                &person,
            ],
        )
        .await?;
    Ok(())
}

/// Writes every cue of the run; rows that are as they were stay untouched and unmentioned in the journal.
async fn write_cues(
    transaction: &Transaction<'_>,
    author: &Author,
    event_id: Uuid,
    run_id: Uuid,
    run: &Run,
    rows: &mut HashMap<Uuid, Uuid>,
) -> Result<(), StoreError> {
    let forecast = run.forecast();
    let cues: Vec<Value> = run
        .cues
        .iter()
        .zip(&forecast.cues)
        .enumerate()
        .map(|(position, (cue, forecast))| {
            let row = *rows.entry(cue.id).or_insert_with(Uuid::now_v7);
            json!({
                "id": row, "plan": cue.id, "position": position,
                "planned_start": cue.planned_start, "planned_end": cue.planned_end,
                "start_mode": cue.start_mode.as_str(), "count_to_end": cue.count_to_end, "skipped": cue.skipped,
                "added_ms": cue.added_ms, "held_ms": cue.held_ms,
                "actual_start": cue.actual_start, "actual_end": cue.actual_end,
                "gap_total_ms": forecast.gap_total_ms, "chain": forecast.chain, "status": status(cue.status),
            })
        })
        .collect();
    let statement = transaction
        .prepare_cached(
            "with cues as (
               select c.*, s.id as schedule_id, s.segment_id, s.title, s.cue_number
                 from jsonb_to_recordset($4) c(
                        id uuid, plan uuid, position int, planned_start bigint, planned_end bigint, start_mode text,
                        count_to_end bool, skipped bool, added_ms bigint, held_ms bigint, actual_start bigint,
                        actual_end bigint, gap_total_ms bigint, chain int, status text)
                 left join event_schedules s on s.id = c.plan
             ), gone as (
               delete from show_run_cues r where r.run_id = $3 and r.id <> all (select id from cues)
             )
             insert into show_run_cues (id, organization_id, event_id, run_id, schedule_id, segment_id, position, title,
                    cue_number, planned_start, planned_end, start_mode, count_to_end, skipped, added_ms, held_ms,
                    actual_start, actual_end, gap_total_ms, chain, status)
             select c.id, $1, $2, $3, c.schedule_id, c.segment_id, c.position, coalesce(c.title, ''), c.cue_number,
                    to_timestamp(c.planned_start / 1000.0), to_timestamp(c.planned_end / 1000.0), c.start_mode,
                    c.count_to_end, c.skipped, c.added_ms, c.held_ms, to_timestamp(c.actual_start / 1000.0),
                    to_timestamp(c.actual_end / 1000.0), c.gap_total_ms, c.chain, c.status
               from cues c
             on conflict (id) do update
                set position = excluded.position, planned_start = excluded.planned_start,
                    planned_end = excluded.planned_end, start_mode = excluded.start_mode,
                    count_to_end = excluded.count_to_end, skipped = excluded.skipped, added_ms = excluded.added_ms,
                    held_ms = excluded.held_ms, actual_start = excluded.actual_start, actual_end = excluded.actual_end,
                    gap_total_ms = excluded.gap_total_ms, chain = excluded.chain, status = excluded.status,
                    schedule_id = excluded.schedule_id, segment_id = excluded.segment_id,
                    title = case when excluded.schedule_id is null then show_run_cues.title else excluded.title end,
                    cue_number = case when excluded.schedule_id is null then show_run_cues.cue_number
                                      else excluded.cue_number end",
        )
        .await?;
    transaction.execute(&statement, &[&author.organization_id, &event_id, &run_id, &Value::Array(cues)]).await?;
    Ok(())
}

async fn write_live(
    transaction: &Transaction<'_>,
    run_id: Uuid,
    run: &Run,
    rows: &HashMap<Uuid, Uuid>,
) -> Result<(), StoreError> {
    let live = run.live.and_then(|index| rows.get(&run.cues[index].id).copied());
    let statement = transaction
        .prepare_cached("update show_runs set live_cue_id = $2 where id = $1 and live_cue_id is distinct from $2")
        .await?;
    transaction.execute(&statement, &[&run_id, &live]).await?;
    Ok(())
}

#[allow(clippy::too_many_arguments, reason = "a step is what all of them say together")]
async fn write_step(
    transaction: &Transaction<'_>,
    author: &Author,
    event_id: Uuid,
    run_id: Uuid,
    verb: &CueVerb,
    before: Option<&Run>,
    after: &Run,
    now: i64,
) -> Result<(), StoreError> {
    let forecast = after.forecast();
    let expected: Vec<Value> = (0..after.cues.len())
        .filter_map(|index| {
            let end = forecast.expected_end(index, now)?;
            let start = forecast.expected_start(index, now).or(after.cues[index].actual_start);
            Some(json!({ "cue": after.cues[index].id, "start": start, "end": end }))
        })
        .collect();
    let forecast = json!({ "delay_ms": forecast.delay.at(now), "show_end": forecast.show_end(now), "cues": expected });
    // An undo is history too, but nothing that could be undone.
    let is_undo = matches!(verb, CueVerb::Undo);
    let before = before.filter(|_| !is_undo).map(|run| serde_json::to_value(run).expect("runs are JSON"));
    let verb = serde_json::to_value(verb).expect("verbs are JSON");
    let statement = transaction
        .prepare_cached(
            "insert into show_run_steps (organization_id, event_id, run_id, revision, verb, principal_kind, principal_id,
                                         at, before, forecast)
             values ($1, $2, $3, $4, $5, $6, $7, to_timestamp($8::bigint / 1000.0), $9, $10)",
        )
        .await?;
    let revision = i64::try_from(after.revision).unwrap_or(i64::MAX);
    transaction
        .execute(
            &statement,
            &[
                &author.organization_id,
                &event_id,
                &run_id,
                &revision,
                &verb,
                &author.kind_name(),
                &author.id,
                &now,
                &before,
                &forecast,
            ],
        )
        .await?;
    Ok(())
}

/// The show's own times go to the rundown and to the event; a rehearsal's stay with its run.
async fn mirror(transaction: &Transaction<'_>, event_id: Uuid, run: &Run) -> Result<(), StoreError> {
    let ids: Vec<Uuid> = run.cues.iter().map(|cue| cue.id).collect();
    let statuses: Vec<&str> = run.cues.iter().map(|cue| status(cue.status)).collect();
    let starts: Vec<Option<i64>> = run.cues.iter().map(|cue| cue.actual_start).collect();
    let ends: Vec<Option<i64>> = run.cues.iter().map(|cue| cue.actual_end).collect();
    let statement = transaction
        .prepare_cached(
            "update event_schedules s
                set status = u.status, actual_start = to_timestamp(u.start / 1000.0), actual_end = to_timestamp(u.end / 1000.0)
               from unnest($2::uuid[], $3::text[], $4::bigint[], $5::bigint[]) u(id, status, start, \"end\")
              where s.id = u.id and s.event_id = $1
                and (s.status, s.actual_start, s.actual_end) is distinct from
                    (u.status, to_timestamp(u.start / 1000.0), to_timestamp(u.end / 1000.0))",
        )
        .await?;
    transaction.execute(&statement, &[&event_id, &ids, &statuses, &starts, &ends]).await?;
    let state = match run.status {
        RunStatus::Running => "running",
        RunStatus::Held => "paused",
        RunStatus::Ended => "ended",
    };
    let statement =
        transaction.prepare_cached("update events set live_state = $2 where id = $1 and live_state <> $2").await?;
    transaction.execute(&statement, &[&event_id, &state]).await?;
    Ok(())
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

fn mode(text: &str) -> StartMode {
    if text == "hard" { StartMode::Hard } else { StartMode::Linked }
}

fn status(status: CueStatus) -> &'static str {
    match status {
        CueStatus::Planned => "planned",
        CueStatus::Live => "live",
        CueStatus::Done => "done",
        CueStatus::Skipped => "skipped",
    }
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
