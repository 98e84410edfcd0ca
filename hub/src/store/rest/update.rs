use std::collections::BTreeSet;

use domain::table_query::TableQuery;
use serde_json::Value;

use super::columns::{conditions, record, seal, stored_columns, target, written};
use super::keys::SealingKeys;
use super::rows::{Rows, raw};
use super::schema::{Column, Kind, Relation, quoted};
use super::select::{Builder, sealed};
use super::write::Statement;
use super::{Asker, RestError, TIMEOUT};
use crate::postgres::as_principal;
use crate::store::Store;

/// Rows whose sealed columns one update may change: each is sealed with its own key.
const MOST_SEALED: usize = 200;

/// An update, while it is being worked out.
pub(super) struct Update<'a> {
    pub(super) store: &'a Store,
    pub(super) by: &'a Asker,
    pub(super) relation: &'a Relation,
    pub(super) query: &'a TableQuery,
}

pub(super) enum Plan {
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

    pub(super) fn plan(&mut self, builder: &mut Builder<'_>, body: &str) -> Result<Plan, RestError> {
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
    pub(super) async fn seal(
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
        let found = as_principal(transaction, &self.by.acting, TIMEOUT, &sql, &finding.values).await?;
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
        let mut keys = SealingKeys::find(store, self.by.organization_id, subject, &ids).await?;
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
