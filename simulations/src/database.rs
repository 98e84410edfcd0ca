use std::fs;
use std::path::{Path, PathBuf};

use tokio_postgres::Config;

use crate::failure::Failure;

/// How to reach the database of a hub that was started here, as its owner.
#[derive(Debug, Clone)]
pub struct Database {
    /// The folder of its Unix socket.
    pub socket: PathBuf,
    /// The owner's password.
    pub password: String,
    /// The programs of its version.
    pub programs: PathBuf,
}

/// The owner of an embedded cluster.
pub const OWNER: &str = "hub_owner";
/// The hub's database in it.
pub const NAME: &str = "hub";

impl Database {
    /// That of a hub's data folder.
    pub fn below(data: &Path) -> Result<Self, Failure> {
        let configured = std::process::Command::new("pg_config").arg("--bindir").output();
        let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().filter_map(Result::ok);
        let mut folders: Vec<PathBuf> = installed.map(|version| version.path().join("bin")).collect();
        folders.sort();
        folders.extend(configured.map(|said| PathBuf::from(String::from_utf8_lossy(&said.stdout).trim())));
        let programs = folders.into_iter().rfind(|folder| folder.join("pgbench").exists());
        Ok(Self {
            socket: data.join("socket"),
            password: fs::read_to_string(data.join("postgres.password"))?.trim().to_owned(),
            programs: programs.ok_or_else(|| Failure::Unexpected("there is no pgbench on this machine".into()))?,
        })
    }

    /// For a connection from here.
    pub fn config(&self) -> Config {
        let mut config = Config::new();
        config.host_path(&self.socket).user(OWNER).password(&self.password).dbname(NAME);
        config
    }
}
