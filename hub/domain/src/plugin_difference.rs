//! What a version of a plugin may that the one before could not: what an administrator agrees to anew.

use serde::Serialize;
use serde_json::Value;

/// The difference between two manifests, in words that people can judge.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What is asked for anew.
    pub more: Vec<String>,
    /// What is not asked for any more.
    pub less: Vec<String>,
}

impl Difference {
    /// Whether somebody has to agree again.
    pub fn asks_for_more(&self) -> bool {
        !self.more.is_empty()
    }
}

/// Compares manifests; an install without one was granted nothing.
pub fn difference(before: Option<&Value>, after: &Value) -> Difference {
    let (before, after) = (before.map(permissions).unwrap_or_default(), permissions(after));
    Difference {
        more: after.iter().filter(|one| !before.contains(one)).cloned().collect(),
        less: before.iter().filter(|one| !after.contains(one)).cloned().collect(),
    }
}

/// Everything that a manifest asks for, one line each.
fn permissions(manifest: &Value) -> Vec<String> {
    let list = |name: &str| manifest.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let word = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let words = |value: &Value, name: &str| -> Vec<String> {
        let all = value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        all.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect()
    };
    let mut all = Vec::new();
    all.extend(list("scopes").iter().filter_map(Value::as_str).map(|scope| format!("scope {scope}")));
    for endpoint in list("endpoints") {
        let (host, path) = (word(&endpoint, "host"), word(&endpoint, "path"));
        let path = if path.is_empty() { "/".to_owned() } else { path };
        let port = endpoint.get("port").and_then(Value::as_u64).unwrap_or(443);
        for method in words(&endpoint, "methods") {
            all.push(format!("{method} https://{host}:{port}{path}"));
        }
        for credential in words(&endpoint, "credentials") {
            all.push(format!("credential {credential} to {host}"));
        }
        if endpoint.get("reads_by_post").and_then(Value::as_bool) == Some(true) {
            all.push(format!("reads by POST from {host}"));
        }
    }
    for credential in list("credentials") {
        let kind = word(&credential, "kind");
        all.push(format!("credential {} ({kind})", word(&credential, "name")));
        all.extend(words(&credential, "scopes").iter().map(|scope| format!("scope {scope} at the vendor")));
        for url in ["authorize_url", "token_url"] {
            let address = word(&credential, url);
            if !address.is_empty() {
                all.push(format!("sign-in at {address}"));
            }
        }
    }
    all.extend(list("subscriptions").iter().map(|one| format!("hears of changes in {}", word(one, "table"))));
    for job in list("jobs") {
        if let Some(seconds) = job.get("every_seconds").and_then(Value::as_u64) {
            all.push(format!("runs `{}` by itself every {seconds} s", word(&job, "name")));
        }
    }
    if manifest.get("webhook").is_some_and(|webhook| !webhook.is_null()) {
        all.push("hears webhooks".to_owned());
    }
    if let Some(limits) = manifest.get("limits").and_then(Value::as_object) {
        all.extend(limits.iter().map(|(name, value)| format!("{name}: {value}")));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_asked_for_anew_is_named() {
        let before = json!({"scopes": ["catalog:read"], "endpoints": [{"host": "a.example.com", "methods": ["GET"]}]});
        let after = json!({
            "scopes": ["catalog:read", "crm:read"],
            "endpoints": [{"host": "a.example.com", "methods": ["GET", "POST"], "credentials": ["token"]}],
            "subscriptions": [{"table": "contacts"}]
        });
        let found = difference(Some(&before), &after);
        assert_eq!(
            found.more,
            [
                "scope crm:read",
                "POST https://a.example.com:443/",
                "credential token to a.example.com",
                "hears of changes in contacts"
            ]
        );
        assert!(found.asks_for_more() && found.less.is_empty());
        assert!(!difference(Some(&after), &before).asks_for_more());
        assert_eq!(difference(None, &before).more.len(), 2);
        assert_eq!(difference(Some(&after), &after), Difference::default());
    }
}
