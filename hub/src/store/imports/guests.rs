use std::collections::{HashMap, HashSet};

use deadpool_postgres::Transaction;
use domain::guest_name::fold;
use domain::import::guests::{Guest, GuestPlan, StoredGuest, Tier, plan};
use domain::import::{ImportErrorCode, Mapping, RowError, Table};
use uuid::Uuid;

use super::super::exports::EventHead;
use super::super::guests::{EMAIL_COLUMN, NAME_COLUMN};
use super::super::identity::Identity;
use super::super::{Store, StoreError};
use super::blocking;
use crate::sealing::{SubjectKey, wrapping_cipher};

/// Most tiers that a file may make; more are probably another column.
const MOST_TIERS: usize = 30;
/// Tickets of a made tier when the event has no limit and the list is short.
const TICKETS: usize = 10_000;

/// A tier that an import makes.
pub(super) struct NewTier {
    pub(super) tier: Tier,
    kind: &'static str,
    quantity: i32,
}

/// The distinct names in the column that holds tiers, in the file's order.
pub(super) fn tier_names(rows: &[Vec<String>], mapping: &Mapping) -> Vec<String> {
    let Ok(table) = Table::new(rows.iter().take(200).cloned().collect()) else { return Vec::new() };
    let columns = plan(&table, mapping, &[], &[]).report("", false).columns;
    let Some(index) = columns.iter().position(|column| column.field == Some("tier")) else { return Vec::new() };
    let cell = |row: &Vec<String>| row.get(index).map(|cell| cell.trim().to_owned()).unwrap_or_default();
    let below = rows.iter().skip_while(|row| cell(row) != columns[index].header).skip(1);
    let mut seen = HashSet::new();
    below.map(cell).filter(|name| !name.is_empty() && seen.insert(fold(name))).take(MOST_TIERS + 1).collect()
}

/// The tiers of an event that has none yet: the file's, or one for all. None when the column does not look like one of
/// tiers; its rows are errors then.
pub(super) fn new_tiers(names: &[String], event: &EventHead, rows: usize) -> Vec<NewTier> {
    if names.len() > MOST_TIERS || names.iter().any(|name| name.chars().count() > 100) {
        return Vec::new();
    }
    let all = ["Guests".to_owned()];
    let names = if names.is_empty() { &all } else { names };
    let quantity = event.capacity_limit.unwrap_or_else(|| i32::try_from(TICKETS.max(2 * rows)).unwrap_or(i32::MAX));
    names
        .iter()
        .map(|name| {
            let words = domain::guest_name::words(name);
            let says = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
            let kind = if says(&["vip", "vips"]) {
                "vip"
            } else if says(&["press", "presse", "stampa", "prensa", "media"]) {
                "press"
            } else {
                "comp"
            };
            NewTier { tier: Tier { id: Uuid::now_v7(), name: name.clone() }, kind, quantity }
        })
        .collect()
}

/// A code belongs to one guest in all events.
pub(super) async fn refuse_foreign_codes(
    transaction: &Transaction<'_>,
    event_id: Uuid,
    plan: &mut GuestPlan,
) -> Result<(), StoreError> {
    let rows = plan.added.iter().map(|added| (added.row, &added.guest));
    let rows = rows.chain(plan.changed.iter().map(|changed| (changed.row, &changed.guest)));
    let by_code: HashMap<&str, usize> = rows.filter_map(|(row, guest)| Some((guest.code.as_deref()?, row))).collect();
    if by_code.is_empty() {
        return Ok(());
    }
    let codes: Vec<&str> = by_code.keys().copied().collect();
    let taken = transaction
        .query(
            "select qr_code_data from registrations where qr_code_data = any ($1) and event_id <> $2",
            &[&codes, &event_id],
        )
        .await?;
    let mut rows: Vec<usize> = taken.iter().map(|taken| by_code[taken.get::<_, &str>(0)]).collect();
    rows.sort_unstable();
    let columns = plan.report("", false).columns;
    let column = columns.iter().find(|column| column.field == Some("code")).map(|column| column.header.clone());
    plan.errors.extend(rows.into_iter().map(|row| RowError {
        row,
        column: column.clone(),
        code: ImportErrorCode::DuplicateCode,
        message: "A guest of another event has this ticket code; leave it empty to have one made".to_owned(),
    }));
    Ok(())
}

/// Makes the tiers.
pub(super) async fn write_tiers(
    transaction: &Transaction<'_>,
    by: &Identity,
    event_id: Uuid,
    tiers: &[NewTier],
) -> Result<(), StoreError> {
    for new in tiers {
        transaction
            .execute(
                "insert into ticket_tiers (id, organization_id, event_id, name, type, quantity_total, created_by)
                 values ($1, $2, $3, $4, $5, $6, $7)",
                &[
                    &new.tier.id,
                    &by.principal.organization_id,
                    &event_id,
                    &new.tier.name,
                    &new.kind,
                    &new.quantity,
                    &by.principal.id,
                ],
            )
            .await?;
    }
    Ok(())
}

