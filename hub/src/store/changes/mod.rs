//! The journal of a whole organization as changes of rows: what was committed between two views of the database, each row
//! as it was and as it became, who sees it by the database's own rules, and which filters it passes.

mod binding;
mod catalogue;
mod cursor;
mod read;
mod sight;
mod walk;

pub use binding::{Bound, BoundError, asks_database, bind, passing};
pub use catalogue::{ChangeTable, ChangeTables, Shown, Tables};
pub use cursor::{Cursor, Snapshot};
pub use read::{Batch, Image, Missed, RowChange, Rows, View, exported, missed, read, rows, watch};
pub use sight::{Asked, Question, Seen, see};
