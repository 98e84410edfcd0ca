use jiff::civil::date;
use proptest::prelude::{Strategy, any, prop, prop_assert_eq, proptest};
use uuid::Uuid;

use super::super::rundown::tests::{night, stored};
use super::*;
use crate::import::ImportErrorCode as Code;

const HOUR: i64 = 3_600_000;
const MINUTE: i64 = 60_000;

/// `title 19:00-19:30 hard` for each cue, in local time.
fn shown(plan: &RundownPlan, zone: &TimeZone) -> Vec<String> {
    assert_eq!(plan.errors, []);
    let clock = |at| wall_clock::local(at, zone).strftime("%H:%M").to_string();
    let cue = |cue: &Cue| {
        let flags = [(cue.count_to_end, " to-end"), (cue.skipped, " skipped")];
        let flags: String = flags.into_iter().filter(|(set, _)| *set).map(|(_, word)| word).collect();
        format!("{} {}-{} {}{flags}", cue.title, clock(cue.start), clock(cue.end), cue.start_mode.as_str())
    };
    plan.added.iter().map(|added| cue(&added.cue)).collect()
}

fn event(id: &str, start: i64, minutes: i64, linked: bool) -> Value {
    json!({"type": "event", "id": id, "cue": id, "title": format!("Cue {id}"), "note": "", "timeStart": start,
        "timeEnd": (start + minutes * MINUTE) % DAY_MS, "duration": minutes * MINUTE, "linkStart": linked, "skip": false})
}

/// F062: what Ontime writes since version 4: several rundowns, groups, milestones, delays.
#[test]
fn a_project_of_version_four() {
    let mut count_to_end = event("3", 20 * HOUR, 30, false);
    count_to_end["countToEnd"] = json!(true);
    count_to_end["custom"] = json!({"location": "Runway", "Type": "look", "Video": "B-roll"});
    let mut skipped = event("2", 20 * HOUR, 5, true);
    skipped["skip"] = json!(true);
    let project = json!({
        "rundowns": {
            "backup": {"id": "backup", "title": "Plan B", "order": ["1"], "entries": {"1": event("1", HOUR, 5, false)}},
            "default": {
                "id": "default", "title": "Show", "order": ["g", "m", "4", "gone"],
                "flatOrder": ["g", "1", "2", "3", "m", "4"],
                "entries": {
                    "g": {"type": "group", "id": "g", "title": "Arrival", "entries": ["1", "2", "3"]},
                    "1": event("1", 19 * HOUR, 30, true),
                    "2": skipped,
                    "3": count_to_end,
                    "m": {"type": "milestone", "id": "m", "cue": "M", "title": "Doors closed"},
                    "4": event("4", 7 * HOUR, 20, true),
                },
            },
        },
        "project": {"title": "Autumn"},
    });
    let plan = super::plan(&project, None, &night(), &[]).expect("a project");
    assert_eq!(
        shown(&plan, &night().zone),
        [
            "Cue 1 19:00-19:30 hard",
            "Cue 2 19:30-19:35 linked skipped",
            "Cue 3 20:00-20:30 hard to-end",
            "Cue 4 20:30-20:50 linked",
        ]
    );
    let segments: Vec<_> = plan.added.iter().map(|added| added.cue.segment.as_deref()).collect();
    assert_eq!(segments, [Some("Arrival"), Some("Arrival"), Some("Arrival"), None]);
    let third = &plan.added[2].cue;
    assert_eq!((third.location.as_deref(), third.kind.as_str()), (Some("Runway"), "look"));
    let by_title = super::plan(&project, Some("Plan B"), &night(), &[]).expect("a project");
    assert_eq!(shown(&by_title, &night().zone), ["Cue 1 01:00-01:05 hard"]);
    let no_such = super::plan(&project, Some("Plan C"), &night(), &[]).map_err(|error| error.code);
    assert_eq!(no_such, Err(Code::BadFile));
}

