use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::embedded::EmbeddedError;
use super::installation::{find_binaries, is_root, postgres_user};
use super::kept_log::KeptLog;

const SUPERUSER: &str = "hub_owner";

/// The files of a private cluster, and the programs that work on it. Whoever has one is alone with the data folder.
pub(super) struct Cluster {
    pub(super) data: PathBuf,
    pub(super) folder: PathBuf,
    pub(super) socket_dir: PathBuf,
    pub(super) log: KeptLog,
    pub(super) binaries: PathBuf,
    pub(super) owner: Option<(u32, u32)>,
    pub(super) password: String,
    /// Locked for as long as this value lives; the kernel lets go of it however the process ends.
    _lock: File,
}

impl Cluster {
    /// Takes hold of the data folder, and makes the cluster in it if there is none.
    pub(super) fn open(data: &Path) -> Result<Self, EmbeddedError> {
        let mut cluster = Self::in_folder(data, "postgres")?;
        cluster.password = cluster.superuser_password()?;
        if !cluster.folder.join("PG_VERSION").exists() {
            cluster.init()?;
        }
        Ok(cluster)
    }

    /// Takes hold of the data folder, with an empty folder for a cluster that comes from elsewhere and its superuser's password.
    pub(super) fn open_for_copy(data: &Path, name: &str, password: String) -> Result<Self, EmbeddedError> {
        let mut cluster = Self::in_folder(data, name)?;
        let io = |source| EmbeddedError::Io { path: cluster.folder.clone(), source };
        if cluster.postmaster().is_some_and(|pid| cluster.is_postmaster(pid)) {
            // What was interrupted before has left it.
            cluster.stop();
        }
        fs::remove_dir_all(&cluster.folder).map_err(io)?;
        cluster.prepare_folders()?;
        cluster.password = password;
        Ok(cluster)
    }

    fn in_folder(data: &Path, name: &str) -> Result<Self, EmbeddedError> {
        let io = |source| EmbeddedError::Io { path: data.to_owned(), source };
        fs::create_dir_all(data).map_err(io)?;
        let data = data.canonicalize().map_err(io)?;
        let binaries = find_binaries().ok_or(EmbeddedError::NotInstalled)?;
        let owner = if is_root() { Some(postgres_user().ok_or(EmbeddedError::NoUser)?) } else { None };
        let cluster = Self {
            _lock: lock(&data)?,
            folder: data.join(name),
            socket_dir: socket_dir(&data),
            log: KeptLog::of(&data),
            data,
            binaries,
            owner,
            password: String::new(),
        };
        cluster.prepare_folders()?;
        Ok(cluster)
    }

    /// Connection string of the superuser for one of the databases.
    pub(super) fn url_of(&self, database: &str) -> String {
        url(&self.socket_dir, &self.password, database)
    }

    /// Makes the database `hub` if there is none.
    pub(super) fn ensure_database(&self) -> Result<(), EmbeddedError> {
        let output = self
            .program("createdb")
            .env("PGPASSWORD", &self.password)
            .arg("--host")
            .arg(&self.socket_dir)
            .args(["--username", SUPERUSER, "--maintenance-db=postgres", "hub"])
            .output()
            .map_err(|source| EmbeddedError::Io { path: self.binaries.join("createdb"), source })?;
        let said = String::from_utf8_lossy(&output.stderr);
        if output.status.success() || said.contains("already exists") {
            return Ok(());
        }
        Err(EmbeddedError::Failed { program: "createdb", output: said.trim().to_owned() })
    }

    fn prepare_folders(&self) -> Result<(), EmbeddedError> {
        for dir in [Some(&self.folder), Some(&self.socket_dir), self.log.folder()].into_iter().flatten() {
            let io = |source| EmbeddedError::Io { path: dir.clone(), source };
            fs::create_dir_all(dir).map_err(io)?;
            fs::set_permissions(dir, fs::Permissions::from_mode(0o700)).map_err(io)?;
            if let Some((uid, gid)) = self.owner {
                std::os::unix::fs::chown(dir, Some(uid), Some(gid)).map_err(io)?;
            }
        }
        if self.owner.is_some() {
            // The server's user must be able to pass through the folder on the way to its cluster.
            let io = |source| EmbeddedError::Io { path: self.data.clone(), source };
            let mode = fs::metadata(&self.data).map_err(io)?.mode();
            fs::set_permissions(&self.data, fs::Permissions::from_mode(mode | 0o011)).map_err(io)?;
        }
        Ok(())
    }

