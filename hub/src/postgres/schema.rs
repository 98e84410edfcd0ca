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
    /// The owner is no superuser, and may not do what only a superuser or an administrator may.
    #[error(
        "the database's owner is no superuser; an administrator runs once: create role app_definer nologin bypassrls; \
         grant app_definer to \"{owner}\"; ({source})"
    )]
    Definer {
        /// The owner's login.
        owner: String,
        /// What Postgres said.
        source: sqlx::Error,
    },
    /// A migration failed; it was rolled back.
    #[error("migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The logins of the hub could not be given their passwords and settings.
    #[error("cannot set up the hub's logins (the owner needs CREATEROLE): {0}")]
    Logins(#[source] sqlx::Error),
    /// The keys of the database do not open.
    #[error("this database belongs to another master key than the one that was given")]
    OtherKey,
    /// Whether the database is a restored copy cannot be found out.
    #[error("cannot find out whether the database was restored: {0}")]
    Recognize(#[source] sqlx::Error),
    /// The root cannot be read or kept.
    #[error("the hub's root key: {0}")]
    Root(#[source] sqlx::Error),
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
/// with passwords derived from the root, which the database keeps wrapped. Returns the master key with that root.
/// Several hubs may do this at once: the first wins, the others find it done.
///
/// # Errors
/// See [`MigrateError`].
pub async fn migrate(owner: &tokio_postgres::Config, master: &MasterKey) -> Result<MasterKey, MigrateError> {
    let options = options(owner)?;
    let mut connection = PgConnection::connect_with(&options).await.map_err(MigrateError::Connect)?;
    let superuser = prepare(&mut connection).await?;
    MIGRATIONS.run(&mut connection).await?;
    let copied: bool = sqlx::query_scalar("select live.recognize()")
        .fetch_one(&mut connection)
        .await
        .map_err(MigrateError::Recognize)?;
    if copied {
        tracing::warn!("this database is a copy, restored or promoted: every client begins with a fresh snapshot");
    }
    // An error that the hub's statements meet is the hub's to report: the server's log would quote the values that they met
    // it with. Only a superuser may turn that off.
    let quiet = |login: &str| match superuser {
        true => format!(
            "; alter role {login} set log_min_messages = 'log'; alter role {login} set log_min_error_statement = 'panic'; \
             alter role {login} set log_error_verbosity = 'terse'"
        ),
        false => String::new(),
    };
    if superuser {
        sqlx::raw_sql(TELL_NOTHING).execute(&mut connection).await.map_err(MigrateError::Logins)?;
    }
    let master = with_root(&mut connection, master).await?;
    for (login, settings) in [("hub_app", ""), ("hub_worker", WORKER_SETTINGS)] {
        // The password is hexadecimal: nothing in it needs quoting. Roles belong to the whole cluster, so two hubs may
        // collide here; the loser tries again.
        let (password, quiet) = (master.login_password(login), quiet(login));
        let statement = format!("alter role {login} password '{password}'{settings}{quiet}");
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

/// Under row security Postgres asks the policies before any function that might tell somebody of rows that are not theirs, by an
/// error or by how long it takes, and then it cannot use an index for that function: words, tags and SKUs would be looked
/// for in every row of the table. These compare and do nothing else, as `texteq` does, which Postgres knows of by itself.
/// Only a superuser may say so; elsewhere such questions are answered as rightly and more slowly.
const TELL_NOTHING: &str = "
do $$
declare
  compares regprocedure;
begin
  perform pg_advisory_xact_lock(hashtext('fashionos-hub-roles'));
  for compares in
    select p.oid from pg_proc p
     where not p.proleakproof
       and p.oid in ('ts_match_vq(tsvector, tsquery)'::regprocedure, 'ts_match_qv(tsquery, tsvector)'::regprocedure,
                     'arrayoverlap(anyarray, anyarray)'::regprocedure, 'arraycontains(anyarray, anyarray)'::regprocedure,
                     'jsonb_contains(jsonb, jsonb)'::regprocedure,
                     'citext_eq(citext, citext)'::regprocedure, 'citext_lt(citext, citext)'::regprocedure,
                     'citext_le(citext, citext)'::regprocedure, 'citext_gt(citext, citext)'::regprocedure,
                     'citext_ge(citext, citext)'::regprocedure)
  loop
    execute format('alter function %s leakproof', compares);
  end loop;
end $$";

/// The roles that a database of the hub takes for granted, for one that is about to be filled.
///
/// # Errors
/// See [`MigrateError`].
pub async fn prepare_roles(owner: &tokio_postgres::Config) -> Result<(), MigrateError> {
    let mut connection = PgConnection::connect_with(&options(owner)?).await.map_err(MigrateError::Connect)?;
    sqlx::raw_sql(ROLES).execute(&mut connection).await.map_err(MigrateError::Logins)?;
    prepare(&mut connection).await?;
    connection.close().await.map_err(MigrateError::Connect)
}

/// As the first migration makes them; where they may not be made, the next step says what to do.
const ROLES: &str = "
do $$
begin
  perform pg_advisory_xact_lock(hashtext('fashionos-hub-roles'));
  if not exists (select from pg_roles where rolname = 'hub_app') then
    create role hub_app login nosuperuser nobypassrls;
  end if;
  if not exists (select from pg_roles where rolname = 'hub_worker') then
    create role hub_worker login nosuperuser nobypassrls;
  end if;
  if not exists (select from pg_roles where rolname = 'app_definer')
     and (select rolsuper from pg_roles where rolname = current_user) then
    create role app_definer nologin bypassrls;
  end if;
end $$";

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

/// A superuser hands functions and tables to whomever. Any other owner has to be a member of the role that they go to, and
/// that role has to be allowed to have something in the schema.
const PREPARE: &str = "
do $$
begin
  perform pg_advisory_xact_lock(hashtext('fashionos-hub-roles'));
  if not exists (select from pg_roles where rolname = 'app_definer') then
    create role app_definer nologin bypassrls;
  end if;
  if not pg_has_role('app_definer', 'usage') then
    execute format('grant app_definer to %I', current_user);
  end if;
  if not has_schema_privilege('app_definer', 'public', 'create') then
    grant create on schema public to app_definer;
  end if;
end $$";

/// What the migrations take for granted, for an owner who is no superuser: on a managed Postgres nobody is.
/// Says whether the owner is one.
async fn prepare(connection: &mut PgConnection) -> Result<bool, MigrateError> {
    let who = "select current_user::text, rolsuper from pg_roles where rolname = current_user";
    let (owner, superuser): (String, bool) =
        sqlx::query_as(who).fetch_one(&mut *connection).await.map_err(MigrateError::Connect)?;
    if superuser {
        return Ok(true);
    }
    match sqlx::raw_sql(PREPARE).execute(connection).await {
        Ok(_) => Ok(false),
        Err(source) => Err(MigrateError::Definer { owner, source }),
    }
}

/// What the schema is made of, in order: the topic of each file, and its SQL.
pub fn migrations() -> impl Iterator<Item = (&'static str, &'static str)> {
    MIGRATIONS.iter().map(|migration| (migration.description.as_ref(), migration.sql.as_str()))
}

/// The versions that this program's schema is made of, in order, with their checksums.
pub fn expected_migrations() -> impl Iterator<Item = (i64, &'static [u8])> {
    MIGRATIONS.iter().map(|migration| (migration.version, migration.checksum.as_ref()))
}

/// The first of these migrations that this hub does not know: the database is a newer one's.
pub fn migrations_known(versions: &[i64]) -> Option<i64> {
    versions.iter().copied().find(|version| MIGRATIONS.iter().all(|known| known.version != *version))
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
