use jiff::civil::date;

use super::*;
use crate::import::ImportErrorCode as Code;

pub(in crate::import) fn night() -> Night {
    let zone = TimeZone::get("Europe/Paris").expect("a zone");
    let starts = wall_clock::on_date(date(2026, 9, 29), jiff::civil::time(19, 0, 0, 0), &zone);
    Night { starts, zone }
}

fn table(text: &str) -> Table {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    Table::new(lines.map(|line| line.split(',').map(str::to_owned).collect()).collect()).expect("rows")
}

fn planned(text: &str, stored: &[StoredCue]) -> RundownPlan {
    plan(&table(text), &Mapping::new(), &night(), stored)
}

pub(in crate::import) fn stored(plan: &RundownPlan) -> Vec<StoredCue> {
    assert_eq!(plan.errors, []);
    let ids = (1u128..).map(Uuid::from_u128);
    plan.added.iter().zip(ids).map(|(added, id)| StoredCue { id, cue: added.cue.clone() }).collect()
}

fn counts(plan: &RundownPlan) -> (usize, usize, usize, usize) {
    (plan.added.len(), plan.changed.len(), plan.unchanged.len(), plan.errors.len())
}

fn codes(plan: &RundownPlan) -> Vec<(usize, &str, Code)> {
    plan.errors.iter().map(|error| (error.row, error.column.as_deref().unwrap_or("-"), error.code)).collect()
}

/// `19:00-19:30 hard` for each cue, in local time.
fn clock(plan: &RundownPlan) -> Vec<String> {
    assert_eq!(plan.errors, []);
    let shown = |at| wall_clock::local(at, &night().zone).strftime("%H:%M").to_string();
    let cue = |cue: &Cue| format!("{}-{} {}", shown(cue.start), shown(cue.end), cue.start_mode.as_str());
    plan.added.iter().map(|added| cue(&added.cue)).collect()
}

/// F062: any two of start, end and duration, or one and the cues around it.
#[test]
fn times_follow_from_what_is_given() {
    let text = "
        Title,Start,End,Duration
        Doors,19:00,,30
        Seating,,,0:15:00
        First look,,19:50,
        Walk,19:50,20:00,10
        Gap,20:05,,
        Change,20:15,,5:00
        Speech,,20:30,10
        Party,23:50,,30 min
        Close,00:20,,
    ";
    assert_eq!(
        clock(&planned(text, &[])),
        [
            "19:00-19:30 hard",
            "19:30-19:45 linked",
            "19:45-19:50 linked",
            "19:50-20:00 linked",
            "20:05-20:15 hard",
            "20:15-20:20 linked",
            "20:20-20:30 linked",
            "23:50-00:20 hard",
            "00:20-00:20 linked",
        ]
    );
    // Without any start the show begins when the event does.
    assert_eq!(clock(&planned("Title,Duration\n A,10\n B,5", &[])), ["19:00-19:10 hard", "19:10-19:15 linked"]);
    // A cue that is left out takes no time.
    let text = "Title,Duration,Skip\n A,10,\n B,5,x\n C,5,";
    assert_eq!(clock(&planned(text, &[])), ["19:00-19:10 hard", "19:10-19:15 linked", "19:10-19:15 linked"]);
    // A spreadsheet's own numbers, and a mode that is told.
    let text = "Title,Start,Duration,Mode\n A,0.7916666667,0.0069444444,\n B,0.7986111111,0.0034722222,hard";
    assert_eq!(clock(&planned(text, &[])), ["19:00-19:10 hard", "19:10-19:15 hard"]);
}

