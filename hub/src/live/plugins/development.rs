//! Builds that an administrator tries out, as `hub plugin dev` brings them: nobody has signed them, and no version is used up.

use plugin_host::package::PackageError;
use serde_json::{Value, json};

use super::loaded::{Unusable, digest, opened};
use super::runner::Plugins;
use crate::store::identity::Identity;
use crate::store::plugins::catalogue::IN_DEVELOPMENT;
use crate::store::plugins::installs::{self, Agreement, Install};
use crate::store::plugins::{development, packages};

/// Runs a build from now on in the caller's organization, with all scopes that it asks for; installs it if the plugin is not
/// there yet. Its version is the manifest's with the build's own mark behind a `+`.
///
/// # Errors
/// See [`Unusable`].
pub async fn try_out(plugins: &Plugins, by: &Identity, file: &[u8]) -> Result<Install, Unusable> {
    let (package, _) = opened(&plugins.host, file).await?;
    let manifest: Value =
        serde_json::from_slice(&package.manifest_json).map_err(|error| PackageError::Malformed(error.to_string()))?;
    let capabilities: Vec<String> = package.manifest.jobs.iter().map(|job| job.name.clone()).collect();
    let digest = digest(&package);
    let mark: String = digest[..6].iter().map(|byte| format!("{byte:02x}")).collect();
    let build = packages::Package {
        key: &package.manifest.key,
        name: &package.manifest.name,
        publisher: &package.manifest.publisher,
        version: &format!("{}+dev.{mark}", package.manifest.version),
        manifest: &manifest,
        capabilities: &capabilities,
        file,
        digest: &digest,
        public_key: &IN_DEVELOPMENT,
    };
    let (store, organization) = (&plugins.node.store, by.principal.organization_id);
    let package_id = development::keep(store, organization, &build).await?;
    let scopes: Vec<String> = package.manifest.scopes.iter().cloned().collect();
    let there = installs::list(store, organization)
        .await?
        .into_iter()
        .find(|install| install.plugin_key == package.manifest.key);
    match there {
        Some(install) => {
            let agreement = Agreement { package_id, scopes: &scopes, config: &install.config };
            Ok(installs::upgrade(store, by, install.id, &agreement).await?)
        }
        None => {
            let agreement = Agreement { package_id, scopes: &scopes, config: &json!({}) };
            Ok(installs::install_package(store, by, &agreement).await?)
        }
    }
}
