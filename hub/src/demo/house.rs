use deadpool_postgres::Transaction;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use uuid::Uuid;

use super::looks;
use crate::postgres::{Acting, begin};
use crate::store::{Store, StoreError};

/// The show's slug.
pub(super) const SLUG: &str = "nocturne-winter-show";
/// Segments: name, what happens, length in seconds, looks.
pub(super) const SEGMENTS: [(&str, &str, i32, usize); 3] = [
    ("Prologue", "Smoke, slate, one spot.", 420, 12),
    ("Nocturne", "Mirrors, a soprano, the middle of the night.", 680, 18),
    ("Finale", "Rain, then light.", 550, 10),
];
/// Tiers: name, kind, tickets, colour.
const TIERS: [(&str, &str, i32, &str); 5] = [
    ("Front Row", "vip", 140, "#c9a227"),
    ("Guests", "comp", 620, "#8a8f98"),
    ("Press", "press", 180, "#3d7ea6"),
    ("Buyers", "comp", 230, "#4b8f6b"),
    ("Friends", "comp", 180, "#a65b7a"),
];
/// Gates and the tiers that they take.
const GATES: [(&str, &[&str]); 4] = [
    ("North", &["Front Row", "Guests", "Buyers", "Friends"]),
    ("South", &["Guests", "Buyers", "Friends"]),
    ("Press", &["Press"]),
    ("Backstage", &["Front Row", "Friends"]),
];
const PHASES: [(&str, &str, &str); 6] = [
    ("concept", "Concept and collection", "complete"),
    ("casting", "Casting and fittings", "complete"),
    ("production", "Stage, light and sound", "complete"),
    ("invitations", "Invitations and seating", "complete"),
    ("show_day", "Show day", "in_progress"),
    ("follow_up", "Press and orders", "pending"),
];

/// The demo's event, as it is stored.
pub(super) struct DemoEvent {
    pub(super) id: Uuid,
    /// It is not finished yet.
    pub(super) draft: bool,
    pub(super) starts: Timestamp,
}

/// The event, if it was made before.
pub(super) async fn find(store: &Store, acting: &Acting) -> Result<Option<DemoEvent>, StoreError> {
    let mut client = store.pools.get(acting).await?;
    let transaction = begin(&mut client, acting).await?;
    let row = transaction
        .query_opt("select id, status, start_time from events where slug = $1::text::citext", &[&SLUG])
        .await?;
    transaction.commit().await?;
    Ok(row.map(|row| DemoEvent {
        id: row.get("id"),
        draft: row.get::<_, &str>("status") == "draft",
        starts: row.get::<_, Option<Timestamp>>("start_time").unwrap_or_else(Timestamp::now),
    }))
}

/// Makes everything but guests and cues, in one transaction. The show starts some forty minutes from now, at a full
/// five minutes: the doors open about now.
pub(super) async fn build(
    store: &Store,
    acting: &Acting,
    producer: Uuid,
    now: Timestamp,
) -> Result<DemoEvent, StoreError> {
    let Acting::System { organization_id } = *acting else { return Err(StoreError::Denied) };
    let starts = Timestamp::from_second((now.as_second() / 300 + 8) * 300).unwrap_or(now);
    let mut client = store.pools.get(acting).await?;
    let transaction = begin(&mut client, acting).await?;
    let id = write_event(&transaction, organization_id, producer, starts).await?;
    write_doors(&transaction, organization_id, id).await?;
    let segments = write_segments(&transaction, organization_id, id).await?;
    looks::write(&transaction, organization_id, id, &segments).await?;
    write_preparation(&transaction, organization_id, id, &segments, starts).await?;
    transaction.commit().await?;
    Ok(DemoEvent { id, draft: true, starts })
}

/// Publishes the finished event with its doors open.
pub(super) async fn open_doors(store: &Store, acting: &Acting, event_id: Uuid) -> Result<(), StoreError> {
    let mut client = store.pools.get(acting).await?;
    let transaction = begin(&mut client, acting).await?;
    transaction
        .execute("update events set status = 'published', live_state = 'doors_open' where id = $1", &[&event_id])
        .await?;
    transaction.commit().await?;
    Ok(())
}

