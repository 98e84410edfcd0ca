use std::process::{Command, Output};

use tokio_postgres::config::{Config, Host};

use super::TestDatabase;

impl TestDatabase {
    /// A dump of it, as a backup is made: `format` of pg_dump.
    pub async fn dump(&self, format: &str) -> Vec<u8> {
        let output = self.tool("pg_dump", &["--format", format]).await;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// What is made of what, by whom and for whom, without rows.
    pub async fn schema(&self) -> Vec<u8> {
        let output = self.tool("pg_dump", &["--schema-only"]).await;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// A new database made from a dump in the format `custom`.
    pub async fn restore(dump: &[u8]) -> Self {
        let restored = Self::empty().await;
        let file = restored.data.with_extension("dump");
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        std::fs::write(&file, dump).expect("written");
        let output = restored.tool("pg_restore", &["--exit-on-error", file.to_str().expect("a path")]).await;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        std::fs::remove_file(file).expect("ours");
        restored
    }

    /// Runs a program that comes with the server on this database.
    async fn tool(&self, program: &str, arguments: &[&str]) -> Output {
        let sql = self.sql().await;
        let bin = sql.query_one("select setting from pg_config where name = 'BINDIR'", &[]).await.expect("asked");
        let config: Config = self.url.parse().expect("our own string");
        let Some(Host::Unix(socket)) = config.get_hosts().first() else {
            panic!("the private server has a socket only")
        };
        let mut command = Command::new(format!("{}/{program}", bin.get::<_, &str>(0)));
        command
            .args([
                "--username",
                config.get_user().expect("a user"),
                "--dbname",
                config.get_dbname().expect("a database"),
            ])
            .args(arguments)
            .env("PGHOST", socket)
            .env("PGPASSWORD", String::from_utf8_lossy(config.get_password().unwrap_or_default()).into_owned())
            .env_remove("PGPORT");
        let run = tokio::task::spawn_blocking(move || command.output());
        run.await.expect("it ran").expect("it comes with the server")
    }
}
