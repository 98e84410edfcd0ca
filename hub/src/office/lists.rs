use domain::import::rundown::StoredCue;
use domain::wall_clock;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Cell, Listing};
use crate::store::exports::{Arrivals, ERASED, GuestList, Rundown};

/// The guest list, with headers that an import understands: reading the file again changes nothing. Guests who were
/// erased are not in it.
pub fn guests(list: &GuestList) -> Listing {
    let tier = |id| list.tiers.iter().find(|tier| tier.id == id).map(|tier| tier.name.as_str());
    let rows = list
        .guests
        .iter()
        .filter(|stored| stored.guest.name != ERASED)
        .map(|stored| {
            let guest = &stored.guest;
            vec![
                Cell::text(guest.external_ref.as_deref()),
                Cell::Text(guest.name.clone()),
                Cell::text(guest.email.as_deref()),
                Cell::text(tier(guest.tier_id)),
                Cell::Number(guest.party_size.into()),
                Cell::flag(guest.vip),
                Cell::text(guest.seat.as_deref()),
                Cell::text(guest.door_note.as_deref()),
                Cell::Fixed(guest.status.as_str().to_owned()),
                Cell::text(guest.code.as_deref()),
                Cell::Number(stored.arrived.into()),
            ]
        })
        .collect();
    Listing {
        headers: vec![
            "Reference",
            "Name",
            "E-mail",
            "Ticket tier",
            "Party size",
            "VIP",
            "Seat",
            "Door note",
            "Status",
            "Ticket code",
            "Arrived",
        ],
        rows,
    }
}

/// The rundown, with headers that an import understands: reading the file again changes nothing.
pub fn rundown(rundown: &Rundown) -> Listing {
    let moment = |at: i64| {
        Cell::Fixed(Timestamp::from_millisecond(at).map_or_else(|_| String::new(), |at| local(at, &rundown.event.zone)))
    };
    let row = |StoredCue { cue, .. }: &StoredCue| {
        vec![
            Cell::text(cue.cue_number.as_deref()),
            Cell::Text(cue.title.clone()),
            Cell::text(cue.segment.as_deref()),
            moment(cue.start),
            moment(cue.end),
            Cell::Fixed(cue.start_mode.as_str().to_owned()),
            Cell::flag(cue.count_to_end),
            Cell::Text(cue.kind.clone()),
            Cell::text(cue.location.as_deref()),
            Cell::flag(cue.skipped),
            Cell::text(cue.description.as_deref()),
        ]
    };
    Listing {
        headers: vec![
            "Cue",
            "Title",
            "Segment",
            "Start time",
            "End time",
            "Start mode",
            "Count to end",
            "Type",
            "Location",
            "Skipped",
            "Description",
        ],
        rows: rundown.cues.iter().map(row).collect(),
    }
}

/// Every scan, refused ones too.
pub fn arrivals(arrivals: &Arrivals) -> Listing {
    let zone = &arrivals.event.zone;
    let row = |scan: &crate::store::exports::Arrival| {
        vec![
            Cell::Fixed(local(scan.scanned_at, zone)),
            Cell::text(scan.gate.as_deref()),
            Cell::Fixed(scan.direction.clone()),
            Cell::Fixed(scan.result.clone()),
            Cell::Number(scan.people.into()),
            Cell::text(scan.guest.as_deref()),
            Cell::text(scan.tier.as_deref()),
            Cell::text(scan.scanned_by.as_deref()),
            Cell::Fixed(scan.scan_id.to_string()),
            Cell::flag(scan.offline),
            Cell::text(scan.overridden.as_deref()),
            Cell::text(scan.reason.as_deref()),
            Cell::Fixed(scan.undone_at.map(|at| local(at, zone)).unwrap_or_default()),
            Cell::Fixed(local(scan.received_at, zone)),
        ]
    };
    Listing {
        headers: vec![
            "Time",
            "Gate",
            "Direction",
            "Result",
            "People",
            "Guest",
            "Ticket tier",
            "Scanned by",
            "Scan",
            "Offline",
            "Overridden rule",
            "Override reason",
            "Annulled",
            "Received",
        ],
        rows: arrivals.scans.iter().map(row).collect(),
    }
}

/// `2026-09-29 19:30:00` where the event is. With the offset when the clock shows that twice, or not to the second: the
/// text always means the same instant.
fn local(at: Timestamp, zone: &TimeZone) -> String {
    let shown = at.to_zoned(zone.clone());
    let plain = wall_clock::on_date(shown.date(), shown.time(), zone) == at.as_millisecond()
        && at.as_nanosecond() % 1_000_000_000 == 0;
    shown.strftime(if plain { "%Y-%m-%d %H:%M:%S" } else { "%Y-%m-%dT%H:%M:%S%.f%:z" }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A time that is written is the time that is read, on the night when the clock goes back too.
    #[test]
    fn times_are_local_and_exact() {
        let paris = TimeZone::get("Europe/Paris").expect("a zone");
        for (instant, text) in [
            ("2026-09-29T17:30:00Z", "2026-09-29 19:30:00"),
            ("2026-10-25T00:30:00Z", "2026-10-25 02:30:00"),
            ("2026-10-25T01:30:00Z", "2026-10-25T02:30:00+01:00"),
            ("2026-09-29T17:30:00.25Z", "2026-09-29T19:30:00.25+02:00"),
        ] {
            assert_eq!(local(instant.parse().expect("an instant"), &paris), text);
        }
    }
}
