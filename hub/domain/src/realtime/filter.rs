use std::cmp::Ordering;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;
use uuid::Uuid;

use super::bounds;
use crate::table_query::{Condition, Is, Operator, QueryError, Test, of_columns};

/// What a column holds, as far as comparing goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// True or false.
    Bool,
    /// Whole numbers.
    Integer,
    /// Other exact numbers.
    Decimal,
    /// Identifiers.
    Uuid,
    /// Texts that are equal when their bytes are.
    Text,
    /// Points in time.
    Instant,
    /// Days.
    Date,
    /// Whatever only the database can compare.
    Other,
}

/// A filter on the changes of one table: all its conditions hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// The conditions, each on a column.
    pub conditions: Vec<(ColumnTest, ColumnKind)>,
}

/// A condition on one column.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnTest {
    /// The column.
    pub column: String,
    /// The opposite is meant.
    pub negated: bool,
    /// The test.
    pub test: Test,
}

/// Whether a row passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It does.
    Passes,
    /// It does not.
    Fails,
    /// Only the database can tell: collations, patterns, types of its own.
    AskDatabase,
}

/// Why a filter is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// It is not understood.
    #[error(transparent)]
    Syntax(#[from] QueryError),
    /// It uses an operator that changes are not filtered by.
    #[error("changes are filtered by eq, neq, lt, lte, gt, gte, in, like, ilike, is, match, imatch and isdistinct")]
    Operator,
    /// It is too long.
    #[error("a filter has at most {} bytes and {} values in a list", bounds::FILTER, Filter::LIST)]
    TooLong,
}

impl FilterError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Syntax(_) => "invalid_filter",
            Self::Operator => "unknown_operator",
            Self::TooLong => "filter_too_long",
        }
    }
}

impl ColumnKind {
    /// By the name that Postgres gives the type (`pg_type.typname`, of a domain its base).
    pub fn of_type(name: &str) -> Self {
        match name {
            "bool" => Self::Bool,
            "int2" | "int4" | "int8" => Self::Integer,
            "numeric" => Self::Decimal,
            "uuid" => Self::Uuid,
            "text" | "varchar" => Self::Text,
            "timestamptz" => Self::Instant,
            "date" => Self::Date,
            _ => Self::Other,
        }
    }
}

impl Filter {
    /// Values of one `in` list.
    pub const LIST: usize = 100;

    /// Reads a filter's text; `kind` tells what a column holds.
    ///
    /// # Errors
    /// `E`, where a column is not there or not to be asked about; a [`FilterError`] as `E`.
    pub fn read<E: From<FilterError>>(
        text: &str,
        mut kind: impl FnMut(&str) -> Result<ColumnKind, E>,
    ) -> Result<Self, E> {
        if text.len() > bounds::FILTER {
            return Err(FilterError::TooLong.into());
        }
        let mut conditions = Vec::new();
        for condition in of_columns(text).map_err(FilterError::Syntax)? {
            let Condition::Column { negated, field, test } = condition else { continue };
            match &test {
                Test::In(values) if values.len() > Self::LIST => return Err(FilterError::TooLong.into()),
                Test::In(_) | Test::Is(_) => {}
                Test::Compare(operator, None, _) if is_served(*operator) => {}
                Test::Compare(..) | Test::Search(..) => return Err(FilterError::Operator.into()),
            }
            let kind = kind(&field.column)?;
            conditions.push((ColumnTest { column: field.column, negated, test }, kind));
        }
        Ok(Self { conditions })
    }

    /// Whether a row passes, by the values of its columns as JSON; `None` and null are the same.
    pub fn judge<'v>(&self, value: impl Fn(&str) -> Option<&'v Value>) -> Verdict {
        let mut asks = false;
        for (condition, kind) in &self.conditions {
            let value = value(&condition.column).filter(|value| !value.is_null());
            match condition.holds(value, *kind) {
                // Not known is not true, and neither is its opposite.
                Some(Truth::Is(holds)) if holds != condition.negated => {}
                Some(_) => return Verdict::Fails,
                None => asks = true,
            }
        }
        if asks { Verdict::AskDatabase } else { Verdict::Passes }
    }
}

