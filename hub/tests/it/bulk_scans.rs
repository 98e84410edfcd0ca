//! Scans over HTTP: the same commands, the same verdicts, many in one request.

use schemas::{Command, DeviceProfile, Direction, Done, Encoding, ErrorCode, Outcome, ServerFrame, VerdictKind};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::http::{Answer, http};
use crate::support::room::{assert_counted, until};
use crate::support::scan::Scan;
use crate::support::show::scan;
use crate::support::{Show, TestHub, Wire};

type Sent = (Uuid, Command);

fn new(command: impl Into<Command>) -> Sent {
    (Uuid::now_v7(), command.into())
}

async fn post(hub: &TestHub, event_id: Uuid, token: &str, scans: &[Sent]) -> Answer {
    let scans: Vec<Value> = scans.iter().map(|(id, command)| json!({"command_id": id, "command": command})).collect();
    let path = format!("/v1/events/{event_id}/scans");
    http(hub.server.address, "POST", &path, Some(token), Some(&json!({ "scans": scans }))).await
}

fn frames(answer: &Answer) -> Vec<ServerFrame> {
    assert_eq!(answer.status, 200, "{answer:?}");
    serde_json::from_value(answer.json()["answers"].clone()).expect("frames of the protocol")
}

/// Id, verdict and whether it had been decided before; or the code of an error.
fn judged(frame: &ServerFrame) -> Result<(Uuid, VerdictKind, bool), ErrorCode> {
    match frame {
        ServerFrame::Outcome {
            command_id,
            outcome: Outcome::Done { done: Done::Verdict { verdict } },
            duplicate,
            ..
        } => {
            assert_eq!(verdict.scan_id, *command_id);
            Ok((*command_id, verdict.result, *duplicate))
        }
        ServerFrame::Error { code, .. } => Err(*code),
        other => panic!("neither a verdict nor an error: {other:?}"),
    }
}

/// F079, F271: a whole queue of scans in one request, answered in order by the rules of the socket: parties, duplicates in the
/// same body, ids that are used again, values out of bounds, a gate that is not the tablet's; screens follow; a repetition of the
/// request is answered alike and changes nothing; and the socket knows the same ids.
#[tokio::test]
async fn a_body_of_scans_is_judged_like_so_many_frames() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let mut show = Show::with_guests(&hub, 3).await;
    let party = show.add_guest(&hub, &sql, "Nora Nomoto", 3, "confirmed").await.1;
    let elsewhere = show.add_gate(&hub, "South", &[]).await;
    let wall = show.wall(&hub, &["event_counters"]).await;
    let (_, token) = show.pair(&hub, "Handheld", DeviceProfile::Scan, Some(show.gate_id), false).await;
    let code = |number: usize| show.guests[number].1.as_str();

    let first = new(scan(code(0)));
    let scans = [
        first.clone(),
        first.clone(),
        new(scan(code(0))),
        new(Scan { people: Some(2), ..Scan::entry(&party) }),
        new(Scan { people: Some(2), ..Scan::entry(&party) }),
        new(scan("made up")),
        (first.0, scan(code(1))),
        new(Scan { people: Some(0), ..Scan::entry(code(1)) }),
        new(Scan { gate_id: Some(elsewhere), ..Scan::entry(code(1)) }),
        new(Scan { because: Some("I say so"), ..Scan::entry(code(1)) }),
        new(Scan { offline: true, scanned_at: 1, registration_id: Some(show.guests[2].0), ..Scan::default() }),
        new(Scan::exit(code(0))),
    ];
    let expected = [
        Ok((VerdictKind::Admitted, false)),
        Ok((VerdictKind::Admitted, true)),
        Ok((VerdictKind::AlreadyIn, false)),
        Ok((VerdictKind::Admitted, false)),
        Ok((VerdictKind::Admitted, false)),
        Ok((VerdictKind::Unknown, false)),
        Err(ErrorCode::CommandIdReused),
        Err(ErrorCode::InvalidArgument),
        Err(ErrorCode::Forbidden),
        Err(ErrorCode::Forbidden),
        Ok((VerdictKind::Admitted, false)),
        Ok((VerdictKind::Exited, false)),
    ];
    let answers = frames(&post(&hub, show.event_id, &token, &scans).await);
    for (number, (answer, expected)) in answers.iter().zip(&expected).enumerate() {
        let expected = expected.map(|(kind, duplicate)| (scans[number].0, kind, duplicate));
        assert_eq!(judged(answer), expected, "scan {number}");
    }
    assert_eq!(answers.len(), expected.len());
    let people = |frame: &ServerFrame| match frame {
        ServerFrame::Outcome { outcome: Outcome::Done { done: Done::Verdict { verdict } }, .. } => verdict.people,
        other => panic!("{other:?}"),
    };
    assert_eq!((people(&answers[3]), people(&answers[4])), (2, 1), "the party has three");
    until(&wall, "five arrived", |state| {
        state.table("event_counters").any(|(_, row)| row.get("arrived_people").and_then(Value::as_i64) == Some(5))
    })
    .await;

    let again = frames(&post(&hub, show.event_id, &token, &scans).await);
    for (before, after) in answers.iter().zip(&again) {
        match (before, after) {
            (ServerFrame::Outcome { outcome: one, .. }, ServerFrame::Outcome { outcome: two, duplicate, .. }) => {
                assert!(*duplicate && one == two, "{one:?} {two:?}");
            }
            (before, after) => assert_eq!(before, after),
        }
    }
    let mut wire = Wire::hello(hub.server.address, Encoding::MessagePack, &token).await;
    let (outcome, duplicate) = wire.command(first.0, show.topic, first.1.clone()).await.expect("decided");
    assert!(duplicate);
    assert!(matches!(&answers[0], ServerFrame::Outcome { outcome: before, .. } if *before == outcome));
    let rows: i64 = sql.query_one("select count(*) from check_ins", &[]).await.expect("counted").get(0);
    assert_eq!(rows, 7, "one a scan that was judged");
    assert_counted(&sql, show.event_id).await;
}

