mod forecast;

use hub_client::{Hub, Room, RoomState};
use schemas::{Command, CueVerb, ErrorCode, RefusalCode, RunKind};
use serde_json::{Value, json};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::support::room::{shows_the_database, until};
use crate::support::rundown::{cue, start};
use crate::support::scan::rejected;
use crate::support::{Show, TestHub};

const RUN: [&str; 5] = ["show_runs", "show_run_cues", "event_schedules", "events", "event_alerts"];

/// Three linked cues and a hard one after a gap, from now on.
const RUNDOWN: [(&str, i32, i32, &str); 4] = [
    ("Doors", 0, 600, "linked"),
    ("Opening", 600, 300, "linked"),
    ("Finale", 900, 300, "linked"),
    ("Party", 1800, 600, "hard"),
];

fn run(state: &RoomState) -> Option<&schemas::Row> {
    state.table("show_runs").map(|(_, row)| row).max_by_key(|row| row["started_at"].to_string())
}

/// The cues of the latest run: title and status, in order.
fn cues(state: &RoomState) -> Vec<(String, String)> {
    let Some(run) = run(state) else { return Vec::new() };
    let mut rows: Vec<_> =
        state.table("show_run_cues").map(|(_, row)| row).filter(|row| row["run_id"] == run["id"]).collect();
    rows.sort_by_key(|row| row["position"].as_i64());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    rows.iter().map(|row| (text(&row["title"]), text(&row["status"]))).collect()
}

async fn statuses(room: &Room, wanted: [&str; 4]) {
    until(room, &format!("{wanted:?}"), |state| cues(state).iter().map(|(_, status)| status.as_str()).eq(wanted)).await;
}

async fn run_cue(sql: &Client, plan: Uuid) -> Uuid {
    let latest = "select id from show_run_cues where schedule_id = $1 order by created_at desc limit 1";
    sql.query_one(latest, &[&plan]).await.expect("the cue is in the run").get(0)
}

/// F050, F053: every verb of the caller, seen on a wall, with the times kept beside the plan.
#[tokio::test]
async fn the_caller_runs_the_show() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let show = Show::with_guests(&hub, 0).await;
    let plan = show.rundown(&hub, &sql, &RUNDOWN).await;
    let desk = show.desk(&hub, "Desk", &[]).await;
    let wall = show.wall(&hub, &RUN).await;
    let live_state = |state: &RoomState| state.row("events", show.event_id).map(|row| row["live_state"].clone());

    let (run_id, revision) = cue(&desk, 0, start(RunKind::Show)).await.expect("it starts");
    assert_eq!(revision, 1);
    statuses(&wall, ["live", "planned", "planned", "planned"]).await;
    until(&wall, "the event runs", |state| live_state(state) == Some(json!("running"))).await;
    assert_eq!(cue(&desk, 1, CueVerb::Next).await, Ok((run_id, 2)));
    statuses(&wall, ["done", "live", "planned", "planned"]).await;
    until(&wall, "the plan knows how it went", |state| {
        let cue = |id| state.row("event_schedules", id).cloned().unwrap_or_default();
        let (first, second) = (cue(plan[0]), cue(plan[1]));
        first["status"] == "done" && first["actual_end"] == second["actual_start"] && second["status"] == "live"
    })
    .await;

    assert_eq!(cue(&desk, 2, CueVerb::Hold).await, Ok((run_id, 3)));
    until(&wall, "it is held", |state| {
        live_state(state) == Some(json!("paused")) && run(state).is_some_and(|run| run["held_at"].is_string())
    })
    .await;
    assert_eq!(cue(&desk, 3, CueVerb::Hold).await.map_err(|refusal| refusal.code), Err(RefusalCode::AlreadyHeld));
    assert_eq!(cue(&desk, 3, CueVerb::Resume).await, Ok((run_id, 4)));
    assert_eq!(cue(&desk, 4, CueVerb::Resume).await.map_err(|refusal| refusal.code), Err(RefusalCode::NotHeld));
    assert_eq!(cue(&desk, 4, CueVerb::AddTime { ms: 90_000 }).await, Ok((run_id, 5)));
    let live = run_cue(&sql, plan[1]).await;
    until(&wall, "a minute and a half more", |state| {
        state.row("show_run_cues", live).is_some_and(|row| row["added_ms"] == 90_000)
    })
    .await;

    // A screen names a cue by its row in the run, an import by the rundown's: both are understood.
    let finale = run_cue(&sql, plan[2]).await;
    assert_eq!(cue(&desk, 5, CueVerb::Skip { cue_id: finale, skipped: true }).await, Ok((run_id, 6)));
    statuses(&wall, ["done", "live", "skipped", "planned"]).await;
    assert_eq!(
        cue(&desk, 6, CueVerb::Jump { cue_id: plan[2] }).await.map_err(|refusal| refusal.code),
        Err(RefusalCode::BadCue)
    );
    assert_eq!(cue(&desk, 6, CueVerb::Skip { cue_id: plan[2], skipped: false }).await, Ok((run_id, 7)));
    assert_eq!(cue(&desk, 7, CueVerb::Jump { cue_id: plan[3] }).await, Ok((run_id, 8)));
    statuses(&wall, ["done", "done", "skipped", "live"]).await;
    assert_eq!(cue(&desk, 8, CueVerb::Undo).await, Ok((run_id, 9)));
    statuses(&wall, ["done", "live", "planned", "planned"]).await;
    assert_eq!(cue(&desk, 9, CueVerb::Jump { cue_id: plan[0] }).await, Ok((run_id, 10)));
    statuses(&wall, ["live", "planned", "planned", "planned"]).await;
    for revision in 10..13 {
        assert_eq!(cue(&desk, revision, CueVerb::Next).await, Ok((run_id, revision + 1)));
    }
    assert_eq!(cue(&desk, 13, CueVerb::Next).await, Ok((run_id, 14)), "after the last one the run ends");
    until(&wall, "it is over", |state| {
        live_state(state) == Some(json!("ended")) && run(state).is_some_and(|run| run["status"] == "ended")
    })
    .await;
    assert_eq!(cue(&desk, 14, CueVerb::Undo).await, Ok((run_id, 15)), "an end by mistake is taken back");
    assert_eq!(cue(&desk, 15, CueVerb::End).await, Ok((run_id, 16)));
    assert_eq!(cue(&desk, 16, CueVerb::Next).await.map_err(|refusal| refusal.code), Err(RefusalCode::NotRunning));

    let steps = sql
        .query(
            "select verb ->> 'do', undone, forecast ? 'show_end', principal_kind from show_run_steps where run_id = $1 order by revision",
            &[&run_id],
        )
        .await
        .expect("the steps");
    let kept: Vec<(&str, bool)> = steps.iter().map(|row| (row.get(0), row.get(1))).collect();
    let verbs = [
        "start", "next", "hold", "resume", "add_time", "skip", "skip", "jump", "undo", "jump", "next", "next", "next",
        "next", "undo", "end",
    ];
    assert_eq!(kept.iter().map(|step| step.0).collect::<Vec<_>>(), verbs);
    assert_eq!(kept.iter().filter(|step| step.1).count(), 2, "the jump and the end");
    assert!(steps.iter().all(|row| row.get::<_, bool>(2) && row.get::<_, &str>(3) == "device"));
    shows_the_database(&wall, &sql, show.event_id, &["show_runs", "show_run_cues", "event_schedules"]).await;
}

