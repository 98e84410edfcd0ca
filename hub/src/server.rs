use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use plugin_host::{Broker, CacheSettings, Host, Routes, Settings};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::config::Config;
use crate::live::plugins::{Plugins, bundled};
use crate::live::{Node, doorbell, relay};
use crate::mail::{self, Carrier, CarrierError};
use crate::metrics::Metrics;
use crate::objects::{Objects, ObjectsError, Place};
use crate::postgres::{EmbeddedError, EmbeddedPostgres, MigrateError, Pools, migrate};
use crate::sealing::{MasterKey, MasterKeyError};
use crate::store::backup::Restoring;
use crate::store::privacy::{self, Register, Settled};
use crate::store::{Store, StoreError};
use crate::{clock, edge, upkeep};

/// A database that is migrated and open, with the server that runs it if it is the hub's own.
pub struct Database {
    /// The store.
    pub store: Arc<Store>,
    embedded: Option<EmbeddedPostgres>,
}

/// A hub that serves.
pub struct Server {
    /// Where.
    pub address: SocketAddr,
    /// The node, for those in the same process.
    pub node: Arc<Node>,
    database: Option<EmbeddedPostgres>,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
    mails: JoinHandle<()>,
    letters: JoinHandle<()>,
    housekeeping: JoinHandle<()>,
    clearing: JoinHandle<()>,
    /// Its plugins.
    pub plugins: Arc<Plugins>,
    runner: JoinHandle<()>,
    /// Where the bytes of files are.
    pub objects: Arc<Objects>,
}

