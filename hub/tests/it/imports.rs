//! Bringing one's own show.

mod guests;
mod hostile;
mod rights;
mod rundown;

use bytes::Bytes;
use hub_client::{Api, ImportReport, NewEvent};
use uuid::Uuid;

use crate::support::TestHub;

/// An event as a producer has just made it: no tiers, no guests, no cues. It begins at 20:00 in Paris.
async fn empty_event(api: &Api, title: &str) -> Uuid {
    let event = NewEvent {
        title: title.into(),
        start_time: "2026-09-24T18:00:00Z".into(),
        end_time: "2026-09-24T22:00:00Z".into(),
        time_zone: "Europe/Paris".into(),
        capacity_limit: None,
    };
    let row = api.create_event(&event).await.expect("the event is made");
    row["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
}

/// Imports a file that nothing is wrong with.
async fn import(api: &Api, event: Uuid, what: &str, file: impl Into<Bytes>) -> ImportReport {
    let report = api.import(event, what, "file", file, None, true).await.expect("a report");
    assert_eq!(report.errors, [], "{what}");
    assert!(report.applied);
    report
}

/// One number of the database.
async fn count(hub: &TestHub, sql: &str, event: Uuid) -> i64 {
    hub.database.sql().await.query_one(sql, &[&event]).await.expect("a number").get(0)
}

const GUESTS: &str = "select count(*) from registrations where event_id = $1";
const KEYS: &str = "select count(*) from encryption_keys where subject_kind = 'registration' and $1::uuid is not null";
const TIERS: &str = "select count(*) from ticket_tiers where event_id = $1";
const CUES: &str = "select count(*) from event_schedules where event_id = $1";
const WRONG_COUNTS: &str = "select count(*) from app.recount($1) where stored <> counted";
