use super::PluginError;
use super::queue::Claimed;
use crate::postgres::{Acting, begin};
use crate::store::Store;

/// Whether what an install was granted says anything about a table. Row security decides all the same; but where it would
/// quietly find no row, a plugin is told that it may not ask.
///
/// # Errors
/// When the database cannot be reached.
pub async fn allow(store: &Store, run: &Claimed, table: &str, verb: &str) -> Result<bool, PluginError> {
    let acting = Acting::System { organization_id: run.organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let statement = transaction
        .prepare_cached(
            "select exists (
               select from app.access a join plugin_installs i on i.id = $1
                where a.table_name = $2 and a.verb = $3
                  and (a.role = 'any' or a.role = 'plugin' and (a.scope = 'install' or a.scope = any (i.granted_scopes))))",
        )
        .await?;
    let row = transaction.query_one(&statement, &[&run.install_id, &table, &verb]).await?;
    transaction.commit().await?;
    Ok(row.get(0))
}