/// Why the hub does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// See [`EmbeddedError`].
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// See [`MasterKeyError`].
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// See [`MigrateError`].
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// See [`StoreError`].
    #[error(transparent)]
    Store(#[from] StoreError),
    /// `DATABASE_URL` is not a connection string.
    #[error("DATABASE_URL is not understood: {0}")]
    Url(#[source] tokio_postgres::Error),
    /// The address cannot be listened on.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, #[source] std::io::Error),
    /// See [`CarrierError`].
    #[error(transparent)]
    Mail(#[from] CarrierError),
    /// See [`edge::auth::ProviderError`].
    #[error("HUB_IDENTITY_PROVIDERS: {0}")]
    Providers(#[from] edge::auth::ProviderError),
    /// See [`ObjectsError`].
    #[error(transparent)]
    Objects(#[from] ObjectsError),
    /// The engine of plugins cannot start.
    #[error(transparent)]
    Plugins(#[from] plugin_host::EngineError),
    /// The routes of plugins are not understood.
    #[error("HUB_PLUGIN_ROUTES: {0}")]
    PluginRoutes(#[from] plugin_host::RouteError),
    /// There are no threads for plugins.
    #[error("the threads of plugins: {0}")]
    Threads(#[source] std::io::Error),
    /// The database is being restored, or was and the restore did not get to its end.
    #[error("restore_unfinished: the restore of backup {0} has not got to its end; begin it again")]
    Restoring(uuid::Uuid),
    /// The data folder cannot be made.
    #[error("the data folder {0}: {1}")]
    Data(std::path::PathBuf, #[source] std::io::Error),
}

/// Starts or finds the database, migrates it and opens the store.
///
/// # Errors
/// See [`StartError`].
pub async fn open_database(config: &Config) -> Result<Database, StartError> {
    std::fs::create_dir_all(&config.data).map_err(|error| StartError::Data(config.data.clone(), error))?;
    let master = MasterKey::load(config.master_key.as_deref(), &config.data)?;
    let (owner, embedded) = start_database(config).await?;
    if let Some(restoring) = Restoring::find(&owner).await? {
        return Err(StartError::Restoring(restoring.backup));
    }
    let (store, _) = open_store(config, &owner, &master).await?;
    Ok(Database { store, embedded })
}

/// The owner's connection to the database that the configuration names, and its server if it is the hub's own.
pub(crate) async fn start_database(
    config: &Config,
) -> Result<(tokio_postgres::Config, Option<EmbeddedPostgres>), StartError> {
    let (url, embedded) = match &config.database_url {
        Some(url) => (url.clone(), None),
        None => {
            tracing::info!(data = %config.data.display(), "starting the embedded PostgreSQL");
            let data = config.data.clone();
            let embedded = tokio::task::spawn_blocking(move || EmbeddedPostgres::start(&data))
                .await
                .map_err(|error| StoreError::Internal(error.to_string()))??;
            (embedded.url(), Some(embedded))
        }
    };
    Ok((url.parse().map_err(StartError::Url)?, embedded))
}

/// The same for whoever only reads: a hub that runs on the data folder is not disturbed, and no database is made.
///
/// # Errors
/// See [`StartError`].
pub(crate) async fn find_database(
    config: &Config,
) -> Result<(tokio_postgres::Config, Option<EmbeddedPostgres>), StartError> {
    if config.database_url.is_none() {
        if let Some(url) = EmbeddedPostgres::running(&config.data) {
            return Ok((url.parse().map_err(StartError::Url)?, None));
        }
        if !EmbeddedPostgres::is_in(&config.data) {
            let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
            return Err(StartError::Data(config.data.join("postgres"), missing));
        }
    }
    start_database(config).await
}

/// Migrates a database, opens the store, and has the database forget whom the register says it must.
pub(crate) async fn open_store(
    config: &Config,
    owner: &tokio_postgres::Config,
    master: &MasterKey,
) -> Result<(Arc<Store>, Settled), StartError> {
    tracing::info!("bringing the schema up to date");
    let master = migrate(owner, master).await?;
    let register = Register::new(config.register());
    let store = Arc::new(Store::open(Pools::new(owner, &master), master, register).await?);
    // Before anybody is shown anything: a database that was restored may remember people who were erased since.
    let settled = privacy::settle(&store).await?;
    if let Err(error) = clock::measure(&store.pools).await {
        tracing::warn!(%error, "the database's clock could not be measured");
    }
    Ok((store, settled))
}

/// As [`open_database`], beside the hub that runs the embedded database of the data folder, if there is one.
///
/// # Errors
/// See [`StartError`].
pub async fn open_beside(config: &Config) -> Result<Database, StartError> {
    match EmbeddedPostgres::running(&config.data) {
        Some(url) if config.database_url.is_none() => {
            open_database(&Config { database_url: Some(url), ..config.clone() }).await
        }
        _ => open_database(config).await,
    }
}

impl Server {
    /// Serves on the configured address until [`stop`](Self::stop).
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start(config: &Config, database: Database) -> Result<Self, StartError> {
        let listener =
            TcpListener::bind(config.listen).await.map_err(|error| StartError::Listen(config.listen, error))?;
        let address = listener.local_addr().map_err(|error| StartError::Listen(config.listen, error))?;
        let public_url = config.public_url.as_deref().map(|url| url.trim_end_matches('/').to_owned());
        let public_url = public_url.unwrap_or_else(|| format!("http://{address}"));
        database.store.tokens.set_issuer(format!("{public_url}/auth/v1"));
        database.store.tokens.set_life(config.access_token_seconds);
        let settings = Arc::new(edge::auth::Settings::new(config, &public_url)?);
        let carrier = Arc::new(Carrier::new(config.smtp_url.as_deref(), &config.mail_from, &config.data.join("mail"))?);
        let objects = Arc::new(open_objects(config, database.store.keyring.master())?);
        let files = Arc::new(edge::storage::Files::new(Arc::clone(&objects), config.file_size_limit));
        let node = Node::start(Arc::clone(&database.store), Metrics::new());
        let host = Arc::new(open_host(config, database.store.keyring.master())?);
        if config.bundled_plugins {
            bundled::bring(&database.store).await;
            tokio::spawn(bundled::tell_rebuilt(Arc::clone(&database.store)));
        }
        let most = config.plugin_runs as usize;
        let plugins = Plugins::new(Arc::clone(&node), Arc::clone(&objects), host, public_url.clone(), most)
            .map_err(StartError::Threads)?;
        let runner = tokio::spawn(Arc::clone(&plugins).work());
        let mails = tokio::spawn(mail::deliver(Arc::clone(&database.store), Arc::clone(&carrier), public_url));
        let of_node = Arc::clone(&node);
        let letters = tokio::spawn(mail::dispatch(Arc::clone(&database.store), carrier, move || of_node.is_draining()));
        tokio::spawn(doorbell::listen(Arc::clone(&node)));
        tokio::spawn(relay::carry(Arc::clone(&node)));
        tokio::spawn(keep_time(Arc::clone(&node)));
        let clearing = tokio::spawn(upkeep::clear_at_once(Arc::clone(&node), Arc::clone(&objects)));
        let housekeeping = tokio::spawn(upkeep::keep(Arc::clone(&node), Arc::clone(&objects)));
        let (stop, mut stopped) = watch::channel(false);
        let router = edge::router(
            Arc::clone(&node),
            settings,
            files,
            Arc::clone(&plugins),
            config.plugin_development,
            config.trusted_proxies.clone().into(),
        )
        .into_make_service_with_connect_info::<SocketAddr>();
        let serving = tokio::spawn(async move {
            let graceful = axum::serve(listener, router)
                .with_graceful_shutdown(async move {
                    let _ = stopped.wait_for(|stop| *stop).await;
                })
                .await;
            if let Err(error) = graceful {
                tracing::error!(%error, "the HTTP server ended");
            }
        });
        tracing::info!(%address, "the hub is ready");
        Ok(Self {
            address,
            node,
            database: database.embedded,
            stop,
            serving,
            mails,
            letters,
            housekeeping,
            clearing,
            plugins,
            runner,
            objects,
        })
    }

    /// Waits until the database is not the one that was opened any more: restored, or another server promoted in its place. From
    /// then on nobody is answered; whoever runs this hub stops it and opens the database anew.
    pub async fn database_replaced(&self) {
        self.node.replaced().await;
    }

    /// Stops: sessions are told, what is being committed is answered, the embedded database is shut down.
    pub async fn stop(mut self) {
        tracing::info!("draining");
        self.node.drain(false);
        let _ = self.stop.send(true);
        self.plugins.stop().await;
        self.runner.abort();
        let answered = async {
            let _ = tokio::join!(self.node.emptied(), &mut self.serving);
        };
        if tokio::time::timeout(ANSWERS_WITHIN, answered).await.is_err() {
            tracing::warn!("not everything that was under way has been answered; clients send it again");
            self.node.drain(true);
            let _ = tokio::time::timeout(GOODBYES_WITHIN, self.node.emptied()).await;
        }
        self.serving.abort();
        // One that is on its way is sent again by whoever starts next, under the same message id.
        self.mails.abort();
        // Of an e-mail that people approved nobody would know; it is waited for.
        self.node.store.letter_bell.notify_one();
        if tokio::time::timeout(LETTER_WITHIN, &mut self.letters).await.is_err() {
            tracing::warn!("an e-mail was on its way; its message says so when its time is over");
            self.letters.abort();
        }
        // What was begun is rolled back or stays done, and whoever is next goes on.
        self.housekeeping.abort();
        self.clearing.abort();
        let _ = tokio::time::timeout(GOODBYES_WITHIN, upkeep::let_go(&self.node.store)).await;
        self.node.stop();
        if let Some(mut embedded) = self.database.take() {
            let _ = tokio::task::spawn_blocking(move || embedded.stop()).await;
        }
        tracing::info!("stopped");
    }
}

impl Drop for Server {
    /// A server that nobody stopped ends as a killed one would: at once, without a word to its sessions.
    fn drop(&mut self) {
        self.node.drain(true);
        self.serving.abort();
        self.mails.abort();
        self.letters.abort();
        self.housekeeping.abort();
        self.clearing.abort();
        self.runner.abort();
        self.node.stop();
    }
}

/// What runs plugins, as the configuration has it. Compiled components are kept in the data folder; nobody without the
/// installation's secret can put one there.
///
/// # Errors
/// See [`StartError`].
pub fn open_host(config: &Config, master: &MasterKey) -> Result<Host, StartError> {
    let routes = match &config.plugin_routes {
        Some(text) => text.parse()?,
        None => Routes::default(),
    };
    let cache = CacheSettings { folder: config.data.join("plugins"), key: master.derive("compiled plugins") };
    // Some more than run: those that are asked what they are.
    let settings = Settings { sandboxes: config.plugin_runs + 4, cache: Some(cache) };
    Ok(Host::new(&settings, Arc::new(Broker::new(routes)))?)
}

/// The place that the configuration names. What tells this installation from others is derived from its one secret.
///
/// # Errors
/// See [`ObjectsError`].
pub fn open_objects(config: &Config, master: &MasterKey) -> Result<Objects, ObjectsError> {
    let mut place = match &config.objects {
        Some(text) => Place::parse(text)?,
        None => Place::Folder(config.data.join("objects")),
    };
    if let Place::S3(s3) = &mut place {
        s3.endpoint.clone_from(&config.s3_endpoint);
        s3.region.clone_from(&config.s3_region);
        s3.keys = config.s3_access_key_id.clone().zip(config.s3_secret_access_key.clone());
    }
    let secret = master.derive("name of the store of objects");
    let name: String = secret[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    Objects::open(&place, &name)
}

/// Measures the database's clock again and again; the machines may drift apart.
async fn keep_time(node: Arc<Node>) {
    while !node.is_draining() {
        tokio::time::sleep(Duration::from_secs(15)).await;
        if let Err(error) = clock::measure(&node.store.pools).await {
            tracing::debug!(%error, "the database's clock could not be measured");
        }
    }
}

/// How long a stop waits for the outcomes of what is under way, and for slow readers to take them.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);
/// How long it then waits for the goodbyes.
const GOODBYES_WITHIN: Duration = Duration::from_secs(1);
/// How long a mail server may take for the e-mail that is on its way when the hub stops.
const LETTER_WITHIN: Duration = Duration::from_secs(10);
