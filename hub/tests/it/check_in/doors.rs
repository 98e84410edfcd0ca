use schemas::{Command, ErrorCode, RefusalCode, VerdictKind};
use serde_json::json;

use crate::support::room::{assert_counted, until};
use crate::support::scan::{Scan, refusal, rejected};
use crate::support::show::{scan, verdict};
use crate::support::{Show, TestHub};

/// F079: only a supervisor admits against a rule, with a reason, and against no other rules than these two.
#[tokio::test]
async fn a_supervisor_overrides_with_a_reason() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let mut show = Show::with_guests(&hub, 1).await;
    let pending = show.add_guest(&hub, &sql, "Penelope Pending", 1, "pending").await;
    let cancelled = show.add_guest(&hub, &sql, "Carla Cancelled", 1, "cancelled").await;
    let front = show.add_tier(&hub, "Front row", "comp", 10).await;
    show.limit_gate(&hub, show.gate_id, &[front]).await;
    let tablet = show.tablet(&hub, "Tablet", show.gate_id, false, &[]).await;
    let supervisor = show.tablet(&hub, "Supervisor", show.gate_id, true, &["registrations"]).await;
    let because = |code| Scan { because: Some("Seated by the house"), ..Scan::entry(code) };

    let guest = show.guests[0].1.clone();
    assert_eq!(rejected(&tablet, because(&guest)).await, ErrorCode::Forbidden);
    assert_eq!(verdict(&tablet, scan(&guest)).await.result, VerdictKind::WrongGate);
    for no_reason in ["", "   ", &"x".repeat(201)] {
        let scan = Scan { because: Some(no_reason), ..Scan::entry(&guest) };
        assert_eq!(rejected(&supervisor, scan).await, ErrorCode::InvalidArgument, "{no_reason:?}");
    }
    assert_eq!(verdict(&supervisor, scan(&guest)).await.result, VerdictKind::WrongGate, "not without saying so");
    let admitted = verdict(&supervisor, because(&guest).into()).await;
    assert_eq!((admitted.result, admitted.overridden), (VerdictKind::Admitted, Some(VerdictKind::WrongGate)));
    let kept = sql
        .query_one(
            "select overridden, override_reason, result from check_ins where scan_uid = $1",
            &[&admitted.scan_id],
        )
        .await
        .expect("kept");
    assert_eq!((kept.get(0), kept.get(1), kept.get(2)), ("wrong_gate", "Seated by the house", "accepted"));

    let unconfirmed = verdict(&supervisor, because(&pending.1).into()).await;
    assert_eq!(unconfirmed.overridden, Some(VerdictKind::NotConfirmed), "the first rule that said no");
    until(&supervisor, "she has arrived", |state| {
        state.row("registrations", pending.0).is_some_and(|row| row["status"] == "attended")
    })
    .await;
    assert_eq!(verdict(&supervisor, because(&cancelled.1).into()).await.result, VerdictKind::Cancelled);
    assert_eq!(verdict(&supervisor, because(&guest).into()).await.result, VerdictKind::AlreadyIn);
    assert_eq!(verdict(&supervisor, because("made up").into()).await.result, VerdictKind::Unknown);
    assert_counted(&sql, show.event_id).await;
}

/// F045, F079: an event that is not on takes no scans; one that is over takes what tablets had kept from before.
#[tokio::test]
async fn a_closed_event_takes_no_scans() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let show = Show::with_guests(&hub, 2).await;
    let tablet = show.tablet(&hub, "Tablet", show.gate_id, false, &[]).await;
    let turn = async |status: &str| {
        sql.execute("update events set status = $2 where id = $1", &[&show.event_id, &status])
            .await
            .expect("the event can be edited");
    };
    let late = |code| Scan { offline: true, scanned_at: 1_790_000_000_000, ..Scan::entry(code) };
    for status in ["draft", "cancelled"] {
        turn(status).await;
        assert_eq!(refusal(&tablet, scan(&show.guests[0].1)).await.code, RefusalCode::EventClosed, "{status}");
        assert_eq!(refusal(&tablet, late(&show.guests[0].1)).await.code, RefusalCode::EventClosed, "{status}");
    }
    turn("completed").await;
    assert_eq!(refusal(&tablet, scan(&show.guests[0].1)).await.code, RefusalCode::EventClosed);
    assert_eq!(verdict(&tablet, late(&show.guests[0].1).into()).await.result, VerdictKind::Admitted);
    turn("published").await;
    assert_eq!(verdict(&tablet, scan(&show.guests[1].1)).await.result, VerdictKind::Admitted);
    let kept: i64 = sql
        .query_one("select count(*) from check_ins where event_id = $1", &[&show.event_id])
        .await
        .expect("scans")
        .get(0);
    assert_eq!(kept, 2, "a command that is refused is no scan");
}

