use std::collections::HashMap;

use domain::admission::{self, Counts, Door, EventStatus, Scan, Ticket};
use domain::registration::RegistrationStatus;
use schemas::{Done, EarlierScan, GuestCard, Outcome, Refusal, RefusalCode, Verdict, VerdictKind};
use serde_json::Value;
use uuid::Uuid;

use super::ScanRequest;
use super::sheet::{ScanRow, Sheet};
use crate::clock;
use crate::store::StoreError;
use crate::store::commands::Answered;

/// What the lock showed: the door's rules and the tickets, which each scan of the batch moves on for the next.
pub(super) struct Table {
    pub(super) event_id: Uuid,
    pub(super) status: EventStatus,
    pub(super) allow_reentry: bool,
    pub(super) gates: HashMap<Uuid, Gate>,
    pub(super) tickets: HashMap<Uuid, Held>,
    pub(super) by_code: HashMap<String, Uuid>,
    pub(super) now: i64,
}

pub(super) struct Gate {
    pub(super) name: String,
    pub(super) tiers: Option<Vec<Uuid>>,
}

pub(super) struct Held {
    pub(super) ticket: Ticket,
    pub(super) vip: bool,
    /// The accepted entry of this batch that changed it last.
    pub(super) entered: Option<EarlierScan>,
}

impl Table {
    pub(super) fn read(
        event_id: Uuid,
        door: &tokio_postgres::Row,
        rows: Vec<tokio_postgres::Row>,
    ) -> Result<Self, StoreError> {
        let status = match door.get::<_, &str>("status") {
            "published" => EventStatus::Published,
            "completed" => EventStatus::Completed,
            "cancelled" => EventStatus::Cancelled,
            _ => EventStatus::Draft,
        };
        let mut gates = HashMap::new();
        if let Value::Object(map) = door.get::<_, Value>("gates") {
            for (id, gate) in map {
                let Ok(id) = id.parse::<Uuid>() else { continue };
                let tiers = gate["tiers"]
                    .as_array()
                    .map(|tiers| tiers.iter().filter_map(|tier| tier.as_str()?.parse().ok()).collect::<Vec<Uuid>>());
                gates.insert(id, Gate { name: gate["name"].as_str().unwrap_or_default().to_owned(), tiers });
            }
        }
        let mut tickets = HashMap::with_capacity(rows.len());
        let mut by_code = HashMap::with_capacity(rows.len());
        for row in rows {
            let registration_id: Uuid = row.get("id");
            let small = |column: &str| u16::try_from(row.get::<_, i32>(column)).unwrap_or(0);
            let status = RegistrationStatus::parse(row.get("status"))
                .ok_or_else(|| StoreError::Internal("a registration has an unknown status".into()))?;
            let ticket = Ticket {
                registration_id,
                event_id: row.get("event_id"),
                tier_id: row.get("ticket_tier_id"),
                status,
                party_size: small("party_size"),
                counts: Counts {
                    arrived: small("arrived_count"),
                    inside: small("inside_count"),
                    entries: row.get::<_, i32>("entries").unsigned_abs(),
                },
            };
            by_code.insert(row.get("qr_code_data"), registration_id);
            tickets.insert(registration_id, Held { ticket, vip: row.get("vip"), entered: None });
        }
        Ok(Self {
            event_id,
            status,
            allow_reentry: door.get("allow_reentry"),
            gates,
            tickets,
            by_code,
            now: clock::now_ms(),
        })
    }

