use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::store::backup::Contents;

/// What backups say they are; the number changes when an older hub could not read them.
pub const FORMAT: &str = "fashionos-hub/backup/1";

/// What copies of the embedded database's files say they are, in the same container.
pub const BASE_FORMAT: &str = "fashionos-hub/base/1";

/// The first thing in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// [`FORMAT`] or [`BASE_FORMAT`].
    pub format: String,
    /// The backup.
    pub id: Uuid,
    /// When its view of the database was taken.
    pub made_at: jiff::Timestamp,
    /// The version of the hub that made it.
    pub hub: String,
    /// Of the server that the database came from, as `server_version_num`.
    pub server: i32,
    /// The migrations that the database has.
    pub migrations: Vec<i64>,
    /// The root key as the database keeps it, hexadecimal: whoever restores shows that they have the master key. That key is
    /// not in the backup.
    pub wrapped_root: String,
    /// Whether the bytes of files are in it, or only what they are.
    pub files: Files,
    /// Of a base: the password of the copied cluster's superuser, which lets nobody in but by the socket of the data folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster_password: Option<String>,
}

/// What a backup has of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Files {
    /// Their bytes.
    Bytes,
    /// A list with sizes and hashes: the bytes are kept elsewhere.
    List,
}

/// The last thing in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// What the database holds.
    pub contents: Contents,
    /// Ownership and rights that the dump leaves out, as statements.
    pub afterwards: Vec<String>,
    /// The dump.
    pub database: Stream,
    /// The list of objects.
    pub list: Stream,
    /// Objects whose bytes are in it.
    pub objects: u64,
    /// Their bytes, one after the other.
    pub bytes: Stream,
    /// Objects that were missing or altered already when it was made.
    pub damaged: Vec<Uuid>,
}

/// Bytes that were written one after the other.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stream {
    /// How many.
    pub size: u64,
    /// Their SHA-256, hexadecimal.
    pub sha256: String,
}