/// F079, F270: the same body at two hubs, and on sockets, at the same moment: every scan counts once, and everybody is told the same.
#[tokio::test]
async fn the_same_body_at_two_hubs_counts_once() {
    let hub = TestHub::start().await;
    let second = TestHub::serve(&hub.database).await;
    let show = Show::with_guests(&hub, 256).await;
    let (_, token) = show.pair(&hub, "Handheld", DeviceProfile::Scan, Some(show.gate_id), false).await;
    let scans: Vec<Sent> = show.guests.iter().map(|(_, code)| new(scan(code))).collect();
    let body = json!({"scans": scans.iter().map(|(id, command)| json!({"command_id": id, "command": command})).collect::<Vec<_>>()});
    let path = format!("/v1/events/{}/scans", show.event_id);
    let send = |address| http(address, "POST", &path, Some(&token), Some(&body));
    let (one, two, three) = tokio::join!(send(hub.server.address), send(second.address), send(second.address));
    let told = [one, two, three].map(|answer| frames(&answer));
    for (number, (id, _)) in scans.iter().enumerate() {
        let verdicts: Vec<_> = told.iter().map(|frames| judged(&frames[number]).expect("judged")).collect();
        assert!(verdicts.iter().all(|(of, kind, _)| of == id && *kind == VerdictKind::Admitted), "{verdicts:?}");
        assert!(verdicts.iter().filter(|(_, _, duplicate)| !duplicate).count() <= 1, "{verdicts:?}");
    }
    let sql = hub.database.sql().await;
    let rows: i64 = sql.query_one("select count(*) from check_ins", &[]).await.expect("counted").get(0);
    assert_eq!(rows, 256);
    assert_counted(&sql, show.event_id).await;
}

