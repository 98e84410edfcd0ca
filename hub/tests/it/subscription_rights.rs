//! Who sees what: every frame that reaches a socket is looked through for what must not be in it.

use std::collections::BTreeSet;

use schemas::{About, Command, DeviceProfile, Encoding, ErrorCode, Outcome, Query, ServerFrame, Severity, Topic};
use uuid::Uuid;

use crate::support::show::scan;
use crate::support::wire::join;
use crate::support::{Show, TestHub, Wire};

/// Receives until a message to all screens has arrived; the text of everything up to it.
async fn everything_until(wire: &mut Wire, mark: &str) -> String {
    let mut heard = String::new();
    while !heard.contains(mark) {
        let frame = wire.receive().await.expect("the socket is open");
        heard.push_str(&serde_json::to_string(&frame).expect("frames are JSON"));
        heard.push('\n');
    }
    heard
}

/// F275, F015: whatever happens in an event, a wall's socket never carries a guest, an address or a code, and nobody who
/// is staff there an address or a code; owners see both.
#[tokio::test]
async fn masks_hold_for_snapshots_deltas_and_outcomes() {
    let hub = TestHub::start().await;
    let mut show = Show::with_guests(&hub, 4).await;
    let sql = hub.database.sql().await;
    let staff = hub.member("door@maison.example", "staff").await;
    let add = "insert into event_members (organization_id, event_id, user_id, role) values ($1, $2, $3, 'checkin')";
    sql.execute(add, &[&hub.organization_id, &show.event_id, &staff]).await.expect("added");
    let owner = hub.token(TestHub::OWNER).await;
    let mut sockets = vec![("owner", owner.clone()), ("staff", hub.token("door@maison.example").await)];
    for (profile, gate) in
        [(DeviceProfile::Wall, None), (DeviceProfile::Scan, Some(show.gate_id)), (DeviceProfile::Caller, None)]
    {
        let name = match profile {
            DeviceProfile::Wall => "wall",
            DeviceProfile::Scan => "scan",
            DeviceProfile::Caller => "caller",
        };
        sockets.push((name, show.pair(&hub, name, profile, gate, false).await.1));
    }
    let mut wires = Vec::new();
    for (number, (who, token)) in sockets.iter().enumerate() {
        let encoding = Encoding::ALL[number % 2];
        let mut wire = Wire::hello(hub.server.address, encoding, token).await;
        // Everything they may have, once as it is and once a second time as a rate-limited view.
        wire.send(&join(show.topic, None, None)).await;
        let mut gathered = Wire::hello(hub.server.address, encoding, token).await;
        let all = schemas::ClientFrame::Join { topic: show.topic, since: None, tables: None, rate: Some(20.0) };
        gathered.send(&all).await;
        wires.extend([(*who, wire), (*who, gathered)]);
    }
    // Everything that moves a guest.
    let (late, late_code) = show.add_guest(&hub, &sql, "Secret Latecomer", 2, "confirmed").await;
    sql.execute("update registrations set vip = true, seat = 'A1', door_note = 'Allergic' where id = $1", &[&late])
        .await
        .expect("noted");
    let (other, _) = show.guests[1].clone();
    sql.execute(
        "update registrations r set attendee_name_enc = o.attendee_name_enc, attendee_email_enc = o.attendee_email_enc,
                                    attendee_email_bidx = '\\x00'::bytea || substr(o.attendee_email_bidx::bytea, 2)
           from registrations o where o.id = $2 and r.id = $1",
        &[&other, &show.guests[2].0],
    )
    .await
    .expect("written");
    let mut tablet = Wire::hello(hub.server.address, Encoding::Json, &sockets[3].1).await;
    for code in [&late_code, &show.guests[0].1, &show.guests[0].1] {
        let (outcome, _) = tablet.command(Uuid::now_v7(), show.topic, scan(code)).await.expect("judged");
        assert!(!serde_json::to_string(&outcome).expect("JSON").contains("@guests.example"));
    }
    sql.execute("delete from registrations where id = $1", &[&show.guests[3].0]).await.expect("deleted");
    let mut boss = Wire::hello(hub.server.address, Encoding::Json, &owner).await;
    let end = "This is the end";
    let text = Command::PostMessage { text: end.into(), severity: Severity::Info, audience: vec![], expires_at: None };
    boss.command(Uuid::now_v7(), show.topic, text).await.expect("posted");

    let codes: Vec<&str> = show.guests.iter().map(|(_, code)| code.as_str()).collect();
    for (who, mut wire) in wires {
        let heard = everything_until(&mut wire, end).await;
        assert!(heard.contains("event_counters") && heard.contains("arrived_people"), "{who} sees the show");
        let sees = |text: &str| heard.contains(text);
        let boss = who == "owner";
        assert_eq!(sees("@guests.example"), boss, "{who}: addresses");
        assert_eq!(sees("attendee_email"), boss, "{who}: the column");
        assert_eq!(codes.iter().any(|code| sees(code)), boss, "{who}: codes");
        assert_eq!(sees("\"registrations\""), who != "wall", "{who}: the guest list");
        assert_eq!(sees("Guest Number2"), who != "wall", "{who}: names");
        assert_eq!(sees("Allergic"), who != "wall", "{who}: notes for the door");
        // Whom an alert is about is what walls are for: a VIP who arrived, a ticket that was shown again.
        assert!(sees("Secret Latecomer") && sees("Guest Number0"), "{who}: alerts");
        for secret in ["_enc", "_bidx", "token_hash", "code_hash", "password_hash"] {
            assert!(!sees(secret), "{who}: {secret}");
        }
    }
}

