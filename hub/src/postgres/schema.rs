use std::time::Duration;

use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgConnection};

use crate::sealing::MasterKey;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../migrations");

/// Why the schema could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The owner's connection failed.
    #[error("cannot reach the database as its owner: {0}")]
    Connect(#[source] sqlx::Error),
    /// A migration failed; it was rolled back.
    #[error("migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The logins of the hub could not be given their passwords.
    #[error("cannot set up the hub's logins (the owner needs CREATEROLE): {0}")]
    Logins(#[source] sqlx::Error),
    /// The connection string is not understood.
    #[error("the connection string is not understood: {0}")]
    Url(String),
}

/// What the hub itself says is said again and again, of keys that its arrays name: no plan gets better by knowing them. A
/// plan lives as long as its connection and may be made on the first evening, over tables that are still empty: it must
/// not read them whole once they are full. Where a plan has no other way than that, its cost looks immense; compiling
/// it would take longer than running it.
const WORKER_SETTINGS: &str = "; alter role hub_worker set plan_cache_mode = force_generic_plan
    ; alter role hub_worker set enable_seqscan = off
    ; alter role hub_worker set jit = off";

/// Applies the migrations that the database does not have yet, each in its transaction, and lets the hub's two logins in
/// with passwords derived from the master key. Several hubs may do this at once: the first wins, the others find it done.
///
/// # Errors
/// See [`MigrateError`].
pub async fn migrate(owner: &tokio_postgres::Config, master: &MasterKey) -> Result<(), MigrateError> {
    let options = options(owner)?;
    let mut connection = PgConnection::connect_with(&options).await.map_err(MigrateError::Connect)?;
    MIGRATIONS.run(&mut connection).await?;
    for (login, settings) in [("hub_app", ""), ("hub_worker", WORKER_SETTINGS)] {
        // The password is hexadecimal: nothing in it needs quoting. Roles belong to the whole cluster, so two hubs may
        // collide here; the loser tries again.
        let statement = format!("alter role {login} password '{}'{settings}", master.login_password(login));
        let mut attempt = 0;
        while let Err(error) = sqlx::raw_sql(sqlx::AssertSqlSafe(statement.as_str())).execute(&mut connection).await {
            attempt += 1;
            if attempt > 20 || !error.to_string().contains("concurrently") {
                return Err(MigrateError::Logins(error));
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }
    connection.close().await.map_err(MigrateError::Connect)
}

/// What the schema is made of, in order: the topic of each file, and its SQL.
pub fn migrations() -> impl Iterator<Item = (&'static str, &'static str)> {
    MIGRATIONS.iter().map(|migration| (migration.description.as_ref(), migration.sql.as_str()))
}

fn options(owner: &tokio_postgres::Config) -> Result<PgConnectOptions, MigrateError> {
    let mut options = PgConnectOptions::new_without_pgpass().application_name("hub migrate");
    match owner.get_hosts().first() {
        Some(tokio_postgres::config::Host::Tcp(host)) => options = options.host(host),
        Some(tokio_postgres::config::Host::Unix(dir)) => options = options.socket(dir),
        None => return Err(MigrateError::Url("it names no host".into())),
    }
    if let Some(port) = owner.get_ports().first() {
        options = options.port(*port);
    }
    if let Some(user) = owner.get_user() {
        options = options.username(user);
    }
    if let Some(password) = owner.get_password() {
        options = options.password(&String::from_utf8_lossy(password));
    }
    if let Some(database) = owner.get_dbname() {
        options = options.database(database);
    }
    Ok(options)
}
