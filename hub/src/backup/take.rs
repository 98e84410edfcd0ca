use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use tokio::runtime::Handle;
use uuid::Uuid;

use super::archive::{Sum, Writer, hex};
use super::pieces::{Listing, Program, object};
use super::{BackupError, EncryptTo, FORMAT, Files, Header, Manifest, Stream, blocking};
use crate::config::Config;
use crate::objects::Objects;
use crate::postgres::Tools;
use crate::sealing::MasterKey;
use crate::server;
use crate::store::backup::{Contents, Source};

/// Contents that may be damaged before a backup makes no sense any more.
const DAMAGED: usize = 10_000;

/// Where a backup goes.
#[derive(Debug, Clone)]
pub enum To {
    /// A file that is not there yet, or a folder, in which it is given a name.
    Path(PathBuf),
    /// Standard output.
    Stdout,
}

/// How a hub is backed up.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// For whom the backup is encrypted.
    pub keys: EncryptTo,
    /// What it has of files; bytes of those in a folder and a list of others, if nothing is said.
    pub files: Option<Files>,
    /// Goes on when files are missing or altered.
    pub despite_damage: bool,
    /// Records in the database that it was made, unless whoever asked does.
    pub record: bool,
}

/// Backs up the hub of a configuration, whether or not it runs.
///
/// # Errors
/// See [`BackupError`].
pub async fn take_of(config: &Config, options: Options, to: To) -> Result<Taken, BackupError> {
    let (database, embedded) = server::find_database(config).await?;
    let master = MasterKey::find(config.master_key.as_deref(), &config.data)?.ok_or(BackupError::NoMasterKey)?;
    let root = Source::wrapped_root(&database).await?;
    let master = master.with_root(&root).map_err(|_| BackupError::OtherMasterKey)?;
    let objects = Arc::new(server::open_objects(config, &master)?);
    let taken = take(Taking { database, objects, register: config.register(), options }, to).await;
    if let Some(mut embedded) = embedded {
        blocking(move |_| {
            embedded.stop();
            Ok(())
        })
        .await?;
    }
    taken
}

/// What is backed up, and how.
pub struct Taking {
    /// The database, as its owner.
    pub database: tokio_postgres::Config,
    /// The bytes of files.
    pub objects: Arc<Objects>,
    /// The register of erasures.
    pub register: PathBuf,
    /// How.
    pub options: Options,
}

/// What was made.
#[derive(Debug, Clone, Serialize)]
pub struct Taken {
    /// The backup.
    pub backup: Uuid,
    /// When its view of the database was taken.
    pub made_at: Timestamp,
    /// The file; none on standard output.
    pub file: Option<PathBuf>,
    /// Its bytes.
    pub size: u64,
    /// Tables.
    pub tables: usize,
    /// Rows.
    pub rows: i64,
    /// Objects whose bytes are in it.
    pub objects: u64,
    /// Contents that were missing or altered.
    pub damaged: usize,
}

/// Backs a hub up, whether or not it runs: one view of the database, and every object that this view names. The file has its
/// name only when it is whole and on disk.
///
/// # Errors
/// See [`BackupError`]; nothing is left then.
pub async fn take(what: Taking, to: To) -> Result<Taken, BackupError> {
    let made_at = Timestamp::now();
    let path = match &to {
        To::Path(path) if path.is_dir() => {
            Some(path.join(format!("hub-{}.backup", made_at.strftime("%Y%m%dT%H%M%SZ"))))
        }
        To::Path(path) => Some(path.clone()),
        To::Stdout => None,
    };
    if let Some(path) = path.as_ref().filter(|path| path.exists()) {
        return Err(BackupError::Exists(path.clone()));
    }
    // A key that is none is found out before anything is read.
    what.options.keys.writer(io::sink())?;
    let source = Source::begin(&what.database).await?;
    let files = what.options.files.unwrap_or(if what.objects.is_folder() { Files::Bytes } else { Files::List });
    let header = Header {
        format: FORMAT.to_owned(),
        id: Uuid::now_v7(),
        made_at,
        hub: env!("CARGO_PKG_VERSION").to_owned(),
        server: source.server,
        migrations: source.migrations.clone(),
        wrapped_root: hex(&source.root),
        files,
        cluster_password: None,
    };
    let contents = source.contents().await?;
    let record = what.options.record;
    let (source, taken) = blocking(move |handle| {
        let work = Work { handle, what, source, header, contents };
        let taken = match &path {
            Some(path) => work.write_file(path)?,
            None => work.run(io::stdout().lock())?.0,
        };
        Ok((work.source, Taken { file: path, ..taken }))
    })
    .await?;
    let details = serde_json::json!({ "backup": taken.backup, "size": taken.size, "objects": taken.objects });
    source.finish(record.then_some(&details)).await?;
    Ok(taken)
}

struct Work {
    handle: Handle,
    what: Taking,
    source: Source,
    header: Header,
    contents: Contents,
}

