use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

/// Says of a server that it keeps its write-ahead log.
pub(super) const ARCHIVING: &str = "archive_mode=on";

/// Where the embedded server puts what its write-ahead log no longer writes to, until the hub has taken it away. The
/// server keeps its log if, and only if, this folder is there: whoever starts it, it leaves no gap.
#[derive(Debug, Clone)]
pub struct KeptLog {
    folder: PathBuf,
    since: PathBuf,
}

impl KeptLog {
    /// That of a data folder.
    pub fn of(data: &Path) -> Self {
        Self { folder: data.join("log.waiting"), since: data.join("log.since") }
    }

    /// Since when there is no gap; none if it is not kept.
    pub fn since(&self) -> Option<Timestamp> {
        fs::read_to_string(&self.since).ok()?.trim().parse().ok().filter(|_| self.is_kept())
    }

    /// Whether the server keeps its log.
    pub fn is_kept(&self) -> bool {
        self.folder.is_dir()
    }

    /// Has a server that starts from now on keep its log, or not; what waits is dropped then.
    ///
    /// # Errors
    /// When the data folder cannot be written to.
    pub fn keep(&self, keep: bool) -> io::Result<()> {
        if keep && self.since().is_some() {
            return Ok(());
        }
        if keep {
            fs::create_dir_all(&self.folder)?;
            return fs::write(&self.since, Timestamp::now().to_string());
        }
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The folder, if there is one.
    pub fn folder(&self) -> Option<&PathBuf> {
        Some(&self.folder).filter(|_| self.is_kept())
    }

    /// What waits, whole files only, the oldest first.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn waiting(&self) -> io::Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path.extension().is_none_or(|ending| ending != "partial") {
                files.push(path);
            }
        }
        files.sort();
        Ok(files)
    }

    /// The server's settings. A file has its name only when it is on disk.
    pub(super) fn settings(&self) -> Vec<String> {
        if !self.is_kept() {
            return Vec::new();
        }
        let folder = in_shell(&self.folder);
        vec![
            ARCHIVING.to_owned(),
            format!(
                "archive_command=cp \"%p\" {folder}/\"%f\".partial && sync {folder}/\"%f\".partial && mv {folder}/\"%f\".partial {folder}/\"%f\""
            ),
            // A base is copied while the server goes on writing; what it writes meanwhile has to be there at the end.
            "wal_keep_size=1GB".to_owned(),
        ]
    }
}

/// A path as the server's shell takes it; `%` is the server's own sign.
pub(super) fn in_shell(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', "'\\''").replace('%', "%%"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_kept_where_its_folder_is_and_files_have_names_when_they_are_whole() {
        let data = std::env::temp_dir().join(format!("hub-log-{} it's 5%", uuid::Uuid::now_v7()));
        let log = KeptLog::of(&data);
        assert!(log.settings().is_empty() && log.folder().is_none());
        log.keep(true).expect("made");
        let since = log.since().expect("from now on");
        log.keep(true).expect("kept already");
        assert_eq!(log.since(), Some(since), "there is no gap");
        assert!(log.settings()[1].contains("it'\\''s 5%%/log.waiting'/\"%f\""), "{:?}", log.settings());
        for name in ["2", "1", "3.partial"] {
            fs::write(data.join("log.waiting").join(name), name).expect("written");
        }
        let names: Vec<_> = log
            .waiting()
            .expect("read")
            .iter()
            .filter_map(|path| path.file_name()?.to_str().map(str::to_owned))
            .collect();
        assert_eq!(names, ["1", "2"]);
        log.keep(false).expect("gone");
        log.keep(false).expect("gone already");
        assert!(!log.is_kept() && log.since().is_none());
        fs::remove_dir_all(data).expect("ours");
    }
}
