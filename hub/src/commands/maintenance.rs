use clap::Subcommand;
use clap::builder::PossibleValuesParser;
use hub::config::Config;
use hub::server::{open_beside, open_objects};
use hub::store::upkeep::{self, Run, When};
use hub::upkeep::{Job, run as run_job};

use crate::{Failure, say, say_ready};

/// What to do with the housekeeping.
#[derive(Subcommand)]
pub enum MaintenanceCommand {
    /// Show the newest runs: when, how long, how far, what came of it.
    List {
        #[command(flatten)]
        config: Config,
        /// Of one job only.
        #[arg(long, value_parser = PossibleValuesParser::new(Job::ALL.map(Job::name)))]
        job: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
        limit: u16,
        /// One line of JSON a run.
        #[arg(long)]
        json: bool,
    },
    /// Do a job now, whenever it was done last. Prints its run as one line of JSON; fails if it fails, or if a hub is at it.
    Run {
        #[command(flatten)]
        config: Config,
        /// Which.
        #[arg(value_parser = PossibleValuesParser::new(Job::ALL.map(Job::name)))]
        job: String,
    },
}

pub async fn run(command: MaintenanceCommand) -> Result<(), Failure> {
    match command {
        MaintenanceCommand::List { config, job, limit, json } => {
            let database = open_beside(&config).await?;
            for run in upkeep::history(&database.store, job.as_deref(), i64::from(limit)).await? {
                match json {
                    true => say_ready(&serde_json::to_value(run).expect("a run is JSON"))?,
                    false => say(&line(&run))?,
                }
            }
            Ok(())
        }
        MaintenanceCommand::Run { config, job } => {
            let job = Job::named(&job).ok_or_else(|| Failure::Input(format!("there is no job {job}")))?;
            let database = open_beside(&config).await?;
            let store = &database.store;
            let objects = open_objects(&config, store.keyring.master())?;
            match run_job(store, &objects, job, When::Now).await? {
                Some(done) => say_ready(&serde_json::json!({ "job": job.name(), "status": "ok", "details": done })),
                None if job == Job::KeyRotation => {
                    say_ready(&serde_json::json!({ "job": job.name(), "status": "nothing to do" }))
                }
                None => Err(Failure::Input("a hub is at it; see hub maintenance list".into())),
            }
        }
    }
}

/// A run for people.
fn line(run: &Run) -> String {
    let Run { kind, status, started_at, seconds, error_code, details, .. } = run;
    let code = error_code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
    format!("{started_at}  {kind:<14} {status}{code}  {seconds:.1} s  {details}\n")
}
