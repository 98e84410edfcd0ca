//! The database the hub runs on: its own server if none is given, the schema, the connections.

mod cluster;
mod embedded;
mod pools;
mod schema;

pub use embedded::{EmbeddedError, EmbeddedPostgres};
pub use pools::{Acting, Pools, begin, begin_snapshot};
pub use schema::{MigrateError, migrate, migrations};
