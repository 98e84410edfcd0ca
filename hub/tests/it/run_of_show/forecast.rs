use std::collections::BTreeMap;

use hub_client::RoomState;
use schemas::{CueVerb, Row, RunKind};
use serde_json::Value;
use uuid::Uuid;

use super::{RUN, RUNDOWN};
use crate::support::room::until;
use crate::support::rundown::{cue, start};
use crate::support::{Show, TestHub};

fn ms(row: &Row, column: &str) -> Option<i64> {
    let instant: jiff::Timestamp = row.get(column)?.as_str()?.parse().expect("RFC 3339");
    Some(instant.as_millisecond())
}

fn number(row: &Row, column: &str) -> i64 {
    row[column].as_i64().unwrap_or_else(|| panic!("{column} is a number: {row:?}"))
}

/// What a screen works out by itself from the rows it was sent: when each cue of the rundown starts and ends, at `now`.
fn worked_out(state: &RoomState, now: i64) -> BTreeMap<String, (Option<i64>, i64)> {
    let (_, run) = state.table("show_runs").next().expect("a run");
    let delay = number(run, "delay_base_ms") + ms(run, "delay_grows_from").map_or(0, |from| (now - from).max(0));
    let cues: Vec<&Row> = state.table("show_run_cues").map(|(_, row)| row).collect();
    let live = cues.iter().find(|cue| cue["id"] == run["live_cue_id"]).expect("a live cue");
    cues.iter()
        .filter(|cue| cue["status"] == "live" || cue["status"] == "planned")
        .map(|cue| {
            let (start, end) = (ms(cue, "planned_start").expect("planned"), ms(cue, "planned_end").expect("planned"));
            let times = if cue["status"] == "live" {
                (ms(cue, "actual_start"), end + delay)
            } else {
                let shift = if number(cue, "chain") == number(live, "chain") {
                    delay
                } else {
                    (delay - (number(cue, "gap_total_ms") - number(live, "gap_total_ms"))).max(0)
                };
                let starts = start + shift;
                let ends = if cue["count_to_end"] == true { end.max(starts) } else { starts + (end - start) };
                (Some(starts), ends)
            };
            (cue["schedule_id"].as_str().expect("in the rundown").to_owned(), times)
        })
        .collect()
}

/// F050, F053: after every step a wall works out the same times as the hub, which keeps them with the step.
#[tokio::test]
async fn a_wall_works_out_what_the_hub_forecasts() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let show = Show::with_guests(&hub, 0).await;
    // It begins twenty minutes late; the gap before the party takes ten of them in.
    let late: Vec<_> =
        RUNDOWN.iter().map(|(title, starts, lasts, mode)| (*title, starts - 1200, *lasts, *mode)).collect();
    let plan = show.rundown(&hub, &sql, &late).await;
    sql.execute("update event_schedules set count_to_end = true where id = $1", &[&plan[1]]).await.expect("edited");
    let desk = show.desk(&hub, "Desk", &[]).await;
    let wall = show.wall(&hub, &RUN).await;
    let verbs = [
        start(RunKind::Show),
        CueVerb::AddTime { ms: 45_000 },
        CueVerb::Hold,
        CueVerb::Resume,
        CueVerb::Next,
        CueVerb::AddTime { ms: -600_000 },
        CueVerb::Skip { cue_id: plan[2], skipped: true },
        CueVerb::Undo,
        CueVerb::Next,
        CueVerb::Jump { cue_id: plan[1] },
        CueVerb::Jump { cue_id: plan[3] },
    ];
    for (expect, verb) in (0..).zip(verbs) {
        let (run_id, revision) = cue(&desk, expect, verb.clone()).await.expect("it goes on");
        until(&wall, "the step", |state| state.row("show_runs", run_id).is_some_and(|run| run["revision"] == revision))
            .await;
        let step = sql
            .query_one(
                "select (extract(epoch from at) * 1000)::bigint, forecast from show_run_steps where run_id = $1 and revision = $2",
                &[&run_id, &i64::try_from(revision).expect("few")],
            )
            .await
            .expect("the step is kept");
        let (at, forecast): (i64, Value) = (step.get(0), step.get(1));
        let kept: BTreeMap<_, _> = forecast["cues"]
            .as_array()
            .expect("cues")
            .iter()
            .map(|cue| {
                let end = cue["end"].as_i64().expect("an end");
                (cue["cue"].as_str().expect("a cue").to_owned(), (cue["start"].as_i64(), end))
            })
            .collect();
        let seen = worked_out(&wall.state(), at);
        assert_eq!(seen, kept, "after {verb:?}");
        assert_eq!(seen.values().map(|times| times.1).max(), forecast["show_end"].as_i64(), "after {verb:?}");
    }
}

/// F050, F052: a cue runs over and nobody presses anything: everybody is told, once.
#[tokio::test]
async fn a_cue_that_runs_over_raises_one_alert() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let show = Show::with_guests(&hub, 0).await;
    show.rundown(&hub, &sql, &RUNDOWN).await;
    let desk = show.desk(&hub, "Desk", &[]).await;
    let wall = show.wall(&hub, &RUN).await;
    let slips =
        |state: &RoomState| state.table("event_alerts").filter(|(_, row)| row["kind"] == "schedule_slip").count();
    let (run_id, _): (Uuid, u64) = cue(&desk, 0, start(RunKind::Show)).await.expect("it starts");
    assert_eq!(slips(&wall.state()), 0, "on time");
    // Eleven minutes and a half are as if passed; the cue lasts ten.
    let back = async |seconds: f64| {
        sql.execute(
            "update show_run_cues set actual_start = actual_start - $2 * interval '1 s',
                    planned_start = planned_start - $2 * interval '1 s', planned_end = planned_end - $2 * interval '1 s'
              where run_id = $1 and status = 'live'",
            &[&run_id, &seconds],
        )
        .await
        .expect("a superuser may");
    };
    back(690.0).await;
    until(&wall, "the show is late", |state| slips(state) == 1).await;
    cue(&desk, 1, CueVerb::Next).await.expect("it goes on");
    cue(&desk, 2, CueVerb::Hold).await.expect("it goes on");
    let alerts: i64 = sql
        .query_one(
            "select count(*) from event_alerts where event_id = $1 and kind = 'schedule_slip'",
            &[&show.event_id],
        )
        .await
        .expect("alerts")
        .get(0);
    assert_eq!(alerts, 1, "while it is open it is not raised again");
}
