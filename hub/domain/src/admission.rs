//! Who is let in.
//!
//! [`judge`] asks the rules in the order of [`VerdictKind`]: is the code known, is it for this
//! event, is it cancelled, is it confirmed, does this gate take it, is the whole party in already?
//! The first rule that says no names the verdict. An exit asks only whether the ticket is known, of
//! this event and has somebody inside: whoever is inside may leave, by any gate, whatever became of
//! the ticket meanwhile.
//!
//! The judgement is an expectation until the database has agreed: the statement that stores it
//! checks [`Counts`] again.

use schemas::{Direction, Refusal, RefusalCode, VerdictKind};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::registration::RegistrationStatus;

/// What is known about the ticket that was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The registration.
    pub registration_id: Uuid,
    /// The event that it is for.
    pub event_id: Uuid,
    /// Its ticket tier.
    pub tier_id: Uuid,
    /// Where the registration stands.
    pub status: RegistrationStatus,
    /// How many people it admits, the guest included.
    pub party_size: u16,
    /// How many of them have come, and how often.
    pub counts: Counts,
}

/// How many people of a party have come. `inside <= arrived <= party_size` at all times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// People who came in at least once.
    pub arrived: u16,
    /// People who are inside now.
    pub inside: u16,
    /// Accepted entries, numbered from 1. It only grows, also when an entry is taken back: the
    /// number of an entry is never given to another one.
    pub entries: u32,
}

/// Whether the event as such takes scans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventStatus {
    /// Not announced yet.
    Draft,
    /// On.
    Published,
    /// Called off.
    Cancelled,
    /// Over.
    Completed,
}

impl EventStatus {
    /// Whether scans are judged at all. A tablet that was offline may still deliver what it
    /// scanned before the event was completed.
    ///
    /// # Errors
    /// [`RefusalCode::EventClosed`].
    pub fn takes_scan(self, offline: bool) -> Result<(), Refusal> {
        let closed = |words| Err(Refusal::new(RefusalCode::EventClosed, words));
        match self {
            Self::Published => Ok(()),
            Self::Completed if offline => Ok(()),
            Self::Completed => closed("The event is over"),
            Self::Draft => closed("The event is not published yet"),
            Self::Cancelled => closed("The event was cancelled"),
        }
    }
}

/// Where the ticket is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Door<'a> {
    /// The event.
    pub event_id: Uuid,
    /// The gate, where the event has gates.
    pub gate_id: Option<Uuid>,
    /// The tiers that this gate takes; `None`: every tier.
    pub tiers: Option<&'a [Uuid]>,
    /// Whether somebody who left may come back.
    pub allow_reentry: bool,
}

/// What the person at the door asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scan {
    /// Entry or exit.
    pub direction: Direction,
    /// How many pass now; `None`: everybody who can. Never more than can, never fewer than one.
    pub people: Option<u16>,
    /// A supervisor lets them in in spite of [`VerdictKind::WrongGate`] or
    /// [`VerdictKind::NotConfirmed`]. It opens nothing else.
    pub override_rules: bool,
}

/// The answer of the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// What was decided.
    pub kind: VerdictKind,
    /// How many people pass; 0 when nobody does.
    pub people: u16,
    /// How many of the party have not arrived yet, after this.
    pub still_expected: u16,
    /// The people who enter have been inside before.
    pub reentry: bool,
    /// The rule that would have said no without the supervisor.
    pub overridden: Option<VerdictKind>,
    /// The ticket's counts afterwards; `None` when nothing changes.
    pub after: Option<Counts>,
}

/// Judges one scan. Pure: the same ticket, door and scan always get the same judgement.
pub fn judge(ticket: Option<&Ticket>, door: &Door, scan: &Scan) -> Judgement {
    let Some(ticket) = ticket else { return refuse(VerdictKind::Unknown, 0) };
    if ticket.event_id != door.event_id {
        return refuse(VerdictKind::WrongEvent, 0);
    }
    match scan.direction {
        Direction::In => judge_entry(ticket, door, scan),
        Direction::Out => judge_exit(ticket, scan),
    }
}

fn judge_entry(ticket: &Ticket, door: &Door, scan: &Scan) -> Judgement {
    let Counts { arrived, inside, entries } = ticket.counts;
    let missing = ticket.party_size.saturating_sub(arrived);
    let mut overridden = None;
    if matches!(ticket.status, RegistrationStatus::Cancelled | RegistrationStatus::Refunded) {
        return refuse(VerdictKind::Cancelled, missing);
    }
    let unconfirmed = ticket.status == RegistrationStatus::Pending;
    let strange_gate = door.tiers.is_some_and(|tiers| !tiers.contains(&ticket.tier_id));
    for (broken, rule) in [(unconfirmed, VerdictKind::NotConfirmed), (strange_gate, VerdictKind::WrongGate)] {
        if broken && !scan.override_rules {
            return refuse(rule, missing);
        }
        if broken {
            overridden = overridden.or(Some(rule));
        }
    }
    let outside = arrived.saturating_sub(inside);
    // First entries go before re-entries: while somebody is missing, the one at the door is taken
    // for the missing one.
    let (can_pass, reentry) = if missing > 0 {
        (missing, false)
    } else if outside > 0 && door.allow_reentry {
        (outside, true)
    } else {
        return refuse(VerdictKind::AlreadyIn, missing);
    };
    let people = scan.people.unwrap_or(can_pass).clamp(1, can_pass);
    let came = if reentry { 0 } else { people };
    Judgement {
        kind: VerdictKind::Admitted,
        people,
        still_expected: missing - came,
        reentry,
        overridden,
        after: Some(Counts { arrived: arrived + came, inside: inside + people, entries: entries.saturating_add(1) }),
    }
}

fn judge_exit(ticket: &Ticket, scan: &Scan) -> Judgement {
    let Counts { arrived, inside, entries } = ticket.counts;
    let missing = ticket.party_size.saturating_sub(arrived);
    if inside == 0 {
        return refuse(VerdictKind::NotInside, missing);
    }
    let people = scan.people.unwrap_or(inside).clamp(1, inside);
    Judgement {
        kind: VerdictKind::Exited,
        people,
        still_expected: missing,
        reentry: false,
        overridden: None,
        after: Some(Counts { arrived, inside: inside - people, entries }),
    }
}

fn refuse(kind: VerdictKind, still_expected: u16) -> Judgement {
    Judgement { kind, people: 0, still_expected, reentry: false, overridden: None, after: None }
}

#[cfg(test)]
#[path = "admission/tests.rs"]
mod tests;
