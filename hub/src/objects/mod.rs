//! Where the bytes of files are: a folder, or a bucket of S3. An object has a key that the hub has made up, is written once,
//! and is there whole or not at all. What it belongs to, the database knows.

mod connector;
mod incoming;
mod place;

pub use incoming::{Digest, Incoming};
pub use place::{Place, S3};

use std::io::{self, SeekFrom};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};
use object_store::path::Path;
use object_store::{GetResultPayload, ObjectStore, ObjectStoreExt as _};
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio::sync::Semaphore;
use uuid::Uuid;

/// Objects that are deleted at once.
const DELETING: usize = 4;

/// Bytes of a file that are read at once.
const PIECE: usize = 512 * 1024;

/// The store of objects.
pub struct Objects {
    store: Arc<dyn ObjectStore>,
    prefix: Path,
    /// The folder, if it is one.
    folder: Option<PathBuf>,
    /// Bytes that gather before they are sent on.
    gather: usize,
    /// Uploads at once.
    slots: Arc<Semaphore>,
}

/// Bytes of a file that are one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Its key.
    pub key: Uuid,
    /// Bytes.
    pub size: u64,
}

/// Why bytes cannot be kept or had.
#[derive(Debug, thiserror::Error)]
pub enum ObjectsError {
    /// The folder or the service does not do what it should. Nothing of a write is visible.
    #[error("the store of files is not available: {0}")]
    Unavailable(String),
    /// An object that the database knows is not there.
    #[error("an object is missing: {0}")]
    Missing(String),
    /// Too many uploads at once.
    #[error("too many uploads at once; try again")]
    Busy,
    /// The configuration names no place.
    #[error("HUB_OBJECTS: {0}")]
    Place(String),
}

impl From<object_store::Error> for ObjectsError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { path, .. } => Self::Missing(path),
            other => Self::Unavailable(other.to_string()),
        }
    }
}

/// Bytes of a file of a folder, in pieces that are worth the way to another thread: the store's own are of 8 KiB.
async fn of_file(
    mut file: File,
    range: Range<u64>,
) -> Result<impl Stream<Item = Result<Bytes, ObjectsError>> + Send, ObjectsError> {
    let unreadable = |error: io::Error| ObjectsError::Unavailable(error.to_string());
    file.seek(SeekFrom::Start(range.start)).await.map_err(unreadable)?;
    let wanted = file.take(range.end - range.start);
    Ok(stream::try_unfold(wanted, move |mut file| async move {
        let mut piece = BytesMut::with_capacity(PIECE);
        let read = file.read_buf(&mut piece).await.map_err(unreadable)?;
        if read == 0 && file.limit() > 0 {
            return Err(ObjectsError::Unavailable("a file is shorter than it was".into()));
        }
        Ok((read > 0).then(|| (piece.freeze(), file)))
    }))
}

impl Objects {
    /// The bytes `range` of a file, as they come.
    pub fn read(
        &self,
        parts: &[Part],
        range: Range<u64>,
    ) -> impl Stream<Item = Result<Bytes, ObjectsError>> + Send + use<> {
        let mut pieces = Vec::new();
        let mut starts = 0;
        for part in parts {
            let ends = starts + part.size;
            if !range.is_empty() && starts < range.end && range.start < ends {
                pieces.push((self.path(part.key), range.start.max(starts) - starts..range.end.min(ends) - starts));
            }
            starts = ends;
        }
        let store = Arc::clone(&self.store);
        stream::iter(pieces)
            .then(move |(path, range)| {
                let store = Arc::clone(&store);
                async move {
                    let options = object_store::GetOptions::new().with_range(Some(range));
                    let got = store.get_opts(&path, options).await?;
                    Ok::<_, ObjectsError>(match got.payload {
                        GetResultPayload::File(file, _) => {
                            of_file(File::from_std(file), got.range).await?.left_stream()
                        }
                        GetResultPayload::Stream(bytes) => bytes.map_err(Into::into).right_stream(),
                    })
                }
            })
            .try_flatten()
    }

