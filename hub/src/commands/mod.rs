//! Commands that answer for data: the audit log, people, keys.

pub mod audit;
pub mod keys;
pub mod person;
