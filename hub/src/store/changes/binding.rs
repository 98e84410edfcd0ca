use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::Arc;

use domain::realtime::{Binding, ColumnKind, Filter, FilterError, Verdict, Wanted};
use domain::table_query::{Is, Operator, Test};
use schemas::Row;
use serde_json::{Value, json};
use sha2::Digest as _;
use uuid::Uuid;

use super::catalogue::{ChangeTable, ChangeTables, Shown, quoted};
use crate::postgres::{Acting, Untyped, read_once};
use crate::store::rest::SCHEMA;
use crate::store::{Store, StoreError};

/// A client's filter on changes, with everything in it found in the schema.
#[derive(Debug)]
pub struct Bound {
    /// By which the client tells it from its others: the same for the same filter, never 0, exact in a double.
    pub id: u64,
    /// Which changes.
    pub wanted: Wanted,
    /// The table; all of them if none.
    pub table: Option<Arc<ChangeTable>>,
    /// By the columns as they are stored.
    pub filter: Option<Filter>,
    /// The columns that are sent, by the names that clients know.
    pub select: Option<Vec<String>>,
}

/// Why a filter is refused.
#[derive(Debug, thiserror::Error)]
pub enum BoundError {
    /// There is no such schema or table, or its changes are not told.
    #[error("the changes of {0} are not told")]
    UnknownTable(String),
    /// There is no such column.
    #[error("column {column} of {table} does not exist")]
    UnknownColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// The caller's role does not see the column: a filter would tell its values.
    #[error("permission denied for column {column} of {table}")]
    Masked {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A sealed column is asked about in a way that its index does not answer.
    #[error("the column {0} is sealed: eq, neq, in and is.null can be asked of it")]
    Sealed(String),
    /// See [`FilterError`].
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// A value that the column cannot have, or a pattern that is none.
    #[error("the filter cannot be evaluated: {0}")]
    Value(String),
    /// The database cannot say.
    #[error(transparent)]
    Store(StoreError),
}

/// How long the database may take for one filter, ms: a pattern can be made to take forever.
const TIMEOUT: u32 = 500;

impl BoundError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownTable(_) => "unknown_table",
            Self::UnknownColumn { .. } => "unknown_column",
            Self::Masked { .. } => "masked_column",
            Self::Sealed(_) => "sealed_column",
            Self::Filter(error) => error.code(),
            Self::Value(_) => "invalid_filter",
            Self::Store(_) => "unavailable",
        }
    }
}

/// Finds everything that a client's filter names, for somebody of a role.
///
/// # Errors
/// See [`BoundError`].
pub async fn bind(
    store: &Store,
    tables: &ChangeTables,
    organization_id: Uuid,
    role: &str,
    binding: &Binding,
) -> Result<Bound, BoundError> {
    let named = || binding.table.as_ref().map_or(binding.schema.clone(), |table| format!("{}.{table}", binding.schema));
    if binding.schema != SCHEMA && !(binding.schema == "*" && binding.table.is_none()) {
        return Err(BoundError::UnknownTable(cut(&named())));
    }
    let table = match &binding.table {
        None => None,
        Some(name) => Some(Arc::clone(tables.table(name).ok_or_else(|| BoundError::UnknownTable(cut(&named())))?)),
    };
    let mut bound = Bound { id: id(binding), wanted: binding.wanted, table, filter: None, select: None };
    let Some(table) = bound.table.clone() else { return Ok(bound) };
    if let Some(names) = &binding.select {
        for name in names {
            visible(&table, name, role)?;
        }
        bound.select = Some(names.clone());
    }
    let Some(text) = &binding.filter else { return Ok(bound) };
    let mut filter = Filter::read(text, |name| visible(&table, name, role).map(|column| column.kind))?;
    for (test, kind) in &mut filter.conditions {
        let column = visible(&table, &test.column, role)?;
        test.column.clone_from(&column.stored);
        if column.label.is_none() {
            continue;
        }
        let sealed = || BoundError::Sealed(column.name.clone());
        if matches!(test.test, Test::Is(Is::Null | Is::NotNull)) {
            *kind = ColumnKind::Other;
            continue;
        }
        // The index of a value stands for it.
        test.column = column.index.clone().ok_or_else(sealed)?;
        *kind = ColumnKind::Text;
        let index = |value: &String| store.keyring.master().blind_index_text(value);
        test.test = match &test.test {
            Test::Compare(operator @ (Operator::Eq | Operator::Neq), None, value) => {
                Test::Compare(*operator, None, index(value))
            }
            Test::In(values) => Test::In(values.iter().map(index).collect()),
            _ => return Err(sealed()),
        };
    }
    try_out(store, organization_id, &table, &filter).await?;
    bound.filter = Some(filter);
    Ok(bound)
}

fn visible<'t>(table: &'t ChangeTable, name: &str, role: &str) -> Result<&'t Shown, BoundError> {
    let (of, column) = (table.name.clone(), cut(name));
    match table.column(name) {
        None => Err(BoundError::UnknownColumn { table: of, column }),
        Some(shown) if shown.masked_for.contains(role) => Err(BoundError::Masked { table: of, column }),
        Some(shown) => Ok(shown),
    }
}

