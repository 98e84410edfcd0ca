use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::archive::{Writer, hex};
use super::pieces::Program;
use super::{BASE_FORMAT, BackupError, EncryptTo, Files, Header, Manifest, Stream, Taken, blocking};
use crate::config::Config;
use crate::postgres::{KeptLog, Tools};
use crate::server;
use crate::store::backup::{Contents, Source, current_segment, mark};

/// A copy of the embedded database's files from which the archived log goes on, as a file of a folder. Its name says from
/// which second on a hub can be restored from it, and with which file of the log: `hub-20261121T180001Z-{segment}.base`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Base {
    pub(super) usable_from: Timestamp,
    pub(super) segment: String,
    pub(super) path: PathBuf,
}

const TIME: &str = "%Y%m%dT%H%M%SZ";

impl Base {
    /// Those of a folder, the oldest first.
    pub(super) fn of(folder: &Path) -> io::Result<Vec<Self>> {
        let mut bases = Vec::new();
        for entry in fs::read_dir(folder)? {
            bases.extend(Self::named(entry?.path()));
        }
        bases.sort();
        Ok(bases)
    }

    fn named(path: PathBuf) -> Option<Self> {
        let name = path.file_name()?.to_str()?.strip_prefix("hub-")?.strip_suffix(".base")?;
        let (time, segment) = name.split_once('-')?;
        let is_segment = segment.len() == 24 && segment.bytes().all(|byte| byte.is_ascii_hexdigit());
        let segment = segment.to_owned();
        let time = jiff::civil::DateTime::strptime(TIME, time).ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        is_segment.then(|| Self { usable_from: time.timestamp(), segment, path })
    }
}

/// Copies the embedded database's files into a folder while the hub runs. Files of the house are not in it.
///
/// # Errors
/// [`BackupError::NoArchive`] when the hub keeps no log; else see [`BackupError`]. Nothing is left then.
pub async fn take_base(config: &Config, keys: &EncryptTo, folder: &Path) -> Result<Taken, BackupError> {
    if config.database_url.is_some() || !KeptLog::of(&config.data).is_kept() {
        return Err(BackupError::NoArchive(
            "a base is of use for an embedded database whose log is kept: hub serve --backup-log",
        ));
    }
    keys.writer(io::sink())?;
    let (database, embedded) = server::find_database(config).await?;
    let password = database.get_password().map(|word| String::from_utf8_lossy(word).into_owned());
    let segment = current_segment(&database).await?;
    let source = Source::begin(&database).await?;
    let header = Header {
        format: BASE_FORMAT.to_owned(),
        id: Uuid::now_v7(),
        made_at: Timestamp::now(),
        hub: env!("CARGO_PKG_VERSION").to_owned(),
        server: source.server,
        migrations: source.migrations.clone(),
        wrapped_root: hex(&source.root),
        files: Files::List,
        cluster_password: password,
    };
    source.finish(None).await?;
    let work = Work { database: database.clone(), header, keys: keys.clone(), register: config.register() };
    let folder = folder.to_owned();
    let taken = blocking(move |_| work.write(&folder, &segment)).await;
    // The log reaches the base's moment, and a little further.
    mark(&database).await?;
    if let Some(mut embedded) = embedded {
        blocking(move |_| {
            embedded.stop();
            Ok(())
        })
        .await?;
    }
    taken
}

struct Work {
    database: tokio_postgres::Config,
    header: Header,
    keys: EncryptTo,
    register: PathBuf,
}

impl Work {
    /// Under another name until it is whole.
    fn write(self, folder: &Path, segment: &str) -> Result<Taken, BackupError> {
        let partial = folder.join(format!("hub-{}.base.partial", self.header.id.simple()));
        let made = self.write_partial(&partial).and_then(|stream| {
            // Seconds in the name, and the end has to lie before them.
            let end = Timestamp::now() + SignedDuration::from_secs(1);
            let path = folder.join(format!("hub-{}-{segment}.base", end.strftime(TIME)));
            fs::rename(&partial, &path).map_err(BackupError::io(&path))?;
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(BackupError::io(folder))?;
            let made_at = self.header.made_at;
            let size = fs::metadata(&path).map_err(BackupError::io(&path))?.len();
            tracing::debug!(bytes = stream.size, "the database's files were copied");
            Ok(Taken {
                backup: self.header.id,
                made_at,
                file: Some(path),
                size,
                tables: 0,
                rows: 0,
                objects: 0,
                damaged: 0,
            })
        });
        if made.is_err() {
            let _ = fs::remove_file(&partial);
        }
        made
    }

    fn write_partial(&self, partial: &Path) -> Result<Stream, BackupError> {
        let file = File::options().write(true).create_new(true).mode(0o600).open(partial);
        let file = file.map_err(BackupError::io(partial))?;
        let output = self.keys.writer(BufWriter::with_capacity(256 * 1024, file))?;
        let mut writer = Writer::new(output, &self.header).map_err(BackupError::io(partial))?;
        let register = match fs::read(&self.register) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            read => read.map_err(BackupError::io(&self.register))?,
        };
        writer.register(&register).map_err(BackupError::io(partial))?;
        let mut command = Tools::for_server(self.header.server)?.command("pg_basebackup", &self.database);
        // One stream, with the log that was written meanwhile: a base is whole by itself.
        command.args(["--pgdata=-", "--format=tar", "--wal-method=fetch", "--checkpoint=fast", "--no-manifest"]);
        command.env_remove("PGDATABASE").stdin(Stdio::null()).stdout(Stdio::piped());
        let mut program = Program::start("pg_basebackup", command)?;
        let copy = program.child.stdout.take();
        let copy = copy.ok_or_else(|| BackupError::Interrupted("pg_basebackup has no output".into()))?;
        let database = writer.database(copy).map_err(BackupError::io(partial))?;
        program.finish()?;
        let list = writer.list(io::empty()).map_err(BackupError::io(partial))?;
        let manifest = Manifest {
            contents: Contents::default(),
            afterwards: Vec::new(),
            database: database.clone(),
            bytes: list.clone(),
            list,
            objects: 0,
            damaged: Vec::new(),
        };
        let mut output = writer.finish(&manifest).map_err(BackupError::io(partial))?;
        output.flush().map_err(BackupError::io(partial))?;
        let file = output.into_inner().map_err(|error| BackupError::io(partial)(error.into_error()))?;
        file.sync_all().map_err(BackupError::io(partial))?;
        Ok(database)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_from_when_on_a_base_is_of_use() {
        let named =
            |name: &str| Base::named(PathBuf::from(name)).map(|base| (base.usable_from.to_string(), base.segment));
        assert_eq!(
            named("/b/hub-20261121T180001Z-00000001000000000000000A.base"),
            Some(("2026-11-21T18:00:01Z".into(), "00000001000000000000000A".into()))
        );
        for other in [
            "hub-20261121T180001Z.backup",
            "hub-20261121T180001Z-0000.base",
            "hub-20261121T180001Z-00000001000000000000000A.base.partial",
            "hub-yesterday-00000001000000000000000A.base",
        ] {
            assert_eq!(named(other), None, "{other}");
        }
    }
}