/// F062: what Ontime wrote before: one array, blocks, links as ids, a timer type that counts to
/// the end; over midnight.
#[test]
fn a_project_of_version_three() {
    let mut counting = event("2", 23 * HOUR + 50 * MINUTE, 20, false);
    counting["timerType"] = json!("count-to-end");
    let mut linked = event("3", 0, 10, false);
    linked["linkStart"] = json!("2");
    let mut unlinked = event("4", 30 * MINUTE, 10, false);
    unlinked["linkStart"] = Value::Null;
    unlinked["duration"] = Value::Null;
    let project = json!({
        "rundown": [event("1", 23 * HOUR, 10, false), {"type": "block", "id": "b", "title": "Night"}, counting, linked, unlinked],
        "settings": {"version": "3.9.0"},
    });
    let plan = super::plan(&project, None, &night(), &[]).expect("a project");
    assert_eq!(
        shown(&plan, &night().zone),
        [
            "Cue 1 23:00-23:10 hard",
            "Cue 2 23:50-00:10 hard to-end",
            "Cue 3 00:10-00:20 linked",
            "Cue 4 00:30-00:40 hard",
        ]
    );
    assert_eq!(plan.added[3].cue.start - plan.added[0].cue.start, 90 * MINUTE);
    assert_eq!(plan.added[1].cue.segment.as_deref(), Some("Night"));
}

/// An event that is skipped is nothing to link to.
#[test]
fn the_first_cue_that_is_played_keeps_its_own_start() {
    let mut skipped = event("1", 18 * HOUR, 10, false);
    skipped["skip"] = json!(true);
    let project = json!({"rundown": [skipped, event("2", 18 * HOUR + 30 * MINUTE, 10, true), event("3", 0, 5, true)]});
    let plan = super::plan(&project, None, &night(), &[]).expect("a project");
    assert_eq!(
        shown(&plan, &night().zone),
        ["Cue 1 18:00-18:10 hard skipped", "Cue 2 18:30-18:40 hard", "Cue 3 18:40-18:45 linked"]
    );
}

/// A delay moves what is behind it until gaps have taken it in; one directly before a gap is not
/// taken in by that gap.
#[test]
fn delays_are_baked_in() {
    let delay = |minutes: i64| json!({"type": "delay", "id": "d", "duration": minutes * MINUTE});
    let project = json!({"rundown": [
        event("1", 19 * HOUR, 10, false),
        delay(15),
        event("2", 19 * HOUR + 15 * MINUTE, 5, false),
        event("3", 0, 10, true),
        event("4", 19 * HOUR + 40 * MINUTE, 10, false),
        event("5", 20 * HOUR, 10, false),
        delay(5),
        event("6", 0, 10, true),
    ]});
    let plan = super::plan(&project, None, &night(), &[]).expect("a project");
    assert_eq!(
        shown(&plan, &night().zone),
        [
            "Cue 1 19:00-19:10 hard",
            "Cue 2 19:30-19:35 hard",
            "Cue 3 19:35-19:45 linked",
            "Cue 4 19:45-19:55 hard",
            "Cue 5 20:00-20:10 hard",
            "Cue 6 20:15-20:25 hard",
        ]
    );
}

#[test]
fn files_that_are_no_projects_and_events_without_times() {
    for bad in [json!(null), json!([]), json!({}), json!({"rundowns": {}}), json!({"rundowns": {"a": {"order": []}}})] {
        let refused = super::plan(&bad, None, &night(), &[]).map_err(|error| error.code);
        assert_eq!(refused, Err(Code::BadFile), "{bad}");
    }
    let mut without = event("2", 0, 0, false);
    without["timeStart"] = json!("19:00");
    let mut endless = event("3", 0, 0, false);
    endless["timeEnd"] = Value::Null;
    endless["duration"] = Value::Null;
    let project = json!({"rundown": [event("1", 19 * HOUR, 10, false), without, endless, 7]});
    let plan = super::plan(&project, None, &night(), &[]).expect("a project");
    let codes: Vec<_> = plan.errors.iter().map(|error| (error.row, error.column.as_deref(), error.code)).collect();
    assert_eq!(codes, [(2, Some("timeStart"), Code::BadTime), (3, Some("duration"), Code::BadTime)]);
}

