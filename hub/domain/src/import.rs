//! What an imported file means, and what it would change.
//!
//! Reading CSV and XLSX is not done here: a file arrives as rows of text. [`Table`] finds its
//! header row, [`columns`] what each column is, [`guests`] and [`rundown`] what would be added or
//! changed, row by row; [`ontime`] reads and writes the project files of Ontime. Nothing is ever
//! deleted by an import, and importing the same file twice changes nothing the second time.

pub mod columns;
pub mod guests;
pub mod ontime;
pub mod rundown;
mod text;
mod time_text;

use std::collections::BTreeMap;

use serde::Serialize;

pub use columns::{Column, Field, Mapping, Table};

/// The most differences that a report shows.
pub const MOST_DIFFERENCES: usize = 200;

/// What an import would do, or has done.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ImportReport {
    /// `csv`, `xlsx` or `ontime`.
    pub format: String,
    /// The file's columns and what they were taken for.
    pub columns: Vec<Column>,
    /// What a column can be.
    pub fields: Vec<Field>,
    /// Rows of data, without header and empty rows.
    pub rows: usize,
    /// Rows that are new.
    pub added: usize,
    /// Rows that differ from what is stored.
    pub changed: usize,
    /// Rows that are stored already, just so.
    pub unchanged: usize,
    /// Why rows cannot be taken. A file with errors is not applied.
    pub errors: Vec<RowError>,
    /// At most [`MOST_DIFFERENCES`], in the file's order.
    pub diff: Vec<Difference>,
    /// It was stored.
    pub applied: bool,
}

/// Why a row, or the file (row 0), cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowError {
    /// The row's number in the file, from 1, the header included.
    pub row: usize,
    /// The column's header.
    pub column: Option<String>,
    /// Stable.
    pub code: ImportErrorCode,
    /// For people.
    pub message: String,
}

impl RowError {
    fn new(row: usize, column: Option<&str>, code: ImportErrorCode, message: impl Into<String>) -> Self {
        Self { row, column: column.map(str::to_owned), code, message: message.into() }
    }
}

/// Stable code of a [`RowError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportErrorCode {
    /// The file has no rows.
    EmptyFile,
    /// The file is not what its format says.
    BadFile,
    /// The mapping names a column that the file does not have.
    UnknownColumn,
    /// The mapping names a field that does not exist.
    UnknownField,
    /// Two columns are mapped to one field.
    DuplicateField,
    /// No column is mapped to a field that is required.
    MissingColumn,
    /// A value that is required is empty.
    MissingValue,
    /// Longer than is stored.
    TooLong,
    /// Not an e-mail address.
    BadEmail,
    /// Not a number of people from 1 to 50.
    BadPartySize,
    /// Smaller than the number of people who are in already.
    PartyBelowArrived,
    /// Neither yes nor no.
    BadFlag,
    /// Not a status of a registration.
    BadStatus,
    /// The guest's status cannot become this one.
    BadTransition,
    /// The guest has arrived; that is not taken back by a file.
    AlreadyAttended,
    /// The event has no tier of this name.
    UnknownTier,
    /// A ticket code is 32 to 512 characters without spaces.
    BadCode,
    /// Another guest has this code.
    DuplicateCode,
    /// An earlier row of the file is about the same guest or cue.
    DuplicateInFile,
    /// Several stored guests could be meant.
    Ambiguous,
    /// Not a time.
    BadTime,
    /// Not a duration of less than a day.
    BadDuration,
    /// Neither linked nor hard.
    BadStartMode,
    /// Start, end and duration do not fit together.
    TimesDisagree,
    /// Neither start nor end nor duration is given.
    MissingTime,
    /// More than twelve hours after the cue before it: probably a wrong time.
    OutOfOrder,
}

/// One row that is new or differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The row's number in the file.
    pub row: usize,
    /// What happens.
    pub kind: DifferenceKind,
    /// The guest's name or the cue's title.
    pub label: String,
    /// Field to old value (none for a new row) and new value (empty when it is taken away).
    pub fields: BTreeMap<&'static str, (Option<String>, String)>,
}

/// What happens to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceKind {
    /// It is new.
    Added,
    /// Some fields get other values.
    Changed,
}

type Values = BTreeMap<&'static str, String>;

/// The fields in which `new` is not `old`.
fn changed_fields(old: &Values, new: &Values) -> BTreeMap<&'static str, (Option<String>, String)> {
    let keys: std::collections::BTreeSet<&'static str> = old.keys().chain(new.keys()).copied().collect();
    keys.into_iter()
        .filter(|key| old.get(key) != new.get(key))
        .map(|key| (key, (old.get(key).cloned(), new.get(key).cloned().unwrap_or_default())))
        .collect()
}

fn added_fields(new: &Values) -> BTreeMap<&'static str, (Option<String>, String)> {
    new.iter().map(|(key, value)| (*key, (None, value.clone()))).collect()
}
