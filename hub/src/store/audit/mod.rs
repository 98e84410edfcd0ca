//! Who changed what: entries move from the journal to the audit log, where each holds the hash of the one before it.

mod archive;
mod chain;
mod trail;
mod verify;

pub use archive::{Archived, archive};
pub use chain::Finding;
pub use trail::{Cursor, Trail, Wanted, trail};
pub use verify::{KnownHead, Verified, head, verify};
