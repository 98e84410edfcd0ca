//! The plugins that come with the hub: part of its binary, and in the catalogue of every organization from the first start.

use std::collections::HashMap;
use std::sync::Arc;

use plugin_host::Manifest;
use plugin_host::package::{self, PackageError, componentize};
use rust_embed::RustEmbed;
use serde_json::Value;

use super::loaded::digest;
use crate::store::Store;
use crate::store::plugins::{PluginError, catalogue, packages};

/// What `plugins/build` laid down: `KEY.json`, the manifest, and `KEY.wasm`.
#[derive(RustEmbed)]
#[folder = "../plugins/bundled"]
struct Built;

/// Why one of them did not get into the catalogue.
#[derive(Debug, thiserror::Error)]
enum NotBrought {
    /// See [`PackageError`].
    #[error(transparent)]
    Package(#[from] PackageError),
    /// There is a manifest without its component.
    #[error("it was not built")]
    NotBuilt,
    /// See [`PluginError`].
    #[error(transparent)]
    Store(#[from] PluginError),
}

/// Puts the plugins of this binary into the catalogue, as far as their versions are not there yet. What organizations have
/// installed stays as it is: another version runs when somebody has agreed to it. A hub without them is a hub all the same,
/// so nothing here keeps it from starting.
pub async fn bring(store: &Store) {
    let manifests: Vec<_> = Built::iter().filter(|name| name.ends_with(".json")).collect();
    if manifests.is_empty() {
        tracing::warn!(
            "this binary was built without its plugins: the catalogue holds what the operator adds; run `make plugins` and build again"
        );
        return;
    }
    let known = match catalogue::versions(store).await {
        Ok(known) => known,
        Err(error) => {
            tracing::warn!(%error, "the plugins of this hub could not be put into the catalogue");
            return;
        }
    };
    for name in manifests {
        let plugin = name.trim_end_matches(".json");
        match one(store, plugin, &known).await {
            Ok(Some(version)) => tracing::info!(plugin, version, "a plugin of this hub is new in the catalogue"),
            Ok(None) => {}
            // Another hub of this database was quicker, with another build of the same version.
            Err(NotBrought::Store(PluginError::VersionTaken(_))) => {}
            Err(error) => tracing::warn!(plugin, %error, "a plugin of this hub is not in the catalogue"),
        }
    }
}

/// Plugins of this binary, as name and version, of which the catalogue holds another build under the same version: somebody built
/// them anew and left the version as it was. A version never changes, so what runs is the build that the catalogue has.
///
/// # Errors
/// When the database cannot be reached.
pub async fn rebuilt(store: &Store) -> Result<Vec<(String, String)>, PluginError> {
    let known = catalogue::versions(store).await?;
    // Making components of all of them takes as long as a hub takes to start.
    let differing = tokio::task::spawn_blocking(move || {
        let manifests = Built::iter().filter(|name| name.ends_with(".json"));
        manifests.filter_map(|name| differs(name.trim_end_matches(".json"), &known)).collect()
    });
    Ok(differing.await.unwrap_or_default())
}

/// Says in the log which plugins of this binary are not the ones that run.
pub async fn tell_rebuilt(store: Arc<Store>) {
    match rebuilt(&store).await {
        Ok(plugins) => {
            for (plugin, version) in plugins {
                tracing::warn!(
                    plugin,
                    version,
                    "the catalogue has another build of this version, and keeps it; give the plugin a new version"
                );
            }
        }
        Err(error) => tracing::debug!(%error, "the plugins of this hub could not be compared with the catalogue"),
    }
}

fn differs(plugin: &str, known: &HashMap<(String, String), Vec<u8>>) -> Option<(String, String)> {
    let json = Built::get(&format!("{plugin}.json"))?.data;
    let manifest = Manifest::parse(&json).ok()?;
    let version = (manifest.key, manifest.version);
    let there = known.get(&version)?;
    let package = package::open(&packed(plugin, &json).ok()?).ok()?;
    (digest(&package).as_slice() != there).then_some(version)
}

fn packed(plugin: &str, json: &[u8]) -> Result<Vec<u8>, NotBrought> {
    let module = Built::get(&format!("{plugin}.wasm")).ok_or(NotBrought::NotBuilt)?.data;
    Ok(package::pack(json, &componentize(&module)?, None)?)
}

/// The version, if it is new.
async fn one(
    store: &Store,
    plugin: &str,
    known: &HashMap<(String, String), Vec<u8>>,
) -> Result<Option<String>, NotBrought> {
    let json = Built::get(&format!("{plugin}.json")).ok_or(NotBrought::NotBuilt)?.data;
    let manifest = Manifest::parse(&json).map_err(PackageError::from)?;
    if known.contains_key(&(manifest.key.clone(), manifest.version.clone())) {
        return Ok(None);
    }
    let file = packed(plugin, &json)?;
    let package = package::open(&file)?;
    let shown: Value = serde_json::from_slice(&json).map_err(|error| PackageError::Malformed(error.to_string()))?;
    let capabilities: Vec<String> = manifest.jobs.iter().map(|job| job.name.clone()).collect();
    let kept = packages::Package {
        key: &manifest.key,
        name: &manifest.name,
        publisher: &manifest.publisher,
        version: &manifest.version,
        manifest: &shown,
        capabilities: &capabilities,
        file: &file,
        digest: &digest(&package),
        public_key: &catalogue::COMES_WITH_THE_HUB,
    };
    packages::add(store, None, &kept).await?;
    Ok(Some(manifest.version))
}
