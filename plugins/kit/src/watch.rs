//! A folder that is watched for what somebody saves in it.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify::event::ModifyKind;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::Notify;

use crate::error::KitError;

/// An editor that saves writes more than once; a save is over when nothing came for so long.
const ONE_SAVE: Duration = Duration::from_millis(100);
/// Folders below the project that are watched, at most.
const MOST_FOLDERS: usize = 1_000;
/// What builds write: a change there is none.
const BUILT: [&str; 5] = ["target", "node_modules", "dist", "Cargo.lock", "package-lock.json"];

/// Watches a project's sources.
pub(crate) struct Watch {
    root: PathBuf,
    watcher: RecommendedWatcher,
    saved: Arc<Notify>,
    /// Somebody began to save, and it was not yet told.
    pending: bool,
}

impl Watch {
    pub(crate) fn start(root: &Path) -> Result<Watch, KitError> {
        let root = root.canonicalize().map_err(KitError::file(root))?;
        let saved = Arc::new(Notify::new());
        let (told, below) = (Arc::clone(&saved), root.clone());
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            // What cannot be read of the queue may have been a save.
            if event.is_ok_and(|event| !is_save(&below, &event)) {
                return;
            }
            told.notify_one();
        })
        .map_err(KitError::Watch)?;
        let mut watch = Watch { root, watcher, saved, pending: false };
        watch.look_into()?;
        Ok(watch)
    }

    /// Folders are watched one by one, so that those that builds fill are left out.
    fn look_into(&mut self) -> Result<(), KitError> {
        let mut folders = vec![self.root.clone()];
        let mut watched = 0;
        while let Some(folder) = folders.pop() {
            watched += 1;
            if watched > MOST_FOLDERS {
                return Err(KitError::ManyFolders { path: self.root.clone(), most: MOST_FOLDERS });
            }
            self.watcher.watch(&folder, RecursiveMode::NonRecursive).map_err(KitError::Watch)?;
            for entry in fs::read_dir(&folder).map_err(KitError::file(&folder))?.flatten() {
                // Not through links: they may lead back up.
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) && !is_built(&entry.file_name()) {
                    folders.push(entry.path());
                }
            }
        }
        Ok(())
    }

    /// Waits for the next save, also one that was made before this was called. Dropping the future loses none.
    pub(crate) async fn save(&mut self) -> Result<(), KitError> {
        if !self.pending {
            self.saved.notified().await;
            self.pending = true;
        }
        while tokio::time::timeout(ONE_SAVE, self.saved.notified()).await.is_ok() {}
        self.pending = false;
        // Folders that are new now.
        self.look_into()
    }
}

fn is_built(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with('.') || name.ends_with('~') || name.ends_with(".plugin") || BUILT.contains(&name.as_ref())
}

fn is_save(root: &Path, event: &Event) -> bool {
    let changes = match event.kind {
        EventKind::Create(_) | EventKind::Remove(_) | EventKind::Any | EventKind::Other => true,
        EventKind::Modify(kind) => !matches!(kind, ModifyKind::Metadata(_)),
        EventKind::Access(_) => false,
    };
    changes
        && event.paths.iter().any(|path| {
            path.strip_prefix(root).is_ok_and(|below| !below.iter().any(is_built) && below != Path::new(""))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn noticed(watch: &mut Watch) -> bool {
        tokio::time::timeout(Duration::from_secs(5), watch.save()).await.is_ok()
    }

    #[tokio::test]
    async fn a_save_is_noticed_and_a_build_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(folder.path().join("target/release")).expect("a folder");
        fs::create_dir_all(folder.path().join("src")).expect("a folder");
        let mut watch = Watch::start(folder.path()).expect("it watches");
        fs::write(folder.path().join("src/lib.rs"), "one").expect("written");
        assert!(noticed(&mut watch).await, "a source");
        fs::write(folder.path().join("manifest.json"), "{}").expect("written");
        assert!(noticed(&mut watch).await, "the manifest");
        fs::create_dir(folder.path().join("src/parts")).expect("a folder");
        assert!(noticed(&mut watch).await, "a new folder");
        fs::write(folder.path().join("src/parts/one.rs"), "one").expect("written");
        assert!(noticed(&mut watch).await, "a source in it");
        // In their order: had the build's files been noticed, two saves would be.
        fs::write(folder.path().join("target/release/plugin.wasm"), "built").expect("written");
        fs::write(folder.path().join("Cargo.lock"), "built").expect("written");
        let none = tokio::time::timeout(Duration::from_millis(500), watch.save()).await;
        assert!(none.is_err(), "what a build writes");
    }
}
