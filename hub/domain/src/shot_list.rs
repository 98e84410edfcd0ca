//! A shot list is a document that several people edit at once, and rows that everybody else reads. Here stands what the
//! document means for the rows: which values a cell may hold, what an author may do to a locked row, what is put right, and
//! which rows have to change.
//!
//! The document: a map `scenes` of maps by scene id, a map `shots` of maps by shot id (with maps `products` and `models`
//! of ranks by id), a map `locks` by shot id. A cell is a plain value under the name of its column; the last writer wins, cell by
//! cell. Order is a `rank`; to move is to set it.

pub mod cell;
pub mod difference;
pub mod link;
pub mod lock;
pub mod mend;
pub mod merge;
pub mod sheet;
pub mod take;

pub use cell::Kind;
pub use difference::{Difference, RowChange};
pub use link::{Link, Links};
pub use lock::Lock;
pub use mend::{Mend, mend};
pub use merge::merge;
pub use sheet::{Cells, Sheet, SheetText, Shot};
pub use take::{Author, CellChange, Fault, Taken, read, take};