/// F062: end before start is refused, and so is whatever else cannot be.
#[test]
fn every_mistake_is_named_with_its_row_and_column() {
    let plan = planned(
        "Cue,Title,Start,End,Duration,Mode,Skip
         1,A,19:00,,10,,
         2,,19:10,,5,,
         3,C,soon,,x,maybe,perhaps
         4,D,,,,,
         5,E,19:10,19:20,5,,
         6,F,19:10,19:00,,,
         7,G,19:30,,5,,
         8,H,19:20,,5,,
         7,I,19:35,,5,,
         9,J,,19:50,60,,",
        &[],
    );
    assert_eq!(
        codes(&plan),
        [
            (3, "Title", Code::MissingValue),
            (4, "Start", Code::BadTime),
            (4, "Duration", Code::BadDuration),
            (4, "Mode", Code::BadStartMode),
            (4, "Skip", Code::BadFlag),
            (5, "Start", Code::MissingTime),
            (6, "Duration", Code::TimesDisagree),
            (7, "End", Code::TimesDisagree),
            (9, "Start", Code::OutOfOrder),
            (10, "Cue", Code::DuplicateInFile),
            (11, "Start", Code::TimesDisagree),
        ]
    );
    let nothing = planned("Colour,Mood\n red,good", &[]);
    assert_eq!(codes(&nothing), [(0, "-", Code::MissingColumn), (0, "-", Code::MissingColumn)]);
}

const RUNDOWN: &str = "
    Cue,Title,Start,Duration,Segment,Notes,Type,Location
    1,Doors,19:00,30,Arrival,Red carpet,cue,Foyer
    2,Seating,,15,Arrival,,,
    ,Look,,2,Show,,look,
    ,Look,,2,Show,,look,
    3,Finale,20:00,5,Show,All models,look,Runway";

/// F062, F249: a rundown is taken whole, and taken again without doubles.
#[test]
fn importing_twice_changes_nothing() {
    let first = planned(RUNDOWN, &[]);
    assert_eq!(counts(&first), (5, 0, 0, 0));
    assert_eq!(first.added[0].cue.location.as_deref(), Some("Foyer"));
    assert_eq!(first.added[1].cue.kind, "cue");
    let stored = stored(&first);
    let again = planned(RUNDOWN, &stored);
    assert_eq!(counts(&again), (0, 0, 5, 0));
    let ids: Vec<_> = again.unchanged.iter().map(|cue| (cue.position, cue.id)).collect();
    assert_eq!(ids, (0..5).map(|place| (place, Some(Uuid::from_u128(place as u128 + 1)))).collect::<Vec<_>>());
}

#[test]
fn cues_are_known_by_number_then_by_title() {
    let stored = stored(&planned(RUNDOWN, &[]));
    // Retitled by number; a second look moved; a third is new. What the file does not say stays.
    let plan =
        planned("Cue,Title,Start,Duration\n 1,Doors open,19:00,30\n ,Look,19:45,2\n ,Look,19:47,3\n ,Look,,2", &stored);
    assert_eq!(counts(&plan), (1, 2, 1, 0));
    assert_eq!(plan.changed[0].id, Some(Uuid::from_u128(1)));
    assert_eq!(plan.changed[0].cue.description.as_deref(), Some("Red carpet"));
    assert_eq!(plan.changed[1].id, Some(Uuid::from_u128(4)));
    let report = plan.report("xlsx", true);
    assert_eq!(report.diff[0].fields, BTreeMap::from([("title", (Some("Doors".into()), "Doors open".into()))]));
    let end = (Some("2026-09-29 19:49:00".into()), "2026-09-29 19:50:00".into());
    assert_eq!(report.diff[1].fields, BTreeMap::from([("end_time", end)]));
    assert!(report.applied && report.rows == 4);
    // Numbers given later find the cue by its title; another number is another cue.
    let numbered = planned("Cue,Title,Start,Duration\n 7,Look,19:45,2\n 8,Doors,20:00,30", &stored);
    assert_eq!(counts(&numbered), (1, 1, 0, 0));
    assert_eq!(numbered.changed[0].id, Some(Uuid::from_u128(3)));
    // Two rows are never about one stored cue.
    let twice = planned("Cue,Title,Start,Duration\n 1,Opening,19:00,30\n ,Doors,19:30,5", &stored);
    assert_eq!(counts(&twice), (1, 1, 0, 0));
    assert_eq!((twice.changed[0].id, twice.added[0].cue.title.as_str()), (Some(Uuid::from_u128(1)), "Doors"));
}
