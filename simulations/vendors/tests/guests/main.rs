//! The plugins of this repository, as they are built, in the real host, against the doubles of their vendors.
//! `plugins/build` has to come first.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod amazon;
mod cloudinary;
mod gemini;
mod meta;
mod organization;
mod packages;
mod rows;
mod shopify;
mod stage;
mod stripe;
