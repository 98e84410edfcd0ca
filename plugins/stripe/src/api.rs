//! Stripe's API: forms in, JSON out, and a key that makes one of many.

use fashionos_plugin::{Answer, Body, Failure, Request, Value, later, not_done, permanent, unauthorized};

/// The release of the API that this is written for.
const VERSION: &str = "2026-09-30.endive";
const BASE: &str = "https://api.stripe.com/v1";
/// How long to wait while another request with the same key is under way, ms.
const UNDER_WAY_MS: u64 = 2_000;

/// Reads an object.
pub fn read(path: &str) -> Result<Value, Failure> {
    ok(&Request::get(format!("{BASE}/{path}")).header("stripe-version", VERSION).bearer("key").read()?)
}

/// Makes or changes an object. Stripe answers the same key with the same answer for a day at least.
pub fn send(path: &str, fields: &[(&str, String)], key: &str) -> Result<Value, Failure> {
    let form = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let answer = Request::post(format!("{BASE}/{path}"))
        .header("stripe-version", VERSION)
        .bearer("key")
        .body(Body::Form(form))
        .send_idempotent(key)?;
    ok(&answer).inspect_err(|_| {
        // Refusals that came before the request was carried out are not kept under its key.
        if answer.status == 409 || answer.status == 429 {
            not_done(key);
        }
    })
}

/// The answer as JSON, or what its error means.
fn ok(answer: &Answer) -> Result<Value, Failure> {
    if answer.is_ok() {
        return answer.json();
    }
    let body = answer.json().unwrap_or(Value::Null);
    let error = &body["error"];
    let kind = error["type"].as_str().unwrap_or_default();
    let code = error["code"].as_str().unwrap_or(if kind.is_empty() { "stripe" } else { kind });
    let message = error["message"].as_str().unwrap_or("Stripe refused");
    Err(match (answer.status, kind) {
        (401, _) => unauthorized("key_refused", message),
        // Another request with this key has not ended: the other one is the one.
        (409, _) => later(UNDER_WAY_MS, code, message),
        (_, "idempotency_error") => permanent("key_reused", message),
        (402, _) => permanent(code, message),
        _ => answer.failure(code, message),
    })
}

#[cfg(test)]
mod tests {
    use super::{Answer, Failure, ok};
    use fashionos_plugin::json;

    fn refused(status: u16, kind: &str) -> Failure {
        let body = json!({"error": {"type": kind, "message": "no"}}).to_string().into();
        ok(&Answer { status, headers: Vec::new(), body }).expect_err("a refusal")
    }

    #[test]
    fn a_refusal_says_whether_to_come_again() {
        assert!(matches!(refused(401, "invalid_request_error"), Failure::Unauthorized(_)));
        assert!(matches!(refused(402, "card_error"), Failure::Permanent(_)));
        assert!(matches!(refused(400, "idempotency_error"), Failure::Permanent(_)));
        assert!(matches!(refused(409, "invalid_request_error"), Failure::RetryAfter(_)));
        assert!(matches!(refused(429, "rate_limit_error"), Failure::RetryAfter(_)));
        assert!(matches!(refused(500, "api_error"), Failure::RetryAfter(_)));
    }
}
