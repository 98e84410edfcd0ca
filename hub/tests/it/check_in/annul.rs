use hub_client::Room;
use schemas::{Command, RefusalCode, VerdictKind};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::support::room::assert_counted;
use crate::support::scan::{Scan, refusal, row};
use crate::support::show::{scan, verdict};
use crate::support::{Show, TestHub};

async fn why_not(room: &Room, scan_id: Uuid) -> RefusalCode {
    refusal(room, Command::Annul { scan_id }).await.code
}

async fn guest(sql: &Client, id: Uuid) -> (String, i16, i16, bool) {
    let row = sql
        .query_one(
            "select status, arrived_count, inside_count, checked_in_at is null from registrations where id = $1",
            &[&id],
        )
        .await
        .expect("the guest is there");
    (row.get(0), row.get(1), row.get(2), row.get(3))
}

/// F051, F079: a scan is taken back once, its row stays, and the ticket is as good as before it.
#[tokio::test]
async fn a_scan_is_taken_back_once() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let mut show = Show::with_guests(&hub, 0).await;
    let (id, code) = show.add_guest(&hub, &sql, "Nora Nomoto", 3, "confirmed").await;
    let tablet = show.tablet(&hub, "Tablet", show.gate_id, false, &[]).await;

    let one = verdict(&tablet, Scan { people: Some(1), ..Scan::entry(&code) }.into()).await;
    let two = verdict(&tablet, scan(&code)).await;
    let refused = verdict(&tablet, scan(&code)).await;
    assert_eq!(refused.result, VerdictKind::AlreadyIn);
    assert_eq!(why_not(&tablet, refused.scan_id).await, RefusalCode::NotAccepted);
    assert_eq!(why_not(&tablet, Uuid::now_v7()).await, RefusalCode::NotFound);

    row(&tablet, Command::Annul { scan_id: two.scan_id }).await;
    assert_eq!(guest(&sql, id).await, ("attended".into(), 1, 1, false));
    assert_eq!(why_not(&tablet, two.scan_id).await, RefusalCode::NotAccepted, "twice");
    row(&tablet, Command::Annul { scan_id: one.scan_id }).await;
    assert_eq!(guest(&sql, id).await, ("confirmed".into(), 0, 0, true));

    let kept: Vec<String> = sql
        .query("select result from check_ins where event_id = $1 order by id", &[&show.event_id])
        .await
        .expect("every scan is kept")
        .iter()
        .map(|row| row.get(0))
        .collect();
    assert_eq!(kept, ["undone", "undone", "duplicate"]);
    let again = verdict(&tablet, scan(&code)).await;
    assert_eq!((again.result, again.people, again.reentry), (VerdictKind::Admitted, 3, false));
    assert_counted(&sql, show.event_id).await;
}

/// F079: after 15 minutes a scan is history, and so is one whose people have moved on.
#[tokio::test]
async fn what_is_history_stays() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let show = Show::with_guests(&hub, 2).await;
    let other = Show::with_guests(&hub, 1).await;
    let tablet = show.tablet(&hub, "Tablet", show.gate_id, false, &[]).await;
    let there = other.tablet(&hub, "Tablet", other.gate_id, false, &[]).await;
    let aged = async |scan_id: Uuid, minutes: f64| {
        // The table keeps scans as they were; only somebody who is above its triggers can make one older.
        sql.batch_execute(&format!(
            "begin; set local session_replication_role = replica;
             update check_ins set received_at = clock_timestamp() - {minutes} * interval '1 minute' where scan_uid = '{scan_id}';
             commit"
        ))
        .await
        .expect("a superuser may");
    };

    let (first, second) = (&show.guests[0].1, &show.guests[1].1);
    let old = verdict(&tablet, scan(first)).await;
    aged(old.scan_id, 15.1).await;
    assert_eq!(why_not(&tablet, old.scan_id).await, RefusalCode::TooLate);
    aged(old.scan_id, 14.5).await;
    row(&tablet, Command::Annul { scan_id: old.scan_id }).await;

    let entered = verdict(&tablet, scan(second)).await;
    let left = verdict(&tablet, Scan::exit(second).into()).await;
    assert_eq!(why_not(&tablet, entered.scan_id).await, RefusalCode::TooLate, "they have left since");
    assert_eq!(why_not(&there, entered.scan_id).await, RefusalCode::NotFound, "another event's scan");
    row(&tablet, Command::Annul { scan_id: left.scan_id }).await;
    row(&tablet, Command::Annul { scan_id: entered.scan_id }).await;
    assert_counted(&sql, show.event_id).await;
}

/// F079: taking the arrival of an unconfirmed guest back leaves them unconfirmed, whichever of their scans goes last.
#[tokio::test]
async fn an_override_that_is_taken_back_confirms_nobody() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let mut show = Show::with_guests(&hub, 0).await;
    let (id, code) = show.add_guest(&hub, &sql, "Penelope Pending", 2, "pending").await;
    let tablet = show.tablet(&hub, "Supervisor", show.gate_id, true, &[]).await;
    let with_reason = Scan { people: Some(1), because: Some("The house vouches for her"), ..Scan::entry(&code) };
    let one = verdict(&tablet, with_reason.into()).await;
    assert_eq!((one.result, one.overridden), (VerdictKind::Admitted, Some(VerdictKind::NotConfirmed)));
    let two = verdict(&tablet, scan(&code)).await;
    assert_eq!((two.result, two.overridden), (VerdictKind::Admitted, None), "she is known by now");
    row(&tablet, Command::Annul { scan_id: one.scan_id }).await;
    row(&tablet, Command::Annul { scan_id: two.scan_id }).await;
    assert_eq!(guest(&sql, id).await, ("pending".into(), 0, 0, true));
    assert_eq!(verdict(&tablet, scan(&code)).await.result, VerdictKind::NotConfirmed);
    assert_counted(&sql, show.event_id).await;
}
