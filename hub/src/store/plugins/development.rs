use uuid::Uuid;

use super::PluginError;
use super::catalogue::IN_DEVELOPMENT;
use super::packages::Package;
use crate::postgres::{Acting, begin};
use crate::store::Store;

/// Keeps a build that an administrator tries out, for their organization alone. It takes no version and no name from anybody:
/// the plugin's entry in the catalogue stays what it is, and whoever signs the first package of a new one owns it. The same
/// build again is the same package. Builds that nothing runs any more are forgotten after an hour; a job that was just begun
/// may still ask for its own.
///
/// # Errors
/// When the database cannot be reached.
pub async fn keep(store: &Store, organization_id: Uuid, build: &Package<'_>) -> Result<Uuid, PluginError> {
    let acting = Acting::System { organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    transaction.execute("select pg_advisory_xact_lock(hashtext('fashionos-hub-plugins'))", &[]).await?;
    transaction
        .execute(
            "insert into plugins (key, name, publisher, kind, version, manifest, capabilities, listed)
             values ($1, $2, $3, 'third_party', $4, $5, $6, false) on conflict (key) do nothing",
            &[&build.key, &build.name, &build.publisher, &build.version, build.manifest, &build.capabilities],
        )
        .await?;
    transaction
        .execute(
            "delete from hub.plugin_packages p
              where p.organization_id = $1 and p.plugin_key = $2 and p.public_key = $3 and p.created_at < now() - interval '1 hour'
                and not exists (select from plugin_installs i where i.package_id = p.id)",
            &[&organization_id, &build.key, &&IN_DEVELOPMENT[..]],
        )
        .await?;
    let row = transaction
        .query_one(
            "insert into hub.plugin_packages (plugin_key, version, organization_id, manifest, package, digest, public_key)
             values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (organization_id, plugin_key, version) do update set created_at = excluded.created_at
             returning id",
            &[
                &build.key,
                &build.version,
                &organization_id,
                build.manifest,
                &build.file,
                &build.digest,
                &&IN_DEVELOPMENT[..],
            ],
        )
        .await?;
    transaction.commit().await?;
    Ok(row.get(0))
}
