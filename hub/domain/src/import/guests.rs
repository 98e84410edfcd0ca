//! Guest lists.

use uuid::Uuid;

use super::columns::{Column, Columns, offered};
use super::{
    Difference, DifferenceKind, ImportErrorCode, ImportReport, MOST_DIFFERENCES, Mapping, RowError, Table, Values,
    added_fields, changed_fields,
};
use crate::registration::RegistrationStatus;

mod fields;
mod index;
mod row;

#[cfg(test)]
mod tests;

pub(super) use fields::FIELDS;
use index::{Seen, StoredIndex};

/// The largest party of one guest.
pub const LARGEST_PARTY: u16 = 50;

/// A ticket tier of the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tier {
    /// Its row.
    pub id: Uuid,
    /// Its name; compared without case and accents.
    pub name: String,
}

/// A guest as a file can say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guest {
    /// The guest's number in the list that the file came from; one guest per number.
    pub external_ref: Option<String>,
    /// The name.
    pub name: String,
    /// The e-mail address.
    pub email: Option<String>,
    /// The tier.
    pub tier_id: Uuid,
    /// How many people, the guest included: 1 to [`LARGEST_PARTY`].
    pub party_size: u16,
    /// A very important person.
    pub vip: bool,
    /// The seat.
    pub seat: Option<String>,
    /// What the person at the door should know.
    pub door_note: Option<String>,
    /// Where the registration stands. An import never makes anybody attended, and never undoes it.
    pub status: RegistrationStatus,
    /// The ticket's code; none: the hub makes one.
    pub code: Option<String>,
}

impl Guest {
    fn values(&self, tiers: &[Tier]) -> Values {
        let mut values = Values::from([
            ("name", self.name.clone()),
            ("party_size", self.party_size.to_string()),
            ("status", self.status.as_str().to_owned()),
            ("vip", if self.vip { "yes" } else { "no" }.to_owned()),
        ]);
        if let Some(tier) = tiers.iter().find(|tier| tier.id == self.tier_id) {
            values.insert("tier", tier.name.clone());
        }
        for (field, value) in [
            ("external_ref", &self.external_ref),
            ("email", &self.email),
            ("seat", &self.seat),
            ("door_note", &self.door_note),
            ("code", &self.code),
        ] {
            values.extend(value.clone().map(|value| (field, value)));
        }
        values
    }
}

/// A guest who is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredGuest {
    /// The registration.
    pub registration_id: Uuid,
    /// The guest.
    pub guest: Guest,
    /// How many of the party have arrived.
    pub arrived: u16,
}

/// A row that becomes a new registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedGuest {
    /// The row's number in the file.
    pub row: usize,
    /// The guest.
    pub guest: Guest,
}

/// A row that changes a registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedGuest {
    /// The row's number in the file.
    pub row: usize,
    /// The registration.
    pub registration_id: Uuid,
    /// The guest, all fields, as they shall be.
    pub guest: Guest,
}

/// What a guest list would change.
#[derive(Debug, Clone, PartialEq)]
pub struct GuestPlan {
    /// New registrations.
    pub added: Vec<AddedGuest>,
    /// Registrations that change.
    pub changed: Vec<ChangedGuest>,
    /// Registrations that are as the file says.
    pub unchanged: Vec<Uuid>,
    /// What is wrong; a plan with errors must not be applied.
    pub errors: Vec<RowError>,
    columns: Vec<Column>,
    rows: usize,
    diff: Vec<Difference>,
}

impl GuestPlan {
    /// The report of the plan.
    pub fn report(&self, format: &str, applied: bool) -> ImportReport {
        ImportReport {
            format: format.to_owned(),
            columns: self.columns.clone(),
            fields: offered(FIELDS),
            rows: self.rows,
            added: self.added.len(),
            changed: self.changed.len(),
            unchanged: self.unchanged.len(),
            errors: self.errors.clone(),
            diff: self.diff.iter().take(MOST_DIFFERENCES).cloned().collect(),
            applied,
        }
    }
}

/// Plans the import of a guest list into an event with these tiers and guests.
///
/// A row is about the stored guest with its reference; without one (or where no guest has it yet),
/// about the guest with its e-mail address and name; without an address, about the guest of that
/// name. A field without a column, and an empty cell, change nothing, but an empty cell takes a
/// seat or a note away.
pub fn plan(table: &Table, mapping: &Mapping, tiers: &[Tier], stored: &[StoredGuest]) -> GuestPlan {
    let (columns, errors) = Columns::map(table, FIELDS, mapping);
    let mut plan = GuestPlan {
        added: Vec::new(),
        changed: Vec::new(),
        unchanged: Vec::new(),
        errors,
        columns: columns.list.clone(),
        rows: table.len(),
        diff: Vec::new(),
    };
    if !["name", "first_name", "last_name"].iter().any(|field| columns.has(field)) {
        let message = "No column holds the guests' names";
        plan.errors.push(RowError::new(0, None, ImportErrorCode::MissingColumn, message));
        return plan;
    }
    let index = StoredIndex::new(stored);
    let mut seen = Seen::default();
    for (row, cells) in table.rows() {
        let reader = row::Reader { columns: &columns, row, cells, tiers };
        match reader.read().and_then(|said| index.find(&reader, &said).map(|found| (said, found))) {
            Err(errors) => plan.errors.extend(errors),
            Ok((said, found)) => {
                let stored = found.map(|place| &stored[place]);
                match reader.merge(said, stored).and_then(|guest| {
                    seen.once(&reader, &guest, stored)?;
                    index.code_is_free(&reader, &guest, stored)?;
                    Ok(guest)
                }) {
                    Err(errors) => plan.errors.extend(errors),
                    Ok(guest) => plan.take(row, guest, stored, tiers),
                }
            }
        }
    }
    plan
}

impl GuestPlan {
    fn take(&mut self, row: usize, guest: Guest, stored: Option<&StoredGuest>, tiers: &[Tier]) {
        let new = guest.values(tiers);
        let (kind, fields) = match stored {
            None => (DifferenceKind::Added, added_fields(&new)),
            Some(stored) => (DifferenceKind::Changed, changed_fields(&stored.guest.values(tiers), &new)),
        };
        if fields.is_empty() {
            self.unchanged.extend(stored.map(|stored| stored.registration_id));
            return;
        }
        self.diff.push(Difference { row, kind, label: guest.name.clone(), fields });
        match stored {
            None => self.added.push(AddedGuest { row, guest }),
            Some(stored) => {
                self.changed.push(ChangedGuest { row, registration_id: stored.registration_id, guest });
            }
        }
    }
}
