use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;

use crate::store::rest::RestError;

/// An object whose keys stay in their order.
struct Ordered(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;
        impl<'de> Visitor<'de> for Keys {
            type Value = Ordered;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ordered, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Ordered(pairs))
            }
        }
        deserializer.deserialize_map(Keys)
    }
}

/// Rows as CSV (RFC 4180), with a header. What is no text stands as JSON.
///
/// # Errors
/// PGRST107 when the answer is no list of rows.
pub(super) fn csv(body: &str) -> Result<String, RestError> {
    let not_rows = || RestError::new("PGRST107", "None of these media types are available: text/csv");
    let rows: Vec<Ordered> = serde_json::from_str(body).map_err(|_| not_rows())?;
    let mut writer = csv::Writer::from_writer(Vec::new());
    let cell = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if let Some(Ordered(first)) = rows.first() {
        writer.write_record(first.iter().map(|(name, _)| name)).map_err(|_| not_rows())?;
    }
    for Ordered(row) in &rows {
        writer.write_record(row.iter().map(|(_, value)| cell(value))).map_err(|_| not_rows())?;
    }
    let bytes = writer.into_inner().map_err(|_| not_rows())?;
    String::from_utf8(bytes).map_err(|_| not_rows())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_lines_in_the_order_of_their_columns() {
        let body = r#"[{"z": 1, "a": "x, \"y\"", "m": null}, {"z": 2.50, "a": "b\nc", "m": {"k": [1]}}]"#;
        let text = csv(body).expect("rows");
        assert_eq!(text, "z,a,m\n1,\"x, \"\"y\"\"\",\n2.5,\"b\nc\",\"{\"\"k\"\":[1]}\"\n");
        assert_eq!(csv("[]").ok().as_deref(), Some(""));
        assert!(csv("3").is_err());
    }
}
