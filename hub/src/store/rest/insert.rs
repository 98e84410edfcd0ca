use std::collections::BTreeSet;

use domain::table_query::TableQuery;
use serde_json::Value;
use uuid::Uuid;

use super::columns::{record, seal, stored_columns, target, written};
use super::keys::SealingKeys;
use super::rows::{Rows, Text, raw, text};
use super::schema::{Column, Kind, Relation, Sealed, quoted};
use super::select::{Builder, sealed};
use super::write::{Resolution, Statement, Verb, Write, another_row};
use super::{Asker, RestError};
use crate::store::Store;

/// The statement that inserts rows; none if there are no rows.
pub(super) async fn insert(
    store: &Store,
    by: &Asker,
    builder: &mut Builder<'_>,
    relation: &Relation,
    query: &TableQuery,
    write: &Write<'_>,
) -> Result<Option<Statement>, RestError> {
    let mut rows = Rows::parse(write.body)?;
    if rows.rows.is_empty() {
        return Ok(None);
    }
    let mut names = match &query.columns {
        Some(names) => names.clone(),
        None => rows.names()?,
    };
    for row in &mut rows.rows {
        row.retain(|name, _| names.contains(name));
    }
    let columns = written(builder, relation, &names, |column| column.insertable)?;
    let sealed_columns: Vec<(&Column, &Sealed)> = columns
        .iter()
        .filter_map(|column| match &column.kind {
            Kind::Sealed(of) => Some((*column, of)),
            _ => None,
        })
        .collect();
    if write.verb == Verb::Upsert && !relation.primary.iter().all(|key| names.contains(key)) {
        return Err(another_row());
    }
    let mut keys = None;
    if !sealed_columns.is_empty() {
        let ids = subjects(&mut rows, relation, query, write)?;
        let subject =
            relation.subject.as_ref().ok_or_else(|| sealed(&sealed_columns[0].0.name, "it cannot be written here"))?;
        if !names.contains(&subject.column) {
            names.push(subject.column.clone());
        }
        let mut found = SealingKeys::find(store, by.organization_id, subject, &ids).await?;
        for (row, id) in rows.rows.iter_mut().zip(&ids) {
            for (column, of) in &sealed_columns {
                seal(builder, row, column, of, &mut found, *id)?;
            }
        }
        keys = Some(found);
    }
    let columns = written(builder, relation, &names, |column| column.insertable)?;
    let alias = builder.alias();
    let conflict = on_conflict(builder, relation, query, write, &columns, &alias)?;
    let target = target(relation);
    if columns.is_empty() {
        // One row of defaults; several would be a mistake.
        let sql = format!("insert into {target} as {alias} default values{conflict}");
        return Ok(Some(Statement { sql, alias, keys }));
    }
    let stored = stored_columns(&columns);
    let wanted: BTreeSet<&str> = stored.iter().map(|(name, _)| name.as_str()).collect();
    let body = builder.bind(rows.json(&wanted));
    let list: Vec<String> = stored.iter().map(|(name, _)| quoted(name)).collect();
    let defaults = |name: &str| relation.columns.iter().find(|c| c.name == name).and_then(|c| c.default.clone());
    let values: Vec<String> = stored
        .iter()
        .map(|(name, _)| match (write.missing_default, defaults(name)) {
            (true, Some(default)) => {
                let key = name.replace('\'', "''");
                format!("case when e.v ? '{key}' then r.{} else {default} end", quoted(name))
            }
            _ => format!("r.{}", quoted(name)),
        })
        .collect();
    let only = match write.verb {
        Verb::Upsert => the_row_named(builder, relation, query)?,
        _ => String::new(),
    };
    let sql = format!(
        "insert into {target} as {alias} ({}) select {} from jsonb_array_elements({body}::jsonb) with ordinality e(v, n), \
         jsonb_to_record(e.v) r({}){only} order by e.n{conflict}",
        list.join(", "),
        values.join(", "),
        record(&stored),
    );
    Ok(Some(Statement { sql, alias, keys }))
}

