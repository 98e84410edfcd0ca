use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::PluginError;
use super::secrets::organization_key;
use crate::postgres::{Acting, begin};
use crate::store::Store;
use crate::store::identity::Identity;

/// What the secret of an OAuth application is sealed for.
const CLIENT_SECRET: &str = "plugin_installs.client_secret";

/// A plugin as an organization has it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Install {
    /// Its id.
    pub id: Uuid,
    /// The plugin.
    pub plugin_key: String,
    /// The version that runs.
    pub version: String,
    /// The package that runs.
    pub package_id: Option<Uuid>,
    /// `active`, `disabled` or `error`.
    pub status: String,
    /// What it may do.
    pub granted_scopes: Vec<String>,
    /// Settings.
    pub config: Value,
    /// What was agreed to.
    pub manifest: Option<Value>,
    /// Whether the secret of an OAuth application is there.
    pub has_client_secret: bool,
    /// Why it is in error.
    pub last_error: Option<String>,
}

/// What an administrator agrees to.
pub struct Agreement<'a> {
    /// The package.
    pub package_id: Uuid,
    /// The scopes that are granted: of those that the manifest asks for, all or some.
    pub scopes: &'a [String],
    /// Settings.
    pub config: &'a Value,
}

const COLUMNS: &str = "i.id, i.plugin_key, i.version, i.package_id, i.status, i.granted_scopes, i.config, i.accepted_manifest, \
                       i.client_secret_enc is not null as has_client_secret, i.last_error";

