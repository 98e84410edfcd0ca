use csv::{ReaderBuilder, StringRecord, Terminator, WriterBuilder};

use super::incoming::FileError;
use super::listing::{Cell, Listing};
use super::rows::Rows;

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Reads the rows of a CSV text. The delimiter is the one that Excel's `sep=` line names, or else the one that parts the
/// first rows most evenly.
pub(super) fn read(text: &str) -> Result<Vec<Vec<String>>, FileError> {
    let named = text.strip_prefix("sep=").and_then(|rest| rest.bytes().next()).filter(|byte| DELIMITERS.contains(byte));
    let delimiter = named.unwrap_or_else(|| likely_delimiter(text));
    let mut reader = reader(text, delimiter);
    let mut record = StringRecord::new();
    let mut rows = Rows::default();
    let mut row = 0;
    while reader.read_record(&mut record).map_err(|_| FileError::NotText)? {
        // Empty lines are rows in a spreadsheet, and row numbers are what people are told; the reader skips them.
        row += record.position().map_or(0, |start| empty_lines(text, start.byte()));
        if !(row == 0 && named.is_some()) {
            for (column, cell) in record.iter().enumerate() {
                rows.put(row, column, bare(cell))?;
            }
        }
        row += 1;
    }
    Ok(rows.into_vec())
}

/// Writes a listing for spreadsheets: UTF-8 with a mark (without it Excel reads Windows-1252), lines ended by CR LF.
pub(super) fn write(listing: &Listing) -> Vec<u8> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer("\u{feff}".as_bytes().to_vec());
    let mut record = |cells: Vec<String>| writer.write_record(&cells).expect("a vector takes every row of this width");
    record(listing.headers.iter().map(|header| (*header).to_owned()).collect());
    for row in &listing.rows {
        record(row.iter().map(written).collect());
    }
    writer.into_inner().expect("a vector is never full")
}

fn written(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) if looks_like_formula(text.trim_start_matches('\'')) => format!("'{text}"),
        Cell::Text(text) | Cell::Fixed(text) => text.clone(),
        Cell::Number(number) => number.to_string(),
    }
}

/// A cell as it was before [`write`] put an apostrophe before it.
fn bare(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if looks_like_formula(text.trim_start_matches('\'')) => text,
        _ => cell,
    }
}

/// What a spreadsheet would compute when it opens the file (OWASP, "CSV injection").
fn looks_like_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// How many line ends follow each other from this byte of the text, where a record has just ended.
fn empty_lines(text: &str, from: u64) -> usize {
    let from = usize::try_from(from).unwrap_or(usize::MAX);
    let rest = text.get(from..).unwrap_or_default();
    // Of CR LF the record's end took the CR.
    let rest =
        if text[..from.min(text.len())].ends_with('\r') { rest.strip_prefix('\n').unwrap_or(rest) } else { rest };
    let ends = &rest[..rest.find(|c| c != '\r' && c != '\n').unwrap_or(rest.len())];
    ends.matches('\n').count() + ends.replace("\r\n", "").matches('\r').count()
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes())
}

fn likely_delimiter(text: &str) -> u8 {
    let score = |delimiter: u8| {
        let widths: Vec<usize> =
            reader(text, delimiter).records().take(20).filter_map(|row| Some(row.ok()?.len())).collect();
        let widest = widths.iter().copied().max().unwrap_or(1);
        // Cells in rows of the commonest width: a comma inside notes makes few rows wide.
        (2..=widest).map(|width| width * widths.iter().filter(|other| **other == width).count()).max().unwrap_or(0)
    };
    DELIMITERS.into_iter().rev().max_by_key(|delimiter| score(*delimiter)).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        read(text).expect("a table")
    }

    #[test]
    fn delimiters_are_recognised() {
        let expected = [vec!["Name", "Party", "Note"], vec!["Zoë", "2", "x, y"]];
        for text in [
            "Name,Party,Note\nZoë,2,\"x, y\"\n",
            "Name;Party;Note\r\nZoë;2;x, y\r\n",
            "Name\tParty\tNote\rZoë\t2\tx, y",
            "Name|Party|Note\nZoë|2|x, y\n",
            "sep=;\nName;Party;Note\nZoë;2;x, y\n",
        ] {
            let rows: Vec<_> = rows(text).into_iter().filter(|row| !row.is_empty()).collect();
            assert_eq!(rows, expected, "{text:?}");
        }
        assert_eq!(rows("Name\nZoë\n"), [["Name"], ["Zoë"]]);
    }

    #[test]
    fn empty_lines_and_line_breaks_in_cells_keep_the_numbers_of_rows() {
        for end in ["\n", "\r\n", "\r"] {
            let rows = rows(&"a,b\n\n\n\"1\n2\",c\n,\n\nlast,d\n\n".replace('\n', end));
            assert_eq!((rows[3][0].as_str(), rows.len()), (format!("1{end}2").as_str(), 7), "{end:?}");
            assert_eq!(rows[6], ["last", "d"]);
        }
    }

    #[test]
    fn too_wide_a_table_is_refused() {
        let wide = vec!["x"; 10_000].join(",");
        assert_eq!(read(&wide), Err(FileError::TooManyColumns { row: 1 }));
        assert_eq!(read(&"x\n".repeat(50_001)), Err(FileError::TooManyRows));
        assert_eq!(read(&format!("a,\"{}", "b,c\n".repeat(5_000))), Err(FileError::CellTooLong { row: 1 }));
    }

    /// F077: what a spreadsheet would run is written as text and read back as it was.
    #[test]
    fn no_cell_is_a_formula_and_every_cell_comes_back() {
        let texts = ["=1+1", "+33 6", "-Ann", "@home", "'=x", "''-y", "'quoted'", "plain", "a \"b\", c;\nd", "é"];
        let listing = Listing {
            headers: vec!["A", "B"],
            rows: texts.iter().map(|text| vec![Cell::Text((*text).to_owned()), Cell::Number(-1)]).collect(),
        };
        let bytes = write(&listing);
        let text = std::str::from_utf8(&bytes).expect("UTF-8").strip_prefix('\u{feff}').expect("a mark");
        for line in text.lines().filter(|line| !line.starts_with('d')) {
            assert!(!looks_like_formula(line.trim_start_matches('"')), "{line}");
        }
        let back: Vec<String> = rows(text).into_iter().skip(1).map(|row| row[0].clone()).collect();
        assert_eq!(back, texts);
        assert!(text.contains(",-1\r\n"), "numbers stay numbers");
    }
}
