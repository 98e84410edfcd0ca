//! Rules of files: what they may be called, what they are, who was given an address, which bytes are asked for.

pub mod link;
pub mod media_type;
pub mod name;
pub mod range;
pub mod refusal;
pub mod rendition;
pub mod resumable;
pub mod size_limit;

pub use link::{Link, Purpose};
pub use refusal::{Code, Refusal};