fn cut(text: &str) -> String {
    text.chars().take(80).collect()
}

/// 53 bits of a hash, odd so that it is never 0.
fn id(binding: &Binding) -> u64 {
    let words = json!([format!("{:?}", binding.wanted), binding.schema, binding.table, binding.filter, binding.select]);
    let digest = sha2::Sha256::digest(words.to_string().as_bytes());
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest[..8]);
    (u64::from_be_bytes(bytes) >> 11) | 1
}

/// Lets the database read a filter's values: as the columns' types, and as patterns.
async fn try_out(store: &Store, organization_id: Uuid, table: &ChangeTable, filter: &Filter) -> Result<(), BoundError> {
    let mut empty = Row::new();
    for (test, kind) in &filter.conditions {
        let is_pattern = matches!(
            test.test,
            Test::Compare(Operator::Like | Operator::Ilike | Operator::Match | Operator::Imatch, ..)
        );
        if is_pattern && *kind == ColumnKind::Text {
            empty.insert(test.column.clone(), Value::from(""));
        }
    }
    match passing(store, organization_id, table, filter, &[&empty]).await {
        Ok(_) => Ok(()),
        Err(error @ StoreError::Unavailable(_)) => Err(BoundError::Store(error)),
        Err(error) => Err(BoundError::Value(error.to_string())),
    }
}

/// Whether a filter needs the database to judge a row.
pub fn asks_database(filter: &Filter, row: &Row) -> bool {
    filter.judge(|column| row.get(column)) == Verdict::AskDatabase
}

/// Which rows pass a filter, by the database's own operators: indexes into `rows`.
///
/// # Errors
/// When the database cannot be reached, or cannot evaluate the filter in half a second.
pub async fn passing(
    store: &Store,
    organization_id: Uuid,
    table: &ChangeTable,
    filter: &Filter,
    rows: &[&Row],
) -> Result<HashSet<usize>, StoreError> {
    let mut columns: Vec<(&str, &str)> = Vec::new();
    let mut values = vec![Untyped(None)];
    let mut sql = String::new();
    for (test, _) in &filter.conditions {
        let known = table.columns.iter().find(|column| column.stored == test.column);
        // What is sealed is bytes, and so is its index.
        let sql_type = known.filter(|column| column.label.is_none()).map_or("bytea", |column| &column.sql_type);
        if !columns.iter().any(|(name, _)| *name == test.column) {
            columns.push((&test.column, sql_type));
        }
        let left = format!("r.{}", quoted(&test.column));
        let mut bind = |value: &str| {
            values.push(Untyped(Some(value.to_owned())));
            format!("${}", values.len())
        };
        let right = match &test.test {
            Test::Is(is) => format!("is {}", is_word(*is)),
            // Nothing is in an empty list; it stands for no condition that holds.
            Test::In(operands) if operands.is_empty() => "= any ('{}')".to_owned(),
            Test::In(operands) => {
                format!("in ({})", operands.iter().map(|value| bind(value)).collect::<Vec<_>>().join(", "))
            }
            Test::Compare(operator, _, value) => format!("{} {}", operator_word(*operator), bind(value)),
            Test::Search(..) => return Err(StoreError::Invalid("changes are not searched".into())),
        };
        let not = if test.negated { "not " } else { "" };
        let _ = write!(sql, " and {not}({left} {right})");
    }
    let list: Vec<Value> = rows
        .iter()
        .enumerate()
        .map(|(nth, row)| {
            let values =
                columns.iter().map(|(name, _)| ((*name).to_owned(), row.get(*name).cloned().unwrap_or_default()));
            let mut object: Row = values.collect();
            object.insert("#".to_owned(), Value::from(nth));
            Value::Object(object)
        })
        .collect();
    values[0] = Untyped(Some(Value::Array(list).to_string()));
    let columns: Vec<String> = columns.iter().map(|(name, of)| format!(", {} {of}", quoted(name))).collect();
    let sql = format!(
        "select r.\"#\" from jsonb_to_recordset($1::jsonb) as r (\"#\" int{}) where true{sql}",
        columns.concat()
    );
    let acting = Acting::System { organization_id };
    let client = store.pools.get(&acting).await?;
    let found = read_once(&client, &acting, TIMEOUT, &sql, &values).await?;
    Ok(found.into_iter().filter_map(|row| usize::try_from(row.get::<_, i32>(0)).ok()).collect())
}

fn is_word(is: Is) -> &'static str {
    match is {
        Is::Null => "null",
        Is::NotNull => "not null",
        Is::True => "true",
        Is::False => "false",
        Is::Unknown => "unknown",
    }
}

fn operator_word(operator: Operator) -> &'static str {
    match operator {
        Operator::Eq => "=",
        Operator::Neq => "<>",
        Operator::Gt => ">",
        Operator::Gte => ">=",
        Operator::Lt => "<",
        Operator::Lte => "<=",
        Operator::Like => "like",
        Operator::Ilike => "ilike",
        Operator::Match => "~",
        Operator::Imatch => "~*",
        _ => "is distinct from",
    }
}
