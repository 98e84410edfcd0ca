use std::io::{self, Cursor, Read};

use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx};
use rust_xlsxwriter::{Format, Workbook};
use zip::ZipArchive;

use super::incoming::FileError;
use super::listing::{Cell, Listing};
use super::rows::Rows;

/// Most bytes of a workbook when it is unpacked.
const MOST_UNPACKED: u64 = 200 * 1024 * 1024;
/// Most bytes of its table of texts, which is held in memory as a whole.
const MOST_TEXTS: u64 = 50 * 1024 * 1024;
/// Most files in the archive.
const MOST_PARTS: usize = 2_000;

/// Reads the first visible sheet that is not empty.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Vec<String>>, FileError> {
    unpacks_within_bounds(bytes)?;
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(|_| FileError::BadWorkbook)?;
    let names: Vec<String> = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .collect();
    for name in names {
        let rows = sheet(&mut workbook, &name)?;
        if !rows.is_empty() {
            return Ok(rows.into_vec());
        }
    }
    Err(FileError::Empty)
}

/// Unpacks everything once and keeps nothing. What an archive says about its sizes may be a lie.
fn unpacks_within_bounds(bytes: &[u8]) -> Result<(), FileError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| FileError::BadWorkbook)?;
    if archive.len() > MOST_PARTS {
        return Err(FileError::Bomb);
    }
    let mut left = MOST_UNPACKED;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| FileError::BadWorkbook)?;
        let name = part.name().map_err(|_| FileError::BadWorkbook)?.to_ascii_lowercase();
        let most = if name.ends_with("sharedstrings.xml") { left.min(MOST_TEXTS) } else { left };
        let unpacked = io::copy(&mut part.take(most + 1), &mut io::sink()).map_err(|_| FileError::BadWorkbook)?;
        if unpacked > most {
            return Err(FileError::Bomb);
        }
        left -= unpacked;
    }
    Ok(())
}

/// Cell by cell: a sheet whose only cells are in two far corners takes no more than those two.
fn sheet(workbook: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Rows, FileError> {
    let mut cells = workbook.worksheet_cells_reader(name).map_err(|_| FileError::BadWorkbook)?;
    let mut rows = Rows::default();
    while let Some(cell) = cells.next_cell().map_err(|_| FileError::BadWorkbook)? {
        let (row, column) = cell.get_position();
        let place = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        let (row, column) = (place(row), place(column));
        match cell.get_value() {
            DataRef::SharedString(text) => rows.put(row, column, text)?,
            DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
                rows.put(row, column, text)?;
            }
            DataRef::Int(number) => rows.put(row, column, &number.to_string())?,
            DataRef::Float(number) => rows.put(row, column, &number.to_string())?,
            DataRef::Bool(flag) => rows.put(row, column, if *flag { "true" } else { "false" })?,
            DataRef::DateTime(moment) => rows.put(row, column, &moment_text(moment))?,
            DataRef::Error(_) | DataRef::Empty => {}
        }
    }
    Ok(rows)
}