/// F079, F246: nobody scans this way who could not on a socket: walls, desks, strangers, people of another house, tablets of
/// another event, nobody at all. Nothing is written.
#[tokio::test]
async fn only_the_door_scans_over_http() {
    let hub = TestHub::start().await;
    let other = hub.other_house().await;
    let show = Show::with_guests(&hub, 1).await;
    let next_door = Show::with_guests(&hub, 1).await;
    hub.member("staff@maison.example", "staff").await;
    let scans = [new(scan(&show.guests[0].1))];
    let (wall_id, wall) = show.pair(&hub, "Wall", DeviceProfile::Wall, None, false).await;
    let (_, desk) = show.pair(&hub, "Desk", DeviceProfile::Caller, None, false).await;
    let (_, foreign) = next_door.pair(&hub, "Tablet", DeviceProfile::Scan, Some(next_door.gate_id), false).await;
    let staff = hub.token("staff@maison.example").await;
    let refused = async |event_id, token: &str| {
        let answer = post(&hub, event_id, token, &scans).await;
        (answer.status, answer.code())
    };
    assert_eq!(refused(show.event_id, &wall).await, (403, "forbidden".into()));
    assert_eq!(refused(show.event_id, &desk).await, (403, "forbidden".into()));
    assert_eq!(refused(show.event_id, &other.token).await, (404, "unknown_topic".into()));
    assert_eq!(refused(Uuid::now_v7(), &wall).await, (404, "unknown_topic".into()));
    assert_eq!(refused(show.event_id, "d.bm9ib2R5").await, (401, "invalid_token".into()));
    let (status, code) = refused(show.event_id, &foreign).await;
    assert!([(403, "forbidden"), (404, "unknown_topic")].contains(&(status, code.as_str())), "{status} {code}");
    let (status, code) = refused(show.event_id, &staff).await;
    assert!([(403, "forbidden"), (404, "unknown_topic")].contains(&(status, code.as_str())), "{status} {code}");
    let sql = hub.database.sql().await;
    sql.execute("update devices set status = 'revoked' where id = $1", &[&wall_id]).await.expect("revoked");
    assert_eq!(refused(show.event_id, &wall).await, (401, "revoked".into()));
    let written = "select (select count(*) from check_ins) + (select count(*) from live.commands)";
    assert_eq!(sql.query_one(written, &[]).await.expect("counted").get::<_, i64>(0), 0);
    // The owner may, at any gate.
    let mine = [new(Scan { gate_id: Some(show.gate_id), ..Scan::entry(&show.guests[0].1) })];
    let answers = frames(&post(&hub, show.event_id, &hub.token(TestHub::OWNER).await, &mine).await);
    assert!(matches!(judged(&answers[0]), Ok((_, VerdictKind::Admitted, false))), "{answers:?}");
}

/// Bodies that are none are refused as a whole, with a stable code, and nothing of them is done.
#[tokio::test]
async fn bodies_out_of_bounds_are_refused_whole() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 1).await;
    let (_, token) = show.pair(&hub, "Handheld", DeviceProfile::Scan, Some(show.gate_id), false).await;
    let good = new(scan(&show.guests[0].1));
    let path = format!("/v1/events/{}/scans", show.event_id);
    let send = async |body: Value| {
        let answer = http(hub.server.address, "POST", &path, Some(&token), Some(&body)).await;
        (answer.status, answer.code())
    };
    let invalid = |status: u16| (status, "invalid_argument".to_owned());
    let entry = json!({"command_id": good.0, "command": good.1});
    assert_eq!(send(json!({"scans": []})).await, invalid(400));
    assert_eq!(send(json!({"scans": vec![entry.clone(); 257]})).await, invalid(400));
    let long = json!({"command_id": good.0, "command": {"name": "scan", "scanned_at": 0, "code": "x".repeat(600_000)}});
    assert_eq!(send(json!({"scans": [entry.clone(), long]})).await, invalid(413));
    let annul = new(Command::Annul { scan_id: good.0 });
    let annul = json!({"command_id": annul.0, "command": annul.1});
    assert_eq!(send(json!({"scans": [entry.clone(), annul]})).await, invalid(400));
    for malformed in [
        json!([entry]),
        json!({"scans": [entry], "more": 1}),
        json!({"scans": [{"command_id": "1", "command": good.1}]}),
        json!({"scans": [{"command_id": good.0}]}),
        json!({"scans": [{"command_id": good.0, "command": {"name": "scan", "scanned_at": 0, "cod": "x"}}]}),
    ] {
        assert_eq!(send(malformed.clone()).await, invalid(422), "{malformed}");
    }
    let exit = Scan { direction: Direction::Out, ..Scan::entry(&show.guests[0].1) };
    let answers = frames(&post(&hub, show.event_id, &token, &[good, new(exit)]).await);
    let kinds: Vec<_> = answers.iter().map(|answer| judged(answer).expect("judged").1).collect();
    assert_eq!(kinds, [VerdictKind::Admitted, VerdictKind::Exited], "none of it had been done");
}
