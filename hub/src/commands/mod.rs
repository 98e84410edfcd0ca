//! Commands that answer for data, the audit log, people, keys, backups, and for the installation itself.

pub mod audit;
pub mod backup;
pub mod doctor;
pub mod keys;
pub mod maintenance;
pub mod person;
pub mod plugin;
