use std::fs::{self, File};
use std::io::{Read, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use tokio::runtime::Handle;
use uuid::Uuid;

use super::archive::{Piece, broken, read};
use super::check::{Checked, check};
use super::pieces::Program;
use super::{BackupError, DecryptWith, Files, Manifest, blocking};
use crate::config::Config;
use crate::objects::{Digest, Objects, Part};
use crate::postgres::{Tools, prepare_roles};
use crate::sealing::MasterKey;
use crate::server;
use crate::store::backup::{Emptiness, StoredPart, Target, differences};
use crate::store::privacy::{Line, Register};

/// What a hub is restored from.
#[derive(Debug, Clone)]
pub struct From {
    /// The backup.
    pub file: PathBuf,
    /// What opens it.
    pub keys: DecryptWith,
    /// The newest copy of the register of erasures.
    pub erasures: Option<PathBuf>,
    /// Nobody was erased since the backup was made.
    pub nobody_was_erased: bool,
}

/// What was restored.
#[derive(Debug, Clone, Serialize)]
pub struct Restored {
    /// The backup.
    pub backup: Uuid,
    /// When its view of the database was taken.
    pub made_at: Timestamp,
    /// Tables, each compared with the backup.
    pub tables: usize,
    /// Their rows.
    pub rows: i64,
    /// Contents of files that were compared with their hashes.
    pub contents: u64,
    /// Contents without their bytes: their objects are missing, or were when the backup was made.
    pub missing: Vec<Uuid>,
    /// Erasures that the backup did not know, carried out again.
    pub erased_again: usize,
}

/// Contents that are named one by one.
const NAMED: usize = 100;
/// Bytes that are handed on at once.
const PIECE: usize = 256 * 1024;

/// Makes a hub of a backup: in an empty database and an empty place for files. The whole backup is read and checked before
/// anything is begun. What came of it is compared with what was backed up; whoever was erased since is erased again; clients begin
/// with a fresh snapshot. Until all of this is done, no hub starts there, and a restore that was cut off can be begun anew.
///
/// # Errors
/// See [`BackupError`].
pub async fn restore(config: &Config, from: From) -> Result<Restored, BackupError> {
    let (file, keys) = (from.file.clone(), from.keys.clone());
    let Checked { header, manifest, listed } = blocking(move |_| check(&file, &keys, true)).await?;
    let master = MasterKey::find(config.master_key.as_deref(), &config.data)?.ok_or(BackupError::NoMasterKey)?;
    let wrapped = unhex(&header.wrapped_root);
    let opened = master.clone().with_root(&wrapped).map_err(|_| BackupError::OtherMasterKey)?;
    let register = config.register();
    let elsewhere = from.erasures.as_deref().map(lines_of).transpose()?;
    if elsewhere.is_none() && !from.nobody_was_erased && !register.exists() {
        return Err(BackupError::NoRegister);
    }

    let (owner, embedded) = server::start_database(config).await.map_err(BackupError::from)?;
    let mut target = Target::open(&owner).await?;
    let emptiness = target.emptiness().await?;
    if emptiness == Emptiness::Full {
        return Err(BackupError::NotEmpty("the database".into()));
    }
    let objects = Arc::new(server::open_objects(config, &opened)?);
    let begun = emptiness == Emptiness::Interrupted;
    if begun {
        tracing::warn!("a restore was interrupted here; it begins anew");
    } else if header.files == Files::Bytes && Box::pin(objects.older_than(i64::MAX)).next().await.is_some() {
        return Err(BackupError::NotEmpty("the place of files".into()));
    }
    prepare_roles(&owner).await?;
    target.begin(header.id).await?;

    let tools = Tools::for_server(target.server.max(header.server))?;
    let filling = Filling { owner: owner.clone(), tools, objects: Arc::clone(&objects), listed, from: from.clone() };
    let known = blocking(move |handle| filling.run(&handle)).await?;
    target.afterwards(&manifest.afterwards).await?;
    let found = differences(&manifest.contents, &target.contents().await?);
    if !found.is_empty() {
        return Err(BackupError::Differs(found));
    }
    let (contents, missing) = compare(&mut target, &objects, header.files, &manifest).await?;

    let mut lines = known;
    lines.extend(elsewhere.into_iter().flatten());
    remember(register, lines).await?;
    target.copied().await?;
    let (store, settled) = server::open_store(config, &owner, &master).await.map_err(BackupError::from)?;
    drop(store);
    let restored = Restored {
        backup: header.id,
        made_at: header.made_at,
        tables: manifest.contents.tables.len(),
        rows: manifest.contents.tables.iter().map(|table| table.rows).sum(),
        contents,
        missing,
        erased_again: settled.erased_again,
    };
    target
        .finish(&serde_json::json!({ "backup": restored.backup, "made_at": restored.made_at, "contents": contents }))
        .await?;
    if let Some(mut embedded) = embedded {
        blocking(move |_| {
            embedded.stop();
            Ok(())
        })
        .await?;
    }
    Ok(restored)
}

/// The second reading, which writes.
struct Filling {
    owner: tokio_postgres::Config,
    tools: Tools,
    objects: Arc<Objects>,
    listed: String,
    from: From,
}

impl Filling {
    /// Fills database and store; returns the register as it was.
    fn run(self, handle: &Handle) -> Result<Vec<Line>, BackupError> {
        let wanted = Wanted::write(&self.listed)?;
        let mut command = self.tools.command("pg_restore", &self.owner);
        // All or nothing: whatever ends this early leaves an empty database.
        command.args(["--single-transaction", "--exit-on-error", "--no-owner"]);
        command.arg("--dbname").arg(self.owner.get_dbname().unwrap_or_default());
        command.arg("--use-list").arg(&wanted.path).stdin(Stdio::piped()).stdout(Stdio::null());
        let mut program = Some(Program::start("pg_restore", command)?);
        let file = File::open(&self.from.file).map_err(BackupError::io(&self.from.file))?;
        let mut lines = Vec::new();
        read(file, &self.from.keys, |piece| {
            match piece {
                Piece::Header(_) => {}
                Piece::Register(text) => lines = parsed(&text),
                Piece::Database(bytes) => {
                    if let Some(running) = &mut program {
                        feed(running, bytes)?;
                    }
                }
                Piece::Object(key, bytes) => {
                    // The dump has ended.
                    if let Some(running) = program.take() {
                        running.finish()?;
                    }
                    handle.block_on(self.keep(key, bytes))?;
                }
            }
            Ok(())
        })?;
        if let Some(running) = program {
            running.finish()?;
        }
        Ok(lines)
    }

    async fn keep(&self, key: Uuid, bytes: &mut dyn Read) -> Result<(), BackupError> {
        let mut incoming = self.objects.incoming_as(key, Digest::default()).await?;
        loop {
            let mut piece = Vec::with_capacity(PIECE);
            (&mut *bytes).take(PIECE as u64).read_to_end(&mut piece).map_err(broken)?;
            if piece.is_empty() {
                break;
            }
            incoming.write(Bytes::from(piece)).await?;
        }
        incoming.finish().await?;
        Ok(())
    }
}

fn feed(program: &mut Program, bytes: &mut dyn Read) -> Result<(), BackupError> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = bytes.read(&mut buffer).map_err(broken)?;
        let Some(stdin) = program.child.stdin.as_mut().filter(|_| read > 0) else { return Ok(()) };
        if stdin.write_all(&buffer[..read]).is_err() {
            // It has ended, and says why when it is asked.
            drop(program.child.stdin.take());
            return Ok(());
        }
    }
}

