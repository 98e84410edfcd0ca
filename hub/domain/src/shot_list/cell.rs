use serde_json::Value;
use uuid::Uuid;
use yrs::{Any, Number, Out};

/// The two kinds of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A row of `scenes`.
    Scene,
    /// A row of `shots`.
    Shot,
}

/// A column that is edited, and what may stand in it.
#[derive(Debug, PartialEq, Eq)]
pub struct Column {
    /// As the table calls it.
    pub name: &'static str,
    rule: Rule,
}

#[derive(Debug, PartialEq, Eq)]
enum Rule {
    /// Text of at most so many bytes; empty when there is none.
    Text(usize),
    /// The same, or null.
    TextOrNull(usize),
    /// A fractional index.
    Rank,
    /// A scene's id, or null.
    Scene,
    /// Whole minutes, or null.
    Minutes,
    /// One of these, the first when there is none.
    Word(&'static [&'static str]),
}

const SCENE: &[Column] = &[
    Column { name: "title", rule: Rule::Text(1_000) },
    Column { name: "description", rule: Rule::TextOrNull(20_000) },
    Column { name: "rank", rule: Rule::Rank },
];

const SHOT: &[Column] = &[
    Column { name: "scene_id", rule: Rule::Scene },
    Column { name: "description", rule: Rule::Text(20_000) },
    Column { name: "time_est_minutes", rule: Rule::Minutes },
    Column { name: "rank", rule: Rule::Rank },
    Column { name: "status", rule: Rule::Word(&["todo", "shooting", "done", "skipped"]) },
    Column { name: "notes", rule: Rule::TextOrNull(100_000) },
];

/// Bytes of a rank.
const RANK: usize = 200;
/// The place of a row that has none.
const FIRST: &str = "a0";

impl Kind {
    /// The table, which is also the name of the document's map.
    pub fn table(self) -> &'static str {
        match self {
            Self::Scene => "scenes",
            Self::Shot => "shots",
        }
    }

    /// Its edited columns.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Self::Scene => SCENE,
            Self::Shot => SHOT,
        }
    }

    /// One of them by name.
    pub fn column(self, name: &str) -> Option<&'static Column> {
        self.columns().iter().find(|column| column.name == name)
    }
}

impl Column {
    /// What a cell says that nobody has written.
    pub fn empty(&self) -> Value {
        match self.rule {
            Rule::Text(_) => Value::from(""),
            Rule::TextOrNull(_) | Rule::Scene | Rule::Minutes => Value::Null,
            Rule::Rank => Value::from(FIRST),
            Rule::Word(words) => Value::from(words[0]),
        }
    }

    /// What the document holds, as the table would; the code of what is wrong with it otherwise. How long a text may be is
    /// asked of [`fits`](Self::fits): the tables may hold longer ones than people can write here.
    ///
    /// # Errors
    /// A stable code: `wrong_type`, `invalid_text`, `invalid_rank`, `not_a_scene`, `not_minutes`, `unknown_word`.
    pub fn read(&self, held: Option<Out>) -> Result<Value, &'static str> {
        let held = match held {
            None | Some(Out::Any(Any::Undefined)) => return Ok(self.empty()),
            Some(Out::Any(held)) => held,
            Some(_) => return Err("wrong_type"),
        };
        match (&self.rule, held) {
            (Rule::TextOrNull(_) | Rule::Scene | Rule::Minutes, Any::Null) => Ok(Value::Null),
            (Rule::Text(_) | Rule::TextOrNull(_), Any::String(text)) => {
                if text.contains('\0') {
                    Err("invalid_text")
                } else {
                    Ok(Value::from(text.as_ref()))
                }
            }
            (Rule::Rank, Any::String(text)) if is_rank(&text) => Ok(Value::from(text.as_ref())),
            (Rule::Rank, _) => Err("invalid_rank"),
            (Rule::Scene, Any::String(text)) => {
                text.parse::<Uuid>().map(|id| Value::from(id.to_string())).map_err(|_| "not_a_scene")
            }
            (Rule::Minutes, Any::Number(number)) => whole(number)
                .filter(|minutes| (0..=i64::from(i32::MAX)).contains(minutes))
                .map(Value::from)
                .ok_or("not_minutes"),
            (Rule::Minutes, _) => Err("not_minutes"),
            (Rule::Word(words), Any::String(text)) => {
                words.iter().find(|word| **word == &*text).map(|word| Value::from(*word)).ok_or("unknown_word")
            }
            _ => Err("wrong_type"),
        }
    }

    /// Whether a value is one that people may write here: `text_too_long` otherwise.
    pub fn fits(&self, value: &Value) -> bool {
        let limit = match self.rule {
            Rule::Text(limit) | Rule::TextOrNull(limit) => limit,
            Rule::Rank => RANK,
            Rule::Scene | Rule::Minutes | Rule::Word(_) => return true,
        };
        value.as_str().is_none_or(|text| text.len() <= limit)
    }
}

