//! Working on a plugin with a hub that runs: save, and see what the new build does.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use plugin_host::package;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use tokio::process::Command;
use zeroize::Zeroizing;

use crate::error::KitError;
use crate::project::Project;
use crate::running_hub::{RunningHub, SignIn};
use crate::watch::Watch;

/// How often it is looked how far a run is.
const LOOK: Duration = Duration::from_millis(150);

/// What is tried out, and where.
#[derive(Debug, Args)]
pub struct Dev {
    /// The plugin's folder.
    #[arg(default_value = ".")]
    project: PathBuf,
    /// The hub. It has to allow builds in development: HUB_PLUGIN_DEVELOPMENT=1.
    #[arg(long, env = "HUB_URL", default_value = "http://127.0.0.1:7700")]
    hub: String,
    /// An access token of an owner or admin; or else an e-mail address and a password.
    #[arg(long, env = "HUB_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// The address of an owner or admin.
    #[arg(long, env = "HUB_EMAIL")]
    email: Option<String>,
    /// Their password.
    #[arg(long, env = "HUB_PASSWORD", hide_env_values = true)]
    password: Option<String>,
    /// A job that is queued for each build. Without one, the build is taken and nothing is queued.
    #[arg(long)]
    job: Option<String>,
    /// The job's payload, JSON.
    #[arg(long, default_value = "{}")]
    payload: String,
    /// The account that it runs with, as it is called at the vendor. It has to be connected: in the console, once.
    #[arg(long)]
    account: Option<String>,
    /// What builds the plugin; run in its folder.
    #[arg(long, default_value = "./build")]
    build: String,
    /// What the build writes; without it, what lies in the folder's `target` or `dist`.
    #[arg(long)]
    wasm: Option<PathBuf>,
    /// Build and run once, and end: with an error when the run did not end well.
    #[arg(long)]
    once: bool,
}

/// Builds, runs and reports, again with every save, until it is interrupted.
pub(crate) async fn dev(wanted: Dev) -> Result<(), KitError> {
    let payload: Value = serde_json::from_str(&wanted.payload).map_err(KitError::Payload)?;
    let sign_in = match (&wanted.token, &wanted.email, &wanted.password) {
        (Some(token), _, _) => SignIn::Token(Zeroizing::new(token.clone())),
        (None, Some(email), Some(password)) => {
            SignIn::Password { email: email.clone(), password: Zeroizing::new(password.clone()) }
        }
        _ => return Err(KitError::NoSignIn),
    };
    let hub = RunningHub::sign_in(&wanted.hub, sign_in).await?;
    let mut bench = Bench { wanted, payload, hub };
    if bench.wanted.once {
        return if bench.turn().await? { Ok(()) } else { Err(KitError::NotWell) };
    }
    let mut watch = Watch::start(&bench.wanted.project)?;
    println!("watching {}; save to try, Ctrl-C to end", bench.wanted.project.display());
    loop {
        // A save ends what is under way: what it would have shown is old.
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => return interrupted.map_err(KitError::file(&bench.wanted.project)),
            saved = watch.save() => saved?,
            tried = bench.turn() => {
                match tried {
                    Ok(_) => {}
                    Err(error @ (KitError::HubRefused { .. } | KitError::HubUnreachable(..))) => println!("hub: {error}"),
                    Err(error) => println!("not built: {error}"),
                }
                watch.save().await?;
            }
        }
        println!();
    }
}

struct Bench {
    wanted: Dev,
    payload: Value,
    hub: RunningHub,
}

impl Bench {
    /// Builds, brings and runs it. Whether it all went well.
    async fn turn(&mut self) -> Result<bool, KitError> {
        let began = Instant::now();
        build(&self.wanted.project, &self.wanted.build).await?;
        let project = Project::read(&self.wanted.project, self.wanted.wasm.clone())?;
        println!("built in {:.1} s", began.elapsed().as_secs_f64());
        let began = Instant::now();
        let build = package::pack(&project.manifest_json, &project.component, None)?;
        let install = self.hub.bring("/v1/plugins/development", build).await?;
        println!(
            "{} {} runs in {}, taken in {:.1} s",
            word(&install["plugin_key"]),
            word(&install["version"]),
            self.wanted.hub,
            began.elapsed().as_secs_f64()
        );
        let Some(job) = self.wanted.job.clone() else { return Ok(true) };
        let connection = self.connection(&install).await?;
        let body = json!({ "kind": job, "connection_id": connection, "payload": self.payload, "record": true });
        let queued = self.hub.post(&format!("/v1/plugins/installs/{}/jobs", word(&install["id"])), &body).await?;
        self.follow(&job, word(&queued["id"])).await
    }

