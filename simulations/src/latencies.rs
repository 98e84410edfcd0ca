use std::time::Duration;

/// Buckets per doubling: a percentile is at most 1/64 above the truth.
const PER_DOUBLING: u64 = 64;

/// Times in microseconds, counted in buckets whose width grows with their value.
#[derive(Debug, Clone, Default)]
pub struct Latencies {
    counts: Vec<u64>,
    total: u64,
    longest_us: u64,
}

impl Latencies {
    /// Counts one.
    pub fn record(&mut self, time: Duration) {
        let us = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let bucket = bucket_of(us);
        if self.counts.len() <= bucket {
            self.counts.resize(bucket + 1, 0);
        }
        self.counts[bucket] += 1;
        self.total += 1;
        self.longest_us = self.longest_us.max(us);
    }

    /// Counts what another has counted.
    pub fn merge(&mut self, other: &Self) {
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (mine, others) in self.counts.iter_mut().zip(&other.counts) {
            *mine += others;
        }
        self.total += other.total;
        self.longest_us = self.longest_us.max(other.longest_us);
    }

    /// How many were counted.
    pub fn count(&self) -> u64 {
        self.total
    }

    /// The time that `share` (0..=1) of all stay within, ms; `None` when nothing was counted.
    pub fn percentile_ms(&self, share: f64) -> Option<f64> {
        let rank = ((self.total as f64 * share).ceil() as u64).clamp(1, self.total.max(1));
        let mut below = 0;
        let bucket = self.counts.iter().position(|count| {
            below += count;
            below >= rank
        })?;
        Some(highest_in(bucket).min(self.longest_us) as f64 / 1000.0)
    }
}

fn bucket_of(us: u64) -> usize {
    if us < PER_DOUBLING {
        return us as usize;
    }
    let doubling = u64::from(us.ilog2() - PER_DOUBLING.ilog2());
    (doubling * PER_DOUBLING + (us >> doubling)) as usize
}

fn highest_in(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    if bucket < 2 * PER_DOUBLING {
        return bucket;
    }
    let doubling = bucket / PER_DOUBLING - 1;
    let first = (bucket - doubling * PER_DOUBLING) << doubling;
    first + ((1 << doubling) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_the_value_at_its_rank_within_a_sixty_fourth() {
        let mut latencies = Latencies::default();
        for us in 1..=100_000 {
            latencies.record(Duration::from_micros(us));
        }
        for (share, truth) in [(0.5, 50.0), (0.99, 99.0), (0.001, 0.1)] {
            let found = latencies.percentile_ms(share).expect("counted");
            assert!((truth..truth * 1.016).contains(&found), "{share}: {found}");
        }
        assert_eq!(latencies.percentile_ms(1.0), Some(100.0));
        assert_eq!(Latencies::default().percentile_ms(0.5), None);
    }

    #[test]
    fn every_value_lies_in_its_bucket_and_buckets_do_not_overlap() {
        let mut values: Vec<u64> = (0..40).flat_map(|bit| [1u64 << bit, (1 << bit) + 1, (1 << bit) * 2 - 1]).collect();
        values.sort_unstable();
        values.dedup();
        for pair in values.windows(2) {
            let bucket = bucket_of(pair[0]);
            assert!(highest_in(bucket) >= pair[0]);
            assert!(bucket == 0 || highest_in(bucket - 1) < pair[0], "{}", pair[0]);
            assert!(bucket <= bucket_of(pair[1]));
        }
    }

    #[test]
    fn merged_counts_are_as_if_counted_together() {
        let (mut quick, mut slow) = (Latencies::default(), Latencies::default());
        for _ in 0..98 {
            quick.record(Duration::from_micros(10));
        }
        slow.record(Duration::from_millis(500));
        slow.record(Duration::from_millis(500));
        quick.merge(&slow);
        assert_eq!(quick.count(), 100);
        assert_eq!(quick.percentile_ms(0.98), Some(0.01));
        assert_eq!(quick.percentile_ms(0.99), Some(500.0));
    }
}
