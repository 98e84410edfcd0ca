use std::path::PathBuf;

use clap::Subcommand;
use hub::config::Config;
use hub::server::open_database;
use hub::store::audit::{self, KnownHead};

use crate::{Failure, say_ready};

/// What to do with the audit log.
#[derive(Subcommand)]
pub enum AuditCommand {
    /// Read the whole audit log and tell every entry that was altered, removed or inserted. Prints a line of JSON an organization,
    /// with the newest signed head: keep it elsewhere, and give it next time. Fails if anything is wrong.
    Verify {
        #[command(flatten)]
        config: Config,
        /// A file with lines that this command printed before: tells too if the newest entries were removed since.
        #[arg(long)]
        known: Option<PathBuf>,
    },
}

pub async fn run(command: AuditCommand) -> Result<(), Failure> {
    let AuditCommand::Verify { config, known } = command;
    let known = match known {
        Some(path) => read(&path)?,
        None => Vec::new(),
    };
    let database = open_database(&config).await?;
    let verified = audit::verify(&database.store, &known).await?;
    let mut wrong = 0;
    for chain in &verified {
        wrong += chain.findings.len();
        say_ready(&serde_json::to_value(chain).expect("a report is JSON"))?;
    }
    if wrong > 0 {
        return Err(Failure::Input(format!("the audit log is not as it was signed: {wrong} findings")));
    }
    Ok(())
}

fn read(path: &std::path::Path) -> Result<Vec<KnownHead>, Failure> {
    let text = std::fs::read_to_string(path)?;
    let mut heads = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let line: serde_json::Value =
            serde_json::from_str(line).map_err(|error| Failure::Input(format!("--known: {error}")))?;
        if !line["head"].is_null() {
            let head = serde_json::from_value(line["head"].clone());
            heads.push(head.map_err(|error| Failure::Input(format!("--known: {error}")))?);
        }
    }
    Ok(heads)
}
