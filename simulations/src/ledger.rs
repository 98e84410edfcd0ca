use std::collections::{HashMap, HashSet};

use hub_client::RoomState;
use schemas::{Row, VerdictKind};
use serde::Serialize;
use uuid::Uuid;

/// The tables that the ledger is in.
pub const TABLES: [&str; 4] = ["check_ins", "registrations", "event_counters", "gate_counters"];

/// A verdict that a tablet has received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledged {
    /// The id of the scan's command.
    pub scan_id: Uuid,
    /// Who it was, where the hub said.
    pub registration_id: Option<Uuid>,
    /// What the hub said.
    pub result: VerdictKind,
    /// How many passed.
    pub people: u16,
}

/// A row of `check_ins`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// The id of its command.
    pub scan_id: Uuid,
    /// Who it was.
    pub registration_id: Option<Uuid>,
    /// Its result was `accepted`, on the way in.
    pub admitted: bool,
    /// How many passed.
    pub people: u64,
}

/// A row of `registrations`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guest {
    /// Its key.
    pub id: Uuid,
    /// How many the ticket admits.
    pub party_size: u64,
    /// How many the hub counted.
    pub arrived: u64,
}

/// What the database holds about arrivals.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Every scan.
    pub scans: Vec<Scan>,
    /// Everybody invited.
    pub guests: Vec<Guest>,
    /// `event_counters.arrived_people`.
    pub arrived_people: u64,
    /// `event_counters.checked_in_count`.
    pub checked_in_count: u64,
    /// The sum of `gate_counters.entries`; `None` for an event without gates.
    pub gate_entries: Option<u64>,
}

/// What is wrong with a ledger. All zero: nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Findings {
    /// Parties of which more people were let in than the ticket admits, by the ledger or by what tablets were told.
    pub double_admissions: u64,
    /// Scans that a tablet was told about and that the ledger does not hold, or holds with another result.
    pub lost_scans: u64,
    /// Parties that were scanned and let in by nobody.
    pub turned_away: u64,
    /// Counters that differ from the sum of the ledger.
    pub wrong_counters: u64,
}

impl Ledger {
    /// From the state of a room that was joined with [`TABLES`]; `Err` names a column that is not as expected.
    pub fn from_state(state: &RoomState) -> Result<Self, String> {
        let scans = state.table("check_ins").map(|(key, row)| {
            let entry = row.get("direction").and_then(|value| value.as_str()) == Some("in");
            Ok(Scan {
                scan_id: optional_id(row, "scan_uid")?.unwrap_or(*key),
                registration_id: optional_id(row, "registration_id")?,
                admitted: entry && text(row, "result")? == "accepted",
                people: number(row, "people")?,
            })
        });
        let guests = state.table("registrations").map(|(key, row)| {
            Ok(Guest { id: *key, party_size: number(row, "party_size")?, arrived: number(row, "arrived_count")? })
        });
        let entries: Vec<u64> =
            state.table("gate_counters").map(|(_, row)| number(row, "entries")).collect::<Result<_, String>>()?;
        let (_, counters) = state.table("event_counters").next().ok_or("the event has no counters")?;
        Ok(Self {
            scans: scans.collect::<Result<_, String>>()?,
            guests: guests.collect::<Result<_, String>>()?,
            arrived_people: number(counters, "arrived_people")?,
            checked_in_count: number(counters, "checked_in_count")?,
            gate_entries: (!entries.is_empty()).then(|| entries.iter().sum()),
        })
    }

    /// Holds the ledger against what the tablets were told and against itself.
    pub fn check(&self, acknowledged: &[Acknowledged]) -> Findings {
        let recorded: HashMap<Uuid, &Scan> = self.scans.iter().map(|scan| (scan.scan_id, scan)).collect();
        let lost = acknowledged.iter().filter(|told| {
            recorded.get(&told.scan_id).is_none_or(|scan| {
                scan.admitted != (told.result == VerdictKind::Admitted) || scan.people != u64::from(told.people)
            })
        });

        let mut let_in: HashMap<Uuid, u64> = HashMap::new();
        for scan in self.scans.iter().filter(|scan| scan.admitted) {
            *let_in.entry(scan.registration_id.unwrap_or_default()).or_default() += scan.people;
        }
        let mut told_in: HashMap<Uuid, u64> = HashMap::new();
        let mut shown: HashSet<Uuid> = HashSet::new();
        for told in acknowledged {
            let Some(registration) = told.registration_id else { continue };
            shown.insert(registration);
            if told.result == VerdictKind::Admitted {
                *told_in.entry(registration).or_default() += u64::from(told.people);
            }
        }
        let of = |counts: &HashMap<Uuid, u64>, guest: &Guest| counts.get(&guest.id).copied().unwrap_or(0);
        let too_many = |guest: &&Guest| of(&let_in, guest).max(of(&told_in, guest)) > guest.party_size;
        let nobody = |guest: &&Guest| shown.contains(&guest.id) && of(&let_in, guest) == 0;
        let miscounted = |guest: &&Guest| of(&let_in, guest) != guest.arrived;

        let people: u64 = let_in.values().sum();
        let parties = let_in.values().filter(|people| **people > 0).count() as u64;
        let gates_agree = self.gate_entries.is_none_or(|entries| entries == people);
        let totals = [self.arrived_people == people, self.checked_in_count == parties, gates_agree];
        Findings {
            double_admissions: self.guests.iter().filter(too_many).count() as u64,
            lost_scans: lost.count() as u64,
            turned_away: self.guests.iter().filter(nobody).count() as u64,
            wrong_counters: self.guests.iter().filter(miscounted).count() as u64
                + totals.iter().filter(|agrees| !**agrees).count() as u64,
        }
    }
}

