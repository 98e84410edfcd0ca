use domain::storage::{Code, Refusal};

use crate::objects::ObjectsError;
use crate::store::StoreError;

/// Why a request about files is not carried out.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// A rule says no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database does.
    #[error(transparent)]
    Store(StoreError),
    /// The store of objects does.
    #[error(transparent)]
    Objects(#[from] ObjectsError),
}

impl StorageError {
    /// A rule says no.
    pub fn refused(code: Code, message: impl Into<String>) -> Self {
        Self::Refused(Refusal::new(code, message))
    }

    /// No such file, or not in sight: nobody learns which.
    pub fn no_file() -> Self {
        Self::refused(Code::NoSuchKey, "Object not found")
    }

    /// No such bucket, or not in sight.
    pub fn no_bucket() -> Self {
        Self::refused(Code::NoSuchBucket, "Bucket not found")
    }
}

impl From<StoreError> for StorageError {
    fn from(error: StoreError) -> Self {
        let (code, message) = match &error {
            StoreError::Denied => (Code::AccessDenied, "your role may not do this here".to_owned()),
            StoreError::Invalid(message) => (Code::InvalidRequest, message.clone()),
            StoreError::Constraint { name, message } => match name.as_str() {
                "storage_objects_name" | "storage_buckets_organization_id_name_key" => {
                    (Code::Duplicate, "The resource already exists".to_owned())
                }
                "storage_buckets_public_name" => {
                    let message = "a public bucket of this name exists on this hub; their names are shared by all";
                    (Code::Duplicate, message.to_owned())
                }
                "file_size_limit" => (Code::EntityTooLarge, message.clone()),
                "allowed_mime_types" => (Code::InvalidMimeType, message.clone()),
                "storage_objects_key" => (Code::InvalidKey, message.clone()),
                // A key of another table: something shows the file.
                other if other.ends_with("_fkey") => {
                    (Code::Conflict, format!("something refers to it and is to be changed first ({other})"))
                }
                other => (Code::InvalidRequest, format!("{message} ({other})")),
            },
            StoreError::Unavailable(_) | StoreError::Internal(_) => return Self::Store(error),
        };
        Self::refused(code, message)
    }
}

impl From<tokio_postgres::Error> for StorageError {
    fn from(error: tokio_postgres::Error) -> Self {
        StoreError::from(error).into()
    }
}

impl From<deadpool_postgres::PoolError> for StorageError {
    fn from(error: deadpool_postgres::PoolError) -> Self {
        StoreError::from(error).into()
    }
}
