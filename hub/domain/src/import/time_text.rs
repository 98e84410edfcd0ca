//! Times and durations as people and spreadsheets write them.

use jiff::civil::{Date, DateTime, Time, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::wall_clock;

/// One day, ms.
pub(super) const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What a cell says about a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// A time of day.
    Clock(Time),
    /// An instant, epoch ms.
    Instant(i64),
}

/// Reads `19:30`, `19:30:15`, `7:30 PM`, `19h30`, `19.30`, `1930`, `19`, `24:00`, ISO dates with
/// time, and what spreadsheets hold: a fraction of a day, or days since 30 December 1899.
pub(super) fn when(cell: &str, zone: &TimeZone) -> Option<When> {
    let text = cell.trim();
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(When::Instant(timestamp.as_millisecond()));
    }
    if text.len() > 10
        && let Ok(shown) = text.parse::<DateTime>()
    {
        return Some(When::Instant(wall_clock::on_date(shown.date(), shown.time(), zone)));
    }
    let (digits, afternoon) = half_of_day(text);
    if let Some(time) = clock(&digits, afternoon) {
        return Some(When::Clock(time));
    }
    if afternoon.is_some() {
        return None;
    }
    let number: f64 = digits.parse().ok().filter(|number| (0.0..100_000.0).contains(number))?;
    let (days, fraction) = (number.trunc(), number.fract());
    // Whole milliseconds: spreadsheets keep 19:30 as 0.8124999999.
    #[expect(clippy::cast_possible_truncation, reason = "less than a day")]
    let ms = (fraction * 86_400_000.0).round() as i64;
    if days == 0.0 {
        return Some(When::Clock(time_of_day(ms % DAY_MS)));
    }
    if days < 20_000.0 {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "less than 100,000")]
    let day: Date = date(1899, 12, 30).saturating_add((days as i64).days());
    let day = if ms >= DAY_MS { day.saturating_add(1.day()) } else { day };
    Some(When::Instant(wall_clock::on_date(day, time_of_day(ms % DAY_MS), zone)))
}

/// The text without "am" or "pm", and whether it said "pm".
fn half_of_day(text: &str) -> (String, Option<bool>) {
    let lower = text.to_ascii_lowercase();
    let bare = lower.replace("a.m.", "am").replace("p.m.", "pm");
    for (suffix, afternoon) in [("am", false), ("pm", true)] {
        if let Some(digits) = bare.strip_suffix(suffix) {
            return (digits.trim().to_owned(), Some(afternoon));
        }
    }
    (bare.trim_end_matches("uhr").trim().to_owned(), None)
}

