use std::collections::HashMap;

use deadpool_postgres::Transaction;
use domain::run_of_show::{CueStatus, Run};
use schemas::{CueVerb, RunKind, RunStatus};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::store::StoreError;
use crate::store::commands::Author;

pub(super) async fn write_run(
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
pub(super) async fn write_cues(
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

pub(super) async fn write_live(
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
pub(super) async fn write_step(
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
pub(super) async fn mirror(transaction: &Transaction<'_>, event_id: Uuid, run: &Run) -> Result<(), StoreError> {
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

fn status(status: CueStatus) -> &'static str {
    match status {
        CueStatus::Planned => "planned",
        CueStatus::Live => "live",
        CueStatus::Done => "done",
        CueStatus::Skipped => "skipped",
    }
}
