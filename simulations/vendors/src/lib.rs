//! Doubles of the vendors that plugins talk to.
//!
//! Each double is a server on a port of its own that answers as the vendor's published API does: authentication, pages,
//! limits, the shape of errors, signatures of webhooks. A [`Ledger`] counts what each idempotency key really did, and
//! [`Faults`] make the vendor slow, throttled, broken, or die between an effect and its answer. A hub reaches a double by
//! the operator's routes for plugins ([`Running::route`]).

#![allow(clippy::expect_used, reason = "a double that cannot start, or whose lock is poisoned, ends its test")]

mod accounts;
mod faults;
mod fields;
mod ledger;
mod server;
mod shopify;
mod signed;

pub use accounts::Accounts;
pub use faults::{Fault, Faults};
pub use ledger::Ledger;
pub use server::Running;
pub use shopify::Shopify;
pub use signed::Delivery;