/// F062: an exported rundown comes back over the night in which an hour comes twice.
#[test]
fn a_round_trip_over_a_clock_change() {
    let zone = TimeZone::get("Europe/Paris").expect("a zone");
    let starts = wall_clock::on_date(date(2026, 10, 25), jiff::civil::time(1, 30, 0, 0), &zone);
    let cue = |name: &str, from: i64, minutes: i64, start_mode| Cue {
        cue_number: None,
        title: name.into(),
        description: None,
        segment: None,
        start: starts + from * MINUTE,
        end: starts + (from + minutes) * MINUTE,
        start_mode,
        count_to_end: false,
        kind: "cue".into(),
        location: None,
        skipped: false,
    };
    let cues = [
        cue("A", 0, 60, StartMode::Hard),
        cue("B", 60, 45, StartMode::Linked),
        cue("C", 105, 30, StartMode::Linked),
        cue("D", 180, 10, StartMode::Hard),
    ];
    let project = project("Night", cues.iter().map(|cue| (cue.title.clone(), cue)), &zone);
    let plan = super::plan(&project, None, &Night { starts, zone }, &[]).expect("a project");
    assert_eq!(plan.errors, []);
    assert_eq!(plan.added.into_iter().map(|added| added.cue).collect::<Vec<_>>(), cues);
}

fn rundowns() -> impl Strategy<Value = Vec<Cue>> {
    let text = || prop::option::of("[A-Za-z]{1,8}");
    let flags = (prop::bool::weighted(0.2), prop::bool::weighted(0.2));
    let cue = (prop::option::weighted(0.4, 0i64..200), 0i64..300, flags, text(), text(), text());
    prop::collection::vec((cue, any::<bool>()), 1..20).prop_map(|cues| {
        let mut end = night().starts;
        let mut place = 0;
        cues.into_iter()
            .map(|((gap, minutes, (count_to_end, skipped), description, segment, location), numbered)| {
                place += 1;
                let gap = if place == 1 { Some(gap.unwrap_or(0)) } else { gap };
                let start = end + gap.unwrap_or(0) * MINUTE;
                let cue = Cue {
                    cue_number: numbered.then(|| place.to_string()),
                    title: format!("Look {}", place % 3),
                    description,
                    segment,
                    start,
                    end: start + minutes * MINUTE,
                    start_mode: if gap.is_some() { StartMode::Hard } else { StartMode::Linked },
                    count_to_end,
                    kind: "look".into(),
                    location,
                    skipped: skipped && place > 1,
                };
                if !cue.skipped {
                    end = cue.end;
                }
                cue
            })
            .collect()
    })
}

proptest! {
    /// F062: whatever is exported is imported as the same cues, and a second time as no change.
    #[test]
    fn a_round_trip_keeps_every_cue(cues in rundowns()) {
        let ids = (0..).map(|n: u32| format!("e{n}"));
        let project = project("Show", ids.zip(&cues), &night().zone);
        let plan = super::plan(&project, None, &night(), &[]).expect("a project");
        prop_assert_eq!(&plan.errors, &[]);
        prop_assert_eq!(plan.added.iter().map(|added| added.cue.clone()).collect::<Vec<_>>(), cues.clone());
        let stored = stored(&plan);
        let again = super::plan(&project, None, &night(), &stored).expect("a project");
        prop_assert_eq!(again.unchanged.len(), cues.len());
        let ids: Vec<Option<Uuid>> = again.unchanged.iter().map(|cue| cue.id).collect();
        prop_assert_eq!(ids, stored.iter().map(|stored| Some(stored.id)).collect::<Vec<_>>());
    }
}
