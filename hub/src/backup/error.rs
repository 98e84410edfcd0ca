use std::io;
use std::path::PathBuf;

use crate::objects::ObjectsError;
use crate::postgres::{EmbeddedError, MigrateError, RecoveryError};
use crate::sealing::MasterKeyError;
use crate::server::StartError;
use crate::store::StoreError;

/// Why there is no backup, or no restored hub. What a restore refuses before it begins leaves the target as it was.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Neither a recipient nor a passphrase to encrypt to, or neither an identity nor a passphrase to decrypt with.
    #[error("{0}")]
    NoKey(&'static str),
    /// A recipient, an identity, a passphrase or a register that is none.
    #[error("{0}")]
    BadInput(String),
    /// None of the keys opens the file.
    #[error("none of the given keys opens this backup")]
    WrongKey,
    /// The file is something else.
    #[error("this is not a backup of a hub: {0}")]
    NotABackup(String),
    /// The file was cut short, altered or added to.
    #[error("this backup is damaged and cannot be used: {0}")]
    Damaged(String),
    /// It was made by a newer hub.
    #[error("this backup was made by a newer hub ({0}); restore it with that version")]
    Newer(String),
    /// There is no master key, and a restore makes none.
    #[error(
        "there is no master key: put the master.key of the hub that was backed up into the data folder, or set HUB_MASTER_KEY"
    )]
    NoMasterKey,
    /// The master key is another installation's.
    #[error("the master key is not the one of the hub that was backed up; nothing in it could be opened")]
    OtherMasterKey,
    /// Nothing says who was erased since.
    #[error(
        "there is no register of erasures: give the newest copy of it (--with-erasures FILE), or say that nobody was erased since \
         the backup was made (--nobody-was-erased)"
    )]
    NoRegister,
    /// Somebody's data is in the target.
    #[error("{0} is not empty; a restore fills an empty database and an empty folder of files only")]
    NotEmpty(String),
    /// What was restored is not what was backed up.
    #[error("what was restored differs from what was backed up: {}", .0.join("; "))]
    Differs(Vec<String>),
    /// A file that the database names has no bytes, or others.
    #[error(
        "files that the database names are missing or altered, {count}, the first {first}; --despite-damage leaves them out"
    )]
    DamagedFiles {
        /// How many.
        count: usize,
        /// The key of the first.
        first: String,
    },
    /// The name is taken.
    #[error("{0} is there already")]
    Exists(PathBuf),
    /// Nothing keeps the write-ahead log.
    #[error("{0}")]
    NoArchive(&'static str),
    /// No base is old enough, or the log does not reach so far.
    #[error("{0} is outside of what the archive holds: {1}")]
    OutsideArchive(jiff::Timestamp, &'static str),
    /// A program of Postgres failed.
    #[error("{program} failed: {said}")]
    Tool {
        /// Which.
        program: &'static str,
        /// The last of what it said.
        said: String,
    },
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// `DATABASE_URL` is not a connection string.
    #[error("DATABASE_URL is not understood: {0}")]
    Url(#[from] tokio_postgres::Error),
    /// See [`StoreError`].
    #[error(transparent)]
    Store(#[from] StoreError),
    /// See [`EmbeddedError`].
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// See [`MigrateError`].
    #[error(transparent)]
    Roles(#[from] MigrateError),
    /// See [`MasterKeyError`].
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// See [`ObjectsError`].
    #[error(transparent)]
    Objects(#[from] ObjectsError),
    /// A task ended.
    #[error("{0}")]
    Interrupted(String),
}

impl BackupError {
    /// For programs; never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoKey(_) => "no_key",
            Self::BadInput(_) => "bad_input",
            Self::WrongKey => "wrong_key",
            Self::NotABackup(_) => "not_a_backup",
            Self::Damaged(_) => "damaged_backup",
            Self::Newer(_) => "newer_backup",
            Self::NoMasterKey => "no_master_key",
            Self::OtherMasterKey => "other_master_key",
            Self::NoRegister => "no_register",
            Self::NotEmpty(_) => "target_not_empty",
            Self::Differs(_) => "restored_differs",
            Self::DamagedFiles { .. } => "damaged_files",
            Self::Exists(_) => "exists",
            Self::NoArchive(_) => "no_archive",
            Self::OutsideArchive(..) => "outside_archive",
            Self::Tool { .. } => "tool_failed",
            Self::Io { .. } => "io",
            Self::Url(_) => "bad_url",
            Self::Store(_) | Self::Roles(_) => "database",
            Self::Embedded(_) => "embedded_database",
            Self::MasterKey(_) => "bad_master_key",
            Self::Objects(_) => "files",
            Self::Interrupted(_) => "interrupted",
        }
    }

    pub(super) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}

impl From<RecoveryError> for BackupError {
    fn from(error: RecoveryError) -> Self {
        match error {
            RecoveryError::Embedded(error) => error.into(),
            RecoveryError::NotReached => Self::Interrupted(error.to_string()),
        }
    }
}

impl From<StartError> for BackupError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Embedded(error) => error.into(),
            StartError::Store(error) => error.into(),
            StartError::Migrate(error) => error.into(),
            StartError::MasterKey(error) => error.into(),
            StartError::Objects(error) => error.into(),
            StartError::Url(error) => error.into(),
            other => Self::Interrupted(other.to_string()),
        }
    }
}
