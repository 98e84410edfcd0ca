use proptest::prelude::{Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};
use schemas::{Direction, RefusalCode, VerdictKind};
use uuid::Uuid;

use super::{Counts, Door, EventStatus, Judgement, Scan, Ticket, judge};
use crate::annulment::{ANNUL_WINDOW_MS, Recorded, annul};
use crate::registration::RegistrationStatus;

const THIS_SHOW: Uuid = Uuid::from_u128(1);
const OTHER_SHOW: Uuid = Uuid::from_u128(2);
const FRONT_ROW: Uuid = Uuid::from_u128(10);
const STANDING: Uuid = Uuid::from_u128(11);

/// Reads one line of a table: ticket, door, scan and what is expected of them.
fn row(line: &str) -> (Option<Ticket>, bool, bool, Scan, String) {
    let cells: Vec<&str> = line.split('|').map(str::trim).collect();
    let [ticket, counts, gate, reentry, scan, expected] = cells[..] else { panic!("not a row: {line}") };
    let ticket = (ticket != "nothing known").then(|| {
        let (status, event_id) = match ticket {
            "of another show" => ("confirmed", OTHER_SHOW),
            status => (status, THIS_SHOW),
        };
        let [party_size, arrived, inside] = counts
            .split('/')
            .map(|number| number.parse().expect("party/arrived/inside"))
            .collect::<Vec<u16>>()
            .try_into()
            .expect("three numbers");
        Ticket {
            registration_id: Uuid::from_u128(99),
            event_id,
            tier_id: FRONT_ROW,
            status: RegistrationStatus::parse(status).expect("a status"),
            party_size,
            counts: Counts { arrived, inside, entries: u32::from(arrived > 0) },
        }
    });
    let words: Vec<&str> = scan.split(' ').collect();
    let scan = Scan {
        direction: if words[0] == "out" { Direction::Out } else { Direction::In },
        people: words.iter().find_map(|word| word.parse().ok()),
        override_rules: words.contains(&"override"),
    };
    (ticket, gate == "right", reentry == "yes", scan, expected.to_owned())
}

fn in_words(judgement: &Judgement) -> String {
    let Judgement { kind, people, still_expected, reentry, overridden, after } = judgement;
    let mut words = vec![format!("{kind:?}")];
    if kind.passes() {
        words.push(people.to_string());
    }
    if *reentry {
        words.push("again".into());
    }
    if let Some(rule) = overridden {
        words.push(format!("despite {rule:?}"));
    }
    if *still_expected > 0 {
        words.push(format!("{still_expected} to come"));
    }
    if let Some(Counts { arrived, inside, .. }) = after {
        words.push(format!("now {arrived}/{inside}"));
    }
    words.join(", ")
}

/// F079, F051: every verdict, one line each.
#[test]
fn verdicts() {
    let table = "
        ticket          | party/arrived/inside | gate  | re-entry | scan           | verdict
        confirmed       | 1/0/0 | right | yes | in              | Admitted, 1, now 1/1
        attended        | 1/1/1 | right | yes | in              | AlreadyIn
        confirmed       | 4/0/0 | right | yes | in              | Admitted, 4, now 4/4
        confirmed       | 4/0/0 | right | yes | in 2            | Admitted, 2, 2 to come, now 2/2
        attended        | 4/2/2 | right | yes | in              | Admitted, 2, now 4/4
        attended        | 4/2/2 | right | yes | in 1            | Admitted, 1, 1 to come, now 3/3
        attended        | 4/2/2 | right | yes | in 9            | Admitted, 2, now 4/4
        attended        | 4/2/1 | right | yes | in 9            | Admitted, 2, now 4/3
        attended        | 4/4/3 | right | yes | in              | Admitted, 1, again, now 4/4
        attended        | 4/4/1 | right | yes | in 2            | Admitted, 2, again, now 4/3
        attended        | 4/4/3 | right | no  | in              | AlreadyIn
        attended        | 1/1/0 | right | no  | in              | AlreadyIn
        attended        | 4/2/1 | right | no  | in              | Admitted, 2, now 4/3
        confirmed       | 2/0/0 | right | yes | in 0            | Admitted, 1, 1 to come, now 1/1
        nothing known   | -     | right | yes | in              | Unknown
        nothing known   | -     | right | yes | in override     | Unknown
        nothing known   | -     | right | yes | out             | Unknown
        of another show | 1/0/0 | right | yes | in              | WrongEvent
        of another show | 1/0/0 | right | yes | in override     | WrongEvent
        of another show | 1/1/1 | right | yes | out             | WrongEvent
        cancelled       | 1/0/0 | right | yes | in              | Cancelled, 1 to come
        refunded        | 1/0/0 | right | yes | in override     | Cancelled, 1 to come
        cancelled       | 2/1/1 | wrong | yes | in              | Cancelled, 1 to come
        pending         | 1/0/0 | right | yes | in              | NotConfirmed, 1 to come
        pending         | 1/0/0 | wrong | yes | in              | NotConfirmed, 1 to come
        pending         | 1/0/0 | right | yes | in override     | Admitted, 1, despite NotConfirmed, now 1/1
        pending         | 1/0/0 | wrong | yes | in override     | Admitted, 1, despite NotConfirmed, now 1/1
        confirmed       | 1/0/0 | wrong | yes | in              | WrongGate, 1 to come
        attended        | 1/1/1 | wrong | yes | in              | WrongGate
        confirmed       | 3/0/0 | wrong | yes | in 2 override   | Admitted, 2, despite WrongGate, 1 to come, now 2/2
        attended        | 1/1/1 | wrong | yes | in override     | AlreadyIn
        attended        | 1/1/1 | right | yes | in override     | AlreadyIn
        attended        | 4/4/4 | right | yes | out             | Exited, 4, now 4/0
        attended        | 4/4/4 | right | no  | out 1           | Exited, 1, now 4/3
        attended        | 4/3/2 | right | yes | out 9           | Exited, 2, 1 to come, now 3/0
        attended        | 1/1/0 | right | yes | out             | NotInside
        confirmed       | 1/0/0 | right | yes | out             | NotInside, 1 to come
        attended        | 2/2/2 | wrong | yes | out             | Exited, 2, now 2/0
        cancelled       | 1/1/1 | right | yes | out             | Exited, 1, now 1/0
    ";
    let lines: Vec<&str> = table.lines().map(str::trim).filter(|line| !line.is_empty()).skip(1).collect();
    for line in &lines {
        let (ticket, right_gate, allow_reentry, scan, expected) = row(line);
        let tiers: &[Uuid] = if right_gate { &[FRONT_ROW, STANDING] } else { &[STANDING] };
        let door = Door { event_id: THIS_SHOW, gate_id: None, tiers: Some(tiers), allow_reentry };
        let judgement = judge(ticket.as_ref(), &door, &scan);
        assert_eq!(in_words(&judgement), expected, "{line}");
        assert_eq!(judgement.kind.passes(), judgement.after.is_some(), "{line}");
        if right_gate {
            let door = Door { tiers: None, ..door };
            assert_eq!(judge(ticket.as_ref(), &door, &scan), judgement, "a gate without tiers takes all: {line}");
        }
    }
    assert_eq!(lines.len(), 39);
}

