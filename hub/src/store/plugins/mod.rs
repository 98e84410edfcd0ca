//! Plugins as the database has them: packages, installs, accounts, the queue, what runs leave behind. How a plugin runs is
//! not known here. Everything that a plugin writes is written with its own claims: row security and the granted scopes
//! decide.

pub mod authorizations;
pub mod catalogue;
pub mod connections;
pub mod development;
pub mod effects;
mod error;
pub mod files;
pub mod finish;
pub mod installs;
pub mod kv;
pub mod packages;
pub mod queue;
pub mod runs;
pub mod scopes;
mod secrets;
pub mod webhooks;

pub use error::PluginError;
