use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;

use super::RestError;

/// Rows of one write, at most.
pub const MOST_ROWS: usize = 5_000;
/// Lists and objects inside one another in a body, at most.
const DEEPEST: usize = 64;

/// A row as a client sent it: values are carried as they were written, to the last digit.
pub(super) type Row = BTreeMap<String, Box<RawValue>>;

/// Rows that a client sent.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) rows: Vec<Row>,
    /// It was one object and no list.
    pub(super) one: bool,
}

impl Rows {
    /// Reads an object or a list of objects.
    ///
    /// # Errors
    /// PGRST102 when it is neither, HUB103 when there are too many, HUB105 when it is nested too deep.
    pub(super) fn parse(body: &str) -> Result<Self, RestError> {
        shallow(body)?;
        let invalid =
            |error: serde_json::Error| RestError::new("PGRST102", "Empty or invalid json").details(error.to_string());
        if body.trim_start().starts_with('[') {
            let rows: Vec<Row> = serde_json::from_str(body).map_err(invalid)?;
            if rows.len() > MOST_ROWS {
                return Err(RestError::new("HUB103", format!("too many rows: at most {MOST_ROWS}")));
            }
            Ok(Self { rows, one: false })
        } else {
            Ok(Self { rows: vec![serde_json::from_str(body).map_err(invalid)?], one: true })
        }
    }

    /// The names of its columns.
    ///
    /// # Errors
    /// PGRST102 when rows have different ones.
    pub(super) fn names(&self) -> Result<Vec<String>, RestError> {
        let first: Vec<&String> = self.rows.first().map(|row| row.keys().collect()).unwrap_or_default();
        if self.rows.iter().any(|row| row.len() != first.len() || row.keys().zip(&first).any(|(a, b)| a != *b)) {
            return Err(RestError::new("PGRST102", "All object keys must match"));
        }
        Ok(first.into_iter().cloned().collect())
    }

    /// As JSON, only with these columns.
    pub(super) fn json(&self, wanted: &BTreeSet<&str>) -> String {
        let mut text = String::from("[");
        for (nth, row) in self.rows.iter().enumerate() {
            text.push_str(if nth == 0 { "{" } else { ",{" });
            let mut first = true;
            for (name, value) in row.iter().filter(|(name, _)| wanted.contains(name.as_str())) {
                if !first {
                    text.push(',');
                }
                first = false;
                text.push_str(&serde_json::Value::String(name.clone()).to_string());
                text.push(':');
                text.push_str(value.get());
            }
            text.push('}');
        }
        text.push(']');
        text
    }
}

/// A value that is a text, null, or something else.
pub(super) enum Text {
    Null,
    Plain(String),
    Other,
}

pub(super) fn text(value: &RawValue) -> Text {
    match value.get() {
        "null" => Text::Null,
        json => serde_json::from_str(json).map_or(Text::Other, Text::Plain),
    }
}

/// A JSON text of ours.
pub(super) fn raw(value: &serde_json::Value) -> Box<RawValue> {
    RawValue::from_string(value.to_string()).expect("a JSON value is JSON")
}

/// Bounds the nesting before anything is built from it.
pub(super) fn shallow(body: &str) -> Result<(), RestError> {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in body.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => depth += 1,
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Err(RestError::new("HUB105", format!("the body is nested too deep: at most {DEEPEST}")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_digits_and_rows_their_columns() {
        let rows = Rows::parse(r#"[{"a": 12345678901234567890.120, "b": "x\"y", "c": [1, 2]}]"#).expect("rows");
        assert_eq!(rows.json(&BTreeSet::from(["a", "b"])), r#"[{"a":12345678901234567890.120,"b":"x\"y"}]"#);
        assert_eq!(rows.names().ok(), Some(vec!["a".to_owned(), "b".to_owned(), "c".to_owned()]));
    }

    #[test]
    fn what_is_no_row_is_refused_with_a_code() {
        let code = |body: &str| Rows::parse(body).err().map(|error| error.code);
        for body in ["", "3", "null", "\"x\"", "[1]", "[{]", "{\"a\"", "[[{}]]"] {
            assert_eq!(code(body).as_deref(), Some("PGRST102"), "{body}");
        }
        assert_eq!(code(&format!("{}{}", "[".repeat(65), "]".repeat(65))).as_deref(), Some("HUB105"));
        assert_eq!(code(&format!("{{\"a\": \"{}\"}}", "[".repeat(500))), None, "brackets in a text nest nothing");
        assert_eq!(code(&format!("[{}{{}}]", "{},".repeat(MOST_ROWS))).as_deref(), Some("HUB103"));
        let mixed = Rows::parse(r#"[{"a": 1}, {"b": 1}]"#).expect("rows");
        assert_eq!(mixed.names().err().map(|error| error.code).as_deref(), Some("PGRST102"));
    }
}
