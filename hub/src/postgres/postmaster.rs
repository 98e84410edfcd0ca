use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::cluster::Cluster;
use super::embedded::EmbeddedError;
use super::kept_log::ARCHIVING;

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

/// The server of a cluster: how it is started, looked at and stopped.
impl Cluster {
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
    pub(super) fn is_postmaster(&self, pid: u32) -> bool {
        let cluster = self.folder.as_os_str().as_encoded_bytes();
        fs::read(format!("/proc/{pid}/cmdline"))
            .is_ok_and(|line| line.split(|byte| *byte == 0).any(|argument| argument == cluster))
    }

    fn keeps_log(&self, pid: u32) -> bool {
        fs::read(format!("/proc/{pid}/cmdline"))
            .is_ok_and(|line| line.split(|byte| *byte == 0).any(|argument| argument == ARCHIVING.as_bytes()))
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
}
