//! Rundowns from spreadsheets.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::tz::TimeZone;
use uuid::Uuid;

use super::columns::{Column, Columns, offered};
use super::text::{filled, flag};
use super::{
    Difference, DifferenceKind, ImportErrorCode, ImportReport, MOST_DIFFERENCES, Mapping, RowError, Table, Values,
    added_fields, changed_fields, time_text,
};
use crate::guest_name::fold;
use crate::run_of_show::StartMode;
use crate::wall_clock;

mod fields;
pub(super) mod times;

#[cfg(test)]
pub(super) mod tests;

pub(super) use fields::FIELDS;

/// The night that local times belong to.
#[derive(Debug, Clone)]
pub struct Night {
    /// When the event begins, epoch ms. The first cue is on its local date, and begins then if it
    /// says nothing else.
    pub starts: i64,
    /// The event's time zone.
    pub zone: TimeZone,
}

/// A cue as a file can say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cue {
    /// The number it is called by.
    pub cue_number: Option<String>,
    /// What happens.
    pub title: String,
    /// More about it.
    pub description: Option<String>,
    /// The name of the runway segment that it belongs to.
    pub segment: Option<String>,
    /// Planned start, epoch ms.
    pub start: i64,
    /// Planned end, epoch ms, not before the start.
    pub end: i64,
    /// Linked or hard.
    pub start_mode: StartMode,
    /// It ends at its planned end, whenever it starts.
    pub count_to_end: bool,
    /// `cue`, if nothing else is said.
    pub kind: String,
    /// Where.
    pub location: Option<String>,
    /// Left out.
    pub skipped: bool,
}

impl Cue {
    fn values(&self, zone: &TimeZone) -> Values {
        let yes = |flag| if flag { "yes" } else { "no" }.to_owned();
        let shown = |at| wall_clock::local(at, zone).strftime("%Y-%m-%d %H:%M:%S").to_string();
        let mut values = Values::from([
            ("title", self.title.clone()),
            ("start_time", shown(self.start)),
            ("end_time", shown(self.end)),
            ("start_mode", self.start_mode.as_str().to_owned()),
            ("count_to_end", yes(self.count_to_end)),
            ("type", self.kind.clone()),
            ("skipped", yes(self.skipped)),
        ]);
        for (field, value) in [
            ("cue_number", &self.cue_number),
            ("description", &self.description),
            ("segment", &self.segment),
            ("location", &self.location),
        ] {
            values.extend(value.clone().map(|value| (field, value)));
        }
        values
    }
}

/// A cue that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCue {
    /// Its row in the rundown.
    pub id: Uuid,
    /// The cue.
    pub cue: Cue,
}

/// A row that becomes, or is, a cue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedCue {
    /// The row's number in the file.
    pub row: usize,
    /// The stored cue; `None`: a new one.
    pub id: Option<Uuid>,
    /// Its place among the file's cues, from 0.
    pub position: usize,
    /// The cue, all fields, as they shall be.
    pub cue: Cue,
}

/// What a rundown would change. Cues that are stored and not in the file stay.
#[derive(Debug, Clone, PartialEq)]
pub struct RundownPlan {
    /// New cues.
    pub added: Vec<PlacedCue>,
    /// Cues that change.
    pub changed: Vec<PlacedCue>,
    /// Cues that are as the file says, perhaps in another place.
    pub unchanged: Vec<PlacedCue>,
    /// What is wrong; a plan with errors must not be applied.
    pub errors: Vec<RowError>,
    columns: Vec<Column>,
    rows: usize,
    diff: Vec<Difference>,
}

impl RundownPlan {
    /// The report of the plan.
    pub fn report(&self, format: &str, applied: bool) -> ImportReport {
        ImportReport {
            format: format.to_owned(),
            columns: self.columns.clone(),
            fields: offered(FIELDS),
            rows: self.rows,
            added: self.added.len(),
            changed: self.changed.len(),
            unchanged: self.unchanged.len(),
            errors: self.errors.clone(),
            diff: self.diff.iter().take(MOST_DIFFERENCES).cloned().collect(),
            applied,
        }
    }
}