/// Whether a text can be a place in a list.
pub fn is_rank(text: &str) -> bool {
    !text.is_empty() && !text.contains('\0')
}

/// Whether it is one that people may write.
pub fn is_short_rank(text: &str) -> bool {
    text.len() <= RANK
}

/// A value of a table, as the document holds it.
pub fn held(value: &Value) -> Any {
    match value {
        Value::String(text) => Any::from(text.as_str()),
        Value::Number(number) => number.as_i64().map_or(Any::Null, Any::from),
        Value::Bool(truth) => Any::from(*truth),
        _ => Any::Null,
    }
}

fn whole(number: Number) -> Option<i64> {
    match number {
        Number::Int(number) => Some(number),
        Number::Float(number) => (number.fract() == 0.0 && number.abs() < 1e15).then_some(number as i64),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shot(column: &str, held: impl Into<Any>) -> Result<Value, &'static str> {
        Kind::Shot.column(column).expect("a column").read(Some(Out::Any(held.into())))
    }

    #[test]
    fn legal_values_are_read_as_the_table_holds_them() {
        assert_eq!(shot("description", "Portrait"), Ok(json!("Portrait")));
        assert_eq!(shot("time_est_minutes", 15), Ok(json!(15)));
        assert_eq!(shot("time_est_minutes", 15.0), Ok(json!(15)));
        assert_eq!(shot("notes", Any::Null), Ok(Value::Null));
        assert_eq!(shot("status", "done"), Ok(json!("done")));
        let id = "01920000-0000-7000-8000-00000000000A";
        assert_eq!(shot("scene_id", id), Ok(json!(id.to_lowercase())));
        for column in SHOT {
            assert_eq!(column.read(None), Ok(column.empty()));
            assert_eq!(column.read(Some(Out::Any(held(&column.empty())))), Ok(column.empty()), "{}", column.name);
        }
    }

    #[test]
    fn illegal_values_have_a_code() {
        assert_eq!(shot("status", "banana"), Err("unknown_word"));
        assert_eq!(shot("status", 1), Err("wrong_type"));
        assert_eq!(shot("time_est_minutes", -1), Err("not_minutes"));
        assert_eq!(shot("time_est_minutes", 1.5), Err("not_minutes"));
        assert_eq!(shot("time_est_minutes", "15"), Err("not_minutes"));
        assert_eq!(shot("time_est_minutes", f64::NAN), Err("not_minutes"));
        assert_eq!(shot("description", Any::Null), Err("wrong_type"));
        assert_eq!(shot("description", "a\0b"), Err("invalid_text"));
        let description = Kind::Shot.column("description").expect("a column");
        assert!(!description.fits(&json!("x".repeat(20_001))) && description.fits(&json!("x".repeat(20_000))));
        assert_eq!(shot("rank", ""), Err("invalid_rank"));
        assert_eq!(shot("scene_id", "the stairs"), Err("not_a_scene"));
    }
}
