use deadpool_postgres::Transaction;
use domain::import::guests::{Guest, StoredGuest, Tier};
use domain::import::rundown::{Cue, Night, StoredCue};
use domain::registration::RegistrationStatus;
use domain::run_of_show::StartMode;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio_postgres::Row;
use uuid::Uuid;

use super::guests::{EMAIL_COLUMN, NAME_COLUMN};
use super::keyring::Envelope;
use super::{Store, StoreError};
use crate::postgres::{Acting, begin_snapshot};

/// What a file or a ticket says about its event.
#[derive(Debug, Clone)]
pub struct EventHead {
    /// The title.
    pub title: String,
    /// Unique in the organization.
    pub slug: String,
    /// When it begins; a draft may not know yet.
    pub starts: Option<Timestamp>,
    /// Where its clocks are.
    pub zone: TimeZone,
    /// The name of the venue.
    pub venue: Option<String>,
    /// Most registrations.
    pub capacity_limit: Option<i32>,
}

/// All guests of an event, in the order in which they were entered.
pub struct GuestList {
    /// The event.
    pub event: EventHead,
    /// Its tiers.
    pub tiers: Vec<Tier>,
    /// The guests.
    pub guests: Vec<StoredGuest>,
}

/// The rundown of an event.
pub struct Rundown {
    /// The event.
    pub event: EventHead,
    /// The cues in their order.
    pub cues: Vec<StoredCue>,
}

/// Every scan of an event.
pub struct Arrivals {
    /// The event.
    pub event: EventHead,
    /// In the order in which they were received.
    pub scans: Vec<Arrival>,
}

/// One scan, as the ledger has it.
pub struct Arrival {
    /// By the device's clock.
    pub scanned_at: Timestamp,
    /// When the hub learned of it.
    pub received_at: Timestamp,
    /// Where.
    pub gate: Option<String>,
    /// `in` or `out`.
    pub direction: String,
    /// See `check_ins.result`.
    pub result: String,
    /// How many passed.
    pub people: i32,
    /// Whose ticket; none for a code that is nobody's.
    pub guest: Option<String>,
    /// Their tier.
    pub tier: Option<String>,
    /// The device or person that scanned.
    pub scanned_by: Option<String>,
    /// Made by the device.
    pub scan_id: Uuid,
    /// It waited on the device.
    pub offline: bool,
    /// The rule that was overridden.
    pub overridden: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// When it was annulled.
    pub undone_at: Option<Timestamp>,
}

/// What stands for a name whose key was destroyed.
pub const ERASED: &str = "[erased]";

/// The guests that `acting` may see; `None` if the event is not in their sight.
///
/// # Errors
/// When the database cannot be reached.
pub async fn guest_list(store: &Store, acting: &Acting, event_id: Uuid) -> Result<Option<GuestList>, StoreError> {
    let mut client = store.pools.get(acting).await?;
    let transaction = begin_snapshot(&mut client, acting).await?;
    let Some(event) = read_event(&transaction, event_id).await? else { return Ok(None) };
    let tiers = read_tiers(&transaction, event_id).await?;
    let rows = transaction.query(GUESTS, &[&event_id]).await?;
    transaction.commit().await?;
    drop(client);
    let guests = open_guests(store, rows).await?;
    Ok(Some(GuestList { event, tiers, guests }))
}

/// The rundown that `acting` may see; `None` if the event is not in their sight.
///
/// # Errors
/// When the database cannot be reached.
pub async fn rundown(store: &Store, acting: &Acting, event_id: Uuid) -> Result<Option<Rundown>, StoreError> {
    let mut client = store.pools.get(acting).await?;
    let transaction = begin_snapshot(&mut client, acting).await?;
    let Some(event) = read_event(&transaction, event_id).await? else { return Ok(None) };
    let cues = read_cues(&transaction, event_id).await?;
    transaction.commit().await?;
    Ok(Some(Rundown { event, cues }))
}

/// The scans that `acting` may see; `None` if the event is not in their sight.
///
/// # Errors
/// When the database cannot be reached.
pub async fn arrivals(store: &Store, acting: &Acting, event_id: Uuid) -> Result<Option<Arrivals>, StoreError> {
    let mut client = store.pools.get(acting).await?;
    let transaction = begin_snapshot(&mut client, acting).await?;
    let Some(event) = read_event(&transaction, event_id).await? else { return Ok(None) };
    let rows = transaction
        .query(
            "select c.scanned_at, c.received_at, g.name as gate, c.direction, c.result, c.people::int,
                    r.attendee_name_enc::bytea as guest, t.name as tier, coalesce(d.name, u.full_name) as scanned_by,
                    c.scan_uid, c.offline, c.overridden, c.override_reason, c.undone_at
               from check_ins c
               left join registrations r on r.event_id = c.event_id and r.id = c.registration_id
               left join ticket_tiers t on t.id = r.ticket_tier_id
               left join event_gates g on g.id = c.gate_id
               left join devices d on d.id = c.device_id
               left join users u on u.id = c.scanned_by
              where c.event_id = $1 order by c.received_at, c.id",
            &[&event_id],
        )
        .await?;
    transaction.commit().await?;
    drop(client);
    let mut names = open(store, &rows, "guest", NAME_COLUMN).await?.into_iter();
    let scans = rows
        .into_iter()
        .map(|row| Arrival {
            scanned_at: row.get("scanned_at"),
            received_at: row.get("received_at"),
            gate: row.get("gate"),
            direction: row.get("direction"),
            result: row.get("result"),
            people: row.get("people"),
            guest: names.next().flatten(),
            tier: row.get("tier"),
            scanned_by: row.get("scanned_by"),
            scan_id: row.get("scan_uid"),
            offline: row.get("offline"),
            overridden: row.get("overridden"),
            reason: row.get("override_reason"),
            undone_at: row.get("undone_at"),
        })
        .collect();
    Ok(Some(Arrivals { event, scans }))
}

