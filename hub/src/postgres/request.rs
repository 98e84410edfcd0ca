use bytes::BytesMut;
use deadpool_postgres::{Object, Transaction};
use futures_util::future::{join, join4};
use tokio_postgres::types::{Format, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Error, Row, Statement};

use super::pools::{ACTING, Acting, claims};

/// A value as text whose type Postgres finds out from where it stands, as with a literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untyped(pub Option<String>);

impl ToSql for Untyped {
    fn to_sql(
        &self,
        _: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send + 'static>> {
        Ok(match &self.0 {
            Some(text) => {
                out.extend_from_slice(text.as_bytes());
                IsNull::No
            }
            None => IsNull::Yes,
        })
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }

    to_sql_checked!();
}

const CLAIMS: &str = "select set_config('app.user_id', $1, true), set_config('app.org_id', $2, true), \
                      set_config('app.device_id', $3, true), set_config('app.system', $4, true), \
                      set_config('app.from', $5, true), set_config('statement_timeout', $6, true), \
                      set_config('app.plugin_install_id', $7, true)";

/// Statements of requests that a connection keeps prepared. Planning one under the policies of its tables costs more than running it;
/// what it keeps of each is some 100 KB of the server's memory.
const KEPT: usize = 64;

/// Runs one statement that changes nothing, in a transaction of its own: BEGIN, who acts, the statement and COMMIT travel
/// together, one round trip once the connection knows the statement. `timeout` in milliseconds.
///
/// # Errors
/// Those of the statement and of the connection.
pub async fn read_once(
    client: &Object,
    acting: &Acting,
    timeout: u32,
    sql: &str,
    values: &[Untyped],
) -> Result<Vec<Row>, Error> {
    let (stating, statement) = prepared(client, sql).await?;
    let claims = stated(acting, timeout);
    let (claims, values) = (bound(&claims), bound(values));
    // All four are sent when first polled, in this order, before any answer is waited for: a caller who goes away in
    // between leaves no open transaction behind.
    let (begun, stated, rows, ended) = join4(
        client.batch_execute("begin read only"),
        client.query(&stating, &claims),
        client.query(&statement, &values),
        client.batch_execute("commit"),
    )
    .await;
    begun?;
    stated?;
    let rows = rows?;
    ended?;
    Ok(rows)
}

/// Runs a statement of the hub's own that changes nothing, in a transaction of its own and one round trip.
///
/// # Errors
/// Those of the statement and of the connection.
pub async fn look_up(
    client: &Object,
    acting: &Acting,
    sql: &'static str,
    values: &[&(dyn ToSql + Sync)],
) -> Result<Vec<Row>, Error> {
    let (stating, statement) = join(client.prepare_cached(ACTING), client.prepare_cached(sql)).await;
    let (stating, statement) = (stating?, statement?);
    let [user, org, device, system, from, plugin] = claims(acting);
    let claims: [&(dyn ToSql + Sync); 6] = [&user, &org, &device, &system, &from, &plugin];
    let (begun, stated, rows, ended) = join4(
        client.batch_execute("begin read only"),
        client.query(&stating, &claims),
        client.query(&statement, values),
        client.batch_execute("commit"),
    )
    .await;
    begun?;
    stated?;
    let rows = rows?;
    ended?;
    Ok(rows)
}

/// States who acts and runs a statement of a transaction, in one round trip. `timeout` in milliseconds, for each
/// statement.
///
/// # Errors
/// Those of the statement and of the connection.
pub async fn as_principal(
    transaction: &Transaction<'_>,
    acting: &Acting,
    timeout: u32,
    sql: &str,
    values: &[Untyped],
) -> Result<Vec<Row>, Error> {
    let claims = stated(acting, timeout);
    let values = typed(values);
    let (stated, rows) =
        join(transaction.query_typed(CLAIMS, &typed(&claims)), transaction.query_typed(sql, &values)).await;
    stated?;
    rows
}

/// Who acts, and a request's statement, as this connection knows them from now on.
async fn prepared(client: &Object, sql: &str) -> Result<(Statement, Statement), Error> {
    if client.statement_cache.size() >= KEPT {
        client.statement_cache.clear();
    }
    let (stating, statement) = join(client.prepare_cached(CLAIMS), client.prepare_cached(sql)).await;
    Ok((stating?, statement?))
}

fn stated(acting: &Acting, timeout: u32) -> [Untyped; 7] {
    let [user, org, device, system, from, plugin] = claims(acting);
    [user, org, device, system, from, timeout.to_string(), plugin].map(|text| Untyped(Some(text)))
}

fn bound(values: &[Untyped]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

fn typed(values: &[Untyped]) -> Vec<(&(dyn ToSql + Sync), Type)> {
    values.iter().map(|value| (value as &(dyn ToSql + Sync), Type::UNKNOWN)).collect()
}