/// Guests as columns, as the set-based statements take them.
#[derive(Default)]
struct Columns<'a> {
    ids: Vec<Uuid>,
    tiers: Vec<Uuid>,
    names: Vec<Option<Vec<u8>>>,
    emails: Vec<Option<Vec<u8>>>,
    email_indexes: Vec<Option<Vec<u8>>>,
    statuses: Vec<&'static str>,
    parties: Vec<i32>,
    vips: Vec<bool>,
    seats: Vec<Option<&'a str>>,
    notes: Vec<Option<&'a str>>,
    references: Vec<Option<&'a str>>,
    codes: Vec<Option<String>>,
}

const INSERT: &str = "
    insert into registrations (id, organization_id, event_id, created_by, ticket_tier_id, attendee_name_enc,
                               attendee_email_enc, attendee_email_bidx, status, party_size, vip, seat, door_note,
                               external_ref, qr_code_data, currency)
    select g.id, $1, $2, $3, g.tier, g.name, g.email, g.email_index, g.status, g.party, g.vip, g.seat, g.note, g.reference,
           g.code, t.currency
      from unnest($4::uuid[], $5::uuid[], $6::bytea[], $7::bytea[], $8::bytea[], $9::text[], $10::int[], $11::bool[],
                  $12::text[], $13::text[], $14::text[], $15::text[])
           g(id, tier, name, email, email_index, status, party, vip, seat, note, reference, code)
      join ticket_tiers t on t.id = g.tier";

const UPDATE: &str = "
    update registrations r
       set ticket_tier_id = g.tier, attendee_name_enc = coalesce(g.name, r.attendee_name_enc),
           attendee_email_enc = coalesce(g.email, r.attendee_email_enc),
           attendee_email_bidx = coalesce(g.email_index, r.attendee_email_bidx),
           status = g.status, party_size = g.party, vip = g.vip, seat = g.seat, door_note = g.note,
           external_ref = g.reference, qr_code_data = coalesce(g.code, r.qr_code_data)
      from unnest($3::uuid[], $4::uuid[], $5::bytea[], $6::bytea[], $7::bytea[], $8::text[], $9::int[], $10::bool[],
                  $11::text[], $12::text[], $13::text[], $14::text[])
           g(id, tier, name, email, email_index, status, party, vip, seat, note, reference, code)
     where r.organization_id = $1 and r.event_id = $2 and r.id = g.id";

const INSERT_KEYS: &str = "
    insert into encryption_keys (id, organization_id, subject_kind, subject_id, wrapped_key, kek_ref)
    select k.id, $1, 'registration', k.subject, k.wrapped, 'master'
      from unnest($2::uuid[], $3::uuid[], $4::bytea[]) k(id, subject, wrapped)";

/// Writes the plan, with one statement for all that is new and one for all that changes. The keys that were made are to
/// be kept once this is committed.
pub(super) async fn write(
    store: &Store,
    transaction: &Transaction<'_>,
    by: &Identity,
    event_id: Uuid,
    stored: &[StoredGuest],
    plan: &GuestPlan,
) -> Result<Vec<SubjectKey>, StoreError> {
    let org = by.principal.organization_id;
    let stored: HashMap<Uuid, &Guest> = stored.iter().map(|stored| (stored.registration_id, &stored.guest)).collect();
    let resealed: Vec<Uuid> = plan
        .changed
        .iter()
        .filter(|changed| {
            let old = stored[&changed.registration_id];
            old.name != changed.guest.name || old.email != changed.guest.email
        })
        .map(|changed| changed.registration_id)
        .collect();
    let at_hand = keys_of(store, transaction, &resealed).await?;
    let mut made: Vec<(Uuid, SubjectKey)> = Vec::new();
    let (added, changed) = blocking(|| {
        let (mut added, mut changed) = (Columns::default(), Columns::default());
        for new in &plan.added {
            let id = Uuid::now_v7();
            let key = SubjectKey::generate();
            let code = new.guest.code.clone().unwrap_or_else(|| store.tickets.code(event_id, id));
            added.push(store, id, &new.guest, None, Some(&key), Some(code));
            made.push((id, key));
        }
        for change in &plan.changed {
            let id = change.registration_id;
            // A guest whose key was destroyed is a new data subject, by the producer's own doing.
            let key = resealed.contains(&id).then(|| {
                at_hand.get(&id).cloned().unwrap_or_else(|| {
                    let key = SubjectKey::generate();
                    made.push((id, key.clone()));
                    key
                })
            });
            changed.push(store, id, &change.guest, Some(stored[&id]), key.as_ref(), change.guest.code.clone());
        }
        (added, changed)
    });
    let ids: Vec<Uuid> = made.iter().map(|(_, key)| key.id).collect();
    let subjects: Vec<Uuid> = made.iter().map(|(subject, _)| *subject).collect();
    let wrapped: Vec<Vec<u8>> = made.iter().map(|(_, key)| key.wrap(store.keyring.master())).collect();
    transaction.execute(INSERT_KEYS, &[&org, &ids, &subjects, &wrapped]).await?;
    if !added.ids.is_empty() {
        let c = &added;
        transaction
            .execute(
                INSERT,
                &[
                    &org,
                    &event_id,
                    &by.principal.id,
                    &c.ids,
                    &c.tiers,
                    &c.names,
                    &c.emails,
                    &c.email_indexes,
                    &c.statuses,
                    &c.parties,
                    &c.vips,
                    &c.seats,
                    &c.notes,
                    &c.references,
                    &c.codes,
                ],
            )
            .await?;
    }
    if !changed.ids.is_empty() {
        let c = &changed;
        transaction
            .execute(
                UPDATE,
                &[
                    &org,
                    &event_id,
                    &c.ids,
                    &c.tiers,
                    &c.names,
                    &c.emails,
                    &c.email_indexes,
                    &c.statuses,
                    &c.parties,
                    &c.vips,
                    &c.seats,
                    &c.notes,
                    &c.references,
                    &c.codes,
                ],
            )
            .await?;
    }
    Ok(made.into_iter().map(|(_, key)| key).collect())
}

