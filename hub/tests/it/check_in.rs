mod annul;
mod doors;
mod parties;
mod records;

use hub::store::organizations;
use schemas::{DeviceProfile, ErrorCode, RefusalCode, Verdict, VerdictKind};
use uuid::Uuid;

use crate::support::scan::{Scan, refusal, rejected};
use crate::support::{
    Show, TestHub,
    show::{scan, verdict},
};

/// F051, F078, F079: the first scan admits, the second is refused and says who, where and when.
#[tokio::test]
async fn a_ticket_admits_once() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 2).await;
    let (_, _, tablet) = show.device(&hub, DeviceProfile::Scan, false).await;
    let room = show.enter(&tablet, &["event_counters"]).await;
    let first = verdict(&room, scan(&show.guests[0].1)).await;
    assert_eq!((first.result, first.people, first.still_expected), (VerdictKind::Admitted, 1, 0));
    assert_eq!(first.guest.as_ref().map(|guest| guest.name.as_str()), Some("Guest Number0"));
    let again = verdict(&room, scan(&show.guests[0].1)).await;
    assert_eq!((again.result, again.people), (VerdictKind::AlreadyIn, 0));
    let earlier = again.earlier.expect("who, where, when");
    assert_eq!(
        (earlier.scan_id, earlier.gate.as_deref(), earlier.by.as_deref()),
        (first.scan_id, Some("North"), Some("Scan"))
    );
    assert_eq!(earlier.at, first.at);
}

/// F077, F078, F079: every reason to turn somebody away, by its name, with nobody passing and every scan kept.
#[tokio::test]
async fn every_rule_turns_away_by_its_name() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let mut show = Show::with_guests(&hub, 1).await;
    let pending = show.add_guest(&hub, &sql, "Penelope Pending", 1, "pending").await;
    let cancelled = show.add_guest(&hub, &sql, "Carla Cancelled", 1, "cancelled").await;
    let refunded = show.add_guest(&hub, &sql, "Rene Refunded", 1, "refunded").await;
    let front = show.add_tier(&hub, "Front row", "comp", 10).await;
    let standing = show.tier_id;
    let south = show.add_gate(&hub, "South", &[front]).await;
    show.add_gate(&hub, "East", &[]).await;
    show.limit_gate(&hub, show.gate_id, &[standing]).await;
    show.tier_id = front;
    let elsewhere = show.add_guest(&hub, &sql, "Sofia South", 1, "confirmed").await;
    let other_event = Show::with_guests(&hub, 1).await;
    let north = show.tablet(&hub, "Ada's tablet", show.gate_id, false, &["check_ins"]).await;

    let good = show.guests[0].1.clone();
    // One letter of a good code: nothing that anybody could make up.
    let last = if good.ends_with('A') { 'B' } else { 'A' };
    let forged = format!("{}{last}", &good[..good.len() - 1]);
    let cases = [
        (Scan::entry(&forged), VerdictKind::Unknown, "unknown", None),
        (Scan::entry("https://maison.example/menu"), VerdictKind::Unknown, "unknown", None),
        (Scan::entry(&other_event.guests[0].1), VerdictKind::WrongEvent, "wrong_event", None),
        (Scan::exit(&other_event.guests[0].1), VerdictKind::WrongEvent, "wrong_event", None),
        (Scan::entry(&cancelled.1), VerdictKind::Cancelled, "cancelled", Some(cancelled.0)),
        (Scan::entry(&refunded.1), VerdictKind::Cancelled, "cancelled", Some(refunded.0)),
        (Scan::entry(&pending.1), VerdictKind::NotConfirmed, "not_confirmed", Some(pending.0)),
        (Scan::entry(&elsewhere.1), VerdictKind::WrongGate, "wrong_gate", Some(elsewhere.0)),
        (Scan::exit(&good), VerdictKind::NotInside, "not_inside", Some(show.guests[0].0)),
    ];
    for (scan, kind, stored, guest) in cases {
        let got = verdict(&north, scan.clone().into()).await;
        assert_eq!((got.result, got.people, got.gate_id), (kind, 0, Some(show.gate_id)), "{scan:?}");
        assert_eq!(got.guest.as_ref().map(|card| card.registration_id), guest, "{scan:?}");
        let right_gates: &[&str] = if kind == VerdictKind::WrongGate { &["East", "South"] } else { &[] };
        assert_eq!(got.right_gates, right_gates, "{scan:?}");
        let kept = sql
            .query_one(
                "select result, people, registration_id, qr_hash is not null, override_reason from check_ins
                  where event_id = $1 and scan_uid = $2",
                &[&show.event_id, &got.scan_id],
            )
            .await
            .expect("every scan is kept");
        assert_eq!((kept.get(0), kept.get::<_, i16>(1), kept.get(3)), (stored, 0, true), "{scan:?}");
        assert_eq!(kept.get::<_, Option<Uuid>>(2), guest, "{scan:?}");
    }
    let refused: i64 = sql
        .query_one("select refused_count::bigint from event_counters where event_id = $1", &[&show.event_id])
        .await
        .expect("counters")
        .get(0);
    assert_eq!(refused, 9);
    crate::support::room::assert_counted(&sql, show.event_id).await;

    let right = show.tablet(&hub, "South", south, false, &[]).await;
    assert_eq!(verdict(&right, scan(&elsewhere.1)).await.result, VerdictKind::Admitted);
    assert_eq!(verdict(&north, Scan::exit(&elsewhere.1).into()).await.result, VerdictKind::Exited, "out by any gate");
    let untouched: i64 = sql
        .query_one(
            "select count(*) from check_ins where event_id = $1 or registration_id = $2",
            &[&other_event.event_id, &other_event.guests[0].0],
        )
        .await
        .expect("scans")
        .get(0);
    assert_eq!(untouched, 0, "nothing is told to the other event");
}

