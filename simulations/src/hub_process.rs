use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use hub_client::Api;
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;
use uuid::Uuid;

use crate::database::Database;
use crate::failure::Failure;
use crate::process_usage;

/// Initialising a cluster and migrating it takes seconds; recovering one after a crash may take longer.
const READY_WITHIN: Duration = Duration::from_secs(120);
const STOP_WITHIN: Duration = Duration::from_secs(30);
/// How long a hub may take to bring a killed Postgres back before it is started anew.
const HEAL_WITHIN: Duration = Duration::from_secs(20);

/// The account of a hub that was started here.
pub const EMAIL: &str = "producer@simulation.example";
/// Its password.
pub const PASSWORD: &str = "a long simulated passphrase";

/// A hub of our own with its embedded Postgres, in a folder that goes away with it.
#[derive(Debug)]
pub struct HubProcess {
    binary: PathBuf,
    data: PathBuf,
    listen: String,
    child: Option<Child>,
    /// CPU time of processes that were killed, ms.
    spent_ms: f64,
}

#[derive(Deserialize)]
struct Ready {
    ready: bool,
    url: String,
}

impl HubProcess {
    /// Starts an empty hub with one account, on a free port.
    pub async fn start(binary: Option<PathBuf>) -> Result<Self, Failure> {
        let binary = match binary {
            Some(binary) => binary,
            None => built_binary().await?,
        };
        let data = std::env::temp_dir().join(format!("hub-simulation-{}", Uuid::now_v7().simple()));
        fs::create_dir_all(&data)?;
        let mut hub = Self { binary, data, listen: "127.0.0.1:0".into(), child: None, spent_ms: 0.0 };
        hub.create_owner().await?;
        hub.serve().await?;
        Ok(hub)
    }

    /// Its address; stays the same through restarts.
    pub fn url(&self) -> String {
        format!("http://{}", self.listen)
    }

