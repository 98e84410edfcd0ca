//! Documents that several people edit at once. A *desk* is the live view of one document on one node: it applies updates,
//! passes them on, appends them to the log and projects them into the rows. Like a room it is a cache with a mailbox: two
//! nodes may have a desk for one document, and meet in the log.

mod commit;
mod desk;
mod followed;
pub mod line;
pub mod member;
mod members;
mod memory;
pub mod registry;
mod seat;
pub mod socket;
mod updates;

pub use registry::Documents;