impl Work {
    /// Under another name until it is whole: a file that has its name is a backup.
    fn write_file(&self, path: &Path) -> Result<Taken, BackupError> {
        let mut partial = path.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        let file = File::options().write(true).create(true).truncate(true).mode(0o600).open(&partial);
        let made = file.map_err(BackupError::io(&partial)).and_then(|file| {
            let (taken, file) = self.run(BufWriter::with_capacity(256 * 1024, file))?;
            let file = file.into_inner().map_err(|error| BackupError::io(&partial)(error.into_error()))?;
            file.sync_all().map_err(BackupError::io(&partial))?;
            if path.exists() {
                return Err(BackupError::Exists(path.to_owned()));
            }
            fs::rename(&partial, path).map_err(BackupError::io(path))?;
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(BackupError::io(folder))?;
            Ok(taken)
        });
        if made.is_err() {
            let _ = fs::remove_file(&partial);
        }
        made
    }

    fn run<W: Write>(&self, output: W) -> Result<(Taken, W), BackupError> {
        let io = |source| BackupError::Io { path: "the backup".into(), source };
        let mut writer = Writer::new(self.what.options.keys.writer(Counted { inner: output, size: 0 })?, &self.header)
            .map_err(io)?;
        let register = match fs::read(&self.what.register) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            read => read.map_err(BackupError::io(&self.what.register))?,
        };
        writer.register(&register).map_err(io)?;
        let database = self.dump(&mut writer)?;
        self.handle.block_on(self.source.rewind())?;
        let list = writer.list(Listing::new(&self.handle, &self.source)).map_err(io)?;
        let (objects, bytes, damaged) = match self.header.files {
            Files::Bytes => self.objects(&mut writer)?,
            Files::List => (0, Sum::default().finish(), Vec::new()),
        };
        if let (Some(first), false) = (damaged.first(), self.what.options.despite_damage) {
            return Err(BackupError::DamagedFiles { count: damaged.len(), first: first.to_string() });
        }
        let manifest = Manifest {
            contents: self.contents.clone(),
            afterwards: self.source.afterwards.clone(),
            database,
            list,
            objects,
            bytes,
            damaged,
        };
        let mut output = writer.finish(&manifest).map_err(io)?;
        output.flush().map_err(io)?;
        let taken = Taken {
            backup: self.header.id,
            made_at: self.header.made_at,
            file: None,
            size: output.size,
            tables: self.contents.tables.len(),
            rows: self.contents.tables.iter().map(|table| table.rows).sum(),
            objects,
            damaged: manifest.damaged.len(),
        };
        Ok((taken, output.inner))
    }

    fn dump<W: Write>(&self, writer: &mut Writer<W>) -> Result<Stream, BackupError> {
        let mut command = Tools::for_server(self.source.server)?.command("pg_dump", &self.what.database);
        command.args([
            "--format=custom",
            "--compress=1",
            "--lock-wait-timeout=60s",
            "--no-publications",
            // What hubs say to each other in passing.
            "--no-unlogged-table-data",
            "--no-subscriptions",
        ]);
        command.arg(format!("--snapshot={}", self.source.exported));
        if let Some(role) = self.source.role {
            command.arg(format!("--role={role}"));
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut program = Program::start("pg_dump", command)?;
        let dump =
            program.child.stdout.take().ok_or_else(|| BackupError::Interrupted("pg_dump has no output".into()))?;
        let written = writer.database(dump).map_err(BackupError::io("the backup"))?;
        program.finish()?;
        Ok(written)
    }

    /// Every object that the view names, with the hash of each content compared.
    fn objects<W: Write>(&self, writer: &mut Writer<W>) -> Result<(u64, Stream, Vec<Uuid>), BackupError> {
        let (mut number, mut all, mut damaged) = (0, Sum::default(), Vec::new());
        let mut content: Option<(Uuid, Option<Vec<u8>>, Sha256)> = None;
        let end = |content: Option<(Uuid, Option<Vec<u8>>, Sha256)>, damaged: &mut Vec<Uuid>| {
            if let Some((blob, Some(sha256), hash)) = content
                && damaged.last() != Some(&blob)
                && hash.finalize().as_slice() != sha256
            {
                damaged.push(blob);
            }
        };
        self.handle.block_on(self.source.rewind())?;
        loop {
            let parts = self.handle.block_on(self.source.more_objects())?;
            if parts.is_empty() {
                break;
            }
            for part in parts {
                if content.as_ref().is_none_or(|(blob, ..)| *blob != part.blob) {
                    end(content.take(), &mut damaged);
                    content = Some((part.blob, part.sha256.clone(), Sha256::new()));
                }
                let Some((_, _, hash)) = &mut content else { continue };
                if self.handle.block_on(self.what.objects.size(part.key))? != Some(part.size) {
                    if damaged.last() != Some(&part.blob) {
                        damaged.push(part.blob);
                    }
                } else {
                    let read = Hashed { inner: object(&self.handle, &self.what.objects, &part), all: &mut all, hash };
                    writer.object(part.key, part.size, read).map_err(BackupError::io("the backup"))?;
                    number += 1;
                }
                if damaged.len() > DAMAGED {
                    return Err(BackupError::DamagedFiles { count: damaged.len(), first: damaged[0].to_string() });
                }
            }
        }
        end(content.take(), &mut damaged);
        Ok((number, all.finish(), damaged))
    }
}

struct Hashed<'a, R> {
    inner: R,
    all: &'a mut Sum,
    hash: &'a mut Sha256,
}

impl<R: Read> Read for Hashed<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.all.add(&buffer[..read]);
        self.hash.update(&buffer[..read]);
        Ok(read)
    }
}

struct Counted<W> {
    inner: W,
    size: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
