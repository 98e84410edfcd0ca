use serde_json::{Map, Value, json};
use uuid::Uuid;
use yrs::{Any, Number, Out};

/// A row that somebody keeps to themselves for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// Whose it is.
    pub by: Uuid,
    /// What others are shown of them.
    pub name: String,
    /// When it ends by itself, epoch ms.
    pub until: i64,
}

/// How long a lock may last from now, ms; clients renew theirs.
pub const LONGEST: i64 = 15 * 60 * 1000;
const NAME: usize = 300;

impl Lock {
    /// What the document holds; `None` when that is no lock.
    pub fn read(held: &Out) -> Option<Self> {
        let Out::Any(Any::Map(fields)) = held else { return None };
        let text = |name: &str| match fields.get(name)? {
            Any::String(text) => Some(text.to_string()),
            _ => None,
        };
        let until = match fields.get("until")? {
            Any::Number(Number::Int(until)) => *until,
            Any::Number(Number::Float(until)) if until.is_finite() && until.abs() < 9e15 => *until as i64,
            _ => return None,
        };
        let name = text("name").unwrap_or_default();
        (name.len() <= NAME).then_some(())?;
        Some(Self { by: text("by")?.parse().ok()?, name, until })
    }

    /// As the document holds it.
    pub fn held(&self) -> Any {
        Any::from(std::collections::HashMap::from([
            ("by".to_owned(), Any::from(self.by.to_string())),
            ("name".to_owned(), Any::from(self.name.as_str())),
            ("until".to_owned(), Any::from(self.until)),
        ]))
    }

    /// For the history.
    pub fn json(&self) -> Value {
        let fields: Map<String, Value> =
            [("by".to_owned(), json!(self.by)), ("until".to_owned(), json!(self.until))].into_iter().collect();
        Value::Object(fields)
    }

    /// Whether it keeps this person off at this time (epoch ms).
    pub fn keeps_off(&self, who: Uuid, now: i64) -> bool {
        self.by != who && self.until > now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let lock = Lock { by: Uuid::from_u128(7), name: "Inès".into(), until: 1_790_000_000_000 };
        assert_eq!(Lock::read(&Out::Any(lock.held())), Some(lock.clone()));
        assert!(lock.keeps_off(Uuid::from_u128(8), 1_789_999_999_999));
        assert!(!lock.keeps_off(Uuid::from_u128(8), 1_790_000_000_000), "it has ended");
        assert!(!lock.keeps_off(Uuid::from_u128(7), 0), "it is theirs");
        for held in
            [Any::Null, Any::from("x"), Any::from(std::collections::HashMap::from([("by".to_owned(), Any::from(1))]))]
        {
            assert_eq!(Lock::read(&Out::Any(held)), None);
        }
    }
}