/// `19:30:00` for a time of day or a duration, `2026-09-29 19:30:00` for a date with a time.
fn moment_text(moment: &ExcelDateTime) -> String {
    let days = moment.as_f64();
    if !days.is_finite() || !(0.0..3_000_000.0).contains(&days) {
        return days.to_string();
    }
    if moment.is_duration() || days < 1.0 {
        #[expect(clippy::cast_possible_truncation, reason = "less than 3,000,000 days")]
        let ms = (days * 86_400_000.0).round() as i64;
        let (seconds, ms) = (ms / 1000, ms % 1000);
        let fraction = if ms == 0 { String::new() } else { format!(".{ms:03}") };
        return format!("{:02}:{:02}:{:02}{fraction}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
    let (year, month, day, hour, minute, second, ms) = moment.to_ymd_hms_milli();
    let fraction = if ms == 0 { String::new() } else { format!(".{ms:03}") };
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}{fraction}")
}

/// Writes a listing as a workbook with one sheet, its header row bold and in sight.
pub(super) fn write(listing: &Listing, sheet: &str) -> Vec<u8> {
    const FITS: &str = "names are short, and 50,000 rows of 200 columns fit a sheet";
    let mut workbook = Workbook::new();
    let bold = Format::new().set_bold();
    let page = workbook.add_worksheet();
    page.set_name(sheet).expect(FITS);
    page.set_freeze_panes(1, 0).expect(FITS);
    for (column, header) in (0u16..).zip(&listing.headers) {
        page.write_with_format(0, column, *header, &bold).expect(FITS);
    }
    for (row, cells) in (1u32..).zip(&listing.rows) {
        for (column, cell) in (0u16..).zip(cells) {
            match cell {
                Cell::Text(text) | Cell::Fixed(text) if text.is_empty() => {}
                // A text longer than a cell may be is cut: a sheet with all the rest of it is better than none.
                Cell::Text(text) | Cell::Fixed(text) => {
                    let text: String = text.chars().take(32_767).collect();
                    page.write_string(row, column, text).expect(FITS);
                }
                #[expect(clippy::cast_precision_loss, reason = "counts of people")]
                Cell::Number(number) => {
                    page.write_number(row, column, *number as f64).expect(FITS);
                }
            }
        }
    }
    page.autofit();
    workbook.save_to_buffer().expect("memory takes every workbook")
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use rust_xlsxwriter::ExcelDateTime as Moment;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let listing = Listing {
            headers: vec!["Name", "Party"],
            rows: vec![
                vec![Cell::Text("=1+1".into()), Cell::Number(3)],
                vec![Cell::Text(String::new()), Cell::Number(-2)],
                vec![Cell::Text("Zoë\nŁ 王".into()), Cell::Fixed("yes".into())],
            ],
        };
        let rows = read(&write(&listing, "Guests")).expect("a workbook");
        assert_eq!(rows, [vec!["Name", "Party"], vec!["=1+1", "3"], vec!["", "-2"], vec!["Zoë\nŁ 王", "yes"]]);
    }

    #[test]
    fn times_dates_and_flags_are_read_as_people_see_them() {
        let mut workbook = Workbook::new();
        workbook.add_worksheet().set_name("Empty").expect("a name");
        let hidden = workbook.add_worksheet();
        hidden.set_hidden(true).write(0, 0, "hidden").expect("a cell");
        let page = workbook.add_worksheet();
        let format = |code: &str| Format::new().set_num_format(code);
        let moment = Moment::parse_from_str("2026-09-29T19:30:15").expect("a moment");
        page.write_with_format(4, 1, &moment, &format("yyyy-mm-dd hh:mm:ss")).expect("a cell");
        page.write_with_format(4, 2, 0.8125, &format("hh:mm")).expect("a cell");
        page.write_with_format(4, 3, 1.5, &format("[h]:mm:ss")).expect("a cell");
        page.write(4, 4, true).expect("a cell").write(4, 5, 2.5).expect("a cell");
        let rows = read(&workbook.save_to_buffer().expect("bytes")).expect("a workbook");
        assert_eq!(rows.len(), 5, "rows keep their numbers");
        assert_eq!(rows[4], ["", "2026-09-29 19:30:15", "19:30:00", "36:00:00", "true", "2.5"]);
    }

    #[test]
    fn cells_in_far_corners_are_refused_and_take_no_memory() {
        for (row, column, error) in
            [(1_048_575, 0, FileError::TooManyRows), (0, 16_383, FileError::TooManyColumns { row: 1 })]
        {
            let mut workbook = Workbook::new();
            workbook.add_worksheet().write(row, column, "far").expect("a cell");
            assert_eq!(read(&workbook.save_to_buffer().expect("bytes")), Err(error));
        }
    }

    fn archive(name: &str, size: usize) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file(name, SimpleFileOptions::default()).expect("a part");
        let block = vec![b' '; 1 << 20];
        for _ in 0..size >> 20 {
            zip.write_all(&block).expect("memory");
        }
        zip.finish().expect("an archive").into_inner()
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_read() {
        let bomb = archive("xl/worksheets/sheet1.xml", 201 << 20);
        assert!(bomb.len() < 1 << 20, "packed it is small: {}", bomb.len());
        assert_eq!(read(&bomb), Err(FileError::Bomb));
        assert_eq!(read(&archive("xl/sharedStrings.xml", 51 << 20)), Err(FileError::Bomb));
        assert_eq!(read(&archive("readme.txt", 1 << 20)), Err(FileError::BadWorkbook));
    }

    #[test]
    fn a_damaged_workbook_is_refused_wherever_it_is_cut_or_changed() {
        let listing = Listing { headers: vec!["Name"], rows: vec![vec![Cell::Text("Ada".into())]] };
        let whole = write(&listing, "Guests");
        for at in (4..whole.len()).step_by(97) {
            assert!(read(&whole[..at]).is_err(), "cut at {at}");
            let mut changed = whole.clone();
            changed[at] ^= 0x5a;
            // A changed byte may be one that nothing depends on; all that counts is an answer.
            if let Ok(rows) = read(&changed) {
                assert!(!rows.is_empty(), "changed at {at}");
            }
        }
    }
}
