use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures_util::future::try_join_all;
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
    let mut statements = Vec::with_capacity(asked.len() + probes.len());
    for question in asked {
        let (key, table) = (quoted(&question.table.key), question.table.sql());
        let sql = match question.keys {
            Some(_) => format!("select {key} from {table} where {key} = any ($1)"),
            None => format!("select {key} from {table} limit $1"),
        };
        statements.push(client.prepare_cached(&sql).await?);
    }
    for probe in probes {
        let sql = format!(
            "select md5(coalesce(string_agg(p::text, ',' order by p::text), '')) from app.{}() p",
            quoted(probe)
        );
        statements.push(client.prepare_cached(&sql).await?);
    }
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let transaction = begin_at(&mut client, acting, exported).await?;
    let mut questions = Vec::with_capacity(statements.len());
    for (at, statement) in statements.iter().enumerate() {
        let transaction = &transaction;
        let keys = asked.get(at).map(|question| question.keys.as_ref());
        questions.push(async move {
            match keys {
                Some(Some(keys)) => transaction.query(statement, &[keys]).await,
                Some(None) => transaction.query(statement, &[&most]).await,
                None => transaction.query(statement, &[]).await,
            }
        });
    }
    // They travel together: whoever waits for a change waits for every round trip.
    let mut answers = try_join_all(questions).await?;
    transaction.commit().await?;
    let of_probes = answers.split_off(asked.len());
    Ok(Seen {
        keys: answers.into_iter().map(|rows| rows.into_iter().map(|row| row.get(0)).collect()).collect(),
        probes: probes.iter().cloned().zip(of_probes.iter().filter_map(|rows| Some(rows.first()?.get(0)))).collect(),
    })
}
