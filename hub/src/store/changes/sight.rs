use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use uuid::Uuid;

use super::catalogue::{ChangeTable, quoted};
use crate::postgres::{Acting, begin_at};
use crate::store::{Store, StoreError};

/// Which rows of a table somebody is asked about.
pub struct Asked {
    /// The table.
    pub table: Arc<ChangeTable>,
    /// The rows; all that they see if none are named.
    pub keys: Option<Vec<Uuid>>,
}

/// What somebody sees.
pub struct Seen {
    /// Rows, in the order of the questions.
    pub keys: Vec<HashSet<Uuid>>,
    /// What functions of the policies say of them, shortened to a hash.
    pub probes: HashMap<String, String>,
}

/// Asks the database, under somebody's own claims and at a moment that another transaction has exported, which rows they
/// see: the policies answer, whatever they are. `most`: rows that are counted of one table.
///
/// # Errors
/// When the database cannot be reached.
pub async fn see(
    store: &Store,
    acting: &Acting,
    exported: &str,
    probes: &[String],
    asked: &[Asked],
    most: usize,
) -> Result<Seen, StoreError> {
    let mut client = store.pools.get(acting).await?;
    let transaction = begin_at(&mut client, acting, exported).await?;
    let mut seen = Seen { keys: Vec::with_capacity(asked.len()), probes: HashMap::new() };
    for question in asked {
        let (key, table) = (quoted(&question.table.key), question.table.sql());
        let rows = match &question.keys {
            Some(keys) => {
                let sql = format!("select {key} from {table} where {key} = any ($1)");
                let statement = transaction.prepare_cached(&sql).await?;
                transaction.query(&statement, &[keys]).await?
            }
            None => {
                let statement = transaction.prepare_cached(&format!("select {key} from {table} limit $1")).await?;
                transaction.query(&statement, &[&i64::try_from(most).unwrap_or(i64::MAX)]).await?
            }
        };
        seen.keys.push(rows.into_iter().map(|row| row.get(0)).collect());
    }
    for probe in probes {
        let sql = format!(
            "select md5(coalesce(string_agg(p::text, ',' order by p::text), '')) from app.{}() p",
            quoted(probe)
        );
        let statement = transaction.prepare_cached(&sql).await?;
        let answer = transaction.query_one(&statement, &[]).await?;
        seen.probes.insert(probe.clone(), answer.get(0));
    }
    transaction.commit().await?;
    Ok(seen)
}
