use std::collections::BTreeSet;

use domain::table_query::Node;
use serde_json::Value;
use uuid::Uuid;

use super::RestError;
use super::keys::SealingKeys;
use super::rows::{Row, Text, raw, text};
use super::schema::{Column, Kind, Relation, SCHEMA, Sealed, quoted};
use super::select::{Builder, sealed};

/// The table as SQL writes it.
pub(super) fn target(relation: &Relation) -> String {
    format!("{}.{}", quoted(SCHEMA), quoted(&relation.name))
}

/// The alias of the table, and the conditions that choose its rows.
pub(super) fn conditions(
    builder: &mut Builder<'_>,
    relation: &Relation,
    root: &Node,
) -> Result<(String, String), RestError> {
    let alias = builder.alias();
    let mut parts = Vec::with_capacity(root.conditions.len());
    for condition in &root.conditions {
        parts.push(builder.condition(condition, relation, &alias, &mut |_| None)?);
    }
    Ok((alias, parts.join(" and ")))
}

/// The columns that are written, each once, without those that `columns` leaves out.
pub(super) fn written<'r>(
    builder: &Builder<'_>,
    relation: &'r Relation,
    names: &[String],
    allowed: impl Fn(&Column) -> bool,
) -> Result<Vec<&'r Column>, RestError> {
    let mut seen = BTreeSet::new();
    let mut columns = Vec::with_capacity(names.len());
    for name in names {
        let column = relation.writable(name, builder.role)?;
        if !allowed(column) {
            return Err(RestError::new("42501", format!("permission denied for column {name} of {}", relation.name)));
        }
        if seen.insert(name) {
            columns.push(column);
        }
    }
    Ok(columns)
}

/// What a column is stored in, with types: `"x_enc" bytea, "x_bidx" bytea`.
pub(super) fn stored_columns(columns: &[&Column]) -> Vec<(String, String)> {
    let mut stored = Vec::with_capacity(columns.len());
    for column in columns {
        match &column.kind {
            Kind::Sealed(of) => {
                stored.push((of.stored.clone(), "bytea".to_owned()));
                stored.extend(of.index.iter().map(|index| (index.clone(), "bytea".to_owned())));
            }
            _ => stored.push((column.name.clone(), column.type_name.clone())),
        }
    }
    stored
}

pub(super) fn record(stored: &[(String, String)]) -> String {
    let columns: Vec<String> = stored.iter().map(|(name, of)| format!("{} {of}", quoted(name))).collect();
    columns.join(", ")
}

/// Replaces a plain value by what is stored of it.
pub(super) fn seal(
    builder: &Builder<'_>,
    row: &mut Row,
    column: &Column,
    of: &Sealed,
    keys: &mut SealingKeys,
    subject: Uuid,
) -> Result<(), RestError> {
    let Some(value) = row.remove(&column.name) else { return Ok(()) };
    let (envelope, index) = match text(&value) {
        Text::Null => (Value::Null, Value::Null),
        Text::Other => return Err(sealed(&column.name, "it holds a text")),
        Text::Plain(plain) => {
            let bytes = keys.of(subject).seal(&of.label, &plain);
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            (Value::String(format!("\\x{hex}")), Value::String(builder.master.blind_index_text(&plain)))
        }
    };
    row.insert(of.stored.clone(), raw(&envelope));
    if let Some(name) = &of.index {
        row.insert(name.clone(), raw(&index));
    }
    Ok(())
}