/// F275: a wall that asks for the guest list by name is told that there is no such table, as everybody is who may not
/// know; so is it for commands and questions.
#[tokio::test]
async fn a_wall_gets_no_guest_by_asking() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 1).await;
    let (_, token) = show.pair(&hub, "Wall", DeviceProfile::Wall, None, false).await;
    let mut wire = Wire::hello(hub.server.address, Encoding::Json, &token).await;
    for table in ["registrations", "check_ins", "devices", "orders", "event_members", "show_run_steps", "budget_items"]
    {
        wire.send(&join(show.topic, None, Some(&["event_counters", table]))).await;
        assert_eq!(wire.error().await, (ErrorCode::UnknownTable, false, Some(About::Topic(show.topic))), "{table}");
    }
    let joined = wire.join(show.topic, None).await;
    let seen: BTreeSet<&str> = joined.tables.keys().map(String::as_str).collect();
    for needed in
        ["events", "event_counters", "tier_counters", "show_runs", "show_run_cues", "event_alerts", "screen_messages"]
    {
        assert!(seen.contains(needed), "a wall needs {needed}: {seen:?}");
    }
    wire.send(&schemas::ClientFrame::Query {
        query_id: 4,
        topic: show.topic,
        query: Query::FindGuests { text: "guest".into(), limit: 50 },
    })
    .await;
    assert_eq!(wire.error().await, (ErrorCode::Forbidden, false, Some(About::Query(4))));
    for command in [
        scan(&show.guests[0].1),
        Command::SetDoors { open: true },
        Command::Annul { scan_id: Uuid::from_u128(1) },
        Command::Cue { expect: 0, verb: schemas::CueVerb::Next },
        Command::RaiseAlert { message: "x".into(), severity: Severity::Info, dedupe_key: None },
    ] {
        assert_eq!(wire.command(Uuid::now_v7(), show.topic, command).await, Err(ErrorCode::Forbidden));
    }
}

