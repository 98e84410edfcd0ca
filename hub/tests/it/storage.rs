//! Files: `/storage/v1`, in a folder and in a bucket of S3.

mod client;
mod failing;
mod flows;
mod hostile;
mod leftovers;
mod links;
mod pictures;
mod resumable;
mod rights;
mod s3;
mod s3_double;
