//! Tables by name over HTTP, in the dialect of PostgREST.

mod client;
mod counting;
mod functions;
mod hostile;
mod indexes;
mod probes;
mod putting;
mod reading;
mod rights;
mod schema_changes;
mod sealed_columns;
mod writing;