/// F050, F270: two callers on two hubs press "next" at the same moment, again and again: the show advances once each time,
/// and the other one is told where it is.
#[tokio::test]
async fn a_double_next_advances_once() {
    let hub = TestHub::start().await;
    let second = TestHub::serve(&hub.database).await;
    let sql = hub.database.sql().await;
    let show = Show::with_guests(&hub, 0).await;
    let rundown: Vec<_> = (0..25).map(|place| ("Look", place * 60, 60, "linked")).collect();
    show.rundown(&hub, &sql, &rundown).await;
    let one = show.desk(&hub, "One", &[]).await;
    let (_, token) = show.pair(&hub, "Two", schemas::DeviceProfile::Caller, None, false).await;
    let live = Hub::builder(format!("http://{}", second.address)).token(token).connect().await.expect("a token");
    let two = show.enter(&live, &RUN).await;

    let both = tokio::join!(cue(&one, 0, start(RunKind::Show)), cue(&two, 0, start(RunKind::Show)));
    let ((Ok((run_id, 1)), Err(refusal)) | (Err(refusal), Ok((run_id, 1)))) = both else { panic!("{both:?}") };
    assert!(matches!(refusal.code, RefusalCode::AlreadyRunning | RefusalCode::StaleRevision), "{refusal:?}");
    for revision in 1..=20 {
        let both = tokio::join!(cue(&one, revision, CueVerb::Next), cue(&two, revision, CueVerb::Next));
        let ((Ok(moved), Err(refusal)) | (Err(refusal), Ok(moved))) = both else { panic!("{both:?}") };
        assert_eq!(moved, (run_id, revision + 1));
        assert_eq!((refusal.code, refusal.current_revision), (RefusalCode::StaleRevision, Some(revision + 1)));
        let live: i32 = sql
            .query_one("select position from show_run_cues where run_id = $1 and status = 'live'", &[&run_id])
            .await
            .expect("one cue is live")
            .get(0);
        assert_eq!(u64::try_from(live), Ok(revision));
    }
    shows_the_database(&two, &sql, show.event_id, &["show_runs", "show_run_cues"]).await;
}

