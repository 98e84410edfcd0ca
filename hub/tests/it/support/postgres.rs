use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{OnceLock, mpsc};

use hub::config::Config;
use hub::postgres::{EmbeddedPostgres, migrate};
use hub::sealing::MasterKey;
use tokio_postgres::NoTls;

/// The key of every test hub: two hubs of one database must share it.
pub const MASTER_KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

const TEMPLATE: &str = "hub_template";
const CLONE: &str = "test_";

/// A database of one test, cloned from the migrated template of this process's private server. It goes when this is dropped:
/// hundreds of them would fill a scratch folder in memory.
pub struct TestDatabase {
    /// Connection string of the owner, for the hub and for tests that write by SQL.
    pub url: String,
    /// The data folder of its hubs; it goes with the server.
    pub data: PathBuf,
}

struct Cluster {
    server: EmbeddedPostgres,
    clones: AtomicU32,
    making: tokio::sync::Mutex<()>,
    /// Names of databases that nobody needs any more.
    over: mpsc::Sender<String>,
}

static CLUSTER: OnceLock<Cluster> = OnceLock::new();

impl TestDatabase {
    /// Clones the template.
    pub async fn create() -> Self {
        Self::made(&format!(" template {TEMPLATE}")).await
    }

    /// Without tables.
    pub async fn empty() -> Self {
        Self::made(" template template0").await
    }

    async fn made(how: &str) -> Self {
        let cluster = tokio::task::spawn_blocking(|| CLUSTER.get_or_init(start)).await.expect("the server starts");
        // Two clones of one template cannot be made at once.
        let _making = cluster.making.lock().await;
        let name = format!("{CLONE}{}", cluster.clones.fetch_add(1, Ordering::Relaxed));
        let (client, connection) =
            tokio_postgres::connect(&cluster.server.url_of("postgres"), NoTls).await.expect("the server answers");
        tokio::spawn(connection);
        client.batch_execute(&format!("create database {name}{how}")).await.expect("the template can be cloned");
        Self { url: cluster.server.url_of(&name), data: folder().join("hubs").join(name) }
    }

    /// How hubs of it are configured.
    pub fn config(&self) -> Config {
        Config::for_test(&self.data, self.url.clone(), MASTER_KEY.to_owned())
    }

    /// A connection as the owner: somebody with psql.
    pub async fn sql(&self) -> tokio_postgres::Client {
        let (client, connection) = tokio_postgres::connect(&self.url, NoTls).await.expect("the database answers");
        tokio::spawn(connection);
        client
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let name = self.url.parse::<tokio_postgres::Config>().ok().and_then(|url| url.get_dbname().map(str::to_owned));
        // Not those of a test's own server.
        let name = name.filter(|name| name.starts_with(CLONE));
        if let (Some(cluster), Some(name)) = (CLUSTER.get(), name) {
            let _ = cluster.over.send(name);
        }
    }
}

fn folder() -> PathBuf {
    std::env::temp_dir().join(format!("hub-it-{}", std::process::id()))
}

fn start() -> Cluster {
    let data = folder();
    let server = EmbeddedPostgres::start(&data).expect("a PostgreSQL installation");
    stop_with_this_process(server.process_id().expect("it runs"), data);
    let url = server.url();
    let template = server.url_of(TEMPLATE);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(&url, NoTls).await.expect("the server answers");
        tokio::spawn(connection);
        client.batch_execute(&format!("create database {TEMPLATE}")).await.expect("the template is new");
        let master = MasterKey::load(Some(MASTER_KEY), &PathBuf::from(".")).expect("the key is well-formed");
        let owner = template.parse().expect("our own string");
        migrate(&owner, &master).await.expect("the migrations apply");
    });
    let (over, names) = mpsc::channel();
    std::thread::spawn(move || drop_databases(&url, &names));
    Cluster { server, clones: AtomicU32::new(0), making: tokio::sync::Mutex::new(()), over }
}

/// One after the other, beside the tests. What is still connected belongs to a test that is over.
fn drop_databases(url: &str, names: &mpsc::Receiver<String>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("the server answers");
        tokio::spawn(connection);
        while let Ok(name) = names.recv() {
            // One that stays costs room and nothing else.
            let _ = client.batch_execute(&format!("drop database if exists {name} with (force)")).await;
        }
    });
}

/// Statics are never dropped. A shell that waits for our end of its pipe to close stops the server and removes its files,
/// however this process ends.
#[expect(clippy::zombie_processes, reason = "it outlives this process on purpose")]
fn stop_with_this_process(postmaster: u32, data: PathBuf) {
    let mut watchdog = Command::new("sh")
        .arg("-c")
        .arg("read -r _; kill -INT \"$0\"; while kill -0 \"$0\" 2>/dev/null; do sleep 0.1; done; rm -rf \"$1\"")
        .arg(postmaster.to_string())
        .arg(data)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // Whoever ends the tests by their group must not end it with them.
        .process_group(0)
        .spawn()
        .expect("sh is there");
    let mut pipe = watchdog.stdin.take().expect("it was piped");
    pipe.flush().expect("it is open");
    std::mem::forget(pipe);
}
