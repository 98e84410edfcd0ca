//! The vendors' limits: a bucket for every connection and endpoint.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use crate::endpoint::Rate;

/// Most buckets that are kept. Past it the map begins anew, which at worst grants every connection one more burst.
const MAX_BUCKETS: usize = 100_000;

/// All buckets of this hub.
#[derive(Default)]
pub(crate) struct Rates(Mutex<HashMap<(String, String), Arc<DefaultDirectRateLimiter>>>);

impl Rates {
    /// Takes `cost` units; otherwise how long until they are there.
    pub(crate) fn take(&self, connection: &str, endpoint: &str, rate: Rate, cost: u32) -> Result<(), Duration> {
        let burst = NonZeroU32::new(rate.burst).unwrap_or(NonZeroU32::MIN);
        let bucket = {
            let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if buckets.len() >= MAX_BUCKETS {
                buckets.clear();
            }
            let bucket = buckets.entry((connection.to_owned(), endpoint.to_owned())).or_insert_with(|| {
                let quota = Quota::with_period(Duration::from_secs_f64(1.0 / rate.per_second))
                    .unwrap_or_else(|| Quota::per_second(burst))
                    .allow_burst(burst);
                Arc::new(RateLimiter::direct(quota))
            });
            Arc::clone(bucket)
        };
        // What costs more than the whole burst can only wait for a full bucket.
        let cost = NonZeroU32::new(cost.clamp(1, rate.burst)).unwrap_or(NonZeroU32::MIN);
        match bucket.check_n(cost) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(later)) => Err(later.wait_time_from(DefaultClock::default().now())),
            Err(_) => Err(Duration::from_secs_f64(f64::from(cost.get()) / rate.per_second)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_granted_and_then_the_rate() {
        let rates = Rates::default();
        let rate = Rate { per_second: 0.5, burst: 10 };
        assert_eq!(rates.take("a", "api", rate, 8), Ok(()));
        assert_eq!(rates.take("a", "api", rate, 2), Ok(()));
        let wait = rates.take("a", "api", rate, 3).expect_err("used up");
        assert!(wait > Duration::from_secs(5) && wait <= Duration::from_secs(6), "{wait:?}");
        assert_eq!(rates.take("b", "api", rate, 10), Ok(()), "another connection has its own");
        assert_eq!(rates.take("a", "other", rate, 10), Ok(()), "another endpoint too");
    }

    #[test]
    fn what_costs_more_than_the_burst_takes_all_of_it() {
        let rates = Rates::default();
        let rate = Rate { per_second: 1.0, burst: 10 };
        assert_eq!(rates.take("a", "api", rate, 5_000), Ok(()));
        assert!(rates.take("a", "api", rate, 1).is_err());
    }
}
