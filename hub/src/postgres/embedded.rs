use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::cluster::{self, Cluster};
use super::postmaster::Postmaster;

/// A private Postgres cluster in the hub's data folder: a Unix socket only, passwords only, `fsync` on.
///
/// It is started from a system installation and stopped when this value is dropped. Postgres refuses to run as root, so
/// as root the server runs as the user `postgres`. A server that a killed hub left running is taken over; one that ends
/// by itself is started again, while those who need it wait and try again.
pub struct EmbeddedPostgres {
    cluster: Arc<Cluster>,
    stopping: Arc<AtomicBool>,
    keeper: Option<JoinHandle<()>>,
}

/// Why there is no embedded server. Every message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// No `initdb` anywhere.
    #[error(
        "no PostgreSQL server found (pg_config --bindir, /usr/lib/postgresql/*/bin): install the package postgresql-15 or newer, or set DATABASE_URL"
    )]
    NotInstalled,
    /// No programs that understand the server.
    #[error(
        "backups need the programs of PostgreSQL {0} or newer (pg_dump, pg_restore): install postgresql-client-{0}"
    )]
    NoTools(u32),
    /// Running as root without a `postgres` user to run the server as.
    #[error(
        "PostgreSQL does not run as root and there is no user `postgres`: install the package postgresql-15, or set DATABASE_URL"
    )]
    NoUser,
    /// Another hub runs on the data folder.
    #[error(
        "the hub with process id {process} is using the data folder {data}: stop it first, or set another HUB_DATA, or give both the same DATABASE_URL"
    )]
    InUse {
        /// The folder.
        data: PathBuf,
        /// The other hub's process id.
        process: String,
    },
    /// The folder cannot be used.
    #[error("{path}: {source}")]
    Io {
        /// What was touched.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// A Postgres program failed.
    #[error("{program} failed: {output}")]
    Failed {
        /// Which.
        program: &'static str,
        /// What it said.
        output: String,
    },
    /// The server did not answer in time; it may be recovering a large log.
    #[error("the embedded PostgreSQL did not become ready within {0:?}; its log is postgres.log in the data folder")]
    NotReady(Duration),
}

/// How often the server is looked at. A look costs one system call.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// After a start that failed for good, before the next.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(2);

impl EmbeddedPostgres {
    /// Starts (after creating it if needed) the cluster in `data/postgres`, and keeps it running until told to stop.
    ///
    /// # Errors
    /// See [`EmbeddedError`].
    pub fn start(data: &Path) -> Result<Self, EmbeddedError> {
        let cluster = Arc::new(Cluster::open(data)?);
        let stopping = Arc::new(AtomicBool::new(false));
        let postmaster = cluster.start(&stopping)?;
        let (kept, told) = (Arc::clone(&cluster), Arc::clone(&stopping));
        let keeper = thread::Builder::new()
            .name("postgres keeper".to_owned())
            .spawn(move || keep(&kept, postmaster, &told))
            .expect("a thread can be started");
        let server = Self { cluster, stopping, keeper: Some(keeper) };
        server.cluster.ensure_database()?;
        Ok(server)
    }

    /// Connection string of the superuser of the server that runs in a data folder, for the database `hub`: for whoever works
    /// beside the hub that keeps it. `None` when there is no such server.
    pub fn running(data: &Path) -> Option<String> {
        cluster::running(data)
    }

    /// Whether a data folder has a cluster, running or not.
    pub fn is_in(data: &Path) -> bool {
        data.join("postgres/PG_VERSION").exists()
    }

    /// Connection string of the cluster's superuser, for the database `hub`.
    pub fn url(&self) -> String {
        self.url_of("hub")
    }

    /// Connection string of the cluster's superuser, for another database of the cluster.
    pub fn url_of(&self, database: &str) -> String {
        self.cluster.url_of(database)
    }

    /// The process of the server's postmaster.
    pub fn process_id(&self) -> Option<u32> {
        self.cluster.postmaster()
    }

    /// Stops the server: no new connections, open transactions rolled back, a checkpoint.
    pub fn stop(&mut self) {
        self.stopping.store(true, Ordering::Relaxed);
        if let Some(keeper) = self.keeper.take() {
            keeper.thread().unpark();
            if keeper.join().is_err() {
                tracing::error!("the keeper of the embedded PostgreSQL had failed");
                self.cluster.stop();
            }
        }
    }
}

impl Drop for EmbeddedPostgres {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Starts the server again whenever it has ended, until told to stop it.
fn keep(cluster: &Cluster, mut postmaster: Postmaster, stopping: &AtomicBool) {
    while !stopping.load(Ordering::Relaxed) {
        thread::park_timeout(LOOK_EVERY);
        let Some(how) = cluster.has_ended(&mut postmaster) else { continue };
        if stopping.load(Ordering::Relaxed) {
            return;
        }
        tracing::error!(%how, "the embedded PostgreSQL has ended; starting it again");
        match cluster.start(stopping) {
            Ok(again) => {
                tracing::info!("the embedded PostgreSQL is back");
                postmaster = again;
            }
            Err(error) => {
                tracing::error!(%error, "the embedded PostgreSQL cannot be started");
                thread::park_timeout(TRY_AGAIN_AFTER);
            }
        }
    }
    cluster.stop();
    if let Postmaster::Child(mut child) = postmaster {
        let _ = child.wait();
    }
}
