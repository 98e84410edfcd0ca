use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::PluginError;
use super::catalogue::Origin;
use crate::postgres::{Acting, begin};
use crate::store::Store;

/// A package whose signature was verified.
pub struct Package<'a> {
    /// The plugin's key.
    pub key: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Who made it.
    pub publisher: &'a str,
    /// `MAJOR.MINOR.PATCH`.
    pub version: &'a str,
    /// What it says of itself.
    pub manifest: &'a Value,
    /// Names of its jobs.
    pub capabilities: &'a [String],
    /// The file, with its signature.
    pub file: &'a [u8],
    /// What was signed.
    pub digest: &'a [u8],
    /// By whom (Ed25519).
    pub public_key: &'a [u8],
}

/// A package that can be installed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Offer {
    /// The package.
    pub id: Uuid,
    /// The plugin's key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Who made it.
    pub publisher: String,
    /// `first_party` or `third_party`.
    pub kind: String,
    /// Its version.
    pub version: String,
    /// What it says of itself.
    pub manifest: Value,
    /// The key that signed it, in hexadecimal; none for what comes with the hub, and for builds in development.
    pub signed_by: Option<String>,
    /// `hub`: it comes with the hub; `signed`; `development`.
    pub origin: &'static str,
    /// Brought by the organization itself, not by the operator.
    pub own: bool,
}

/// Keeps a package: the operator's for everybody (no organization), or an organization's for itself. The same package again is the
/// same package.
///
/// # Errors
/// `OtherPublisher`, `VersionTaken`, or when the database cannot be reached.
pub async fn add(store: &Store, organization_id: Option<Uuid>, package: &Package<'_>) -> Result<Uuid, PluginError> {
    let acting = organization_id.map_or(Acting::Platform, |organization_id| Acting::System { organization_id });
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    transaction.execute("select pg_advisory_xact_lock(hashtext('fashionos-hub-plugins'))", &[]).await?;
    let known =
        transaction.query_opt("select publisher_key, listed from plugins where key = $1", &[&package.key]).await?;
    let operator = organization_id.is_none();
    match &known {
        Some(row) => {
            let publisher: Option<Vec<u8>> = row.get(0);
            let (listed, same) = (row.get::<_, bool>(1), publisher.as_deref() == Some(package.public_key));
            // What the operator lists is the plugin of that name, whoever has brought one so called before.
            if publisher.is_some() && !same && (listed || !operator) {
                return Err(PluginError::OtherPublisher(package.key.to_owned()));
            }
        }
        None => {
            transaction
                .execute(
                    "insert into plugins (key, name, publisher, kind, version, manifest, capabilities, listed)
                     values ($1, $2, $3, $4, $5, $6, $7, false)",
                    &[
                        &package.key,
                        &package.name,
                        &package.publisher,
                        &if operator { "first_party" } else { "third_party" },
                        &package.version,
                        package.manifest,
                        &package.capabilities,
                    ],
                )
                .await?;
        }
    }
    let listed = known.as_ref().is_some_and(|row| row.get::<_, bool>(1));
    if operator || !listed {
        transaction
            .execute(
                "update plugins set name = $2, publisher = $3, version = $4, manifest = $5, capabilities = $6,
                        artifact_sha256 = $7, publisher_key = $8, listed = listed or $9
                  where key = $1",
                &[
                    &package.key,
                    &package.name,
                    &package.publisher,
                    &package.version,
                    package.manifest,
                    &package.capabilities,
                    &package.digest,
                    &package.public_key,
                    &operator,
                ],
            )
            .await?;
    }
    let there = transaction
        .query_opt(
            "select id, digest from hub.plugin_packages
              where organization_id is not distinct from $1 and plugin_key = $2 and version = $3",
            &[&organization_id, &package.key, &package.version],
        )
        .await?;
    let id = match there {
        Some(row) if row.get::<_, &[u8]>(1) == package.digest => row.get(0),
        Some(_) => return Err(PluginError::VersionTaken(package.version.to_owned())),
        None => transaction
            .query_one(
                "insert into hub.plugin_packages (plugin_key, version, organization_id, manifest, package, digest, public_key)
                 values ($1, $2, $3, $4, $5, $6, $7) returning id",
                &[
                    &package.key,
                    &package.version,
                    &organization_id,
                    package.manifest,
                    &package.file,
                    &package.digest,
                    &package.public_key,
                ],
            )
            .await?
            .get(0),
    };
    transaction.commit().await?;
    Ok(id)
}

/// All packages that an organization can install, the operator's and its own, by key; versions in the order in which they
/// came, the newest first.
///
/// # Errors
/// When the database cannot be reached.
pub async fn offers(store: &Store, organization_id: Option<Uuid>) -> Result<Vec<Offer>, PluginError> {
    let acting = organization_id.map_or(Acting::Platform, |organization_id| Acting::System { organization_id });
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let rows = transaction
        .query(
            "select p.id, p.plugin_key, k.name, k.publisher, k.kind, p.version, p.manifest, p.public_key,
                    p.organization_id is not null as own
               from hub.plugin_packages p join plugins k on k.key = p.plugin_key and k.status = 'available'
              where p.organization_id is null or p.organization_id = app.org()
              order by p.plugin_key, p.created_at desc, p.id desc limit 1000",
            &[],
        )
        .await?;
    transaction.commit().await?;
    Ok(rows
        .iter()
        .map(|row| (row, Origin::of(row.get("public_key"))))
        .map(|(row, origin)| Offer {
            id: row.get("id"),
            key: row.get("plugin_key"),
            name: row.get("name"),
            publisher: row.get("publisher"),
            kind: row.get("kind"),
            version: row.get("version"),
            manifest: row.get("manifest"),
            signed_by: origin.signed_by(),
            origin: origin.word(),
            own: row.get("own"),
        })
        .collect())
}

/// A package as it was taken.
pub struct Stored {
    /// The file.
    pub file: Vec<u8>,
    /// What it held when it was taken.
    pub digest: Vec<u8>,
    /// The key that had signed it; none where nobody had to.
    pub signed_by: Option<Vec<u8>>,
}

/// A package, for the organization that runs it.
///
/// # Errors
/// `NotFound`, also for another organization's own package.
pub async fn stored(store: &Store, organization_id: Uuid, id: Uuid) -> Result<Stored, PluginError> {
    let acting = Acting::System { organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let row = transaction
        .query_opt("select package, digest, public_key from hub.plugin_packages where id = $1", &[&id])
        .await?
        .ok_or(PluginError::NotFound("package"))?;
    transaction.commit().await?;
    let signed_by = match Origin::of(row.get("public_key")) {
        Origin::Signed(key) => Some(key.to_vec()),
        Origin::Hub | Origin::Development => None,
    };
    Ok(Stored { file: row.get("package"), digest: row.get("digest"), signed_by })
}
