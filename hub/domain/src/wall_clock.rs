//! Local times of a show night as instants.
//!
//! A rundown says "23:50", "00:40", "02:30". One rule turns such a sequence into instants: **each
//! time is the first instant, not before the previous one, at which local clocks show it.** So a
//! time earlier than the one before is on the next day; in the night in which an hour comes twice,
//! "02:10" after "02:30" is the second 02:10; and a time that local clocks leave out is the instant
//! at which they jump, so that the order of cues survives.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan};

/// The instants of `times`, epoch ms, beginning on `date` in `zone`.
pub fn place(times: &[Time], date: Date, zone: &TimeZone) -> Vec<i64> {
    let mut previous: Option<i64> = None;
    times
        .iter()
        .map(|&time| {
            let instant = match previous {
                None => on_date(date, time, zone),
                Some(previous) => first_at_or_after(previous, time, zone),
            };
            previous = Some(instant);
            instant
        })
        .collect()
}

/// The first instant at which clocks in `zone` show `time` on `date`, epoch ms.
pub fn on_date(date: Date, time: Time, zone: &TimeZone) -> i64 {
    instants(date.to_datetime(time), zone)[0]
}

/// The first instant at or after `previous` (epoch ms) at which clocks in `zone` show `time`.
/// At the end of the calendar (year 9999), where there is none, it is `previous`.
pub fn first_at_or_after(previous: i64, time: Time, zone: &TimeZone) -> i64 {
    let mut date = local(previous, zone).date();
    for _this_day_and_the_next in 0..2 {
        if let Some(&found) = instants(date.to_datetime(time), zone).iter().find(|&&at| at >= previous) {
            return found;
        }
        date = date.saturating_add(1.day());
    }
    previous
}

/// What clocks in `zone` show at an instant (epoch ms).
pub fn local(at: i64, zone: &TimeZone) -> DateTime {
    let clamped = at.clamp(Timestamp::MIN.as_millisecond(), Timestamp::MAX.as_millisecond());
    let timestamp = Timestamp::from_millisecond(clamped).unwrap_or(Timestamp::UNIX_EPOCH);
    zone.to_datetime(timestamp)
}

/// When local clocks show `shown`: once, twice (earlier one first), or, where they leave it out,
/// the instant at which they jump over it.
fn instants(shown: DateTime, zone: &TimeZone) -> [i64; 2] {
    let with = |offset: jiff::tz::Offset| {
        offset.to_timestamp(shown).map_or(Timestamp::MAX.as_millisecond(), Timestamp::as_millisecond)
    };
    match zone.to_ambiguous_timestamp(shown).offset() {
        AmbiguousOffset::Unambiguous { offset } => [with(offset); 2],
        AmbiguousOffset::Fold { before, after } => [with(before), with(after)],
        AmbiguousOffset::Gap { before, after } => {
            // Read with the offset before, the time lies behind the jump; with the one after, ahead
            // of it. The jump is the only transition between the two.
            let ahead = Timestamp::from_millisecond(with(after)).unwrap_or(Timestamp::MIN);
            let jump = zone.following(ahead).next().map_or(with(before), |found| found.timestamp().as_millisecond());
            [jump; 2]
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// Places times given as "HH:MM ..." and shows the instants in UTC and in local time.
    fn placed(zone: &str, on: Date, times: &str) -> Vec<String> {
        let zone = TimeZone::get(zone).expect("a zone");
        let times: Vec<Time> = times.split(' ').map(|time| time.parse().expect("a time")).collect();
        place(&times, on, &zone)
            .into_iter()
            .map(|at| {
                let utc = local(at, &TimeZone::UTC);
                format!("{} = {}", utc.strftime("%d %H:%M UTC"), local(at, &zone).strftime("%d %H:%M"))
            })
            .collect()
    }

    /// F050: a show over midnight.
    #[test]
    fn a_time_earlier_than_the_one_before_is_on_the_next_day() {
        assert_eq!(
            placed("Europe/Paris", date(2026, 9, 29), "22:30 23:50 23:50 00:00 00:40 22:30"),
            [
                "29 20:30 UTC = 29 22:30",
                "29 21:50 UTC = 29 23:50",
                "29 21:50 UTC = 29 23:50",
                "29 22:00 UTC = 30 00:00",
                "29 22:40 UTC = 30 00:40",
                "30 20:30 UTC = 30 22:30",
            ]
        );
    }

    #[test]
    fn an_hour_that_comes_twice_is_used_in_order() {
        assert_eq!(
            placed("Europe/Paris", date(2026, 10, 24), "23:30 01:30 02:30 02:10 02:30 03:00"),
            [
                "24 21:30 UTC = 24 23:30",
                "24 23:30 UTC = 25 01:30",
                "25 00:30 UTC = 25 02:30",
                "25 01:10 UTC = 25 02:10",
                "25 01:30 UTC = 25 02:30",
                "25 02:00 UTC = 25 03:00",
            ]
        );
    }

    #[test]
    fn an_hour_that_is_left_out_ends_where_the_clocks_jump_to() {
        assert_eq!(
            placed("America/New_York", date(2027, 3, 13), "23:00 01:50 02:00 02:30 02:45 03:10 02:30"),
            [
                "14 04:00 UTC = 13 23:00",
                "14 06:50 UTC = 14 01:50",
                "14 07:00 UTC = 14 03:00",
                "14 07:00 UTC = 14 03:00",
                "14 07:00 UTC = 14 03:00",
                "14 07:10 UTC = 14 03:10",
                "15 06:30 UTC = 15 02:30",
            ]
        );
    }

    #[test]
    fn zones_with_midnight_jumps_and_missing_days() {
        // Beirut jumps from 00:00 to 01:00.
        assert_eq!(
            placed("Asia/Beirut", date(2026, 3, 28), "23:30 00:20 01:10"),
            ["28 21:30 UTC = 28 23:30", "28 22:00 UTC = 29 01:00", "28 22:10 UTC = 29 01:10"]
        );
        // Samoa had no 30 December 2011: every time of it is where the calendar jumps.
        assert_eq!(
            placed("Pacific/Apia", date(2011, 12, 29), "23:00 01:00"),
            ["30 09:00 UTC = 29 23:00", "30 10:00 UTC = 31 00:00"]
        );
    }

    #[test]
    fn the_ends_of_the_calendar_do_not_panic() {
        let zone = TimeZone::get("Europe/Paris").expect("a zone");
        for previous in [i64::MIN, -1, 0, i64::MAX] {
            let found = first_at_or_after(previous, Time::midnight(), &zone);
            assert!(found >= previous || previous == i64::MAX);
        }
    }
}
