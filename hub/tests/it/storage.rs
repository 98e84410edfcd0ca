//! Files: `/storage/v1`, in a folder and in a bucket of S3.

pub mod client;
mod erased;
mod failing;
mod flows;
mod hostile;
mod leftovers;
mod links;
mod pictures;
mod resumable;
mod rights;
mod s3;
pub mod s3_double;
