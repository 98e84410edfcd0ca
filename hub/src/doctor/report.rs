use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::store::health::{Examined, Finding, Severity};

/// What `hub doctor` says: for people as text, for programs as JSON.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Nothing is an error.
    pub healthy: bool,
    /// The worst first.
    pub findings: Vec<Finding>,
    /// Numbers by name: sizes in bytes, ages in seconds.
    pub facts: Map<String, Value>,
}

impl Report {
    pub(super) fn new(mut examined: Examined) -> Self {
        examined.findings.sort_by(|a, b| b.severity.cmp(&a.severity).then(a.code.cmp(b.code)));
        let healthy = examined.findings.iter().all(|finding| finding.severity < Severity::Error);
        Self { healthy, findings: examined.findings, facts: examined.facts }
    }

    /// 0: all is well. 1: there are warnings. 2: there are errors.
    pub fn status(&self) -> u8 {
        match self.findings.iter().map(|finding| finding.severity).max() {
            None | Some(Severity::Note) => 0,
            Some(Severity::Warning) => 1,
            Some(Severity::Error) => 2,
        }
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for finding in &self.findings {
            let severity = match finding.severity {
                Severity::Error => "ERROR  ",
                Severity::Warning => "WARNING",
                Severity::Note => "note   ",
            };
            let _ = writeln!(text, "{severity} {}: {}", finding.code, finding.what);
            let _ = writeln!(text, "        -> {}", finding.remedy);
        }
        for (name, value) in &self.facts {
            let shown = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
            let _ = writeln!(text, "{:<24} {shown}", name.replace('_', " "));
        }
        let count = |severity| self.findings.iter().filter(|finding| finding.severity == severity).count();
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        let _ = match (errors, warnings) {
            (0, 0) => writeln!(text, "All is well."),
            _ => writeln!(text, "Errors: {errors}. Warnings: {warnings}."),
        };
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(severities: &[Severity]) -> Report {
        let findings = severities.iter().map(|severity| Finding::new(*severity, "a.b", "what", "do it")).collect();
        Report::new(Examined { findings, facts: Map::new() })
    }

    #[test]
    fn the_status_is_that_of_the_worst() {
        use Severity::{Error, Note, Warning};
        for (severities, status, healthy) in
            [(&[][..], 0, true), (&[Note], 0, true), (&[Note, Warning], 1, true), (&[Warning, Error, Note], 2, false)]
        {
            let report = report(severities);
            assert_eq!((report.status(), report.healthy), (status, healthy), "{severities:?}");
        }
    }

    #[test]
    fn the_worst_comes_first_and_says_what_to_do() {
        let text = report(&[Severity::Note, Severity::Error]).text();
        assert!(text.starts_with("ERROR   a.b: what\n        -> do it\nnote"), "{text}");
        assert!(text.ends_with("Errors: 1. Warnings: 0.\n"), "{text}");
        assert_eq!(report(&[]).text(), "All is well.\n");
    }
}
