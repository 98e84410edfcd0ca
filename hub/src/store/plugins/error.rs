use crate::store::StoreError;
use crate::store::rest::RestError;

/// Why something about plugins is not done.
#[derive(Debug, thiserror::Error)]
pub enum PluginError {
    /// See [`StoreError`].
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Not there, or not in the caller's sight.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// The key is that of a plugin that somebody else signs.
    #[error("the plugin {0} belongs to another publisher")]
    OtherPublisher(String),
    /// The version is there with other content.
    #[error("version {0} is there already, with other content")]
    VersionTaken(String),
    /// The plugin is installed already.
    #[error("the plugin is installed already; upgrade it")]
    AlreadyInstalled,
    /// Scopes beyond what the manifest asks for, or fewer than it was agreed to.
    #[error("{0}")]
    Scopes(String),
    /// A run's lease is over: another may have taken the job.
    #[error("the run does not hold its job any more")]
    LeaseLost,
    /// The plugin keeps, or queues, more than it may.
    #[error("{0}")]
    Quota(String),
    /// A write that a plugin staged is against the rules.
    #[error("{0}")]
    Refused(RestError),
    /// The job cannot be changed as it stands.
    #[error("{0}")]
    NotNow(&'static str),
    /// A secret cannot be opened: the person it belongs to was erased, or it was altered.
    #[error("the secret does not open")]
    Sealed,
}

impl PluginError {
    /// For programs. Never renamed.
    pub fn code(&self) -> &str {
        match self {
            Self::Store(error) => error.code(),
            Self::NotFound(_) => "not_found",
            Self::OtherPublisher(_) => "plugin_publisher_differs",
            Self::VersionTaken(_) => "plugin_version_taken",
            Self::AlreadyInstalled => "plugin_already_installed",
            Self::Scopes(_) => "plugin_scopes",
            Self::LeaseLost => "lease_lost",
            Self::Quota(_) => "plugin_quota",
            Self::Refused(error) => &error.code,
            Self::NotNow(_) => "not_now",
            Self::Sealed => "secret_not_opened",
        }
    }
}

impl From<tokio_postgres::Error> for PluginError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<deadpool_postgres::PoolError> for PluginError {
    fn from(error: deadpool_postgres::PoolError) -> Self {
        Self::Store(error.into())
    }
}
