use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use schemas::{About, ClientFrame, Command, DeviceProfile, Encoding, ErrorCode, Outcome, ServerFrame, Topic};
use tokio::sync::Notify;
use uuid::Uuid;

use super::Venue;
use crate::support::Wire;
use crate::support::bare::{Bare, Heard};
use crate::support::process::HubProcess;
use crate::support::room::assert_counted;
use crate::support::show::scan;

const TABLETS: usize = 6;
/// Scans of one tablet that wait for their verdicts.
const WINDOW: usize = 40;
/// Verdicts in all before the hub is told to stop.
const BEFORE: usize = 300;
const PARTIES: usize = 400;
/// More than any machine gets through before it is told to stop.
const MOST: usize = 20_000;

/// What one tablet sent, and what it was told.
#[derive(Default)]
struct Tablet {
    sent: BTreeMap<Uuid, Command>,
    answered: BTreeMap<Uuid, Outcome>,
    /// Told to come again, by id.
    refused: BTreeSet<Uuid>,
    end: Option<(ErrorCode, u16)>,
}

/// Scans without a pause, until the hub closes the socket.
async fn storm(
    address: SocketAddr,
    token: &str,
    venue: &Venue,
    number: usize,
    heard: &(AtomicUsize, Notify),
) -> Tablet {
    let mut tablet = Tablet::default();
    let mut socket = Bare::hello(address, None, token).await;
    let (mut last, mut next) = (None, number * 61);
    loop {
        let waiting = tablet.sent.len() - tablet.answered.len() - tablet.refused.len();
        if waiting < WINDOW && tablet.refused.is_empty() && last.is_none() && tablet.sent.len() < MOST {
            let (id, command) = (Uuid::now_v7(), scan(&venue.parties[next % PARTIES].0));
            next += 1;
            tablet.sent.insert(id, command.clone());
            let frame = ClientFrame::Command { command_id: id, topic: Topic::event(venue.event_id), command };
            let bytes = Bare::frame(Bare::TEXT, &Encoding::Json.encode(&frame));
            // A hub that has hung up is found out by what is heard.
            let _ = socket.write(&bytes).await;
            continue;
        }
        match socket.hear().await {
            Heard::Frame(frame) => match *frame {
                ServerFrame::Outcome { command_id, outcome, duplicate, .. } => {
                    assert!(!duplicate, "every id is sent once");
                    assert!(tablet.answered.insert(command_id, outcome).is_none(), "an answer came twice");
                    heard.0.fetch_add(1, Ordering::Relaxed);
                    heard.1.notify_one();
                }
                ServerFrame::Error { code, fatal: true, .. } => last = Some(code),
                ServerFrame::Error { code, about: Some(About::Command(id)), retryable, .. } => {
                    assert!(code == ErrorCode::Draining && retryable, "{code:?}");
                    tablet.refused.insert(id);
                }
                _ => {}
            },
            Heard::Close(code) => {
                tablet.end = last.map(|last| (last, code));
                return tablet;
            }
            Heard::Pong => {}
            Heard::End => panic!("the hub hung up on tablet {number} without a word"),
        }
    }
}

/// F079, F270, F271: SIGTERM in the midst of a storm of scans. Whatever was committed is answered before its socket is closed;
/// nothing else is; every socket hears why, with the close code of a restart; and whoever repeats an id at the next hub
/// is told what was decided, or has it decided then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hub_that_is_told_to_stop_answers_what_it_has_begun() {
    let mut hub = HubProcess::start().await;
    let venue = Venue::open(&hub, PARTIES).await;
    let mut tokens = Vec::new();
    for number in 0..TABLETS {
        tokens.push(venue.pair(&format!("Tablet {number}"), DeviceProfile::Scan).await);
    }
    let address: SocketAddr = hub.url().trim_start_matches("http://").parse().expect("an address");
    let heard = (AtomicUsize::new(0), Notify::new());
    let storms =
        join_all(tokens.iter().enumerate().map(|(number, token)| storm(address, token, &venue, number, &heard)));
    let stopped = async {
        while heard.0.load(Ordering::Relaxed) < BEFORE {
            heard.1.notified().await;
        }
        hub.terminate().await
    };
    let (tablets, status) = tokio::join!(storms, stopped);
    assert!(status.success(), "{status}: {}", hub.log());

    for (number, tablet) in tablets.iter().enumerate() {
        assert_eq!(tablet.end, Some((ErrorCode::Draining, 1012)), "tablet {number}");
        assert!(tablet.sent.len() < MOST && !tablet.answered.is_empty(), "the storm went on until the end");
    }
    let answered: BTreeSet<Uuid> = tablets.iter().flat_map(|tablet| tablet.answered.keys().copied()).collect();
    hub.serve().await;
    let sql = hub.sql().await;
    let committed = sql.query("select command_id from live.commands where kind = 'scan'", &[]).await.expect("asked");
    let committed: BTreeSet<Uuid> = committed.iter().map(|row| row.get(0)).collect();
    assert!(answered.len() > BEFORE, "{} were under way when it was told", answered.len() - BEFORE);
    assert_eq!(committed, answered, "committed and answered are the same");

    let address: SocketAddr = hub.url().trim_start_matches("http://").parse().expect("an address");
    for (tablet, token) in tablets.iter().zip(&tokens) {
        let mut wire = Wire::hello(address, Encoding::Json, token).await;
        for (id, command) in &tablet.sent {
            let (outcome, duplicate) =
                wire.command(*id, Topic::event(venue.event_id), command.clone()).await.expect("decided");
            assert_eq!(duplicate, tablet.answered.contains_key(id));
            if let Some(before) = tablet.answered.get(id) {
                assert_eq!(outcome, *before);
            }
        }
    }
    let rows = sql.query_one("select count(*) from check_ins where event_id = $1", &[&venue.event_id]).await;
    let sent: usize = tablets.iter().map(|tablet| tablet.sent.len()).sum();
    assert_eq!(rows.expect("counted").get::<_, i64>(0), i64::try_from(sent).expect("few"));
    assert_counted(&sql, venue.event_id).await;
    assert!(hub.terminate().await.success());
}
