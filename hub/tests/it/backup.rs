//! Backups as one encrypted file, and hubs made of them again.

mod buckets;
mod copies;
mod hostile;
mod killed;
mod managed;
mod moments;
mod replaced;
mod scheduled;
mod whole;

use std::path::{Path, PathBuf};

use age::secrecy::ExposeSecret as _;
use hub::backup::{self, BackupError, DecryptWith, EncryptTo, From, Options, Restored, Taken, To};
use hub::config::Config;
use uuid::Uuid;

/// A folder of one test, with a pair of keys; it goes with this value.
struct Vault {
    folder: PathBuf,
    to: EncryptTo,
    with: DecryptWith,
}

impl Vault {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("hub-it-vault-{}", Uuid::now_v7().simple()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let (secret, public) = backup::new_identity();
        let identity = folder.join("identity");
        std::fs::write(&identity, secret.expose_secret()).expect("written");
        let to = EncryptTo { recipients: vec![public], passphrase_file: None };
        Self { folder, to, with: DecryptWith { identity: Some(identity), passphrase_file: None } }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    async fn take(&self, config: &Config, name: &str) -> Result<Taken, BackupError> {
        let options = Options { keys: self.to.clone(), record: true, ..Options::default() };
        backup::take_of(config, options, To::Path(self.path(name))).await
    }

    async fn restore(&self, config: &Config, name: &str) -> Result<Restored, BackupError> {
        self.restore_file(config, &self.path(name)).await
    }

    async fn restore_file(&self, config: &Config, file: &Path) -> Result<Restored, BackupError> {
        let from = From { file: file.to_owned(), keys: self.with.clone(), erasures: None, nobody_was_erased: true };
        backup::restore(config, from).await
    }
}

impl Drop for Vault {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
