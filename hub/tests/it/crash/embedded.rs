use std::fs;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use futures_util::future::join_all;
use schemas::{CueVerb, DeviceProfile, RunKind, VerdictKind};

use super::Venue;
use crate::support::process::{HubProcess, signal};
use crate::support::room::{SOON, assert_counted, column, shows_the_database, until};
use crate::support::rundown::{cue, start};
use crate::support::scan::Scan;
use crate::support::show::{scan, verdict};

/// F271: the database's server is killed under the hub: the hub starts it again, and a scan that came meanwhile waits.
#[tokio::test]
async fn the_hub_brings_its_database_back() {
    let hub = HubProcess::start().await;
    let venue = Venue::open(&hub, 3).await;
    let tablet = venue.device(&hub, "Tablet", DeviceProfile::Scan, &["event_counters"]).await;
    let (pid, before) = (hub.pid(), hub.postmaster().expect("it runs"));
    for (round, (code, _)) in venue.parties.iter().enumerate() {
        // A backend outlives its server for a moment and may have answered the scan before: the next one has to be up.
        let cluster = hub.whole_cluster().await;
        // All of it; its first process only; asked politely by somebody else.
        let (how, whom) = [("KILL", &cluster[..]), ("KILL", &cluster[..1]), ("INT", &cluster[..1])][round];
        signal(how, whom);
        let admitted = tokio::time::timeout(SOON, verdict(&tablet, scan(code))).await.expect("the scan is answered");
        assert_eq!(admitted.result, VerdictKind::Admitted, "round {round}");
        assert_ne!(hub.whole_cluster().await[0], cluster[0], "round {round}: another server");
    }
    assert_eq!(hub.pid(), pid, "the same hub");
    assert_ne!(hub.postmaster(), Some(before));
    assert!(venue.api.is_ready().await);
    until(&tablet, "all three", |state| column(state, "event_counters", venue.event_id, "checked_in_count") == 3).await;
}

/// F271: a hub that was killed leaves its server running; the next one takes it over, and stops it when it is told to.
#[tokio::test]
async fn an_orphaned_server_is_taken_over() {
    let mut hub = HubProcess::start().await;
    let venue = Venue::open(&hub, 2).await;
    let tablet = venue.device(&hub, "Tablet", DeviceProfile::Scan, &["event_counters"]).await;
    let server = hub.postmaster().expect("it runs");
    hub.kill().await;
    assert_eq!(hub.postmaster(), Some(server), "an orphan");
    hub.serve().await;
    assert_eq!(hub.postmaster(), Some(server), "the same server");
    assert_eq!(verdict(&tablet, scan(&venue.parties[0].0)).await.result, VerdictKind::Admitted);

    // An adopted server is looked after like one's own.
    signal("KILL", &hub.cluster());
    assert_eq!(verdict(&tablet, scan(&venue.parties[1].0)).await.result, VerdictKind::Admitted);
    hub.kill().await;
    hub.serve().await;
    assert!(hub.terminate().await.success());
    assert_eq!(hub.postmaster(), None, "it stops with the hub");
    assert!(!hub.data.join("postgres/postmaster.pid").exists(), "in good order");
}

/// F271: after a crash of everything, the number in the server's lock file may belong to somebody else by now.
#[tokio::test]
async fn a_stale_lock_file_stops_nobody() {
    let mut hub = HubProcess::start().await;
    let venue = Venue::open(&hub, 1).await;
    let cluster = hub.cluster();
    hub.kill().await;
    signal("KILL", &cluster);
    let lock = hub.data.join("postgres/postmaster.pid");
    let left = fs::read_to_string(&lock).expect("a crash leaves it behind");
    let mut stranger =
        Command::new("sleep").arg("600").uid(hub.server_user()).stdin(Stdio::null()).spawn().expect("sleep");
    fs::write(&lock, left.replacen(&cluster[0].to_string(), &stranger.id().to_string(), 1)).expect("ours to write");
    hub.serve().await;
    let tablet = venue.device(&hub, "Tablet", DeviceProfile::Scan, &[]).await;
    assert_eq!(verdict(&tablet, scan(&venue.parties[0].0)).await.result, VerdictKind::Admitted);
    assert!(stranger.try_wait().expect("ours").is_none(), "and the stranger lives on");
    stranger.kill().expect("ours");
    stranger.wait().expect("ours");
    // Again, with the number of nobody.
    let cluster = hub.cluster();
    hub.kill().await;
    signal("KILL", &cluster);
    hub.serve().await;
    assert!(venue.api.is_ready().await);
}

