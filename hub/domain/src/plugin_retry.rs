//! When a plugin's job that failed is tried again.

/// The first pause, ms; it doubles with every attempt.
const FIRST: u64 = 5_000;
/// The longest pause that the hub takes by itself, ms.
const LONGEST: u64 = 3_600_000;
/// The longest that a vendor may keep a job waiting, ms.
pub const MOST_ASKED: u64 = 86_400_000;

/// Milliseconds to wait after an attempt (1 for the first). `chance` is between 0 and 1 and spreads those who failed together over
/// the second half of the pause. What the vendor asked for is the least, and is spread by a tenth, so that its limit is not met by all
/// at its first moment.
pub fn pause(attempt: u32, asked: Option<u64>, chance: f64) -> u64 {
    let chance = if chance.is_finite() { chance.clamp(0.0, 1.0) } else { 0.5 };
    let spread = |from: u64, by: u64| from + (by as f64 * chance) as u64;
    let own = FIRST.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(LONGEST);
    match asked {
        Some(asked) => spread(asked.min(MOST_ASKED), asked.min(MOST_ASKED) / 10).clamp(1_000, MOST_ASKED),
        None => spread(own / 2, own / 2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour() {
        let most: Vec<u64> = (1..=12).map(|attempt| pause(attempt, None, 1.0)).collect();
        assert_eq!(most[..4], [5_000, 10_000, 20_000, 40_000]);
        assert_eq!(most[11], LONGEST);
        assert_eq!(pause(u32::MAX, None, 1.0), LONGEST);
    }

    #[test]
    fn nobody_waits_less_than_half() {
        assert_eq!(pause(3, None, 0.0), 10_000);
        assert_eq!(pause(3, None, f64::NAN), 15_000);
    }

    #[test]
    fn a_vendor_is_obeyed_within_reason() {
        assert_eq!(pause(1, Some(30_000), 0.0), 30_000);
        assert_eq!(pause(1, Some(30_000), 1.0), 33_000);
        assert_eq!(pause(1, Some(0), 0.0), 1_000);
        assert_eq!(pause(1, Some(u64::MAX), 1.0), MOST_ASKED);
    }
}
