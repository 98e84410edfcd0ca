use jiff::civil::date;

use super::{PlannedCue, Show, show};
use crate::run_of_show::Delay;

/// F050, F053: all as planned, then the run ends with its last cue.
#[test]
fn an_ordinary_show() {
    show(
        "Doors 19:00-19:30
         First 19:30-19:40
         Final 19:40-19:50",
    )
    .plays(
        "19:00 start => +0:00 | *Doors 19:00>19:30 | First >19:30 | Final >19:40 | end 19:50
         19:29 look  => +0:00 | *Doors 19:00>19:30 | First >19:30 | Final >19:40 | end 19:50
         19:30 next  => +0:00 | Doors 19:00-19:30 | *First 19:30>19:40 | Final >19:40 | end 19:50
         19:38 next  => -2:00 | Doors 19:00-19:30 | First 19:30-19:38 | *Final 19:38>19:48 | end 19:48
         19:48 next  => -2:00 ended | Doors 19:00-19:30 | First 19:30-19:38 | Final 19:38-19:48 | end 19:48
         19:49 next  => NotRunning",
    );
}

/// F053: time not used up is not a gain; time used beyond the plan is a loss at once.
#[test]
fn overtime_shows_as_it_happens() {
    show(
        "A 19:00-19:10
         B 19:10-19:20",
    )
    .plays(
        "19:00 start => +0:00 | *A 19:00>19:10 | B >19:10 | end 19:20
         19:01 look  => +0:00 | *A 19:00>19:10 | B >19:10 | end 19:20
         19:10 look  => +0:00 | *A 19:00>19:10 | B >19:10 | end 19:20
         19:12:30 look => +2:30 | *A 19:00>19:12:30 | B >19:12:30 | end 19:22:30
         19:13 next  => +3:00 | A 19:00-19:13 | *B 19:13>19:23 | end 19:23",
    );
}

/// F050: a gap in front of a hard start takes the delay in.
#[test]
fn gaps_absorb_delay() {
    show(
        "A 19:00-19:10
         B 19:10-19:20
         C 19:25-19:30 hard
         D 19:30-19:40",
    )
    .plays(
        "19:03 start => +3:00 | *A 19:03>19:13 | B >19:13 | C >19:25 | D >19:30 | end 19:40
         19:15 look  => +5:00 | *A 19:03>19:15 | B >19:15 | C >19:25 | D >19:30 | end 19:40
         19:17 next  => +7:00 | A 19:03-19:17 | *B 19:17>19:27 | C >19:27 | D >19:32 | end 19:42
         19:26 next  => +1:00 | A 19:03-19:17 | B 19:17-19:26 | *C 19:26>19:31 | D >19:31 | end 19:41",
    );
}

/// F050: a hard start waits when the show is ahead and slips when no gap is left.
#[test]
fn hard_starts_early_and_late() {
    show(
        "A 19:00-19:10
         B 19:10-19:20 hard
         C 19:20-19:30",
    )
    .plays(
        "18:55 start => -5:00 | *A 18:55>19:05 | B >19:10 | C >19:20 | end 19:30
         19:07 look  => -3:00 | *A 18:55>19:07 | B >19:10 | C >19:20 | end 19:30
         19:12 look  => +2:00 | *A 18:55>19:12 | B >19:12 | C >19:22 | end 19:32
         19:12 next  => +2:00 | A 18:55-19:12 | *B 19:12>19:22 | C >19:22 | end 19:32",
    );
}

/// F050: an overlap is planned on purpose; on time it is forecast as planned.
#[test]
fn overlaps_are_neither_gap_nor_delay() {
    show(
        "Music 19:00-19:30
         Walk 19:05-19:10 hard
         Talk 19:20-19:25 hard
         Out  19:35-19:40 hard",
    )
    .plays(
        "19:00 start => +0:00 | *Music 19:00>19:30 | Walk >19:05 | Talk >19:20 | Out >19:35 | end 19:40
         19:05 next  => +0:00 | Music 19:00-19:05 | *Walk 19:05>19:10 | Talk >19:20 | Out >19:35 | end 19:40
         19:12 look  => +2:00 | Music 19:00-19:05 | *Walk 19:05>19:12 | Talk >19:22 | Out >19:35 | end 19:40",
    );
}