impl<'a> Columns<'a> {
    /// Adds a guest. What is sealed stays as it is where it says the same as before: sealing anew would look like a
    /// change.
    fn push(
        &mut self,
        store: &Store,
        id: Uuid,
        guest: &'a Guest,
        old: Option<&Guest>,
        key: Option<&SubjectKey>,
        code: Option<String>,
    ) {
        let name = (old.map(|old| &old.name) != Some(&guest.name)).then_some(&guest.name);
        let email = guest.email.as_ref().filter(|email| old.and_then(|old| old.email.as_ref()) != Some(email));
        let seal = |column: &str, value: &String| Some(key?.seal(column, value));
        self.ids.push(id);
        self.tiers.push(guest.tier_id);
        self.names.push(name.and_then(|name| seal(NAME_COLUMN, name)));
        self.emails.push(email.and_then(|email| seal(EMAIL_COLUMN, email)));
        self.email_indexes.push(email.map(|email| store.keyring.master().blind_index(email)));
        self.statuses.push(guest.status.as_str());
        self.parties.push(guest.party_size.into());
        self.vips.push(guest.vip);
        self.seats.push(guest.seat.as_deref());
        self.notes.push(guest.door_note.as_deref());
        self.references.push(guest.external_ref.as_deref());
        self.codes.push(code);
    }
}

/// The living keys of some registrations.
async fn keys_of(
    store: &Store,
    transaction: &Transaction<'_>,
    registrations: &[Uuid],
) -> Result<HashMap<Uuid, SubjectKey>, StoreError> {
    let rows = transaction
        .query(
            "select id, subject_id, wrapped_key from encryption_keys
              where subject_kind = 'registration' and subject_id = any ($1)
                and destroyed_at is null and rotated_to is null",
            &[&registrations],
        )
        .await?;
    let cipher = wrapping_cipher(store.keyring.master());
    let mut keys = HashMap::with_capacity(rows.len());
    for row in rows {
        let wrapped: Vec<u8> = row.get("wrapped_key");
        let key = SubjectKey::unwrap_with(row.get("id"), &wrapped, &cipher)
            .map_err(|error| StoreError::Internal(format!("a data key does not open: {error}")))?;
        keys.insert(row.get("subject_id"), key);
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(lines: &[&str]) -> Vec<Vec<String>> {
        lines.iter().map(|line| line.split(',').map(str::to_owned).collect()).collect()
    }

    fn event(capacity_limit: Option<i32>) -> EventHead {
        EventHead {
            title: "Show".into(),
            slug: "show".into(),
            starts: None,
            zone: jiff::tz::TimeZone::UTC,
            venue: None,
            capacity_limit,
        }
    }

    /// F077: a producer's first list brings its tiers along.
    #[test]
    fn the_tiers_of_a_first_list_are_found_below_its_header() {
        let list = rows(&[
            "Winter Show,Guest list",
            "",
            "Name,Category",
            "Ann,Front Row VIP",
            "Ben, PRESSE ",
            "Cy,front row vip",
            "Di,",
        ]);
        assert_eq!(tier_names(&list, &Mapping::new()), ["Front Row VIP", "PRESSE"]);
        let told = Mapping::from([("Category".to_owned(), None)]);
        assert_eq!(tier_names(&list, &told), Vec::<String>::new());
        assert_eq!(tier_names(&[], &Mapping::new()), Vec::<String>::new());
    }

    #[test]
    fn tiers_are_made_for_a_list_that_has_some_and_for_one_that_has_none() {
        let kinds = |names: &[&str], limit| -> Vec<(String, &str, i32)> {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let made = new_tiers(&names, &event(limit), 20_000);
            made.into_iter().map(|new| (new.tier.name, new.kind, new.quantity)).collect()
        };
        assert_eq!(
            kinds(&["VIP Front", "Presse", "Friends"], Some(300)),
            [("VIP Front".into(), "vip", 300), ("Presse".into(), "press", 300), ("Friends".into(), "comp", 300)]
        );
        assert_eq!(kinds(&[], None), [("Guests".into(), "comp", 40_000)]);
        let many: Vec<String> = (0..=MOST_TIERS).map(|n| format!("Tier {n}")).collect();
        assert!(new_tiers(&many, &event(None), 100).is_empty());
    }
}
