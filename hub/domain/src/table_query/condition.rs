use super::scan::Scan;
use super::selection::{Field, field};
use super::{QueryError, bounds};

/// Something that holds of a row, or does not.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// A column passes a test.
    Column {
        /// The opposite is meant.
        negated: bool,
        /// The column, or the name of an embed (`is.null` only).
        field: Field,
        /// The test.
        test: Test,
    },
    /// All of them hold, or any of them.
    Group {
        /// The opposite is meant.
        negated: bool,
        /// One is enough.
        any: bool,
        /// Which.
        conditions: Vec<Condition>,
    },
}

/// A test of one value.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// Compared with a value, or with any or all of a list.
    Compare(Operator, Option<Quantifier>, String),
    /// One of these.
    In(Vec<String>),
    /// Null, true, false, unknown.
    Is(Is),
    /// Full-text search: how, in which language, for what.
    Search(Search, Option<String>, String),
}

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// Equal.
    Eq,
    /// Not equal.
    Neq,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
    /// Like a pattern.
    Like,
    /// Like a pattern, whatever the case.
    Ilike,
    /// Matches a regular expression.
    Match,
    /// Matches a regular expression, whatever the case.
    Imatch,
    /// Not equal, where null is a value.
    IsDistinct,
    /// Contains.
    Contains,
    /// Is contained in.
    Contained,
    /// Has something in common with.
    Overlaps,
    /// Ends before it begins.
    StrictlyLeft,
    /// Begins after it ends.
    StrictlyRight,
    /// Does not begin before it.
    NotLeft,
    /// Does not end after it.
    NotRight,
    /// Touches.
    Adjacent,
}

/// Whether one value of a list is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    /// One is enough.
    Any,
    /// All of them.
    All,
}

/// What `is` may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Is {
    /// Nothing.
    Null,
    /// Something.
    NotNull,
    /// True.
    True,
    /// False.
    False,
    /// Neither true nor false.
    Unknown,
}

/// How words are searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Search {
    /// Postgres's own notation.
    Plain,
    /// All words.
    Words,
    /// The words in this order.
    Phrase,
    /// As in a search engine.
    Web,
}

impl Operator {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "eq" => Self::Eq,
            "neq" => Self::Neq,
            "gt" => Self::Gt,
            "gte" => Self::Gte,
            "lt" => Self::Lt,
            "lte" => Self::Lte,
            "like" => Self::Like,
            "ilike" => Self::Ilike,
            "match" => Self::Match,
            "imatch" => Self::Imatch,
            "isdistinct" => Self::IsDistinct,
            "cs" => Self::Contains,
            "cd" => Self::Contained,
            "ov" => Self::Overlaps,
            "sl" => Self::StrictlyLeft,
            "sr" => Self::StrictlyRight,
            "nxl" => Self::NotLeft,
            "nxr" => Self::NotRight,
            "adj" => Self::Adjacent,
            _ => return None,
        })
    }

    fn takes_lists(self) -> bool {
        matches!(
            self,
            Self::Eq
                | Self::Gt
                | Self::Gte
                | Self::Lt
                | Self::Lte
                | Self::Like
                | Self::Ilike
                | Self::Match
                | Self::Imatch
        )
    }
}

/// Reads `not.eq.3` as it stands behind `column=`.
pub(super) fn of_column(what: &str, field: Field, text: &str) -> Result<Condition, QueryError> {
    let mut scan = Scan::new(what, text);
    let negated = scan.eat("not.");
    let test = test(&mut scan, false)?;
    if !scan.is_done() {
        return Err(scan.error("the end"));
    }
    Ok(Condition::Column { negated, field, test })
}

/// Reads `(a.eq.1,or(b.gt.2,c.is.null))` as it stands behind `and=` or `or=`.
pub(super) fn group(text: &str, negated: bool, any: bool, budget: &mut usize) -> Result<Condition, QueryError> {
    let mut scan = Scan::new("logic tree", text);
    let conditions = members(&mut scan, budget, 0)?;
    if !scan.is_done() {
        return Err(scan.error("the end"));
    }
    Ok(Condition::Group { negated, any, conditions })
}

/// Reads `a=eq.1,b=not.in.(2,3)`: conditions on columns that all hold, as filters on changes are written.
///
/// # Errors
/// See [`QueryError`].
pub fn of_columns(text: &str) -> Result<Vec<Condition>, QueryError> {
    let mut scan = Scan::new("filter", text);
    let mut budget = bounds::CONDITIONS;
    let mut conditions = Vec::new();
    loop {
        spend(&mut budget)?;
        while scan.eat(" ") {}
        let column = scan.name()?;
        scan.expect("=", "an equals sign and an operator")?;
        let negated = scan.eat("not.");
        let test = test(&mut scan, true)?;
        conditions.push(Condition::Column { negated, field: Field { column, path: Vec::new() }, test });
        if scan.is_done() {
            return Ok(conditions);
        }
        scan.expect(",", "a comma or the end")?;
    }
}