fn text<'a>(row: &'a Row, column: &str) -> Result<&'a str, String> {
    row.get(column).and_then(|value| value.as_str()).ok_or_else(|| format!("no text in column {column}"))
}

fn number(row: &Row, column: &str) -> Result<u64, String> {
    row.get(column).and_then(|value| value.as_u64()).ok_or_else(|| format!("no count in column {column}"))
}

fn optional_id(row: &Row, column: &str) -> Result<Option<Uuid>, String> {
    match row.get(column) {
        None | Some(serde_json::Value::Null) => Ok(None),
        Some(value) => {
            let id = value.as_str().and_then(|text| text.parse().ok());
            id.map(Some).ok_or_else(|| format!("no id in column {column}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn scan(n: u128, guest: u128, admitted: bool, people: u64) -> Scan {
        Scan { scan_id: id(n), registration_id: Some(id(guest)), admitted, people }
    }

    fn told(n: u128, guest: u128, result: VerdictKind, people: u16) -> Acknowledged {
        Acknowledged { scan_id: id(n), registration_id: Some(id(guest)), result, people }
    }

    /// Ada alone, Bea with two friends; both came, Ada's ticket was shown twice, one code was unknown.
    fn evening() -> (Ledger, Vec<Acknowledged>) {
        let unknown = Scan { registration_id: None, ..scan(4, 0, false, 0) };
        let ledger = Ledger {
            scans: vec![scan(1, 10, true, 1), scan(2, 11, true, 3), scan(3, 10, false, 0), unknown],
            guests: vec![
                Guest { id: id(10), party_size: 1, arrived: 1 },
                Guest { id: id(11), party_size: 3, arrived: 3 },
                Guest { id: id(12), party_size: 1, arrived: 0 },
            ],
            arrived_people: 4,
            checked_in_count: 2,
            gate_entries: Some(4),
        };
        let told = vec![
            told(1, 10, VerdictKind::Admitted, 1),
            told(2, 11, VerdictKind::Admitted, 3),
            told(3, 10, VerdictKind::AlreadyIn, 0),
            Acknowledged { registration_id: None, ..told(4, 0, VerdictKind::Unknown, 0) },
        ];
        (ledger, told)
    }

    #[test]
    fn a_good_evening_has_no_findings() {
        let (ledger, told) = evening();
        assert_eq!(ledger.check(&told), Findings::default());
    }

    /// F051, F079: a planted second admission is found in the ledger, and in the counters that it makes wrong.
    #[test]
    fn a_double_admission_is_found() {
        let (mut ledger, told) = evening();
        ledger.scans.push(scan(5, 10, true, 1));
        let findings = ledger.check(&told);
        assert_eq!(findings.double_admissions, 1);
        assert!(findings.wrong_counters > 0);
    }

    #[test]
    fn a_double_admission_that_only_tablets_were_told_about_is_found() {
        let (ledger, mut heard) = evening();
        heard.push(told(6, 10, VerdictKind::Admitted, 1));
        let findings = ledger.check(&heard);
        assert_eq!((findings.double_admissions, findings.lost_scans), (1, 1));
    }

    #[test]
    fn a_lost_and_a_contradicted_scan_are_found() {
        let (mut ledger, told) = evening();
        ledger.scans.retain(|scan| scan.scan_id != id(3));
        assert_eq!(ledger.check(&told), Findings { lost_scans: 1, ..Findings::default() });

        let (mut ledger, told) = evening();
        ledger.scans[0].admitted = false;
        let findings = ledger.check(&told);
        assert_eq!((findings.lost_scans, findings.turned_away), (1, 1));
    }

    #[test]
    fn counters_that_differ_from_the_ledger_are_found() {
        let (good, told) = evening();
        for wrong in [
            Ledger { arrived_people: 5, ..good.clone() },
            Ledger { checked_in_count: 3, ..good.clone() },
            Ledger { gate_entries: Some(3), ..good.clone() },
        ] {
            assert_eq!(wrong.check(&told), Findings { wrong_counters: 1, ..Findings::default() });
        }
        let without_gates = Ledger { gate_entries: None, ..good };
        assert_eq!(without_gates.check(&told), Findings::default());
    }
}
