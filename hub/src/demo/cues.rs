use jiff::{SignedDuration, Timestamp};

use super::house::SEGMENTS;

/// Half an hour of the show and what is around it. Seconds from the show's start where a cue is hard (none: linked to
/// the one before), length in seconds, number, title, type, place, note.
type Line = (Option<i64>, i64, &'static str, &'static str, &'static str, &'static str, &'static str);

const HOUSE: &[Line] = &[
    (Some(-2400), 1200, "1", "Doors", "house", "All gates", "Gates open together on the caller's word."),
    (None, 600, "2", "Arrivals at the photo wall", "press", "Foyer", "Press gate only; two minutes a guest at most."),
    (None, 300, "3", "Front row is seated", "house", "Hall", "Ushers confirm A and B by radio."),
    (None, 180, "4", "House to half, last call", "lighting", "Hall", "Preset 4. Chime three times."),
    (None, 120, "5", "Hold for clearance", "house", "Hall", "Counts to the start of the show; gates close at zero."),
];
const PROLOGUE: &[Line] = &[
    (Some(0), 20, "10", "Blackout", "lighting", "Hall", "Everything. Exit signs stay."),
    (None, 30, "11", "Fog and low wind", "stage", "Runway", "Fans 1 and 2 at a third."),
    (None, 45, "12", "Look 1 alone", "walk", "Runway", "Single follow spot, no music for eight counts."),
    (None, 100, "13", "Looks 2–5", "walk", "Runway", "Strings enter with look 2."),
    (None, 100, "14", "Looks 6–9", "walk", "Runway", ""),
    (None, 90, "15", "Looks 10–12", "walk", "Runway", "Look 12 stops at the mark until the spot is off."),
    (None, 35, "16", "Prologue leaves", "walk", "Runway", "Fog off, doors stage left."),
];
const NOCTURNE: &[Line] = &[
    (
        Some(480),
        60,
        "20",
        "Mirrors down",
        "stage",
        "Runway",
        "Fly bar 3. Nobody on the runway until the chief says clear.",
    ),
    (None, 50, "21", "Soprano enters", "music", "Balcony", "Live. Monitor 2."),
    (None, 45, "22", "Look 13 alone", "walk", "Runway", ""),
    (None, 100, "23", "Looks 14–17", "walk", "Runway", ""),
    (None, 100, "24", "Looks 18–21", "walk", "Runway", "Quick change for look 33 begins."),
    (None, 70, "25", "Piano alone", "music", "Runway", "House at ten percent, moon effect."),
    (None, 100, "26", "Looks 22–25", "walk", "Runway", ""),
    (None, 125, "27", "Looks 26–30", "walk", "Runway", "Look 30 carries the lantern."),
    (None, 30, "28", "Strobe, Nocturne leaves", "lighting", "Runway", "Strobe warning was given at the doors."),
];
const FINALE: &[Line] = &[
    (
        Some(1200),
        50,
        "30",
        "Curtain of rain",
        "stage",
        "Runway",
        "Water 40 s, then drains. Floor crew with mops ready.",
    ),
    (None, 100, "31", "Looks 31–34", "walk", "Runway", ""),
    (None, 100, "32", "Looks 35–38", "walk", "Runway", ""),
    (None, 45, "33", "Look 39 alone", "walk", "Runway", ""),
    (
        None,
        60,
        "34",
        "Look 40, the bride of the night",
        "walk",
        "Runway",
        "Full stop at the centre, petals on the last bar.",
    ),
    (None, 150, "35", "Finale walk, all looks", "walk", "Runway", "In the order of the line-up, two arms apart."),
    (None, 45, "36", "The designer's bow", "walk", "Runway", ""),
];
const AFTER: &[Line] = &[
    (None, 300, "40", "House lights, exit music", "house", "Hall", ""),
    (None, 900, "41", "Backstage interviews", "press", "Backstage", "Ten outlets, ninety seconds each."),
    (
        Some(3300),
        5400,
        "42",
        "After-party",
        "house",
        "Rooftop",
        "Friends and front row; same ticket at the rooftop desk.",
    ),
];

/// The rundown as a show caller would bring it, with its header, for a show that starts at `starts`.
pub(super) fn rows(starts: Timestamp) -> Vec<Vec<String>> {
    let header = [
        "Cue",
        "Title",
        "Segment",
        "Start time",
        "Duration",
        "Start mode",
        "Count to end",
        "End time",
        "Type",
        "Location",
        "Description",
    ];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    let [prologue, nocturne, finale] = SEGMENTS.map(|(name, ..)| name);
    for (segment, lines) in [("", HOUSE), (prologue, PROLOGUE), (nocturne, NOCTURNE), (finale, FINALE), ("", AFTER)] {
        for &(hard, seconds, number, title, kind, place, note) in lines {
            let at = |seconds: i64| (starts + SignedDuration::from_secs(seconds)).to_string();
            let start = hard.map(at).unwrap_or_default();
            let mode = if hard.is_some() { "hard" } else { "linked" };
            // The hold counts to the show's start and so has an end instead of a length.
            let (length, count_to_end, end) = match number {
                "5" => (String::new(), "yes", at(0)),
                _ => {
                    (format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60), "no", String::new())
                }
            };
            let row = [number, title, segment, &start, &length, mode, count_to_end, &end, kind, place, note];
            rows.push(row.map(str::to_owned).to_vec());
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use domain::import::rundown::{Night, plan};
    use domain::import::{Mapping, Table};
    use domain::run_of_show::StartMode;

    use super::*;

    #[test]
    fn the_rundown_has_links_hard_starts_gaps_and_a_count_to_the_end() {
        let starts: Timestamp = "2026-09-24T18:00:00Z".parse().expect("an instant");
        let night = Night { starts: starts.as_millisecond(), zone: jiff::tz::TimeZone::UTC };
        let plan = plan(&Table::new(rows(starts)).expect("rows"), &Mapping::new(), &night, &[]);
        assert_eq!(plan.errors, []);
        let cues: Vec<_> = plan.added.iter().map(|placed| &placed.cue).collect();
        assert_eq!(cues.len(), 31);
        assert_eq!(cues.iter().filter(|cue| cue.start_mode == StartMode::Hard).count(), 5);
        assert_eq!(
            cues.iter().filter(|cue| cue.count_to_end).map(|cue| cue.title.as_str()).collect::<Vec<_>>(),
            ["Hold for clearance"]
        );
        let gaps = cues.windows(2).filter(|pair| pair[1].start > pair[0].end).count();
        assert_eq!(gaps, 3, "before each of the hard starts but the show's own");
        assert!(cues.windows(2).all(|pair| pair[1].start >= pair[0].end), "nothing overlaps");
        let show = cues.iter().find(|cue| cue.title == "Blackout").expect("the show begins dark");
        assert_eq!(show.start, starts.as_millisecond());
    }
}
