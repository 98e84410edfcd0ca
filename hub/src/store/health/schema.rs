use std::collections::BTreeMap;

use tokio_postgres::Client;

use super::{Examined, Severity, StoreError};
use crate::postgres::expected_migrations;

/// Whether the schema is the one that this program knows; true if its questions will be understood.
pub(super) async fn examine(client: &Client, examined: &mut Examined) -> Result<bool, StoreError> {
    let made: bool = client.query_one("select to_regclass('_sqlx_migrations') is not null", &[]).await?.get(0);
    if !made {
        examined.find(Severity::Error, "schema.empty", "the database has no schema", "start a hub, or run hub migrate");
        return Ok(false);
    }
    let rows = client.query("select version, checksum, success from _sqlx_migrations order by version", &[]).await?;
    let applied: BTreeMap<i64, (Vec<u8>, bool)> =
        rows.iter().map(|row| (row.get(0), (row.get(1), row.get(2)))).collect();
    let expected: BTreeMap<i64, &[u8]> = expected_migrations().collect();
    let newest = applied.keys().next_back().copied().unwrap_or(0);
    examined.note("schema_version", newest);
    let behind = expected.keys().filter(|version| !applied.contains_key(version)).count();
    if behind > 0 {
        let what = format!("{behind} migrations of this program were not applied");
        examined.find(Severity::Warning, "schema.behind", what, "start this hub, or run hub migrate");
    }
    if let Some(ahead) = applied.keys().find(|version| !expected.contains_key(version)) {
        let what = format!("migration {ahead} was applied by a newer hub than this one");
        examined.find(Severity::Warning, "schema.ahead", what, "use the newer hub");
    }
    let changed = applied.iter().find(|(version, (checksum, success))| {
        !success || expected.get(version).is_some_and(|known| *known != checksum.as_slice())
    });
    if let Some((version, _)) = changed {
        let what = format!("migration {version} was applied otherwise than this program has it");
        examined.find(
            Severity::Error,
            "schema.changed",
            what,
            "use the hub that made the database, or restore a backup",
        );
    }
    Ok(behind == 0)
}
