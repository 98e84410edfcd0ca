use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use deadpool_postgres::Object;
use futures_util::future::try_join_all;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row, Statement};
use uuid::Uuid;

use super::catalogue::{ChangeTable, quoted};
use crate::postgres::{Acting, Statements, look_as_each};
use crate::store::{Store, StoreError};

/// Connections that ask at the same time.
const LANES: usize = 2;
/// Readers of one transaction, at least while another connection could take the rest: a transaction costs as much as one.
const WORTH_A_LANE: usize = 4;
/// Readers of one transaction, at most: their answers are in memory together.
const TOGETHER: usize = 64;

/// Which rows of a table somebody is asked about.
pub struct Asked {
    /// The table.
    pub table: Arc<ChangeTable>,
    /// The rows; all that they see if none are named.
    pub keys: Option<Vec<Uuid>>,
}

/// What one reader is asked, under their own claims.
pub struct Question {
    /// Who.
    pub acting: Acting,
    /// Which rows they see.
    pub asked: Vec<Asked>,
    /// What functions of the policies say of them.
    pub probes: Vec<String>,
}

/// What somebody sees.
pub struct Seen {
    /// Rows, in the order of the questions.
    pub keys: Vec<HashSet<Uuid>>,
    /// What functions of the policies say of them, shortened to a hash.
    pub probes: HashMap<String, String>,
}

/// Asks the database which rows readers see, each under their own claims and all at a moment that another transaction has
/// exported: the policies answer, whatever they are. `most`: rows that are counted of one table. The answers are in the
/// order of the questions.
///
/// # Errors
/// When the database cannot be reached.
pub async fn see(store: &Store, exported: &str, questions: &[Question], most: usize) -> Result<Vec<Seen>, StoreError> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let lanes: Vec<&[Question]> =
        questions.chunks(questions.len().div_ceil(LANES).clamp(WORTH_A_LANE, TOGETHER)).collect();
    let mut seen = Vec::with_capacity(questions.len());
    for some in lanes.chunks(LANES) {
        let answers = some.iter().map(|questions| in_one_go(store, exported, questions, &most));
        seen.extend(try_join_all(answers).await?.into_iter().flatten());
    }
    Ok(seen)
}

/// Whoever waits for a change waits for every round trip: there is one for all these readers.
async fn in_one_go(store: &Store, exported: &str, questions: &[Question], most: &i64) -> Result<Vec<Seen>, StoreError> {
    let Some(first) = questions.first() else { return Ok(Vec::new()) };
    let client = store.pools.get(&first.acting).await?;
    let mut readers = Vec::with_capacity(questions.len());
    for question in questions {
        let mut statements: Vec<(Statement, Vec<&(dyn ToSql + Sync)>)> = Vec::new();
        for asked in &question.asked {
            let value: &(dyn ToSql + Sync) = match &asked.keys {
                Some(keys) => keys,
                None => most,
            };
            statements.push((rows_of(&client, asked).await?, vec![value]));
        }
        for probe in &question.probes {
            statements.push((said_by(&client, probe).await?, Vec::new()));
        }
        readers.push(Statements { acting: question.acting, statements });
    }
    let answers = look_as_each(&client, exported, &readers).await?;
    Ok(questions.iter().zip(answers).map(|(question, answers)| seen(question, answers)).collect())
}

async fn rows_of(client: &Object, asked: &Asked) -> Result<Statement, Error> {
    let (key, table) = (quoted(&asked.table.key), asked.table.sql());
    let sql = match asked.keys {
        Some(_) => format!("select {key} from {table} where {key} = any ($1)"),
        None => format!("select {key} from {table} limit $1"),
    };
    client.prepare_cached(&sql).await
}

async fn said_by(client: &Object, probe: &str) -> Result<Statement, Error> {
    let probe = quoted(probe);
    let sql = format!("select md5(coalesce(string_agg(p::text, ',' order by p::text), '')) from app.{probe}() p");
    client.prepare_cached(&sql).await
}

fn seen(question: &Question, mut answers: Vec<Vec<Row>>) -> Seen {
    let probes = answers.split_off(question.asked.len());
    let said = probes.iter().filter_map(|rows| Some(rows.first()?.get(0)));
    Seen {
        keys: answers.into_iter().map(|rows| rows.into_iter().map(|row| row.get(0)).collect()).collect(),
        probes: question.probes.iter().cloned().zip(said).collect(),
    }
}
