use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, QueueMode, RecyclingMethod, Runtime, Timeouts};
use tokio_postgres::{Config, NoTls};
use uuid::Uuid;

use crate::metrics::PoolStatus;
use crate::sealing::{MasterKey, SealedAddress};

/// Connections by login. `app` answers requests under the principal's claims; `worker` commits what actors decide.
#[derive(Clone)]
pub struct Pools {
    app: Pool,
    worker: Pool,
    waits: Arc<[Waits; 2]>,
    listener: Config,
}

/// How often, and how long, somebody has waited for a connection of a pool.
#[derive(Default)]
struct Waits {
    times: AtomicU64,
    milliseconds: AtomicU64,
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
    /// A plugin, as an organization has installed it: what it was granted and nothing else (login `hub_app`).
    Plugin {
        /// The install.
        install_id: Uuid,
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
/// Whoever gets a connection within this time has not waited.
const AT_ONCE: Duration = Duration::from_millis(1);

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
        Self {
            app: pool(login("hub_app")),
            worker: pool(login("hub_worker")),
            waits: Arc::default(),
            listener: login("hub_worker"),
        }
    }

    /// A connection with the login that `acting` needs.
    ///
    /// # Errors
    /// When the database cannot be reached within 5 s.
    pub async fn get(&self, acting: &Acting) -> Result<Object, deadpool_postgres::PoolError> {
        match acting {
            Acting::Person { .. } | Acting::Device { .. } | Acting::Plugin { .. } => {
                waited(&self.app, &self.waits[0]).await
            }
            Acting::System { .. } | Acting::Platform => self.worker().await,
        }
    }

    /// How the pools stand.
    pub fn status(&self) -> [PoolStatus; 2] {
        let of = |name, pool: &Pool, waits: &Waits| {
            let status = pool.status();
            PoolStatus {
                name,
                open: status.size,
                idle: status.available,
                waiting: status.waiting,
                waits: waits.times.load(Ordering::Relaxed),
                waited_ms: waits.milliseconds.load(Ordering::Relaxed),
            }
        };
        [of("hub_app", &self.app, &self.waits[0]), of("hub_worker", &self.worker, &self.waits[1])]
    }

    /// A connection of the worker, for what belongs to no tenant.
    ///
    /// # Errors
    /// When the database cannot be reached within 5 s.
    pub async fn worker(&self) -> Result<Object, deadpool_postgres::PoolError> {
        waited(&self.worker, &self.waits[1]).await
    }

    /// How to connect for LISTEN, which needs a session of its own.
    pub fn listener(&self) -> &Config {
        &self.listener
    }
}

async fn waited(pool: &Pool, waits: &Waits) -> Result<Object, deadpool_postgres::PoolError> {
    let began = Instant::now();
    let object = pool.get().await;
    let took = began.elapsed();
    if took > AT_ONCE {
        waits.times.fetch_add(1, Ordering::Relaxed);
        waits.milliseconds.fetch_add(u64::try_from(took.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
    object
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

pub(super) const ACTING: &str = "select set_config('app.user_id', $1, true), set_config('app.org_id', $2, true), \
                                 set_config('app.device_id', $3, true), set_config('app.system', $4, true), \
                                 set_config('app.from', $5, true), set_config('app.plugin_install_id', $6, true)";

async fn state(transaction: &deadpool_postgres::Transaction<'_>, acting: &Acting) -> Result<(), tokio_postgres::Error> {
    let [user, org, device, system, from, plugin] = claims(acting);
    let statement = transaction.prepare_cached(ACTING).await?;
    transaction.execute(&statement, &[&user, &org, &device, &system, &from, &plugin]).await?;
    Ok(())
}

/// The settings that say who acts: `app.user_id`, `app.org_id`, `app.device_id`, `app.system`,
/// `app.plugin_install_id`; and from where, `app.from`.
pub(super) fn claims(acting: &Acting) -> [String; 6] {
    let nobody = String::new;
    let sealed = |from: &Option<SealedAddress>| from.map(|from| from.hex()).unwrap_or_default();
    match acting {
        Acting::Person { user_id, organization_id, from } => {
            [user_id.to_string(), organization_id.to_string(), nobody(), nobody(), sealed(from), nobody()]
        }
        Acting::Device { device_id, from } => {
            [nobody(), nobody(), device_id.to_string(), nobody(), sealed(from), nobody()]
        }
        // Its organization is read from its row.
        Acting::Plugin { install_id } => [nobody(), nobody(), nobody(), nobody(), nobody(), install_id.to_string()],
        Acting::System { organization_id } => {
            [nobody(), organization_id.to_string(), nobody(), "on".to_owned(), nobody(), nobody()]
        }
        Acting::Platform => [nobody(), nobody(), nobody(), "on".to_owned(), nobody(), nobody()],
    }
}
