use super::{csv_file, workbook};

/// A table to take away.
pub struct Listing {
    /// One a column.
    pub headers: Vec<&'static str>,
    /// Cells in the order of the headers.
    pub rows: Vec<Vec<Cell>>,
}

/// One cell of a [`Listing`].
pub enum Cell {
    /// What somebody wrote. It may look like a formula and must not become one.
    Text(String),
    /// What the hub wrote: a status, a time, a code.
    Fixed(String),
    /// A number.
    Number(i64),
}

impl Cell {
    /// A text that may be missing.
    pub fn text(text: Option<impl Into<String>>) -> Self {
        Self::Text(text.map(Into::into).unwrap_or_default())
    }

    /// `yes` or `no`.
    pub fn flag(flag: bool) -> Self {
        Self::Fixed(if flag { "yes" } else { "no" }.to_owned())
    }
}

impl Listing {
    /// As a CSV file.
    pub fn to_csv(&self) -> Vec<u8> {
        csv_file::write(self)
    }

    /// As an XLSX file with one sheet of this name.
    pub fn to_xlsx(&self, sheet: &str) -> Vec<u8> {
        workbook::write(self, sheet)
    }
}
