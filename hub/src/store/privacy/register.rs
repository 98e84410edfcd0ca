use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Subject;

/// The register of erasures: a file beside the database, so that a database that is restored from an older backup can be
/// told whom to forget again. One JSON object a line; it names people by id only. A line is on disk before the erasure is
/// committed: what was begun is finished by the next start.
pub struct Register {
    path: PathBuf,
    writing: Mutex<()>,
}

/// A line of the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// These people are to be forgotten.
    Erase {
        /// The erasure.
        id: Uuid,
        /// Where; none is everywhere.
        organization_id: Option<Uuid>,
        /// The account too.
        accounts: bool,
        /// Whom.
        subjects: Vec<Subject>,
        /// Who asked for it.
        requested_by: Option<Uuid>,
    },
    /// The database refused that one: it is not to be tried again.
    Withdrawn {
        /// The erasure.
        id: Uuid,
    },
}

/// The register cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("the register of erasures {path}: {source}")]
pub struct RegisterError {
    path: PathBuf,
    source: io::Error,
}

impl Register {
    /// The register in a file, which need not be there yet.
    pub fn new(path: PathBuf) -> Self {
        Self { path, writing: Mutex::new(()) }
    }

    /// Adds lines; they are on disk when this returns.
    ///
    /// # Errors
    /// See [`RegisterError`].
    pub fn append(&self, lines: &[Line]) -> Result<(), RegisterError> {
        let _one_at_a_time = self.writing.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        self.write(lines).map_err(|source| RegisterError { path: self.path.clone(), source })
    }

    fn write(&self, lines: &[Line]) -> io::Result<()> {
        let is_new = !self.path.exists();
        let mut file = fs::OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(&self.path)?;
        let mut text = String::new();
        // A line that a crash cut off must not swallow the next one.
        if file.seek(SeekFrom::End(0))? > 0 {
            file.seek(SeekFrom::End(-1))?;
            let mut last = [0u8];
            file.read_exact(&mut last)?;
            if last[0] != b'\n' {
                text.push('\n');
            }
        }
        for line in lines {
            text.push_str(&serde_json::to_string(line)?);
            text.push('\n');
        }
        // In one piece: another process may append too.
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        if is_new && let Some(folder) = self.path.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }

    /// All lines, in order. One that is no line is passed over, and told: a crash in the middle of writing leaves a part.
    ///
    /// # Errors
    /// See [`RegisterError`]. A file that is not there is empty.
    pub fn read(&self) -> Result<Vec<Line>, RegisterError> {
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(RegisterError { path: self.path.clone(), source }),
        };
        let mut lines = Vec::new();
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
            match serde_json::from_str(line) {
                Ok(line) => lines.push(line),
                Err(error) => {
                    tracing::error!(number, %error, path = %self.path.display(), "a line of the register of erasures cannot be read");
                }
            }
        }
        Ok(lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn erasure() -> Line {
        let subjects = vec![Subject { kind: "registration".into(), id: Uuid::now_v7() }];
        Line::Erase { id: Uuid::now_v7(), organization_id: None, accounts: true, subjects, requested_by: None }
    }

    #[test]
    fn lines_are_kept_in_order_and_a_torn_one_takes_no_other_with_it() {
        let path = std::env::temp_dir().join(format!("hub-register-{}", Uuid::now_v7().simple()));
        let register = Register::new(path.clone());
        assert_eq!(register.read().expect("no file is no line"), []);
        let (first, second, third) = (erasure(), erasure(), Line::Withdrawn { id: Uuid::now_v7() });
        register.append(std::slice::from_ref(&first)).expect("written");
        // The power goes in the middle of a line.
        let mut file = fs::OpenOptions::new().append(true).open(&path).expect("there");
        file.write_all(br#"{"erase":{"id":"0"#).expect("written");
        drop(file);
        register.append(&[second.clone(), third.clone()]).expect("written");
        assert_eq!(Register::new(path.clone()).read().expect("read"), [first, second, third]);
        fs::remove_file(path).expect("ours");
    }
}
