use std::path::PathBuf;

/// Why a simulation could not be carried out. A violated invariant is a result, not a failure.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A call of the hub failed.
    #[error("while {doing}: {why}")]
    Hub {
        /// What was being done.
        doing: String,
        /// The hub's answer.
        why: hub_client::HubError,
    },
    /// The hub's program could not be started or did not become ready.
    #[error("the hub did not start: {why}\n{log}")]
    NotStarted {
        /// What was seen.
        why: String,
        /// The end of its log.
        log: String,
    },
    /// There is no hub program and cargo could not build one.
    #[error("no hub at {0}, and `cargo build -p hub` failed")]
    NoBinary(PathBuf),
    /// The hub answered something that the simulation cannot work with.
    #[error("{0}")]
    Unexpected(String),
    /// This machine failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// Ctrl-C.
    #[error("interrupted")]
    Interrupted,
}

/// Says what was being done when a call of the hub failed.
pub trait While<T> {
    /// `doing` continues "while".
    fn while_doing(self, doing: &str) -> Result<T, Failure>;
}

impl<T> While<T> for Result<T, hub_client::HubError> {
    fn while_doing(self, doing: &str) -> Result<T, Failure> {
        self.map_err(|why| Failure::Hub { doing: doing.to_owned(), why })
    }
}