/// A hold counts while it lasts; running on turns it into held time.
#[test]
fn hold_and_resume() {
    show(
        "A 19:00-19:10
         B 19:10-19:20",
    )
    .plays(
        "19:00 start  => +0:00 | *A 19:00>19:10 | B >19:10 | end 19:20
         19:04 hold   => +0:00 held | *A 19:00>19:10 | B >19:10 | end 19:20
         19:05 hold   => AlreadyHeld
         19:06 look   => +2:00 held | *A 19:00>19:12 | B >19:12 | end 19:22
         19:07 resume => +3:00 | *A 19:00>19:13 | B >19:13 | end 19:23
         19:08 resume => NotHeld
         19:12 look   => +3:00 | *A 19:00>19:13 | B >19:13 | end 19:23
         19:15 hold   => +5:00 held | *A 19:00>19:15 | B >19:15 | end 19:25
         19:16 next   => +6:00 | A 19:00-19:16 | *B 19:16>19:26 | end 19:26",
    );
}

#[test]
fn adding_and_taking_time() {
    show(
        "A 19:00-19:10
         B 19:10-19:20",
    )
    .plays(
        "19:00 start   => +0:00 | *A 19:00>19:10 | B >19:10 | end 19:20
         19:02 add 3   => +3:00 | *A 19:00>19:13 | B >19:13 | end 19:23
         19:03 add -5  => -2:00 | *A 19:00>19:08 | B >19:08 | end 19:18
         19:09 look    => -1:00 | *A 19:00>19:09 | B >19:09 | end 19:19
         19:09 add -60 => -1:00 | *A 19:00>19:09 | B >19:09 | end 19:19
         19:10 add 10  => +0:00 | *A 19:00>19:10 | B >19:10 | end 19:20
         19:11 next    => +1:00 | A 19:00-19:11 | *B 19:11>19:21 | end 19:21",
    );
}

/// A cue that counts to its end starts late and ends as planned; only its overtime delays others.
#[test]
fn count_to_end() {
    show(
        "A 19:00-19:10
         Seating 19:10-19:30 to-end
         B 19:30-19:40",
    )
    .plays(
        "19:05 start => +5:00 | *A 19:05>19:15 | Seating >19:15 | B >19:30 | end 19:40
         19:35 look  => +25:00 | *A 19:05>19:35 | Seating >19:35 | B >19:35 | end 19:45
         19:35 next  => +5:00 | A 19:05-19:35 | *Seating 19:35>19:35 | B >19:35 | end 19:45
         19:36 undo  => +26:00 | *A 19:05>19:36 | Seating >19:36 | B >19:36 | end 19:46",
    );
    show(
        "A 19:00-19:10
         Seating 19:10-19:30 to-end
         B 19:30-19:40",
    )
    .plays(
        "19:05 start  => +5:00 | *A 19:05>19:15 | Seating >19:15 | B >19:30 | end 19:40
         19:15 next   => +0:00 | A 19:05-19:15 | *Seating 19:15>19:30 | B >19:30 | end 19:40
         19:20 hold   => +0:00 held | A 19:05-19:15 | *Seating 19:15>19:30 | B >19:30 | end 19:40
         19:24 look   => +0:00 held | A 19:05-19:15 | *Seating 19:15>19:30 | B >19:30 | end 19:40
         19:25 resume => +0:00 | A 19:05-19:15 | *Seating 19:15>19:30 | B >19:30 | end 19:40
         19:26 add 2  => +2:00 | A 19:05-19:15 | *Seating 19:15>19:32 | B >19:32 | end 19:42
         19:34 look   => +4:00 | A 19:05-19:15 | *Seating 19:15>19:34 | B >19:34 | end 19:44
         19:34 next   => +4:00 | A 19:05-19:15 | Seating 19:15-19:34 | *B 19:34>19:44 | end 19:44",
    );
}

