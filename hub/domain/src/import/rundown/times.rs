use super::super::ImportErrorCode;
use super::super::time_text::When;
use super::Night;
use crate::run_of_show::StartMode;
use crate::wall_clock;

/// A time that comes this much later than expected, because it would be on the next day, is
/// probably a wrong time, ms.
const HALF_A_DAY_MS: i64 = 12 * 60 * 60 * 1000;

/// What a row says about time.
#[derive(Debug, Clone, Copy)]
pub(in crate::import) struct Times {
    pub(in crate::import) start: Option<When>,
    pub(in crate::import) end: Option<When>,
    /// Milliseconds.
    pub(in crate::import) duration: Option<i64>,
    pub(in crate::import) mode: Option<StartMode>,
    pub(in crate::import) count_to_end: bool,
    pub(in crate::import) skipped: bool,
}

/// Where a row is on the clock, epoch ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) struct Placed {
    pub(in crate::import) start: i64,
    pub(in crate::import) end: i64,
    pub(in crate::import) mode: StartMode,
}

/// Why a row has no place on the clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::import) struct Wrong {
    pub(in crate::import) field: &'static str,
    pub(in crate::import) code: ImportErrorCode,
    pub(in crate::import) message: String,
}

/// Places rows in their order. A row that cannot be placed does not move those after it.
pub(in crate::import) fn place(rows: &[Times], night: &Night) -> Vec<Result<Placed, Wrong>> {
    let mut before = Before { start: None, end: None };
    rows.iter()
        .enumerate()
        .map(|(index, row)| {
            let next_start = rows.get(index + 1).and_then(|next| next.start);
            let placed = before.place(row, next_start, night)?;
            // What is left out is as if it were not there.
            if !row.skipped {
                before = Before { start: Some(placed.start), end: Some(placed.end) };
            }
            Ok(placed)
        })
        .collect()
}

/// The last row that is not left out, epoch ms.
struct Before {
    start: Option<i64>,
    end: Option<i64>,
}

impl Before {
    fn place(&self, row: &Times, next_start: Option<When>, night: &Night) -> Result<Placed, Wrong> {
        let follows = self.end.unwrap_or(night.starts);
        let start = match (row.start, row.end, row.duration) {
            (Some(given), _, _) => {
                let start = at(given, self.start, night);
                let late = self.end.is_some_and(|end| start.saturating_sub(end) > HALF_A_DAY_MS);
                if late && matches!(given, When::Clock(_)) && self.rolls_over(start, night) {
                    let message =
                        "Earlier than the cue before; on the next day it would be more than twelve hours later";
                    return Err(wrong("start_time", ImportErrorCode::OutOfOrder, message));
                }
                start
            }
            (None, None, None) => {
                let message = "Give a start, an end or a duration";
                return Err(wrong("start_time", ImportErrorCode::MissingTime, message));
            }
            // Linked: the start is known, and whether the end fits is asked below.
            (None, Some(_), Some(_)) if row.mode == Some(StartMode::Linked) => follows,
            (None, Some(end), Some(duration)) => at(end, Some(follows), night).saturating_sub(duration),
            (None, _, _) => follows,
        };
        if self.start.is_some_and(|before| start < before) {
            let message = "Begins before the cue before it";
            return Err(wrong("start_time", ImportErrorCode::TimesDisagree, message));
        }
        let end = match (row.end, row.duration) {
            (Some(end), duration) => {
                let clock = matches!(end, When::Clock(_));
                let end = at(end, Some(start), night);
                if end < start || (clock && end.saturating_sub(start) > HALF_A_DAY_MS) {
                    return Err(wrong("end_time", ImportErrorCode::TimesDisagree, "Ends before it begins"));
                }
                if duration.is_some_and(|duration| start.saturating_add(duration) != end) && !row.count_to_end {
                    let message = "Start, end and duration do not fit together";
                    return Err(wrong("duration", ImportErrorCode::TimesDisagree, message));
                }
                end
            }
            (None, Some(duration)) => start.saturating_add(duration),
            // Only a start: until the next one starts; the last is an instant.
            (None, None) => next_start.map_or(start, |next| at(next, Some(start), night)).max(start),
        };
        let mode = row.mode.unwrap_or(match self.end {
            Some(before) if start == before => StartMode::Linked,
            _ => StartMode::Hard,
        });
        Ok(Placed { start, end, mode })
    }

    fn rolls_over(&self, start: i64, night: &Night) -> bool {
        let date = |at| wall_clock::local(at, &night.zone).date();
        self.start.is_some_and(|before| date(before) != date(start))
    }
}

fn at(when: When, not_before: Option<i64>, night: &Night) -> i64 {
    match (when, not_before) {
        (When::Instant(instant), _) => instant,
        (When::Clock(time), Some(before)) => wall_clock::first_at_or_after(before, time, &night.zone),
        (When::Clock(time), None) => {
            wall_clock::on_date(wall_clock::local(night.starts, &night.zone).date(), time, &night.zone)
        }
    }
}

fn wrong(field: &'static str, code: ImportErrorCode, message: &str) -> Wrong {
    Wrong { field, code, message: message.to_owned() }
}
