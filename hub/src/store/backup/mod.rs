//! What a backup reads of a database, and what a restore writes, as the database's owner: there is no tenant here and no
//! principal.

mod contents;
mod log;
mod source;
mod target;

pub use contents::{Contents, Table, contents, differences};
pub use log::{current_segment, mark};
pub use source::{Source, StoredPart};
pub use target::{Emptiness, Restoring, Target};

use tokio_postgres::{Client, NoTls};

use super::StoreError;

/// How long a connection may take.
const WITHIN: std::time::Duration = std::time::Duration::from_secs(10);

/// A connection of the owner; it ends with the client.
async fn connect(database: &tokio_postgres::Config) -> Result<Client, StoreError> {
    let mut database = database.clone();
    database.application_name("hub backup").connect_timeout(WITHIN);
    let (client, connection) = database.connect(NoTls).await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "the connection of a backup ended");
        }
    });
    // A row's text must be the same here and there, whatever the server's habits.
    client
        .batch_execute(
            "set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres'; set extra_float_digits = 1;
             set bytea_output = 'hex'; set xmloption = 'content'; set search_path = pg_catalog; set lock_timeout = '60s';
             set statement_timeout = 0; set idle_in_transaction_session_timeout = 0",
        )
        .await?;
    Ok(client)
}

/// Whether the login looks past row security by itself.
async fn sees_all(client: &Client) -> Result<bool, StoreError> {
    let row = client
        .query_one("select r.rolsuper or r.rolbypassrls from pg_roles r where r.rolname = current_user", &[])
        .await?;
    Ok(row.get(0))
}

/// The role whose eyes a backup has where the owner's are not enough.
const SEES_ALL: &str = "app_definer";
