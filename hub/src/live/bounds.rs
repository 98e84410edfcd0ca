use schemas::{Command, CueVerb};

/// Longest text of a message or an alert, characters.
const TEXT: usize = 280;
const DAY_MS: i64 = 24 * 3600 * 1000;

/// Checks that a command's values are within the bounds that its documentation states.
///
/// # Errors
/// A sentence that names the field.
pub fn check(command: &Command) -> Result<(), String> {
    match command {
        Command::Scan { code, registration_id, people, scanned_at, override_reason, .. } => {
            if code.len() > 512 {
                return Err("code has at most 512 bytes".into());
            }
            if code.contains('\0') {
                return Err("code holds a character that no text has".into());
            }
            if code.trim().is_empty() == registration_id.is_none() {
                return Err("a scan has a code or a registration_id".into());
            }
            if people.is_some_and(|people| people == 0 || people > 1000) {
                return Err("people is 1-1000".into());
            }
            // Any clock is taken, however wrong; what it says is kept beside the hub's own time. Only what no timestamp
            // of the database can hold is refused.
            if !(0..=253_402_300_799_000).contains(scanned_at) {
                return Err("scanned_at is between the years 1970 and 9999".into());
            }
            text("override_reason", override_reason.as_deref().unwrap_or("-"), 200)
        }
        Command::Cue { verb: CueVerb::AddTime { ms }, .. } if ms.abs() > DAY_MS => {
            Err("ms is at most 24 hours either way".into())
        }
        Command::PostMessage { text: message, audience, .. } => {
            if audience.len() > 3 {
                return Err("audience names each profile at most once".into());
            }
            text("text", message, TEXT)
        }
        Command::RaiseAlert { message, dedupe_key, .. } => {
            text("dedupe_key", dedupe_key.as_deref().unwrap_or("-"), 200)?;
            text("message", message, TEXT)
        }
        Command::SetLookStatus { status, .. }
            if !["planned", "dressing", "ready", "on_runway", "done", "cut"].contains(&status.as_str()) =>
        {
            Err("status is planned, dressing, ready, on_runway, done or cut".into())
        }
        _ => Ok(()),
    }
}

fn text(field: &str, text: &str, longest: usize) -> Result<(), String> {
    let length = text.chars().count();
    if text.trim().is_empty() || length > longest {
        return Err(format!("{field} has 1-{longest} characters"));
    }
    if text.contains('\0') {
        return Err(format!("{field} holds a character that no text has"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use schemas::{Direction, Severity};
    use uuid::Uuid;

    use super::*;

    fn scan(code: &str, registration_id: Option<Uuid>, scanned_at: i64) -> Command {
        Command::Scan {
            code: code.into(),
            registration_id,
            direction: Direction::In,
            people: None,
            gate_id: None,
            scanned_at,
            offline: false,
            override_reason: None,
        }
    }

    #[test]
    fn a_scan_names_exactly_one_guest_and_any_clock_will_do() {
        assert!(check(&scan("FH1.x", None, 0)).is_ok());
        assert!(check(&scan("", Some(Uuid::nil()), 4_102_444_800_000)).is_ok());
        assert!(check(&scan("", None, 0)).is_err());
        assert!(check(&scan("FH1.x", Some(Uuid::nil()), 0)).is_err());
        assert!(check(&scan(&"x".repeat(513), None, 0)).is_err());
        assert!(check(&scan("a\0b", None, 0)).is_err());
        assert!(check(&scan("x", None, i64::MAX)).is_err());
        assert!(check(&scan("x", None, -1)).is_err());
    }

    #[test]
    fn texts_are_neither_empty_nor_endless() {
        let post = |text: &str| Command::PostMessage {
            text: text.into(),
            severity: Severity::Info,
            audience: vec![],
            expires_at: None,
        };
        assert!(check(&post("Doors in five")).is_ok() && check(&post(&"é".repeat(280))).is_ok());
        for bad in ["", "  ", &"x".repeat(281), "a\0b"] {
            assert!(check(&post(bad)).is_err(), "{bad:?}");
        }
    }
}