async fn write_event(
    transaction: &Transaction<'_>,
    organization_id: Uuid,
    producer: Uuid,
    starts: Timestamp,
) -> Result<Uuid, StoreError> {
    let venue: Uuid = transaction
        .query_one(
            "insert into venues (organization_id, name, address, city, country, capacity, type, time_zone)
             values ($1, 'Halle Saint-Aubin', '14 quai des Brumes', 'Paris', 'FR', 2000, 'indoor', 'Europe/Paris')
             returning id",
            &[&organization_id],
        )
        .await?
        .get(0);
    let ends = starts + SignedDuration::from_mins(150);
    let row = transaction
        .query_one(
            "insert into events (organization_id, organizer_id, venue_id, title, slug, description, theme, status,
                                 time_zone, start_time, end_time, capacity_limit, guest_count_target, currency)
             values ($1, $2, $3, 'Nocturne: Winter Show', $4::text::citext, 'Forty looks in three parts.',
                     'From dusk to first light', 'draft', 'Europe/Paris', $5, $6, 1350, 1200, 'EUR')
             returning id",
            &[&organization_id, &producer, &venue, &SLUG, &starts, &ends],
        )
        .await?;
    Ok(row.get(0))
}

async fn write_doors(transaction: &Transaction<'_>, organization_id: Uuid, event_id: Uuid) -> Result<(), StoreError> {
    for (name, kind, tickets, color) in TIERS {
        transaction
            .execute(
                "insert into ticket_tiers (organization_id, event_id, name, type, currency, quantity_total, color)
                 values ($1, $2, $3, $4, 'EUR', $5, $6)",
                &[&organization_id, &event_id, &name, &kind, &tickets, &color],
            )
            .await?;
    }
    for (order, (name, tiers)) in (1i32..).zip(GATES) {
        transaction
            .execute(
                "with gate as (
                   insert into event_gates (organization_id, event_id, name, order_index) values ($1, $2, $3, $4) returning id
                 )
                 insert into event_gate_tiers (organization_id, event_id, gate_id, ticket_tier_id)
                 select $1, $2, gate.id, t.id from gate, ticket_tiers t where t.event_id = $2 and t.name = any ($5)",
                &[&organization_id, &event_id, &name, &order, &tiers],
            )
            .await?;
    }
    Ok(())
}

async fn write_segments(
    transaction: &Transaction<'_>,
    organization_id: Uuid,
    event_id: Uuid,
) -> Result<Vec<(Uuid, usize)>, StoreError> {
    let mut segments = Vec::new();
    for (order, (name, about, seconds, looks)) in (1i32..).zip(SEGMENTS) {
        let row = transaction
            .query_one(
                "insert into runway_segments (organization_id, event_id, name, description, duration_seconds, order_index)
                 values ($1, $2, $3, $4, $5, $6) returning id",
                &[&organization_id, &event_id, &name, &about, &seconds, &order],
            )
            .await?;
        segments.push((row.get(0), looks));
    }
    Ok(segments)
}

async fn write_preparation(
    transaction: &Transaction<'_>,
    organization_id: Uuid,
    event_id: Uuid,
    segments: &[(Uuid, usize)],
    starts: Timestamp,
) -> Result<(), StoreError> {
    let needs = [
        (
            0,
            "lighting",
            json!({ "follow_spots": 2, "haze": true, "preset": 4 }),
            "confirmed",
            "One spot fails over to the other.",
        ),
        (0, "staging", json!({ "fans": 2, "fog_machines": 3 }), "confirmed", "Fog needs four minutes to settle."),
        (1, "staging", json!({ "mirrors": 12, "fly_bar": 3 }), "confirmed", "Nobody below while the bar moves."),
        (1, "sound", json!({ "live": ["soprano", "piano"], "monitors": 3 }), "confirmed", "Piano is tuned at noon."),
        (2, "staging", json!({ "rain_curtain_litres": 400, "drain_seconds": 60 }), "confirmed", "Floor crew of six."),
        (
            2,
            "lighting",
            json!({ "sunrise": "12 bars", "confetti": "petals" }),
            "pending",
            "Petals arrive in the afternoon.",
        ),
    ];
    for (segment, category, requirements, status, notes) in needs {
        transaction
            .execute(
                "insert into technical_requirements (organization_id, event_id, segment_id, category, requirements, status, notes)
                 values ($1, $2, $3, $4, $5, $6, $7)",
                &[&organization_id, &event_id, &segments[segment].0, &category, &requirements, &status, &notes],
            )
            .await?;
    }
    for (order, (key, title, status)) in (1i32..).zip(PHASES) {
        transaction
            .execute(
                "insert into event_phases (organization_id, event_id, phase_key, title, order_index, status)
                 values ($1, $2, $3, $4, $5, $6)",
                &[&organization_id, &event_id, &key, &title, &order, &status],
            )
            .await?;
    }
    let (from, to) = (starts - SignedDuration::from_mins(300), starts - SignedDuration::from_mins(210));
    transaction
        .execute(
            "insert into event_rehearsals (organization_id, event_id, time_zone, start_time, end_time, slot_label, location, notes)
             values ($1, $2, 'Europe/Paris', $3, $4, 'Dress rehearsal', 'Runway', 'With water, without petals.')",
            &[&organization_id, &event_id, &from, &to],
        )
        .await?;
    Ok(())
}