    pub(super) fn judge(&mut self, request: usize, scan: &ScanRequest, sheet: &mut Sheet) -> Outcome {
        if let Err(refusal) = self.status.takes_scan(scan.offline) {
            return Outcome::Refused { refusal };
        }
        if scan.gate_id.is_some_and(|gate| !self.gates.contains_key(&gate)) {
            return Outcome::Refused { refusal: Refusal::new(RefusalCode::NotFound, "No such gate in this event") };
        }
        let gate = scan.gate_id.and_then(|id| self.gates.get(&id));
        let door = Door {
            event_id: self.event_id,
            gate_id: scan.gate_id,
            tiers: gate.and_then(|gate| gate.tiers.as_deref()),
            allow_reentry: self.allow_reentry,
        };
        let asked =
            Scan { direction: scan.direction, people: scan.people, override_rules: scan.override_reason.is_some() };
        let id = scan.registration_id.or_else(|| self.by_code.get(&scan.code).copied());
        let held = id.and_then(|id| self.tickets.get_mut(&id));
        let judgement = admission::judge(held.as_deref().map(|held| &held.ticket), &door, &asked);

        let gate_name = gate.map(|gate| gate.name.clone());
        let mut verdict = Verdict {
            scan_id: scan.command_id,
            result: judgement.kind,
            direction: scan.direction,
            people: judgement.people,
            still_expected: judgement.still_expected,
            reentry: judgement.reentry,
            overridden: judgement.overridden,
            at: self.now,
            gate_id: scan.gate_id,
            guest: None,
            earlier: None,
            right_gates: Vec::new(),
        };
        let known = held.filter(|held| held.ticket.event_id == self.event_id);
        let registration_id = known.as_ref().map(|held| held.ticket.registration_id);
        sheet.alert(scan, &judgement, known.as_deref(), gate_name.as_deref());
        if let Some(held) = known {
            if let Some(after) = judgement.after {
                held.ticket.counts = after;
                if judgement.kind == VerdictKind::Admitted {
                    held.ticket.status = RegistrationStatus::Attended;
                    held.entered = Some(EarlierScan {
                        scan_id: scan.command_id,
                        at: self.now,
                        gate: gate_name,
                        by: Some(scan.author.name.clone()),
                    });
                }
                if !sheet.changed.contains(&held.ticket.registration_id) {
                    sheet.changed.push(held.ticket.registration_id);
                }
            }
            if judgement.kind == VerdictKind::AlreadyIn {
                verdict.earlier.clone_from(&held.entered);
            }
            if judgement.kind == VerdictKind::WrongGate {
                let tier = held.ticket.tier_id;
                let mut names: Vec<String> = self
                    .gates
                    .values()
                    .filter(|gate| gate.tiers.as_ref().is_none_or(|tiers| tiers.contains(&tier)))
                    .map(|gate| gate.name.clone())
                    .collect();
                names.sort();
                verdict.right_gates = names;
            }
            // The name and what goes with it are filled in from the room's memory: nothing personal is stored here.
            verdict.guest = Some(GuestCard {
                registration_id: held.ticket.registration_id,
                name: String::new(),
                tier: String::new(),
                seat: None,
                party_size: held.ticket.party_size,
                arrived: held.ticket.counts.arrived,
                attention: None,
            });
        }
        sheet.scans.push(ScanRow { request, registration_id, judgement });
        Outcome::Done { done: Done::Verdict { verdict: Box::new(verdict) } }
    }

    /// Registrations that were refused as already in, by a scan of an earlier batch.
    pub(super) fn unexplained(&self, answers: &[Answered]) -> Vec<Uuid> {
        answers.iter().filter_map(already_in).filter(|verdict| verdict.earlier.is_none()).filter_map(guest_of).collect()
    }

    pub(super) fn explain(&self, answers: &mut [Answered], earlier: &HashMap<Uuid, EarlierScan>) {
        for answer in answers {
            if let Answered::Outcome {
                outcome: Outcome::Done { done: Done::Verdict { verdict } },
                duplicate: false,
                ..
            } = answer
                && verdict.result == VerdictKind::AlreadyIn
                && verdict.earlier.is_none()
            {
                verdict.earlier = guest_of(verdict).and_then(|id| earlier.get(&id).cloned());
            }
        }
    }
}

fn already_in(answer: &Answered) -> Option<&Verdict> {
    match answer {
        Answered::Outcome { outcome: Outcome::Done { done: Done::Verdict { verdict } }, duplicate: false, .. } => {
            (verdict.result == VerdictKind::AlreadyIn).then_some(verdict)
        }
        _ => None,
    }
}

fn guest_of(verdict: &Verdict) -> Option<Uuid> {
    verdict.guest.as_ref().map(|guest| guest.registration_id)
}
