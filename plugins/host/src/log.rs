//! What a plugin says while it runs, bounded in length and number.

use serde::{Deserialize, Serialize};

use crate::contract::Level;

/// Most lines that one run keeps.
pub const MAX_LINES: usize = 500;
/// Most characters of one line.
pub const MAX_CHARACTERS: usize = 1_000;

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogLine {
    pub level: Level,
    pub message: String,
}

/// The lines of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Log {
    pub lines: Vec<LogLine>,
    /// Lines past the bound.
    pub dropped: u64,
}

impl Log {
    /// Keeps a line, without control characters, or counts it.
    pub fn say(&mut self, level: Level, message: &str) {
        if self.lines.len() >= MAX_LINES {
            self.dropped += 1;
            return;
        }
        let message = message.chars().take(MAX_CHARACTERS).map(|c| if c.is_control() { ' ' } else { c }).collect();
        self.lines.push(LogLine { level, message });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_counted_and_not_kept() {
        let mut log = Log::default();
        for _ in 0..MAX_LINES + 7 {
            log.say(Level::Info, &"x".repeat(MAX_CHARACTERS + 1));
        }
        assert_eq!((log.lines.len(), log.dropped), (MAX_LINES, 7));
        assert!(log.lines.iter().all(|line| line.message.len() == MAX_CHARACTERS));
    }

    #[test]
    fn a_line_stays_one_line() {
        let mut log = Log::default();
        log.say(Level::Warn, "one\r\ntwo\u{1b}[31m");
        assert_eq!(log.lines[0].message, "one  two [31m");
    }
}
