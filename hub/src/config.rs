use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Where the hub listens and keeps things. Everything else has one good value.
#[derive(Debug, Clone, clap::Args)]
pub struct Config {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, env = "HUB_LISTEN", default_value = "127.0.0.1:7700")]
    pub listen: SocketAddr,

    /// Folder for the embedded database, its socket and the master key.
    #[arg(long, env = "HUB_DATA", default_value = "./data")]
    pub data: PathBuf,

    /// A Postgres to use instead of the embedded one. Its login must own the database and may create roles.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,

    /// The master key, 64 hexadecimal digits, instead of the file `master.key` in the data folder. Every hub of one
    /// database needs the same.
    #[arg(long, env = "HUB_MASTER_KEY", hide_env_values = true)]
    pub master_key: Option<String>,
}

impl Config {
    /// A hub for tests: a free port of loopback and its own data folder.
    pub fn for_test(data: &Path, database_url: String, master_key: String) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            data: data.to_owned(),
            database_url: Some(database_url),
            master_key: Some(master_key),
        }
    }
}
