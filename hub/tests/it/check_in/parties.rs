use schemas::VerdictKind;
use serde_json::json;

use crate::support::room::{assert_counted, column, until};
use crate::support::scan::Scan;
use crate::support::show::verdict;
use crate::support::{Show, TestHub};

/// F051, F079: a party comes in twos and threes; never more of them than were invited.
#[tokio::test]
async fn a_party_arrives_in_parts() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let mut show = Show::with_guests(&hub, 0).await;
    let (guest, code) = show.add_guest(&hub, &sql, "Nora Nomoto", 4, "confirmed").await;
    let tables = ["event_counters", "tier_counters", "gate_counters", "registrations"];
    let tablet = show.tablet(&hub, "Tablet", show.gate_id, false, &tables).await;
    let counter = |name| column(&tablet.state(), "event_counters", show.event_id, name);
    assert_eq!(counter("expected_people"), json!(4));

    let some = |people| Scan { people: Some(people), ..Scan::entry(&code) };
    let first = verdict(&tablet, some(1).into()).await;
    assert_eq!((first.result, first.people, first.still_expected, first.reentry), (VerdictKind::Admitted, 1, 3, false));
    let second = verdict(&tablet, some(2).into()).await;
    assert_eq!((second.people, second.still_expected), (2, 1));
    let third = verdict(&tablet, some(1000).into()).await;
    assert_eq!((third.people, third.still_expected), (1, 0), "no more than were missing");
    let card = third.guest.expect("a guest of this event");
    assert_eq!((card.party_size, card.arrived, card.tier.as_str()), (4, 4, "Guests"));
    let fourth = verdict(&tablet, some(1).into()).await;
    assert_eq!((fourth.result, fourth.people), (VerdictKind::AlreadyIn, 0));
    assert_eq!(fourth.earlier.expect("who, where, when").scan_id, third.scan_id, "the scan that let the last one in");

    until(&tablet, "four people, one registration", |state| {
        column(state, "event_counters", show.event_id, "arrived_people") == 4
            && column(state, "event_counters", show.event_id, "checked_in_count") == 1
            && column(state, "tier_counters", show.tier_id, "inside_people") == 4
            && column(state, "gate_counters", show.gate_id, "entries") == 4
            && column(state, "registrations", guest, "status") == "attended"
    })
    .await;
    assert_counted(&sql, show.event_id).await;
}

/// F079: who left may come back where the event says so, by as many as left; nobody counts twice as arrived.
#[tokio::test]
async fn leaving_and_coming_back() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let mut show = Show::with_guests(&hub, 0).await;
    let (_, code) = show.add_guest(&hub, &sql, "Nora Nomoto", 3, "confirmed").await;
    let tablet = show.tablet(&hub, "Tablet", show.gate_id, false, &["event_counters"]).await;
    let allow = async |allowed: bool| {
        sql.execute("update events set allow_reentry = $2 where id = $1", &[&show.event_id, &allowed])
            .await
            .expect("the event can be edited");
    };
    let (entry, exit) = (Scan::entry(&code), Scan::exit(&code));

    allow(true).await;
    assert_eq!(verdict(&tablet, Scan { people: Some(2), ..entry.clone() }.into()).await.people, 2);
    let left = verdict(&tablet, Scan { people: Some(9), ..exit.clone() }.into()).await;
    assert_eq!((left.result, left.people, left.still_expected), (VerdictKind::Exited, 2, 1), "no more than are inside");
    assert_eq!(verdict(&tablet, exit.clone().into()).await.result, VerdictKind::NotInside);
    let third = verdict(&tablet, entry.clone().into()).await;
    assert_eq!((third.people, third.reentry), (1, false), "the one who is missing goes before those who return");
    let back = verdict(&tablet, Scan { people: Some(1), ..entry.clone() }.into()).await;
    assert_eq!((back.result, back.people, back.reentry, back.still_expected), (VerdictKind::Admitted, 1, true, 0));

    allow(false).await;
    let refused = verdict(&tablet, entry.clone().into()).await;
    assert_eq!((refused.result, refused.people), (VerdictKind::AlreadyIn, 0), "one is outside and stays there");
    assert_eq!(refused.earlier.expect("who, where, when").scan_id, back.scan_id);
    allow(true).await;
    assert_eq!(verdict(&tablet, entry.clone().into()).await.people, 1);
    assert_eq!(verdict(&tablet, entry.into()).await.result, VerdictKind::AlreadyIn, "now everybody is in");

    until(&tablet, "three arrived, three inside", |state| {
        column(state, "event_counters", show.event_id, "arrived_people") == 3
            && column(state, "event_counters", show.event_id, "inside_people") == 3
            && column(state, "event_counters", show.event_id, "refused_count") == 3
    })
    .await;
    assert_counted(&sql, show.event_id).await;
}