    /// The hub's own process.
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().and_then(Child::id)
    }

    /// Where it keeps everything.
    pub fn folder(&self) -> &Path {
        &self.data
    }

    /// The program that runs.
    pub fn binary(&self) -> &Path {
        &self.binary
    }

    /// Its database, for whoever goes past the hub.
    pub fn database(&self) -> Result<Database, Failure> {
        Database::below(&self.data)
    }

    /// CPU time that the hub and its Postgres have used since they were first started, ms.
    pub fn cpu_ms(&self) -> f64 {
        let postgres = process_usage::postmaster_below(&self.data);
        let mut total = self.spent_ms;
        if let Some(hub) = self.pid() {
            total += process_usage::cpu_ms(hub);
        }
        total + postgres.map_or(0.0, process_usage::cpu_of_tree_ms)
    }

    /// `kill -9` of the hub; its Postgres runs on. Then starts it again.
    pub async fn crash_hub(&mut self) -> Result<(), Failure> {
        if let Some(mut child) = self.child.take() {
            self.spent_ms += child.id().map_or(0.0, process_usage::cpu_ms);
            child.kill().await?;
        }
        self.serve().await
    }

    /// `kill -9` of the postmaster. The hub should bring it back by itself; if it does not, it is started anew.
    /// Returns whether it healed by itself.
    pub async fn crash_postgres(&mut self, api: &Api) -> Result<bool, Failure> {
        let Some(postmaster) = process_usage::postmaster_below(&self.data) else { return Ok(true) };
        self.spent_ms += process_usage::cpu_of_tree_ms(postmaster);
        signal("KILL", postmaster);
        let healed = async {
            // Until the hub has noticed it may still say that it is ready.
            while process_usage::postmaster_below(&self.data).is_none_or(|pid| pid == postmaster)
                || !api.is_ready().await
            {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        if timeout(HEAL_WITHIN, healed).await.is_ok() {
            return Ok(true);
        }
        self.crash_hub().await?;
        Ok(false)
    }

    /// Ends it as an operator would, and removes its folder.
    pub async fn stop(mut self) -> Result<(), Failure> {
        if let Some(mut child) = self.child.take() {
            if let Some(pid) = child.id() {
                signal("TERM", pid);
            }
            if timeout(STOP_WITHIN, child.wait()).await.is_err() {
                child.kill().await?;
            }
        }
        Ok(())
    }

    async fn create_owner(&self) -> Result<(), Failure> {
        let output = self
            .command("create-owner")
            .args(["--email", EMAIL, "--password", PASSWORD, "--organization", "Maison Simulée"])
            .stdout(Stdio::null())
            .output()
            .await?;
        if output.status.success() {
            return Ok(());
        }
        let log = String::from_utf8_lossy(&output.stderr).into_owned();
        Err(Failure::NotStarted { why: format!("create-owner ended with {}", output.status), log })
    }

    async fn serve(&mut self) -> Result<(), Failure> {
        let log = File::options().create(true).append(true).open(self.log())?;
        let mut child = self.command("serve").stdout(Stdio::piped()).stderr(log).spawn()?;
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        self.child = Some(child);
        let ready = timeout(READY_WITHIN, async {
            while let Ok(Some(line)) = lines.next_line().await {
                if let Ok(Ready { ready: true, url }) = serde_json::from_str(&line) {
                    return Some(url);
                }
            }
            None
        });
        match ready.await {
            Ok(Some(url)) => {
                self.listen = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
                // A full pipe would stop a hub that goes on to write.
                tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                Ok(())
            }
            Ok(None) => Err(self.not_started("it ended")),
            Err(_) => Err(self.not_started("it did not say that it is ready")),
        }
    }

    fn command(&self, subcommand: &str) -> Command {
        let mut command = Command::new(&self.binary);
        command.arg(subcommand).env("HUB_DATA", &self.data).env("HUB_LISTEN", &self.listen).env_remove("DATABASE_URL");
        command.stdin(Stdio::null()).kill_on_drop(true);
        command
    }

    fn log(&self) -> PathBuf {
        self.data.join("simulation.log")
    }

    fn not_started(&self, why: &str) -> Failure {
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        Failure::NotStarted { why: why.into(), log: lines[lines.len().saturating_sub(15)..].join("\n") }
    }
}

impl Drop for HubProcess {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // It may have ended by itself.
            child.start_kill().ok();
        }
        if let Some(postmaster) = process_usage::postmaster_below(&self.data) {
            // Immediate shutdown: the postmaster ends its backends; what they wrote is thrown away here.
            signal("QUIT", postmaster);
            for _ in 0..100 {
                if process_usage::postmaster_below(&self.data).is_none() {
                    break;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        }
        if let Err(error) = fs::remove_dir_all(&self.data) {
            eprintln!("simulations: {} is left behind: {error}", self.data.display());
        }
    }
}

/// The hub beside this program; cargo builds it when it is not there.
async fn built_binary() -> Result<PathBuf, Failure> {
    let own = std::env::current_exe()?;
    let folder = own.parent().unwrap_or(Path::new("."));
    let binary = folder.join("hub");
    if binary.exists() {
        return Ok(binary);
    }
    eprintln!("building the hub: {} is not there yet", binary.display());
    let mut build = Command::new("cargo");
    build.args(["build", "-p", "hub"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    if folder.ends_with("release") {
        build.arg("--release");
    }
    if let Some(target) = folder.parent() {
        build.env("CARGO_TARGET_DIR", target);
    }
    // Standard output is for the report.
    let built = build.stdout(Stdio::null()).status().await?;
    if built.success() && binary.exists() { Ok(binary) } else { Err(Failure::NoBinary(binary)) }
}

fn signal(name: &str, pid: u32) {
    // A process that has ended meanwhile is as good as one that was told to.
    std::process::Command::new("kill")
        .args([&format!("-{name}"), &pid.to_string()])
        .stderr(Stdio::null())
        .status()
        .ok();
}