/// F015, F079, F275: a ticket of another organization is as unknown as a made-up code, by code and by id.
#[tokio::test]
async fn another_organizations_ticket_is_unknown() {
    let mut hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 1).await;
    let store = &hub.server.node.store;
    let other = organizations::create(store, hub.owner_id, "Other House", "other-house", "UTC").await.expect("made");
    let own = std::mem::replace(&mut hub.organization_id, other.id);
    let theirs = Show::with_guests(&hub, 1).await;
    hub.organization_id = own;
    let tablet = show.tablet(&hub, "Tablet", show.gate_id, false, &[]).await;
    let by_code = verdict(&tablet, scan(&theirs.guests[0].1)).await;
    assert_eq!((by_code.result, by_code.guest), (VerdictKind::Unknown, None));
    let by_id = Scan { registration_id: Some(theirs.guests[0].0), ..Scan::default() };
    let by_id = verdict(&tablet, by_id.into()).await;
    assert_eq!((by_id.result, by_id.guest), (VerdictKind::Unknown, None));
    let sql = hub.database.sql().await;
    let theirs_inside: i64 = sql
        .query_one("select count(*) from check_ins where event_id = $1", &[&theirs.event_id])
        .await
        .expect("scans")
        .get(0);
    assert_eq!(theirs_inside, 0);
}

/// F079, F272: a guest whose code cannot be read is found by name, whatever the spelling, and admitted once like any other.
#[tokio::test]
async fn a_guest_is_found_by_name_and_admitted() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let mut show = Show::with_guests(&hub, 3).await;
    let zoe = show.add_guest(&hub, &sql, "Zoë Çelik-Bäumer", 2, "confirmed").await;
    let tablet = show.tablet(&hub, "Tablet", show.gate_id, false, &[]).await;
    let query = schemas::Query::FindGuests { text: "celik zo".into(), limit: 5 };
    let schemas::Answer::Guests { guests } = tablet.query(query).await.expect("the tablet may ask");
    let [hit] = &guests[..] else { panic!("one guest is called that: {guests:?}") };
    assert_eq!((hit.registration_id, hit.name.as_str(), hit.arrived), (zoe.0, "Zoë Çelik-Bäumer", 0));

    let pick = Scan { registration_id: Some(hit.registration_id), people: Some(1), ..Scan::default() };
    let first = verdict(&tablet, pick.into()).await;
    assert_eq!((first.result, first.people, first.still_expected), (VerdictKind::Admitted, 1, 1));
    let hashed: bool = sql
        .query_one("select qr_hash is null from check_ins where scan_uid = $1", &[&first.scan_id])
        .await
        .expect("kept")
        .get(0);
    assert!(hashed, "no code was read");
    assert_eq!(verdict(&tablet, scan(&zoe.1)).await.people, 1, "the other one comes with the code");
    assert_eq!(verdict(&tablet, scan(&zoe.1)).await.result, VerdictKind::AlreadyIn);
    let pick = Scan { registration_id: Some(Uuid::now_v7()), ..Scan::default() };
    assert_eq!(verdict(&tablet, pick.into()).await.result, VerdictKind::Unknown);
}

/// F079, F272: who may scan where: a device at its own gate, a person at any gate of the event, nobody at a made-up one.
#[tokio::test]
async fn a_scan_stays_at_its_gate() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 2).await;
    let south = show.add_gate(&hub, "South", &[]).await;
    let tablet = show.tablet(&hub, "Tablet", show.gate_id, false, &[]).await;
    let at = |gate| Scan { gate_id: Some(gate), ..Scan::entry(&show.guests[0].1) };
    assert_eq!(rejected(&tablet, at(south)).await, ErrorCode::Forbidden);
    let person = show.enter(&hub.live(TestHub::OWNER).await, &[]).await;
    assert_eq!(refusal(&person, at(Uuid::now_v7())).await.code, RefusalCode::NotFound);
    let admitted = verdict(&person, at(south).into()).await;
    assert_eq!((admitted.result, admitted.gate_id), (VerdictKind::Admitted, Some(south)));
    let again: Verdict = verdict(&tablet, scan(&show.guests[0].1)).await;
    let earlier = again.earlier.expect("who, where, when");
    assert_eq!((earlier.gate.as_deref(), earlier.by.as_deref()), (Some("South"), Some("Odile Owner")));
    for (profile, name) in [(DeviceProfile::Wall, "wall"), (DeviceProfile::Caller, "caller")] {
        let (_, _, live) = show.device(&hub, profile, true).await;
        let room = show.enter(&live, &[]).await;
        assert_eq!(rejected(&room, scan(&show.guests[1].1)).await, ErrorCode::Forbidden, "{name}");
    }
}
