use deadpool_postgres::Transaction;
use domain::admission::Counts;
use domain::annulment::{self, Recorded};
use schemas::{DeviceProfile, Done, Outcome, PrincipalKind, Refusal, RefusalCode, Severity, VerdictKind};
use uuid::Uuid;

use super::StoreError;
use super::commands::Author;
use crate::clock;

/// Takes an accepted scan back within its 15 minutes. The scan's row is kept, as undone.
///
/// # Errors
/// When the database cannot be reached.
pub async fn annul(transaction: &Transaction<'_>, event_id: Uuid, scan_id: Uuid) -> Result<Outcome, StoreError> {
    let statement = transaction
        .prepare_cached(
            "select c.id, c.result, c.direction, c.people::int,
                    (extract(epoch from c.received_at) * 1000)::bigint as at, c.registration_id, c.entry_no::int,
                    r.arrived_count::int, r.inside_count::int, r.entries::int
               from check_ins c left join registrations r on r.id = c.registration_id
              where c.event_id = $1 and c.scan_uid = $2 for no key update of c",
        )
        .await?;
    // The guest's row first: everybody locks guests before scans.
    let lock = transaction
        .prepare_cached(
            "select from registrations r where r.id = (select c.registration_id from check_ins c
              where c.event_id = $1 and c.scan_uid = $2) for no key update",
        )
        .await?;
    transaction.query(&lock, &[&event_id, &scan_id]).await?;
    let Some(row) = transaction.query_opt(&statement, &[&event_id, &scan_id]).await? else {
        return Ok(refused(RefusalCode::NotFound, "No such scan in this event"));
    };
    let Some(registration_id) = row.get::<_, Option<Uuid>>("registration_id") else {
        return Ok(refused(RefusalCode::NotAccepted, "Nobody passed on this scan"));
    };
    let small = |column: &str| u16::try_from(row.get::<_, i32>(column)).unwrap_or(0);
    let counts = Counts {
        arrived: small("arrived_count"),
        inside: small("inside_count"),
        entries: row.get::<_, i32>("entries").unsigned_abs(),
    };
    let result: &str = row.get("result");
    let entering = row.get::<_, &str>("direction") == "in";
    let recorded = Recorded {
        kind: match (result, entering) {
            ("accepted" | "undone", true) => VerdictKind::Admitted,
            ("accepted" | "undone", false) => VerdictKind::Exited,
            _ => VerdictKind::Unknown,
        },
        people: small("people"),
        reentry: is_reentry(transaction, registration_id, &row).await?,
        at: row.get("at"),
        undone: result == "undone",
    };
    let after = match annulment::annul(&recorded, counts, clock::now_ms()) {
        Ok(after) => after,
        Err(refusal) => return Ok(Outcome::Refused { refusal }),
    };
    let statement = transaction
        .prepare_cached(
            "update registrations
                set status = case when $2::int > 0 then status when status <> 'attended' then status
                                  when $4 then 'pending' else 'confirmed' end,
                    checked_in_at = case when $2::int > 0 then checked_in_at end,
                    arrived_count = $2::int, inside_count = $3::int
              where id = $1",
        )
        .await?;
    let unconfirmed = after.arrived == 0 && came_unconfirmed(transaction, registration_id).await?;
    transaction
        .execute(&statement, &[&registration_id, &i32::from(after.arrived), &i32::from(after.inside), &unconfirmed])
        .await?;
    let statement = transaction
        .prepare_cached("update check_ins set result = 'undone', undone_at = clock_timestamp() where id = $1")
        .await?;
    let id: Uuid = row.get("id");
    transaction.execute(&statement, &[&id]).await?;
    Ok(done("check_ins", id))
}

/// Whether the party, since its first arrival, was let in by somebody who overrode that it is not confirmed. Whichever of
/// its scans is taken back last, it is unconfirmed again then.
async fn came_unconfirmed(transaction: &Transaction<'_>, registration_id: Uuid) -> Result<bool, StoreError> {
    let statement = transaction
        .prepare_cached(
            "select exists (select from check_ins c, registrations r
                             where r.id = $1 and c.registration_id = r.id and c.direction = 'in'
                               and c.overridden = 'not_confirmed' and c.received_at >= r.checked_in_at)",
        )
        .await?;
    Ok(transaction.query_one(&statement, &[&registration_id]).await?.get(0))
}

/// An entry is a re-entry when its people had arrived by earlier entries: what arrived is then less than what entered.
async fn is_reentry(
    transaction: &Transaction<'_>,
    registration_id: Uuid,
    row: &tokio_postgres::Row,
) -> Result<bool, StoreError> {
    let Some(entry) = row.get::<_, Option<i32>>("entry_no") else { return Ok(false) };
    let statement = transaction
        .prepare_cached(
            "select exists (select from check_ins where registration_id = $1 and result = 'accepted' and direction = 'out')
                    and (select coalesce(sum(people), 0) from check_ins
                          where registration_id = $1 and result = 'accepted' and direction = 'in' and entry_no < $2)
                        >= (select party_size from registrations where id = $1)",
        )
        .await?;
    Ok(transaction.query_one(&statement, &[&registration_id, &entry]).await?.get(0))
}

