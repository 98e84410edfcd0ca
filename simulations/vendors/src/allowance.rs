//! A vendor's limit, as most publish it: so many requests a second, and so many at once.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// The limit of one double; none until one is set.
#[derive(Debug, Clone, Default)]
pub struct Allowance(Arc<Mutex<Option<Bucket>>>);

#[derive(Debug)]
struct Bucket {
    per_second: f64,
    burst: f64,
    left: f64,
    at: Instant,
    answered: u64,
    throttled: u64,
}

impl Allowance {
    /// From now on, so many a second, and so many at once.
    pub fn set(&self, per_second: f64, burst: f64) {
        *self.0.lock().expect("the limit") =
            Some(Bucket { per_second, burst, left: burst, at: Instant::now(), answered: 0, throttled: 0 });
    }

    /// Requests that were within the limit, and those that were not.
    pub fn counted(&self) -> (u64, u64) {
        self.0.lock().expect("the limit").as_ref().map_or((0, 0), |bucket| (bucket.answered, bucket.throttled))
    }

    fn admits(&self) -> bool {
        let mut limit = self.0.lock().expect("the limit");
        let Some(bucket) = limit.as_mut() else { return true };
        let now = Instant::now();
        bucket.left = (bucket.left + now.duration_since(bucket.at).as_secs_f64() * bucket.per_second).min(bucket.burst);
        bucket.at = now;
        let enough = bucket.left >= 1.0;
        if enough {
            bucket.left -= 1.0;
            bucket.answered += 1;
        } else {
            bucket.throttled += 1;
        }
        enough
    }
}

/// Answers 429 to what is beyond the limit.
pub(crate) async fn admit(State(allowance): State<Allowance>, request: Request, next: Next) -> Response {
    if allowance.admits() {
        return next.run(request).await;
    }
    (StatusCode::TOO_MANY_REQUESTS, Json(json!({"error": "too many requests"}))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_beyond_the_burst_is_counted_as_throttled() {
        let allowance = Allowance::default();
        assert!(allowance.admits());
        assert_eq!(allowance.counted(), (0, 0), "no limit, nothing to count");
        allowance.set(0.001, 3.0);
        assert_eq!((0..5).filter(|_| allowance.admits()).count(), 3);
        assert_eq!(allowance.counted(), (3, 2));
    }
}
