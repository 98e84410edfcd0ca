use std::collections::BTreeSet;

use domain::table_query::{Node, TableQuery};
use serde_json::Value;
use uuid::Uuid;

use super::keys::SealingKeys;
use super::rows::{Rows, Text, raw, text};
use super::schema::{Column, Kind, Relation, SCHEMA, Sealed, quoted};
use super::select::{Builder, sealed};
use super::{Answer, RestError, Shape, TIMEOUT, not_single, number};
use crate::postgres::as_principal;
use crate::store::Store;
use crate::store::identity::Identity;

/// Rows whose sealed columns one update may change: each is sealed with its own key.
const MOST_SEALED: usize = 200;

/// A change of a table's rows.
pub struct Write<'a> {
    /// What is done.
    pub verb: Verb,
    /// The rows or columns, as JSON.
    pub body: &'a str,
    /// The changed rows are wanted back.
    pub returning: bool,
    /// What to do with rows that are there already.
    pub resolution: Option<Resolution>,
    /// A column that a row of a list does not have gets its default, not null.
    pub missing_default: bool,
    /// More rows than these are not changed.
    pub max_affected: Option<u64>,
    /// Nothing is kept: a trial.
    pub rollback: bool,
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// POST.
    Insert,
    /// PATCH.
    Update,
    /// DELETE.
    Delete,
}

/// What to do with rows that are there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// They take the new values.
    Merge,
    /// They stay as they are.
    Ignore,
}

/// A statement that is ready but for what it returns.
struct Statement {
    sql: String,
    /// What it calls the table.
    alias: String,
    keys: Option<SealingKeys>,
}

/// Changes rows of a table: all or nothing.
///
/// # Errors
/// See [`RestError`].
pub async fn write(
    store: &Store,
    by: &Identity,
    table: &str,
    query: &TableQuery,
    write: &Write<'_>,
    shape: Shape,
) -> Result<Answer, RestError> {
    let schema = store.tables.schema(store).await?;
    let relation = schema.relation(table)?;
    let mut builder = Builder::new(&schema, by.role(), store.keyring.master());
    if write.verb != Verb::Insert {
        filtered(&query.root)?;
    }
    let acting = by.acting();
    let mut client = store.pools.get(&acting).await?;
    let transaction = client.transaction().await?;
    let statement = match write.verb {
        Verb::Insert => insert(store, by, &mut builder, relation, query, write).await?,
        Verb::Update => {
            let mut update = Update { store, by, relation, query };
            match update.plan(&mut builder, write.body)? {
                Plan::Nothing => None,
                Plan::Plain(sql, alias) => Some(Statement { sql, alias, keys: None }),
                Plan::Sealing(rows) => update.seal(&transaction, &mut builder, rows).await?,
            }
        }
        Verb::Delete => {
            let (alias, conditions) = conditions(&mut builder, relation, &query.root)?;
            let sql = format!("delete from {} as {alias} where {conditions}", target(relation));
            Some(Statement { sql, alias, keys: None })
        }
    };
    let Some(Statement { sql, alias, keys }) = statement else {
        let body = if write.returning { "[]".to_owned() } else { String::new() };
        let nothing = Answer { body, rows: 0, total: shape.counted.then_some(0), offset: 0 };
        return shape.judge(nothing);
    };
    let (changing, telling) = if write.returning {
        let returned = relation.columns.iter().filter(|column| column.readable);
        let returned: Vec<String> = returned.map(|c| format!("{alias}.{}", quoted(c.stored()))).collect();
        // What chose the rows has done its work; what is embedded is still narrowed.
        let node = Node { conditions: Vec::new(), limit: None, offset: 0, ..query.root.clone() };
        let select = builder.select(&node, relation, "changed")?;
        (
            format!("{sql} returning {}", returned.join(", ")),
            format!("select {}, (select count(*) from changed)::bigint from ({}) s", shape.body(), select.rows("")),
        )
    } else {
        (format!("{sql} returning 1"), "select '', (select count(*) from changed)::bigint".to_owned())
    };
    let sql = format!("with changed as ({changing}) {telling}");
    let rows = as_principal(&transaction, &acting, TIMEOUT, &sql, &builder.values).await;
    let rows = rows.map_err(|error| store.tables.judge(error.into()))?;
    let row = rows.first().ok_or_else(|| RestError::new("XX000", "an aggregate had no row"))?;
    let affected = number(row.get(1));
    if write.max_affected.is_some_and(|most| affected > most) {
        let message = "Query result exceeds max-affected preference constraint";
        return Err(RestError::new("PGRST124", message).details(format!("The query affects {affected} rows")));
    }
    if shape.single && write.returning && affected != 1 {
        return Err(not_single(affected));
    }
    if write.rollback {
        let body = match &keys {
            // Their keys are gone with the trial.
            Some(_) => String::new(),
            None => builder.seals.reveal(store, row.get(0)).await?,
        };
        transaction.rollback().await?;
        return Ok(Answer { body, rows: affected, total: shape.counted.then_some(affected), offset: 0 });
    }
    if let Some(keys) = keys {
        keys.keep(store).await?;
    }
    transaction.commit().await?;
    drop(client);
    let body = builder.seals.reveal(store, row.get(0)).await?;
    Ok(Answer { body, rows: affected, total: shape.counted.then_some(affected), offset: 0 })
}