/// Plans the import of a rundown into an event on this night with these cues.
///
/// A row needs a start, an end or a duration; what is missing follows from the row before and the
/// row after (see [`StartMode`] for linked starts). It is about the stored cue with its number;
/// without one, about the first, second, ... stored cue of its title. A field without a column
/// changes nothing; an empty cell takes a text away.
pub fn plan(table: &Table, mapping: &Mapping, night: &Night, stored: &[StoredCue]) -> RundownPlan {
    let (columns, mut errors) = Columns::map(table, FIELDS, mapping);
    let missing = |message| RowError::new(0, None, ImportErrorCode::MissingColumn, message);
    if !columns.has("title") {
        errors.push(missing("No column holds the cues' titles"));
    }
    if !["start_time", "end_time", "duration"].iter().any(|field| columns.has(field)) {
        errors.push(missing("No column holds times or durations"));
    }
    let mut rows = Vec::new();
    if errors.is_empty() {
        for (row, cells) in table.rows() {
            match read(&columns, row, cells, night) {
                Ok(said) => rows.push(said),
                Err(wrong) => errors.extend(wrong),
            }
        }
    }
    let mut plan = match_stored(rows, &columns, night, stored);
    plan.errors.splice(0..0, errors);
    plan.errors.sort_by_key(|error| error.row);
    plan.columns = columns.list;
    plan.rows = table.len();
    plan
}

/// What a row says.
pub(super) struct Said {
    pub(super) row: usize,
    pub(super) times: times::Times,
    /// Texts by field, `None` for an empty cell; fields without a column are absent.
    pub(super) texts: BTreeMap<&'static str, Option<String>>,
    pub(super) count_to_end: Option<bool>,
    pub(super) skipped: Option<bool>,
}

const TEXTS: [(&str, usize); 6] =
    [("cue_number", 50), ("title", 200), ("description", 4000), ("segment", 200), ("type", 50), ("location", 200)];

fn read(columns: &Columns, row: usize, cells: &[String], night: &Night) -> Result<Said, Vec<RowError>> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, code, message: String| {
        errors.push(RowError::new(row, columns.header(field), code, message));
    };
    let mut texts = BTreeMap::new();
    for (field, most) in TEXTS {
        let Some(cell) = columns.cell(cells, field) else { continue };
        if cell.chars().count() > most {
            wrong(field, ImportErrorCode::TooLong, format!("Longer than {most} characters"));
        }
        texts.insert(field, filled(cell));
    }
    if texts.get("title").is_none_or(Option::is_none) {
        wrong("title", ImportErrorCode::MissingValue, "The cue has no title".into());
    }
    let cell = |field| columns.cell(cells, field).filter(|cell| !cell.is_empty());
    let mut clock = |field| {
        let cell = cell(field)?;
        let found = time_text::when(cell, &night.zone);
        if found.is_none() {
            wrong(field, ImportErrorCode::BadTime, format!("“{cell}” is not a time"));
        }
        found
    };
    let (start, end) = (clock("start_time"), clock("end_time"));
    let duration = cell("duration").and_then(|cell| {
        let found = time_text::duration(cell);
        if found.is_none() {
            wrong("duration", ImportErrorCode::BadDuration, format!("“{cell}” is not a duration of less than a day"));
        }
        found
    });
    let mode = cell("start_mode").and_then(|cell| {
        let found = start_mode(cell);
        if found.is_none() {
            wrong("start_mode", ImportErrorCode::BadStartMode, format!("“{cell}” is neither linked nor hard"));
        }
        found
    });
    let mut yes = |field| {
        let cell = columns.cell(cells, field)?;
        flag(cell).unwrap_or_else(|()| {
            wrong(field, ImportErrorCode::BadFlag, format!("“{cell}” is neither yes nor no"));
            None
        })
    };
    let (count_to_end, skipped) = (yes("count_to_end"), yes("skipped"));
    let times = times::Times {
        start,
        end,
        duration,
        mode,
        count_to_end: count_to_end == Some(true),
        skipped: skipped == Some(true),
    };
    if errors.is_empty() { Ok(Said { row, times, texts, count_to_end, skipped }) } else { Err(errors) }
}

fn start_mode(cell: &str) -> Option<StartMode> {
    match fold(cell).as_str() {
        "linked" | "link" | "soft" | "follow" | "auto" | "lie" | "verknupft" | "weich" | "collegato" | "enlazado" => {
            Some(StartMode::Linked)
        }
        "hard" | "fixed" | "manual" | "time" | "fixe" | "dur" | "hart" | "fest" | "fisso" | "fijo" => {
            Some(StartMode::Hard)
        }
        // A column "Link": yes or no.
        _ => flag(cell).ok().flatten().map(|linked| if linked { StartMode::Linked } else { StartMode::Hard }),
    }
}