/// A second hub on the same folder says who has it, and leaves the first one alone.
#[tokio::test]
async fn a_second_hub_on_one_folder_is_refused() {
    let mut hub = HubProcess::start().await;
    let venue = Venue::open(&hub, 1).await;
    let tablet = venue.device(&hub, "Tablet", DeviceProfile::Scan, &[]).await;
    let server = hub.postmaster();
    let owner = ["--email", "other@maison.example", "--password", "correct horse battery", "--organization", "Other"];
    for (command, arguments) in [("serve", &[][..]), ("migrate", &[]), ("create-owner", &owner)] {
        let refused = hub.run(command, arguments).await;
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success(), "{command}: {said}");
        assert!(said.contains(&format!("the hub with process id {}", hub.pid())), "{command}: {said}");
    }
    assert_eq!(hub.postmaster(), server);
    assert_eq!(verdict(&tablet, scan(&venue.parties[0].0)).await.result, VerdictKind::Admitted);
    assert!(hub.terminate().await.success());
    let migrated = hub.run("migrate", &[]).await;
    assert!(migrated.status.success(), "the folder is free again: {}", String::from_utf8_lossy(&migrated.stderr));
    assert_eq!(hub.postmaster(), None, "and a command that is done leaves no server behind");
}

/// F271, F272: SIGTERM in the middle of a storm: what was acknowledged is kept, the rest is answered by the next hub.
#[tokio::test]
async fn a_graceful_stop_loses_nothing() {
    let mut hub = HubProcess::start().await;
    let venue = Venue::open(&hub, 120).await;
    let mut tablets = Vec::new();
    for number in 0..4 {
        tablets.push(venue.device(&hub, &format!("Tablet {number}"), DeviceProfile::Scan, &["event_counters"]).await);
    }
    let storm = join_all(venue.parties.iter().enumerate().map(|(number, (code, _))| {
        let tablet = &tablets[number % 4];
        async move { verdict(tablet, Scan::entry(code).into()).await }
    }));
    let stopped = async {
        // In the middle: some are answered, some are not.
        let wall = &tablets[0];
        until(wall, "somebody is in", |state| {
            column(state, "event_counters", venue.event_id, "checked_in_count").as_i64() > Some(0)
        })
        .await;
        let status = hub.terminate().await;
        let left = (status, hub.postmaster());
        hub.serve().await;
        left
    };
    let both = async { tokio::join!(storm, stopped) };
    let (verdicts, (status, postmaster)) =
        tokio::time::timeout(Duration::from_secs(60), both).await.expect("every scan is answered");
    assert!(status.success() && postmaster.is_none(), "{status}, {postmaster:?}");
    assert!(verdicts.iter().all(|verdict| verdict.result == VerdictKind::Admitted), "each of them once");
    let sql = hub.sql().await;
    let kept: i64 = sql
        .query_one("select count(*) from check_ins where event_id = $1 and result = 'accepted'", &[&venue.event_id])
        .await
        .expect("scans")
        .get(0);
    assert_eq!(usize::try_from(kept), Ok(venue.parties.len()));
    assert_counted(&sql, venue.event_id).await;
}

/// F050, F271: everything is killed in the middle of the show: the run is where it was, to the millisecond, and the caller
/// goes on with the revision that the desk shows.
#[tokio::test]
async fn a_crash_keeps_the_run() {
    let tables = ["show_runs", "show_run_cues"];
    let mut hub = HubProcess::start().await;
    let venue = Venue::open(&hub, 1).await;
    let sql = hub.sql().await;
    sql.execute(
        "insert into event_schedules (organization_id, event_id, title, start_time, end_time, order_index)
         select organization_id, id, 'Look ' || n, now() + n * interval '1 min', now() + (n + 1) * interval '1 min', n
           from events, generate_series(0, 5) n where id = $1",
        &[&venue.event_id],
    )
    .await
    .expect("a rundown");
    let desk = venue.device(&hub, "Desk", DeviceProfile::Caller, &tables).await;
    cue(&desk, 0, start(RunKind::Show)).await.expect("it starts");
    cue(&desk, 1, CueVerb::AddTime { ms: 30_000 }).await.expect("it goes on");
    cue(&desk, 2, CueVerb::Next).await.expect("it goes on");
    cue(&desk, 3, CueVerb::Hold).await.expect("it goes on");
    shows_the_database(&desk, &sql, venue.event_id, &tables).await;
    let before = desk.state().tables().clone();

    let cluster = hub.cluster();
    hub.kill().await;
    signal("KILL", &cluster);
    hub.serve().await;
    let second = venue.device(&hub, "Second desk", DeviceProfile::Caller, &tables).await;
    assert_eq!(*second.state().tables(), before);
    let (run_id, revision) = cue(&desk, 4, CueVerb::Resume).await.expect("the first desk goes on");
    assert_eq!(revision, 5);
    for room in [&desk, &second] {
        until(room, "it runs on", |state| column(state, "show_runs", run_id, "status") == "running").await;
    }
}