/// Of the body's rows the one that the address names.
fn the_row_named(builder: &mut Builder<'_>, relation: &Relation, query: &TableQuery) -> Result<String, RestError> {
    let values = query.root.one_row(&relation.primary).ok_or_else(another_row)?;
    let mut same = Vec::with_capacity(values.len());
    for (column, value) in relation.primary.iter().zip(values) {
        let value = builder.bind(value);
        same.push(format!("r.{} = {value}", quoted(column)));
    }
    Ok(format!(" where {}", same.join(" and ")))
}

/// Whose values each row holds. A row that is its own subject gets its id here, if it brought none: its key needs it.
fn subjects(
    rows: &mut Rows,
    relation: &Relation,
    query: &TableQuery,
    write: &Write<'_>,
) -> Result<Vec<Uuid>, RestError> {
    let Some(subject) = &relation.subject else { return Ok(Vec::new()) };
    let own = relation.primary.as_slice() == [subject.column.clone()];
    let by_key = query.on_conflict.as_ref().is_none_or(|columns| *columns == relation.primary);
    if own && write.resolution == Some(Resolution::Merge) && !by_key {
        return Err(RestError::new("HUB107", "rows with sealed columns are merged by their key only")
            .hint("Leave on_conflict out, and give each row its id."));
    }
    let mut ids = Vec::with_capacity(rows.rows.len());
    for row in &mut rows.rows {
        let id = match row.get(&subject.column).map(|value| text(value)) {
            Some(Text::Plain(id)) => id
                .parse()
                .map_err(|_| RestError::new("22P02", format!("invalid input syntax for type uuid: \"{id}\"")))?,
            None if own => {
                let id = Uuid::now_v7();
                row.insert(subject.column.clone(), raw(&Value::String(id.to_string())));
                id
            }
            _ => {
                let message = format!("a sealed column is written together with {}", subject.column);
                return Err(RestError::new("HUB107", message));
            }
        };
        ids.push(id);
    }
    Ok(ids)
}

fn on_conflict(
    builder: &Builder<'_>,
    relation: &Relation,
    query: &TableQuery,
    write: &Write<'_>,
    columns: &[&Column],
    alias: &str,
) -> Result<String, RestError> {
    let (resolution, keys) = match (write.verb, write.resolution) {
        (Verb::Upsert, _) => (Resolution::Merge, &relation.primary),
        (_, Some(resolution)) => (resolution, query.on_conflict.as_ref().unwrap_or(&relation.primary)),
        (_, None) => return Ok(String::new()),
    };
    if keys.is_empty() {
        return Ok(String::new());
    }
    let mut list = Vec::with_capacity(keys.len());
    for key in keys {
        let column = relation.visible(key, builder.role)?;
        if matches!(column.kind, Kind::Sealed(_)) {
            return Err(sealed(key, "rows are not told apart by it"));
        }
        list.push(quoted(&column.name));
    }
    let set: Vec<String> = match resolution {
        Resolution::Ignore => Vec::new(),
        Resolution::Merge | Resolution::Differing => {
            stored_columns(columns).iter().map(|(name, _)| format!("{0} = excluded.{0}", quoted(name))).collect()
        }
    };
    let mut action = if set.is_empty() { "nothing".to_owned() } else { format!("update set {}", set.join(", ")) };
    if resolution == Resolution::Differing && !set.is_empty() {
        let names: Vec<String> = stored_columns(columns).iter().map(|(name, _)| quoted(name)).collect();
        let there: Vec<String> = names.iter().map(|name| format!("{alias}.{name}")).collect();
        let sent: Vec<String> = names.iter().map(|name| format!("excluded.{name}")).collect();
        action.push_str(&format!(" where ({}) is distinct from ({})", there.join(", "), sent.join(", ")));
    }
    Ok(format!(" on conflict ({}) do {action}", list.join(", ")))
}