/// Opens or closes the doors. A show that runs is not touched.
///
/// # Errors
/// When the database cannot be reached.
pub async fn set_doors(transaction: &Transaction<'_>, event_id: Uuid, open: bool) -> Result<Outcome, StoreError> {
    let state = if open { "doors_open" } else { "idle" };
    let statement = transaction
        .prepare_cached(
            "update events set live_state = $2
              where id = $1 and status = 'published' and live_state in ('idle', 'doors_open') returning id",
        )
        .await?;
    Ok(match transaction.query_opt(&statement, &[&event_id, &state]).await? {
        Some(_) => done("events", event_id),
        None => refused(RefusalCode::EventClosed, "The show has begun, or the event is not published"),
    })
}

/// Puts a message on screens.
///
/// # Errors
/// When the database cannot be reached.
pub async fn post_message(
    transaction: &Transaction<'_>,
    author: &Author,
    event_id: Uuid,
    text: &str,
    severity: Severity,
    audience: &[DeviceProfile],
    expires_at: Option<i64>,
) -> Result<Outcome, StoreError> {
    let mut profiles: Vec<&str> = audience
        .iter()
        .map(|profile| match profile {
            DeviceProfile::Scan => "scan",
            DeviceProfile::Wall => "wall",
            DeviceProfile::Caller => "caller",
        })
        .collect();
    profiles.sort_unstable();
    profiles.dedup();
    let statement = transaction
        .prepare_cached(
            "insert into screen_messages (organization_id, event_id, text, severity, audience, expires_at, created_by)
             values ($1, $2, $3, $4, $5, to_timestamp($6::bigint / 1000.0), $7) returning id",
        )
        .await?;
    let row = transaction
        .query_one(
            &statement,
            &[&author.organization_id, &event_id, &text, &word(severity), &profiles, &expires_at, &person(author)],
        )
        .await?;
    Ok(done("screen_messages", row.get(0)))
}

/// Takes a message off the screens.
///
/// # Errors
/// When the database cannot be reached.
pub async fn clear_message(transaction: &Transaction<'_>, event_id: Uuid, id: Uuid) -> Result<Outcome, StoreError> {
    let statement = transaction
        .prepare_cached(
            "update screen_messages set cleared_at = clock_timestamp()
              where id = $1 and event_id = $2 and cleared_at is null returning id",
        )
        .await?;
    if transaction.query_opt(&statement, &[&id, &event_id]).await?.is_some() {
        return Ok(done("screen_messages", id));
    }
    missing_or_closed(transaction, "select from screen_messages where id = $1 and event_id = $2", event_id, id).await
}

/// Somebody at a screen has read the message.
///
/// # Errors
/// When the database cannot be reached.
pub async fn acknowledge_message(
    transaction: &Transaction<'_>,
    author: &Author,
    event_id: Uuid,
    id: Uuid,
) -> Result<Outcome, StoreError> {
    let statement = transaction
        .prepare_cached(
            "insert into message_acknowledgements (organization_id, event_id, message_id, principal_kind, principal_id, principal_name)
             select organization_id, event_id, id, $3, $4, $5 from screen_messages where id = $1 and event_id = $2
             on conflict (message_id, principal_kind, principal_id) do update set acknowledged_at = message_acknowledgements.acknowledged_at
             returning id",
        )
        .await?;
    let row =
        transaction.query_opt(&statement, &[&id, &event_id, &author.kind_name(), &author.id, &author.name]).await?;
    Ok(match row {
        Some(row) => done("message_acknowledgements", row.get(0)),
        None => refused(RefusalCode::NotFound, "No such message in this event"),
    })
}

/// Raises an alert by hand; while one with the same key is open, that one is the answer.
///
/// # Errors
/// When the database cannot be reached.
pub async fn raise_alert(
    transaction: &Transaction<'_>,
    author: &Author,
    event_id: Uuid,
    message: &str,
    severity: Severity,
    dedupe_key: Option<&str>,
) -> Result<Outcome, StoreError> {
    let statement = transaction
        .prepare_cached(
            "insert into event_alerts (organization_id, event_id, kind, severity, message, source, dedupe_key, created_by)
             values ($1, $2, 'manual', $3, $4, $5, $6, $7)
             on conflict (event_id, dedupe_key) where status <> 'resolved' and dedupe_key is not null
             do update set dedupe_key = excluded.dedupe_key
             returning id",
        )
        .await?;
    let source = author.kind_name();
    let row = transaction
        .query_one(
            &statement,
            &[&author.organization_id, &event_id, &word(severity), &message, &source, &dedupe_key, &person(author)],
        )
        .await?;
    Ok(done("event_alerts", row.get(0)))
}

