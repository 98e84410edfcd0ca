use std::path::PathBuf;

use clap::Subcommand;
use hub::config::Config;
use hub::live::plugins::take;
use hub::server::{open_beside, open_host};
use hub::store::plugins::packages;
use plugin_kit::KitCommand;
use serde_json::json;

use crate::{Failure, say_ready};

/// What can be done with plugins from here.
#[derive(Subcommand)]
pub enum PluginCommand {
    /// Take a signed package into the catalogue, for every organization; may run beside a hub. Each organization decides for itself
    /// whether to install it.
    Install {
        #[command(flatten)]
        config: Box<Config>,
        /// The package, NAME-VERSION.plugin.
        file: PathBuf,
    },
    /// The catalogue, one line of JSON a package.
    List {
        #[command(flatten)]
        config: Box<Config>,
    },
    #[command(flatten)]
    Kit(KitCommand),
}

/// Does it.
pub async fn run(command: PluginCommand) -> Result<(), Failure> {
    match command {
        PluginCommand::Kit(command) => Ok(command.run().await?),
        PluginCommand::Install { config, file } => {
            let bytes = tokio::fs::read(&file).await?;
            let database = open_beside(&config).await?;
            let host = open_host(&config, database.store.keyring.master())?;
            let taken = take(&host, &database.store, None, &bytes).await?;
            say_ready(
                &json!({ "package_id": taken.id, "key": taken.manifest["key"], "version": taken.manifest["version"],
                         "signed_by": taken.signed_by }),
            )
        }
        PluginCommand::List { config } => {
            let database = open_beside(&config).await?;
            for offer in packages::offers(&database.store, None).await? {
                let line = json!({ "package_id": offer.id, "key": offer.key, "version": offer.version, "name": offer.name,
                                   "publisher": offer.publisher, "signed_by": offer.signed_by });
                say_ready(&line)?;
            }
            Ok(())
        }
    }
}
