//! Commands that answer for data, the audit log, people, keys, and for the installation itself.

pub mod audit;
pub mod doctor;
pub mod keys;
pub mod maintenance;
pub mod person;
