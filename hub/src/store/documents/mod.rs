//! Documents that several people edit at once: the log, the state as of some place in it, and the rows that it is projected
//! into. One transaction appends to the log, changes the rows and writes the history.

mod append;
mod follow;
mod links;
mod open;
mod project;
mod rights;
mod tables;
mod versions;

pub use append::{Appended, Batch, Edit, LogEntry, Projection, append, begin_anew};
pub use follow::{Followed, Foreign, Foreigner, follow, log_after, renew_watch, unwatch};
pub use links::foreign_links;
pub use open::{Stored, StoredDocument, create, open};
pub use project::Elsewhere;
pub use rights::{ListAccess, admit};
pub use versions::{PastEdit, Version, keep_version, past_edits, restore, versions};
