//! What a run needs of the hub. The host knows neither tables nor sockets; whoever runs plugins brings these.

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use zeroize::Zeroizing;

use crate::contract::{Fault, File, Response};

/// A token, or the secret of a form's signature. It has no `Debug`, and is wiped when it is dropped.
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub fn new(text: String) -> Secret {
        Secret(Zeroizing::new(text))
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// What is known of an effect that is about to be sent.
#[derive(Debug, Clone)]
pub enum Begun {
    /// Nobody began it; now it is begun, durably.
    New,
    /// An earlier attempt had this answer: it is given again, and nothing is sent.
    Answered(Response),
    /// An earlier attempt began it, and its answer was never recorded.
    Unsettled,
    /// The key was used for another request.
    Reused,
}

/// Why the hub did not answer a run.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ServiceError {
    /// The plugin is told; the run goes on.
    #[error("{}: {}", .0.code, .0.message)]
    Refused(Fault),
    /// The run ends, and its job is tried again later.
    #[error("the hub could not answer: {0}")]
    Unavailable(String),
}

impl ServiceError {
    /// A refusal.
    pub fn refused(code: &str, message: impl Into<String>) -> ServiceError {
        ServiceError::Refused(Fault { code: code.into(), message: message.into() })
    }
}

/// The hub's side of one run. Everything a plugin writes is handed over with the run's end; what is here only reads, but for
/// effects, which must be durable before and after the request.
#[async_trait]
pub trait Services: Send + Sync {
    /// A query as `/rest/v1` takes it, under the scopes of the install; the JSON array.
    async fn select(&self, query: &str) -> Result<String, ServiceError>;

    /// A value of the connection's store, as it was before this run.
    async fn kv_get(&self, key: &str) -> Result<Option<Vec<u8>>, ServiceError>;

    /// Keys that begin so, in order, after the given one.
    async fn kv_keys(&self, prefix: &str, after: Option<&str>, limit: u32) -> Result<Vec<String>, ServiceError>;

    async fn file(&self, file: &str) -> Result<File, ServiceError>;

    async fn file_bytes(&self, file: &str, offset: u64, length: u64) -> Result<Bytes, ServiceError>;

    /// An address from which anybody who has it can fetch the file, for so many seconds.
    async fn file_address(&self, file: &str, seconds: u32) -> Result<String, ServiceError>;

    /// The value of a credential, opened for this request.
    async fn secret(&self, credential: &str) -> Result<Secret, ServiceError>;

    /// Writes down, durably, that an effect is about to be sent. `digest` is of the request.
    async fn begin_effect(&self, key: &str, digest: [u8; 32]) -> Result<Begun, ServiceError>;

    /// Writes down, durably, the answer to an effect; none when nothing was done.
    async fn end_effect(&self, key: &str, answer: Option<&Response>) -> Result<(), ServiceError>;

    /// Shows how far the run is; false when it should end.
    async fn progress(&self, done: u64, total: Option<u64>, note: &str) -> bool;
}