/// Somebody looks after the alert.
///
/// # Errors
/// When the database cannot be reached.
pub async fn acknowledge_alert(
    transaction: &Transaction<'_>,
    author: &Author,
    event_id: Uuid,
    id: Uuid,
) -> Result<Outcome, StoreError> {
    let device = (author.kind == PrincipalKind::Device).then_some(author.id);
    let statement = transaction
        .prepare_cached(
            "update event_alerts set status = 'acknowledged', acknowledged_by = $3, acknowledged_device_id = $4,
                    acknowledged_at = clock_timestamp()
              where id = $1 and event_id = $2 and status = 'open' returning id",
        )
        .await?;
    if transaction.query_opt(&statement, &[&id, &event_id, &person(author), &device]).await?.is_some() {
        return Ok(done("event_alerts", id));
    }
    missing_or_closed(transaction, "select from event_alerts where id = $1 and event_id = $2", event_id, id).await
}

/// The cause of the alert is gone.
///
/// # Errors
/// When the database cannot be reached.
pub async fn resolve_alert(
    transaction: &Transaction<'_>,
    author: &Author,
    event_id: Uuid,
    id: Uuid,
) -> Result<Outcome, StoreError> {
    let statement = transaction
        .prepare_cached(
            "update event_alerts set status = 'resolved', resolved_by = $3, resolved_at = clock_timestamp()
              where id = $1 and event_id = $2 and status <> 'resolved' returning id",
        )
        .await?;
    if transaction.query_opt(&statement, &[&id, &event_id, &person(author)]).await?.is_some() {
        return Ok(done("event_alerts", id));
    }
    missing_or_closed(transaction, "select from event_alerts where id = $1 and event_id = $2", event_id, id).await
}

/// Moves a look within its segment; the others close up.
///
/// # Errors
/// When the database cannot be reached.
pub async fn move_look(
    transaction: &Transaction<'_>,
    event_id: Uuid,
    look_id: Uuid,
    to: u16,
) -> Result<Outcome, StoreError> {
    // The segment's row first, alone: whoever waited for it reads the order that the other one left behind.
    let lock = transaction
        .prepare_cached(
            "select from runway_segments where id = (select segment_id from show_lineup where id = $1 and event_id = $2)
                for no key update",
        )
        .await?;
    transaction.query(&lock, &[&look_id, &event_id]).await?;
    let statement = transaction
        .prepare_cached(
            "select id from show_lineup
              where segment_id = (select segment_id from show_lineup where id = $1 and event_id = $2)
              order by order_index, id for no key update",
        )
        .await?;
    let rows = transaction.query(&statement, &[&look_id, &event_id]).await?;
    let mut order: Vec<Uuid> = rows.into_iter().map(|row| row.get(0)).collect();
    let Some(from) = order.iter().position(|id| *id == look_id) else {
        return Ok(refused(RefusalCode::NotFound, "No such look in this event"));
    };
    let look = order.remove(from);
    order.insert(usize::from(to).min(order.len()), look);
    let places: Vec<i32> = (0..order.len()).map(|place| i32::try_from(place).unwrap_or(i32::MAX)).collect();
    transaction.batch_execute("set constraints all deferred").await?;
    let statement = transaction
        .prepare_cached(
            "update show_lineup l set order_index = u.place from unnest($1::uuid[], $2::int[]) u(id, place)
              where l.id = u.id and l.order_index <> u.place",
        )
        .await?;
    transaction.execute(&statement, &[&order, &places]).await?;
    Ok(done("show_lineup", look_id))
}

/// Sets where a look stands backstage.
///
/// # Errors
/// When the database cannot be reached.
pub async fn set_look_status(
    transaction: &Transaction<'_>,
    event_id: Uuid,
    look_id: Uuid,
    status: &str,
) -> Result<Outcome, StoreError> {
    let statement = transaction
        .prepare_cached("update show_lineup set status = $3 where id = $1 and event_id = $2 returning id")
        .await?;
    Ok(match transaction.query_opt(&statement, &[&look_id, &event_id, &status]).await? {
        Some(_) => done("show_lineup", look_id),
        None => refused(RefusalCode::NotFound, "No such look in this event"),
    })
}

async fn missing_or_closed(
    transaction: &Transaction<'_>,
    find: &'static str,
    event_id: Uuid,
    id: Uuid,
) -> Result<Outcome, StoreError> {
    let statement = transaction.prepare_cached(find).await?;
    Ok(match transaction.query_opt(&statement, &[&id, &event_id]).await? {
        Some(_) => refused(RefusalCode::AlreadyClosed, "Somebody has dealt with it already"),
        None => refused(RefusalCode::NotFound, "No such row in this event"),
    })
}

fn person(author: &Author) -> Option<Uuid> {
    (author.kind == PrincipalKind::Person).then_some(author.id)
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Critical => "critical",
    }
}

fn done(table: &str, id: Uuid) -> Outcome {
    Outcome::Done { done: Done::Row { table: table.to_owned(), id } }
}

fn refused(code: RefusalCode, message: &str) -> Outcome {
    Outcome::Refused { refusal: Refusal::new(code, message) }
}
