use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use object_store::buffered::BufWriter;
use sha2::digest::common::hazmat::{SerializableState as _, SerializedState};
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::OwnedSemaphorePermit;
use uuid::Uuid;

use super::{Objects, ObjectsError, Part};

/// Writes to the store that are under way for one object, besides what gathers.
const WRITING: usize = 2;
/// How long an upload waits for others to end.
const PATIENCE: Duration = Duration::from_secs(10);

/// SHA-256 of what has come so far. It can be put away, and gone on with by another hub.
#[derive(Clone, Default)]
pub struct Digest(Sha256);

/// An object that is being written. Dropped without [`finish`](Self::finish), nothing of it stays.
pub struct Incoming {
    key: Uuid,
    size: u64,
    digest: Digest,
    writer: BufWriter,
    _slot: OwnedSemaphorePermit,
}

impl Objects {
    /// Begins an object whose bytes go on from `digest`.
    ///
    /// # Errors
    /// `Busy` when too many are being written for 10 s.
    pub async fn incoming(&self, digest: Digest) -> Result<Incoming, ObjectsError> {
        self.incoming_as(Uuid::now_v7(), digest).await
    }

    /// The same under a key that it had before: an object that comes back.
    ///
    /// # Errors
    /// As [`incoming`](Self::incoming).
    pub async fn incoming_as(&self, key: Uuid, digest: Digest) -> Result<Incoming, ObjectsError> {
        let slot = tokio::time::timeout(PATIENCE, Arc::clone(&self.slots).acquire_owned()).await;
        let slot = slot.map_err(|_| ObjectsError::Busy)?.map_err(|_| ObjectsError::Busy)?;
        let writer = BufWriter::with_capacity(Arc::clone(&self.store), self.path(key), self.gather);
        Ok(Incoming { key, size: 0, digest, writer: writer.with_max_concurrency(WRITING), _slot: slot })
    }
}

impl Incoming {
    /// Bytes so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// When the store does not take them; then [`abort`](Self::abort).
    pub async fn write(&mut self, bytes: Bytes) -> Result<(), ObjectsError> {
        self.digest.0.update(&bytes);
        self.size += bytes.len() as u64;
        Ok(self.writer.put(bytes).await?)
    }

    /// Makes it durable: from here on it is there, whatever happens.
    ///
    /// # Errors
    /// When the store fails; then it is not there.
    pub async fn finish(mut self) -> Result<(Part, Digest), ObjectsError> {
        if let Err(error) = self.writer.shutdown().await {
            return Err(ObjectsError::Unavailable(error.to_string()));
        }
        Ok((Part { key: self.key, size: self.size }, self.digest))
    }

    /// Gives it up, and tells the store.
    pub async fn abort(mut self) {
        if let Err(error) = self.writer.abort().await {
            tracing::debug!(%error, "an upload that was given up could not be cleared away");
        }
    }
}

impl Digest {
    /// The hash of all that came, 32 bytes.
    pub fn finish(self) -> Vec<u8> {
        self.0.finalize().to_vec()
    }

    /// To put away.
    pub fn state(&self) -> Vec<u8> {
        self.0.serialize().to_vec()
    }

    /// From what was put away; `None` if that is something else.
    pub fn resume(state: &[u8]) -> Option<Self> {
        let state = SerializedState::<Sha256>::try_from(state).ok()?;
        Sha256::deserialize(&state).ok().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_goes_on_where_it_was_put_away() {
        let mut digest = Digest::default();
        digest.0.update(b"hello ");
        let mut resumed = Digest::resume(&digest.state()).expect("a state");
        resumed.0.update(b"world");
        assert_eq!(resumed.finish(), Sha256::digest(b"hello world").to_vec());
        assert!(Digest::resume(b"short").is_none());
    }
}
