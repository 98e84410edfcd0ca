use std::fs;
use std::path::{Path, PathBuf};

use plugin_host::package;

use crate::error::KitError;
use crate::key;
use crate::project::Project;

/// Packs a plugin.
pub(crate) fn pack(
    folder: &Path,
    wasm: Option<PathBuf>,
    key: Option<PathBuf>,
    out: Option<PathBuf>,
) -> Result<(), KitError> {
    let project = Project::read(folder, wasm)?;
    let key = key.map(|path| key::read(&path)).transpose()?;
    let packed = package::pack(&project.manifest_json, &project.component, key.as_ref())?;
    let out =
        out.unwrap_or_else(|| folder.join(format!("{}-{}.plugin", project.manifest.key, project.manifest.version)));
    fs::write(&out, &packed).map_err(KitError::file(&out))?;
    let signed = if key.is_some() { "signed" } else { "not signed" };
    println!("{}: {} KB, {signed}", out.display(), packed.len().div_ceil(1_024));
    Ok(())
}
