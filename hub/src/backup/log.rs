//! The archive of the embedded database's write-ahead log, beside the bases that it goes on from.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use jiff::{SignedDuration, Timestamp};

use super::archive::broken;
use super::base::Base;
use super::{BackupError, DecryptWith, EncryptTo, Schedule, blocking, take_base};
use crate::config::Config;
use crate::live::Node;
use crate::postgres::{EmbeddedPostgres, KeptLog};
use crate::store::backup::mark;

/// How often what was written is archived: how much is lost at most when the data folder is lost.
const EVERY: Duration = Duration::from_secs(60);
/// How often it is looked whether files wait.
const LOOK: Duration = Duration::from_secs(2);
/// Bytes of a page; one of nothing but zeros takes no space when a log is taken out of the archive.
const PAGE: usize = 8192;

/// Has an embedded database that is started from now on keep its log, or not.
///
/// # Errors
/// When there is no embedded database, or the data folder cannot be written to.
pub fn prepare(config: &Config, schedule: &Schedule) -> Result<(), BackupError> {
    if config.database_url.is_some() {
        return match schedule.log {
            true => Err(BackupError::NoArchive(
                "the log of an embedded database is archived; of another, its provider's means do it",
            )),
            false => Ok(()),
        };
    }
    KeptLog::of(&config.data).keep(schedule.log).map_err(BackupError::io(&config.data))
}

/// Archives the log for as long as the hub serves, and copies the database's files when it is time to.
pub async fn keep(node: Arc<Node>, config: Config, schedule: Schedule) {
    let (true, Some(folder)) = (schedule.log, &schedule.folder) else { return };
    let (mut until_mark, mut failing) = (Duration::ZERO, false);
    while !node.is_draining() {
        let archived = async {
            if base_is_due(&config, &schedule, folder)? {
                let taken = take_base(&config, &schedule.keys, folder).await?;
                tracing::info!(base = %taken.backup, bytes = taken.size, "the database's files were copied");
                let (folder, keep) = (folder.clone(), schedule.keep);
                blocking(move |_| prune(&folder, keep)).await?;
            }
            if until_mark.is_zero() {
                mark_now(&config).await?;
                until_mark = EVERY;
            }
            archive(&config, &schedule.keys, folder).await
        };
        match archived.await {
            Ok(_) => failing = false,
            Err(error) if !failing => {
                failing = true;
                tracing::error!(code = error.code(), %error, "the database's log could not be archived; it waits in the data folder");
            }
            Err(_) => {}
        }
        tokio::time::sleep(LOOK).await;
        until_mark = until_mark.saturating_sub(LOOK);
    }
}

/// After as long as between two backups, and when the log has begun anew: across a gap nothing can be gone on from.
fn base_is_due(config: &Config, schedule: &Schedule, folder: &Path) -> Result<bool, BackupError> {
    let bases = Base::of(folder).map_err(BackupError::io(folder))?;
    let since = KeptLog::of(&config.data).since();
    let every = SignedDuration::try_from(schedule.every()).unwrap_or(SignedDuration::MAX);
    Ok(bases.last().is_none_or(|newest| {
        since.is_none_or(|since| newest.usable_from < since)
            || Timestamp::now().duration_since(newest.usable_from) > every
    }))
}

/// Has the server hand over all that it has written so far.
///
/// # Errors
/// When the embedded database does not run.
pub async fn mark_now(config: &Config) -> Result<(), BackupError> {
    let url = EmbeddedPostgres::running(&config.data).filter(|_| config.database_url.is_none());
    let url = url.ok_or(BackupError::NoArchive("the embedded database does not run"))?;
    Ok(mark(&url.parse()?).await?)
}

/// Takes what waits into the archive; returns how many files. One that is there twice is the same.
///
/// # Errors
/// When the archive cannot be written to; what was not archived waits on.
pub async fn archive(config: &Config, keys: &EncryptTo, folder: &Path) -> Result<usize, BackupError> {
    let (log, keys, folder) = (KeptLog::of(&config.data), keys.clone(), folder.join("log"));
    blocking(move |_| {
        fs::create_dir_all(&folder).map_err(BackupError::io(&folder))?;
        let waiting = log.waiting().map_err(BackupError::io(&folder))?;
        for file in &waiting {
            take_in(file, &keys, &folder)?;
            fs::remove_file(file).map_err(BackupError::io(file))?;
        }
        Ok(waiting.len())
    })
    .await
}

fn take_in(file: &Path, keys: &EncryptTo, folder: &Path) -> Result<(), BackupError> {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (partial, whole) = (folder.join(format!("{name}.partial")), folder.join(format!("{name}.age")));
    let io = || BackupError::io(&partial);
    let output = File::options().write(true).create(true).truncate(true).mode(0o600).open(&partial).map_err(io())?;
    let sealed = keys.writer(BufWriter::new(output))?;
    let mut packed = GzEncoder::new(sealed, Compression::fast());
    io::copy(&mut File::open(file).map_err(BackupError::io(file))?, &mut packed).map_err(io())?;
    let mut output = packed.finish().and_then(age::stream::StreamWriter::finish).map_err(io())?;
    output.flush().map_err(io())?;
    output.into_inner().map_err(|error| io()(error.into_error()))?.sync_all().map_err(io())?;
    fs::rename(&partial, &whole).map_err(BackupError::io(&whole))?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(BackupError::io(folder))
}

