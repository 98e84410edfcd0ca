use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use hub_client::Room;
use schemas::{Command, DeviceProfile, Done, Outcome, VerdictKind};
use tokio::sync::Notify;
use uuid::Uuid;

use super::Venue;
use crate::support::process::{HubProcess, signal};
use crate::support::room::{assert_counted, shows_the_database};
use crate::support::scan::Scan;

/// How often something is killed.
const CRASHES: usize = 50;
const TABLETS: usize = 6;
/// Parties that come between two crashes. Every tablet scans each of them, some twice.
const PARTIES: usize = 6;

const LEDGER: [&str; 4] = ["event_counters", "gate_counters", "check_ins", "registrations"];
const WALL: [&str; 2] = ["event_counters", "gate_counters"];

/// A scan as its tablet was answered.
struct Acknowledged {
    id: Uuid,
    command: Command,
    outcome: Outcome,
}

/// What goes down.
#[derive(Debug, Clone, Copy)]
enum Victim {
    Hub,
    /// The database with all its processes.
    Cluster,
    /// Its first process only: the others have to notice.
    Postmaster,
    /// The machine, as far as both of them can tell.
    Both,
}

impl Victim {
    fn of(crash: usize) -> Self {
        match crash % 10 {
            9 => Self::Both,
            even if even % 2 == 0 => Self::Hub,
            5 => Self::Postmaster,
            _ => Self::Cluster,
        }
    }

    async fn strike(self, hub: &mut HubProcess) {
        match self {
            Self::Hub => hub.kill().await,
            Self::Cluster => signal("KILL", &hub.cluster()),
            Self::Postmaster => signal("KILL", hub.cluster().get(..1).unwrap_or_default()),
            Self::Both => {
                hub.kill().await;
                signal("KILL", &hub.cluster());
            }
        }
        if matches!(self, Self::Hub | Self::Both) {
            hub.serve().await;
        }
    }
}

/// One tablet's scans of a round: every party once, some twice, each tablet in an order of its own.
async fn scan(
    tablet: &Room,
    number: usize,
    parties: &[(String, i16)],
    answered: &AtomicUsize,
    heard: &Notify,
) -> Vec<Acknowledged> {
    let mut acknowledged = Vec::new();
    for step in 0..parties.len() + 2 {
        let (code, _) = &parties[(step * (number % 2 * 2 + 1) + number) % parties.len()];
        let people = [None, Some(1)][(step + number) % 2];
        let command: Command = Scan { people, ..Scan::entry(code) }.into();
        let id = Uuid::now_v7();
        let ack = tablet.send_as(id, command.clone()).await.expect("a scan is answered in the end");
        acknowledged.push(Acknowledged { id, command, outcome: ack.outcome });
        answered.fetch_add(1, Ordering::Relaxed);
        heard.notify_one();
    }
    acknowledged
}

fn verdict(outcome: &Outcome) -> &schemas::Verdict {
    match outcome {
        Outcome::Done { done: Done::Verdict { verdict } } => verdict,
        other => panic!("not a verdict: {other:?}"),
    }
}

/// F051, F079, F270, F271, F272: `kill -9` of the hub and of its database, fifty times, each in the middle of a storm of
/// scans: no acknowledged scan is lost or changed, nobody is admitted twice, the counters are right, and every screen ends
/// up with what the database holds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_in_fifty_crashes() {
    let mut hub = HubProcess::start().await;
    let venue = Venue::open(&hub, CRASHES * PARTIES).await;
    let mut tablets = Vec::new();
    for number in 0..TABLETS {
        tablets.push(venue.device(&hub, &format!("Tablet {number}"), DeviceProfile::Scan, &LEDGER).await);
    }
    let walls = [
        venue.device(&hub, "Wall", DeviceProfile::Wall, &WALL).await,
        venue.device(&hub, "Lobby", DeviceProfile::Wall, &WALL).await,
    ];

    let mut acknowledged: Vec<Acknowledged> = Vec::new();
    for crash in 0..CRASHES {
        let parties = &venue.parties[crash * PARTIES..(crash + 1) * PARTIES];
        let (answered, heard) = (AtomicUsize::new(0), Notify::new());
        let storm = join_all(
            tablets.iter().enumerate().map(|(number, tablet)| scan(tablet, number, parties, &answered, &heard)),
        );
        let struck = async {
            // At another moment of the storm each time, from before the first answer on.
            while answered.load(Ordering::Relaxed) < crash * 7 % 40 {
                heard.notified().await;
            }
            Victim::of(crash).strike(&mut hub).await;
        };
        let both = async { tokio::join!(storm, struck).0 };
        let round = tokio::time::timeout(std::time::Duration::from_secs(60), both).await;
        let Ok(round) = round else { panic!("crash {crash}, {:?}: no answers\n{}", Victim::of(crash), hub.log()) };
        acknowledged.extend(round.into_iter().flatten());
    }
    assert_eq!(acknowledged.len(), CRASHES * TABLETS * (PARTIES + 2));

    let sql = hub.sql().await;
    let rows = sql
        .query(
            "select scan_uid, result, people::int, registration_id from check_ins where event_id = $1",
            &[&venue.event_id],
        )
        .await
        .expect("scans");
    let ledger: HashMap<Uuid, (String, i32, Option<Uuid>)> =
        rows.iter().map(|row| (row.get(0), (row.get(1), row.get(2), row.get(3)))).collect();
    assert_eq!(ledger.len(), acknowledged.len(), "one row a scan");
    for scan in &acknowledged {
        let verdict = verdict(&scan.outcome);
        let result = if verdict.result == VerdictKind::Admitted { "accepted" } else { "duplicate" };
        let guest = verdict.guest.as_ref().map(|guest| guest.registration_id);
        let kept = ledger.get(&scan.id).unwrap_or_else(|| panic!("an acknowledged scan is lost: {verdict:?}"));
        assert_eq!(*kept, (result.to_owned(), verdict.people.into(), guest));
    }
    let let_in = sql
        .query(
            "select r.party_size::int, r.arrived_count::int, coalesce(sum(c.people), 0)::int
               from registrations r left join check_ins c on c.registration_id = r.id and c.result = 'accepted'
              where r.event_id = $1 group by r.id",
            &[&venue.event_id],
        )
        .await
        .expect("guests");
    for party in &let_in {
        let (size, arrived, admitted): (i32, i32, i32) = (party.get(0), party.get(1), party.get(2));
        assert_eq!((arrived, admitted), (size, size), "everybody was scanned often enough, and came once");
    }
    assert_counted(&sql, venue.event_id).await;
    for tablet in &tablets {
        shows_the_database(tablet, &sql, venue.event_id, &LEDGER).await;
    }
    for wall in &walls {
        shows_the_database(wall, &sql, venue.event_id, &WALL).await;
    }
    // Whoever asks again is told the same, whatever was killed since.
    for scan in acknowledged.iter().step_by(97) {
        let again = tablets[0].send_as(scan.id, scan.command.clone()).await;
        let again = again.expect("a retry is answered");
        assert!(again.duplicate && again.outcome == scan.outcome, "{again:?} instead of {:?}", scan.outcome);
    }
    assert!(hub.terminate().await.success());
}
