use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{BackoffConfig, ObjectStore, RetryConfig};
use tokio::sync::Semaphore;

use super::connector::Connector;
use super::{Objects, ObjectsError};

/// Bytes that gather before they are written to a folder.
const FOLDER_GATHER: usize = 256 * 1024;
/// Uploads into a folder at once. Each holds at most three times what gathers.
const FOLDER_SLOTS: usize = 64;
/// Bytes that gather before they are sent to S3, whose parts are not smaller.
const S3_GATHER: usize = 5 * 1024 * 1024;
/// Uploads to S3 at once. Each holds at most three times what gathers: 60 MiB together.
const S3_SLOTS: usize = 4;
/// How long S3 may take to answer one request.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// Where objects are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A folder of this machine.
    Folder(PathBuf),
    /// A bucket.
    S3(S3),
}

/// A bucket of S3, or of something that speaks like it.
#[derive(Clone, PartialEq, Eq)]
pub struct S3 {
    /// Its name.
    pub bucket: String,
    /// What keys begin with.
    pub prefix: String,
    /// The address of the service; Amazon's when absent.
    pub endpoint: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// Who asks, and their secret. When absent, what `AWS_...` variables and the machine's role say.
    pub keys: Option<(String, String)>,
}

impl std::fmt::Debug for S3 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.prefix)
    }
}

impl Place {
    /// Reads `s3://bucket/prefix`, or the path of a folder.
    ///
    /// # Errors
    /// When it names no bucket.
    pub fn parse(text: &str) -> Result<Self, ObjectsError> {
        let Some(address) = text.strip_prefix("s3://") else { return Ok(Self::Folder(PathBuf::from(text))) };
        let (bucket, prefix) = address.split_once('/').unwrap_or((address, ""));
        if bucket.is_empty() {
            return Err(ObjectsError::Place("s3:// is followed by the name of a bucket".into()));
        }
        let prefix = prefix.trim_matches('/').to_owned();
        Ok(Self::S3(S3 { bucket: bucket.to_owned(), prefix, endpoint: None, region: None, keys: None }))
    }
}

impl Objects {
    /// The store at a place. `installation` tells the hubs of one database from all others: two that were given the same
    /// place by mistake do not take each other's objects for garbage.
    ///
    /// # Errors
    /// When the folder cannot be made, or the configuration is not one.
    pub fn open(place: &Place, installation: &str) -> Result<Self, ObjectsError> {
        let wrong = |error: String| ObjectsError::Place(error);
        match place {
            Place::Folder(folder) => {
                let inner = folder.join(installation);
                std::fs::create_dir_all(&inner).map_err(|error| wrong(format!("{}: {error}", inner.display())))?;
                let store = LocalFileSystem::new_with_prefix(&inner).map_err(|error| wrong(error.to_string()))?;
                Ok(Self {
                    store: Arc::new(store.with_fsync(true)),
                    prefix: Path::default(),
                    folder: Some(inner),
                    gather: FOLDER_GATHER,
                    slots: Arc::new(Semaphore::new(FOLDER_SLOTS)),
                })
            }
            Place::S3(s3) => Ok(Self {
                store: s3.connect()?,
                prefix: Path::from(s3.prefix.as_str()).join(installation),
                folder: None,
                gather: S3_GATHER,
                slots: Arc::new(Semaphore::new(S3_SLOTS)),
            }),
        }
    }
}

impl S3 {
    fn connect(&self) -> Result<Arc<dyn ObjectStore>, ObjectsError> {
        let mut builder = AmazonS3Builder::from_env()
            .with_bucket_name(&self.bucket)
            .with_http_connector(Connector)
            // One by one: not every service that speaks S3 deletes many at once.
            .with_disable_bulk_delete(true)
            .with_retry(RetryConfig {
                backoff: BackoffConfig {
                    init_backoff: Duration::from_millis(100),
                    max_backoff: Duration::from_secs(2),
                    base: 2.0,
                },
                max_retries: 4,
                retry_timeout: PATIENCE,
            });
        if let Some(endpoint) = &self.endpoint {
            builder = builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
        }
        if let Some(region) = &self.region {
            builder = builder.with_region(region);
        }
        if let Some((id, secret)) = &self.keys {
            builder = builder.with_access_key_id(id).with_secret_access_key(secret);
        }
        let store = builder.build().map_err(|error| ObjectsError::Place(error.to_string()))?;
        Ok(Arc::new(store))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_folders_or_buckets_and_show_no_secret() {
        assert_eq!(Place::parse("/srv/files").ok(), Some(Place::Folder("/srv/files".into())));
        let Ok(Place::S3(mut s3)) = Place::parse("s3://maison/hub/files/") else { panic!("a bucket") };
        assert_eq!((s3.bucket.as_str(), s3.prefix.as_str()), ("maison", "hub/files"));
        assert!(Place::parse("s3://").is_err() && Place::parse("s3:///x").is_err());
        s3.keys = Some(("id".into(), "secret".into()));
        assert_eq!(format!("{s3:?}"), "s3://maison/hub/files");
    }
}