/// As SQL has it: true, false, or not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Truth {
    Is(bool),
    Unknown,
}

impl ColumnTest {
    /// `None`: the database has to be asked.
    fn holds(&self, value: Option<&Value>, kind: ColumnKind) -> Option<Truth> {
        match (&self.test, value) {
            (Test::Is(Is::Null), value) => Some(Truth::Is(value.is_none())),
            (Test::Is(Is::NotNull), value) => Some(Truth::Is(value.is_some())),
            (Test::Is(is), value) if kind == ColumnKind::Bool => {
                let value = value.and_then(Value::as_bool);
                Some(Truth::Is(match is {
                    Is::True => value == Some(true),
                    Is::False => value == Some(false),
                    _ => value.is_none(),
                }))
            }
            (Test::Compare(Operator::IsDistinct, _, operand), value) => match value {
                // What it is compared with must still be a value of the type; the database has said so.
                None => Some(Truth::Is(true)),
                Some(value) => order(kind, value, operand).map(|order| Truth::Is(order != Ordering::Equal)),
            },
            (Test::In(operands), _) if operands.is_empty() => Some(Truth::Is(false)),
            (Test::Compare(..) | Test::In(_), None) => Some(Truth::Unknown),
            (Test::Compare(Operator::Like, _, pattern), Some(Value::String(text))) if kind == ColumnKind::Text => {
                is_like(text, pattern).map(Truth::Is)
            }
            (Test::Compare(operator, _, operand), Some(value)) => {
                let wanted = wanted(*operator)?;
                // Which text comes first is a matter of the database's language.
                if kind == ColumnKind::Text && !matches!(operator, Operator::Eq | Operator::Neq) {
                    return None;
                }
                order(kind, value, operand).map(|order| Truth::Is(wanted(order)))
            }
            (Test::In(operands), Some(value)) => {
                let orders: Option<Vec<_>> = operands.iter().map(|operand| order(kind, value, operand)).collect();
                orders.map(|orders| Truth::Is(orders.contains(&Ordering::Equal)))
            }
            _ => None,
        }
    }
}

fn is_served(operator: Operator) -> bool {
    use Operator::{Eq, Gt, Gte, Ilike, Imatch, IsDistinct, Like, Lt, Lte, Match, Neq};
    matches!(operator, Eq | Neq | Lt | Lte | Gt | Gte | Like | Ilike | Match | Imatch | IsDistinct)
}

fn wanted(operator: Operator) -> Option<fn(Ordering) -> bool> {
    Some(match operator {
        Operator::Eq => Ordering::is_eq,
        Operator::Neq => Ordering::is_ne,
        Operator::Lt => Ordering::is_lt,
        Operator::Lte => Ordering::is_le,
        Operator::Gt => Ordering::is_gt,
        Operator::Gte => Ordering::is_ge,
        _ => return None,
    })
}

/// How a value stands to an operand; `None` where only the database knows.
fn order(kind: ColumnKind, value: &Value, operand: &str) -> Option<Ordering> {
    match (kind, value) {
        (ColumnKind::Bool, Value::Bool(value)) => match operand {
            "true" => Some(value.cmp(&true)),
            "false" => Some(value.cmp(&false)),
            _ => None,
        },
        (ColumnKind::Integer, Value::Number(value)) => Some(value.as_i64()?.cmp(&operand.parse::<i64>().ok()?)),
        (ColumnKind::Decimal, Value::Number(value)) => {
            // Fifteen digits are exact in a double; more are the database's.
            let short = |text: &str| {
                text.bytes().filter(u8::is_ascii_digit).count() <= 15
                    && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'))
            };
            if !short(operand) || !short(&value.to_string()) {
                return None;
            }
            value.as_f64()?.partial_cmp(&operand.parse::<f64>().ok()?)
        }
        (ColumnKind::Uuid, Value::String(value)) => {
            Some(value.parse::<Uuid>().ok()?.cmp(&operand.parse::<Uuid>().ok()?))
        }
        (ColumnKind::Text, Value::String(value)) => Some(value.as_str().cmp(operand)),
        (ColumnKind::Instant, Value::String(value)) => {
            Some(value.parse::<Timestamp>().ok()?.cmp(&operand.parse::<Timestamp>().ok()?))
        }
        (ColumnKind::Date, Value::String(value)) => {
            let day = |text: &str| if text.len() == 10 { text.parse::<Date>().ok() } else { None };
            Some(day(value)?.cmp(&day(operand)?))
        }
        _ => None,
    }
}