/// F079: the event itself must be on; what a tablet scanned before the end still counts.
#[test]
fn events_that_are_not_on_take_no_scans() {
    for (status, offline, taken) in [
        (EventStatus::Published, false, true),
        (EventStatus::Published, true, true),
        (EventStatus::Completed, false, false),
        (EventStatus::Completed, true, true),
        (EventStatus::Draft, false, false),
        (EventStatus::Draft, true, false),
        (EventStatus::Cancelled, false, false),
        (EventStatus::Cancelled, true, false),
    ] {
        let answer = status.takes_scan(offline);
        assert_eq!(answer.is_ok(), taken, "{status:?}, offline: {offline}");
        if let Err(refusal) = answer {
            assert_eq!(refusal.code, RefusalCode::EventClosed);
        }
    }
}

#[derive(Debug, Clone)]
enum Step {
    Scan(Scan),
    /// Takes back the scan with this number, counted from the last.
    Annul(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let scan = (any::<bool>(), prop::option::of(0u16..7), any::<bool>()).prop_map(|(out, people, override_rules)| {
        Step::Scan(Scan { direction: if out { Direction::Out } else { Direction::In }, people, override_rules })
    });
    prop::collection::vec(prop_oneof![4 => scan, 1 => (0usize..5).prop_map(Step::Annul)], 0..60)
}

proptest! {
    /// F079, F051: whatever is scanned, in whatever order, nobody is counted twice.
    #[test]
    fn no_sequence_admits_more_than_the_party(
        party_size in 1u16..7,
        allow_reentry in any::<bool>(),
        steps in steps(),
    ) {
        let mut ticket = Ticket {
            registration_id: Uuid::from_u128(99), event_id: THIS_SHOW, tier_id: FRONT_ROW,
            status: RegistrationStatus::Confirmed, party_size, counts: Counts::default(),
        };
        let door = Door { event_id: THIS_SHOW, gate_id: None, tiers: None, allow_reentry };
        let mut ledger: Vec<Recorded> = Vec::new();
        for (now, step) in (0i64..).step_by(1000).zip(steps) {
            match step {
                Step::Scan(scan) => {
                    let judgement = judge(Some(&ticket), &door, &scan);
                    let Some(after) = judgement.after else {
                        prop_assert_eq!(judgement.people, 0);
                        continue;
                    };
                    prop_assert!(judgement.people > 0);
                    prop_assert_eq!(judgement.still_expected, party_size - after.arrived);
                    ledger.push(Recorded {
                        kind: judgement.kind, people: judgement.people, reentry: judgement.reentry, at: now, undone: false,
                    });
                    ticket.counts = after;
                }
                Step::Annul(back) => {
                    let Some(index) = ledger.len().checked_sub(1 + back) else { continue };
                    if let Ok(after) = annul(&ledger[index], ticket.counts, now) {
                        prop_assert!(now - ledger[index].at <= ANNUL_WINDOW_MS);
                        ledger[index].undone = true;
                        ticket.counts = after;
                    }
                }
            }
            let Counts { arrived, inside, entries } = ticket.counts;
            prop_assert!(inside <= arrived && arrived <= party_size, "{:?} of {party_size}", ticket.counts);
            let accepted = |kind, reentry: Option<bool>| -> i64 {
                ledger.iter()
                    .filter(|scan| !scan.undone && scan.kind == kind && reentry.is_none_or(|r| r == scan.reentry))
                    .map(|scan| i64::from(scan.people)).sum()
            };
            prop_assert_eq!(accepted(VerdictKind::Admitted, Some(false)), i64::from(arrived));
            prop_assert_eq!(
                accepted(VerdictKind::Admitted, None) - accepted(VerdictKind::Exited, None),
                i64::from(inside)
            );
            let ever = ledger.iter().filter(|scan| scan.kind == VerdictKind::Admitted).count();
            prop_assert_eq!(ever, entries as usize);
        }
    }
}
