use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, QueueMode, RecyclingMethod, Runtime, Timeouts};
use futures_util::future::join;
use tokio_postgres::{Config, NoTls};
use uuid::Uuid;

use crate::sealing::{MasterKey, SealedAddress};

/// Connections by login. `app` answers requests under the principal's claims; `worker` commits what actors decide.
#[derive(Clone)]
pub struct Pools {
    app: Pool,
    worker: Pool,
    listener: Config,
}

/// For whom a transaction runs: its first statement tells Postgres, whose policies do the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acting {
    /// A signed-in person in one organization (login `hub_app`).
    Person {
        /// The user.
        user_id: Uuid,
        /// The organization that the session has selected.
        organization_id: Uuid,
        /// From where.
        from: Option<SealedAddress>,
    },
    /// A paired device (login `hub_app`).
    Device {
        /// The device.
        device_id: Uuid,
        /// From where.
        from: Option<SealedAddress>,
    },
    /// The hub itself, for what belongs to no tenant: accounts, logins, keys (login `hub_worker`).
    Platform,
    /// The hub itself, inside one tenant (login `hub_worker`).
    System {
        /// The tenant.
        organization_id: Uuid,
    },
}

const POOL_SIZE: usize = 12;
const WAIT: Duration = Duration::from_secs(5);

impl Pools {
    /// Pools for the database that `owner` names, with the hub's own logins. Nothing is connected yet.
    pub fn new(owner: &Config, master: &MasterKey) -> Self {
        let login = |name: &str| {
            let mut config = owner.clone();
            config.user(name).password(master.login_password(name)).application_name(name);
            config.connect_timeout(WAIT);
            config
        };
        let pool = |config: Config| {
            let manager =
                Manager::from_config(config, NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
            Pool::builder(manager)
                .max_size(POOL_SIZE)
                // The connection that was used last has its plans made and its pages at hand.
                .queue_mode(QueueMode::Lifo)
                .runtime(Runtime::Tokio1)
                .timeouts(Timeouts { wait: Some(WAIT), create: Some(WAIT), recycle: Some(WAIT) })
                .build()
                .expect("a runtime is set")
        };
        Self { app: pool(login("hub_app")), worker: pool(login("hub_worker")), listener: login("hub_worker") }
    }

    /// A connection with the login that `acting` needs.
    ///
    /// # Errors
    /// When the database cannot be reached within 5 s.
    pub async fn get(&self, acting: &Acting) -> Result<Object, deadpool_postgres::PoolError> {
        match acting {
            Acting::Person { .. } | Acting::Device { .. } => self.app.get().await,
            Acting::System { .. } | Acting::Platform => self.worker.get().await,
        }
    }

    /// A connection of the worker, for what belongs to no tenant.
    ///
    /// # Errors
    /// When the database cannot be reached within 5 s.
    pub async fn worker(&self) -> Result<Object, deadpool_postgres::PoolError> {
        self.worker.get().await
    }

    /// How to connect for LISTEN, which needs a session of its own.
    pub fn listener(&self) -> &Config {
        &self.listener
    }
}

/// Begins a transaction and states its principal, in one round trip with whatever the caller pipelines behind it.
///
/// # Errors
/// Those of the connection.
pub async fn begin<'a>(
    client: &'a mut Object,
    acting: &Acting,
) -> Result<deadpool_postgres::Transaction<'a>, tokio_postgres::Error> {
    let transaction = client.transaction().await?;
    state(&transaction, acting).await?;
    Ok(transaction)
}

/// As [`begin`], read only and with one view of the database for all its statements.
///
/// # Errors
/// Those of the connection.
pub async fn begin_snapshot<'a>(
    client: &'a mut Object,
    acting: &Acting,
) -> Result<deadpool_postgres::Transaction<'a>, tokio_postgres::Error> {
    let transaction = client
        .build_transaction()
        .isolation_level(tokio_postgres::IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .await?;
    state(&transaction, acting).await?;
    Ok(transaction)
}

/// As [`begin_snapshot`], with the very view of the database that another transaction has exported and still holds.
///
/// # Errors
/// Those of the connection, and when the other transaction has ended.
pub async fn begin_at<'a>(
    client: &'a mut Object,
    acting: &Acting,
    exported: &str,
) -> Result<deadpool_postgres::Transaction<'a>, tokio_postgres::Error> {
    client.prepare_cached(ACTING).await?;
    let transaction = client
        .build_transaction()
        .isolation_level(tokio_postgres::IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .await?;
    // The name is Postgres's own; quotes are doubled all the same.
    let look = format!("set transaction snapshot '{}'", exported.replace('\'', "''"));
    let (looking, stated) = join(transaction.batch_execute(&look), state(&transaction, acting)).await;
    looking?;
    stated?;
    Ok(transaction)
}

pub(super) const ACTING: &str = "select set_config('app.user_id', $1, true), set_config('app.org_id', $2, true), \
                                 set_config('app.device_id', $3, true), set_config('app.system', $4, true), \
                                 set_config('app.from', $5, true)";

async fn state(transaction: &deadpool_postgres::Transaction<'_>, acting: &Acting) -> Result<(), tokio_postgres::Error> {
    let [user, org, device, system, from] = claims(acting);
    let statement = transaction.prepare_cached(ACTING).await?;
    transaction.execute(&statement, &[&user, &org, &device, &system, &from]).await?;
    Ok(())
}

/// The settings that say who acts: `app.user_id`, `app.org_id`, `app.device_id`, `app.system`; and from where, `app.from`.
pub(super) fn claims(acting: &Acting) -> [String; 5] {
    let nobody = String::new;
    let sealed = |from: &Option<SealedAddress>| from.map(|from| from.hex()).unwrap_or_default();
    match acting {
        Acting::Person { user_id, organization_id, from } => {
            [user_id.to_string(), organization_id.to_string(), nobody(), nobody(), sealed(from)]
        }
        Acting::Device { device_id, from } => [nobody(), nobody(), device_id.to_string(), nobody(), sealed(from)],
        Acting::System { organization_id } => {
            [nobody(), organization_id.to_string(), nobody(), "on".to_owned(), nobody()]
        }
        Acting::Platform => [nobody(), nobody(), nobody(), "on".to_owned(), nobody()],
    }
}
