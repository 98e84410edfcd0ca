use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::process::{ExitStatus, Output, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio_postgres::NoTls;
use uuid::Uuid;

/// Long: a server that recovers flushes the whole file system first, and a build may just have filled its cache.
const WITHIN: Duration = Duration::from_secs(240);

/// The real program, in a process of its own, with its embedded server in a folder that goes away with this value.
pub struct HubProcess {
    /// Its data folder.
    pub data: PathBuf,
    listen: String,
    log: &'static str,
    environment: Vec<(&'static str, String)>,
    child: Option<Child>,
}

impl HubProcess {
    /// The owner's address.
    pub const OWNER: &str = "owner@maison.example";
    /// The owner's password.
    pub const PASSWORD: &str = "correct horse battery";

    /// An empty hub with an owner, serving on a port of its own.
    pub async fn start() -> Self {
        Self::start_logging("info").await
    }

    /// An empty data folder with a master key; nothing runs.
    pub fn unmade() -> Self {
        let data = std::env::temp_dir().join(format!("hub-it-{}", Uuid::now_v7().simple()));
        fs::create_dir_all(&data).expect("a folder");
        fs::write(data.join("master.key"), super::postgres::MASTER_KEY).expect("written");
        Self { data, listen: "127.0.0.1:0".into(), log: "info", environment: Vec::new(), child: None }
    }

    /// The same, with a log filter.
    pub async fn start_logging(log: &'static str) -> Self {
        Self::start_in(log, Vec::new()).await
    }

    /// The same, in an environment of its own.
    pub async fn start_in(log: &'static str, environment: Vec<(&'static str, String)>) -> Self {
        let data = std::env::temp_dir().join(format!("hub-it-{}", Uuid::now_v7().simple()));
        fs::create_dir_all(&data).expect("a folder");
        let mut hub = Self { data, listen: "127.0.0.1:0".into(), log, environment, child: None };
        let owner = ["--email", Self::OWNER, "--password", Self::PASSWORD, "--organization", "Maison"];
        let made = hub.run("create-owner", &owner).await;
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        hub.serve().await;
        hub
    }

    /// Serves, on the same port as before, if there was one.
    pub async fn serve(&mut self) {
        self.serve_with(&[]).await;
    }

    /// The same, with more arguments.
    pub async fn serve_with(&mut self, arguments: &[&str]) {
        let log = fs::File::options().create(true).append(true).open(self.data.join("hub.log")).expect("a log");
        let mut child = self
            .command("serve")
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the program can be started");
        let mut lines = BufReader::new(child.stdout.take().expect("it was piped")).lines();
        self.child = Some(child);
        let ready = tokio::time::timeout(WITHIN, lines.next_line()).await;
        let Ok(Ok(Some(line))) = ready else { panic!("it does not say that it is ready: {}", self.log()) };
        let ready: serde_json::Value = serde_json::from_str(&line).expect("one line of JSON");
        let url = ready["url"].as_str().expect("where it listens");
        self.listen = url.trim_start_matches("http://").to_owned();
    }

    /// Runs another command of the program on the same data folder, to its end.
    pub async fn run(&self, command: &str, arguments: &[&str]) -> Output {
        let output = self.command(command).args(arguments).output();
        tokio::time::timeout(WITHIN, output).await.expect("it ends").expect("the program can be started")
    }

    /// As [`run`](Self::run), beside the program that serves, in another environment.
    pub async fn beside(&self, command: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
        let mut program = self.command(command);
        program.args(arguments).env("DATABASE_URL", self.database_url()).envs(environment.iter().copied());
        let output = program.output();
        tokio::time::timeout(WITHIN, output).await.expect("it ends").expect("the program can be started")
    }

    /// Starts another command of the program beside the one that serves; it is killed with this value.
    pub fn spawn(&self, command: &str) -> Child {
        let mut program = self.command(command);
        program
            .env("DATABASE_URL", self.database_url())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program can be started")
    }

    /// Starts another command of the program; it is killed with this value.
    pub fn begin(&self, command: &str, arguments: &[&str]) -> Child {
        let log = fs::File::options().create(true).append(true).open(self.data.join("hub.log")).expect("a log");
        let mut program = self.command(command);
        program.args(arguments).stdout(Stdio::null()).stderr(log).spawn().expect("the program can be started")
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.listen)
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.as_ref().and_then(Child::id).expect("it runs")
    }

    /// `kill -9`: of the program only; its server runs on.
    pub async fn kill(&mut self) {
        self.child.take().expect("it runs").kill().await.expect("it is ours");
    }

    /// SIGTERM, and waits for the end.
    pub async fn terminate(&mut self) -> ExitStatus {
        let mut child = self.child.take().expect("it runs");
        signal("TERM", &[child.id().expect("it runs")]);
        tokio::time::timeout(WITHIN, child.wait()).await.expect("it ends").expect("it is ours")
    }

    /// The first process of its server.
    pub fn postmaster(&self) -> Option<u32> {
        let file = fs::read_to_string(self.data.join("postgres/postmaster.pid")).ok()?;
        let pid: u32 = file.lines().next()?.trim().parse().ok()?;
        let line = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        String::from_utf8_lossy(&line).contains(self.data.to_str()?).then_some(pid)
    }

    /// Every process of its server, the first one first.
    pub fn cluster(&self) -> Vec<u32> {
        let Some(postmaster) = self.postmaster() else { return Vec::new() };
        let processes = fs::read_dir("/proc").expect("a /proc").flatten();
        let children = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(|pid: &u32| {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            // pid (name) state parent ...
            let parent = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1)?.parse().ok());
            parent == Some(postmaster)
        });
        std::iter::once(postmaster).chain(children).collect()
    }

    /// Every process of its server, once it takes connections.
    pub async fn whole_cluster(&self) -> Vec<u32> {
        drop(self.sql().await);
        self.cluster()
    }

    /// The user that the server runs as.
    pub fn server_user(&self) -> u32 {
        fs::metadata(self.data.join("postgres")).expect("the cluster is there").uid()
    }

    /// Where its server is, for whoever else would use it.
    fn database_url(&self) -> String {
        let password = fs::read_to_string(self.data.join("postgres.password")).expect("a password");
        let socket = self.data.join("socket");
        format!("host={} user=hub_owner password={} dbname=hub", socket.display(), password.trim())
    }

    /// A connection of the database's superuser: somebody with psql.
    pub async fn sql(&self) -> tokio_postgres::Client {
        let url = self.database_url();
        let connecting = async {
            loop {
                // It may be on its way back.
                match tokio_postgres::connect(&url, NoTls).await {
                    Ok(connected) => return connected,
                    Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                }
            }
        };
        let (client, connection) = tokio::time::timeout(WITHIN, connecting).await.expect("the database answers");
        tokio::spawn(connection);
        client
    }

    /// The last lines that it wrote.
    pub fn log(&self) -> String {
        let log = fs::read_to_string(self.data.join("hub.log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    fn command(&self, command: &str) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_hub"));
        program.arg(command).env("HUB_DATA", &self.data).env("HUB_LISTEN", &self.listen);
        program.env("HUB_LOG", self.log).env_remove("DATABASE_URL").env_remove("HUB_MASTER_KEY");
        program.env_remove("OTEL_EXPORTER_OTLP_ENDPOINT").envs(self.environment.iter().map(|(k, v)| (k, v)));
        program.stdin(Stdio::null()).kill_on_drop(true);
        program
    }
}

impl Drop for HubProcess {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.start_kill();
        }
        signal("KILL", &self.cluster());
        let _ = fs::remove_dir_all(&self.data);
    }
}

/// Waits for what must happen soon.
pub async fn within<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(WITHIN, what).await.expect("it happens")
}

/// Sends a signal to processes of our own. One that has ended meanwhile is as good as told.
pub fn signal(name: &str, pids: &[u32]) {
    if pids.is_empty() {
        return;
    }
    let pids = pids.iter().map(ToString::to_string);
    let kill = std::process::Command::new("kill").arg(format!("-{name}")).args(pids).stderr(Stdio::null()).status();
    kill.expect("there is a kill");
}
