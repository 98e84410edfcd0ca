use tokio_postgres::Client;

use super::{Examined, Severity, StoreError, listed};

/// Smaller ones cost nothing, bytes.
const SMALL: i64 = 16 << 20;
/// How long the server must have counted before an unused index is one, seconds.
const COUNTED: f64 = 7.0 * 24.0 * 3600.0;
/// Rows read at once, often, are a table read whole for want of an index.
const WHOLE: i64 = 50_000;
const OFTEN: i64 = 1_000;

/// Indexes that nobody needs, tables that need one, and rows that wait to be cleaned away. Names and numbers only.
pub(super) async fn examine(client: &Client, examined: &mut Examined) -> Result<(), StoreError> {
    let row = client
        .query_one(
            "select coalesce(extract(epoch from now() - coalesce(
                      (select stats_reset from pg_stat_database where datname = current_database()),
                      pg_postmaster_start_time())), 0)::float8",
            &[],
        )
        .await?;
    let counted: f64 = row.get(0);
    let unused = names(
        client,
        "select s.indexrelname || ' of ' || s.relname || ' (' || pg_size_pretty(pg_relation_size(s.indexrelid)) || ')'
           from pg_stat_user_indexes s join pg_index i on i.indexrelid = s.indexrelid
          where s.idx_scan = 0 and not i.indisunique and i.indisvalid and pg_relation_size(s.indexrelid) > $1
          order by pg_relation_size(s.indexrelid) desc",
        &[&SMALL],
    )
    .await?;
    if !unused.is_empty() && counted > COUNTED {
        let what = format!("never used since the server began to count: {}", listed(&unused));
        examined.find(Severity::Note, "indexes.unused", what, "drop them if no report of the year needs them");
    }
    let invalid = names(
        client,
        "select c.relname::text from pg_index i join pg_class c on c.oid = i.indexrelid where not i.indisvalid order by 1",
        &[],
    )
    .await?;
    if !invalid.is_empty() {
        let what = format!("was not built to its end: {}", listed(&invalid));
        examined.find(Severity::Warning, "indexes.invalid", what, "reindex index concurrently, or drop it");
    }
    let whole = names(
        client,
        "select relname || ' (' || seq_scan || ' times)' from pg_stat_user_tables
          where seq_scan > $1 and seq_tup_read / seq_scan > $2 order by seq_tup_read desc",
        &[&OFTEN, &WHOLE],
    )
    .await?;
    if !whole.is_empty() {
        let what = format!("read whole again and again: {}", listed(&whole));
        examined.find(
            Severity::Warning,
            "indexes.missing",
            what,
            "find the statement in pg_stat_statements, add an index",
        );
    }
    let dead = names(
        client,
        "select relname::text from pg_stat_user_tables
          where n_dead_tup > 200000 and n_dead_tup > n_live_tup order by n_dead_tup desc",
        &[],
    )
    .await?;
    if !dead.is_empty() {
        let what = format!("more dead rows than living ones: {}", listed(&dead));
        examined.find(Severity::Warning, "tables.vacuum", what, "find out what keeps autovacuum from it, and vacuum");
    }
    Ok(())
}

async fn names(
    client: &Client,
    sql: &str,
    values: &[&(dyn tokio_postgres::types::ToSql + Sync)],
) -> Result<Vec<String>, StoreError> {
    Ok(client.query(sql, values).await?.iter().map(|row| row.get(0)).collect())
}
