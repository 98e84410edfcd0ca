use tokio_postgres::Client;

use super::{Examined, Severity, StoreError};

/// From how many milliseconds on, on average, a statement is slow.
const SLOW: f64 = 250.0;
/// How often it must have been run to be worth a look.
const OFTEN: i64 = 20;

/// Statements that take long, where the server counts them. Their text has no values: only statements are shown whose
/// constants the server replaces, which it does not do for those that set passwords.
pub(super) async fn examine(client: &Client, examined: &mut Examined) -> Result<(), StoreError> {
    let schema = client
        .query_opt(
            "select quote_ident(n.nspname) from pg_extension e join pg_namespace n on n.oid = e.extnamespace
              where e.extname = 'pg_stat_statements'
                and current_setting('shared_preload_libraries') ~ '\\mpg_stat_statements\\M'",
            &[],
        )
        .await?;
    let Some(schema) = schema else {
        examined.find(
            Severity::Note,
            "statements.uncounted",
            "the server does not count statements, so slow ones cannot be told",
            "shared_preload_libraries = 'pg_stat_statements', create extension pg_stat_statements",
        );
        return Ok(());
    };
    // The name is the catalogue's own, quoted by the catalogue.
    let sql = format!(
        "select round(mean_exec_time)::bigint as mean, calls, left(regexp_replace(query, '\\s+', ' ', 'g'), 160) as text
           from {}.pg_stat_statements s
          where s.dbid = (select oid from pg_database where datname = current_database())
            and mean_exec_time > $1 and calls > $2 and query ~* '^\\s*(select|insert|update|delete|with)\\M'
          order by total_exec_time desc limit 5",
        schema.get::<_, String>(0)
    );
    for row in client.query(&sql, &[&SLOW, &OFTEN]).await? {
        let (mean, calls, text): (i64, i64, String) = (row.get("mean"), row.get("calls"), row.get("text"));
        let what = format!("{mean} ms on average, {calls} times: {text}");
        examined.find(Severity::Warning, "statements.slow", what, "explain (analyze, buffers) it; see indexes.missing");
    }
    Ok(())
}
