//! Tickets of all guests, as a folder or an archive.

use std::collections::HashSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use domain::registration::RegistrationStatus;
use uuid::Uuid;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::ticket::{CodeTooLong, Ticket};
use crate::postgres::Acting;
use crate::store::exports::{ERASED, EventHead, GuestList, guest_list};
use crate::store::organizations::slug;
use crate::store::{Store, StoreError};

/// What kind of file a ticket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicketFormat {
    /// A picture.
    Png,
    /// A page.
    Pdf,
}

impl TicketFormat {
    /// From `png` or `pdf`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "png" => Some(Self::Png),
            "pdf" => Some(Self::Pdf),
            _ => None,
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }
}

/// Why tickets cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum TicketsError {
    /// No such event in this organization.
    #[error("there is no such event")]
    NoEvent,
    /// See [`StoreError`].
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A guest was imported with a code that no symbol holds.
    #[error("{guest}: {source}")]
    Code {
        /// The name of the file.
        guest: String,
        /// Why.
        source: CodeTooLong,
    },
    /// The folder or file cannot be written.
    #[error("{}: {source}", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Whoever receives the archive went away.
    #[error("the archive cannot be written: {0}")]
    Archive(#[from] zip::result::ZipError),
}

/// A ticket and the name of its file, without folder and extension.
pub struct NamedTicket {
    /// Safe in every file system, unique in the event, and the same every time.
    pub name: String,
    /// The ticket.
    pub ticket: Ticket,
}

/// Writes one file a guest into a folder, which is made if it is not there. Files of an earlier time are written anew.
/// Says how many there are.
///
/// # Errors
/// See [`TicketsError`].
pub async fn write_folder(
    store: &Store,
    organization_id: Uuid,
    event_id: Uuid,
    out: &Path,
    format: TicketFormat,
) -> Result<usize, TicketsError> {
    let list = guest_list(store, &Acting::System { organization_id }, event_id).await?.ok_or(TicketsError::NoEvent)?;
    let out = out.to_owned();
    let paint = tokio::task::spawn_blocking(move || {
        let failed = |path: &Path, source| TicketsError::Folder { path: path.to_owned(), source };
        std::fs::create_dir_all(&out).map_err(|error| failed(&out, error))?;
        let tickets = of_guests(&list);
        for (done, named) in tickets.iter().enumerate() {
            let path = out.join(format!("{}.{}", named.name, format.extension()));
            std::fs::write(&path, named.paint(format)?).map_err(|error| failed(&path, error))?;
            if (done + 1) % 250 == 0 {
                tracing::info!(done = done + 1, of = tickets.len(), "painting tickets");
            }
        }
        Ok(tickets.len())
    });
    paint.await.map_err(|error| StoreError::Internal(error.to_string()))?
}

/// Writes one file a guest into a ZIP archive, each as soon as it is painted. Says how many there are.
///
/// # Errors
/// See [`TicketsError`].
pub fn write_archive(list: &GuestList, format: TicketFormat, out: impl Write) -> Result<usize, TicketsError> {
    let mut archive = ZipWriter::new_stream(out);
    let options = SimpleFileOptions::default().compression_level(Some(1));
    let tickets = of_guests(list);
    for named in &tickets {
        archive.start_file(format!("{}.{}", named.name, format.extension()), options)?;
        archive.write_all(&named.paint(format)?).map_err(zip::result::ZipError::from)?;
    }
    archive.finish()?.flush().map_err(zip::result::ZipError::from)?;
    Ok(tickets.len())
}

/// The tickets of those who may come: confirmed guests and those who are there already.
pub fn of_guests(list: &GuestList) -> Vec<NamedTicket> {
    let when = when(&list.event);
    let mut taken = HashSet::new();
    list.guests
        .iter()
        .filter(|stored| matches!(stored.guest.status, RegistrationStatus::Confirmed | RegistrationStatus::Attended))
        .filter(|stored| stored.guest.name != ERASED)
        .filter_map(|stored| {
            let guest = &stored.guest;
            let id = stored.registration_id.simple().to_string();
            let mut name = format!("{}-{}", slug(&guest.name, "guest"), &id[24..]);
            if !taken.insert(name.clone()) {
                name = format!("{}-{id}", slug(&guest.name, "guest"));
            }
            let ticket = Ticket {
                event: list.event.title.clone(),
                when: when.clone(),
                venue: list.event.venue.clone(),
                guest: guest.name.clone(),
                tier: list.tiers.iter().find(|tier| tier.id == guest.tier_id)?.name.clone(),
                seat: guest.seat.clone(),
                party_size: guest.party_size,
                code: guest.code.clone()?,
            };
            Some(NamedTicket { name, ticket })
        })
        .collect()
}

