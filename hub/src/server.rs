use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::config::Config;
use crate::live::{Node, doorbell};
use crate::mail::{self, Carrier, CarrierError};
use crate::metrics::Metrics;
use crate::postgres::{EmbeddedError, EmbeddedPostgres, MigrateError, Pools, migrate};
use crate::sealing::{MasterKey, MasterKeyError};
use crate::store::privacy::{self, Register};
use crate::store::{Store, StoreError, one_time};
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
    let owner: tokio_postgres::Config = url.parse().map_err(StartError::Url)?;
    tracing::info!("bringing the schema up to date");
    let master = migrate(&owner, &master).await?;
    let register = Register::new(config.erasures.clone().unwrap_or_else(|| config.data.join("erasures.jsonl")));
    let store = Arc::new(Store::open(Pools::new(&owner, &master), master, register).await?);
    // Before anybody is shown anything: a database that was restored may remember people who were erased since.
    privacy::settle(&store).await?;
    if let Err(error) = clock::measure(&store.pools).await {
        tracing::warn!(%error, "the database's clock could not be measured");
    }
    Ok(Database { store, embedded })
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
        let settings = Arc::new(edge::auth::Settings::new(config, &public_url)?);
        let carrier = Carrier::new(config.smtp_url.as_deref(), &config.mail_from, &config.data.join("mail"))?;
        let node = Node::start(Arc::clone(&database.store), Metrics::new());
        let mails = tokio::spawn(mail::deliver(Arc::clone(&database.store), carrier, public_url));
        tokio::spawn(keep_accounts(Arc::clone(&node)));
        tokio::spawn(doorbell::listen(Arc::clone(&node)));
        tokio::spawn(keep_time(Arc::clone(&node)));
        tokio::spawn(upkeep::keep(Arc::clone(&node)));
        let (stop, mut stopped) = watch::channel(false);
        let router = edge::router(Arc::clone(&node), settings).into_make_service_with_connect_info::<SocketAddr>();
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
        Ok(Self { address, node, database: database.embedded, stop, serving, mails })
    }

    /// Stops: sessions are told, what is being committed is answered, the embedded database is shut down.
    pub async fn stop(mut self) {
        tracing::info!("draining");
        self.node.drain();
        let _ = self.stop.send(true);
        // Commands that are under way have their outcomes by then; sessions have said goodbye.
        tokio::time::sleep(Duration::from_millis(250)).await;
        let _ = tokio::time::timeout(Duration::from_secs(5), &mut self.serving).await;
        self.serving.abort();
        // One that is on its way is sent again by whoever starts next, under the same message id.
        self.mails.abort();
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
        self.node.drain();
        self.serving.abort();
        self.mails.abort();
        self.node.stop();
    }
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

/// Learns of keys that other hubs made, replaces old ones, and forgets what has ended.
async fn keep_accounts(node: Arc<Node>) {
    let mut round = 0u32;
    while !node.is_draining() {
        tokio::time::sleep(Duration::from_secs(15)).await;
        round = round.wrapping_add(1);
        let (store, hourly) = (&node.store, round % 240 == 1);
        let kept = async {
            if hourly {
                store.tokens.renew(&store.pools).await?;
                one_time::tidy(store).await?;
            }
            store.tokens.reload(&store.pools).await
        };
        if let Err(error) = kept.await {
            tracing::debug!(%error, "the accounts could not be looked after");
        }
    }
}
