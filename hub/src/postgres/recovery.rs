use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::Duration;

use jiff::Timestamp;

use super::cluster::Cluster;
use super::embedded::EmbeddedError;
use super::kept_log::in_shell;

/// A copy of an embedded cluster that is brought to a moment of the past. It has the cluster's place in the data folder only
/// when it is done; what an interrupted one has left is removed by the next.
pub struct Recovery {
    cluster: Cluster,
    server: Option<Child>,
}

/// Why a moment cannot be gone back to.
#[derive(Debug, thiserror::Error)]
pub enum RecoveryError {
    /// See [`EmbeddedError`].
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// The log ends before it, or has a gap.
    #[error("the archived log does not reach this moment")]
    NotReached,
}

const FOLDER: &str = "postgres.recovering";
const LOG: &str = "log.recovering";

impl Recovery {
    /// Takes hold of a data folder that has no cluster. The password is that of the cluster which was copied.
    ///
    /// # Errors
    /// When the folder is in use or cannot be written to.
    pub fn begin(data: &Path, password: String) -> Result<Self, EmbeddedError> {
        let cluster = Cluster::open_for_copy(data, FOLDER, password)?;
        let recovery = Self { cluster, server: None };
        let log = recovery.log();
        recovery.io(match fs::remove_dir_all(&log) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => fs::create_dir(&log),
        })?;
        Ok(recovery)
    }

    /// Where the archived log is put before the server runs.
    pub fn log(&self) -> PathBuf {
        self.cluster.data.join(LOG)
    }

    /// Unpacks the copy, a tar archive.
    ///
    /// # Errors
    /// When it cannot be read or written, or holds what no cluster does.
    pub fn unpack(&self, copy: impl Read) -> io::Result<()> {
        let mut archive = tar::Archive::new(copy);
        for entry in archive.entries()? {
            if !entry?.unpack_in(&self.cluster.folder)? {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "the copy names files outside of the cluster"));
            }
        }
        // What comes behind the archive's end is nothing, and has to be read all the same.
        io::copy(&mut archive.into_inner(), &mut io::sink())?;
        Ok(())
    }

    /// Runs the server until it shows that moment, and goes on from there. It takes as long as it takes.
    ///
    /// # Errors
    /// [`RecoveryError::NotReached`] when the log does not reach it.
    pub fn run(&mut self, at: Timestamp) -> Result<(), RecoveryError> {
        let folder = self.cluster.folder.clone();
        self.io(fs::write(folder.join("recovery.signal"), ""))?;
        self.io(self.cluster.hand_over(&folder))?;
        self.io(self.cluster.hand_over(&self.log()))?;
        let said = self.cluster.data.join("postgres.log");
        let before = fs::metadata(&said).map_or(0, |log| log.len());
        let settings = [
            format!("restore_command=cp {}/\"%f\" \"%p\"", in_shell(&self.log())),
            // It is read before the server knows any name of a time zone, and be it Z.
            format!("recovery_target_time={}", at.strftime("%Y-%m-%d %H:%M:%S.%6f+00")),
            "recovery_target_action=promote".to_owned(),
            // Nobody reads before it is there.
            "hot_standby=off".to_owned(),
        ];
        let mut server = self.cluster.launch(&settings)?;
        let ended = loop {
            std::thread::sleep(Duration::from_millis(50));
            match server.try_wait() {
                Ok(Some(status)) => break status.to_string(),
                Ok(None) if self.cluster.is_ready() => {
                    self.server = Some(server);
                    return Ok(());
                }
                Ok(None) => {}
                Err(error) => break error.to_string(),
            }
        };
        let said = fs::read(&said).unwrap_or_default();
        let said =
            String::from_utf8_lossy(said.get(usize::try_from(before).unwrap_or(0)..).unwrap_or_default()).into_owned();
        // The server's messages are English: its cluster was made with the locale C.
        let short =
            ["recovery ended before configured recovery target was reached", "requested recovery stop point is before"];
        if short.iter().any(|words| said.contains(words)) {
            return Err(RecoveryError::NotReached);
        }
        Err(EmbeddedError::Failed { program: "postgres", output: format!("ended with {ended}; see postgres.log") }
            .into())
    }

    /// Connection string of the superuser, for the database `hub`, while the server runs.
    pub fn url(&self) -> String {
        self.cluster.url_of("hub")
    }

    /// Stops the server and puts the cluster in its place.
    ///
    /// # Errors
    /// When it cannot be put there.
    pub fn finish(mut self) -> Result<(), EmbeddedError> {
        self.stop();
        let place = self.cluster.data.join("postgres");
        self.io(fs::remove_dir_all(self.log()))?;
        self.io(self.cluster.write_password())?;
        self.io(fs::rename(&self.cluster.folder, &place))?;
        self.io(fs::File::open(&self.cluster.data).and_then(|folder| folder.sync_all()))
    }

    fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            self.cluster.stop();
            let _ = server.wait();
        }
    }

    fn io<T>(&self, done: io::Result<T>) -> Result<T, EmbeddedError> {
        done.map_err(|source| EmbeddedError::Io { path: self.cluster.data.clone(), source })
    }
}

impl Drop for Recovery {
    /// What was not finished leaves nothing.
    fn drop(&mut self) {
        self.stop();
        let _ = fs::remove_dir_all(&self.cluster.folder);
        let _ = fs::remove_dir_all(self.log());
    }
}
