use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use schemas::ErrorCode;

use super::problem::Problem;

/// Guesses at passwords and pairing codes from one address: 100 at once (a whole venue may sit behind one address), then one
/// a second. A pairing code has 40 bits and lives ten minutes; an account rests after ten wrong passwords. Each hub of a process
/// (in tests) counts its own.
#[derive(Clone)]
pub struct Guesses(Arc<DefaultKeyedRateLimiter<IpAddr>>);

impl Default for Guesses {
    fn default() -> Self {
        let burst = NonZeroU32::new(100).expect("100 is not zero");
        let quota = Quota::with_period(Duration::from_secs(1)).expect("1 s is not zero").allow_burst(burst);
        Self(Arc::new(RateLimiter::keyed(quota)))
    }
}

impl Guesses {
    /// Lets a guess at a secret through, or not.
    ///
    /// # Errors
    /// 429 `rate_limited`.
    pub fn admit(&self, from: SocketAddr) -> Result<(), Problem> {
        if self.0.len() > 10_000 {
            self.0.retain_recent();
        }
        self.0
            .check_key(&from.ip())
            .map_err(|_| Problem::of(ErrorCode::RateLimited, "too many attempts; wait a few seconds"))
    }
}

/// Mails to one address: three at once, then one a minute, whether or not it has an account. Addresses are known by their blind
/// index. Each hub counts its own.
#[derive(Clone)]
pub struct Mails(Arc<DefaultKeyedRateLimiter<Vec<u8>>>);

impl Default for Mails {
    fn default() -> Self {
        let burst = NonZeroU32::new(3).expect("3 is not zero");
        let quota = Quota::with_period(Duration::from_secs(60)).expect("1 min is not zero").allow_burst(burst);
        Self(Arc::new(RateLimiter::keyed(quota)))
    }
}

impl Mails {
    /// Lets a request for a mail through, or not.
    pub fn admit(&self, blind_index: Vec<u8>) -> bool {
        if self.0.len() > 10_000 {
            self.0.retain_recent();
        }
        self.0.check_key(&blind_index).is_ok()
    }
}
