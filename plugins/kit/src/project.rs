//! A plugin's folder: its manifest, and what the compiler made of its code.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use plugin_host::package::{self, componentize};
use plugin_host::{Broker, Host, Manifest, Plugin, Settings};

use crate::error::KitError;

/// A plugin that was read from its folder.
pub(crate) struct Project {
    pub(crate) manifest: Manifest,
    pub(crate) manifest_json: Vec<u8>,
    pub(crate) component: Vec<u8>,
}

impl Project {
    /// Reads a folder. `wasm` names the module or component; otherwise what lies in `target` or `dist` is taken.
    pub(crate) fn read(folder: &Path, wasm: Option<PathBuf>) -> Result<Project, KitError> {
        let path = folder.join("manifest.json");
        let manifest_json = fs::read(&path).map_err(KitError::file(path))?;
        let manifest = Manifest::parse(&manifest_json)?;
        let wasm = match wasm {
            Some(wasm) => wasm,
            None => built(folder, &manifest.key).ok_or_else(|| KitError::NotBuilt(folder.to_owned()))?,
        };
        let component = componentize(&fs::read(&wasm).map_err(KitError::file(wasm))?)?;
        Ok(Project { manifest, manifest_json, component })
    }

    /// Reads a folder, or a package.
    pub(crate) fn read_any(path: &Path) -> Result<Project, KitError> {
        if path.is_dir() {
            return Project::read(path, None);
        }
        let opened = package::open(&fs::read(path).map_err(KitError::file(path))?)?;
        Ok(Project { manifest: opened.manifest, manifest_json: opened.manifest_json, component: opened.component })
    }

    /// Loads the component, and sees that it is what the manifest says.
    pub(crate) async fn load(&self) -> Result<(Host, Plugin), KitError> {
        let host = Host::new(&Settings { sandboxes: 1, cache: None }, Arc::new(Broker::new(Default::default())))?;
        let plugin = host.load(&self.component).await?;
        if **plugin.manifest() != self.manifest {
            return Err(KitError::ManifestDiffers);
        }
        Ok((host, plugin))
    }
}

fn built(folder: &Path, key: &str) -> Option<PathBuf> {
    let name = format!("{key}.wasm");
    let rust = Path::new("wasm32-unknown-unknown/release");
    // A plugin of its own has its `target` inside, a member of a workspace above; one in JavaScript has `dist`.
    [folder.join("target").join(rust), folder.join("../target").join(rust), folder.join("dist")]
        .into_iter()
        .map(|built| built.join(&name))
        .find(|path| path.is_file())
}
