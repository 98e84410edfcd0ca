//! Project files of Ontime, the open-source rundown tool, read and written.
//!
//! An event of Ontime is a cue, a group (before version 4 a block) a segment. A delay is baked into
//! the times behind it: a gap takes it in, unless the delay stands directly before the gap. A
//! milestone has no time and is left out. Ontime has no place and no type of cue: they are kept in
//! the custom fields `Location` and `Type`.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::columns::{Columns, Table};
use super::rundown::times::{self, Times};
use super::rundown::{Cue, Night, RundownPlan, Said, StoredCue, match_stored};
use super::text::filled;
use super::time_text::{DAY_MS, When, time_of_day};
use super::{ImportErrorCode, Mapping, RowError};
use crate::run_of_show::StartMode;
use crate::wall_clock;

#[cfg(test)]
mod tests;

/// Plans the import of an Ontime project: of its rundown called `rundown` (id or title) or, if
/// none is named, of `default`, or else of the first. Rows are entries, counted from 1.
///
/// # Errors
/// [`ImportErrorCode::BadFile`] if it is not an Ontime project or has no such rundown.
pub fn plan(
    project: &Value,
    rundown: Option<&str>,
    night: &Night,
    stored: &[StoredCue],
) -> Result<RundownPlan, RowError> {
    let entries = entries(project, rundown)?;
    let (mut said, mut errors) = (Vec::new(), Vec::new());
    let mut delays = Delays::default();
    let mut segment = None;
    let mut first_playable = true;
    for (row, entry) in (1..).zip(&entries) {
        match entry.kind() {
            "group" | "block" => segment = filled(entry.text("title")),
            "delay" => delays.add(entry.number("duration").unwrap_or(0)),
            "event" => {
                let segment = entry.group.clone().unwrap_or_else(|| segment.clone());
                match entry.cue(row, segment, first_playable, night) {
                    Err(error) => errors.push(error),
                    Ok(cue) => {
                        first_playable &= cue.times.skipped;
                        delays.before_next_cue();
                        said.push(cue);
                    }
                }
            }
            _ => {}
        }
    }
    delays.bake(&mut said, night);
    let mut plan = match_stored(said, &no_columns(), night, stored);
    plan.errors.splice(0..0, errors);
    plan.errors.sort_by_key(|error| error.row);
    Ok(plan)
}

fn no_columns() -> Columns {
    let nothing = Table::new(vec![vec!["-".into()]]).expect("one row");
    Columns::map(&nothing, &[], &Mapping::new()).0
}

fn bad(message: impl Into<String>) -> RowError {
    RowError::new(0, None, ImportErrorCode::BadFile, message)
}

struct OntimeEntry<'a> {
    fields: &'a Map<String, Value>,
    /// The group that it is nested in (inner `None`: a group without a title); outer `None`: a
    /// block that stands before it, if any, decides.
    group: Option<Option<String>>,
}

/// The entries in their order: of the map of rundowns that Ontime writes since version 4, or of
/// the array that it wrote before.
fn entries<'a>(project: &'a Value, wanted: Option<&str>) -> Result<Vec<OntimeEntry<'a>>, RowError> {
    if let Some(Value::Array(flat)) = project.get("rundown") {
        let objects = flat.iter().filter_map(Value::as_object);
        return Ok(objects.map(|fields| OntimeEntry { fields, group: None }).collect());
    }
    let Some(Value::Object(rundowns)) = project.get("rundowns") else {
        return Err(bad("This is not an Ontime project: it has no rundown"));
    };
    let found = match wanted {
        Some(wanted) => rundowns
            .iter()
            .find(|(id, rundown)| *id == wanted || rundown.get("title").and_then(Value::as_str) == Some(wanted))
            .map(|(_, rundown)| rundown),
        None => rundowns.get("default").or_else(|| rundowns.values().next()),
    };
    let found = found.ok_or_else(|| bad("The project has no such rundown"))?;
    let all = found.get("entries").and_then(Value::as_object).ok_or_else(|| bad("The rundown has no entries"))?;
    let ids =
        |value: Option<&'a Value>| value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let mut ordered = Vec::new();
    for id in ids(found.get("order")) {
        let Some(fields) = all.get(id).and_then(Value::as_object) else { continue };
        let entry = OntimeEntry { fields, group: Some(None) };
        let nested: Vec<&str> = ids(fields.get("entries")).collect();
        let title = filled(entry.text("title"));
        ordered.push(entry);
        for id in nested {
            if let Some(fields) = all.get(id).and_then(Value::as_object) {
                ordered.push(OntimeEntry { fields, group: Some(title.clone()) });
            }
        }
    }
    Ok(ordered)
}