    /// How many bytes an object has; `None` if it is not there.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn size(&self, key: Uuid) -> Result<Option<u64>, ObjectsError> {
        match self.store.head(&self.path(key)).await {
            Ok(object) => Ok(Some(object.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the bytes are in a folder of this machine.
    pub fn is_folder(&self) -> bool {
        self.folder.is_some()
    }

    /// Deletes objects; those that are not there are gone already. Says which are gone.
    pub async fn delete(&self, keys: Vec<Uuid>) -> Vec<Uuid> {
        let results = stream::iter(keys).map(async |key| self.delete_one(key).await.then_some(key));
        results.buffer_unordered(DELETING).filter_map(std::future::ready).collect().await
    }

    async fn delete_one(&self, key: Uuid) -> bool {
        match self.store.delete(&self.path(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => true,
            Err(error) => {
                tracing::warn!(%error, %key, "an object could not be deleted; it will be tried again");
                false
            }
        }
    }

    /// Objects that were written before `before` (epoch ms), whether or not anything refers to them.
    pub fn older_than(&self, before: i64) -> impl Stream<Item = Result<Uuid, ObjectsError>> + Send + use<> {
        self.store.list(Some(&self.prefix)).map_err(ObjectsError::from).try_filter_map(move |object| {
            let key = object.location.filename().and_then(|name| Uuid::try_parse(name).ok());
            std::future::ready(Ok(key.filter(|_| object.last_modified.timestamp_millis() < before)))
        })
    }

    /// Removes what a hub that was killed has left half written in the folder; says how many files.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub async fn sweep(&self, age: Duration) -> Result<usize, ObjectsError> {
        let Some(folder) = self.folder.clone() else { return Ok(0) };
        let swept = tokio::task::spawn_blocking(move || sweep(&folder, age)).await;
        swept
            .map_err(|error| error.to_string())
            .and_then(|swept| swept.map_err(|error| error.to_string()))
            .map_err(ObjectsError::Unavailable)
    }

    /// The last two digits are random, the first ones a time: so no folder gets all of them.
    fn path(&self, key: Uuid) -> Path {
        let name = key.simple().to_string();
        self.prefix.clone().join(&name[30..]).join(name.as_str())
    }
}

/// A file that is being written has a name that ends in `#` and a number.
fn sweep(folder: &std::path::Path, age: Duration) -> std::io::Result<usize> {
    let mut swept = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let (kind, path) = (entry.file_type()?, entry.path());
        if kind.is_dir() {
            swept += sweep(&path, age)?;
        } else if entry.file_name().to_string_lossy().contains('#') {
            let modified = entry.metadata()?.modified()?;
            if SystemTime::now().duration_since(modified).is_ok_and(|since| since >= age) {
                std::fs::remove_file(path)?;
                swept += 1;
            }
        }
    }
    Ok(swept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn ranges_are_read_across_parts() {
        let folder = tempfile();
        let objects = Objects::open(&Place::Folder(folder.clone()), "test").expect("a folder");
        let mut parts = Vec::new();
        for text in ["hello ", "wide ", "world"] {
            let mut incoming = objects.incoming(Digest::default()).await.expect("a slot");
            incoming.write(Bytes::from_static(text.as_bytes())).await.expect("written");
            parts.push(incoming.finish().await.expect("kept").0);
        }
        for (range, expected) in
            [(0..16, "hello wide world"), (4..8, "o wi"), (6..11, "wide "), (15..16, "d"), (3..3, "")]
        {
            let read: Vec<Bytes> = objects.read(&parts, range.clone()).try_collect().await.expect("read");
            assert_eq!(read.concat(), expected.as_bytes(), "{range:?}");
        }
        let listed: Vec<Uuid> = objects.older_than(i64::MAX).try_collect().await.expect("listed");
        assert_eq!(listed.len(), 3);
        assert_eq!(objects.delete(listed.clone()).await.len(), listed.len());
        let gone = objects.read(&parts, 0..1).try_collect::<Vec<Bytes>>().await;
        assert!(matches!(gone, Err(ObjectsError::Missing(_))), "{gone:?}");
        std::fs::remove_dir_all(folder).expect("our own");
    }

    #[tokio::test]
    async fn what_is_not_finished_is_not_there_and_is_swept() {
        let folder = tempfile();
        let objects = Objects::open(&Place::Folder(folder.clone()), "test").expect("a folder");
        let mut incoming = objects.incoming(Digest::default()).await.expect("a slot");
        incoming.write(Bytes::from(vec![7; 2 * 1024 * 1024])).await.expect("written");
        // As if the process had been killed: nothing is cleaned up.
        std::mem::forget(incoming);
        let listed: Vec<Uuid> = objects.older_than(i64::MAX).try_collect().await.expect("listed");
        assert!(listed.is_empty());
        assert_eq!(objects.sweep(Duration::from_secs(3600)).await.expect("read"), 0, "it may still be written");
        assert_eq!(objects.sweep(Duration::ZERO).await.expect("read"), 1);
        std::fs::remove_dir_all(folder).expect("our own");
    }

    fn tempfile() -> PathBuf {
        std::env::temp_dir().join(format!("hub-objects-{}", Uuid::now_v7()))
    }
}
