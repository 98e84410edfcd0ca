//! Backups of a whole hub as one encrypted file, and hubs made of them again.

mod archive;
mod base;
mod check;
mod error;
mod keys;
pub mod log;
mod manifest;
mod moment;
mod pieces;
mod restore;
pub mod schedule;
mod take;

pub use base::take_base;
pub use check::{Checked, check};
pub use error::BackupError;
pub use keys::{DecryptWith, EncryptTo, new_identity};
pub use manifest::{BASE_FORMAT, FORMAT, Files, Header, Manifest, Stream};
pub use moment::{At, Recovered, restore_at};
pub use restore::{From, Restored, restore};
pub use schedule::Schedule;
pub use take::{Options, Taken, Taking, To, take, take_of};

/// Runs what reads and writes files on a thread where waiting is allowed.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce(tokio::runtime::Handle) -> Result<T, BackupError> + Send + 'static,
) -> Result<T, BackupError> {
    let handle = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || work(handle))
        .await
        .map_err(|error| BackupError::Interrupted(error.to_string()))?
}
