use domain::import::{ImportErrorCode, RowError};
use serde_json::Value;

use super::{csv_file, encoding, workbook};

/// Most bytes of an Ontime project. Read as JSON it takes a dozen times as much.
const LARGEST_PROJECT: usize = 5 * 1024 * 1024;

/// A file that somebody brought, recognised by its first bytes: names of files and media types are often wrong.
#[derive(Debug, PartialEq)]
pub enum Incoming {
    /// A spreadsheet.
    Rows {
        /// `csv` or `xlsx`.
        format: &'static str,
        /// Its cells as texts, at their places.
        rows: Vec<Vec<String>>,
    },
    /// A project of Ontime.
    Ontime(Value),
}

/// Why a file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// No bytes, or no cell with a text.
    #[error("The file is empty")]
    Empty,
    /// Neither a workbook nor text.
    #[error("The file is neither a spreadsheet (XLSX, CSV) nor an Ontime project")]
    NotText,
    /// The binary format of before 2007.
    #[error("This is an old Excel file, or one with a password; save it as XLSX without a password")]
    OldWorkbook,
    /// A ZIP archive that is no workbook, or a damaged one.
    #[error("The XLSX file is damaged or is none")]
    BadWorkbook,
    /// It begins like JSON.
    #[error("The JSON file is damaged")]
    BadJson,
    /// Unpacked it is larger than the hub takes.
    #[error("Unpacked, the file is too large")]
    Bomb,
    /// More than 50,000.
    #[error("The file has more than 50,000 rows")]
    TooManyRows,
    /// More than 200.
    #[error("Row {row} has more than 200 columns")]
    TooManyColumns {
        /// From 1.
        row: usize,
    },
    /// More than 10,000 characters.
    #[error("Row {row} has a cell of more than 10,000 characters; perhaps a quotation mark is not closed")]
    CellTooLong {
        /// From 1.
        row: usize,
    },
    /// Too many cells or too much text in all.
    #[error("The file holds too much")]
    TooMuch,
}

impl FileError {
    /// As the report of an import tells it.
    pub fn row_error(&self) -> RowError {
        let code = if *self == Self::Empty { ImportErrorCode::EmptyFile } else { ImportErrorCode::BadFile };
        RowError { row: 0, column: None, code, message: self.to_string() }
    }
}

impl Incoming {
    /// Reads a file. Takes up to a second for a large workbook: call it where blocking is allowed.
    ///
    /// # Errors
    /// See [`FileError`].
    pub fn read(bytes: &[u8]) -> Result<Self, FileError> {
        if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
            return Ok(Self::Rows { format: "xlsx", rows: workbook::read(bytes)? });
        }
        if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
            return Err(FileError::OldWorkbook);
        }
        let text = encoding::text(bytes)?;
        if text.trim().is_empty() {
            return Err(FileError::Empty);
        }
        if text.trim_start().starts_with('{') {
            if text.len() > LARGEST_PROJECT {
                return Err(FileError::TooMuch);
            }
            return serde_json::from_str(&text).map(Self::Ontime).map_err(|_| FileError::BadJson);
        }
        Ok(Self::Rows { format: "csv", rows: csv_file::read(&text)? })
    }

    /// `csv`, `xlsx` or `ontime`.
    pub fn format(&self) -> &'static str {
        match self {
            Self::Rows { format, .. } => format,
            Self::Ontime(_) => "ontime",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_first_bytes() {
        assert_eq!(Incoming::read(b"a,b\n1,2\n").map(|file| file.format()), Ok("csv"));
        assert_eq!(Incoming::read("\u{feff} {\"rundowns\":{}}".as_bytes()).map(|file| file.format()), Ok("ontime"));
        for (bytes, error) in [
            (b"".as_slice(), FileError::Empty),
            (b"\xef\xbb\xbf\r\n \r\n", FileError::Empty),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", FileError::OldWorkbook),
            (b"PK\x03\x04junk", FileError::BadWorkbook),
            (b"{\"rundown\":", FileError::BadJson),
            (b"%PDF-1.7\n\x00\x01", FileError::NotText),
        ] {
            assert_eq!(Incoming::read(bytes), Err(error));
        }
    }

    #[test]
    fn deep_and_large_json_is_refused() {
        let deep = format!("{{\"a\":{}", "[".repeat(100_000));
        assert_eq!(Incoming::read(deep.as_bytes()), Err(FileError::BadJson));
        let large = format!("{{\"a\":[{}0]}}", "0,".repeat(LARGEST_PROJECT / 2));
        assert_eq!(Incoming::read(large.as_bytes()), Err(FileError::TooMuch));
    }

    #[test]
    fn an_empty_file_has_a_code_of_its_own() {
        assert_eq!(FileError::Empty.row_error().code, ImportErrorCode::EmptyFile);
        assert_eq!(FileError::Bomb.row_error().code, ImportErrorCode::BadFile);
    }
}