/// Takes one condition from what is left of the bound.
pub(super) fn spend(budget: &mut usize) -> Result<(), QueryError> {
    *budget = budget.checked_sub(1).ok_or(QueryError::TooMany { what: "conditions", at_most: bounds::CONDITIONS })?;
    Ok(())
}

fn members(scan: &mut Scan<'_>, budget: &mut usize, depth: usize) -> Result<Vec<Condition>, QueryError> {
    if depth == bounds::NESTING {
        return Err(QueryError::TooMany { what: "groups below one another", at_most: bounds::NESTING });
    }
    scan.expect("(", "an opening parenthesis")?;
    let mut conditions = Vec::new();
    loop {
        spend(budget)?;
        while scan.eat(" ") {}
        let negated = scan.eat("not.");
        let any = scan.rest().starts_with("or(");
        if any || scan.rest().starts_with("and(") {
            scan.eat(if any { "or" } else { "and" });
            conditions.push(Condition::Group { negated, any, conditions: members(scan, budget, depth + 1)? });
        } else {
            let field = field(scan)?;
            scan.expect(".", "a dot and an operator")?;
            let inner = scan.eat("not.");
            conditions.push(Condition::Column { negated: negated != inner, field, test: test(scan, true)? });
        }
        if scan.eat(")") {
            return Ok(conditions);
        }
        scan.expect(",", "a comma or a closing parenthesis")?;
    }
}

fn test(scan: &mut Scan<'_>, in_group: bool) -> Result<Test, QueryError> {
    const OPERATOR: &str = "an operator (eq, gt, ...)";
    let word = scan.until(|c| !c.is_ascii_lowercase());
    let modifier = if scan.eat("(") {
        let modifier = scan.until(|c| matches!(c, '(' | ')' | '.' | ','));
        scan.expect(")", "a closing parenthesis")?;
        Some(modifier)
    } else {
        None
    };
    scan.expect(".", OPERATOR)?;
    let search = match word {
        "fts" => Some(Search::Plain),
        "plfts" => Some(Search::Words),
        "phfts" => Some(Search::Phrase),
        "wfts" => Some(Search::Web),
        _ => None,
    };
    if let Some(search) = search {
        return Ok(Test::Search(search, modifier.map(str::to_owned), value(scan, in_group)?));
    }
    match (word, modifier) {
        ("in", None) => Ok(Test::In(scan.list()?)),
        ("is", None) => {
            let word = value(scan, in_group)?;
            Ok(Test::Is(match word.to_ascii_lowercase().as_str() {
                "null" => Is::Null,
                "not_null" => Is::NotNull,
                "true" => Is::True,
                "false" => Is::False,
                "unknown" => Is::Unknown,
                _ => return Err(scan.error("null, not_null, true, false or unknown")),
            }))
        }
        (word, modifier) => {
            let operator = Operator::parse(word).ok_or_else(|| scan.error(OPERATOR))?;
            let quantifier = match modifier {
                None => None,
                Some("any") if operator.takes_lists() => Some(Quantifier::Any),
                Some("all") if operator.takes_lists() => Some(Quantifier::All),
                Some(_) => return Err(scan.error("any or all, where the operator takes a list")),
            };
            let value = value(scan, in_group)?;
            // An asterisk needs no escaping in a URL; a percent sign does.
            let value = match operator {
                Operator::Like | Operator::Ilike => value.replace('*', "%"),
                _ => value,
            };
            Ok(Test::Compare(operator, quantifier, value))
        }
    }
}

/// A value: all that is left, or inside a group what comes before the next comma.
fn value(scan: &mut Scan<'_>, in_group: bool) -> Result<String, QueryError> {
    if !in_group {
        return Ok(scan.until(|_| false).to_owned());
    }
    match scan.peek() {
        Some('"') => scan.quoted(),
        Some('{') => {
            let mut depth = 0_u32;
            let mut closed = false;
            let text = scan.until(|c| {
                if closed {
                    return true;
                }
                depth = match c {
                    '{' => depth + 1,
                    '}' => depth - 1,
                    _ => depth,
                };
                closed = depth == 0;
                false
            });
            if depth == 0 { Ok(text.to_owned()) } else { Err(scan.error("a closing brace")) }
        }
        // A range such as [1,5) is quoted in a group.
        _ => Ok(scan.until(|c| matches!(c, ',' | ')')).to_owned()),
    }
}