/// What is stored of a forecast: screens put their own clocks into it.
#[test]
fn the_delay_is_a_formula() {
    let show = show("A 19:00-19:10\n Seating 19:10-19:30 to-end\n B 19:35-19:40 hard").plays(
        "19:00 start => +0:00 | *A 19:00>19:10 | Seating >19:10 | B >19:35 | end 19:40
         19:32 next  => +2:00 | A 19:00-19:32 | *Seating 19:32>19:32 | B >19:35 | end 19:40",
    );
    let run = show.run.as_ref().expect("a run");
    let two_minutes = Delay { base_ms: 120_000, grows_from: Some(show.clock) };
    assert_eq!(run.forecast().delay, two_minutes);
    assert_eq!((two_minutes.at(show.clock - 60_000), two_minutes.at(show.clock + 60_000)), (120_000, 180_000));
    let cues: Vec<_> = run.forecast().cues.iter().map(|cue| (cue.gap_total_ms / 60_000, cue.chain)).collect();
    assert_eq!(cues, [(0, 0), (20, 0), (25, 1)], "Seating has begun: its 20 minutes are no gap for B any more");
}

/// Linked cues close up over a cue that is left out; a hard start stays.
#[test]
fn skipping_and_taking_in_again() {
    show(
        "A 19:00-19:10
         B 19:10-19:15
         C 19:15-19:20
         D 19:20-19:30 hard",
    )
    .plays(
        "19:00 start    => +0:00 | *A 19:00>19:10 | B >19:10 | C >19:15 | D >19:20 | end 19:30
         19:01 skip B   => +0:00 | *A 19:00>19:10 | (B) | C >19:10 | D >19:20 | end 19:30
         19:14 look     => +4:00 | *A 19:00>19:14 | (B) | C >19:14 | D >19:20 | end 19:30
         19:14 jump B   => BadCue
         19:14 unskip B => +4:00 | *A 19:00>19:14 | B >19:14 | C >19:19 | D >19:24 | end 19:34
         19:14 skip A   => BadCue
         19:14 skip B   => +4:00 | *A 19:00>19:14 | (B) | C >19:14 | D >19:20 | end 19:30
         19:14 next     => +4:00 | A 19:00-19:14 | (B) | *C 19:14>19:19 | D >19:20 | end 19:30",
    );
}

#[test]
fn jumping_ahead_and_back() {
    show(
        "A 19:00-19:10
         B 19:10-19:20
         C 19:20-19:30
         D 19:30-19:40",
    )
    .plays(
        "19:00 start  => +0:00 | *A 19:00>19:10 | B >19:10 | C >19:20 | D >19:30 | end 19:40
         19:10 jump C => -10:00 | A 19:00-19:10 | (B) | *C 19:10>19:20 | D >19:20 | end 19:30
         19:12 jump C => BadCue
         19:12 jump A => +12:00 | *A 19:12>19:22 | B >19:22 | C >19:32 | D >19:42 | end 19:52
         19:22 next   => +12:00 | A 19:12-19:22 | *B 19:22>19:32 | C >19:32 | D >19:42 | end 19:52",
    );
}

/// What was left out the first time and taken in again pushes those that are played once more.
#[test]
fn jumping_back_to_a_cue_that_was_left_out() {
    show(
        "A 19:00-19:10 skipped
         B 19:00-19:10
         C 19:10-19:20",
    )
    .plays(
        "19:00 start    => +0:00 | (A) | *B 19:00>19:10 | C >19:10 | end 19:20
         19:02 unskip A => +0:00 | (A) | *B 19:00>19:10 | C >19:10 | end 19:20
         19:03 jump A   => +3:00 | *A 19:03>19:13 | B >19:13 | C >19:23 | end 19:33",
    );
}