impl OntimeEntry<'_> {
    fn text(&self, field: &str) -> &str {
        self.fields.get(field).and_then(Value::as_str).unwrap_or("")
    }

    fn kind(&self) -> &str {
        self.text("type")
    }

    fn flag(&self, field: &str) -> bool {
        self.fields.get(field).and_then(Value::as_bool).unwrap_or(false)
    }

    /// Milliseconds; less than 100 days either way.
    fn number(&self, field: &str) -> Option<i64> {
        let number = self.fields.get(field)?.as_f64()?;
        #[expect(clippy::cast_possible_truncation, reason = "checked to be small")]
        (number.abs() < 8.64e9).then(|| number.round() as i64)
    }

    fn custom(&self, label: &str) -> Option<String> {
        let custom = self.fields.get("custom")?.as_object()?;
        let (_, value) = custom.iter().find(|(key, _)| key.eq_ignore_ascii_case(label))?;
        value.as_str().and_then(filled)
    }

    /// What the event says as a cue. `linkStart` is a flag, or in older files the id of another
    /// event, or null.
    fn cue(&self, row: usize, segment: Option<String>, first: bool, night: &Night) -> Result<Said, RowError> {
        let wrong = |field, message| RowError::new(row, Some(field), ImportErrorCode::BadTime, message);
        let day = |field| self.number(field).filter(|ms| (0..=DAY_MS).contains(ms));
        let linked = match self.fields.get("linkStart") {
            Some(Value::Bool(linked)) => *linked,
            Some(Value::String(id)) => !id.is_empty(),
            _ => false,
        };
        let start = day("timeStart").ok_or_else(|| wrong("timeStart", "Not a time of day in milliseconds"))?;
        let end = day("timeEnd");
        let duration = self
            .number("duration")
            .filter(|duration| *duration >= 0)
            .or_else(|| end.map(|end| (end - start).rem_euclid(DAY_MS)))
            .ok_or_else(|| wrong("duration", "Neither a duration nor an end in milliseconds"))?;
        let count_to_end = self.flag("countToEnd") || self.text("timerType") == "count-to-end";
        let when = |ms: i64, days: i64| match days {
            0 => When::Clock(time_of_day(ms)),
            days => {
                let first_day = wall_clock::local(night.starts, &night.zone).date();
                When::Instant(wall_clock::on_date(first_day.saturating_add(days.days()), time_of_day(ms), &night.zone))
            }
        };
        let days = self.number("dayOffset").filter(|days| (1..=365).contains(days)).unwrap_or(0);
        let skipped = self.flag("skip");
        let number = filled(self.text("cue"));
        let title = filled(self.text("title")).or_else(|| number.clone()).unwrap_or_else(|| format!("Cue {row}"));
        let texts = BTreeMap::from([
            ("cue_number", number),
            ("title", Some(title)),
            ("description", filled(self.text("note"))),
            ("segment", segment),
            ("type", self.custom("type")),
            ("location", self.custom("location")),
        ]);
        Ok(Said {
            row,
            times: Times {
                start: if linked && !first { None } else { Some(when(start, days)) },
                // The clock decides when a count to the end is over; anything else has a length.
                end: end.filter(|_| count_to_end).map(|end| When::Clock(time_of_day(end))),
                duration: Some(duration),
                mode: Some(if linked && !first { StartMode::Linked } else { StartMode::Hard }),
                count_to_end,
                skipped,
            },
            texts,
            count_to_end: Some(count_to_end),
            skipped: Some(skipped),
        })
    }
}

/// The delays of a rundown, by the cue that they stand before, ms.
#[derive(Default)]
struct Delays {
    waiting: i64,
    before: Vec<i64>,
}

impl Delays {
    fn add(&mut self, ms: i64) {
        self.waiting = self.waiting.saturating_add(ms);
    }

    fn before_next_cue(&mut self) {
        self.before.push(std::mem::take(&mut self.waiting));
    }

    /// Moves the hard starts; linked ones follow by themselves.
    fn bake(self, said: &mut [Said], night: &Night) {
        if self.before.iter().all(|&delay| delay == 0) {
            return;
        }
        let times: Vec<Times> = said.iter().map(|said| said.times).collect();
        let mut total = 0i64;
        let mut latest_end: Option<i64> = None;
        for ((said, placed), own) in said.iter_mut().zip(times::place(&times, night)).zip(self.before) {
            let Ok(placed) = placed else { continue };
            if said.times.skipped {
                total = total.saturating_add(own);
                continue;
            }
            let gap = latest_end.map_or(0, |end| placed.start.saturating_sub(end));
            if total > 0 && gap > 0 {
                total = total.saturating_sub(gap).max(0);
            }
            total = total.saturating_add(own);
            latest_end = latest_end.max(Some(placed.end));
            if said.times.start.is_some() || own != 0 {
                said.times.start = Some(When::Instant(placed.start.saturating_add(total)));
                // A delay directly before a linked cue is a gap now.
                if own > 0 && said.times.mode == Some(StartMode::Linked) {
                    said.times.mode = Some(StartMode::Hard);
                }
            }
        }
    }
}

