use std::path::PathBuf;

use clap::{Args, Subcommand};
use hub::config::Config;
use hub::server::{open_database, open_objects};
use hub::store::Store;
use hub::store::privacy::{self, Line, Register, Scope, Subject};
use hub::store::storage::collect;
use uuid::Uuid;

use crate::{Failure, say_ready};

/// What to do with what is known of a person.
#[derive(Subcommand)]
pub enum PersonCommand {
    /// Print everything that is known of a person, as one JSON document.
    Export {
        #[command(flatten)]
        config: Config,
        #[command(flatten)]
        who: Who,
    },
    /// Forget a person for good: in every table, the journal, kept answers and mails; in backups too, because their keys are
    /// destroyed and a restored database is told by the register of erasures.
    Erase {
        #[command(flatten)]
        config: Config,
        #[command(flatten)]
        who: Who,
    },
}

/// Who is meant.
#[derive(Args)]
pub struct Who {
    /// By address, wherever it is known.
    #[arg(long, required_unless_present = "subject")]
    email: Option<String>,
    /// By row: kind:id, for example registration:0190... Kinds: user, contact, stakeholder, registration, order, model_profile,
    /// designer_profile, staff, signatory, invitation, share. May be given several times.
    #[arg(long, conflicts_with = "email")]
    subject: Vec<String>,
    /// Only what this organization knows; accounts stay. Everywhere when absent.
    #[arg(long)]
    organization: Option<Uuid>,
}

/// What to do with the register of erasures.
#[derive(Subcommand)]
pub enum ErasuresCommand {
    /// Forget again whom a restored database remembers. A hub does this by itself when it starts, from its own register; this
    /// takes another file too.
    Apply {
        #[command(flatten)]
        config: Config,
        /// A copy of a register that was kept elsewhere.
        #[arg(long)]
        from: Option<PathBuf>,
    },
}

pub async fn run(command: PersonCommand) -> Result<(), Failure> {
    match command {
        PersonCommand::Export { config, who } => {
            let database = open_database(&config).await?;
            let (scope, subjects) = found(&database.store, &who).await?;
            let document = privacy::export(&database.store, scope, &subjects).await?.ok_or_else(nobody)?;
            say_ready(&document)
        }
        PersonCommand::Erase { config, who } => {
            let database = open_database(&config).await?;
            let (scope, subjects) = found(&database.store, &who).await?;
            privacy::export(&database.store, scope, &subjects).await?.ok_or_else(nobody)?;
            let erasure = privacy::erase(&database.store, scope, &subjects, None, None).await?;
            // What cannot be deleted now is on record, and a hub that runs or starts goes on.
            match open_objects(&config, database.store.keyring.master()) {
                Ok(objects) => match collect::unused(&database.store, &objects).await {
                    Ok(_) => {}
                    Err(error) => tracing::warn!(%error, "bytes of files wait to be deleted"),
                },
                Err(error) => tracing::warn!(%error, "bytes of files wait to be deleted"),
            }
            say_ready(&serde_json::to_value(erasure).expect("a report is JSON"))
        }
    }
}

pub async fn erasures(command: ErasuresCommand) -> Result<(), Failure> {
    let ErasuresCommand::Apply { config, from } = command;
    let database = open_database(&config).await?;
    let store = &database.store;
    if let Some(path) = from {
        if !path.exists() {
            return Err(Failure::Input(format!("{} is not there", path.display())));
        }
        let register = |error: privacy::RegisterError| Failure::Input(error.to_string());
        let own = store.register.read().map_err(register)?;
        let lines: Vec<Line> =
            Register::new(path).read().map_err(register)?.into_iter().filter(|line| !own.contains(line)).collect();
        store.register.append(&lines).map_err(register)?;
    }
    let settled = privacy::settle(store).await?;
    say_ready(&serde_json::to_value(settled).expect("a report is JSON"))
}

async fn found(store: &Store, who: &Who) -> Result<(Scope, Vec<Subject>), Failure> {
    let scope = who.organization.map_or(Scope::Everywhere, Scope::Organization);
    let subjects = match &who.email {
        Some(email) => privacy::find(store, scope, email).await?,
        None => who.subject.iter().map(|text| subject(text)).collect::<Result<_, _>>()?,
    };
    if subjects.is_empty() { Err(nobody()) } else { Ok((scope, subjects)) }
}

fn subject(text: &str) -> Result<Subject, Failure> {
    let wrong = || Failure::Input(format!("--subject is kind:id, not {text}"));
    let (kind, id) = text.split_once(':').ok_or_else(wrong)?;
    Ok(Subject { kind: kind.to_owned(), id: id.parse().map_err(|_| wrong())? })
}

fn nobody() -> Failure {
    Failure::Input("there is nobody like this".into())
}