/// F053: a rehearsal runs the same rundown and touches nothing of the show.
#[tokio::test]
async fn a_rehearsal_stays_apart() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let show = Show::with_guests(&hub, 0).await;
    show.rundown(&hub, &sql, &RUNDOWN).await;
    let desk = show.desk(&hub, "Desk", &RUN).await;
    let of_the_show = async || -> Value {
        sql.query_one(
            "select jsonb_build_array(to_jsonb(e), (select jsonb_agg(to_jsonb(s) order by s.id) from event_schedules s where s.event_id = e.id))
               from events e where e.id = $1",
            &[&show.event_id],
        )
        .await
        .expect("the show")
        .get(0)
    };
    let before = of_the_show().await;
    let (rehearsal, _) = cue(&desk, 0, start(RunKind::Rehearsal)).await.expect("it starts");
    let refused = cue(&desk, 0, start(RunKind::Show)).await.map_err(|refusal| refusal.code);
    assert_eq!(refused, Err(RefusalCode::AlreadyRunning), "one at a time");
    for (revision, verb) in
        [(1, CueVerb::Next), (2, CueVerb::Hold), (3, CueVerb::Resume), (4, CueVerb::Next), (5, CueVerb::End)]
    {
        cue(&desk, revision, verb).await.expect("it goes on");
    }
    assert_eq!(of_the_show().await, before);
    let (real, revision) = cue(&desk, 0, start(RunKind::Show)).await.expect("the show starts afresh");
    assert_eq!((real == rehearsal, revision), (false, 1));
    statuses(&desk, ["live", "planned", "planned", "planned"]).await;
    assert_ne!(of_the_show().await, before);
    let kept = sql
        .query_one(
            "select count(*) filter (where actual_end is not null), count(*) from show_run_cues where run_id = $1",
            &[&rehearsal],
        )
        .await
        .expect("the rehearsal's times are kept");
    assert_eq!((kept.get::<_, i64>(0), kept.get::<_, i64>(1)), (3, 4));
}

/// F050, F062, F271: the rundown is edited with SQL while it runs: screens follow, and the caller's next command is not
/// stale.
#[tokio::test]
async fn an_edited_rundown_reaches_the_run() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let show = Show::with_guests(&hub, 0).await;
    let plan = show.rundown(&hub, &sql, &RUNDOWN).await;
    let desk = show.desk(&hub, "Desk", &[]).await;
    let wall = show.wall(&hub, &RUN).await;
    cue(&desk, 0, start(RunKind::Show)).await.expect("it starts");
    cue(&desk, 1, CueVerb::Next).await.expect("it goes on");

    sql.batch_execute(&format!(
        "begin;
         update event_schedules set title = 'Grand finale', end_time = end_time + interval '120 s' where id = '{}';
         update event_schedules set order_index = 9 where id = '{}';
         insert into event_schedules (organization_id, event_id, title, start_time, end_time, start_mode, order_index)
           select organization_id, event_id, 'Encore', end_time, end_time + interval '60 s', 'linked', 5 from event_schedules where id = '{}';
         commit",
        plan[2], plan[3], plan[2]
    ))
    .await
    .expect("the rundown can be edited");
    until(&wall, "the run has the edited rundown", |state| {
        let titles: Vec<_> = cues(state).into_iter().map(|(title, _)| title).collect();
        titles == ["Doors", "Opening", "Grand finale", "Encore", "Party"]
    })
    .await;
    let finale = run_cue(&sql, plan[2]).await;
    until(&wall, "the finale lasts two minutes longer", |state| {
        let row = state.row("show_run_cues", finale);
        let plan = state.row("event_schedules", plan[2]);
        row.zip(plan).is_some_and(|(row, plan)| row["planned_end"] == plan["end_time"])
    })
    .await;
    assert_eq!(run(&wall.state()).map(|run| run["revision"].clone()), Some(json!(2)), "an edit is no step");
    cue(&desk, 2, CueVerb::Next).await.expect("the caller is not stale");

    sql.execute("delete from event_schedules where title = 'Encore' and event_id = $1", &[&show.event_id])
        .await
        .expect("gone");
    sql.execute("delete from event_schedules where id = $1", &[&plan[0]]).await.expect("gone");
    until(&wall, "what was not played is gone, what was stays", |state| {
        let wanted = [("Doors", "done"), ("Opening", "done"), ("Grand finale", "live"), ("Party", "planned")];
        cues(state).iter().map(|(title, status)| (title.as_str(), status.as_str())).eq(wanted)
    })
    .await;
    cue(&desk, 3, CueVerb::Next).await.expect("the caller is not stale");
    shows_the_database(&wall, &sql, show.event_id, &["show_runs", "show_run_cues", "event_schedules"]).await;
}