/// An Ontime project (of version 4) with one rundown that holds the cues, in their order. `id`
/// names each cue's entry; it must be unique.
pub fn project<'a>(title: &str, cues: impl IntoIterator<Item = (String, &'a Cue)>, zone: &TimeZone) -> Value {
    let (mut order, mut flat, mut entries) = (Vec::new(), Vec::new(), Map::new());
    let mut group: Option<(String, &str)> = None;
    let mut first_day = None;
    let mut groups = 0;
    for (id, cue) in cues {
        let start = wall_clock::local(cue.start, zone);
        let first_day = *first_day.get_or_insert(start.date());
        let days = start.date().since(first_day).map_or(0, |span| span.get_days());
        if cue.segment.as_deref() != group.as_ref().map(|(_, title)| *title) {
            group = cue.segment.as_deref().map(|title| {
                groups += 1;
                let id = format!("group-{groups}");
                order.push(id.clone());
                flat.push(id.clone());
                entries.insert(id.clone(), group_entry(&id, title));
                (id, title)
            });
        }
        let parent = group.as_ref().map(|(id, _)| id.clone());
        match parent.as_ref().and_then(|parent| entries.get_mut(parent)?.get_mut("entries")?.as_array_mut()) {
            Some(children) => children.push(json!(id)),
            None => order.push(id.clone()),
        }
        flat.push(id.clone());
        entries.insert(id.clone(), event_entry(&id, cue, parent, days, zone));
    }
    let field = |label: &str| json!({"type": "text", "colour": "#779BE7", "label": label});
    json!({
        "rundowns": {"default": {
            "id": "default", "title": title, "order": order, "flatOrder": flat, "entries": entries, "revision": 0,
        }},
        "project": {"title": title, "description": "", "url": "", "info": "", "logo": null, "custom": []},
        "settings": {"version": "4.0.0", "editorKey": null, "operatorKey": null, "timeFormat": "24", "language": "en"},
        "viewSettings": {
            "overrideStyles": false, "normalColor": "#ffffffcc", "warningColor": "#ffa528", "dangerColor": "#ff7300",
        },
        "urlPresets": [],
        "customFields": {"Location": field("Location"), "Type": field("Type")},
        "automation": {
            "enabledAutomations": false, "enabledOscIn": false, "oscPortIn": 8888, "triggers": [], "automations": {},
        },
    })
}

fn group_entry(id: &str, title: &str) -> Value {
    json!({
        "id": id, "type": "group", "title": title, "note": "", "entries": [], "targetDuration": null, "colour": "",
        "custom": {}, "revision": 0, "timeStart": null, "timeEnd": null, "duration": 0, "isFirstLinked": false,
    })
}

fn event_entry(id: &str, cue: &Cue, parent: Option<String>, days: i32, zone: &TimeZone) -> Value {
    let of_day = |at: i64| {
        let time = wall_clock::local(at, zone).time();
        let seconds = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
        seconds * 1000 + i64::from(time.millisecond())
    };
    let mut custom = Map::from_iter([("Type".to_owned(), json!(cue.kind))]);
    custom.extend(cue.location.as_ref().map(|location| ("Location".to_owned(), json!(location))));
    json!({
        "id": id, "type": "event", "flag": false,
        "cue": cue.cue_number.as_deref().unwrap_or(""), "title": cue.title,
        "note": cue.description.as_deref().unwrap_or(""),
        "endAction": "none", "timerType": "count-down", "countToEnd": cue.count_to_end,
        "linkStart": cue.start_mode == StartMode::Linked,
        "timeStrategy": if cue.count_to_end { "lock-end" } else { "lock-duration" },
        "timeStart": of_day(cue.start), "timeEnd": of_day(cue.end), "duration": cue.end - cue.start,
        "skip": cue.skipped, "colour": "", "timeWarning": 120_000, "timeDanger": 60_000,
        "custom": custom, "triggers": [], "parent": parent,
        "revision": 0, "delay": 0, "dayOffset": days, "gap": 0,
    })
}