/// A command that was meant for an earlier state does nothing: two callers press "next" once each.
#[test]
fn a_double_next_advances_once() {
    show(
        "A 19:00-19:10
         B 19:10-19:20
         C 19:20-19:30",
    )
    .plays(
        "19:00 start   => +0:00 | *A 19:00>19:10 | B >19:10 | C >19:20 | end 19:30
         19:00 start @0 => AlreadyRunning, the run is at 1
         19:10 next @1 => +0:00 | A 19:00-19:10 | *B 19:10>19:20 | C >19:20 | end 19:30
         19:10 next @1 => StaleRevision, the run is at 2
         19:20 next @2 => +0:00 | A 19:00-19:10 | B 19:10-19:20 | *C 19:20>19:30 | end 19:30",
    );
}

#[test]
fn undo_goes_back_step_by_step_and_revisions_go_on() {
    show(
        "A 19:00-19:10
         B 19:10-19:20",
    )
    .plays(
        "19:00 start   => +0:00 | *A 19:00>19:10 | B >19:10 | end 19:20
         19:05 next    => -5:00 | A 19:00-19:05 | *B 19:05>19:15 | end 19:15
         19:06 next    => -14:00 ended | A 19:00-19:05 | B 19:05-19:06 | end 19:06
         19:06 undo    => -5:00 | A 19:00-19:05 | *B 19:05>19:15 | end 19:15
         19:07 undo @4 => +0:00 | *A 19:00>19:10 | B >19:10 | end 19:20
         19:08 next @1 => StaleRevision, the run is at 5
         19:08 undo    => NothingToUndo",
    );
}

#[test]
fn a_show_over_midnight() {
    show(
        "A 23:30-23:50
         B 23:50-00:20
         C 00:30-01:00 hard",
    )
    .plays(
        "23:30 start => +0:00 | *A 23:30>23:50 | B >23:50 | C >00:30 | end 01:00
         00:05 look  => +15:00 | *A 23:30>00:05 | B >00:05 | C >00:35 | end 01:05
         00:05 next  => +15:00 | A 23:30-00:05 | *B 00:05>00:35 | C >00:35 | end 01:05",
    );
}

/// Paris sets its clocks from 03:00 back to 02:00: half an hour stays half an hour.
#[test]
fn the_night_that_has_an_hour_twice() {
    let rundown = "
        A 01:30-02:30
        B 02:30-02:15
        C 02:15-03:15";
    let show = Show::new("Europe/Paris", date(2026, 10, 25), rundown);
    assert_eq!(show.plan.iter().map(|cue| (cue.end - cue.start) / 60_000).collect::<Vec<_>>(), [60, 45, 60]);
    show.plays(
        "01:30 start => +0:00 | *A 01:30>02:30 | B >02:30 | C >02:15 | end 03:15
         02:30 look  => +0:00 | *A 01:30>02:30 | B >02:30 | C >02:15 | end 03:15
         02:00 look  => +30:00 | *A 01:30>02:00 | B >02:00 | C >02:45 | end 03:45
         02:00 next  => +30:00 | A 01:30-02:00 | *B 02:00>02:45 | C >02:45 | end 03:45",
    );
}

/// New York sets its clocks from 02:00 on to 03:00.
#[test]
fn the_night_that_leaves_an_hour_out() {
    let show = Show::new("America/New_York", date(2027, 3, 14), "A 01:30-01:50\n B 01:50-03:10\n C 03:10-03:30 hard");
    assert_eq!(show.plan.iter().map(|cue| (cue.end - cue.start) / 60_000).collect::<Vec<_>>(), [20, 20, 20]);
    show.plays(
        "01:30 start => +0:00 | *A 01:30>01:50 | B >01:50 | C >03:10 | end 03:30
         01:55 next  => +5:00 | A 01:30-01:55 | *B 01:55>03:15 | C >03:15 | end 03:35",
    );
}

