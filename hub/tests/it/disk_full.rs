//! No space is left for the database.

use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::Command as Process;

use hub_client::{Api, NewEvent, NewPairing};
use schemas::{Command, DeviceProfile, Done, Encoding, ErrorCode, Outcome, Topic, VerdictKind};
use serde_json::json;
use uuid::Uuid;

use crate::support::Wire;
use crate::support::http::http;
use crate::support::process::HubProcess;
use crate::support::room::assert_counted;
use crate::support::show::scan;

/// How many scans are tried without space.
const SCANS: usize = 60;

/// From now on no process of the hub's server makes a file longer than so many bytes; `None`: as long as it likes. The
/// kernel refuses what comes beyond, as it does on a full disk.
fn limit_files(hub: &HubProcess, bytes: Option<u64>) {
    let limit = bytes.map_or_else(|| "unlimited".to_owned(), |bytes| bytes.to_string());
    // Twice: what was started while the first process had no limit yet has none either.
    for pid in hub.cluster().into_iter().chain(hub.cluster()) {
        // As the server's user: its own processes everybody may limit, others' not even every root.
        let mut prlimit = Process::new("prlimit");
        prlimit.arg(format!("--pid={pid}")).arg(format!("--fsize={limit}:"));
        if hub.server_user() != own_user() {
            let group = std::fs::metadata(hub.data.join("postgres")).expect("the cluster is there").gid();
            prlimit.uid(hub.server_user()).gid(group);
        }
        let set = prlimit.output().expect("prlimit comes with util-linux");
        // A process that has ended meanwhile needs no limit.
        assert!(set.status.success() || !std::path::Path::new(&format!("/proc/{pid}")).exists(), "{set:?}");
    }
}

fn own_user() -> u32 {
    std::fs::metadata("/proc/self").expect("a /proc").uid()
}

async fn count(sql: &tokio_postgres::Client, what: &str) -> i64 {
    sql.query_one(&format!("select count(*) from {what}"), &[]).await.expect("counted").get(0)
}