/// The installs of an organization.
///
/// # Errors
/// When the database cannot be reached.
pub async fn list(store: &Store, organization_id: Uuid) -> Result<Vec<Install>, PluginError> {
    let acting = Acting::System { organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let rows =
        transaction.query(&format!("select {COLUMNS} from plugin_installs i order by i.plugin_key"), &[]).await?;
    transaction.commit().await?;
    Ok(rows.iter().map(install).collect())
}

/// One of them.
///
/// # Errors
/// `NotFound`.
pub async fn find(store: &Store, organization_id: Uuid, id: Uuid) -> Result<Install, PluginError> {
    let acting = Acting::System { organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let row = transaction
        .query_opt(&format!("select {COLUMNS} from plugin_installs i where i.id = $1"), &[&id])
        .await?
        .ok_or(PluginError::NotFound("install"))?;
    transaction.commit().await?;
    Ok(install(&row))
}

/// Switches a plugin on, with what was agreed to. It listens from now on to the tables that its manifest names.
///
/// # Errors
/// `NotFound`, `AlreadyInstalled`, `Scopes`.
pub async fn install_package(store: &Store, by: &Identity, agreed: &Agreement<'_>) -> Result<Install, PluginError> {
    let acting = Acting::System { organization_id: by.principal.organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    state_author(&transaction, by).await?;
    let package = transaction
        .query_opt(
            "select p.plugin_key, p.version, p.manifest from hub.plugin_packages p
               join plugins k on k.key = p.plugin_key and k.status = 'available' where p.id = $1",
            &[&agreed.package_id],
        )
        .await?
        .ok_or(PluginError::NotFound("package"))?;
    let manifest: Value = package.get(2);
    within(&manifest, agreed.scopes)?;
    let row = transaction
        .query_opt(
            "insert into plugin_installs (plugin_key, version, package_id, accepted_manifest, granted_scopes, config, created_by)
             values ($1, $2, $3, $4, $5, $6, $7) on conflict (organization_id, plugin_key) do nothing returning id",
            &[
                &package.get::<_, String>(0),
                &package.get::<_, String>(1),
                &agreed.package_id,
                &manifest,
                &agreed.scopes,
                agreed.config,
                &by.principal.id,
            ],
        )
        .await?
        .ok_or(PluginError::AlreadyInstalled)?;
    let id: Uuid = row.get(0);
    listen(&transaction, id, &manifest).await?;
    transaction.commit().await?;
    drop(client);
    find(store, by.principal.organization_id, id).await
}

/// Runs another package of the same plugin from now on, older or newer, with what was agreed to for that one. Runs of the
/// one before end by themselves.
///
/// # Errors
/// `NotFound`, `Scopes`.
pub async fn upgrade(store: &Store, by: &Identity, id: Uuid, agreed: &Agreement<'_>) -> Result<Install, PluginError> {
    let acting = Acting::System { organization_id: by.principal.organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    state_author(&transaction, by).await?;
    let package = transaction
        .query_opt(
            "select p.version, p.manifest from hub.plugin_packages p join plugin_installs i on i.plugin_key = p.plugin_key
              where p.id = $1 and i.id = $2",
            &[&agreed.package_id, &id],
        )
        .await?
        .ok_or(PluginError::NotFound("package of this plugin"))?;
    let manifest: Value = package.get(1);
    within(&manifest, agreed.scopes)?;
    transaction
        .execute(
            "update plugin_installs set version = $2, package_id = $3, accepted_manifest = $4, granted_scopes = $5, config = $6,
                    status = case status when 'error' then 'active' else status end, last_error = null
              where id = $1",
            &[&id, &package.get::<_, String>(0), &agreed.package_id, &manifest, &agreed.scopes, agreed.config],
        )
        .await?;
    listen(&transaction, id, &manifest).await?;
    transaction.commit().await?;
    drop(client);
    find(store, by.principal.organization_id, id).await
}

/// Changes settings, status and granted scopes; what is `None` stays.
///
/// # Errors
/// `NotFound`, `Scopes`.
pub async fn change(
    store: &Store,
    by: &Identity,
    id: Uuid,
    active: Option<bool>,
    scopes: Option<&[String]>,
    config: Option<&Value>,
) -> Result<Install, PluginError> {
    let acting = Acting::System { organization_id: by.principal.organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    state_author(&transaction, by).await?;
    let row = transaction
        .query_opt("select accepted_manifest from plugin_installs where id = $1 for update", &[&id])
        .await?
        .ok_or(PluginError::NotFound("install"))?;
    if let (Some(scopes), Some(manifest)) = (scopes, row.get::<_, Option<Value>>(0)) {
        within(&manifest, scopes)?;
    }
    let status = active.map(|active| if active { "active" } else { "disabled" });
    transaction
        .execute(
            "update plugin_installs set status = coalesce($2, status), granted_scopes = coalesce($3, granted_scopes),
                    config = coalesce($4, config), last_error = case when $2 = 'active' then null else last_error end
              where id = $1",
            &[&id, &status, &scopes, &config],
        )
        .await?;
    transaction.commit().await?;
    drop(client);
    find(store, by.principal.organization_id, id).await
}

/// Keeps the secret of the organization's own OAuth application.
///
/// # Errors
/// `NotFound`.
pub async fn keep_client_secret(store: &Store, by: &Identity, id: Uuid, secret: &str) -> Result<(), PluginError> {
    let organization_id = by.principal.organization_id;
    let acting = Acting::System { organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    state_author(&transaction, by).await?;
    let key = organization_key(store, &transaction, organization_id).await?;
    let changed = transaction
        .execute(
            "update plugin_installs set client_secret_enc = $2::bytea where id = $1",
            &[&id, &key.seal(CLIENT_SECRET, secret)],
        )
        .await?;
    transaction.commit().await?;
    if changed == 0 { Err(PluginError::NotFound("install")) } else { Ok(()) }
}

/// The secret of the organization's own OAuth application, if there is one.
///
/// # Errors
/// `NotFound`, `Sealed`.
pub async fn client_secret(store: &Store, organization_id: Uuid, id: Uuid) -> Result<Option<String>, PluginError> {
    let acting = Acting::System { organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let row = transaction
        .query_opt("select client_secret_enc::bytea from plugin_installs where id = $1", &[&id])
        .await?
        .ok_or(PluginError::NotFound("install"))?;
    transaction.commit().await?;
    drop(client);
    match row.get::<_, Option<Vec<u8>>>(0) {
        Some(sealed) => super::secrets::open(store, CLIENT_SECRET, &sealed).await.map(Some),
        None => Ok(None),
    }
}

/// Removes an install with its accounts, jobs and all that it kept.
///
/// # Errors
/// `NotFound`.
pub async fn remove(store: &Store, by: &Identity, id: Uuid) -> Result<(), PluginError> {
    let acting = Acting::System { organization_id: by.principal.organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    state_author(&transaction, by).await?;
    let removed = transaction.execute("delete from plugin_installs where id = $1", &[&id]).await?;
    transaction.commit().await?;
    if removed == 0 { Err(PluginError::NotFound("install")) } else { Ok(()) }
}

/// Who this change of the hub is made for, as the audit trail has it.
pub(super) async fn state_author(
    transaction: &deadpool_postgres::Transaction<'_>,
    by: &Identity,
) -> Result<(), PluginError> {
    let from = by.from.map(|from| from.hex()).unwrap_or_default();
    transaction
        .execute(
            "select set_config('app.by_kind', 'user', true), set_config('app.by_id', $1, true), set_config('app.from', $2, true)",
            &[&by.principal.id.to_string(), &from],
        )
        .await?;
    Ok(())
}

fn within(manifest: &Value, scopes: &[String]) -> Result<(), PluginError> {
    let asked = manifest.get("scopes").cloned().unwrap_or_else(|| json!([]));
    let asks = |scope: &String| asked.as_array().is_some_and(|asked| asked.iter().any(|one| one == scope));
    match scopes.iter().find(|scope| !asks(scope)) {
        Some(scope) => Err(PluginError::Scopes(format!("the plugin does not ask for {scope}"))),
        None => Ok(()),
    }
}

async fn listen(
    transaction: &deadpool_postgres::Transaction<'_>,
    id: Uuid,
    manifest: &Value,
) -> Result<(), PluginError> {
    let tables: Vec<&str> = manifest
        .get("subscriptions")
        .and_then(Value::as_array)
        .map(|all| all.iter().filter_map(|one| one.get("table")?.as_str()).collect())
        .unwrap_or_default();
    if tables.is_empty() {
        transaction
            .execute("delete from plugin_subscriptions where install_id = $1 and topic_kind = 'organization' and entity_id is null", &[&id])
            .await?;
    } else {
        transaction
            .execute(
                "insert into plugin_subscriptions (install_id, topic_kind, kinds) values ($1, 'organization', $2)
                 on conflict (install_id, topic_kind, entity_id) do update set kinds = excluded.kinds",
                &[&id, &tables],
            )
            .await?;
    }
    Ok(())
}

fn install(row: &tokio_postgres::Row) -> Install {
    Install {
        id: row.get("id"),
        plugin_key: row.get("plugin_key"),
        version: row.get("version"),
        package_id: row.get("package_id"),
        status: row.get("status"),
        granted_scopes: row.get("granted_scopes"),
        config: row.get("config"),
        manifest: row.get("accepted_manifest"),
        has_client_secret: row.get("has_client_secret"),
        last_error: row.get("last_error"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_granted_that_was_not_asked_for() {
        let manifest = json!({"scopes": ["catalog:read", "commerce:write"]});
        assert!(within(&manifest, &["catalog:read".to_owned()]).is_ok());
        assert!(within(&manifest, &[]).is_ok());
        assert!(within(&manifest, &["crm:read".to_owned()]).is_err());
        assert!(within(&json!({}), &["crm:read".to_owned()]).is_err());
    }
}