/// What of the dump is restored, in a file of its own that goes away with this value.
struct Wanted {
    path: PathBuf,
}

impl Wanted {
    /// All but what names the owner of the database that was backed up, and what only an extension's owner may say. It holds
    /// names of tables and functions.
    fn write(listed: &str) -> Result<Self, BackupError> {
        let wanted = Self { path: std::env::temp_dir().join(format!("hub-restore-{}.list", Uuid::now_v7())) };
        let file = File::options().write(true).create_new(true).mode(0o600).open(&wanted.path);
        let mut file = file.map_err(BackupError::io(&wanted.path))?;
        let lines: String = listed.lines().filter(|line| is_wanted(line)).flat_map(|line| [line, "\n"]).collect();
        file.write_all(lines.as_bytes()).map_err(BackupError::io(&wanted.path))?;
        Ok(wanted)
    }
}

impl Drop for Wanted {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// A line is `215; 1259 16400 TABLE public users owner`.
fn is_wanted(line: &str) -> bool {
    let what = line.split_whitespace().skip(3).collect::<Vec<_>>().join(" ");
    !["DEFAULT ACL ", "COMMENT - EXTENSION ", "SCHEMA - public ", "COMMENT - SCHEMA public "]
        .iter()
        .any(|unwanted| format!("{what} ").starts_with(unwanted))
}

/// Every content that the restored database names: its bytes against its hash, or of a list whether its objects are there.
pub(super) async fn compare(
    target: &mut Target,
    objects: &Objects,
    files: Files,
    manifest: &Manifest,
) -> Result<(u64, Vec<Uuid>), BackupError> {
    let (mut compared, mut missing, mut after) = (0, manifest.damaged.clone(), Uuid::nil());
    loop {
        let parts = target.objects_after(after).await?;
        let Some(last) = parts.last() else { break };
        after = last.blob;
        for content in parts.chunk_by(|a, b| a.blob == b.blob) {
            let blob = content[0].blob;
            if manifest.damaged.contains(&blob) {
                continue;
            }
            let good = match files {
                Files::Bytes => is_whole(objects, content).await?,
                Files::List => is_there(objects, content).await?,
            };
            match (good, files) {
                (true, _) => compared += 1,
                (false, Files::Bytes) => return Err(BackupError::Differs(vec![format!("the content {blob}")])),
                (false, Files::List) if missing.len() < NAMED => missing.push(blob),
                (false, Files::List) => {}
            }
        }
    }
    Ok((compared, missing))
}

async fn is_whole(objects: &Objects, content: &[StoredPart]) -> Result<bool, BackupError> {
    let parts: Vec<Part> = content.iter().map(|part| Part { key: part.key, size: part.size }).collect();
    let size = parts.iter().map(|part| part.size).sum();
    let mut bytes = Box::pin(objects.read(&parts, 0..size));
    let (mut hash, mut read) = (Sha256::new(), 0);
    while let Some(some) = bytes.try_next().await? {
        hash.update(&some);
        read += some.len() as u64;
    }
    let hash = hash.finalize();
    Ok(read == size && content[0].sha256.as_deref().is_none_or(|expected| expected == hash.as_slice()))
}

async fn is_there(objects: &Objects, content: &[StoredPart]) -> Result<bool, BackupError> {
    for part in content {
        if objects.size(part.key).await? != Some(part.size) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Adds what the register of this hub does not know yet.
pub(super) async fn remember(path: PathBuf, lines: Vec<Line>) -> Result<(), BackupError> {
    blocking(move |_| {
        let register = Register::new(path.clone());
        let wrong = |error: crate::store::privacy::RegisterError| BackupError::Interrupted(error.to_string());
        let mut known = register.read().map_err(wrong)?;
        let mut new = Vec::new();
        for line in lines {
            if !known.contains(&line) {
                known.push(line.clone());
                new.push(line);
            }
        }
        if new.is_empty() { Ok(()) } else { register.append(&new).map_err(wrong) }
    })
    .await
}

/// A register that somebody has kept. It has lines, or it is empty.
pub(super) fn lines_of(path: &Path) -> Result<Vec<Line>, BackupError> {
    let text = fs::read(path).map_err(BackupError::io(path))?;
    let lines = parsed(&text);
    if lines.is_empty() && !text.trim_ascii().is_empty() {
        return Err(BackupError::BadInput(format!("{} is no register of erasures", path.display())));
    }
    Ok(lines)
}

/// Its lines; one that was cut off while it was written is none.
pub(super) fn parsed(text: &[u8]) -> Vec<Line> {
    String::from_utf8_lossy(text).lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

pub(super) fn unhex(text: &str) -> Vec<u8> {
    text.as_bytes().chunks(2).filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_an_owner_is_left_out() {
        assert!(is_wanted("215; 1259 16400 TABLE public users hub_owner"));
        assert!(is_wanted("5012; 0 0 ACL - SCHEMA public pg_database_owner"));
        assert!(is_wanted(";"));
        for line in [
            "3245; 826 17000 DEFAULT ACL app DEFAULT PRIVILEGES FOR TABLES hub_owner",
            "5013; 0 0 COMMENT - EXTENSION citext ",
            "12; 2615 2200 SCHEMA - public pg_database_owner",
        ] {
            assert!(!is_wanted(line), "{line}");
        }
    }
}
