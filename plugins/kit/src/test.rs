use std::fs;
use std::path::{Path, PathBuf};

use crate::error::KitError;
use crate::project::Project;
use crate::script::Script;

/// Runs the scripts of a folder.
pub(crate) async fn test(folder: &Path, wasm: Option<PathBuf>) -> Result<(), KitError> {
    let project = Project::read(folder, wasm)?;
    let (host, plugin) = project.load().await?;
    let scripts = folder.join("tests");
    let mut paths: Vec<PathBuf> = fs::read_dir(&scripts)
        .map_err(KitError::file(&scripts))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    paths.sort();
    if paths.is_empty() {
        return Err(KitError::NoScripts(scripts));
    }
    let mut failed = 0;
    for path in &paths {
        let bytes = fs::read(path).map_err(KitError::file(path))?;
        let script: Script =
            serde_json::from_slice(&bytes).map_err(|error| KitError::Script { path: path.clone(), error })?;
        let run = host.replay(&plugin, &script.recording(&project.manifest.key, &project.manifest.version)).await;
        match script.difference(&run) {
            None => println!("ok      {}", script.about),
            Some(difference) => {
                failed += 1;
                println!("FAILED  {} ({})\n        {difference}", script.about, path.display());
                for line in &run.log.lines {
                    println!("        | {}", line.message);
                }
            }
        }
    }
    if failed > 0 { Err(KitError::Failed { failed, all: paths.len() }) } else { Ok(()) }
}
