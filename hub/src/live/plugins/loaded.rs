use std::sync::Arc;

use dashmap::DashMap;
use plugin_host::package::{Package, PackageError};
use plugin_host::{Host, LoadError, Plugin};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::store::Store;
use crate::store::plugins::PluginError;
use crate::store::plugins::packages::{self, Stored};

/// Plugins that are kept ready to run.
const KEPT: usize = 256;

/// Plugins that were loaded, by their packages.
#[derive(Default)]
pub struct Loaded(DashMap<Uuid, Plugin>);

/// Why a package cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// See [`PackageError`].
    #[error(transparent)]
    Package(#[from] PackageError),
    /// Nobody has signed it.
    #[error("the package is not signed")]
    Unsigned,
    /// See [`LoadError`].
    #[error(transparent)]
    Component(#[from] LoadError),
    /// The component says something else of itself than its manifest.
    #[error("the component describes itself otherwise than the manifest that was signed")]
    Manifest,
    /// What the database holds is not what was taken.
    #[error("the stored package is not the one that was taken")]
    Altered,
    /// See [`PluginError`].
    #[error(transparent)]
    Store(#[from] PluginError),
}

impl Unusable {
    /// For programs. Never renamed.
    pub fn code(&self) -> &str {
        match self {
            Self::Package(error) => error.code(),
            Self::Unsigned => "package_unsigned",
            Self::Component(error) => error.code(),
            Self::Manifest => "manifest_differs",
            Self::Altered => "package_altered",
            Self::Store(error) => error.code(),
        }
    }
}

/// Opens a package, and tries whether it is what it says: a component of the contract, with the manifest of the package. Who
/// may bring one that nobody signed was decided when it was taken.
///
/// # Errors
/// See [`Unusable`].
pub(super) async fn opened(host: &Host, file: &[u8]) -> Result<(Package, Plugin), Unusable> {
    let package = plugin_host::package::open(file)?;
    let plugin = ready(host, &package).await?;
    Ok((package, plugin))
}

async fn ready(host: &Host, package: &Package) -> Result<Plugin, Unusable> {
    let plugin = host.load(&package.component).await?;
    if **plugin.manifest() != package.manifest {
        return Err(Unusable::Manifest);
    }
    Ok(plugin)
}

/// Opens a package of the catalogue: its signature is verified again, it is by whoever had signed it when it was taken, and it
/// holds what it held.
fn unaltered(stored: &Stored) -> Result<Package, Unusable> {
    let package = plugin_host::package::open(&stored.file)?;
    let signer = package.signer.as_ref().map(|key| key.as_slice());
    let same_signer = match &stored.signed_by {
        Some(key) => signer == Some(key.as_slice()),
        // What nobody had to sign (it came with the hub, or is a build in development) may be signed all the same.
        None => true,
    };
    if !same_signer || digest(&package).as_slice() != stored.digest {
        return Err(Unusable::Altered);
    }
    Ok(package)
}

/// A package that was taken into a catalogue.
pub struct Taken {
    pub id: Uuid,
    /// As it was signed.
    pub manifest: Value,
    /// The public key that signed it, in hexadecimal.
    pub signed_by: String,
}

/// Takes a package: into the catalogue of one organization, or of all.
///
/// # Errors
/// See [`Unusable`].
pub async fn take(host: &Host, store: &Store, organization: Option<Uuid>, file: &[u8]) -> Result<Taken, Unusable> {
    let (package, _) = opened(host, file).await?;
    let signer = package.signer.ok_or(Unusable::Unsigned)?;
    let manifest: Value =
        serde_json::from_slice(&package.manifest_json).map_err(|error| PackageError::Malformed(error.to_string()))?;
    let capabilities: Vec<String> = package.manifest.jobs.iter().map(|job| job.name.clone()).collect();
    let kept = packages::Package {
        key: &package.manifest.key,
        name: &package.manifest.name,
        publisher: &package.manifest.publisher,
        version: &package.manifest.version,
        manifest: &manifest,
        capabilities: &capabilities,
        file,
        digest: &digest(&package),
        public_key: &signer,
    };
    let id = packages::add(store, organization, &kept).await?;
    Ok(Taken { id, manifest, signed_by: signer.iter().map(|byte| format!("{byte:02x}")).collect() })
}

/// What tells one package's content from another's.
pub(super) fn digest(package: &Package) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(Sha256::digest(&package.manifest_json));
    hash.update(Sha256::digest(&package.component));
    hash.finalize().into()
}

impl Loaded {
    /// The plugin of a package, ready to run.
    ///
    /// # Errors
    /// See [`Unusable`].
    pub(super) async fn get(
        &self,
        host: &Arc<Host>,
        store: &Arc<Store>,
        organization_id: Uuid,
        package: Uuid,
    ) -> Result<Plugin, Unusable> {
        if let Some(plugin) = self.0.get(&package) {
            return Ok(plugin.clone());
        }
        let stored = packages::stored(store, organization_id, package).await?;
        let plugin = ready(host, &unaltered(&stored)?).await?;
        if self.0.len() >= KEPT {
            self.0.clear();
        }
        self.0.insert(package, plugin.clone());
        Ok(plugin)
    }
}
