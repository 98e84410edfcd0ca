use super::scan::Scan;
use super::{Node, QueryError, bounds};

/// One thing that is selected.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// Every column.
    Star,
    /// A column.
    Pick(Pick),
    /// Another relation's rows.
    Embed(Embed),
}

/// A selected column.
#[derive(Debug, Clone, PartialEq)]
pub struct Pick {
    /// Under which name it is answered.
    pub alias: Option<String>,
    /// The column; `None` for `count()`.
    pub field: Option<Field>,
    /// The type that it is turned into.
    pub cast: Option<String>,
    /// What is computed over the rows.
    pub aggregate: Option<Aggregate>,
}

/// What is computed over the rows of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// What.
    pub function: Function,
    /// The type that the result is turned into.
    pub cast: Option<String>,
}

/// An aggregate function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// How many.
    Count,
    /// All together.
    Sum,
    /// Their mean.
    Avg,
    /// The least.
    Min,
    /// The greatest.
    Max,
}

impl Function {
    /// Its name, as clients and Postgres write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Sum => "sum",
            Self::Avg => "avg",
            Self::Min => "min",
            Self::Max => "max",
        }
    }
}

/// A column, or something inside a JSON column.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The column.
    pub column: String,
    /// Steps into its JSON.
    pub path: Vec<Step>,
}

/// One step into JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The key of an object, or the index of a list when it is a number.
    pub key: String,
    /// `->>`: as text.
    pub as_text: bool,
}

/// Rows of another relation that come along.
#[derive(Debug, Clone, PartialEq)]
pub struct Embed {
    /// The relation, or a column or constraint that leads to it.
    pub relation: String,
    /// Under which name they are answered.
    pub alias: Option<String>,
    /// Which relationship is meant, when there are several: a constraint, a column, or the table between.
    pub hint: Option<String>,
    /// What happens to rows without any.
    pub join: Join,
    /// The columns become columns of the row.
    pub spread: bool,
    /// What is read of it.
    pub node: Node,
}

/// What happens to rows that have nothing to embed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    /// They stay.
    Left,
    /// They are left out.
    Inner,
}

impl Embed {
    /// Under which name it is answered.
    pub fn name(&self) -> &str {
        self.alias.as_deref().unwrap_or(&self.relation)
    }

    pub(super) fn is_called(&self, name: &str) -> bool {
        self.name() == name || self.relation == name
    }
}

/// What is left of the bounds.
struct Budget {
    items: usize,
    embeds: usize,
}

/// Reads `select`.
pub(super) fn parse(text: &str) -> Result<Vec<Item>, QueryError> {
    let mut scan = Scan::new("select parameter", text);
    if text.trim().is_empty() {
        return Ok(vec![Item::Star]);
    }
    let mut budget = Budget { items: bounds::ITEMS, embeds: bounds::EMBEDS };
    let items = items(&mut scan, &mut budget, 0)?;
    if scan.is_done() { Ok(items) } else { Err(scan.error("a comma or the end")) }
}

fn items(scan: &mut Scan<'_>, budget: &mut Budget, depth: usize) -> Result<Vec<Item>, QueryError> {
    let mut items = Vec::new();
    if scan.peek() == Some(')') {
        return Ok(items);
    }
    loop {
        budget.items = budget
            .items
            .checked_sub(1)
            .ok_or(QueryError::TooMany { what: "selected columns", at_most: bounds::ITEMS })?;
        items.push(item(scan, budget, depth)?);
        if !scan.eat(",") {
            return Ok(items);
        }
    }
}

fn item(scan: &mut Scan<'_>, budget: &mut Budget, depth: usize) -> Result<Item, QueryError> {
    while scan.eat(" ") {}
    if scan.eat("*") {
        return Ok(Item::Star);
    }
    let spread = scan.eat("...");
    let mut name = scan.name()?;
    let mut alias = None;
    if scan.peek() == Some(':') && !scan.rest().starts_with("::") {
        scan.eat(":");
        alias = Some(std::mem::replace(&mut name, scan.name()?));
    }
    let (mut hint, mut join) = (None, Join::Left);
    let mut hinted = false;
    while scan.eat("!") {
        hinted = true;
        match scan.name()?.as_str() {
            "inner" => join = Join::Inner,
            "left" => join = Join::Left,
            other => hint = Some(other.to_owned()),
        }
    }
    if scan.eat("(") {
        if name == "count" && !hinted && !spread && scan.eat(")") {
            let aggregate = Some(Aggregate { function: Function::Count, cast: cast(scan)? });
            return Ok(Item::Pick(Pick { alias, field: None, cast: None, aggregate }));
        }
        if depth == bounds::DEPTH {
            return Err(QueryError::TooMany { what: "embeds below one another", at_most: bounds::DEPTH });
        }
        budget.embeds =
            budget.embeds.checked_sub(1).ok_or(QueryError::TooMany { what: "embeds", at_most: bounds::EMBEDS })?;
        let node = Node { items: items(scan, budget, depth + 1)?, ..Node::default() };
        scan.expect(")", "a closing parenthesis")?;
        return Ok(Item::Embed(Embed { relation: name, alias, hint, join, spread, node }));
    }
    if spread || hinted {
        return Err(scan.error("an opening parenthesis"));
    }
    let field = Field { column: name, path: path(scan)? };
    let before = cast(scan)?;
    let aggregate = if scan.eat(".") {
        let function = match scan.name()?.as_str() {
            "count" => Function::Count,
            "sum" => Function::Sum,
            "avg" => Function::Avg,
            "min" => Function::Min,
            "max" => Function::Max,
            _ => return Err(scan.error("count(), sum(), avg(), min() or max()")),
        };
        scan.expect("()", "a pair of parentheses")?;
        Some(Aggregate { function, cast: cast(scan)? })
    } else {
        None
    };
    Ok(Item::Pick(Pick { alias, field: Some(field), cast: before, aggregate }))
}

fn cast(scan: &mut Scan<'_>) -> Result<Option<String>, QueryError> {
    if !scan.eat("::") {
        return Ok(None);
    }
    let name = scan.until(|c| !(c.is_ascii_alphanumeric() || matches!(c, '_' | ' ' | '[' | ']')));
    if name.trim().is_empty() {
        return Err(scan.error("the name of a type"));
    }
    Ok(Some(name.trim().to_ascii_lowercase()))
}

/// Reads a column and the steps behind it.
pub(super) fn field(scan: &mut Scan<'_>) -> Result<Field, QueryError> {
    Ok(Field { column: scan.name()?, path: path(scan)? })
}

fn path(scan: &mut Scan<'_>) -> Result<Vec<Step>, QueryError> {
    let mut steps = Vec::new();
    while scan.eat("->") {
        if steps.len() == bounds::STEPS {
            return Err(QueryError::TooMany { what: "steps of a JSON path", at_most: bounds::STEPS });
        }
        let as_text = scan.eat(">");
        let sign = if scan.eat("-") { "-" } else { "" };
        let key = if scan.peek() == Some('"') {
            scan.quoted()?
        } else {
            scan.until(|c| matches!(c, '-' | ':' | '.' | ',' | '>' | '(' | ')')).to_owned()
        };
        if key.is_empty() {
            return Err(scan.error("a key or an index"));
        }
        steps.push(Step { key: format!("{sign}{key}"), as_text });
    }
    Ok(steps)
}
