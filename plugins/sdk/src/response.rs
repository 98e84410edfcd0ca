//! Answers of vendors.

use crate::contract::fashionos::plugin::http::Response;
use crate::{Failure, Value, conflict, later, permanent, unauthorized};

/// How long to wait when a vendor is busy and does not say how long, ms.
const BUSY_MS: u64 = 10_000;

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl From<Response> for Answer {
    fn from(response: Response) -> Answer {
        Answer { status: response.status, headers: response.headers, body: response.body }
    }
}

impl Answer {
    /// The first header of that name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Whether the status is 2xx.
    pub fn is_ok(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as JSON, whatever the status.
    pub fn json(&self) -> Result<Value, Failure> {
        serde_json::from_slice(&self.body).map_err(|_| {
            later(BUSY_MS, "answer_malformed", format!("the vendor's answer of {} is no JSON", self.status))
        })
    }

    /// The body as JSON when the status is 2xx, what the status means otherwise.
    pub fn ok(&self) -> Result<Value, Failure> {
        if self.is_ok() { self.json() } else { Err(self.failure("vendor", "the vendor refused")) }
    }

    /// What a status other than 2xx means, by HTTP alone; `code` and `message` are the vendor's, if it has any.
    pub fn failure(&self, code: &str, message: &str) -> Failure {
        let message = format!("{message} (status {})", self.status);
        match self.status {
            401 => unauthorized(code, message),
            409 | 412 => conflict(code, message),
            408 | 423 | 425 | 429 | 500..=599 => later(self.wait_ms(), code, message),
            _ => permanent(code, message),
        }
    }

    /// How long the vendor asks to wait, ms.
    pub fn wait_ms(&self) -> u64 {
        self.header("retry-after")
            .and_then(|text| text.trim().parse::<f64>().ok())
            .filter(|seconds| seconds.is_finite() && *seconds >= 0.0)
            .map_or(BUSY_MS, |seconds| (seconds * 1_000.0).ceil() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Failure};

    fn answer(status: u16, headers: &[(&str, &str)]) -> Answer {
        let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Answer { status, headers, body: b"{}".to_vec() }
    }

    #[test]
    fn a_status_says_what_to_do() {
        assert!(matches!(answer(401, &[]).ok(), Err(Failure::Unauthorized(_))));
        assert!(matches!(answer(404, &[]).ok(), Err(Failure::Permanent(_))));
        assert!(matches!(answer(409, &[]).ok(), Err(Failure::Conflict(_))));
        assert!(matches!(answer(503, &[]).ok(), Err(Failure::RetryAfter(_))));
        assert!(answer(204, &[]).ok().is_ok());
    }

    #[test]
    fn a_vendor_says_how_long_to_wait() {
        assert_eq!(answer(429, &[("Retry-After", "2.5")]).wait_ms(), 2_500);
        assert_eq!(answer(429, &[("Retry-After", "soon")]).wait_ms(), super::BUSY_MS);
        assert_eq!(answer(429, &[("Retry-After", "-1")]).wait_ms(), super::BUSY_MS);
    }

    #[test]
    fn an_answer_that_is_no_json_is_asked_for_again() {
        let answer = Answer { body: b"<html>".to_vec(), ..answer(200, &[]) };
        assert!(matches!(answer.ok(), Err(Failure::RetryAfter(_))));
    }
}