#[test]
fn a_clock_set_back_stands_still() {
    show(
        "A 19:00-19:10
         B 19:10-19:20",
    )
    .plays(
        "19:00 start       => +0:00 | *A 19:00>19:10 | B >19:10 | end 19:20
         19:05 hold        => +0:00 held | *A 19:00>19:10 | B >19:10 | end 19:20
         back:18:30 look   => +0:00 held | *A 19:00>19:10 | B >19:10 | end 19:20
         back:18:30 resume => +0:00 | *A 19:00>19:10 | B >19:10 | end 19:20
         back:18:30 next   => -10:00 | A 19:00-19:00 | *B 19:00>19:10 | end 19:10",
    );
}

#[test]
fn starting_in_the_middle_and_with_nothing() {
    show("A 19:00-19:10\n B 19:10-19:20\n C 19:20-19:30").plays(
        "19:10 start B => +0:00 | (A) | *B 19:10>19:20 | C >19:20 | end 19:30
         19:11 jump A  => +11:00 | *A 19:11>19:21 | B >19:21 | C >19:31 | end 19:41",
    );
    show("A 19:00-19:10 skipped\n B 19:10-19:20").plays(
        "19:10 start A => BadCue
         19:10 start   => +0:00 | (A) | *B 19:10>19:20 | end 19:20",
    );
    show("A 19:00-19:10 skipped").plays("19:00 start => EmptyRundown");
    show("A 19:00-19:00\n B 19:00-19:10").plays(
        "19:00 start => +0:00 | *A 19:00>19:00 | B >19:00 | end 19:10
         19:01 end   => +1:00 ended | A 19:00-19:01 | B not played | end 19:01",
    );
}

/// F050: the rundown is edited while the run is live.
#[test]
fn the_plan_changes_under_a_live_run() {
    let mut edited = show(
        "A 19:00-19:10
         B 19:10-19:20
         C 19:20-19:30
         D 19:30-19:40 hard
         New 19:40-19:45",
    )
    .plan;
    let new = edited.remove(4);
    let mut playing = show("A 19:00-19:10\n B 19:10-19:20\n C 19:20-19:30\n D 19:30-19:40 hard\n New 19:40-19:45");
    playing.plan.truncate(4);
    let mut playing = playing.plays(
        "19:00 start  => +0:00 | *A 19:00>19:10 | B >19:10 | C >19:20 | D >19:30 | end 19:40
         19:12 next   => +2:00 | A 19:00-19:12 | *B 19:12>19:22 | C >19:22 | D >19:32 | end 19:42
         19:13 skip C => +2:00 | A 19:00-19:12 | *B 19:12>19:22 | (C) | D >19:30 | end 19:40",
    );
    let mut replan = |plan: &[PlannedCue]| {
        playing.run = playing.run.take().map(|run| run.replan(plan));
        playing.screens()
    };
    // The live cue is made longer in the plan: a cue that has started keeps its times. A new one
    // comes in behind C, which stays left out, so it follows B.
    edited[1].end += 300_000;
    edited.insert(3, PlannedCue { start: new.start - 600_000, end: new.end - 600_000, ..new });
    let shown = replan(&edited);
    assert_eq!(shown, "+2:00 | A 19:00-19:12 | *B 19:12>19:22 | (C) | New >19:22 | D >19:30 | end 19:40");
    // The live cue is taken out of the plan: it stays where it was. D moves by ten minutes.
    edited.remove(1);
    edited[3].start += 600_000;
    edited[3].end += 600_000;
    let shown = replan(&edited);
    assert_eq!(shown, "+2:00 | A 19:00-19:12 | *B 19:12>19:22 | (C) | New >19:22 | D >19:40 | end 19:50");
    // Cues that have not started go with the plan; those put in before the live one are not played.
    edited.truncate(2);
    let before = PlannedCue { id: uuid::Uuid::from_u128(4), ..edited[0].clone() };
    edited.insert(0, before);
    assert_eq!(replan(&edited), "+2:00 | (D) | A 19:00-19:12 | *B 19:12>19:22 | (C) | end 19:22");
    assert_eq!(playing.run.as_ref().map(|run| run.revision), Some(3));
}