/// F079, F271: Postgres has no space for what a scan writes. Nobody is told that they are in, every tablet is told to try again,
/// nothing is half done; when there is space again, the same ids are taken, by the same hub.
#[tokio::test]
async fn a_full_disk_loses_no_scan_and_invents_none() {
    let mut hub = HubProcess::start().await;
    let api = Api::new(&hub.url()).expect("a URL");
    let login = api.sign_in(HubProcess::OWNER, HubProcess::PASSWORD).await.expect("the password is right");
    let api = api.with_token(login.access_token);
    let event = NewEvent {
        title: "Nocturne".into(),
        start_time: "2030-09-24T18:00:00Z".into(),
        end_time: "2030-09-24T22:00:00Z".into(),
        time_zone: "Europe/Paris".into(),
        capacity_limit: None,
    };
    let event = api.create_event(&event).await.expect("made");
    let event_id: Uuid = event["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let sql = hub.sql().await;
    sql.execute("update events set status = 'published' where id = $1", &[&event_id]).await.expect("published");
    let guests: String = (0..SCANS).map(|number| format!("Guest {number},Guests,confirmed\n")).collect();
    let file = format!("Name,Tier,Status\n{guests}");
    assert!(api.import(event_id, "guests", "guests.csv", file, None, true).await.expect("a report").applied);
    let gate: Uuid = sql
        .query_one(
            "insert into event_gates (organization_id, event_id, name) select organization_id, id, 'North' from events
              where id = $1 returning id",
            &[&event_id],
        )
        .await
        .expect("a gate")
        .get(0);
    let tablet =
        NewPairing { name: "Tablet".into(), profile: DeviceProfile::Scan, gate_id: Some(gate), supervisor: false };
    let pairing = api.pair(event_id, &tablet).await.expect("a code");
    let token = api.claim(&pairing.code).await.expect("claimed").token;
    let codes = sql.query("select qr_code_data from registrations order by id", &[]).await.expect("asked");
    let scans: Vec<(Uuid, Command)> = codes.iter().map(|row| (Uuid::now_v7(), scan(row.get(0)))).collect();

    // Outcomes of long ago, small ones that leave no room in their pages, until their table is the longest file by far; longer
    // than a file of the write-ahead log.
    sql.batch_execute(
        "alter table live.commands set (autovacuum_enabled = off);
         insert into live.commands (command_id, organization_id, topic, kind, fingerprint, principal_kind, principal_id, outcome)
         select gen_random_uuid(), id, 'organization:' || id, 'scan', decode(repeat('00', 16), 'hex'), 'device', id,
                '{\"filler\": true}'
           from organizations, generate_series(1, 130000) n;
         checkpoint",
    )
    .await
    .expect("written");
    let size = "select pg_relation_size('live.commands'), max(pg_relation_size(c.oid)) from pg_class c
                 where c.oid <> 'live.commands'::regclass and c.relkind in ('r', 'i', 't')";
    let sizes = sql.query_one(size, &[]).await.expect("measured");
    let (full, next): (i64, i64) = (sizes.get(0), sizes.get(1));
    assert!(full > 17 * 1024 * 1024 && next < full, "{full} and {next}");

    let topic = Topic::event(event_id);
    let address = hub.url().trim_start_matches("http://").parse().expect("an address");
    let mut wire = Wire::hello(address, Encoding::Json, &token).await;
    wire.join(topic, Some(&["event_counters"])).await;
    // The pages that are there hold a few outcomes more; half of the next one is as much as there is.
    limit_files(&hub, Some(u64::try_from(full).expect("a size") + 4096));
    let mut taken = 0;
    let mut refused = None;
    for (id, command) in &scans {
        match wire.command(*id, topic, command.clone()).await {
            Ok(_) => taken += 1,
            Err(code) => {
                refused = Some(code);
                break;
            }
        }
    }
    assert_eq!(refused, Some(ErrorCode::Unavailable), "after {taken} scans that found a place");
    assert!(ErrorCode::Unavailable.retryable());
    // So it goes for whoever comes next, by socket or not, and nothing of it is left behind.
    let [.., (here, one), (there, two)] = &scans[..] else { panic!("many") };
    let bulk = json!({"scans": [{"command_id": there, "command": two}]});
    let path = format!("/v1/events/{event_id}/scans");
    let (again, answer) =
        tokio::join!(wire.command(*here, topic, one.clone()), http(address, "POST", &path, Some(&token), Some(&bulk)));
    assert_eq!(again, Err(ErrorCode::Unavailable));
    assert_eq!(answer.json()["answers"][0]["code"], "unavailable", "{answer:?}");
    assert_eq!(count(&sql, "check_ins").await, taken);
    assert_eq!(count(&sql, "registrations where status = 'attended'").await, taken);
    assert_eq!(count(&sql, "live.commands where not outcome ? 'filler'").await, taken);
    assert_counted(&sql, event_id).await;
    let pid = hub.pid();

    limit_files(&hub, None);
    // The socket has been silent for longer than a hub listens to silence; a tablet would have sent heartbeats.
    let mut wire = Wire::hello(address, Encoding::Json, &token).await;
    for (number, (id, command)) in scans.iter().enumerate() {
        let (outcome, duplicate) = wire.command(*id, topic, command.clone()).await.expect("decided");
        assert_eq!(duplicate, i64::try_from(number).expect("few") < taken, "scan {number}");
        let Outcome::Done { done: Done::Verdict { verdict } } = outcome else { panic!("{outcome:?}") };
        assert_eq!(verdict.result, VerdictKind::Admitted, "scan {number}");
    }
    assert_eq!(count(&sql, "check_ins").await, i64::try_from(SCANS).expect("few"));
    assert_counted(&sql, event_id).await;
    assert_eq!(hub.pid(), pid, "it went on");
    assert!(hub.terminate().await.success());
}
