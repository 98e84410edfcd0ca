//! Commands that answer for data: the audit log, people, keys, backups.

pub mod audit;
pub mod backup;
pub mod keys;
pub mod person;
