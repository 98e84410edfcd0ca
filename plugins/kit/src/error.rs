use std::io;
use std::path::PathBuf;

use plugin_host::package::PackageError;
use plugin_host::{EngineError, LoadError, ManifestError, RecordingError};

/// Why a command for developers ended.
#[derive(Debug, thiserror::Error)]
pub enum KitError {
    #[error("{path}: {error}", path = path.display())]
    File { path: PathBuf, error: io::Error },
    #[error("`{0}` is no key of a plugin: 2 to 41 of a-z, 0-9 and _, a letter first")]
    Name(String),
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    #[error("{} holds no built plugin: build it first (`./build`), or name the file with --wasm", .0.display())]
    NotBuilt(PathBuf),
    #[error("{}: {error}", path.display())]
    Script { path: PathBuf, error: serde_json::Error },
    #[error("{} holds no scripts", .0.display())]
    NoScripts(PathBuf),
    #[error("the file holds no key")]
    NoKey,
    #[error("the manifest in the folder is not what the component's `describe` answers; build it again")]
    ManifestDiffers,
    #[error("the package was signed by another key already: {0}")]
    Signed(String),
    #[error("the folder cannot be watched: {0}")]
    Watch(notify::Error),
    #[error("{} has more than {most} folders; is it the plugin's?", path.display())]
    ManyFolders { path: PathBuf, most: usize },
    #[error("`{0}` failed")]
    Build(String),
    #[error("the payload is no JSON: {0}")]
    Payload(serde_json::Error),
    #[error("who are you? Set HUB_EMAIL and HUB_PASSWORD, or HUB_TOKEN")]
    NoSignIn,
    #[error("no account `{0}` is connected to this plugin; connect it in the console")]
    NoAccount(String),
    #[error("{0} cannot be reached: {1}")]
    HubUnreachable(String, String),
    /// With the hub's own code.
    #[error("{code}: {message}")]
    HubRefused { code: String, message: String },
    #[error("the run did not end well")]
    NotWell,
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    #[error(transparent)]
    Package(#[from] PackageError),
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Recording(#[from] RecordingError),
    #[error("{failed} of {all} scripts failed")]
    Failed { failed: usize, all: usize },
    #[error("the replay ended otherwise than the recording: {0}")]
    Differs(String),
}

impl KitError {
    /// For `map_err` of what a file answers.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> KitError {
        let path = path.into();
        move |error| KitError::File { path, error }
    }
}
