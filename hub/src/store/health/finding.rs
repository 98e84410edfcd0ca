use serde::Serialize;

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know; nothing has to be done.
    Note,
    /// It works, and will not for ever, or not as it should.
    Warning,
    /// Somebody may see what they must not, something may be lost, or the hub does not run.
    Error,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What kind, for programs: `area.thing`. Never renamed.
    pub code: &'static str,
    /// How bad.
    pub severity: Severity,
    /// In words, with the names of what it is about. Never a value of a row.
    pub what: String,
    /// What to do.
    pub remedy: &'static str,
}

impl Finding {
    /// A finding.
    pub fn new(severity: Severity, code: &'static str, what: impl Into<String>, remedy: &'static str) -> Self {
        Self { code, severity, what: what.into(), remedy }
    }
}
