use bytes::Bytes;
use serde_json::json;
use uuid::Uuid;

use super::{CUES, count, empty_event, import};
use crate::support::TestHub;

const RUNDOWN: &str = "Cue,Title,Segment,Start,Duration,Mode,Count to end,End,Location,Notes
1,Doors,,19:20,30:00,hard,no,,Foyer,All gates
2,Hold,,,,linked,yes,20:00,,
3,Blackout,Prologue,20:00,0:20,hard,no,,Hall,=everything
4,Looks 1-12,Prologue,,6:40,linked,no,,Runway,
5,Finale,Finale,20:10,5:00,hard,no,,Runway,
6,Midnight toast,,00:15,10:00,hard,no,,Rooftop,
";

async fn titles(hub: &TestHub, event: Uuid) -> Vec<String> {
    let sql = "select title from event_schedules where event_id = $1 order by order_index, start_time";
    let rows = hub.database.sql().await.query(sql, &[&event]).await.expect("cues");
    rows.into_iter().map(|row| row.get(0)).collect()
}

/// F249: a rundown comes with its segments and in its order, past midnight too; the same file again changes nothing.
#[tokio::test]
async fn a_rundown_is_taken_and_taken_again() {
    let hub = TestHub::start().await;
    let api = hub.owner().await;
    let event = empty_event(&api, "rundown").await;
    let tried = api.import(event, "rundown", "r.csv", RUNDOWN, None, false).await.expect("a report");
    assert_eq!((tried.errors.as_slice(), tried.added, count(&hub, CUES, event).await), (&[][..], 6, 0));
    import(&api, event, "rundown", RUNDOWN).await;
    assert_eq!(titles(&hub, event).await, ["Doors", "Hold", "Blackout", "Looks 1-12", "Finale", "Midnight toast"]);
    let placed = "select count(*) from event_schedules c left join runway_segments s on s.id = c.segment_id
                   where c.event_id = $1 and (c.title, coalesce(s.name, ''), c.start_time, c.end_time, c.start_mode, c.count_to_end) in (
                     ('Hold', '', '2026-09-24 19:50+02', '2026-09-24 20:00+02', 'linked', true),
                     ('Looks 1-12', 'Prologue', '2026-09-24 20:00:20+02', '2026-09-24 20:07+02', 'linked', false),
                     ('Midnight toast', '', '2026-09-25 00:15+02', '2026-09-25 00:25+02', 'hard', false))";
    assert_eq!(count(&hub, placed, event).await, 3);
    let segments =
        "select count(*) from runway_segments where event_id = $1 and (name, order_index, duration_seconds) in
                    (('Prologue', 1, 420), ('Finale', 2, 300))";
    assert_eq!(count(&hub, segments, event).await, 2);

    let commits = "select count(*) from live.commits where topic = 'event:' || $1::uuid";
    let before = count(&hub, commits, event).await;
    let again = import(&api, event, "rundown", RUNDOWN).await;
    assert_eq!((again.unchanged, count(&hub, commits, event).await), (6, before));

    // A new cue between others; a renamed one is known by its number.
    let edited = RUNDOWN
        .replace("4,Looks 1-12", "4,Looks 1 to 12")
        .replace("5,Finale", "4A,Mirrors,Finale,20:08,1:00,hard,no,,,\n5,Finale");
    let report = import(&api, event, "rundown", edited).await;
    assert_eq!((report.added, report.changed, report.unchanged), (1, 1, 5));
    assert_eq!(
        titles(&hub, event).await,
        ["Doors", "Hold", "Blackout", "Looks 1 to 12", "Mirrors", "Finale", "Midnight toast"]
    );
}

/// F249: times that cannot be are errors by row, and nothing is stored.
#[tokio::test]
async fn one_wrong_cue_keeps_everything_out() {
    let hub = TestHub::start().await;
    let api = hub.owner().await;
    let event = empty_event(&api, "wrong").await;
    let wrong = RUNDOWN.replace("20:10", "25:10");
    let report = api.import(event, "rundown", "r.csv", wrong, None, true).await.expect("a report");
    let errors: Vec<_> = report.errors.iter().map(|error| (error.row, error.code.as_str())).collect();
    assert_eq!((errors, report.applied), (vec![(6, "bad_time")], false));
    let nothing = "select count(*) from runway_segments where event_id = $1";
    assert_eq!((count(&hub, CUES, event).await, count(&hub, nothing, event).await), (0, 0));
}

/// What is taken away is the same when it is brought back: as CSV, XLSX and Ontime project, into the same event and into
/// another.
#[tokio::test]
async fn every_format_comes_back_as_it_was() {
    let hub = TestHub::start().await;
    let api = hub.owner().await;
    let event = empty_event(&api, "source").await;
    import(&api, event, "rundown", RUNDOWN).await;
    for format in ["csv", "xlsx", "json"] {
        let file = api.export(event, &format!("rundown.{format}")).await.expect("a file");
        let report = import(&api, event, "rundown", file.clone()).await;
        assert_eq!((report.added, report.changed, report.unchanged), (0, 0, 6), "{format}: {:?}", report.diff);
        let copy = empty_event(&api, &format!("copy-{format}")).await;
        assert_eq!(import(&api, copy, "rundown", file).await.added, 6);
        let equal = "select count(*) from (
            select c.title, c.cue_number, c.description, s.name, c.start_time, c.end_time, c.start_mode, c.count_to_end,
                   c.skipped, c.location, c.type, count(distinct c.event_id) as events
              from event_schedules c left join runway_segments s on s.id = c.segment_id
             where c.event_id in ($1, (select id from events where slug = 'source'))
             group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11) both_of where events = 2";
        assert_eq!(count(&hub, equal, copy).await, 6, "{format}");
    }
    let csv = api.export(event, "rundown.csv").await.expect("a file");
    let text = String::from_utf8(csv.to_vec()).expect("UTF-8");
    assert!(text.contains(",'=everything"), "no cell becomes a formula: {text}");
}

/// A project of Ontime, as its users save it, becomes a rundown.
#[tokio::test]
async fn an_ontime_project_is_a_rundown() {
    let hub = TestHub::start().await;
    let api = hub.owner().await;
    let event = empty_event(&api, "ontime").await;
    let hour = 3_600_000;
    let project = json!({ "rundown": [
        { "type": "block", "id": "b", "title": "Act one" },
        { "type": "event", "id": "1", "cue": "1", "title": "Doors", "timeStart": 19 * hour, "timeEnd": 20 * hour, "duration": hour },
        { "type": "event", "id": "2", "cue": "2", "title": "Blackout", "timeStart": 20 * hour, "timeEnd": 20 * hour + 60_000,
          "duration": 60_000, "linkStart": "1" },
    ]});
    let report = import(&api, event, "rundown", Bytes::from(project.to_string())).await;
    assert_eq!((report.format.as_str(), report.added), ("ontime", 2));
    assert_eq!(titles(&hub, event).await, ["Doors", "Blackout"]);
    let refused =
        api.import(event, "guests", "p.json", Bytes::from(project.to_string()), None, true).await.expect("a report");
    assert_eq!(refused.errors[0].code, "bad_file");
}
