use tokio_postgres::Client;
use uuid::Uuid;

use super::{Contents, SEES_ALL, StoredPart, connect, contents, sees_all};
use crate::store::StoreError;

/// A database that is being restored. While it is, it says so: no hub starts on it, and only another restore may begin
/// anew in it.
pub struct Target {
    client: Client,
    /// Of the server, as `server_version_num`.
    pub server: i32,
}

/// What a restore finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emptiness {
    /// Nothing.
    Empty,
    /// What a restore has left that did not get to its end.
    Interrupted,
    /// Somebody's data.
    Full,
}

/// The mark of a restore that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restoring {
    /// The backup.
    pub backup: Uuid,
}

impl Target {
    /// Connects as the owner.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn open(database: &tokio_postgres::Config) -> Result<Self, StoreError> {
        let client = connect(database).await?;
        let server = client.query_one("select current_setting('server_version_num')::int", &[]).await?.get(0);
        Ok(Self { client, server })
    }

    /// Whether somebody's data is here.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn emptiness(&self) -> Result<Emptiness, StoreError> {
        let found = self
            .client
            .query_one(
                "select to_regclass('hub_restore.state') is not null,
                        exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
                                 where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'hub_restore')
                                   and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass
                                                      and d.objid = c.oid and d.deptype = 'e'))",
                &[],
            )
            .await?;
        Ok(match (found.get(0), found.get(1)) {
            (true, _) => Emptiness::Interrupted,
            (false, true) => Emptiness::Full,
            (false, false) => Emptiness::Empty,
        })
    }

    /// Marks it as being restored, and removes what an interrupted restore has left.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn begin(&mut self, backup: Uuid) -> Result<(), StoreError> {
        let interrupted = self.emptiness().await? == Emptiness::Interrupted;
        let transaction = self.client.transaction().await?;
        transaction
            .batch_execute(
                "create schema if not exists hub_restore;
                 create table if not exists hub_restore.state (backup uuid not null, begun_at timestamptz not null default now());
                 delete from hub_restore.state",
            )
            .await?;
        transaction.execute("insert into hub_restore.state (backup) values ($1)", &[&backup]).await?;
        if interrupted {
            transaction
                .batch_execute(
                    "drop schema if exists app, live, hub cascade;
                     drop schema if exists public cascade;
                     create schema public authorization pg_database_owner;
                     grant usage on schema public to public",
                )
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// What the dump leaves out.
    ///
    /// # Errors
    /// When a statement is refused.
    pub async fn afterwards(&mut self, statements: &[String]) -> Result<(), StoreError> {
        let transaction = self.client.transaction().await?;
        for statement in statements {
            transaction.batch_execute(statement).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Counts and hashes all of it.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn contents(&self) -> Result<Contents, StoreError> {
        self.client.batch_execute("begin isolation level repeatable read, read only").await?;
        if !sees_all(&self.client).await? {
            self.client.batch_execute(&format!("set local role {SEES_ALL}")).await?;
        }
        let found = contents(&self.client).await;
        self.client.batch_execute("rollback").await?;
        found
    }

    /// The objects that it names, after a content, in order; at most so many contents.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn objects_after(&mut self, blob: Uuid) -> Result<Vec<StoredPart>, StoreError> {
        let transaction = self.client.transaction().await?;
        if !sees_all(transaction.client()).await? {
            transaction.batch_execute(&format!("set local role {SEES_ALL}")).await?;
        }
        let rows = transaction
            .query(
                "select p.key, p.size_bytes, b.id, b.sha256
                   from (select w.id, w.sha256 from hub.blobs w
                          where w.id > $1 and exists (select from hub.blob_parts q where q.blob_id = w.id) order by w.id limit 200) b
                   join hub.blob_parts p on p.blob_id = b.id order by b.id, p.starts_at",
                &[&blob],
            )
            .await?;
        transaction.rollback().await?;
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

    /// Says that this is a copy, wherever it is: the next hub begins a new epoch of the journal (`live.recognize`).
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn copied(&self) -> Result<(), StoreError> {
        self.client.execute("update live.identity set place = 'a backup'", &[]).await?;
        Ok(())
    }

    /// Takes the mark away: hubs may start. Records what was restored.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn finish(mut self, details: &serde_json::Value) -> Result<(), StoreError> {
        let transaction = self.client.transaction().await?;
        transaction
            .execute(
                "insert into hub.maintenance_runs (kind, status, finished_at, details)
                 values ('restore_check', 'ok', clock_timestamp(), $1)",
                &[details],
            )
            .await?;
        transaction.batch_execute("drop schema hub_restore cascade").await?;
        transaction.commit().await?;
        Ok(())
    }
}

impl Restoring {
    /// Whether a database is being restored.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub async fn find(database: &tokio_postgres::Config) -> Result<Option<Self>, StoreError> {
        let client = connect(database).await?;
        if !client.query_one("select to_regclass('hub_restore.state') is not null", &[]).await?.get::<_, bool>(0) {
            return Ok(None);
        }
        let row = client.query_opt("select backup from hub_restore.state", &[]).await?;
        Ok(Some(Self { backup: row.map_or(Uuid::nil(), |row| row.get(0)) }))
    }
}
