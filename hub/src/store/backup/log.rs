use super::connect;
use crate::store::StoreError;

/// The file of the write-ahead log that the server writes to.
///
/// # Errors
/// When the database cannot be reached.
pub async fn current_segment(database: &tokio_postgres::Config) -> Result<String, StoreError> {
    let client = connect(database).await?;
    Ok(client.query_one("select pg_walfile_name(pg_current_wal_lsn())", &[]).await?.get(0))
}

/// Puts the time into the write-ahead log, and has the server go on in the next file: what was written so far is archived. A
/// log knows the time from its commits alone, and on a quiet night there would be none.
///
/// # Errors
/// When the database cannot be reached, or the login may not.
pub async fn mark(database: &tokio_postgres::Config) -> Result<(), StoreError> {
    let client = connect(database).await?;
    client.batch_execute("select pg_current_xact_id()").await?;
    client.query_one("select pg_switch_wal()", &[]).await?;
    Ok(())
}
