//! The `hub` command: wiring only.

mod commands;

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand, ValueEnum};
use commands::audit::AuditCommand;
use commands::backup::{BackupCommand, RestoreCommand};
use commands::maintenance::MaintenanceCommand;
use commands::person::{ErasuresCommand, PersonCommand};
use commands::plugin::PluginCommand;
use hub::backup::Schedule;
use hub::config::Config;
use hub::office::tickets::{self, TicketFormat as Format, TicketsError};
use hub::reference;
use hub::server::{Server, StartError, open_database};
use hub::service_manager;
use hub::simulated_tablets::{self, TabletError};
use hub::store::rest::{self, RestError};
use hub::store::token_keys::Rotation;
use hub::store::{DataModel, StoreError, events, organizations};
use tokio::signal::unix::{Signal, SignalKind, signal};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The live hub that fashion shows and photo shoots run on: check-in, run of show and walls over one database.
#[derive(Parser)]
#[command(name = "hub", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve until SIGTERM or Ctrl-C. Prints one line of JSON on standard output when ready.
    Serve {
        #[command(flatten)]
        config: Box<Config>,
        #[command(flatten)]
        backups: Schedule,
    },
    /// Serve a believable evening show: guests, gates, cues, and simulated tablets that scan. Run again, it goes on with
    /// the same data. Prints the screens' addresses and a sign-in as one line of JSON when ready.
    Demo {
        #[command(flatten)]
        config: Config,
    },
    /// Make a folder of printable QR tickets, one file a guest.
    Tickets {
        #[command(flatten)]
        config: Config,
        /// The event, by its id or slug.
        #[arg(long)]
        event: String,
        /// The folder; made if it is not there.
        #[arg(long)]
        out: std::path::PathBuf,
        /// What kind of files.
        #[arg(long, value_enum, default_value = "pdf")]
        format: TicketFormat,
    },
    /// Bring the database's schema up to date, and stop.
    Migrate {
        #[command(flatten)]
        config: Config,
    },
    /// Say whether this installation is healthy: configuration, database, rights, indexes, journal, clock, mails, files. Changes
    /// nothing; may run beside a hub. Ends with 0 if all is well, 1 if there are warnings, 2 if there are errors.
    Doctor {
        #[command(flatten)]
        config: Config,
        /// As one line of JSON.
        #[arg(long)]
        json: bool,
    },
    /// What the hub does by itself: what was done, how it went, and doing it now. May run beside a hub.
    #[command(subcommand)]
    Maintenance(MaintenanceCommand),
    /// Replace the key that signs access tokens: in a quarter of an hour, without anybody noticing.
    RotateKeys {
        #[command(flatten)]
        config: Config,
        /// At once, because the key is known to somebody: nothing that it signed is believed any more. Clients refresh.
        #[arg(long)]
        now: bool,
    },
    /// Back the whole hub up, whether or not it runs, as one encrypted file: the database, the bytes of files, the register of
    /// erasures. The master key is not in it.
    Backup(BackupCommand),
    /// Make a hub of a backup, in an empty database and an empty data folder.
    Restore(RestoreCommand),
    /// The audit log: who changed what.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Plugins: the catalogue of this installation; and writing, testing, packing and replaying one.
    #[command(subcommand)]
    Plugin(PluginCommand),
    /// What is known of a person: take it out, or forget it.
    #[command(subcommand)]
    Person(PersonCommand),
    /// The register of erasures.
    #[command(subcommand)]
    Erasures(ErasuresCommand),
    /// Replace the master key while hubs run: a new one wraps all keys, and the old one is dropped when it wraps nothing any more.
    /// Stopped in the middle, it goes on by itself when a hub runs, or with this command. With keys that are given
    /// (HUB_MASTER_KEY), add the new one behind the old one first, to every hub.
    RotateMasterKey {
        #[command(flatten)]
        config: Config,
    },
    /// Print the TypeScript types of the database's tables, as the parameter of supabase-js' `createClient`.
    Types {
        #[command(flatten)]
        config: Config,
    },
    /// Print a page in Markdown about every table: what it is for, its columns, who may do what.
    Reference {
        #[command(flatten)]
        config: Config,
    },
    /// Print what `/rest/v1` serves as an OpenAPI 2.0 document in JSON: every table and column that some role sees, for
    /// generators of clients. `/rest/v1/` itself answers what the caller sees.
    Openapi {
        #[command(flatten)]
        config: Config,
    },
    /// Make an account that owns a new organization; the first thing to do on an empty hub.
    CreateOwner {
        #[command(flatten)]
        config: Config,
        /// The address to sign in with.
        #[arg(long)]
        email: String,
        /// The password, at least 10 characters. Read from standard input when absent.
        #[arg(long)]
        password: Option<String>,
        /// The name of the organization.
        #[arg(long)]
        organization: String,
        /// The person's name.
        #[arg(long, default_value = "Owner")]
        name: String,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum TicketFormat {
    /// Pages for a printer.
    Pdf,
    /// Pictures for a phone.
    Png,
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("{code}: {0}", code = .0.code())]
    Backup(#[from] hub::backup::BackupError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Tables(#[from] RestError),
    #[error(transparent)]
    Tablets(#[from] TabletError),
    #[error(transparent)]
    Tickets(#[from] TicketsError),
    #[error("{0}")]
    Input(String),
    #[error("the installation is not healthy")]
    Unhealthy(u8),
    #[error(transparent)]
    Job(#[from] hub::upkeep::JobError),
    #[error(transparent)]
    Objects(#[from] hub::objects::ObjectsError),
    #[error("{code}: {0}", code = .0.code())]
    Package(#[from] hub::live::plugins::Unusable),
    #[error("{code}: {0}", code = .0.code())]
    Plugin(#[from] hub::store::plugins::PluginError),
    #[error(transparent)]
    Kit(#[from] plugin_kit::KitError),
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let traces = match hub::logging::start() {
        Ok(traces) => traces,
        Err(error) => {
            eprintln!("hub: OTEL_EXPORTER_OTLP_ENDPOINT: {error}");
            return ExitCode::FAILURE;
        }
    };
    let ended = run(arguments.command).await;
    if let Some(traces) = traces {
        traces.stop().await;
    }
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        // It was said what is wrong.
        Err(Failure::Unhealthy(status)) => ExitCode::from(status),
        Err(failure) => {
            eprintln!("hub: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Serve { config, backups } => {
            backups.check()?;
            hub::backup::log::prepare(&config, &backups)?;
            serve(*config, &backups).await
        }
        Command::Demo { config } => demo(&config).await,
        Command::Tickets { config, event, out, format } => {
            let database = open_database(&config).await?;
            let found = events::find(&database.store, &event).await?;
            let [(organization_id, event_id)] = found[..] else {
                let why = if found.is_empty() {
                    "there is no such event"
                } else {
                    "several events have this slug; give the id"
                };
                return Err(Failure::Input(why.into()));
            };
            let format = match format {
                TicketFormat::Pdf => Format::Pdf,
                TicketFormat::Png => Format::Png,
            };
            let made = tickets::write_folder(&database.store, organization_id, event_id, &out, format).await?;
            say_ready(&serde_json::json!({ "tickets": made, "folder": out }))
        }
        Command::Migrate { config } => {
            open_database(&config).await?;
            Ok(())
        }
        Command::RotateKeys { config, now } => {
            let store = open_database(&config).await?.store;
            let rotation = if now { Rotation::Immediate } else { Rotation::Planned };
            store.tokens.rotate(&store.pools, rotation).await?;
            say_ready(&store.tokens.published())
        }
        Command::Maintenance(command) => commands::maintenance::run(command).await,
        Command::Backup(command) => commands::backup::run(command).await,
        Command::Restore(command) => commands::backup::restore(command).await,
        Command::Audit(command) => commands::audit::run(command).await,
        Command::Plugin(command) => commands::plugin::run(command).await,
        Command::Person(command) => commands::person::run(command).await,
        Command::Erasures(command) => commands::person::erasures(command).await,
        Command::RotateMasterKey { config } => commands::keys::rotate(&config).await,
        Command::Doctor { config, json } => commands::doctor::run(&config, json).await,
        Command::Types { config } => {
            let database = open_database(&config).await?;
            say(&reference::types(&DataModel::read(&database.store.pools).await?))
        }
        Command::Reference { config } => {
            let database = open_database(&config).await?;
            say(&reference::tables(&DataModel::read(&database.store.pools).await?))
        }
        Command::Openapi { config } => {
            let database = open_database(&config).await?;
            say(&format!("{:#}\n", rest::document(&database.store, None).await?))
        }
        Command::CreateOwner { config, email, password, organization, name } => {
            let password = match password {
                Some(password) => password,
                None => {
                    let mut line = String::new();
                    std::io::stdin().read_line(&mut line)?;
                    line.trim_end_matches(['\r', '\n']).to_owned()
                }
            };
            if password.chars().count() < 10 {
                return Err(Failure::Input("the password has at least 10 characters".into()));
            }
            if !email.contains('@') {
                return Err(Failure::Input("--email is an e-mail address".into()));
            }
            let database = open_database(&config).await?;
            let user = organizations::create_user(&database.store, &email, &name, &password).await?;
            let slug = organizations::slug(&organization, "organization");
            let made = organizations::create(&database.store, user, &organization, &slug, "UTC").await?;
            say_ready(&serde_json::json!({ "user_id": user, "organization_id": made.id, "slug": made.slug }))
        }
    }
}

async fn demo(config: &Config) -> Result<(), Failure> {
    let database = open_database(config).await?;
    tracing::info!("filling in the demo's show");
    let show = hub::demo::seed(&database.store).await?;
    let server = Server::start(config, database).await?;
    let url = format!("http://{}", server.address);
    let screen = |page: &str| format!("{url}/{page}/{}", show.event_id);
    let store = Arc::clone(&server.node.store);
    simulated_tablets::run(&store, &url, &show.email, &show.password, show.organization_id, show.event_id).await?;
    eprintln!();
    eprintln!("  The show is on: {url}");
    eprintln!("  wall      {}", screen("command"));
    eprintln!("  caller    {}", screen("caller"));
    eprintln!("  check-in  {}", screen("check-in"));
    eprintln!("  sign in   {} with {}", show.email, show.password);
    eprintln!("  stop      Ctrl-C");
    eprintln!();
    let mut told = Told::listen()?;
    say_ready(&serde_json::json!({
        "ready": true, "url": url, "command_center": screen("command"), "caller": screen("caller"),
        "check_in": screen("check-in"), "email": show.email, "password": show.password,
    }))?;
    told.wait().await;
    server.stop().await;
    Ok(())
}

/// One line on standard output, for programs.
fn say_ready(line: &serde_json::Value) -> Result<(), Failure> {
    say(&format!("{line}\n"))
}

/// The text as it is, on standard output.
fn say(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// Serves until told to stop. Where the database turns out to be another one than was opened (restored, or promoted in the
/// other's place), the hub begins anew on the same address: every client gets a fresh snapshot.
async fn serve(mut config: Config, backups: &Schedule) -> Result<(), Failure> {
    let mut server = start(&config).await?;
    config.listen = server.address;
    let mut told = Told::listen()?;
    say_ready(&serde_json::json!({ "ready": true, "url": format!("http://{}", server.address) }))?;
    service_manager::ready();
    loop {
        tokio::spawn(hub::backup::log::keep(Arc::clone(&server.node), config.clone(), backups.clone()));
        tokio::spawn(hub::backup::schedule::keep(Arc::clone(&server.node), config.clone(), backups.clone()));
        tokio::select! {
            () = told.wait() => {
                service_manager::stopping();
                server.stop().await;
                return Ok(());
            }
            () = server.database_replaced() => server.stop().await,
        }
        server = loop {
            let error = match start(&config).await {
                Ok(server) => break server,
                Err(error) => error,
            };
            tracing::warn!(%error, "the database cannot be opened; it is tried again");
            tokio::select! {
                () = told.wait() => return Ok(()),
                () = tokio::time::sleep(OPEN_AGAIN) => {}
            }
        };
    }
}

async fn start(config: &Config) -> Result<Server, StartError> {
    let database = open_database(config).await?;
    Server::start(config, database).await
}

/// How long a hub waits whose database was replaced and does not answer yet.
const OPEN_AGAIN: std::time::Duration = std::time::Duration::from_secs(1);

/// The signals that ask for an end. One that comes while nobody waits for it is heard the next time.
struct Told {
    terminate: Signal,
    interrupt: Signal,
}

impl Told {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
