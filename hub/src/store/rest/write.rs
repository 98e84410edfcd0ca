use deadpool_postgres::Transaction;
use domain::table_query::{Node, TableQuery};

use super::columns::{conditions, target};
use super::insert::insert;
use super::keys::SealingKeys;
use super::revealed::Seals;
use super::schema::{Relation, quoted};
use super::select::Builder;
use super::update::{Plan, Update};
use super::{Answer, Asker, RestError, Shape, TIMEOUT, bounded, not_single, told};
use crate::postgres::as_principal;
use crate::store::Store;

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
    /// PUT: the one row that the key names, whether or not it is there.
    Upsert,
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
    /// They take the new values where these differ; else they are not touched.
    Differing,
    /// They stay as they are.
    Ignore,
}

/// A statement that is ready but for what it returns.
pub(super) struct Statement {
    pub(super) sql: String,
    /// What it calls the table.
    pub(super) alias: String,
    pub(super) keys: Option<SealingKeys>,
}

/// Changes rows of a table: all or nothing.
///
/// # Errors
/// See [`RestError`].
pub async fn write(
    store: &Store,
    by: &Asker,
    table: &str,
    query: &TableQuery,
    write: &Write<'_>,
    shape: Shape,
) -> Result<Answer, RestError> {
    let _turn = store.tables.turn().await?;
    let mut client = store.pools.get(&by.acting).await?;
    let transaction = client.transaction().await?;
    let Changed { mut answer, keys, seals } = write_within(store, by, &transaction, table, query, write, shape).await?;
    if write.rollback {
        answer.body = match &keys {
            // Their keys are gone with the trial.
            Some(_) => String::new(),
            None => seals.reveal(store, answer.body).await?,
        };
        transaction.rollback().await?;
        return Ok(answer);
    }
    if let Some(keys) = keys {
        keys.keep(store).await?;
    }
    transaction.commit().await?;
    drop(client);
    answer.body = seals.reveal(store, answer.body).await?;
    Ok(answer)
}

/// What a write has done in a transaction that is not yet committed.
pub struct Changed {
    /// Values that are sealed are not opened in it.
    answer: Answer,
    keys: Option<SealingKeys>,
    seals: Seals,
}

impl Changed {
    /// Keeps the keys that values were sealed with. To be called before the transaction is committed.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn keep(self, store: &Store) -> Result<u64, RestError> {
        if let Some(keys) = self.keys {
            keys.keep(store).await?;
        }
        Ok(self.answer.rows)
    }
}

/// Changes rows of a table as part of a transaction, which is not committed.
///
/// # Errors
/// See [`RestError`]; the transaction cannot go on.
pub async fn write_within(
    store: &Store,
    by: &Asker,
    transaction: &Transaction<'_>,
    table: &str,
    query: &TableQuery,
    write: &Write<'_>,
    shape: Shape,
) -> Result<Changed, RestError> {
    let schema = store.tables.schema(store).await?;
    let relation = schema.relation(table)?;
    let mut builder = Builder::new(&schema, &by.role, store.keyring.master());
    match write.verb {
        Verb::Insert => {}
        Verb::Upsert => named(&query.root, relation)?,
        Verb::Update | Verb::Delete => filtered(&query.root)?,
    }
    let acting = by.acting;
    let statement = match write.verb {
        Verb::Insert | Verb::Upsert => insert(store, by, &mut builder, relation, query, write).await?,
        Verb::Update => {
            let mut update = Update { store, by, relation, query };
            match update.plan(&mut builder, write.body)? {
                Plan::Nothing => None,
                Plan::Plain(sql, alias) => Some(Statement { sql, alias, keys: None }),
                Plan::Sealing(rows) => update.seal(transaction, &mut builder, rows).await?,
            }
        }
        Verb::Delete => {
            let (alias, conditions) = conditions(&mut builder, relation, &query.root)?;
            let sql = format!("delete from {} as {alias} where {conditions}", target(relation));
            Some(Statement { sql, alias, keys: None })
        }
    };
    let Some(Statement { sql, alias, keys }) = statement else {
        if write.verb == Verb::Upsert {
            return Err(another_row());
        }
        let body = if write.returning { "[]".to_owned() } else { String::new() };
        let nothing = Answer { body, rows: 0, total: shape.count.map(|_| 0), offset: 0, made: false };
        return Ok(Changed { answer: shape.judge(nothing)?, keys: None, seals: builder.seals });
    };
    // The statement looks at what was there before it.
    let before = match write.verb {
        Verb::Upsert => {
            let (alias, conditions) = conditions(&mut builder, relation, &query.root)?;
            format!("(select count(*) from {} as {alias} where {conditions})", target(relation))
        }
        _ => "null".to_owned(),
    };
    let (changing, telling) = if write.returning {
        let returned = relation.columns.iter().filter(|column| column.readable);
        let returned: Vec<String> = returned.map(|c| format!("{alias}.{}", quoted(c.stored()))).collect();
        // What chose the rows has done its work; what is embedded is still narrowed.
        let node = Node { conditions: Vec::new(), limit: None, offset: 0, ..query.root.clone() };
        let select = builder.select(&node, relation, "changed")?;
        (
            format!("{sql} returning {}", returned.join(", ")),
            format!(
                "select {} as body, (select count(*) from changed)::bigint as rows, {before}::bigint as total from ({}) s",
                shape.body(),
                select.rows("")
            ),
        )
    } else {
        (
            format!("{sql} returning 1"),
            format!("select '' as body, count(*)::bigint as rows, {before}::bigint as total from changed"),
        )
    };
    let sql = format!("with changed as ({changing}) {}", bounded(&telling));
    let rows = as_principal(transaction, &acting, TIMEOUT, &sql, &builder.values).await;
    let rows = rows.map_err(|error| store.tables.judge(error.into()))?;
    let (body, affected, before) = told(&rows)?;
    if write.verb == Verb::Upsert && affected != 1 {
        return Err(another_row());
    }
    let made = before == Some(0);
    let total = shape.count.map(|_| affected);
    if write.max_affected.is_some_and(|most| affected > most) {
        let message = "Query result exceeds max-affected preference constraint";
        return Err(RestError::new("PGRST124", message).details(format!("The query affects {affected} rows")));
    }
    if shape.single && write.returning && affected != 1 {
        return Err(not_single(affected));
    }
    Ok(Changed { answer: Answer { body, rows: affected, total, offset: 0, made }, keys, seals: builder.seals })
}

/// A row that is put where it belongs is named by its whole key and nothing else.
fn named(root: &Node, relation: &Relation) -> Result<(), RestError> {
    if root.limit.is_some() || root.offset != 0 {
        return Err(RestError::new("PGRST114", "limit/offset querystring parameters are not allowed for PUT"));
    }
    if root.one_row(&relation.primary).is_none() {
        let message = "Filters must include all and only primary key columns with 'eq' operators";
        return Err(RestError::new("PGRST105", message));
    }
    Ok(())
}

/// The body does not hold the row that the address names.
pub(super) fn another_row() -> RestError {
    RestError::new("PGRST115", "Payload values do not match URL in primary key column(s)")
}

/// An update or a deletion says which rows it means, and means all of them.
fn filtered(root: &Node) -> Result<(), RestError> {
    if root.limit.is_some() || root.offset != 0 {
        return Err(RestError::senseless("A write has no limit and no offset."));
    }
    if root.conditions.is_empty() {
        return Err(RestError::new("21000", "UPDATE and DELETE require a WHERE clause").hint("Add a filter."));
    }
    Ok(())
}
