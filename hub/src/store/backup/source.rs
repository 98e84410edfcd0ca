use tokio_postgres::Client;
use tokio_postgres::error::SqlState;
use uuid::Uuid;

use super::{Contents, SEES_ALL, connect, contents, sees_all};
use crate::store::StoreError;

/// A database that is being backed up: one view of it, from [`begin`](Self::begin) until this is dropped, whatever is
/// written meanwhile. Nothing that the view names is deleted from the store of objects.
pub struct Source {
    client: Client,
    /// Of the server, as `server_version_num`.
    pub server: i32,
    /// What others call the view.
    pub exported: String,
    /// The role to become for reading all of it; none if the login may.
    pub role: Option<&'static str>,
    /// The migrations that it has.
    pub migrations: Vec<i64>,
    /// The root key, wrapped by the master key.
    pub root: Vec<u8>,
    /// Ownership and rights that the dump leaves out, because they name the owner.
    pub afterwards: Vec<String>,
}

/// An object of the store that the database names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPart {
    /// Its key.
    pub key: Uuid,
    /// Bytes.
    pub size: u64,
    /// The content that it belongs to; parts of one follow each other.
    pub blob: Uuid,
    /// SHA-256 of the whole content; none while it is still arriving.
    pub sha256: Option<Vec<u8>>,
}

/// One backup at a time holds this; deleting objects waits for none, and is put off.
const LOCK: &str = "select pg_try_advisory_lock(hashtext('fashionos-hub-objects'))";
/// How often the lock is tried: who deletes objects holds it for a moment.
const TRIES: u32 = 100;

/// What `pg_restore --no-owner` leaves out: functions and tables that look past row security, and what later tables grant.
const AFTERWARDS: &str = "
  select format('alter %s %s owner to %I', case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end,
                format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)), r.rolname)
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_roles r on r.oid = p.proowner
   where p.proowner <> (select oid from pg_roles where rolname = current_user) and n.nspname in ('public', 'app', 'live', 'hub')
     and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
  union all
  select format('alter %s %I.%I owner to %I', case c.relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end,
                n.nspname, c.relname, r.rolname)
    from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_roles r on r.oid = c.relowner
   where c.relowner <> (select oid from pg_roles where rolname = current_user) and n.nspname in ('public', 'app', 'live', 'hub')
     and c.relkind in ('r', 'p', 'v', 'm')
  union all
  select format('alter default privileges in schema %I grant %s on %s to %I', n.nspname, a.privilege_type,
                case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' else 'types' end, r.rolname)
    from pg_default_acl d join pg_namespace n on n.oid = d.defaclnamespace, aclexplode(d.defaclacl) a join pg_roles r on r.oid = a.grantee
   where d.defaclrole = (select oid from pg_roles where rolname = current_user)";

impl Source {
    /// The root key of a database, wrapped by its master key.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] when it is no database of a hub.
    pub async fn wrapped_root(database: &tokio_postgres::Config) -> Result<Vec<u8>, StoreError> {
        let client = connect(database).await?;
        let is_hubs = client.query_one("select to_regclass('hub.root_key') is not null", &[]).await?.get(0);
        let row = if is_hubs { client.query_opt("select wrapped_key from hub.root_key", &[]).await? } else { None };
        row.map(|row| row.get(0)).ok_or_else(|| StoreError::Invalid("this database is not a hub's".into()))
    }

    /// Connects as the owner and takes a view of the database.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the database cannot be reached or another backup is being made;
    /// [`StoreError::Invalid`] when it is not a hub's.
    pub async fn begin(database: &tokio_postgres::Config) -> Result<Self, StoreError> {
        let client = connect(database).await?;
        let hubs = client.query_one(
            "select to_regprocedure('live.recognize()') is not null, to_regnamespace('hub_restore') is null",
            &[],
        );
        let hubs = hubs.await?;
        if !hubs.get::<_, bool>(0) || !hubs.get::<_, bool>(1) {
            return Err(StoreError::Invalid(
                "this database is not a hub's, has to be migrated first, or is being restored".into(),
            ));
        }
        let mut held = false;
        for _ in 0..TRIES {
            held = client.query_one(LOCK, &[]).await?.get(0);
            if held {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        if !held {
            return Err(StoreError::Unavailable("another backup is being made".into()));
        }
        let afterwards = client.query(AFTERWARDS, &[]).await?.iter().map(|row| row.get(0)).collect();
        let role = if sees_all(&client).await? { None } else { Some(SEES_ALL) };
        client.batch_execute("begin isolation level repeatable read, read only").await?;
        let seen = client
            .query_one(
                "select current_setting('server_version_num')::int, pg_export_snapshot(),
                        (select wrapped_key from hub.root_key),
                        (select array_agg(version order by version) from public._sqlx_migrations where success)",
                &[],
            )
            .await?;
        if let Some(role) = role {
            client.batch_execute(&format!("set local role {role}")).await?;
        }
        Ok(Self {
            server: seen.get(0),
            exported: seen.get(1),
            root: seen.get(2),
            migrations: seen.get(3),
            role,
            afterwards,
            client,
        })
    }

    /// Counts and hashes all of it.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn contents(&self) -> Result<Contents, StoreError> {
        contents(&self.client).await
    }

    /// Some more of the objects that the view names, in the order of their contents; from the first on at the first call.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn more_objects(&self) -> Result<Vec<StoredPart>, StoreError> {
        const MANY: &str = "fetch 500 from backup_objects";
        let rows = match self.client.query(MANY, &[]).await {
            Ok(rows) => rows,
            Err(error) => return Err(error.into()),
        };
        Ok(rows
            .iter()
            .map(|row| StoredPart {
                key: row.get(0),
                size: row.get::<_, i64>(1).unsigned_abs(),
                blob: row.get(2),
                sha256: row.get(3),
            })
            .collect())
    }

    /// Begins (again) with the first object.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn rewind(&self) -> Result<(), StoreError> {
        self.client.batch_execute("close all").await?;
        self.client
            .batch_execute(
                "declare backup_objects no scroll cursor for
                   select p.key, p.size_bytes, p.blob_id, b.sha256 from hub.blob_parts p join hub.blobs b on b.id = p.blob_id
                    order by p.blob_id, p.starts_at",
            )
            .await?;
        Ok(())
    }

    /// Lets go of the view, and records that a backup was made, if these details of it are given: its last success is what an
    /// operator asks for.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn finish(self, details: Option<&serde_json::Value>) -> Result<(), StoreError> {
        self.client.batch_execute("commit").await?;
        let Some(details) = details else { return Ok(()) };
        let noted = self
            .client
            .execute(
                "insert into hub.maintenance_runs (kind, status, finished_at, details)
                 values ('backup', 'ok', clock_timestamp(), $1)",
                &[details],
            )
            .await;
        match noted {
            // A replica is as good a source, and takes no notes.
            Err(error) if error.code() == Some(&SqlState::READ_ONLY_SQL_TRANSACTION) => Ok(()),
            other => other.map(|_| ()).map_err(Into::into),
        }
    }
}