fn clock(digits: &str, afternoon: Option<bool>) -> Option<Time> {
    let separator = [':', 'h'].into_iter().find(|&c| digits.contains(c));
    let parts: Vec<&str> = match separator {
        Some(separator) => digits.split(separator).map(str::trim).collect(),
        None => match digits.split_once('.') {
            // 0.50 is half a day, 19.30 a time.
            Some((hours, minutes)) if minutes.len() == 2 && hours.len() <= 2 && hours != "0" => vec![hours, minutes],
            Some(_) => return None,
            None if digits.len() == 4 && digits.is_ascii() => vec![&digits[..2], &digits[2..]],
            None if digits.len() <= 2 => vec![digits],
            None => return None,
        },
    };
    let (first, rest) = parts.split_first()?;
    let number = |part: &str, below: i8| -> Option<i8> {
        let plain = (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse().ok().filter(|&number| plain && number < below)
    };
    let mut hour = number(first, 25)?;
    let mut seconds_part = rest.get(1).copied().unwrap_or("");
    let mut millis: i32 = 0;
    if let Some((seconds, fraction)) = seconds_part.split_once(['.', ',']) {
        millis = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
        seconds_part = seconds;
    }
    let minute = match rest.first().copied() {
        None | Some("") => 0,
        Some(part) => number(part, 60)?,
    };
    let second = if seconds_part.is_empty() { 0 } else { number(seconds_part, 60)? };
    if rest.len() > 2 {
        return None;
    }
    match afternoon {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(afternoon) => hour = hour % 12 + if afternoon { 12 } else { 0 },
        None if hour == 24 && (minute, second, millis) == (0, 0, 0) => hour = 0,
        None => {}
    }
    Time::new(hour, minute, second, millis * 1_000_000).ok()
}

/// The time of day `ms` after midnight.
pub(super) fn time_of_day(ms: i64) -> Time {
    let ms = ms.rem_euclid(DAY_MS);
    Time::midnight().saturating_add(ms.milliseconds())
}

/// Reads a duration, in ms, of less than a day: `5` (minutes), `5:00` (minutes and seconds),
/// `1:05:00`, `1h 5m`, `90s`, `5'30"`, or a spreadsheet's fraction of a day.
pub(super) fn duration(cell: &str) -> Option<i64> {
    let text = cell.trim().to_lowercase().replace(',', ".");
    let ms = if text.contains(':') {
        colons(&text)?
    } else if let Ok(number) = text.parse::<f64>() {
        let minutes = !text.contains('.') || number >= 1.0;
        whole(number * if minutes { 60_000.0 } else { 86_400_000.0 })?
    } else {
        units(&text)?
    };
    (0..DAY_MS).contains(&ms).then_some(ms)
}

fn colons(text: &str) -> Option<i64> {
    let parts: Vec<f64> = text
        .split(':')
        .map(|part| part.trim().parse().ok().filter(|number| (0.0..100_000.0).contains(number)))
        .collect::<Option<_>>()?;
    match parts[..] {
        [minutes, seconds] if seconds < 60.0 => whole(minutes * 60_000.0 + seconds * 1000.0),
        [hours, minutes, seconds] if minutes < 60.0 && seconds < 60.0 => {
            whole(hours * 3_600_000.0 + minutes * 60_000.0 + seconds * 1000.0)
        }
        _ => None,
    }
}

fn units(text: &str) -> Option<i64> {
    let (mut total, mut number, mut unit) = (0.0, String::new(), String::new());
    let mut last: f64 = f64::INFINITY;
    let mut take = |number: &mut String, unit: &mut String| -> Option<()> {
        let scale =
            match unit.as_str() {
                "h" | "hr" | "hrs" | "hour" | "hours" | "std" | "heure" | "heures" | "ora" | "ore" | "hora"
                | "horas" => 3_600_000.0,
                "m" | "mn" | "min" | "mins" | "minute" | "minutes" | "minuten" | "minuti" | "minutos" | "'" | "’"
                | "′" => 60_000.0,
                "s" | "sec" | "secs" | "second" | "seconds" | "sek" | "\"" | "”" | "″" | "''" => 1000.0,
                // "1h05": what follows hours are minutes, what follows minutes are seconds.
                "" if last == 3_600_000.0 || last == 60_000.0 => last / 60.0,
                _ => return None,
            };
        if scale >= last {
            return None;
        }
        total += number.parse::<f64>().ok()? * scale;
        last = scale;
        number.clear();
        unit.clear();
        Some(())
    };
    for letter in text.chars().filter(|letter| !letter.is_whitespace()) {
        if letter.is_ascii_digit() || letter == '.' {
            if !unit.is_empty() {
                take(&mut number, &mut unit)?;
            }
            number.push(letter);
        } else {
            unit.push(letter);
        }
    }
    take(&mut number, &mut unit)?;
    whole(total)
}

fn whole(ms: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "checked to be small")]
    (0.0..1e12).contains(&ms).then(|| ms.round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day() {
        for (cell, shown) in [
            ("19:30", "19:30:00"),
            ("9:05 PM", "21:05:00"),
            ("12:00 am", "00:00:00"),
            ("12:15 p.m.", "12:15:00"),
            ("9pm", "21:00:00"),
            ("19:30:15", "19:30:15"),
            ("19:30:15.250", "19:30:15.25"),
            ("19h30", "19:30:00"),
            ("19h", "19:00:00"),
            ("19.30", "19:30:00"),
            ("19:30 Uhr", "19:30:00"),
            ("1930", "19:30:00"),
            ("7", "07:00:00"),
            ("24:00", "00:00:00"),
            ("0.8125", "19:30:00"),
            ("0.812499999999", "19:30:00"),
            ("0.5", "12:00:00"),
            ("0", "00:00:00"),
        ] {
            let time: Time = shown.parse().expect("a time");
            assert_eq!(when(cell, &TimeZone::UTC), Some(When::Clock(time)), "{cell}");
        }
        for bad in [
            "", "-", "25:00", "24:01", "19:60", "13 pm", "0 am", "noon", "19:3a", "1:2:3:4", "99", "2500", "-1", "1e9",
            "NaN", "500.5",
        ] {
            assert_eq!(when(bad, &TimeZone::UTC), None, "{bad}");
        }
    }

    #[test]
    fn dates_with_time() {
        let zone = TimeZone::get("Europe/Paris").expect("a zone");
        let half_past_seven = wall_clock::on_date(date(2026, 9, 29), jiff::civil::time(19, 30, 0, 0), &zone);
        for cell in [
            "2026-09-29T19:30",
            "2026-09-29 19:30:00",
            "2026-09-29T17:30:00Z",
            "2026-09-29T19:30:00+02:00",
            "46294.8125",
        ] {
            assert_eq!(when(cell, &zone), Some(When::Instant(half_past_seven)), "{cell}");
        }
    }

    #[test]
    fn durations() {
        const MINUTE: i64 = 60_000;
        for (cell, ms) in [
            ("5", 5 * MINUTE),
            ("5:00", 5 * MINUTE),
            ("1:05:00", 65 * MINUTE),
            ("00:00:30", 30_000),
            ("1h 5m", 65 * MINUTE),
            ("1h05", 65 * MINUTE),
            ("90s", 90_000),
            ("5 min", 5 * MINUTE),
            ("5'30\"", 330_000),
            ("1,5", 90_000),
            ("1.5 h", 90 * MINUTE),
            ("0.003472222222", 5 * MINUTE),
            ("0", 0),
        ] {
            assert_eq!(duration(cell), Some(ms), "{cell}");
        }
        for bad in ["", "-5", "five", "24h", "5m 1h", "5x", "1:60", "1:2:3:4", "m", "5 5", "inf", "NaN", "99999999999"]
        {
            assert_eq!(duration(bad), None, "{bad}");
        }
    }
}