/// Takes out of the archive what a base needs, into another folder.
pub(super) fn take_out(folder: &Path, keys: &DecryptWith, from: &str, to: &Path) -> Result<(), BackupError> {
    for (name, path) in archived(folder)? {
        if is_segment(&name) && name[8..] < from[8..] {
            continue;
        }
        let target = to.join(&name);
        let mut file = File::create_new(&target).map_err(BackupError::io(&target))?;
        let sealed = keys.reader(BufReader::new(File::open(&path).map_err(BackupError::io(&path))?))?;
        let mut bytes = GzDecoder::new(sealed);
        let (mut page, mut size) = (Vec::with_capacity(PAGE), 0);
        loop {
            page.clear();
            (&mut bytes).take(PAGE as u64).read_to_end(&mut page).map_err(broken)?;
            if page.is_empty() {
                break;
            }
            size += page.len() as u64;
            match page.iter().all(|byte| *byte == 0) {
                true => file.seek(SeekFrom::Start(size)).map(drop),
                false => file.write_all(&page),
            }
            .map_err(BackupError::io(&target))?;
        }
        // It ends where its compression ends, or it was altered.
        io::copy(bytes.get_mut(), &mut io::sink()).map_err(broken)?;
        file.set_len(size).map_err(BackupError::io(&target))?;
    }
    Ok(())
}

/// Keeps the newest bases, and of the log what the oldest of them needs.
pub(super) fn prune(folder: &Path, keep: usize) -> Result<(), BackupError> {
    let bases = Base::of(folder).map_err(BackupError::io(folder))?;
    let (old, kept) = bases.split_at(bases.len().saturating_sub(keep));
    for base in old {
        fs::remove_file(&base.path).map_err(BackupError::io(&base.path))?;
    }
    let Some(oldest) = kept.iter().map(|base| &base.segment[8..]).min() else { return Ok(()) };
    for (name, path) in archived(folder)? {
        if is_segment(&name) && &name[8..] < oldest {
            fs::remove_file(&path).map_err(BackupError::io(&path))?;
        }
    }
    Ok(())
}

/// A file of the log is 8 digits of the server's history, and 16 of its number; others say how histories follow each other.
fn is_segment(name: &str) -> bool {
    name.len() == 24 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn archived(folder: &Path) -> Result<Vec<(String, PathBuf)>, BackupError> {
    let folder = folder.join("log");
    let mut files = Vec::new();
    let entries = match fs::read_dir(&folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(files),
        entries => entries.map_err(BackupError::io(&folder))?,
    };
    for entry in entries {
        let path = entry.map_err(BackupError::io(&folder))?.path();
        let name = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".age")).map(str::to_owned);
        files.extend(name.map(|name| (name, path)));
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_kept_from_the_oldest_base_on() {
        let folder = std::env::temp_dir().join(format!("hub-archive-{}", uuid::Uuid::now_v7()));
        fs::create_dir_all(folder.join("log")).expect("made");
        for name in [
            "hub-20261101T000000Z-000000010000000000000002.base",
            "hub-20261102T000000Z-000000020000000000000005.base",
            "hub-20261103T000000Z-000000020000000000000008.base",
            "hub-20261101T000000Z.backup",
            "log/00000002.history.age",
            "log/000000010000000000000004.age",
            "log/000000010000000000000005.age",
            "log/000000020000000000000006.age",
            "log/000000020000000000000003.age",
        ] {
            fs::write(folder.join(name), name).expect("written");
        }
        prune(&folder, 2).expect("pruned");
        let bases: Vec<_> = Base::of(&folder).expect("read").into_iter().map(|base| base.segment).collect();
        assert_eq!(bases, ["000000020000000000000005", "000000020000000000000008"]);
        let log: Vec<_> = archived(&folder).expect("read").into_iter().map(|(name, _)| name).collect();
        assert_eq!(log, ["000000010000000000000005", "00000002.history", "000000020000000000000006"]);
        assert!(folder.join("hub-20261101T000000Z.backup").exists());
        fs::remove_dir_all(folder).expect("ours");
    }

    #[test]
    fn what_is_taken_out_is_what_was_taken_in() {
        let folder = std::env::temp_dir().join(format!("hub-segment-{}", uuid::Uuid::now_v7()));
        for name in ["log", "out", "again"] {
            fs::create_dir_all(folder.join(name)).expect("made");
        }
        let (secret, public) = super::super::new_identity();
        let identity = folder.join("identity");
        fs::write(&identity, age::secrecy::ExposeSecret::expose_secret(&secret)).expect("written");
        let to = EncryptTo { recipients: vec![public], passphrase_file: None };
        let with = DecryptWith { identity: Some(identity), passphrase_file: None };
        let mut bytes = vec![0; 5 * PAGE];
        bytes[PAGE + 3] = 7;
        bytes[3 * PAGE] = 9;
        let segment = folder.join("000000010000000000000004");
        fs::write(&segment, &bytes).expect("written");
        take_in(&segment, &to, &folder.join("log")).expect("taken in");
        take_out(&folder, &with, "000000010000000000000004", &folder.join("out")).expect("taken out");
        assert_eq!(fs::read(folder.join("out/000000010000000000000004")).expect("there"), bytes);
        take_out(&folder, &with, "000000010000000000000005", &folder.join("again")).expect("nothing is asked for");
        assert_eq!(fs::read_dir(folder.join("again")).expect("there").count(), 0);
        let archived = folder.join("log/000000010000000000000004.age");
        let sealed = fs::read(&archived).expect("there");
        assert!(sealed.len() < PAGE, "pages of nothing cost nothing: {}", sealed.len());
        fs::write(&archived, &sealed[..sealed.len() - 1]).expect("cut");
        let cut = take_out(&folder, &with, "000000010000000000000004", &folder.join("again")).expect_err("cut");
        assert_eq!(cut.code(), "damaged_backup");
        fs::remove_dir_all(folder).expect("ours");
    }
}
