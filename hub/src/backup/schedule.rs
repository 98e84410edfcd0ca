use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::json;

use super::{BackupError, EncryptTo, Options, Taken, To, blocking, take_of};
use crate::config::Config;
use crate::live::Node;
use crate::store::Store;
use crate::store::upkeep::{self, End, When};

/// How often a hub looks whether a backup is due.
const LOOK: Duration = Duration::from_secs(20);
/// After a backup that could not be made.
const AGAIN: Duration = Duration::from_secs(300);
/// How often the claim of the hub that makes one is renewed; it holds for 120 s.
const RENEW: Duration = Duration::from_secs(30);
/// After which time what a killed hub has left half written is removed.
const LEFT_BEHIND: Duration = Duration::from_secs(24 * 3600);

/// Backups that the hub makes by itself.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Schedule {
    /// The folder that backups are put into. None are made by themselves when absent.
    #[arg(long = "backup-folder", env = "HUB_BACKUP_FOLDER")]
    pub folder: Option<PathBuf>,

    /// Hours from one backup to the next.
    #[arg(long = "backup-every", env = "HUB_BACKUP_EVERY", default_value_t = 24.0)]
    pub every: f64,

    /// How many of them are kept; the oldest are deleted once there is a newer one.
    #[arg(long = "backup-keep", env = "HUB_BACKUP_KEEP", default_value_t = 14)]
    pub keep: usize,

    /// Archives the write-ahead log of the embedded database beside them, with a copy of its files every time: a hub can be
    /// restored to any moment.
    #[arg(long = "backup-log", env = "HUB_BACKUP_LOG")]
    pub log: bool,

    /// For whom they are encrypted.
    #[command(flatten)]
    pub keys: EncryptTo,
}

impl Schedule {
    /// A schedule that cannot be kept is said when the hub starts, not at night.
    ///
    /// # Errors
    /// When there is no key, or the folder or the hours are none.
    pub fn check(&self) -> Result<(), BackupError> {
        let Some(folder) = &self.folder else {
            return match self.log {
                true => Err(BackupError::NoArchive(
                    "the log is archived in the folder of backups: give one (--backup-folder)",
                )),
                false => Ok(()),
            };
        };
        self.keys.writer(std::io::sink())?;
        if !folder.is_dir() {
            let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
            return Err(BackupError::Io { path: folder.clone(), source: missing });
        }
        if !(0.01..=8760.0).contains(&self.every) || self.keep == 0 {
            return Err(BackupError::BadInput(
                "backups are made every 0.01 to 8760 hours, and at least 1 is kept".into(),
            ));
        }
        Ok(())
    }

    pub(super) fn every(&self) -> Duration {
        Duration::from_secs_f64(self.every * 3600.0)
    }
}

/// Makes backups when they are due, one hub at a time, until the hub stops. How long ago the last one was made, by whomever, is in
/// the metrics; one that is overdue is an error in the log and there.
pub async fn keep(node: Arc<Node>, config: Config, schedule: Schedule) {
    if schedule.folder.is_none() {
        return;
    }
    let mut was_overdue = false;
    while !node.is_draining() {
        let made = once(&node.store, &config, &schedule).await;
        match &made {
            Ok(Some(taken)) => tracing::info!(backup = %taken.backup, bytes = taken.size, "a backup was made"),
            Ok(None) => {}
            Err(error) => tracing::error!(code = error.code(), %error, "a backup could not be made; it is tried again"),
        }
        if let Ok(last) = upkeep::last_success(&node.store, "backup").await {
            let overdue = last.is_none_or(|last| last.seconds_ago > schedule.every().as_secs_f64() * 1.5);
            if overdue && !was_overdue {
                tracing::error!("the last backup is too long ago");
            }
            was_overdue = overdue;
            node.metrics.backup_at.set(last.map_or(0.0, |last| last.at));
            node.metrics.backup_overdue.set(f64::from(u8::from(overdue)));
        }
        tokio::time::sleep(if made.is_err() { AGAIN } else { LOOK }).await;
    }
}