/// F275, F015: a topic is unknown to those who have nothing to do with it: a device anything but its event, staff the
/// events they do not work on, clients and attendees the organization's event.
#[tokio::test]
async fn topics_out_of_sight_are_unknown() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 1).await;
    let other = Show::with_guests(&hub, 1).await;
    let organization = Topic::organization(hub.organization_id);
    let mut expected: Vec<(String, String, Vec<Topic>, Vec<Topic>)> = Vec::new();
    for (profile, gate) in
        [(DeviceProfile::Scan, Some(show.gate_id)), (DeviceProfile::Wall, None), (DeviceProfile::Caller, None)]
    {
        let (_, token) = show.pair(&hub, "Device", profile, gate, profile == DeviceProfile::Scan).await;
        expected.push((format!("{profile:?}"), token, vec![show.topic], vec![other.topic, organization]));
    }
    let sql = hub.database.sql().await;
    for role in ["admin", "producer", "staff", "client", "designer", "model", "sponsor", "attendee"] {
        let email = format!("{role}@maison.example");
        let user = hub.member(&email, role).await;
        let token = hub.token(&email).await;
        let all = vec![show.topic, other.topic];
        let (seen, unseen) = if matches!(role, "admin" | "producer") { (all, vec![]) } else { (vec![], all) };
        expected.push((role.to_owned(), token.clone(), seen, unseen));
        // The same person, on one of the two events.
        if !matches!(role, "admin" | "producer" | "attendee") {
            let worker = hub.member(&format!("{role}2@maison.example"), role).await;
            sql.execute(
                "insert into event_members (organization_id, event_id, user_id, role) values ($1, $2, $3, 'viewer')",
                &[&hub.organization_id, &show.event_id, &worker],
            )
            .await
            .expect("added");
            let token = hub.token(&format!("{role}2@maison.example")).await;
            expected.push((format!("{role} on it"), token, vec![show.topic], vec![other.topic]));
        }
        assert!(!user.is_nil());
    }
    for (who, token, seen, unseen) in expected {
        let mut wire = Wire::hello(hub.server.address, Encoding::Json, &token).await;
        for topic in seen {
            let joined = wire.join(topic, None).await;
            assert!(joined.tables["events"].len() == 1, "{who}");
            let trusted = matches!(who.as_str(), "admin" | "producer");
            let text = serde_json::to_string(&joined.tables).expect("JSON");
            assert_eq!(text.contains("@guests.example"), trusted, "{who}");
        }
        for topic in unseen {
            wire.send(&join(topic, None, None)).await;
            assert_eq!(
                wire.error().await,
                (ErrorCode::UnknownTopic, false, Some(About::Topic(topic))),
                "{who} {topic}"
            );
            let command = wire.command(Uuid::now_v7(), topic, scan(&other.guests[0].1)).await;
            assert_eq!(command, Err(ErrorCode::UnknownTopic), "{who} {topic}");
        }
        wire.settle().await;
    }
    let count = "select count(*) from check_ins";
    assert_eq!(sql.query_one(count, &[]).await.expect("counted").get::<_, i64>(0), 0);
}

/// F273: a tablet stays at its gate and within its profile.
#[tokio::test]
async fn a_tablet_names_no_other_gate_and_overrides_nothing() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 1).await;
    let south = show.add_gate(&hub, "South", &[]).await;
    let (_, token) = show.pair(&hub, "Tablet", DeviceProfile::Scan, Some(show.gate_id), false).await;
    let mut wire = Wire::hello(hub.server.address, Encoding::MessagePack, &token).await;
    let mut elsewhere = scan(&show.guests[0].1);
    if let Command::Scan { gate_id, .. } = &mut elsewhere {
        *gate_id = Some(south);
    }
    let mut overriding = scan(&show.guests[0].1);
    if let Command::Scan { override_reason, .. } = &mut overriding {
        *override_reason = Some("a friend".into());
    }
    let looks = Command::SetLookStatus { look_id: Uuid::from_u128(1), status: "ready".into() };
    for command in [elsewhere, overriding, looks, Command::SetDoors { open: true }] {
        assert_eq!(wire.command(Uuid::now_v7(), show.topic, command).await, Err(ErrorCode::Forbidden));
    }
    let (outcome, _) = wire.command(Uuid::now_v7(), show.topic, scan(&show.guests[0].1)).await.expect("judged");
    assert!(matches!(outcome, Outcome::Done { .. }));
    // And every device hears who it is.
    let client = schemas::ClientInfo { name: "wire".into(), version: "0".into() };
    wire.send(&schemas::ClientFrame::Hello { token, client }).await;
    let principal = wire
        .receive_where(|frame| match frame {
            ServerFrame::Welcome { principal, .. } => Some(principal),
            _ => None,
        })
        .await;
    assert_eq!((principal.event_id, principal.gate_id), (Some(show.event_id), Some(show.gate_id)));
    assert!(!principal.supervisor);
}
