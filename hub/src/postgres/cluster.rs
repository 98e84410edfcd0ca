use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::embedded::EmbeddedError;
use super::kept_log::{ARCHIVING, KeptLog};

/// For how long a server may say nothing at all.
const SILENT_FOR: Duration = Duration::from_secs(60);
/// For how long one may say that it is starting: after a crash it replays its log first, and stopping it in the middle of
/// that only makes it begin again.
const RECOVERED_WITHIN: Duration = Duration::from_secs(30 * 60);
/// How often a server that takes its time is told of.
const TOLD_EVERY: Duration = Duration::from_secs(10);
/// For how long a server that ends at once is tried again: processes of the one before may still have to notice that it
/// is gone.
const TRY_FOR: Duration = Duration::from_secs(20);
/// Seconds for a stop with a checkpoint: with the rest of the way less than what a service manager gives the hub.
const STOPPED_WITHIN: &str = "30";
/// Seconds for one without.
const CUT_OFF_WITHIN: &str = "10";
const SUPERUSER: &str = "hub_owner";

/// The files of a private cluster, and the programs that work on it. Whoever has one is alone with the data folder.
pub(super) struct Cluster {
    data: PathBuf,
    folder: PathBuf,
    socket_dir: PathBuf,
    log: KeptLog,
    binaries: PathBuf,
    owner: Option<(u32, u32)>,
    password: String,
    /// Locked for as long as this value lives; the kernel lets go of it however the process ends.
    _lock: File,
}

/// The server's first process.
pub(super) enum Postmaster {
    /// Started by this hub.
    Child(Child),
    /// Started by a hub that was killed.
    Adopted(u32),
}

/// What a server says to `pg_isready`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// It takes connections.
    Ready,
    /// It is there, and refuses them for now: it starts, recovers or stops.
    Starting,
    /// Nobody is there.
    Silent,
}

