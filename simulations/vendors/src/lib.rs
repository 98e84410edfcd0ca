//! Doubles of the vendors that plugins talk to.
//!
//! Each double is a server on a port of its own that answers as the vendor's published API does: authentication, pages,
//! limits, the shape of errors, signatures of webhooks. A [`Ledger`] counts what each idempotency key really did, and
//! [`Faults`] make the vendor slow, throttled, broken, or die between an effect and its answer. A hub reaches a double by
//! the operator's routes for plugins ([`Running::route`]).

#![allow(clippy::expect_used, reason = "a double that cannot start, or whose lock is poisoned, ends its test")]

mod accounts;
mod allowance;
mod amazon;
mod cloudinary;
mod faults;
pub mod fields;
mod gemini;
mod ledger;
mod meta;
mod server;
mod shopify;
mod signed;
mod stripe;
mod whatsapp;

pub use accounts::Accounts;
pub use allowance::Allowance;
pub use amazon::Amazon;
pub use cloudinary::Cloudinary;
pub use faults::{Fault, Faults};
pub use gemini::Gemini;
pub use ledger::Ledger;
pub use meta::Meta;
pub use server::Running;
pub use shopify::Shopify;
pub use signed::Delivery;
pub use stripe::Stripe;
