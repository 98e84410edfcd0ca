//! Meta's Graph API: one address, one shape of errors. Shared by the plugins for Instagram, Facebook and WhatsApp.

use fashionos_plugin::{Answer, Failure, Request, Value, form, later, permanent, rows, unauthorized};

/// The release of the API that the plugins are written for.
pub const GRAPH: &str = "https://graph.facebook.com/v26.0";

/// How long to wait when a limit is reached and the answer does not say how long, ms.
const LIMITED_MS: u64 = 300_000;
/// How long to wait after a passing trouble, ms.
const PASSING_MS: u64 = 10_000;

/// An error as Meta words it.
#[derive(Debug, Clone, PartialEq)]
pub struct GraphError {
    pub code: i64,
    pub subcode: i64,
    pub message: String,
    pub passing: bool,
}

impl GraphError {
    /// The error in an answer; none when the answer is none.
    pub fn of(answer: &Answer) -> Option<GraphError> {
        if answer.is_ok() {
            return None;
        }
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
        let error = &body["error"];
        Some(GraphError {
            code: error["code"].as_i64().unwrap_or(0),
            subcode: error["error_subcode"].as_i64().unwrap_or(0),
            message: error["message"].as_str().unwrap_or("no reason given").chars().take(300).collect(),
            passing: error["is_transient"].as_bool().unwrap_or(false) || answer.status >= 500,
        })
    }

    /// Whether the answer leaves open what was done.
    pub fn leaves_open(&self) -> bool {
        self.passing || matches!(self.code, 1 | 2)
    }

    /// What a plugin says to the hub.
    pub fn failure(&self, answer: &Answer) -> Failure {
        let code = format!("graph_{}", self.code);
        match self.code {
            102 | 190 => unauthorized("token_refused", self.message.as_str()),
            4 | 17 | 32 | 613 | 80_000..=80_014 => later(regained_ms(answer), "limit_reached", self.message.as_str()),
            _ if self.leaves_open() => later(PASSING_MS, &code, self.message.as_str()),
            10 | 200..=299 => permanent("permission_missing", self.message.as_str()),
            _ if answer.status == 401 => unauthorized("token_refused", self.message.as_str()),
            _ if answer.status == 429 => later(answer.wait_ms(), "limit_reached", self.message.as_str()),
            _ => permanent(&code, self.message.as_str()),
        }
    }
}

/// How long until there is room again, by the header that says so in minutes for each account.
fn regained_ms(answer: &Answer) -> u64 {
    let usage: Value = answer
        .header("x-business-use-case-usage")
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or(Value::Null);
    let minutes = usage
        .as_object()
        .into_iter()
        .flat_map(|accounts| accounts.values())
        .filter_map(Value::as_array)
        .flatten()
        .filter_map(|case| case["estimated_time_to_regain_access"].as_u64())
        .max();
    minutes.filter(|minutes| *minutes > 0).map_or(LIMITED_MS, |minutes| minutes.saturating_mul(60_000))
}

/// The answer as JSON, or what its error means.
pub fn ok(answer: &Answer) -> Result<Value, Failure> {
    match GraphError::of(answer) {
        Some(error) => Err(error.failure(answer)),
        None => answer.json(),
    }
}

/// Reads fields of a node or of an edge. Tokens go in a header: addresses are written down in too many places.
pub fn read(path: &str, fields: &[(&str, &str)]) -> Result<Value, Failure> {
    ok(&Request::get(format!("{GRAPH}/{path}?{}", form::encode(fields))).bearer("token").read()?)
}

/// A post of the organization.
#[derive(Debug, Clone, PartialEq)]
pub struct Post {
    pub id: String,
    pub body: String,
    pub asset: Option<String>,
    pub published_as: Option<String>,
    pub is_published: bool,
    /// Somebody wants it to go out. Not so when they have changed their mind since.
    pub is_wanted: bool,
}

/// The post as it is now; what was queued with the job may be old.
pub fn post(id: &str) -> Result<Post, Failure> {
    let query = format!("social_posts?select=id,body,asset_id,status,external_post_id&{}", rows::is("id", id));
    let found = rows::select(&query)?;
    let row = found.first().ok_or_else(|| permanent("post_gone", "the post was deleted"))?;
    let text = |column: &str| row[column].as_str().map(str::to_owned);
    Ok(Post {
        id: id.into(),
        body: text("body").unwrap_or_default(),
        asset: text("asset_id"),
        published_as: text("external_post_id"),
        is_published: row["status"] == "published",
        is_wanted: row["status"] == "scheduled",
    })
}

/// The name under which a job's effects are known. A job that somebody began again, with a post that may have been changed,
/// does not go on with what it did before.
pub fn began(key: &str, again: u32) -> String {
    if again == 0 { key.to_owned() } else { format!("{key}~{again}") }
}

/// Among what the vendor shows, newest first as pairs of id and text, the one with this text that no other post of the
/// organization is: after a lost answer this is how a post is found again.
pub fn unclaimed(shown: &[(String, String)], text: &str) -> Result<Option<String>, Failure> {
    let alike: Vec<&str> = shown.iter().filter(|(_, theirs)| theirs == text).map(|(id, _)| id.as_str()).collect();
    if alike.is_empty() {
        return Ok(None);
    }
    let query =
        format!("social_posts?select=external_post_id&{}", rows::is_one_of("external_post_id", alike.iter().copied()));
    let claimed = rows::select(&query)?;
    Ok(alike.into_iter().find(|id| !claimed.iter().any(|row| row["external_post_id"] == *id)).map(str::to_owned))
}

/// Pairs of id and text of an edge's nodes.
pub fn shown(edge: &Value, text: &str) -> Vec<(String, String)> {
    edge["data"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|node| Some((node["id"].as_str()?.to_owned(), node[text].as_str().unwrap_or_default().to_owned())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Answer, Failure, GraphError, ok};
    use fashionos_plugin::{Value, json};

    fn refused(status: u16, error: &Value, usage: Option<&str>) -> Result<Value, Failure> {
        let headers = usage.map(|text| ("X-Business-Use-Case-Usage".to_owned(), text.to_owned())).into_iter().collect();
        ok(&Answer { status, headers, body: json!({"error": error}).to_string().into() })
    }

    #[test]
    fn a_code_says_what_to_do_whatever_the_status() {
        assert!(matches!(refused(400, &json!({"code": 190}), None), Err(Failure::Unauthorized(_))));
        assert!(matches!(refused(403, &json!({"code": 200}), None), Err(Failure::Permanent(_))));
        assert!(matches!(refused(400, &json!({"code": 100}), None), Err(Failure::Permanent(_))));
        assert!(matches!(refused(500, &json!({"code": 1}), None), Err(Failure::RetryAfter(_))));
        assert!(matches!(refused(400, &json!({"code": 5, "is_transient": true}), None), Err(Failure::RetryAfter(_))));
    }

    #[test]
    fn the_time_to_wait_for_a_limit_is_the_longest_that_is_named() {
        let usage =
            r#"{"17841400000000001":[{"estimated_time_to_regain_access":3},{"estimated_time_to_regain_access":7}]}"#;
        let Err(Failure::RetryAfter(postponed)) = refused(403, &json!({"code": 4}), Some(usage)) else {
            panic!("not postponed")
        };
        assert_eq!(postponed.after_ms, 420_000);
    }

    #[test]
    fn an_answer_that_is_no_json_is_still_an_error() {
        let answer = Answer { status: 502, headers: Vec::new(), body: b"<html>".to_vec() };
        assert!(GraphError::of(&answer).is_some_and(|error| error.leaves_open()));
    }
}