impl EventHead {
    /// The night that times without a date belong to; none while the event has no beginning.
    pub fn night(&self) -> Option<Night> {
        Some(Night { starts: self.starts?.as_millisecond(), zone: self.zone.clone() })
    }
}

pub(super) async fn read_event(transaction: &Transaction<'_>, event_id: Uuid) -> Result<Option<EventHead>, StoreError> {
    let row = transaction
        .query_opt(
            "select e.title, e.slug::text, e.start_time, e.time_zone, v.name as venue, e.capacity_limit
               from events e left join venues v on v.id = e.venue_id where e.id = $1",
            &[&event_id],
        )
        .await?;
    Ok(row.map(|row| EventHead {
        title: row.get("title"),
        slug: row.get("slug"),
        starts: row.get("start_time"),
        zone: TimeZone::get(row.get("time_zone")).unwrap_or(TimeZone::UTC),
        venue: row.get("venue"),
        capacity_limit: row.get("capacity_limit"),
    }))
}

pub(super) async fn read_tiers(transaction: &Transaction<'_>, event_id: Uuid) -> Result<Vec<Tier>, StoreError> {
    let rows =
        transaction.query("select id, name from ticket_tiers where event_id = $1 order by id", &[&event_id]).await?;
    Ok(rows.into_iter().map(|row| Tier { id: row.get("id"), name: row.get("name") }).collect())
}

const GUESTS: &str = "
    select r.id, r.external_ref, r.attendee_name_enc::bytea as name, r.attendee_email_enc::bytea as email,
           r.ticket_tier_id, r.party_size::int, r.vip, r.seat, r.door_note, r.status, r.qr_code_data, r.arrived_count::int
      from registrations r where r.event_id = $1 order by r.id";

/// The guests of an event.
pub(super) async fn read_guests(
    store: &Store,
    transaction: &Transaction<'_>,
    event_id: Uuid,
) -> Result<Vec<StoredGuest>, StoreError> {
    let rows = transaction.query(GUESTS, &[&event_id]).await?;
    open_guests(store, rows).await
}

/// The guests of an event, their rows locked in the order in which everybody locks them until the transaction ends.
pub(super) async fn lock_guests(
    store: &Store,
    transaction: &Transaction<'_>,
    event_id: Uuid,
) -> Result<Vec<StoredGuest>, StoreError> {
    let rows = transaction.query(&format!("{GUESTS} for no key update of r"), &[&event_id]).await?;
    open_guests(store, rows).await
}

async fn open_guests(store: &Store, rows: Vec<Row>) -> Result<Vec<StoredGuest>, StoreError> {
    let mut names = open(store, &rows, "name", NAME_COLUMN).await?.into_iter();
    let mut addresses = open(store, &rows, "email", EMAIL_COLUMN).await?.into_iter();
    let small = |n: i32| u16::try_from(n).unwrap_or(0);
    rows.into_iter()
        .map(|row| {
            Ok(StoredGuest {
                registration_id: row.get("id"),
                guest: Guest {
                    external_ref: row.get("external_ref"),
                    name: names.next().flatten().unwrap_or_else(|| ERASED.to_owned()),
                    email: addresses.next().flatten(),
                    tier_id: row.get("ticket_tier_id"),
                    party_size: small(row.get("party_size")),
                    vip: row.get("vip"),
                    seat: row.get("seat"),
                    door_note: row.get("door_note"),
                    status: RegistrationStatus::parse(row.get("status"))
                        .ok_or_else(|| StoreError::Internal("a registration has an unknown status".into()))?,
                    code: Some(row.get("qr_code_data")),
                },
                arrived: small(row.get("arrived_count")),
            })
        })
        .collect()
}

/// The opened values of a sealed column, one a row; `None` where there is none or its key was destroyed.
async fn open(store: &Store, rows: &[Row], column: &str, sealed_for: &str) -> Result<Vec<Option<String>>, StoreError> {
    let sealed: Vec<Option<&[u8]>> = rows.iter().map(|row| row.get(column)).collect();
    let envelopes: Vec<Envelope<'_>> =
        sealed.iter().flatten().map(|bytes| Envelope { column: sealed_for, bytes }).collect();
    let mut opened = store.keyring.open(&store.pools, &envelopes).await?.into_iter();
    Ok(sealed.iter().map(|value| value.and_then(|_| opened.next().flatten())).collect())
}

pub(super) async fn read_cues(transaction: &Transaction<'_>, event_id: Uuid) -> Result<Vec<StoredCue>, StoreError> {
    let rows = transaction
        .query(
            "select c.id, c.cue_number, c.title, c.description, s.name as segment,
                    (extract(epoch from c.start_time) * 1000)::bigint as start,
                    (extract(epoch from c.end_time) * 1000)::bigint as end,
                    c.start_mode, c.count_to_end, c.type, c.location, c.skipped
               from event_schedules c left join runway_segments s on s.id = c.segment_id
              where c.event_id = $1 order by c.order_index, c.start_time, c.id",
            &[&event_id],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| StoredCue {
            id: row.get("id"),
            cue: Cue {
                cue_number: row.get("cue_number"),
                title: row.get("title"),
                description: row.get("description"),
                segment: row.get("segment"),
                start: row.get("start"),
                end: row.get("end"),
                start_mode: if row.get::<_, &str>("start_mode") == "hard" {
                    StartMode::Hard
                } else {
                    StartMode::Linked
                },
                count_to_end: row.get("count_to_end"),
                kind: row.get("type"),
                location: row.get("location"),
                skipped: row.get("skipped"),
            },
        })
        .collect())
}
