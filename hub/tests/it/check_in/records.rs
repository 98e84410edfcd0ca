use schemas::{ClientFrame, Encoding, Outcome, ServerFrame, VerdictKind};
use uuid::Uuid;

use crate::support::room::assert_counted;
use crate::support::scan::Scan;
use crate::support::show::{scan, verdict};
use crate::support::{Show, TestHub, Wire};

const TEN_YEARS_MS: i64 = 10 * 365 * 24 * 3600 * 1000;

/// F272: whatever a tablet's clock says is kept beside the hub's own time, and decides nothing.
#[tokio::test]
async fn a_tablets_clock_is_kept_and_not_believed() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let show = Show::with_guests(&hub, 2).await;
    let tablet = show.tablet(&hub, "Tablet", show.gate_id, false, &[]).await;
    let now = i64::try_from(
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_millis(),
    )
    .expect("before the year 9999");
    for (guest, skew) in [(0, -TEN_YEARS_MS), (1, TEN_YEARS_MS)] {
        let code = &show.guests[guest].1;
        let kept = Scan { scanned_at: now + skew, offline: true, ..Scan::entry(code) };
        let admitted = verdict(&tablet, kept.into()).await;
        assert_eq!(admitted.result, VerdictKind::Admitted);
        let row = sql
            .query_one(
                "select (extract(epoch from scanned_at) * 1000)::bigint, offline,
                        received_at between clock_timestamp() - interval '1 minute' and clock_timestamp()
                   from check_ins where scan_uid = $1",
                &[&admitted.scan_id],
            )
            .await
            .expect("kept");
        assert_eq!((row.get(0), row.get(1), row.get(2)), (now + skew, true, true));
        let again = verdict(&tablet, scan(code)).await;
        assert_eq!(
            (again.result, again.earlier.map(|earlier| earlier.at)),
            (VerdictKind::AlreadyIn, Some(admitted.at))
        );
        let online: bool = sql
            .query_one("select offline from check_ins where scan_uid = $1", &[&again.scan_id])
            .await
            .expect("kept")
            .get(0);
        assert!(!online);
    }
}

/// Sends commands in this order and returns the outcomes, as bytes, by command.
async fn outcomes(wire: &mut Wire, frames: &[ClientFrame]) -> Vec<(Uuid, Vec<u8>)> {
    for frame in frames {
        wire.send(frame).await;
    }
    let mut got = Vec::new();
    while got.len() < frames.len() {
        let outcome = wire
            .receive_where(|frame| match frame {
                ServerFrame::Outcome { command_id, outcome, .. } => Some((command_id, outcome)),
                ServerFrame::Error { code, message, .. } => panic!("{code:?}: {message}"),
                _ => None,
            })
            .await;
        got.push((outcome.0, serde_json::to_vec::<Outcome>(&outcome.1).expect("outcomes are JSON")));
    }
    got.sort();
    got
}

/// F271, F272: commands that are doubled, reordered and replayed, on the same socket, another socket, another hub and after
/// the hub was started anew, have one outcome, byte by byte, refused ones too; and each is one row.
#[tokio::test]
async fn a_replay_gets_the_same_bytes() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let mut show = Show::with_guests(&hub, 6).await;
    let party = show.add_guest(&hub, &sql, "Nora Nomoto", 3, "confirmed").await;
    let (_, token) = show.pair(&hub, "Tablet", schemas::DeviceProfile::Scan, Some(show.gate_id), false).await;
    let frame =
        |scan: Scan<'_>| ClientFrame::Command { command_id: Uuid::now_v7(), topic: show.topic, command: scan.into() };
    let mut wire = Wire::hello(hub.server.address, Encoding::MessagePack, &token).await;
    // Somebody is in already, by an earlier commit.
    outcomes(&mut wire, &[frame(Scan::entry(&show.guests[0].1))]).await;

    let mut frames: Vec<ClientFrame> = show.guests.iter().map(|(_, code)| frame(Scan::entry(code))).collect();
    frames.push(frame(Scan::entry("nobody knows this one")));
    frames.push(frame(Scan { people: Some(1), ..Scan::entry(&party.1) }));
    frames.push(frame(Scan::entry(&show.guests[0].1)));
    // Every one three times, in one go: some wait together for the commit before theirs.
    let doubled: Vec<ClientFrame> =
        frames.iter().flat_map(|frame| [frame.clone(), frame.clone(), frame.clone()]).collect();
    let first = outcomes(&mut wire, &doubled).await;
    for same in first.chunks(3) {
        let text = |answer: &(Uuid, Vec<u8>)| String::from_utf8_lossy(&answer.1).into_owned();
        assert_eq!((text(&same[0]), text(&same[0])), (text(&same[1]), text(&same[2])));
    }
    let first: Vec<_> = first.into_iter().step_by(3).collect();
    let in_already = first.iter().filter(|(_, bytes)| String::from_utf8_lossy(bytes).contains("already_in"));
    assert_eq!(in_already.count(), 3, "the guest who was in, twice, and the party that had come whole");

    frames.reverse();
    assert_eq!(outcomes(&mut wire, &frames).await, first, "the same socket");
    let mut json = Wire::hello(hub.server.address, Encoding::Json, &token).await;
    frames.rotate_left(4);
    assert_eq!(outcomes(&mut json, &frames).await, first, "another socket, the other encoding");
    let second_hub = TestHub::serve(&hub.database).await;
    let mut there = Wire::hello(second_hub.address, Encoding::MessagePack, &token).await;
    assert_eq!(outcomes(&mut there, &frames).await, first, "another hub");

    let rows: i64 = sql
        .query_one("select count(*) from check_ins where event_id = $1", &[&show.event_id])
        .await
        .expect("scans")
        .get(0);
    assert_eq!(rows, 1 + i64::try_from(frames.len()).expect("few"));
    assert_counted(&sql, show.event_id).await;
    second_hub.stop().await;
}
