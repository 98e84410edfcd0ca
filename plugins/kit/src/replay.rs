use std::fs;
use std::path::Path;

use plugin_host::Recording;

use crate::error::KitError;
use crate::project::Project;

/// Repeats a recorded run.
pub(crate) async fn replay(path: &Path, plugin: &Path) -> Result<(), KitError> {
    let recording = Recording::parse(&fs::read(path).map_err(KitError::file(path))?)?;
    let (host, plugin) = Project::read_any(plugin)?.load().await?;
    let run = host.replay(&plugin, &recording).await;
    for line in &run.log.lines {
        println!("| {}", line.message);
    }
    let told = |outcome: &Result<String, plugin_host::End>| match outcome {
        Ok(result) => format!("well, with {result}"),
        Err(end) => format!("with `{}`: {end}", end.code()),
    };
    if run.outcome != recording.outcome {
        return Err(KitError::Differs(format!("then {}; now {}", told(&recording.outcome), told(&run.outcome))));
    }
    if run.staged != recording.staged {
        return Err(KitError::Differs("it wrote something else".into()));
    }
    println!(
        "{} {}, {} calls: it ends as it did, {}",
        recording.plugin,
        recording.version,
        recording.calls.len(),
        told(&run.outcome)
    );
    Ok(())
}
