//! Taking an accepted scan back.

use schemas::{Refusal, RefusalCode, VerdictKind};

use crate::admission::Counts;

/// How long after a scan it may be taken back, milliseconds.
pub const ANNUL_WINDOW_MS: i64 = 15 * 60 * 1000;

/// A scan as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// What was decided.
    pub kind: VerdictKind,
    /// How many people passed.
    pub people: u16,
    /// They had been inside before.
    pub reentry: bool,
    /// When it was recorded, epoch ms.
    pub at: i64,
    /// It was taken back already.
    pub undone: bool,
}

/// The ticket's counts once `scan` is taken back. The scan's row stays, as undone.
///
/// # Errors
/// - [`RefusalCode::NotAccepted`]: nobody passed on that scan, or it was taken back before.
/// - [`RefusalCode::TooLate`]: more than [`ANNUL_WINDOW_MS`] have passed, or the people have moved
///   on since: an entry of people who left, an exit of people who came back.
pub fn annul(scan: &Recorded, counts: Counts, now: i64) -> Result<Counts, Refusal> {
    let too_late = |words| Err(Refusal::new(RefusalCode::TooLate, words));
    if scan.undone {
        return Err(Refusal::new(RefusalCode::NotAccepted, "This scan was taken back already"));
    }
    if !scan.kind.passes() {
        return Err(Refusal::new(RefusalCode::NotAccepted, "Nobody passed on this scan"));
    }
    // A clock that went backwards makes a scan young, never old.
    if now.saturating_sub(scan.at) > ANNUL_WINDOW_MS {
        return too_late("A scan can be taken back for 15 minutes");
    }
    let Counts { arrived, inside, entries } = counts;
    if scan.kind == VerdictKind::Exited {
        return match inside.checked_add(scan.people) {
            Some(inside) if inside <= arrived => Ok(Counts { arrived, inside, entries }),
            _ => too_late("They have come back since"),
        };
    }
    let came = if scan.reentry { 0 } else { scan.people };
    match (arrived.checked_sub(came), inside.checked_sub(scan.people)) {
        (Some(arrived), Some(inside)) => Ok(Counts { arrived, inside, entries }),
        _ => too_late("They have left since"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCANNED_AT: i64 = 1_790_000_000_000;

    fn scan(kind: VerdictKind, people: u16) -> Recorded {
        Recorded { kind, people, reentry: false, at: SCANNED_AT, undone: false }
    }

    fn counts(arrived: u16, inside: u16) -> Counts {
        Counts { arrived, inside, entries: 3 }
    }

    fn minutes_later(minutes: i64) -> i64 {
        SCANNED_AT + minutes * 60_000
    }

    #[test]
    fn people_are_taken_back_as_they_came() {
        let entry = scan(VerdictKind::Admitted, 2);
        assert_eq!(annul(&entry, counts(3, 3), minutes_later(1)), Ok(counts(1, 1)));
        let again = Recorded { reentry: true, ..scan(VerdictKind::Admitted, 1) };
        assert_eq!(annul(&again, counts(3, 3), minutes_later(1)), Ok(counts(3, 2)));
        let exit = scan(VerdictKind::Exited, 2);
        assert_eq!(annul(&exit, counts(3, 1), minutes_later(1)), Ok(counts(3, 3)));
    }

    #[test]
    fn fifteen_minutes_and_no_longer() {
        let entry = scan(VerdictKind::Admitted, 1);
        assert!(annul(&entry, counts(1, 1), minutes_later(15)).is_ok());
        let refused = annul(&entry, counts(1, 1), minutes_later(15) + 1).map_err(|refusal| refusal.code);
        assert_eq!(refused, Err(RefusalCode::TooLate));
        assert!(annul(&entry, counts(1, 1), minutes_later(-60)).is_ok(), "the hub's clock was set back");
    }

    #[test]
    fn people_who_moved_on_are_not_taken_back() {
        let code = |scan: &Recorded, counts| annul(scan, counts, minutes_later(1)).map_err(|refusal| refusal.code);
        assert_eq!(code(&scan(VerdictKind::Admitted, 2), counts(2, 1)), Err(RefusalCode::TooLate));
        assert_eq!(code(&scan(VerdictKind::Exited, 1), counts(2, 2)), Err(RefusalCode::TooLate));
    }

    #[test]
    fn only_what_was_accepted_and_only_once() {
        let code = |scan: &Recorded| annul(scan, counts(1, 1), minutes_later(1)).map_err(|refusal| refusal.code);
        for kind in [VerdictKind::AlreadyIn, VerdictKind::Unknown, VerdictKind::WrongGate, VerdictKind::NotInside] {
            assert_eq!(code(&scan(kind, 0)), Err(RefusalCode::NotAccepted), "{kind:?}");
        }
        let undone = Recorded { undone: true, ..scan(VerdictKind::Admitted, 1) };
        assert_eq!(code(&undone), Err(RefusalCode::NotAccepted));
    }
}
