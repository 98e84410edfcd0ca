//! The database the hub runs on: its own server if none is given, the schema, the connections.

mod cluster;
mod embedded;
mod installation;
mod kept_log;
mod pools;
mod postmaster;
mod readers;
mod recovery;
mod request;
mod schema;
mod tools;

pub use embedded::{EmbeddedError, EmbeddedPostgres};
pub use kept_log::KeptLog;
pub use pools::{Acting, Pools, begin, begin_snapshot};
pub use readers::{Statements, look_as_each};
pub use recovery::{Recovery, RecoveryError};
pub use request::{Untyped, as_principal, look_up, read_once};
pub use schema::{MigrateError, expected_migrations, migrate, migrations, migrations_known, prepare_roles};
pub use tools::Tools;
