use super::incoming::FileError;

/// Most rows of a file.
pub(super) const MOST_ROWS: usize = 50_000;
/// Most columns of a file.
pub(super) const MOST_COLUMNS: usize = 200;
/// Most cells of a file, empty ones between filled ones included: 48 MB of empty texts.
const MOST_CELLS: usize = 2_000_000;
/// Most characters of a cell.
const LONGEST_CELL: usize = 10_000;
/// Most bytes of text in a file. A workbook may point to one text from every cell.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// The cells of a file, as texts, at their places. Never larger than its limits, whatever the file claims.
#[derive(Default)]
pub(super) struct Rows {
    rows: Vec<Vec<String>>,
    cells: usize,
    bytes: usize,
}

impl Rows {
    /// Puts a text at a place, counted from 0. An empty one needs no place.
    pub(super) fn put(&mut self, row: usize, column: usize, text: &str) -> Result<(), FileError> {
        if text.is_empty() {
            return Ok(());
        }
        if row >= MOST_ROWS {
            return Err(FileError::TooManyRows);
        }
        if column >= MOST_COLUMNS {
            return Err(FileError::TooManyColumns { row: row + 1 });
        }
        if text.len() > LONGEST_CELL && text.chars().count() > LONGEST_CELL {
            return Err(FileError::CellTooLong { row: row + 1 });
        }
        self.bytes += text.len();
        if self.rows.len() <= row {
            self.rows.resize_with(row + 1, Vec::new);
        }
        let cells = &mut self.rows[row];
        if cells.len() <= column {
            self.cells += column + 1 - cells.len();
            if self.cells > MOST_CELLS {
                return Err(FileError::TooMuch);
            }
            cells.resize_with(column + 1, String::new);
        }
        if self.bytes > MOST_BYTES {
            return Err(FileError::TooMuch);
        }
        text.clone_into(&mut cells[column]);
        Ok(())
    }

    /// Whether no cell holds a text.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The cells by row; rows end at their last filled cell.
    pub(super) fn into_vec(self) -> Vec<Vec<String>> {
        self.rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stand_at_their_places() {
        let mut rows = Rows::default();
        assert!(rows.is_empty());
        rows.put(2, 1, "b").expect("in bounds");
        rows.put(0, 0, "a").expect("in bounds");
        rows.put(9, 150, "").expect("empty cells take no place");
        assert_eq!(rows.into_vec(), [vec!["a"], vec![], vec!["", "b"]]);
    }

    #[test]
    fn every_limit_is_kept() {
        let mut rows = Rows::default();
        assert_eq!(rows.put(MOST_ROWS, 0, "x"), Err(FileError::TooManyRows));
        assert_eq!(rows.put(4, MOST_COLUMNS, "x"), Err(FileError::TooManyColumns { row: 5 }));
        assert_eq!(rows.put(4, 0, &"é".repeat(LONGEST_CELL + 1)), Err(FileError::CellTooLong { row: 5 }));
        assert_eq!(rows.put(4, 0, &"é".repeat(LONGEST_CELL)), Ok(()));

        let mut sparse = Rows::default();
        let first = (0..MOST_ROWS).find_map(|row| sparse.put(row, MOST_COLUMNS - 1, "x").err());
        assert_eq!(first, Some(FileError::TooMuch));

        let (mut repeated, long) = (Rows::default(), "x".repeat(LONGEST_CELL));
        let first = (0..MOST_ROWS).find_map(|row| repeated.put(row, 0, &long).err());
        assert_eq!(first, Some(FileError::TooMuch));
    }
}