/// Places the rows on the clock and finds the stored cues that they are about.
pub(super) fn match_stored(rows: Vec<Said>, columns: &Columns, night: &Night, stored: &[StoredCue]) -> RundownPlan {
    let mut plan = RundownPlan {
        added: Vec::new(),
        changed: Vec::new(),
        unchanged: Vec::new(),
        errors: Vec::new(),
        columns: Vec::new(),
        rows: rows.len(),
        diff: Vec::new(),
    };
    let times: Vec<times::Times> = rows.iter().map(|said| said.times).collect();
    let placed = times::place(&times, night);
    let (mut numbers, mut titles) = (HashMap::<String, usize>::new(), HashMap::<String, usize>::new());
    let mut taken = HashSet::new();
    for (position, (said, placed)) in rows.into_iter().zip(placed).enumerate() {
        let row = said.row;
        let text = |field| said.texts.get(field).cloned().flatten();
        let (number, title) = (text("cue_number"), text("title").unwrap_or_default());
        if let Some(number) = &number
            && let Some(earlier) = numbers.insert(number.to_lowercase(), row)
        {
            let message = format!("Row {earlier} has cue number {number} already");
            let column = columns.header("cue_number");
            plan.errors.push(RowError::new(row, column, ImportErrorCode::DuplicateInFile, message));
            continue;
        }
        let occurrence = titles.entry(fold(&title)).and_modify(|n| *n += 1).or_insert(0);
        let found = find(stored, number.as_deref(), &title, *occurrence).filter(|place| taken.insert(*place));
        let old = found.map(|place| &stored[place]);
        let placed = match placed {
            Ok(placed) => placed,
            Err(wrong) => {
                plan.errors.push(RowError::new(row, columns.header(wrong.field), wrong.code, wrong.message));
                continue;
            }
        };
        let kept = |field: &str, of: fn(&Cue) -> Option<String>| match said.texts.get(field) {
            Some(told) => told.clone(),
            None => old.and_then(|old| of(&old.cue)),
        };
        let cue = Cue {
            cue_number: kept("cue_number", |cue| cue.cue_number.clone()),
            title,
            description: kept("description", |cue| cue.description.clone()),
            segment: kept("segment", |cue| cue.segment.clone()),
            start: placed.start,
            end: placed.end,
            // A mode that is not told is inferred from the times; times that stay leave it alone.
            start_mode: old
                .filter(|old| said.times.mode.is_none() && old.cue.start == placed.start)
                .map_or(placed.mode, |old| old.cue.start_mode),
            count_to_end: said.count_to_end.or(old.map(|old| old.cue.count_to_end)).unwrap_or(false),
            kind: text("type").or(old.map(|old| old.cue.kind.clone())).unwrap_or_else(|| "cue".into()),
            location: kept("location", |cue| cue.location.clone()),
            skipped: said.skipped.or(old.map(|old| old.cue.skipped)).unwrap_or(false),
        };
        let new = cue.values(&night.zone);
        let (kind, fields) = match old {
            None => (DifferenceKind::Added, added_fields(&new)),
            Some(old) => (DifferenceKind::Changed, changed_fields(&old.cue.values(&night.zone), &new)),
        };
        let unchanged = fields.is_empty();
        if !unchanged {
            plan.diff.push(Difference { row, kind, label: cue.title.clone(), fields });
        }
        let list = match old {
            None => &mut plan.added,
            Some(_) if unchanged => &mut plan.unchanged,
            Some(_) => &mut plan.changed,
        };
        list.push(PlacedCue { row, id: old.map(|old| old.id), position, cue });
    }
    plan
}

/// The stored cue with this number; or the one of this title, unless the two have numbers that
/// differ.
fn find(stored: &[StoredCue], number: Option<&str>, title: &str, occurrence: usize) -> Option<usize> {
    let same_number =
        |cue: &Cue| cue.cue_number.as_deref().zip(number).is_some_and(|(a, b)| a.to_lowercase() == b.to_lowercase());
    if let Some(place) = stored.iter().position(|stored| same_number(&stored.cue)) {
        return Some(place);
    }
    let title = fold(title);
    (0..stored.len())
        .filter(|&place| fold(&stored[place].cue.title) == title)
        .nth(occurrence)
        .filter(|&place| number.is_none() || stored[place].cue.cue_number.is_none())
}