/// F049, F052: a VIP's arrival and a ticket shown again are told to the walls, with the name that is stored nowhere
/// readable; not every time it is shown again.
#[tokio::test]
async fn walls_hear_of_vips_and_of_tickets_shown_again() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let mut show = Show::with_guests(&hub, 1).await;
    let vip = show.add_guest(&hub, &sql, "Vivienne Vip", 2, "confirmed").await;
    sql.execute("update registrations set vip = true, door_note = 'Champagne', seat = 'A1' where id = $1", &[&vip.0])
        .await
        .expect("the guest can be edited");
    let wall = show.wall(&hub, &["event_alerts", "event_counters"]).await;
    let tablet = show.tablet(&hub, "Tablet", show.gate_id, false, &["event_alerts"]).await;

    let arrived = verdict(&tablet, Scan { people: Some(1), ..Scan::entry(&vip.1) }.into()).await;
    let card = arrived.guest.expect("a guest of this event");
    let attention = card.attention.expect("look up");
    assert!(attention.vip && attention.note.as_deref() == Some("Champagne") && card.seat.as_deref() == Some("A1"));
    verdict(&tablet, scan(&vip.1)).await;
    for _ in 0..3 {
        assert_eq!(verdict(&tablet, scan(&vip.1)).await.result, VerdictKind::AlreadyIn);
    }
    for _ in 0..2 {
        assert_eq!(verdict(&tablet, scan("nobody knows this one")).await.result, VerdictKind::Unknown);
    }
    for room in [&wall, &tablet] {
        until(room, "three alerts", |state| {
            let mut alerts: Vec<_> = state
                .table("event_alerts")
                .map(|(_, row)| (row["kind"].clone(), row["entity_name"].clone(), row["severity"].clone()))
                .collect();
            alerts.sort_by_key(|alert| alert.0.to_string());
            let named = json!("Vivienne Vip");
            alerts
                == [
                    (json!("duplicate_scan"), named.clone(), json!("warning")),
                    (json!("refused_scan"), json!(null), json!("warning")),
                    (json!("vip_arrival"), named, json!("info")),
                ]
        })
        .await;
    }
    let readable: i64 = sql
        .query_one("select count(*) from event_alerts a where to_jsonb(a)::text ilike '%vivienne%'", &[])
        .await
        .expect("alerts")
        .get(0);
    assert_eq!(readable, 0, "no name is stored readable");
    until(&wall, "one VIP", |state| {
        state
            .row("event_counters", show.event_id)
            .is_some_and(|row| row["vip_arrived"] == 1 && row["vip_expected"] == 1)
    })
    .await;

    // Once somebody has dealt with it, the next time is news again.
    let again = |state: &hub_client::RoomState| {
        state.table("event_alerts").filter(|(_, row)| row["kind"] == "duplicate_scan").count()
    };
    let (alert, _) = {
        let state = wall.state();
        let found = state.table("event_alerts").find(|(_, row)| row["kind"] == "duplicate_scan");
        found.map(|(id, row)| (*id, row.clone())).expect("seen above")
    };
    let desk = show.desk(&hub, "Desk", &[]).await;
    crate::support::scan::row(&desk, Command::ResolveAlert { alert_id: alert }).await;
    verdict(&tablet, scan(&vip.1)).await;
    until(&wall, "a new alert beside the resolved one", |state| again(state) == 2).await;
}