/// LIKE: `%` is anything, `_` one character, a backslash takes the next one as it is. `None`: the pattern ends in a
/// backslash, which the database refuses when it comes that far.
fn is_like(text: &str, pattern: &str) -> Option<bool> {
    enum Part {
        Anything,
        Any,
        Exactly(char),
    }
    let mut parts = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        parts.push(match c {
            '%' => Part::Anything,
            '_' => Part::Any,
            '\\' => Part::Exactly(chars.next()?),
            c => Part::Exactly(c),
        });
    }
    let text: Vec<char> = text.chars().collect();
    // Greedy, with one step back to the last `%`: linear in both for all that is sensible.
    let (mut at, mut part, mut retry) = (0, 0, None);
    while at < text.len() {
        match parts.get(part) {
            Some(Part::Anything) => {
                retry = Some((part, at));
                part += 1;
                continue;
            }
            Some(Part::Any) => {}
            Some(Part::Exactly(c)) if *c == text[at] => {}
            _ => {
                let Some((last, from)) = retry else { return Some(false) };
                retry = Some((last, from + 1));
                (part, at) = (last + 1, from + 1);
                continue;
            }
        }
        (part, at) = (part + 1, at + 1);
    }
    Some(parts[part..].iter().all(|part| matches!(part, Part::Anything)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn kinds(column: &str) -> Result<ColumnKind, FilterError> {
        Ok(match column {
            "b" => ColumnKind::Bool,
            "i" => ColumnKind::Integer,
            "n" => ColumnKind::Decimal,
            "u" => ColumnKind::Uuid,
            "t" => ColumnKind::Text,
            "at" => ColumnKind::Instant,
            "d" => ColumnKind::Date,
            _ => ColumnKind::Other,
        })
    }

    fn judge(filter: &str, row: &Value) -> Verdict {
        Filter::read(filter, kinds).expect(filter).judge(|column| row.get(column))
    }

    #[test]
    fn rows_pass_as_in_sql() {
        let row = json!({"b": true, "i": 7, "n": 10.5, "u": "018f0000-0000-7000-8000-000000000001", "t": "a,b",
                         "at": "2026-03-02T20:00:00+01:00", "d": "2026-03-02", "z": null});
        use Verdict::{AskDatabase, Fails, Passes};
        for (filter, verdict) in [
            ("b=eq.true", Passes),
            ("b=is.true", Passes),
            ("b=not.is.true", Fails),
            ("b=eq.t", AskDatabase),
            ("i=eq.7", Passes),
            ("i=neq.7", Fails),
            ("i=gt.6", Passes),
            ("i=lte.6", Fails),
            ("i=in.(1,7)", Passes),
            ("i=not.in.(1,7)", Fails),
            ("i=eq.seven", AskDatabase),
            ("i=gt.6,i=lt.7", Fails),
            ("i=gt.6,i=lt.8", Passes),
            ("n=eq.10.500", Passes),
            ("n=lt.10.51", Passes),
            ("n=eq.1e1", AskDatabase),
            ("u=eq.018F0000-0000-7000-8000-000000000001", Passes),
            ("u=gt.018f0000-0000-7000-8000-000000000000", Passes),
            (r#"t=eq."a,b""#, Passes),
            (r#"t=in.("a,b",c)"#, Passes),
            ("t=like.a%", Passes),
            ("t=like.a*", Passes),
            ("t=lt.b", AskDatabase),
            ("t=ilike.A%", AskDatabase),
            ("t=match.^a", AskDatabase),
            ("at=eq.2026-03-02T19:00:00Z", Passes),
            ("at=gt.2026-03-02T19:00:01Z", Fails),
            ("at=gt.yesterday", AskDatabase),
            ("d=eq.2026-03-02", Passes),
            ("d=lt.2026-03-03", Passes),
            ("z=is.null", Passes),
            ("z=not.is.null", Fails),
            ("z=eq.1", Fails),
            ("z=not.eq.1", Fails),
            ("z=in.()", Fails),
            ("z=not.in.()", Passes),
            ("i=in.()", Fails),
            ("z=isdistinct.1", Passes),
            ("i=isdistinct.7", Fails),
            ("missing=is.null", Passes),
            ("i=eq.8,t=lt.b", Fails),
            ("i=eq.7,t=lt.b", AskDatabase),
        ] {
            assert_eq!(judge(filter, &row), verdict, "{filter}");
        }
    }

    #[test]
    fn what_is_no_filter_is_refused_with_a_code() {
        for (filter, code) in [
            ("", "invalid_filter"),
            ("i", "invalid_filter"),
            ("i=", "invalid_filter"),
            ("i=eq", "invalid_filter"),
            ("i=is.maybe", "invalid_filter"),
            ("i=in.(1", "invalid_filter"),
            ("i=eq.1,", "invalid_filter"),
            ("i=cs.{1}", "unknown_operator"),
            ("t=fts.x", "unknown_operator"),
            ("i=eq(any).{1}", "unknown_operator"),
        ] {
            assert_eq!(Filter::read(filter, kinds).expect_err(filter).code(), code, "{filter}");
        }
        let list = format!("i=in.({})", vec!["1"; 101].join(","));
        assert_eq!(Filter::read(&list, kinds).expect_err("long").code(), "filter_too_long");
        let conditions = vec!["i=eq.1"; 101].join(",");
        assert_eq!(Filter::read(&conditions, kinds).expect_err("many").code(), "invalid_filter");
        assert_eq!(Filter::read(&"i".repeat(9000), kinds).expect_err("long").code(), "filter_too_long");
    }

    #[test]
    fn patterns_are_those_of_sql() {
        for (text, pattern, like) in [
            ("abc", "abc", Some(true)),
            ("abc", "a%", Some(true)),
            ("abc", "%c", Some(true)),
            ("abc", "a_c", Some(true)),
            ("abc", "a_", Some(false)),
            ("aXbXc", "a%X%c", Some(true)),
            ("abcab", "%ab", Some(true)),
            ("", "%", Some(true)),
            ("", "_", Some(false)),
            ("50%", "50\\%", Some(true)),
            ("501", "50\\%", Some(false)),
            ("a", "a\\", None),
        ] {
            assert_eq!(is_like(text, pattern), like, "{text} like {pattern}");
        }
    }

    proptest! {
        #[test]
        fn hostile_filters_are_refused_or_judged(filter in r#"[a-z=.,()"\\%_{}0-9 ]{0,60}"#, text in ".{0,20}", i in any::<i64>()) {
            if let Ok(filter) = Filter::read(&filter, kinds) {
                let row = json!({"t": text, "i": i, "b": false});
                prop_assert!(!filter.conditions.is_empty());
                filter.judge(|column| row.get(column));
            }
        }

        #[test]
        fn a_negated_test_of_a_value_is_the_opposite(i in -5i64..5, n in -5i64..5, op in "(eq|neq|lt|lte|gt|gte)") {
            let row = json!({"i": i});
            let plain = judge(&format!("i={op}.{n}"), &row) == Verdict::Passes;
            let negated = judge(&format!("i=not.{op}.{n}"), &row) == Verdict::Passes;
            prop_assert_ne!(plain, negated);
        }

        #[test]
        fn likeness_agrees_with_a_slow_definition(text in "[ab]{0,8}", pattern in "[ab%_]{0,8}") {
            fn slow(text: &[u8], pattern: &[u8]) -> bool {
                match pattern.split_first() {
                    None => text.is_empty(),
                    Some((b'%', rest)) => (0..=text.len()).any(|skip| slow(&text[skip..], rest)),
                    Some((b'_', rest)) => !text.is_empty() && slow(&text[1..], rest),
                    Some((c, rest)) => text.first() == Some(c) && slow(&text[1..], rest),
                }
            }
            prop_assert_eq!(is_like(&text, &pattern), Some(slow(text.as_bytes(), pattern.as_bytes())));
        }
    }
}
