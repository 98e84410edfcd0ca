//! Questions to the model.

use fashionos_plugin::{Answer, Body, Failure, Request, Value, form, json, later, permanent, setting, unauthorized};

/// How long to wait when the model is busy and does not say how long, ms.
pub const BUSY_MS: u64 = 30_000;
const BASE: &str = "https://generativelanguage.googleapis.com/v1beta/models";

/// What the model answered.
pub struct Reply {
    /// The whole of it.
    pub whole: Value,
    /// The model that answered.
    pub model: String,
}

/// What an answer says.
#[derive(Debug, PartialEq)]
pub enum Said {
    Text(String),
    /// An answer that is not whole.
    Cut(String),
    /// No answer at all, as it happens under load and after too many searches.
    Nothing(String),
}

/// The name of the model that is asked.
pub fn describe() -> Result<Value, Failure> {
    let answer = Request::get(format!("{BASE}/{}", form::escape(&name()))).in_header("key").read()?;
    Ok(ok(&answer)?["displayName"].clone())
}

/// Asks for an answer in a schema. `tool` is what the model may use, `thoughts` how many tokens it may think for.
pub fn ask(text: &str, schema: &Value, tool: Option<Value>, thoughts: Option<u32>) -> Result<Reply, Failure> {
    let name = name();
    let request = Request::post(format!("{BASE}/{}:generateContent", form::escape(&name))).in_header("key");
    let whole = ok(&request.body(Body::Json(question(text, schema, tool, thoughts))).read()?)?;
    let model = whole["modelVersion"].as_str().unwrap_or(&name).to_owned();
    Ok(Reply { whole, model })
}

impl Reply {
    /// Its text, without what the model thought.
    pub fn said(&self) -> Said {
        said(&self.whole)
    }

    /// What a run says of an answer: the model, and what it cost.
    pub fn note(&self, run: &mut Value) {
        let usage = &self.whole["usageMetadata"];
        run["model"] = json!(self.model);
        run["tokens_in"] = usage["promptTokenCount"].clone();
        run["tokens_out"] = usage["candidatesTokenCount"].clone();
    }
}

/// See [`Reply::said`].
pub fn said(reply: &Value) -> Said {
    let candidate = &reply["candidates"][0];
    let reason = candidate["finishReason"].as_str().unwrap_or("no candidate");
    let parts = candidate["content"]["parts"].as_array().map(Vec::as_slice).unwrap_or_default();
    let text: String =
        parts.iter().filter(|part| part["thought"] != true).filter_map(|part| part["text"].as_str()).collect();
    match reason {
        _ if text.is_empty() => Said::Nothing(format!("the model gave no answer: {reason}")),
        "STOP" => Said::Text(text),
        _ => Said::Cut(format!("the answer is not whole: {reason}")),
    }
}

fn question(text: &str, schema: &Value, tool: Option<Value>, thoughts: Option<u32>) -> Value {
    let mut question = json!({
        "contents": [{"role": "user", "parts": [{"text": text}]}],
        "generationConfig": {"responseMimeType": "application/json", "responseJsonSchema": schema}
    });
    if let Some(tool) = tool {
        question["tools"] = json!([tool]);
    }
    if let Some(tokens) = thoughts {
        question["generationConfig"]["thinkingConfig"] = json!({"thinkingBudget": tokens});
    }
    question
}

fn name() -> String {
    setting::<String>("model").filter(|model| !model.is_empty()).unwrap_or_else(|| "gemini-3.8-flash".into())
}

/// The answer as JSON, or what its error means.
fn ok(answer: &Answer) -> Result<Value, Failure> {
    if answer.is_ok() {
        return answer.json();
    }
    let body = answer.json().unwrap_or(Value::Null);
    let error = &body["error"];
    let message = error["message"].as_str().unwrap_or("the model refused").chars().take(300).collect::<String>();
    let invalid_key =
        error["details"].as_array().into_iter().flatten().any(|detail| detail["reason"] == "API_KEY_INVALID");
    Err(match error["status"].as_str().unwrap_or_default() {
        "RESOURCE_EXHAUSTED" => later(retry_ms(error).unwrap_or(BUSY_MS), "quota_used_up", message),
        "UNAUTHENTICATED" => unauthorized("key_refused", message),
        "PERMISSION_DENIED" => permanent("permission_missing", message),
        _ if invalid_key => unauthorized("key_refused", message),
        _ => answer.failure("gemini", &message),
    })
}

/// The delay that an error asks for: `"34s"` or `"34.07s"`.
fn retry_ms(error: &Value) -> Option<u64> {
    let details = error["details"].as_array()?;
    let delay = details.iter().find_map(|detail| detail["retryDelay"].as_str())?;
    let seconds: f64 = delay.strip_suffix('s')?.parse().ok()?;
    (seconds.is_finite() && seconds >= 0.0).then_some((seconds * 1_000.0).ceil() as u64)
}

#[cfg(test)]
mod tests {
    use super::{Answer, Failure, Said, json, ok, question, said};

    #[test]
    fn an_exhausted_quota_says_when_to_come_again() {
        let body = json!({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "quota",
            "details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.5s"}]}});
        let answer = Answer { status: 429, headers: Vec::new(), body: body.to_string().into() };
        let Err(Failure::RetryAfter(postponed)) = ok(&answer) else { panic!("not postponed") };
        assert_eq!(postponed.after_ms, 34_500);
    }

    #[test]
    fn no_answer_is_not_a_wrong_answer() {
        assert!(matches!(said(&json!({"promptFeedback": {}})), Said::Nothing(_)));
        assert!(matches!(said(&json!({"candidates": [{"finishReason": "TOO_MANY_TOOL_CALLS"}]})), Said::Nothing(_)));
    }

    #[test]
    fn thoughts_are_no_part_of_the_answer() {
        let parts = json!([{"text": "Let me see", "thought": true}, {"text": "{}"}]);
        let reply = json!({"candidates": [{"finishReason": "STOP", "content": {"parts": parts}}]});
        assert_eq!(said(&reply), Said::Text("{}".into()));
    }

    #[test]
    fn only_what_is_given_is_used() {
        let bare = question("?", &json!({"type": "object"}), None, None);
        assert!(bare.get("tools").is_none() && bare["generationConfig"].get("thinkingConfig").is_none());
        let full = question("?", &json!({}), Some(json!({"url_context": {}})), Some(4_096));
        assert_eq!(full["tools"], json!([{"url_context": {}}]));
        assert_eq!(full.pointer("/generationConfig/thinkingConfig/thinkingBudget"), Some(&json!(4_096)));
    }
}
