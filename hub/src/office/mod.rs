//! Files that people bring and take away: spreadsheets, Ontime projects, tickets and call sheets to print.
//!
//! Stands between `store` and `edge`. Nothing here is SQL or HTTP; [`tickets`] alone asks the store, for the guests.

mod call_sheet;
mod call_sheet_page;
mod csv_file;
mod encoding;
mod fonts;
mod incoming;
mod listing;
pub mod lists;
mod mark;
mod pdf;
mod rows;
mod ticket;
mod ticket_png;
pub mod tickets;
mod workbook;

pub use call_sheet::{CallSheet, SheetTooLong};
pub use incoming::{FileError, Incoming};
pub use listing::{Cell, Listing};
pub use ticket::Ticket;
