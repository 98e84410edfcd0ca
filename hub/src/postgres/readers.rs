use std::pin::Pin;

use deadpool_postgres::Object;
use futures_util::future::{MaybeDone, maybe_done};
use futures_util::poll;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row, Statement};

use super::pools::{ACTING, Acting, claims};

/// What one reader asks, each statement with its values.
pub struct Statements<'a> {
    /// Who.
    pub acting: Acting,
    /// Prepared on the connection that will run them.
    pub statements: Vec<(Statement, Vec<&'a (dyn ToSql + Sync)>)>,
}

/// Runs the statements of several readers in one read-only transaction and one round trip, with the very view of the
/// database that another transaction has exported and still holds. Before each reader's statements it is stated anew who
/// acts, with all settings that say so: nobody is asked under what was said of the reader before.
///
/// # Errors
/// Those of the connection and of any statement, and when the other transaction has ended.
pub async fn look_as_each(
    client: &Object,
    exported: &str,
    readers: &[Statements<'_>],
) -> Result<Vec<Vec<Vec<Row>>>, Error> {
    let stating = client.prepare_cached(ACTING).await?;
    let claims: Vec<_> = readers.iter().map(|reader| claims(&reader.acting)).collect();
    let claims: Vec<[&(dyn ToSql + Sync); 6]> =
        claims.iter().map(|claims| claims.each_ref().map(|claim| claim as &(dyn ToSql + Sync))).collect();
    // The name is Postgres's own; quotes are doubled all the same.
    let begin = format!(
        "begin isolation level repeatable read read only; set transaction snapshot '{}'",
        exported.replace('\'', "''")
    );
    // What is sent is sent in the order of these lines, up to the commit, before any answer is waited for: a caller who
    // goes away in between leaves no open transaction behind. After an error Postgres refuses whatever follows.
    let begun = sent(client.batch_execute(&begin)).await;
    let mut under_way = Vec::with_capacity(readers.len());
    for (reader, claims) in readers.iter().zip(&claims) {
        let stated = sent(client.query(&stating, claims)).await;
        let mut asked = Vec::with_capacity(reader.statements.len());
        for (statement, values) in &reader.statements {
            asked.push(sent(client.query(statement, values)).await);
        }
        under_way.push((stated, asked));
    }
    let ended = sent(client.batch_execute("commit")).await;

    answer(begun).await?;
    let mut answers = Vec::with_capacity(readers.len());
    for (stated, asked) in under_way {
        answer(stated).await?;
        let mut rows = Vec::with_capacity(asked.len());
        for asked in asked {
            rows.push(answer(asked).await?);
        }
        answers.push(rows);
    }
    answer(ended).await?;
    Ok(answers)
}

type Sent<F> = Pin<Box<MaybeDone<F>>>;

/// Polls a request once, which sends it.
async fn sent<F: Future>(request: F) -> Sent<F> {
    let mut request = Box::pin(maybe_done(request));
    let _ = poll!(request.as_mut());
    request
}

async fn answer<F: Future>(mut request: Sent<F>) -> F::Output {
    request.as_mut().await;
    request.as_mut().take_output().expect("an answer is taken once")
}
