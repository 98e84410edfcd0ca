//! Shows as they would be told: a rundown, what the caller did at what time, and after each step
//! what every screen says. `*B 19:05>19:15` is live since 19:05 and due at 19:15, `C >19:15` will
//! start at 19:15, `A 19:00-19:05` is done, `(D)` is left out. In front stands how far the show is
//! behind, behind it the forecast end.

use jiff::civil::{Date, Time, date};
use jiff::tz::TimeZone;
use schemas::{CueVerb, RunKind, RunStatus};
use uuid::Uuid;

use super::{CueStatus, PlannedCue, Run, StartMode};
use crate::wall_clock;

mod tables;

struct Show {
    zone: TimeZone,
    names: Vec<String>,
    plan: Vec<PlannedCue>,
    run: Option<Run>,
    /// The states before each step that was not undone.
    past: Vec<Run>,
    clock: i64,
}

impl Show {
    /// Reads `name start-end [hard] [to-end] [skipped]` lines.
    fn new(zone: &str, on: Date, rundown: &str) -> Self {
        let zone = TimeZone::get(zone).expect("a zone");
        let (mut names, mut plan) = (Vec::new(), Vec::new());
        let mut clock = None;
        for line in rundown.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let (start, end) = words[1].split_once('-').expect("start-end");
            let start = match clock {
                None => wall_clock::on_date(on, time(start), &zone),
                Some(before) => wall_clock::first_at_or_after(before, time(start), &zone),
            };
            clock = Some(start);
            plan.push(PlannedCue {
                id: Uuid::from_u128(plan.len() as u128 + 1),
                start,
                end: wall_clock::first_at_or_after(start, time(end), &zone),
                mode: if words.contains(&"hard") { StartMode::Hard } else { StartMode::Linked },
                count_to_end: words.contains(&"to-end"),
                skipped: words.contains(&"skipped"),
            });
            names.push(words[0].to_owned());
        }
        let clock = plan.first().map_or(0, |cue| cue.start) - 3_600_000;
        Self { zone, names, plan, run: None, past: Vec::new(), clock }
    }

    fn id(&self, name: &str) -> Uuid {
        let index = self.names.iter().position(|known| known == name).expect("a cue's name");
        Uuid::from_u128(index as u128 + 1)
    }

    /// Does `HH:MM[:SS] verb [what] [@revision]` and says what the screens show. Without
    /// `@revision` the caller has seen the newest. `clock-back HH:MM` sets the clock back.
    fn step(&mut self, line: &str) -> String {
        let words: Vec<&str> = line.split_whitespace().collect();
        self.clock = match words[0].strip_prefix("back:") {
            Some(at) => wall_clock::on_date(wall_clock::local(self.clock, &self.zone).date(), time(at), &self.zone),
            None => wall_clock::first_at_or_after(self.clock, time(words[0]), &self.zone),
        };
        let what = words.get(2).copied().unwrap_or("");
        let named = |what: &str| (!what.is_empty() && !what.starts_with('@')).then(|| self.id(what));
        let seen =
            words.last().and_then(|word| word.strip_prefix('@')).map(|number| number.parse().expect("a revision"));
        let verb = match words[1] {
            "look" => return self.screens(),
            "start" => CueVerb::Start { kind: RunKind::Show, cue_id: named(what) },
            "next" => CueVerb::Next,
            "hold" => CueVerb::Hold,
            "resume" => CueVerb::Resume,
            "end" => CueVerb::End,
            "undo" => CueVerb::Undo,
            "add" => CueVerb::AddTime { ms: what.parse::<i64>().expect("minutes") * 60_000 },
            "jump" => CueVerb::Jump { cue_id: self.id(what) },
            "skip" => CueVerb::Skip { cue_id: self.id(what), skipped: true },
            "unskip" => CueVerb::Skip { cue_id: self.id(what), skipped: false },
            other => panic!("no such verb: {other}"),
        };
        let result = match &self.run {
            None => {
                let CueVerb::Start { kind, cue_id } = verb else { panic!("the show has not started") };
                Run::start(&self.plan, kind, cue_id, self.clock)
            }
            Some(run) => {
                let expect = seen.unwrap_or(run.revision);
                match (verb == CueVerb::Undo).then(|| self.past.last().cloned()).flatten() {
                    Some(before) => run.undo(expect, before),
                    None => run.apply(expect, &verb, self.clock),
                }
            }
        };
        match result {
            Ok(run) => {
                if verb == CueVerb::Undo {
                    self.past.pop();
                } else {
                    self.past.extend(self.run.take());
                }
                self.run = Some(run);
                self.screens()
            }
            Err(refusal) => match refusal.current_revision {
                Some(revision) => format!("{:?}, the run is at {revision}", refusal.code),
                None => format!("{:?}", refusal.code),
            },
        }
    }

    fn screens(&self) -> String {
        let run = self.run.as_ref().expect("a run");
        let (forecast, now) = (run.forecast(), self.clock);
        let mut parts = vec![format!(
            "{}{}",
            minutes(forecast.delay.at(now)),
            match run.status {
                RunStatus::Running => "",
                RunStatus::Held => " held",
                RunStatus::Ended => " ended",
            }
        )];
        for (index, cue) in run.cues.iter().enumerate() {
            let place = usize::try_from(cue.id.as_u128() - 1).expect("small");
            let name = &self.names[place];
            let at = |instant: Option<i64>| instant.map_or("?".into(), |at| self.shown(at));
            parts.push(match cue.status {
                CueStatus::Done => format!("{name} {}-{}", at(cue.actual_start), at(cue.actual_end)),
                CueStatus::Live => {
                    format!("*{name} {}>{}", at(cue.actual_start), at(forecast.expected_end(index, now)))
                }
                CueStatus::Planned if run.status == RunStatus::Ended => format!("{name} not played"),
                CueStatus::Planned => format!("{name} >{}", at(forecast.expected_start(index, now))),
                CueStatus::Skipped => format!("({name})"),
            });
        }
        parts.push(format!("end {}", forecast.show_end(now).map_or("?".into(), |at| self.shown(at))));
        parts.join(" | ")
    }

    fn shown(&self, at: i64) -> String {
        let local = wall_clock::local(at, &self.zone);
        let format = if local.second() == 0 { "%H:%M" } else { "%H:%M:%S" };
        local.strftime(format).to_string()
    }

    /// Plays a script of `step => screens` lines.
    #[track_caller]
    fn plays(mut self, script: &str) -> Self {
        let lines = script.lines().map(str::trim).filter(|line| !line.is_empty());
        let told: Vec<(String, String)> = lines
            .map(|line| {
                let (step, expected) = line.split_once("=>").expect("step => screens");
                (format!("{} => {}", step.trim(), expected.trim()), format!("{} => {}", step.trim(), self.step(step)))
            })
            .collect();
        let (expected, shown): (Vec<_>, Vec<_>) = told.into_iter().unzip();
        assert_eq!(expected, shown, "\n{}\n", shown.join("\n"));
        self
    }
}

fn time(text: &str) -> Time {
    text.parse().expect("HH:MM or HH:MM:SS")
}

fn minutes(ms: i64) -> String {
    let (sign, seconds) = (if ms < 0 { "-" } else { "+" }, ms.abs() / 1000);
    format!("{sign}{}:{:02}", seconds / 60, seconds % 60)
}

/// An evening in Paris without a clock change.
fn show(rundown: &str) -> Show {
    Show::new("Europe/Paris", date(2026, 9, 29), rundown)
}
