use std::fmt;

use serde::Serialize;

/// What a show day was like. Absent numbers could not be measured.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    pub seed: u64,
    pub tablets: usize,
    pub guests: usize,
    pub screens: usize,
    /// Scans a second that were asked for; absent: as many as go.
    pub rate: Option<f64>,
    /// From the first scan to the last verdict.
    pub seconds: f64,
    /// Scans that have their verdict.
    pub scans: u64,
    pub scans_per_second: f64,
    pub verdict_p50_ms: Option<f64>,
    pub verdict_p99_ms: Option<f64>,
    /// Hub and Postgres together.
    pub cpu_ms_per_scan: Option<f64>,
    /// Deltas that reached screens.
    pub deliveries: u64,
    pub deliveries_per_second: f64,
    /// From the commit to the screen; a rate-limited screen waits for its turn.
    pub delta_p99_ms: Option<f64>,
    pub cues: u64,
    /// From the caller's key to every screen.
    pub cue_p99_ms: Option<f64>,
    pub hub_rss_mb: Option<f64>,
    pub hub_crashes: u64,
    pub postgres_crashes: u64,
    /// Crashes of Postgres that the hub did not heal by itself.
    pub unhealed_crashes: u64,
    pub double_admissions: u64,
    pub lost_scans: u64,
    pub turned_away: u64,
    pub wrong_counters: u64,
    pub diverged_clients: u64,
    /// Scans and cues that were refused, failed or never answered.
    pub errors: u64,
    /// What is wrong, in words.
    pub violations: Vec<String>,
}

impl Report {
    /// No invariant is violated.
    pub fn holds(&self) -> bool {
        self.violations.is_empty()
    }
}

/// The violations in a report's numbers; `notes` say more about what was seen.
pub fn violations(report: &Report, notes: impl IntoIterator<Item = String>) -> Vec<String> {
    let counts = [
        (report.double_admissions, "guests were admitted twice"),
        (report.lost_scans, "acknowledged scans are not in the ledger as acknowledged"),
        (report.turned_away, "guests were scanned and let in by nobody"),
        (report.wrong_counters, "counters differ from the ledger"),
        (report.diverged_clients, "screens do not show what the database holds"),
        (report.errors, "scans or cues failed"),
        (report.unhealed_crashes, "crashes of Postgres were not healed by the hub"),
    ];
    let mut violations: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    if !violations.is_empty() {
        violations.extend(notes);
    }
    violations
}

/// A number with its unit, or a dash.
pub fn or_dash(number: Option<f64>, unit: &str) -> String {
    number.map_or("-".into(), |number| format!("{number:.2} {unit}"))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pace = self.rate.map_or("as fast as they go".into(), |rate| format!("at {rate} scans a second"));
        writeln!(
            f,
            "Show day {}: {} guests, {} tablets {pace}, {} screens",
            self.seed, self.guests, self.tablets, self.screens
        )?;
        writeln!(f, "  scans       {} in {:.1} s, {:.0} a second", self.scans, self.seconds, self.scans_per_second)?;
        let (p50, p99) = (or_dash(self.verdict_p50_ms, "ms"), or_dash(self.verdict_p99_ms, "ms"));
        writeln!(f, "  verdicts    p50 {p50}, p99 {p99}")?;
        let (cpu, rss) = (or_dash(self.cpu_ms_per_scan, "ms"), or_dash(self.hub_rss_mb, "MB"));
        writeln!(f, "  hub         {cpu} of CPU a scan (with Postgres), {rss} resident")?;
        let late = or_dash(self.delta_p99_ms, "ms");
        writeln!(f, "  deliveries  {}, {:.0} a second, p99 {late}", self.deliveries, self.deliveries_per_second)?;
        writeln!(f, "  cues        {}, on every screen p99 {}", self.cues, or_dash(self.cue_p99_ms, "ms"))?;
        if self.hub_crashes + self.postgres_crashes > 0 {
            writeln!(f, "  crashes     {} of the hub, {} of Postgres", self.hub_crashes, self.postgres_crashes)?;
        }
        writeln!(
            f,
            "  invariants  {} admitted twice, {} scans lost, {} turned away, {} wrong counters, {} screens diverged, {} errors",
            self.double_admissions,
            self.lost_scans,
            self.turned_away,
            self.wrong_counters,
            self.diverged_clients,
            self.errors
        )?;
        if self.holds() {
            return write!(f, "All invariants hold.");
        }
        write!(f, "VIOLATED:")?;
        self.violations.iter().try_for_each(|violation| write!(f, "\n  {violation}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Report {
        Report {
            seed: 1,
            tablets: 32,
            guests: 5000,
            screens: 200,
            rate: None,
            seconds: 1.0,
            scans: 5300,
            scans_per_second: 5300.0,
            verdict_p50_ms: Some(4.0),
            verdict_p99_ms: Some(9.0),
            cpu_ms_per_scan: None,
            deliveries: 2000,
            deliveries_per_second: 2000.0,
            delta_p99_ms: Some(40.0),
            cues: 1,
            cue_p99_ms: Some(50.0),
            hub_rss_mb: None,
            hub_crashes: 0,
            postgres_crashes: 0,
            unhealed_crashes: 0,
            double_admissions: 0,
            lost_scans: 0,
            turned_away: 0,
            wrong_counters: 0,
            diverged_clients: 0,
            errors: 0,
            violations: Vec::new(),
        }
    }

    #[test]
    fn the_fields_that_others_read_are_there_by_name() {
        let json = serde_json::to_value(good()).expect("JSON");
        for field in [
            "scans_per_second",
            "verdict_p50_ms",
            "verdict_p99_ms",
            "cpu_ms_per_scan",
            "deliveries_per_second",
            "delta_p99_ms",
            "hub_rss_mb",
            "double_admissions",
            "lost_scans",
            "diverged_clients",
            "cue_p99_ms",
            "seconds",
            "scans",
            "errors",
        ] {
            assert!(json.get(field).is_some(), "{field}");
        }
    }

    #[test]
    fn each_broken_promise_is_a_violation_and_notes_belong_to_one() {
        let note = || ["the first was Ada".to_owned()];
        assert_eq!(violations(&good(), note()), [""; 0]);
        for broken in [
            Report { double_admissions: 1, ..good() },
            Report { lost_scans: 1, ..good() },
            Report { turned_away: 1, ..good() },
            Report { wrong_counters: 1, ..good() },
            Report { diverged_clients: 1, ..good() },
            Report { errors: 1, ..good() },
            Report { unhealed_crashes: 1, ..good() },
        ] {
            let found = violations(&broken, note());
            assert_eq!(found.len(), 2, "{found:?}");
            let report = Report { violations: found, ..broken };
            assert!(!report.holds() && report.to_string().contains("VIOLATED:\n  1 "), "{report}");
        }
        assert!(good().to_string().ends_with("All invariants hold."));
    }
}
