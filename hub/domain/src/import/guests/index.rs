use std::collections::HashMap;
use std::collections::hash_map::Entry;

use uuid::Uuid;

use super::super::{ImportErrorCode, RowError};
use super::row::{Reader, Said};
use super::{Guest, StoredGuest};
use crate::guest_name::fold;

/// The stored guests by what rows know them by.
pub(super) struct StoredIndex<'a> {
    stored: &'a [StoredGuest],
    by_ref: HashMap<&'a str, usize>,
    by_email_and_name: HashMap<(String, String), Vec<usize>>,
    by_name: HashMap<String, Vec<usize>>,
    by_code: HashMap<&'a str, Uuid>,
}

impl<'a> StoredIndex<'a> {
    pub(super) fn new(stored: &'a [StoredGuest]) -> Self {
        let mut index = Self {
            stored,
            by_ref: HashMap::new(),
            by_email_and_name: HashMap::new(),
            by_name: HashMap::new(),
            by_code: HashMap::new(),
        };
        for (place, StoredGuest { registration_id, guest, .. }) in stored.iter().enumerate() {
            let name = fold(&guest.name);
            index.by_ref.extend(guest.external_ref.as_deref().map(|reference| (reference, place)));
            index.by_code.extend(guest.code.as_deref().map(|code| (code, *registration_id)));
            if let Some(email) = &guest.email {
                index.by_email_and_name.entry((email.to_lowercase(), name.clone())).or_default().push(place);
            }
            index.by_name.entry(name).or_default().push(place);
        }
        index
    }

    /// The stored guest that the row is about.
    pub(super) fn find(&self, reader: &Reader, said: &Said) -> Result<Option<usize>, Vec<RowError>> {
        if let Some(place) = said.external_ref.as_deref().and_then(|reference| self.by_ref.get(reference)) {
            return Ok(Some(*place));
        }
        let name = fold(&said.name);
        let places = match &said.email {
            Some(email) => self.by_email_and_name.get(&(email.to_lowercase(), name)),
            None => self.by_name.get(&name),
        };
        // A guest with another reference is another guest.
        let same = |place: &&usize| said.external_ref.is_none() || self.stored[**place].guest.external_ref.is_none();
        let places: Vec<usize> = places.into_iter().flatten().filter(same).copied().collect();
        match places[..] {
            [] => Ok(None),
            [place] => Ok(Some(place)),
            _ => Err(vec![reader.error(
                "name",
                ImportErrorCode::Ambiguous,
                format!("{} guests are called “{}”; give a reference or an e-mail address", places.len(), said.name),
            )]),
        }
    }

    pub(super) fn code_is_free(
        &self,
        reader: &Reader,
        guest: &Guest,
        stored: Option<&StoredGuest>,
    ) -> Result<(), Vec<RowError>> {
        let holder = guest.code.as_deref().and_then(|code| self.by_code.get(code));
        if holder.is_none_or(|holder| stored.is_some_and(|stored| stored.registration_id == *holder)) {
            return Ok(());
        }
        Err(vec![reader.error("code", ImportErrorCode::DuplicateCode, "Another guest has this ticket code")])
    }
}

/// What earlier rows of the file were about.
#[derive(Default)]
pub(super) struct Seen {
    guests: HashMap<Uuid, usize>,
    keys: HashMap<(Option<String>, String, String), usize>,
    codes: HashMap<String, usize>,
}

impl Seen {
    pub(super) fn once(
        &mut self,
        reader: &Reader,
        guest: &Guest,
        stored: Option<&StoredGuest>,
    ) -> Result<(), Vec<RowError>> {
        let before = match (stored, &guest.external_ref) {
            (Some(stored), _) => put(&mut self.guests, stored.registration_id, reader.row),
            (None, Some(reference)) => {
                put(&mut self.keys, (Some(reference.clone()), String::new(), String::new()), reader.row)
            }
            (None, None) => {
                let email = guest.email.as_deref().unwrap_or("").to_lowercase();
                put(&mut self.keys, (None, email, fold(&guest.name)), reader.row)
            }
        };
        if let Some(before) = before {
            let message = format!("“{}” is in row {before} already", guest.name);
            return Err(vec![reader.error("name", ImportErrorCode::DuplicateInFile, message)]);
        }
        let before = guest.code.clone().and_then(|code| put(&mut self.codes, code, reader.row));
        if let Some(before) = before {
            let message = format!("Row {before} has this ticket code already");
            return Err(vec![reader.error("code", ImportErrorCode::DuplicateCode, message)]);
        }
        Ok(())
    }
}

/// Remembers the row; the earlier row, if there was one.
fn put<K: std::hash::Hash + Eq>(seen: &mut HashMap<K, usize>, key: K, row: usize) -> Option<usize> {
    match seen.entry(key) {
        Entry::Occupied(earlier) => Some(*earlier.get()),
        Entry::Vacant(free) => {
            free.insert(row);
            None
        }
    }
}