/// F050, F271: the hub is started anew in the middle of the show: everything about the run is as it was, undo too.
#[tokio::test]
async fn a_restart_keeps_the_run() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let show = Show::with_guests(&hub, 0).await;
    show.rundown(&hub, &sql, &RUNDOWN).await;
    let (_, token) = show.pair(&hub, "Desk", schemas::DeviceProfile::Caller, None, false).await;
    let desk = show.enter(&hub.connect(&token).await, &RUN).await;
    cue(&desk, 0, start(RunKind::Show)).await.expect("it starts");
    cue(&desk, 1, CueVerb::AddTime { ms: 30_000 }).await.expect("it goes on");
    cue(&desk, 2, CueVerb::Next).await.expect("it goes on");
    cue(&desk, 3, CueVerb::Hold).await.expect("it goes on");
    shows_the_database(&desk, &sql, show.event_id, &["show_runs", "show_run_cues"]).await;
    let before = desk.state().tables().clone();

    let TestHub { server, database, .. } = hub;
    server.stop().await;
    let again = TestHub::serve(&database).await;
    let live = Hub::builder(format!("http://{}", again.address)).token(token).connect().await.expect("a token");
    let desk = show.enter(&live, &RUN).await;
    assert_eq!(*desk.state().tables(), before);
    cue(&desk, 4, CueVerb::Resume).await.expect("it goes on");
    cue(&desk, 5, CueVerb::Undo).await.expect("held again");
    cue(&desk, 6, CueVerb::Undo).await.expect("not held");
    cue(&desk, 7, CueVerb::Undo).await.expect("back at the doors");
    statuses(&desk, ["live", "planned", "planned", "planned"]).await;
    cue(&desk, 8, CueVerb::Undo).await.expect("without the time that was added");
    let refused = cue(&desk, 9, CueVerb::Undo).await.map_err(|refusal| refusal.code);
    assert_eq!(refused, Err(RefusalCode::NothingToUndo), "a start is not undone but ended");
}

/// F050: what the caller cannot do, and who is no caller.
#[tokio::test]
async fn what_is_refused_changes_nothing() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let show = Show::with_guests(&hub, 0).await;
    let desk = show.desk(&hub, "Desk", &RUN).await;
    let code = async |expect, verb| cue(&desk, expect, verb).await.map_err(|refusal| refusal.code);
    assert_eq!(code(0, start(RunKind::Show)).await, Err(RefusalCode::EmptyRundown));
    for verb in [CueVerb::Next, CueVerb::Hold, CueVerb::Resume, CueVerb::End, CueVerb::AddTime { ms: 1 }, CueVerb::Undo]
    {
        assert_eq!(code(0, verb.clone()).await, Err(RefusalCode::NotRunning), "{verb:?}");
    }
    let other = Show::with_guests(&hub, 0).await;
    let elsewhere = other.rundown(&hub, &sql, &RUNDOWN).await[0];
    show.rundown(&hub, &sql, &RUNDOWN).await;
    let from = |cue_id| CueVerb::Start { kind: RunKind::Show, cue_id: Some(cue_id) };
    assert_eq!(code(0, from(elsewhere)).await, Err(RefusalCode::BadCue), "another event's cue");
    assert_eq!(code(3, start(RunKind::Show)).await, Err(RefusalCode::StaleRevision));
    code(0, start(RunKind::Show)).await.expect("it starts");
    assert_eq!(code(1, CueVerb::Jump { cue_id: elsewhere }).await, Err(RefusalCode::BadCue));
    assert_eq!(code(1, CueVerb::Undo).await, Err(RefusalCode::NothingToUndo));
    assert_eq!(code(0, CueVerb::Next).await, Err(RefusalCode::StaleRevision));
    let day = 24 * 3_600_000;
    for ms in [day + 1, -day - 1] {
        let command = Command::Cue { expect: 1, verb: CueVerb::AddTime { ms } };
        assert_eq!(rejected(&desk, command).await, ErrorCode::InvalidArgument, "{ms}");
    }
    let tablet = show.tablet(&hub, "Tablet", show.gate_id, true, &[]).await;
    let wall = show.wall(&hub, &[]).await;
    for room in [&tablet, &wall] {
        let command = Command::Cue { expect: 1, verb: CueVerb::Next };
        assert_eq!(rejected(room, command).await, ErrorCode::Forbidden);
    }
    statuses(&desk, ["live", "planned", "planned", "planned"]).await;
    assert_eq!(code(1, CueVerb::Next).await.map(|(_, revision)| revision), Ok(2), "the revision never moved");
    sql.execute("update events set status = 'cancelled' where id = $1", &[&show.event_id]).await.expect("edited");
    assert_eq!(code(2, CueVerb::Next).await, Err(RefusalCode::EventClosed));
}