    fn superuser_password(&self) -> Result<String, EmbeddedError> {
        let path = self.data.join("postgres.password");
        if let Ok(password) = fs::read_to_string(&path) {
            return Ok(password.trim().to_owned());
        }
        let mut bytes = [0u8; 24];
        getrandom::fill(&mut bytes).expect("the system has randomness");
        let password: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        write_private(&path, password.as_bytes()).map_err(|source| EmbeddedError::Io { path, source })?;
        Ok(password)
    }

    /// Keeps the password of a cluster that came from elsewhere.
    pub(super) fn write_password(&self) -> io::Result<()> {
        write_private(&self.data.join("postgres.password"), self.password.as_bytes())
    }

    fn init(&self) -> Result<(), EmbeddedError> {
        // initdb reads the password as the server's user, who may not read the data folder's private files.
        let password_file = self.socket_dir.join("initdb.password");
        let io = |source| EmbeddedError::Io { path: password_file.clone(), source };
        write_private(&password_file, self.password.as_bytes()).map_err(io)?;
        if let Some((uid, gid)) = self.owner {
            std::os::unix::fs::chown(&password_file, Some(uid), Some(gid)).map_err(io)?;
        }
        let output = self
            .program("initdb")
            .args(["--encoding=UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256", "--data-checksums"])
            .args(["--username", SUPERUSER, "--pwfile"])
            .arg(&password_file)
            .arg("--pgdata")
            .arg(&self.folder)
            .output()
            .map_err(|source| EmbeddedError::Io { path: self.binaries.join("initdb"), source })?;
        let _ = fs::remove_file(&password_file);
        if !output.status.success() {
            // A half-made cluster would be taken for a whole one at the next start.
            let _ = fs::remove_dir_all(&self.folder);
            let _ = self.prepare_folders();
            return Err(EmbeddedError::Failed {
                program: "initdb",
                output: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            });
        }
        Ok(())
    }

    /// Gives what is in a folder to the server's user.
    pub(super) fn hand_over(&self, path: &Path) -> io::Result<()> {
        let Some((uid, gid)) = self.owner else { return Ok(()) };
        std::os::unix::fs::lchown(path, Some(uid), Some(gid))?;
        if fs::symlink_metadata(path)?.is_dir() {
            for entry in fs::read_dir(path)? {
                self.hand_over(&entry?.path())?;
            }
        }
        Ok(())
    }

    pub(super) fn program(&self, name: &'static str) -> Command {
        let mut command = Command::new(self.binaries.join(name));
        command.current_dir("/");
        if let Some((uid, gid)) = self.owner {
            command.uid(uid).gid(gid);
        }
        command
    }
}

/// Two hubs on one folder would stop each other's server.
fn lock(data: &Path) -> Result<File, EmbeddedError> {
    let path = data.join("hub.lock");
    let io = |source| EmbeddedError::Io { path: path.clone(), source };
    let mut file = File::options().read(true).write(true).create(true).truncate(false).open(&path).map_err(io)?;
    match file.try_lock() {
        Ok(()) => {
            file.set_len(0).map_err(io)?;
            write!(file, "{}", std::process::id()).map_err(io)?;
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            file.read_to_string(&mut holder).map_err(io)?;
            Err(EmbeddedError::InUse { data: data.to_owned(), process: holder.trim().to_owned() })
        }
        Err(TryLockError::Error(source)) => Err(io(source)),
    }
}

/// Connection string of the superuser of a server that runs in a data folder, whoever started it.
pub(super) fn running(data: &Path) -> Option<String> {
    let data = data.canonicalize().ok()?;
    let socket_dir = socket_dir(&data);
    std::os::unix::net::UnixStream::connect(socket_dir.join(".s.PGSQL.5432")).ok()?;
    let password = fs::read_to_string(data.join("postgres.password")).ok()?;
    Some(url(&socket_dir, password.trim(), "hub"))
}

fn url(socket_dir: &Path, password: &str, database: &str) -> String {
    format!("host={} user={SUPERUSER} password={password} dbname={database}", socket_dir.display())
}

/// Unix socket paths end at 107 bytes; a deep data folder gets a short one derived from its path.
fn socket_dir(data: &Path) -> PathBuf {
    let inside = data.join("socket");
    if inside.as_os_str().len() <= 80 {
        return inside;
    }
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(data.as_os_str().as_encoded_bytes());
    let name: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    std::env::temp_dir().join(format!("hub-{name}"))
}

fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = File::options().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(content)
}
