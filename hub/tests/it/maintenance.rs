//! What the hub does by itself: once for all hubs, with a history, whatever ends in the middle.

use std::time::Duration;

use hub::store::upkeep::{self, Run, When};
use hub::upkeep::{Job, JobError, run};
use serde_json::Value;

use crate::support::TestHub;
use crate::support::process::{HubProcess, within};

const DUE: When = When::Due { every: Duration::from_secs(3600) };

async fn newest(hub: &TestHub, job: Job) -> Run {
    let runs = upkeep::history(&hub.server.node.store, Some(job.name()), 1).await.expect("read");
    runs.into_iter().next().expect("a run")
}

/// Waits until no run of the hub's own start is under way.
async fn at_rest(hub: &TestHub) {
    let at_rest = async {
        loop {
            let runs = upkeep::history(&hub.server.node.store, None, 100).await.expect("read");
            let began = runs.iter().any(|run| run.kind == "daily_round");
            if began && runs.iter().all(|run| run.status != "running") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    within(at_rest).await;
}

/// F243, F252: every job leaves a run with what it did; one that was done is not due, and can be done all the same.
#[tokio::test]
async fn every_job_has_a_history() {
    let hub = TestHub::start().await;
    at_rest(&hub).await;
    let (store, objects) = (&hub.server.node.store, &hub.server.objects);
    for job in [Job::Archive, Job::DailyRound, Job::Accounts, Job::Files] {
        let done = run(store, objects, job, When::Now).await.expect("it works");
        assert!(done.is_some(), "{job:?}");
        let last = newest(&hub, job).await;
        assert_eq!((last.status.as_str(), last.error_code.as_deref()), ("ok", None), "{last:?}");
        assert!(last.seconds >= 0.0 && last.started_at.ends_with('Z'), "{last:?}");
        assert_eq!(Value::Object(done.expect("done")), last.details);
        assert_eq!(run(store, objects, job, DUE).await.expect("asked"), None, "{job:?} is not due again");
    }
    assert_eq!(run(store, objects, Job::KeyRotation, When::Now).await.expect("asked"), None, "nothing is replaced");
    let standing = upkeep::standing(store).await.expect("read");
    assert_eq!(standing.len(), 4, "{standing:?}");
    assert!(standing.iter().all(|job| job.last_success.is_some() && job.failures == 0), "{standing:?}");
}

/// F040, F243: a job that fails says why, is told by its code, waits longer each time, and does what it can meanwhile.
#[tokio::test]
async fn a_job_that_fails_waits_and_says_why() {
    let hub = TestHub::start().await;
    at_rest(&hub).await;
    let sql = hub.database.sql().await;
    let other = hub.other_house().await;
    sql.execute("update organizations set time_zone = 'Nowhere/Land' where id = $1", &[&other.organization_id])
        .await
        .expect("edited");
    let (store, objects) = (&hub.server.node.store, &hub.server.objects);
    // As if all was long ago.
    sql.batch_execute("delete from hub.maintenance_runs; delete from hub.daily_rounds").await.expect("emptied");
    let failed = run(store, objects, Job::DailyRound, DUE).await.expect_err("a house without a calendar");
    assert!(matches!(failed, JobError::Organizations(1)) && failed.code() == "organizations", "{failed}");
    let last = newest(&hub, Job::DailyRound).await;
    assert_eq!((last.status.as_str(), last.error_code.as_deref()), ("failed", Some("organizations")));
    assert_eq!(last.details["rounds"], 1, "the other house was served: {last:?}");
    for (minutes, runs) in [(1, 1), (2, 2), (4, 3)] {
        let almost = format!(
            "update hub.maintenance_runs set finished_at = now() - interval '{minutes} minutes' + interval '9 seconds'"
        );
        sql.batch_execute(&almost).await.expect("time passes");
        assert_eq!(
            run(store, objects, Job::DailyRound, DUE).await.expect("asked"),
            None,
            "after {runs} failures it waits"
        );
        let passed = format!("update hub.maintenance_runs set finished_at = now() - interval '{minutes} minutes'");
        sql.batch_execute(&passed).await.expect("time passes");
        run(store, objects, Job::DailyRound, DUE).await.expect_err("it fails again");
    }
    let standing = upkeep::standing(store).await.expect("read");
    assert!(standing.iter().any(|job| job.kind == "daily_round" && job.failures == 4), "{standing:?}");
    sql.execute("update organizations set time_zone = 'UTC' where id = $1", &[&other.organization_id])
        .await
        .expect("put right");
    assert!(run(store, objects, Job::DailyRound, When::Now).await.expect("it works").is_some());
    assert_eq!(run(store, objects, Job::DailyRound, DUE).await.expect("asked"), None, "it is not due any more");
}

/// F252: who stops in the middle says so, and the next goes on at once; who was killed is relieved when its claim has run out.
#[tokio::test]
async fn what_was_left_in_the_middle_goes_on() {
    let hub = TestHub::start().await;
    at_rest(&hub).await;
    let second = TestHub::serve(&hub.database).await;
    let (mine, theirs) = (&hub.server.node.store, &second.node.store);
    let begun = within(async {
        loop {
            match upkeep::claim(theirs, "archive", When::Now).await.expect("asked") {
                Some(claim) => break claim,
                None => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    })
    .await;
    upkeep::progress(theirs, begun, &serde_json::json!({"journal": 500})).await.expect("recorded");
    assert_eq!(upkeep::claim(mine, "archive", When::Now).await.expect("asked"), None, "another hub is at it");
    second.stop().await;
    let stopped = newest(&hub, Job::Archive).await;
    assert_eq!((stopped.status.as_str(), stopped.error_code.as_deref()), ("interrupted", Some("stopped")));
    assert_eq!(stopped.details["journal"], 500, "{stopped:?}");
    let mut next = upkeep::claim(mine, "archive", When::Now).await.expect("asked");
    assert!(next.is_some(), "nobody waits for it");
    // Killed: nobody says anything, and two minutes pass.
    let sql = hub.database.sql().await;
    sql.execute("update hub.maintenance_runs set claimed_until = now() where status = 'running'", &[])
        .await
        .expect("passed");
    let late = next.take().expect("it was claimed");
    assert!(upkeep::claim(mine, "archive", When::Now).await.expect("asked").is_some());
    assert!(!upkeep::progress(mine, late, &serde_json::json!({})).await.expect("asked"), "the late one hears of it");
    let codes: Vec<_> = upkeep::history(mine, Some("archive"), 3).await.expect("read");
    let codes: Vec<_> = codes.iter().map(|run| (run.status.as_str(), run.error_code.as_deref())).collect();
    assert_eq!(codes, [("running", None), ("interrupted", Some("hub_ended")), ("interrupted", Some("stopped"))]);
}

/// F243, F252: the operator sees what was done and has it done now, beside a hub that serves.
#[tokio::test]
async fn the_operator_lists_and_runs_jobs() {
    let hub = HubProcess::start().await;
    let ran = hub.run("maintenance", &["run", "files"]).await;
    let said: Value = serde_json::from_slice(&ran.stdout).unwrap_or_default();
    assert!(ran.status.success() && said["status"] == "ok", "{}", String::from_utf8_lossy(&ran.stderr));
    let listed = hub.run("maintenance", &["list", "--job", "files", "--json"]).await;
    let runs: Vec<Value> =
        String::from_utf8_lossy(&listed.stdout).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!((runs.len(), &runs[0]["kind"], &runs[0]["status"]), (1, &"files".into(), &"ok".into()), "{runs:?}");
    let listed = hub.run("maintenance", &["list"]).await;
    let text = String::from_utf8_lossy(&listed.stdout);
    assert!(text.lines().any(|line| line.contains("  files          ok  ")), "{text}");
    let sql = hub.sql().await;
    sql.batch_execute(
        "insert into hub.maintenance_runs (kind, claimed_until) values ('archive', now() + interval '1 minute')",
    )
    .await
    .expect("a hub is at it");
    let busy = hub.run("maintenance", &["run", "archive"]).await;
    assert!(!busy.status.success() && String::from_utf8_lossy(&busy.stderr).contains("a hub is at it"));
    assert!(!hub.run("maintenance", &["run", "nothing"]).await.status.success());
}
