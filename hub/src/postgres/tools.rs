use std::path::PathBuf;
use std::process::Command;

use tokio_postgres::config::{Host, SslMode};

use super::EmbeddedError;
use super::installation::installations;

/// The programs that come with Postgres (`pg_dump`, `pg_restore`, ...), of an installation that understands a server.
#[derive(Debug, Clone)]
pub struct Tools {
    folder: PathBuf,
}

impl Tools {
    /// Those of the server's own major version, else of the next newer one that is installed. `version` is the server's
    /// `server_version_num`.
    ///
    /// # Errors
    /// [`EmbeddedError::NoTools`] when none is installed that is new enough.
    pub fn for_server(version: i32) -> Result<Self, EmbeddedError> {
        let major = u32::try_from(version / 10_000).unwrap_or_default();
        let mut installed: Vec<_> = installations().into_iter().filter(|(version, _)| *version >= major).collect();
        installed.sort();
        let (_, folder) = installed.into_iter().next().ok_or(EmbeddedError::NoTools(major))?;
        Ok(Self { folder })
    }

    /// One of them, for files.
    pub fn program(&self, program: &str) -> Command {
        let mut command = Command::new(self.folder.join(program));
        command.current_dir("/").env("LC_ALL", "C");
        command
    }

    /// One of them, for a database. Its password is in no command line.
    pub fn command(&self, program: &str, database: &tokio_postgres::Config) -> Command {
        let mut command = self.program(program);
        command.arg("--no-password");
        for name in ["PGSERVICE", "PGSERVICEFILE", "PGOPTIONS", "PGHOSTADDR", "PGPORT", "PGPASSFILE"] {
            command.env_remove(name);
        }
        match database.get_hosts().first() {
            Some(Host::Tcp(host)) => command.env("PGHOST", host),
            Some(Host::Unix(folder)) => command.env("PGHOST", folder),
            None => command.env_remove("PGHOST"),
        };
        if let Some(port) = database.get_ports().first() {
            command.env("PGPORT", port.to_string());
        }
        if let Some(user) = database.get_user() {
            command.env("PGUSER", user);
        }
        if let Some(password) = database.get_password() {
            command.env("PGPASSWORD", String::from_utf8_lossy(password).into_owned());
        }
        if let Some(name) = database.get_dbname() {
            command.env("PGDATABASE", name);
        }
        let tls = match database.get_ssl_mode() {
            SslMode::Disable => "disable",
            SslMode::Require => "require",
            _ => "prefer",
        };
        command.env("PGSSLMODE", tls).env("PGAPPNAME", "hub backup");
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_from_the_future_has_no_tools_here_and_no_password_is_an_argument() {
        assert!(matches!(Tools::for_server(9_990_000), Err(EmbeddedError::NoTools(999))));
        let tools = Tools::for_server(150_000).expect("the tests need a server of 15 or newer");
        let database = "host=/run user=u password=hidden dbname=d".parse().expect("a connection string");
        let command = tools.command("pg_dump", &database);
        assert!(command.get_args().all(|argument| !argument.to_string_lossy().contains("hidden")));
    }
}
