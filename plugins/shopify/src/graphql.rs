//! The Admin API: one address, and errors inside of answers of 200.

use fashionos_plugin::{
    Answer, Body, Failure, Once, Request, Value, host, json, later, not_done, permanent, unauthorized,
};

/// The release of the API that the queries here are written for.
const VERSION: &str = "2026-10";

/// How long to wait when the shop does not say how fast its allowance comes back, ms.
const THROTTLED_MS: u64 = 2_000;

/// What a query answered, and what is left of the shop's allowance.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    pub data: Value,
    pub allowance: Option<Allowance>,
}

/// The allowance of this plugin in this shop, in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Allowance {
    pub left: f64,
    pub per_second: f64,
}

impl Allowance {
    /// Milliseconds until a query of so many points can be paid for; 0 when it can be now.
    pub fn wait_ms(&self, points: u32) -> u64 {
        let missing = f64::from(points) - self.left;
        if missing <= 0.0 { 0 } else { (missing / self.per_second.max(1.0) * 1_000.0).ceil() as u64 }
    }
}

/// Asks without changing anything.
pub fn read(query: &str, variables: Value, points: u32) -> Result<Reply, Failure> {
    reply(&request(query, variables, points).read()?)
}

/// Changes what may be changed twice.
pub fn change(query: &str, variables: Value, points: u32, key: &str) -> Result<Value, Failure> {
    let answered = reply(&request(query, variables, points).send_idempotent(key)?);
    // An error inside of a 200 means that nothing was done; kept as the effect's answer it would be given again for ever.
    answered.map(|reply| reply.data).inspect_err(|_| not_done(key))
}

/// Makes what must be made once. None when an earlier attempt sent it and its answer was lost.
pub fn make(query: &str, variables: Value, points: u32, key: &str) -> Result<Option<Value>, Failure> {
    match request(query, variables, points).send_once(key)? {
        Once::Unsettled => Ok(None),
        Once::Answer(answer) => reply(&answer).map(|reply| Some(reply.data)).inspect_err(|_| not_done(key)),
    }
}

/// Makes what an earlier attempt turned out not to have made.
pub fn make_checked(query: &str, variables: Value, points: u32, key: &str) -> Result<Value, Failure> {
    let answer = request(query, variables, points).send_checked(key)?;
    reply(&answer).map(|reply| reply.data).inspect_err(|_| not_done(key))
}

fn request(query: &str, variables: Value, points: u32) -> Request {
    Request::post(format!("https://{}/admin/api/{VERSION}/graphql.json", host::account()))
        .in_header("token")
        .cost(points)
        .body(Body::Json(json!({"query": query, "variables": variables})))
}

fn reply(answer: &Answer) -> Result<Reply, Failure> {
    if answer.status == 402 || answer.status == 423 {
        return Err(permanent("shop_closed", format!("the shop is frozen or locked (status {})", answer.status)));
    }
    if answer.status == 401 {
        return Err(unauthorized("token_refused", "the shop no longer takes the token"));
    }
    let mut body = answer.ok()?;
    let allowance = allowance(&body["extensions"]["cost"]);
    if let Some(error) = body["errors"].as_array().and_then(|errors| errors.first()) {
        let message = error["message"].as_str().unwrap_or("the shop refused the query").to_owned();
        return Err(match error["extensions"]["code"].as_str().unwrap_or_default() {
            "THROTTLED" => later(throttled_ms(&body["extensions"]["cost"]), "throttled", message),
            "INTERNAL_SERVER_ERROR" | "TIMEOUT" => later(THROTTLED_MS, "shop_failed", message),
            "ACCESS_DENIED" => permanent("scope_missing", message),
            "SHOP_INACTIVE" => permanent("shop_closed", message),
            "UNAUTHORIZED" => unauthorized("token_refused", message),
            _ => permanent("query_refused", message),
        });
    }
    match body["data"].take() {
        data @ Value::Object(_) => Ok(Reply { data, allowance }),
        _ => Err(later(THROTTLED_MS, "answer_malformed", "the shop answered without data")),
    }
}

fn allowance(cost: &Value) -> Option<Allowance> {
    let status = &cost["throttleStatus"];
    Some(Allowance { left: status["currentlyAvailable"].as_f64()?, per_second: status["restoreRate"].as_f64()? })
}

fn throttled_ms(cost: &Value) -> u64 {
    let points = cost["requestedQueryCost"].as_u64().and_then(|points| u32::try_from(points).ok());
    match (allowance(cost), points) {
        (Some(allowance), Some(points)) => allowance.wait_ms(points).max(100),
        _ => THROTTLED_MS,
    }
}

/// The refusals that a mutation lists beside its result: code and message of the first.
pub fn refusal(result: &Value) -> Option<(String, String)> {
    let error = ["userErrors", "mediaUserErrors"]
        .iter()
        .find_map(|list| result[*list].as_array().and_then(|errors| errors.first()))?;
    let code = error["code"].as_str().unwrap_or("REFUSED").to_ascii_lowercase();
    Some((code, error["message"].as_str().unwrap_or_default().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{Answer, Failure, Value, json, reply};

    fn answer(status: u16, body: &Value) -> Answer {
        Answer { status, headers: Vec::new(), body: body.to_string().into() }
    }

    #[test]
    fn a_throttled_query_waits_until_it_can_be_paid_for() {
        let body = json!({
            "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
            "extensions": {"cost": {"requestedQueryCost": 102,
                "throttleStatus": {"maximumAvailable": 2000.0, "currentlyAvailable": 52, "restoreRate": 100.0}}}
        });
        let Err(Failure::RetryAfter(postponed)) = reply(&answer(200, &body)) else { panic!("not postponed") };
        assert_eq!((postponed.after_ms, postponed.fault.code.as_str()), (500, "throttled"));
    }

    #[test]
    fn what_cannot_get_better_is_not_tried_again() {
        let denied = json!({"errors": [{"message": "no", "extensions": {"code": "ACCESS_DENIED"}}]});
        assert!(matches!(reply(&answer(200, &denied)), Err(Failure::Permanent(_))));
        assert!(matches!(reply(&answer(402, &json!({}))), Err(Failure::Permanent(_))));
        assert!(matches!(reply(&answer(401, &json!({}))), Err(Failure::Unauthorized(_))));
        assert!(matches!(reply(&answer(200, &json!({"data": null}))), Err(Failure::RetryAfter(_))));
    }

    #[test]
    fn what_is_left_of_the_allowance_is_known_after_each_answer() {
        let body = json!({"data": {}, "extensions": {"cost": {"throttleStatus": {"currentlyAvailable": 1898, "restoreRate": 100.0}}}});
        let allowance = reply(&answer(200, &body)).expect("a reply").allowance.expect("an allowance");
        assert_eq!((allowance.wait_ms(1_898), allowance.wait_ms(1_948)), (0, 500));
    }
}