/// Makes a backup if one is due and no other hub makes it, and deletes the oldest.
///
/// # Errors
/// See [`BackupError`]; the failure is on record.
pub async fn once(store: &Store, config: &Config, schedule: &Schedule) -> Result<Option<Taken>, BackupError> {
    let Some(folder) = schedule.folder.clone() else { return Ok(None) };
    let Some(claim) = upkeep::claim(store, "backup", When::Due { every: schedule.every() }).await? else {
        return Ok(None);
    };
    let options = Options { keys: schedule.keys.clone(), ..Options::default() };
    let mut taking = Box::pin(take_of(config, options, To::Path(folder.clone())));
    let taken = loop {
        tokio::select! {
            taken = &mut taking => break taken,
            () = tokio::time::sleep(RENEW) => {
                // If it cannot be renewed, another hub may make one too: that harms nobody.
                let _ = upkeep::progress(store, claim, &json!({})).await;
            }
        }
    };
    match taken {
        Ok(taken) => {
            let details = json!({ "backup": taken.backup, "size": taken.size, "objects": taken.objects });
            upkeep::finish(store, claim, &End::Ok, &details).await?;
            let keep = schedule.keep;
            blocking(move |_| prune(&folder, keep).map_err(BackupError::io(folder))).await?;
            Ok(Some(taken))
        }
        Err(error) => {
            let end = End::Failed { code: error.code(), why: error.to_string() };
            // If it cannot be recorded, the claim runs out.
            let _ = upkeep::finish(store, claim, &end, &json!({})).await;
            Err(error)
        }
    }
}

/// Keeps the newest of the backups that the hub has named, and nothing half written that is old.
fn prune(folder: &Path, keep: usize) -> std::io::Result<()> {
    let (mut whole, mut partial) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // hub-20261121T180000Z.backup
        let Some(rest) = name.strip_prefix("hub-").filter(|rest| rest.len() > 16 && rest.is_char_boundary(16)) else {
            continue;
        };
        match &rest[16..] {
            ".backup" => whole.push(entry.path()),
            ".backup.partial" => partial.push(entry.path()),
            _ => {}
        }
    }
    whole.sort();
    for old in &whole[..whole.len().saturating_sub(keep)] {
        std::fs::remove_file(old)?;
    }
    for left in partial {
        let modified = std::fs::metadata(&left)?.modified()?;
        if SystemTime::now().duration_since(modified).is_ok_and(|age| age > LEFT_BEHIND) {
            std::fs::remove_file(left)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_kept_and_nothing_of_others_is_touched() {
        let folder = std::env::temp_dir().join(format!("hub-prune-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir_all(&folder).expect("made");
        for name in [
            "hub-20261101T000000Z.backup",
            "hub-20261102T000000Z.backup",
            "hub-20261103T000000Z.backup",
            "hub-20261104T000000Z.backup.partial",
            "hub-monthly.backup",
            "other",
        ] {
            std::fs::write(folder.join(name), name).expect("written");
        }
        prune(&folder, 2).expect("pruned");
        let mut left: Vec<_> =
            std::fs::read_dir(&folder).expect("there").flatten().map(|file| file.file_name().into_string()).collect();
        left.sort();
        let left: Vec<String> = left.into_iter().flatten().collect();
        assert_eq!(
            left,
            [
                "hub-20261102T000000Z.backup",
                "hub-20261103T000000Z.backup",
                "hub-20261104T000000Z.backup.partial",
                "hub-monthly.backup",
                "other"
            ]
        );
        std::fs::remove_dir_all(folder).expect("ours");
    }

    #[test]
    fn a_schedule_without_a_key_or_a_folder_is_refused() {
        let folder = std::env::temp_dir();
        let schedule = Schedule { folder: Some(folder), every: 24.0, keep: 14, log: false, keys: EncryptTo::default() };
        assert_eq!(schedule.check().expect_err("no key").code(), "no_key");
        assert!(Schedule { folder: None, ..schedule.clone() }.check().is_ok());
        let nowhere = Schedule { folder: None, log: true, ..schedule.clone() };
        assert_eq!(nowhere.check().expect_err("a log without a place").code(), "no_archive");
        let keys = EncryptTo { recipients: vec![super::super::new_identity().1], passphrase_file: None };
        let schedule = Schedule { keys, ..schedule };
        assert!(schedule.check().is_ok());
        assert_eq!(Schedule { every: 0.0, ..schedule.clone() }.check().expect_err("never").code(), "bad_input");
        assert_eq!(Schedule { folder: Some("/nowhere".into()), ..schedule }.check().expect_err("nowhere").code(), "io");
    }
}
