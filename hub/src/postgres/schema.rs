use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection as _, Row as _};

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
    /// The keys of the database do not open.
    #[error("this database belongs to another master key than the one that was given")]
    OtherKey,
    /// The root cannot be read or kept.
    #[error("the hub's root key: {0}")]
    Root(#[source] sqlx::Error),
    /// The connection string is not understood.
    #[error("the connection string is not understood: {0}")]
    Url(String),
}

/// Applies the migrations that the database does not have yet, each in its transaction, and lets the hub's two logins in
/// with passwords derived from the root, which the database keeps wrapped. Returns the master key with that root. Several hubs may do this at once: the first wins, the others find it done.
///
/// # Errors
/// See [`MigrateError`].
pub async fn migrate(owner: &tokio_postgres::Config, master: &MasterKey) -> Result<MasterKey, MigrateError> {
    let options = options(owner)?;
    let mut connection = PgConnection::connect_with(&options).await.map_err(MigrateError::Connect)?;
    MIGRATIONS.run(&mut connection).await?;
    let master = with_root(&mut connection, master).await?;
    // What the hub itself says is said again and again, of keys that its arrays name: no plan gets better by knowing them.
    for (login, settings) in
        [("hub_app", ""), ("hub_worker", "; alter role hub_worker set plan_cache_mode = force_generic_plan")]
    {
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
    connection.close().await.map_err(MigrateError::Connect)?;
    Ok(master)
}

/// The root of this database; the first hub keeps its own there.
async fn with_root(connection: &mut PgConnection, master: &MasterKey) -> Result<MasterKey, MigrateError> {
    const KEPT: &str = "select wrapped_key from hub.root_key";
    let kept = sqlx::query(KEPT).fetch_optional(&mut *connection).await.map_err(MigrateError::Root)?;
    let row = match kept {
        Some(row) => row,
        None => {
            sqlx::query("insert into hub.root_key (wrapped_key) values ($1) on conflict do nothing")
                .bind(master.wrapped_root())
                .execute(&mut *connection)
                .await
                .map_err(MigrateError::Root)?;
            // Another hub may have been the first.
            sqlx::query(KEPT).fetch_one(connection).await.map_err(MigrateError::Root)?
        }
    };
    let wrapped: Vec<u8> = row.try_get(0).map_err(MigrateError::Root)?;
    master.clone().with_root(&wrapped).map_err(|_| MigrateError::OtherKey)
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
