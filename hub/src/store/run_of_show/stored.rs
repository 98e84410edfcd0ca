use std::collections::HashMap;

use deadpool_postgres::Transaction;
use domain::run_of_show::{CueStatus, PlannedCue, Run, RunCue, StartMode};
use schemas::{CueVerb, RunKind, RunStatus};
use uuid::Uuid;

use crate::store::StoreError;

/// A run as the tables have it: the domain's value, and which row each of its cues is.
pub(super) struct Stored {
    pub(super) run_id: Uuid,
    pub(super) run: Run,
    pub(super) rows: HashMap<Uuid, Uuid>,
}

impl Stored {
    /// Screens name a cue by its row in the run or in the rundown; the domain knows it by the rundown's.
    pub(super) fn name_by_plan(&self, verb: &CueVerb) -> CueVerb {
        let plan_id = |id: Uuid| self.rows.iter().find(|(_, row)| **row == id).map_or(id, |(plan, _)| *plan);
        match verb {
            CueVerb::Jump { cue_id } => CueVerb::Jump { cue_id: plan_id(*cue_id) },
            CueVerb::Skip { cue_id, skipped } => CueVerb::Skip { cue_id: plan_id(*cue_id), skipped: *skipped },
            other => other.clone(),
        }
    }
}

pub(super) async fn plan(transaction: &Transaction<'_>, event_id: Uuid) -> Result<Vec<PlannedCue>, StoreError> {
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

pub(super) async fn load(transaction: &Transaction<'_>, event_id: Uuid) -> Result<Option<Stored>, StoreError> {
    load_where(transaction, "event_id = $1 and status <> 'ended'", event_id).await
}

pub(super) async fn load_where(
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

fn mode(text: &str) -> StartMode {
    if text == "hard" { StartMode::Hard } else { StartMode::Linked }
}
