//! Answers of the model, held to what was asked for.

use fashionos_plugin::Value;
use serde::Deserialize;

use crate::model::{self, Said};
use crate::sources::{self, Source};

/// Longest value that is proposed, characters.
const MOST_VALUE: usize = 2_000;
const MOST_SUGGESTIONS: usize = 50;

/// What an answer holds.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    Suggestions(Vec<Suggestion>),
    /// An answer, but not what was asked for.
    Malformed(String),
    /// No answer at all, as it happens under load and after too many searches.
    Nothing(String),
}

/// A value for a field, and where the model found it.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    pub field: String,
    pub value: String,
    pub sources: Vec<Source>,
    /// The words that the sources stand behind.
    pub excerpt: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Proposed {
    field: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Proposals {
    suggestions: Vec<Proposed>,
}

/// Reads an answer for these fields.
pub fn read(reply: &Value, fields: &[&str]) -> Outcome {
    let text = match model::said(reply) {
        Said::Text(text) => text,
        Said::Cut(reason) => return Outcome::Malformed(reason),
        Said::Nothing(reason) => return Outcome::Nothing(reason),
    };
    let proposals: Proposals = match serde_json::from_str(&text) {
        Ok(proposals) => proposals,
        Err(error) => return Outcome::Malformed(error.to_string()),
    };
    if proposals.suggestions.len() > MOST_SUGGESTIONS {
        return Outcome::Malformed("more suggestions than fields can be".into());
    }
    let mut suggestions: Vec<Suggestion> = Vec::new();
    for Proposed { field, value } in proposals.suggestions {
        if !fields.contains(&field.as_str()) {
            return Outcome::Malformed(format!("`{field}` was not asked for"));
        }
        if value.trim().is_empty() || value.chars().count() > MOST_VALUE {
            return Outcome::Malformed(format!("the value of `{field}` is empty or too long"));
        }
        if suggestions.iter().any(|suggestion| suggestion.field == field) {
            return Outcome::Malformed(format!("`{field}` was answered twice"));
        }
        let (sources, excerpt) = sources::behind(&value, &text, &reply["candidates"][0]["groundingMetadata"]);
        suggestions.push(Suggestion { field, value, sources, excerpt });
    }
    Outcome::Suggestions(suggestions)
}

#[cfg(test)]
mod tests {
    use super::{Outcome, read};
    use fashionos_plugin::{Value, json};

    fn reply(text: &str, reason: &str) -> Value {
        json!({"candidates": [{"finishReason": reason, "content": {"parts": [{"text": text}]}}]})
    }

    #[test]
    fn f217_what_was_not_asked_for_is_no_suggestion() {
        for text in [
            "Ada is creative director.",
            r#"{"suggestions": [{"field": "salary", "value": "much"}]}"#,
            r#"{"suggestions": [{"field": "role", "value": "  "}]}"#,
            r#"{"suggestions": [{"field": "role", "value": "a"}, {"field": "role", "value": "b"}]}"#,
            r#"{"suggestions": [{"field": "role", "value": "a", "sql": "drop"}]}"#,
            r#"{"suggestions": []} and more"#,
        ] {
            assert!(matches!(read(&reply(text, "STOP"), &["role"]), Outcome::Malformed(_)), "{text}");
        }
        let cut = r#"{"suggestions": []}"#;
        assert!(matches!(read(&reply(cut, "MAX_TOKENS"), &["role"]), Outcome::Malformed(_)));
    }
}