/// The server that answers: the one that was started, or another one that was there before.
fn whose(started: Option<Child>, pid: u32) -> Postmaster {
    match started {
        Some(child) if child.id() == pid => Postmaster::Child(child),
        Some(mut second) => {
            // It ends by itself when it sees the other's lock.
            let _ = second.wait();
            Postmaster::Adopted(pid)
        }
        None => Postmaster::Adopted(pid),
    }
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

    /// Starts the server, or takes over the one that runs, and waits until it answers.
    pub(super) fn start(&self, given_up: &AtomicBool) -> Result<Postmaster, EmbeddedError> {
        let start = Instant::now();
        let (mut heard, mut told) = (start, start);
        let mut child: Option<Child> = None;
        // Whether it keeps its log is said when a server starts; one that a killed hub has left is asked to start again.
        if self.postmaster().is_some_and(|pid| self.is_postmaster(pid) && self.keeps_log(pid) != self.log.is_kept()) {
            self.stop();
        }
        while heard.elapsed() < SILENT_FOR && start.elapsed() < RECOVERED_WITHIN && !given_up.load(Ordering::Relaxed) {
            let status = match &mut child {
                Some(child) => child.try_wait().ok().flatten(),
                None => None,
            };
            match self.answer() {
                Answer::Ready => {
                    if let Some(pid) = self.postmaster().filter(|pid| self.is_postmaster(*pid)) {
                        return Ok(whose(child, pid));
                    }
                }
                // Ours or another one: it needs its time.
                Answer::Starting => {
                    heard = Instant::now();
                    if told.elapsed() > TOLD_EVERY {
                        told = heard;
                        tracing::info!(
                            seconds = start.elapsed().as_secs(),
                            "the embedded PostgreSQL is still starting"
                        );
                    }
                }
                Answer::Silent => match status {
                    Some(status) if heard.elapsed() > TRY_FOR => {
                        let output = format!("ended with {status}");
                        return Err(EmbeddedError::Failed { program: "postgres", output });
                    }
                    Some(_) => {
                        std::thread::sleep(Duration::from_millis(50));
                        child = Some(self.launch(&[])?);
                    }
                    None if child.is_none() => child = Some(self.launch(&[])?),
                    None => {}
                },
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        if let Some(mut child) = child {
            self.stop();
            let _ = child.wait();
        }
        Err(EmbeddedError::NotReady(start.elapsed()))
    }

    /// Stops the server, whoever started it: with a checkpoint if the disk allows it in time, else as a crash would, which
    /// loses nothing that was committed and leaves no server behind.
    pub(super) fn stop(&self) {
        for (mode, seconds) in [("fast", STOPPED_WITHIN), ("immediate", CUT_OFF_WITHIN)] {
            let stop = ["stop", "--silent", "-m", mode, "-w", "-t", seconds, "-D"];
            let asked = self.program("pg_ctl").args(stop).arg(&self.folder).output();
            if asked.is_ok_and(|output| output.status.success()) || self.postmaster().is_none() {
                return;
            }
            tracing::warn!(mode, seconds, "the embedded PostgreSQL did not stop in time");
        }
    }

    /// Whether a postmaster has ended, and how.
    pub(super) fn has_ended(&self, postmaster: &mut Postmaster) -> Option<String> {
        match postmaster {
            Postmaster::Child(child) => Some(child.try_wait().ok()??.to_string()),
            Postmaster::Adopted(pid) => (!self.is_postmaster(*pid)).then(|| "nobody saw how".to_owned()),
        }
    }

    /// The process that the server's own lock file names.
    pub(super) fn postmaster(&self) -> Option<u32> {
        let pid = fs::read_to_string(self.folder.join("postmaster.pid")).ok()?;
        pid.lines().next()?.trim().parse().ok()
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

    /// Starts the server, with more settings.
    pub(super) fn launch(&self, settings: &[String]) -> Result<Child, EmbeddedError> {
        let log_path = self.data.join("postgres.log");
        let log = File::options().create(true).append(true).open(&log_path);
        let log = log.map_err(|source| EmbeddedError::Io { path: log_path, source })?;
        let mut command = self.program("postgres");
        command.arg("-D").arg(&self.folder);
        for setting in [
            "fsync=on".to_owned(),
            // After a crash, one call that flushes the file system instead of one for each of a thousand files: recovery
            // takes a fraction of a second instead of several.
            "recovery_init_sync_method=syncfs".to_owned(),
            "listen_addresses=".to_owned(),
            format!("unix_socket_directories={}", self.socket_dir.display()),
            "max_connections=200".to_owned(),
            "shared_buffers=128MB".to_owned(),
            "max_wal_size=2GB".to_owned(),
            "jit=off".to_owned(),
            // A guest list comes at once, and the doors open soon after: the planner must hear of it.
            "autovacuum_naptime=10s".to_owned(),
            "log_line_prefix=%m [%p] ".to_owned(),
        ] {
            command.arg("-c").arg(setting);
        }
        for setting in self.log.settings().iter().chain(settings) {
            command.arg("-c").arg(setting);
        }
        // A postmaster.pid that a crash left behind is Postgres's own business, unless its number belongs to another process
        // by now (after a restart of a container, say): Postgres passes over the one that is named here.
        if let Some(stranger) = self.postmaster().filter(|pid| !self.is_postmaster(*pid)) {
            command.env("PG_GRANDPARENT_PID", stranger.to_string());
        }
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone().map_err(|source| EmbeddedError::Io { path: self.data.clone(), source })?)
            .stderr(log)
            // Its own group: Ctrl-C in the hub's terminal must not reach the database before the hub has drained.
            .process_group(0);
        command.spawn().map_err(|source| EmbeddedError::Io { path: self.binaries.join("postgres"), source })
    }

    /// Whether a process is a server on this cluster: numbers of processes are used again.
    fn is_postmaster(&self, pid: u32) -> bool {
        let cluster = self.folder.as_os_str().as_encoded_bytes();
        fs::read(format!("/proc/{pid}/cmdline"))
            .is_ok_and(|line| line.split(|byte| *byte == 0).any(|argument| argument == cluster))
    }

    fn keeps_log(&self, pid: u32) -> bool {
        fs::read(format!("/proc/{pid}/cmdline"))
            .is_ok_and(|line| line.split(|byte| *byte == 0).any(|argument| argument == ARCHIVING.as_bytes()))
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

    /// Where the cluster's files are.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The data folder.
    pub(super) fn data(&self) -> &Path {
        &self.data
    }

    pub(super) fn is_ready(&self) -> bool {
        self.answer() == Answer::Ready
    }

    fn answer(&self) -> Answer {
        let asked = self
            .program("pg_isready")
            .arg("--quiet")
            .arg("--host")
            .arg(&self.socket_dir)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        match asked.ok().and_then(|status| status.code()) {
            Some(0) => Answer::Ready,
            Some(1) => Answer::Starting,
            _ => Answer::Silent,
        }
    }

    fn program(&self, name: &'static str) -> Command {
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

fn is_root() -> bool {
    // The owner of our own process directory is the effective user.
    fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0)
}

fn postgres_user() -> Option<(u32, u32)> {
    let passwd = fs::read_to_string("/etc/passwd").ok()?;
    let mut fields = passwd.lines().find(|line| line.starts_with("postgres:"))?.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

fn find_binaries() -> Option<PathBuf> {
    configured().or_else(|| installations().pop().map(|(_, dir)| dir))
}

fn configured() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let dir = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    dir.join("initdb").exists().then_some(dir)
}

/// The programs of every installation by its major version, the oldest first.
pub(super) fn installations() -> Vec<(u32, PathBuf)> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, dir)| dir.join("initdb").exists())
        .collect();
    // An installation elsewhere says its version itself: "PostgreSQL 15.14 (...)".
    if let Some(dir) = configured().filter(|dir| versions.iter().all(|(_, known)| known != dir)) {
        let said = Command::new(dir.join("postgres")).arg("--version").output();
        let said = said.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
        let digits: String =
            said.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
        versions.extend(digits.parse().ok().map(|major| (major, dir)));
    }
    versions.sort();
    versions
}