impl NamedTicket {
    fn paint(&self, format: TicketFormat) -> Result<Vec<u8>, TicketsError> {
        let painted = match format {
            TicketFormat::Png => self.ticket.to_png(),
            TicketFormat::Pdf => self.ticket.to_pdf(),
        };
        painted.map_err(|source| TicketsError::Code { guest: self.name.clone(), source })
    }
}

/// "Thursday 24 September 2026, 20:00 (CEST)".
fn when(event: &EventHead) -> String {
    let shown = |at: jiff::Timestamp| at.to_zoned(event.zone.clone()).strftime("%A %-d %B %Y, %H:%M (%Z)").to_string();
    event.starts.map(shown).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use domain::import::guests::{Guest, StoredGuest, Tier};
    use jiff::tz::TimeZone;

    use super::*;

    fn list(names: &[(&str, RegistrationStatus)]) -> GuestList {
        let tier_id = Uuid::from_u128(7);
        let guest = |(index, (name, status)): (u128, &(&str, RegistrationStatus))| StoredGuest {
            registration_id: Uuid::from_u128(index),
            guest: Guest {
                external_ref: None,
                name: (*name).to_owned(),
                email: None,
                tier_id,
                party_size: 1,
                vip: false,
                seat: None,
                door_note: None,
                status: *status,
                code: Some(format!("FH1.{index:0>40}")),
            },
            arrived: 0,
        };
        GuestList {
            event: EventHead {
                title: "Winter Show".into(),
                slug: "winter-show".into(),
                starts: Some("2026-09-24T18:00:00Z".parse().expect("an instant")),
                zone: TimeZone::get("Europe/Paris").expect("a zone"),
                venue: None,
                capacity_limit: None,
            },
            tiers: vec![Tier { id: tier_id, name: "Guests".into() }],
            guests: (1..).zip(names).map(guest).collect(),
        }
    }

    #[test]
    fn those_who_may_come_get_one_with_the_local_time() {
        use RegistrationStatus as S;
        let list = list(&[
            ("Ann", S::Confirmed),
            ("Ben", S::Attended),
            ("Cy", S::Pending),
            ("Di", S::Cancelled),
            ("Ed", S::Refunded),
        ]);
        let tickets = of_guests(&list);
        let guests: Vec<&str> = tickets.iter().map(|named| named.ticket.guest.as_str()).collect();
        assert_eq!(guests, ["Ann", "Ben"]);
        assert_eq!(tickets[0].ticket.when, "Thursday 24 September 2026, 20:00 (CEST)");
    }

    #[test]
    fn names_of_files_are_safe_and_unique() {
        use RegistrationStatus::Confirmed;
        let list = list(&[
            ("../../etc/passwd", Confirmed),
            ("Ann\0\\ Lee:*?", Confirmed),
            ("王", Confirmed),
            ("Ann Lee", Confirmed),
            ("?", Confirmed),
        ]);
        let names: Vec<String> = of_guests(&list).into_iter().map(|named| named.name).collect();
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), 5, "{names:?}");
        for name in &names {
            assert!(
                name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
                "{name}"
            );
        }
        let again: Vec<String> = of_guests(&list).into_iter().map(|named| named.name).collect();
        assert_eq!(names, again);
    }

    #[test]
    fn an_archive_holds_every_ticket() {
        let list = list(&[("Ann", RegistrationStatus::Confirmed), ("Ben", RegistrationStatus::Confirmed)]);
        for (format, magic) in [(TicketFormat::Png, b"\x89PNG".as_slice()), (TicketFormat::Pdf, b"%PDF")] {
            let mut bytes = Vec::new();
            assert_eq!(write_archive(&list, format, &mut bytes).expect("written"), 2);
            let mut archive = zip::ZipArchive::new(io::Cursor::new(bytes)).expect("an archive");
            assert_eq!(archive.len(), 2);
            for index in 0..2 {
                let mut content = Vec::new();
                io::copy(&mut archive.by_index(index).expect("a file"), &mut content).expect("whole");
                assert!(content.starts_with(magic));
            }
        }
    }
}
