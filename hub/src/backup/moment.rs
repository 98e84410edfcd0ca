use std::fs::File;
use std::io::{self, PipeWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::archive::{Piece, broken, read};
use super::base::Base;
use super::check::check;
use super::restore::{compare, lines_of, parsed, remember, unhex};
use super::{BASE_FORMAT, BackupError, DecryptWith, Files, log};
use super::{Header, Manifest, blocking};
use crate::config::Config;
use crate::postgres::{EmbeddedPostgres, Recovery, RecoveryError};
use crate::sealing::MasterKey;
use crate::server;
use crate::store::backup::Target;
use crate::store::privacy::Line;

/// Which moment a hub is restored to, and from what.
#[derive(Debug, Clone)]
pub struct At {
    /// The folder with bases and the archived log.
    pub folder: PathBuf,
    /// What opens them.
    pub keys: DecryptWith,
    /// The moment: what was committed until then is there, and nothing else.
    pub moment: Timestamp,
    /// The newest copy of the register of erasures.
    pub erasures: Option<PathBuf>,
    /// Nobody was erased since.
    pub nobody_was_erased: bool,
}

/// What was restored.
#[derive(Debug, Clone, Serialize)]
pub struct Recovered {
    /// The base.
    pub base: Uuid,
    /// The moment.
    pub at: Timestamp,
    /// Contents of files whose objects are there.
    pub contents: u64,
    /// Contents without their bytes.
    pub missing: Vec<Uuid>,
    /// Erasures that this moment did not know, carried out again.
    pub erased_again: usize,
}

/// Makes a hub of a base and the log that was archived since, as it was at a moment, in a data folder without a database. All
/// that is needed is read and checked first; the database has its place when it is done, and whoever was erased since is
/// erased again by then.
///
/// # Errors
/// [`BackupError::OutsideArchive`] when no base is old enough, or the log ends before that moment; else see [`BackupError`].
/// The data folder has no database then.
pub async fn restore_at(config: &Config, from: At) -> Result<Recovered, BackupError> {
    if config.database_url.is_some() {
        return Err(BackupError::BadInput(
            "a moment is gone back to in an embedded database; of another, its provider's means do it".into(),
        ));
    }
    if EmbeddedPostgres::is_in(&config.data) {
        return Err(BackupError::NotEmpty("the data folder".into()));
    }
    let master = MasterKey::find(config.master_key.as_deref(), &config.data)?.ok_or(BackupError::NoMasterKey)?;
    let elsewhere = from.erasures.as_deref().map(lines_of).transpose()?;
    if elsewhere.is_none() && !from.nobody_was_erased && !config.register().exists() {
        return Err(BackupError::NoRegister);
    }
    let bases = Base::of(&from.folder).map_err(BackupError::io(&from.folder))?;
    let base = bases.into_iter().rfind(|base| base.usable_from <= from.moment);
    let base = base.ok_or(BackupError::OutsideArchive(from.moment, "no base is so old"))?;

    let (data, at) = (config.data.clone(), from.clone());
    let wanted = base.clone();
    let opened = master.clone();
    let (header, manifest, known, recovery) = blocking(move |_| recover(&data, &at, &wanted, opened)).await?;
    let owner: tokio_postgres::Config = recovery.url().parse()?;
    let mut target = Target::open(&owner).await?;
    target.begin(header.id).await?;
    let mut lines = known;
    lines.extend(elsewhere.into_iter().flatten());
    remember(config.register(), lines).await?;
    target.copied().await?;
    let (store, settled) = server::open_store(config, &owner, &master).await?;
    let objects = Arc::new(server::open_objects(config, store.keyring.master())?);
    let (contents, missing) = compare(&mut target, &objects, Files::List, &manifest).await?;
    drop(store);
    let recovered =
        Recovered { base: header.id, at: from.moment, contents, missing, erased_again: settled.erased_again };
    target.finish(&serde_json::json!({ "base": recovered.base, "at": recovered.at, "contents": contents })).await?;
    blocking(move |_| Ok(recovery.finish()?)).await?;
    Ok(recovered)
}

type Copied = (Header, Manifest, Vec<Line>, Recovery);

fn recover(data: &Path, at: &At, base: &Base, master: MasterKey) -> Result<Copied, BackupError> {
    let checked = check(&base.path, &at.keys, false)?;
    let password = checked.header.cluster_password.clone().filter(|_| checked.header.format == BASE_FORMAT);
    let password = password.ok_or_else(|| BackupError::NotABackup("it is no base".into()))?;
    master.with_root(&unhex(&checked.header.wrapped_root)).map_err(|_| BackupError::OtherMasterKey)?;
    let mut recovery = Recovery::begin(data, password)?;
    log::take_out(&at.folder, &at.keys, &base.segment, &recovery.log())?;
    let known = unpack(at, base, &recovery)?;
    recovery.run(at.moment).map_err(|error| match error {
        RecoveryError::NotReached => BackupError::OutsideArchive(at.moment, "the log ends before it, or has a gap"),
        other => other.into(),
    })?;
    Ok((checked.header, checked.manifest, known, recovery))
}

/// The second reading, which writes; returns the register as it was.
fn unpack(at: &At, base: &Base, recovery: &Recovery) -> Result<Vec<Line>, BackupError> {
    let (from, to) = io::pipe().map_err(BackupError::io("a pipe"))?;
    std::thread::scope(|scope| {
        let unpacking = scope.spawn(move || recovery.unpack(from));
        let mut to: Option<PipeWriter> = Some(to);
        let mut lines = Vec::new();
        let file = File::open(&base.path).map_err(BackupError::io(&base.path))?;
        let fed = read(file, &at.keys, |piece| {
            match piece {
                Piece::Register(text) => lines = parsed(&text),
                Piece::Database(bytes) => {
                    let taken = to.as_mut().is_none_or(|pipe| io::copy(bytes, pipe).is_ok());
                    if !taken {
                        // Nobody takes it any more; why, is asked below.
                        drop(to.take());
                    }
                }
                Piece::Header(_) | Piece::Object(..) => {}
            }
            Ok(())
        });
        drop(to);
        let unpacked = unpacking.join().map_err(|_| BackupError::Interrupted("the copy was not unpacked".into()))?;
        fed?;
        unpacked.map_err(broken)?;
        Ok(lines)
    })
}