    async fn connection(&mut self, install: &Value) -> Result<Value, KitError> {
        let Some(account) = self.wanted.account.clone() else { return Ok(Value::Null) };
        let shown = self.hub.get(&format!("/v1/plugins/installs/{}", word(&install["id"]))).await?;
        let connections = shown["connections"].as_array().map(Vec::as_slice).unwrap_or_default();
        let found = connections.iter().find(|connection| connection["external_account_id"] == account.as_str());
        found.map(|connection| connection["id"].clone()).ok_or(KitError::NoAccount(account))
    }

    /// Shows a job's first run until it ends. A job that would be tried again later is taken back: the next save queues
    /// another.
    async fn follow(&mut self, kind: &str, job: &str) -> Result<bool, KitError> {
        let mut shown = String::new();
        let run = loop {
            let runs = self.hub.get(&format!("/v1/plugins/runs?job={job}&limit=1")).await?;
            let run = &runs[0];
            if !run["outcome"].is_null() {
                break run.clone();
            }
            let now = progress(run);
            if !now.is_empty() && now != shown {
                println!("{kind}: {now}");
                shown = now;
            }
            tokio::time::sleep(LOOK).await;
        };
        let run = self.hub.get(&format!("/v1/plugins/runs/{}", word(&run["id"]))).await?;
        for line in run["log"].as_array().map(Vec::as_slice).unwrap_or_default() {
            println!("  {:<5} {}", word(&line["level"]), word(&line["message"]));
        }
        let well = run["outcome"] == "ok";
        let numbers = format!("computed {} ms, {} calls", run["compute_ms"], run["calls"]);
        if well {
            println!("{kind}: ok, {numbers}; {}", self.result(job).await?);
        } else {
            println!("{kind}: {}, {numbers}; {}", word(&run["outcome"]), word(&run["message"]));
            // Ended meanwhile, or dead already.
            let _ = self.hub.post(&format!("/v1/plugins/jobs/{job}/cancel"), &json!({})).await;
        }
        if run["recorded"] == true {
            println!("{kind}: recorded, {}/v1/plugins/runs/{}/recording", self.wanted.hub, word(&run["id"]));
        }
        Ok(well)
    }

    async fn result(&mut self, job: &str) -> Result<Value, KitError> {
        let jobs = self.hub.get("/v1/plugins/jobs?limit=50").await?;
        let jobs = jobs.as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(jobs.iter().find(|one| one["id"] == job).map(|job| job["result"].clone()).unwrap_or_default())
    }
}

/// What the build says goes to standard error, where a person reads it and a program does not.
async fn build(folder: &Path, command: &str) -> Result<(), KitError> {
    // A group of its own, so that a save ends the compiler too and not only the shell.
    let mut child = Command::new("sh")
        .args(["-c", &format!("exec 1>&2; {command}")])
        .current_dir(folder)
        .process_group(0)
        .spawn()
        .map_err(KitError::file(folder))?;
    let group = Group(child.id().and_then(|id| Pid::from_raw(id.cast_signed())));
    let status = child.wait().await.map_err(KitError::file(folder))?;
    group.ended();
    if status.success() { Ok(()) } else { Err(KitError::Build(command.to_owned())) }
}

/// A build that runs; dropped, it ends.
struct Group(Option<Pid>);

impl Group {
    /// Its id may be another's from now on.
    fn ended(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // It may have ended by itself.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn progress(run: &Value) -> String {
    let Some(done) = run["progress_done"].as_i64() else { return String::new() };
    let of = run["progress_total"].as_i64().map(|total| format!(" of {total}")).unwrap_or_default();
    format!("{done}{of} {}", word(&run["progress_note"])).trim_end().to_owned()
}
