//! The vendors' limits: a bucket for every connection and endpoint.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use crate::endpoint::{Endpoint, Rate};

/// Most buckets that are kept. Past it the map begins anew, which at worst grants every connection one more burst.
const MAX_BUCKETS: usize = 100_000;

/// Longest that anybody waits for room in a vendor's limit before the plugin is told to come back.
const PATIENCE: Duration = Duration::from_secs(5);

/// All buckets of this hub.
#[derive(Default)]
pub struct Rates(Mutex<HashMap<(String, String), Arc<DefaultDirectRateLimiter>>>);

impl Rates {
    /// Waits for `cost` units for five seconds at most, and no longer than until a moment; how long it would take otherwise.
    ///
    /// # Errors
    /// The time after which they are there, when that is too long.
    pub async fn wait(&self, connection: &str, endpoint: &Endpoint, cost: u32, until: Instant) -> Result<(), Duration> {
        let Some(rate) = endpoint.rate else { return Ok(()) };
        let patience = until.min(Instant::now() + PATIENCE);
        while let Err(wait) = self.take(connection, &endpoint.name, rate, cost) {
            if Instant::now() + wait > patience {
                return Err(wait);
            }
            tokio::time::sleep(wait).await;
        }
        Ok(())
    }

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
    fn however_many_ask_no_more_is_granted_than_the_limit_allows() {
        let (rates, rate) = (Rates::default(), Rate { per_second: 400.0, burst: 7 });
        let began = Instant::now();
        let granted: u32 = std::thread::scope(|scope| {
            let ask = || (0..200_000).filter(|_| rates.take("a", "api", rate, 1).is_ok()).count() as u32;
            [scope.spawn(ask), scope.spawn(ask), scope.spawn(ask)]
                .map(|asked| asked.join().expect("asked"))
                .iter()
                .sum()
        });
        let most = f64::from(rate.burst) + rate.per_second * began.elapsed().as_secs_f64();
        assert!(granted >= rate.burst && f64::from(granted) <= most, "{granted} of {most}");
    }

    #[test]
    fn what_costs_more_than_the_burst_takes_all_of_it() {
        let rates = Rates::default();
        let rate = Rate { per_second: 1.0, burst: 10 };
        assert_eq!(rates.take("a", "api", rate, 5_000), Ok(()));
        assert!(rates.take("a", "api", rate, 1).is_err());
    }
}