fn target(relation: &Relation) -> String {
    format!("{}.{}", quoted(SCHEMA), quoted(&relation.name))
}

/// An update or a deletion says which rows it means, and means all of them.
fn filtered(root: &Node) -> Result<(), RestError> {
    if root.limit.is_some() || root.offset != 0 {
        return Err(
            RestError::new("PGRST127", "Feature not implemented").details("A write has no limit and no offset.")
        );
    }
    if root.conditions.is_empty() {
        return Err(RestError::new("21000", "UPDATE and DELETE require a WHERE clause").hint("Add a filter."));
    }
    Ok(())
}

/// The alias of the table, and the conditions that choose its rows.
fn conditions(builder: &mut Builder<'_>, relation: &Relation, root: &Node) -> Result<(String, String), RestError> {
    let alias = builder.alias();
    let mut parts = Vec::with_capacity(root.conditions.len());
    for condition in &root.conditions {
        parts.push(builder.condition(condition, relation, &alias, &mut |_| None)?);
    }
    Ok((alias, parts.join(" and ")))
}

/// The columns that are written, each once, without those that `columns` leaves out.
fn written<'r>(
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
fn stored_columns(columns: &[&Column]) -> Vec<(String, String)> {
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

fn record(stored: &[(String, String)]) -> String {
    let columns: Vec<String> = stored.iter().map(|(name, of)| format!("{} {of}", quoted(name))).collect();
    columns.join(", ")
}

/// Replaces a plain value by what is stored of it.
fn seal(
    builder: &Builder<'_>,
    row: &mut super::rows::Row,
    column: &Column,
    of: &Sealed,
    keys: &mut SealingKeys,
    subject: Uuid,
) -> Result<(), RestError> {
    let Some(value) = row.remove(&column.name) else { return Ok(()) };
    let (envelope, index) = match text(&value) {
        Text::Null => (Value::Null, Value::Null),
        Text::Other => return Err(sealed(&column.name, "it holds a text")),
        Text::Text(plain) => {
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

async fn insert(
    store: &Store,
    by: &Identity,
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
    let mut keys = None;
    if !sealed_columns.is_empty() {
        let ids = subjects(&mut rows, relation, query, write)?;
        let subject =
            relation.subject.as_ref().ok_or_else(|| sealed(&sealed_columns[0].0.name, "it cannot be written here"))?;
        if !names.contains(&subject.column) {
            names.push(subject.column.clone());
        }
        let mut found = SealingKeys::find(store, by.principal.organization_id, subject, &ids).await?;
        for (row, id) in rows.rows.iter_mut().zip(&ids) {
            for (column, of) in &sealed_columns {
                seal(builder, row, column, of, &mut found, *id)?;
            }
        }
        keys = Some(found);
    }
    let columns = written(builder, relation, &names, |column| column.insertable)?;
    let conflict = on_conflict(builder, relation, query, write, &columns)?;
    let alias = builder.alias();
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
    let sql = format!(
        "insert into {target} as {alias} ({}) select {} from jsonb_array_elements({body}::jsonb) with ordinality e(v, n), \
         jsonb_to_record(e.v) r({}) order by e.n{conflict}",
        list.join(", "),
        values.join(", "),
        record(&stored),
    );
    Ok(Some(Statement { sql, alias, keys }))
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
            Some(Text::Text(id)) => id
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
) -> Result<String, RestError> {
    let Some(resolution) = write.resolution else { return Ok(String::new()) };
    let keys = query.on_conflict.as_ref().unwrap_or(&relation.primary);
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
        Resolution::Merge => {
            stored_columns(columns).iter().map(|(name, _)| format!("{0} = excluded.{0}", quoted(name))).collect()
        }
    };
    let action = if set.is_empty() { "nothing".to_owned() } else { format!("update set {}", set.join(", ")) };
    Ok(format!(" on conflict ({}) do {action}", list.join(", ")))
}

/// An update, while it is being worked out.
struct Update<'a> {
    store: &'a Store,
    by: &'a Identity,
    relation: &'a Relation,
    query: &'a TableQuery,
}

enum Plan {
    Nothing,
    /// The statement, and what it calls the table.
    Plain(String, String),
    /// Each row has to be sealed by itself.
    Sealing(Rows),
}

impl Update<'_> {
    fn columns<'r>(
        &self,
        builder: &Builder<'_>,
        rows: &Rows,
        relation: &'r Relation,
    ) -> Result<Vec<&'r Column>, RestError> {
        let mut names = rows.names()?;
        if let Some(wanted) = &self.query.columns {
            names.retain(|name| wanted.contains(name));
        }
        written(builder, relation, &names, |column| column.updatable)
    }

    fn plan(&mut self, builder: &mut Builder<'_>, body: &str) -> Result<Plan, RestError> {
        let rows = Rows::parse(body)?;
        if !rows.one {
            return Err(RestError::new("PGRST102", "Empty or invalid json").details("a change is one object"));
        }
        let columns = self.columns(builder, &rows, self.relation)?;
        if columns.is_empty() {
            return Ok(Plan::Nothing);
        }
        if columns.iter().any(|column| matches!(column.kind, Kind::Sealed(_))) {
            return Ok(Plan::Sealing(rows));
        }
        let (alias, conditions) = conditions(builder, self.relation, &self.query.root)?;
        let stored = stored_columns(&columns);
        let wanted: BTreeSet<&str> = stored.iter().map(|(name, _)| name.as_str()).collect();
        let body = builder.bind(rows.json(&wanted));
        let sql = format!(
            "update {} as {alias} set {} from jsonb_to_recordset({body}::jsonb) r({}) where {conditions}",
            target(self.relation),
            assignments(&stored),
            record(&stored),
        );
        Ok(Plan::Plain(sql, alias))
    }

    /// Finds the rows, locks them, and seals the values for each.
    async fn seal(
        &mut self,
        transaction: &deadpool_postgres::Transaction<'_>,
        builder: &mut Builder<'_>,
        rows: Rows,
    ) -> Result<Option<Statement>, RestError> {
        let (relation, store) = (self.relation, self.store);
        let columns = self.columns(builder, &rows, relation)?;
        let first = columns.first().map_or("", |column| column.name.as_str());
        let [key] = relation.primary.as_slice() else { return Err(sealed(first, "it cannot be changed here")) };
        let subject = relation.subject.as_ref().ok_or_else(|| sealed(first, "it cannot be changed here"))?;
        let key_type = relation.visible(key, builder.role)?.type_name.as_str();
        relation.visible(&subject.column, builder.role)?;
        let mut finding = Builder::new(builder.schema, builder.role, builder.master);
        let (alias, conditions) = conditions(&mut finding, relation, &self.query.root)?;
        let sql = format!(
            "select {alias}.{}::text, {alias}.{}::text from {} as {alias} where {conditions} order by 1 limit {} for update",
            quoted(key),
            quoted(&subject.column),
            target(relation),
            MOST_SEALED + 1,
        );
        let found = as_principal(transaction, &self.by.acting(), TIMEOUT, &sql, &finding.values).await?;
        if found.is_empty() {
            return Ok(None);
        }
        if found.len() > MOST_SEALED {
            let message = format!("too many rows with sealed columns in one change: at most {MOST_SEALED}");
            return Err(RestError::new("HUB103", message));
        }
        let mut ids = Vec::with_capacity(found.len());
        for row in &found {
            let id: Option<&str> = row.get(1);
            ids.push(id.and_then(|id| id.parse().ok()).ok_or_else(|| sealed(first, "the row says not whose it is"))?);
        }
        let mut keys = SealingKeys::find(store, self.by.principal.organization_id, subject, &ids).await?;
        let mut sealed_rows = Vec::with_capacity(found.len());
        for (row, id) in found.iter().zip(&ids) {
            let mut change = rows.rows[0].clone();
            for column in &columns {
                if let Kind::Sealed(of) = &column.kind {
                    seal(builder, &mut change, column, of, &mut keys, *id)?;
                }
            }
            // No column is called so: names with a colon are not served.
            change.insert(":key".to_owned(), raw(&Value::String(row.get::<_, String>(0))));
            sealed_rows.push(change);
        }
        let stored = stored_columns(&columns);
        let mut wanted: BTreeSet<&str> = stored.iter().map(|(name, _)| name.as_str()).collect();
        wanted.insert(":key");
        let body = builder.bind(Rows { rows: sealed_rows, one: false }.json(&wanted));
        let alias = builder.alias();
        let sql = format!(
            "update {} as {alias} set {} from jsonb_to_recordset({body}::jsonb) r({}, \":key\" {key_type}) where {alias}.{} = r.\":key\"",
            target(relation),
            assignments(&stored),
            record(&stored),
            quoted(key),
        );
        Ok(Some(Statement { sql, alias, keys: Some(keys) }))
    }
}

fn assignments(stored: &[(String, String)]) -> String {
    let parts: Vec<String> = stored.iter().map(|(name, _)| format!("{0} = r.{0}", quoted(name))).collect();
    parts.join(", ")
}
