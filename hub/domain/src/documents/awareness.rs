use std::collections::BTreeMap;

use serde::de::IgnoredAny;

use super::var::{Malformed, Reader, write_bytes, write_uint};

/// Bytes of what one client shows, JSON.
pub const STATE: usize = 8 * 1024;
/// Clients that one connection may show: its own, and those of other tabs that it speaks for.
pub const CLIENTS: usize = 8;
/// Clients that one message may be about. Providers repeat to the hub what they heard from it.
const ENTRIES: usize = 1_000;
/// Clients that have left and whose last number is remembered.
const GONE: usize = 1_000;

/// Names a connection to a document.
pub type Member = u64;

/// What everybody who has the document open shows of themselves: cursors, names. Never stored.
///
/// Each client numbers what it shows; of two, the higher number is newer. A client belongs to the connection that showed it
/// first, and only that one can change or remove it.
#[derive(Debug, Default)]
pub struct Awareness {
    shown: BTreeMap<u64, Shown>,
    /// Numbers that others have seen of clients that left: whoever comes back begins above.
    gone: BTreeMap<u64, u64>,
}

#[derive(Debug)]
struct Shown {
    clock: u64,
    state: String,
    member: Member,
}

/// Why a message about presence is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AwarenessError {
    /// The bytes are none.
    #[error("the awareness message is malformed")]
    Malformed,
    /// A state is not a JSON object or null.
    #[error("what a client shows is a JSON object or null")]
    NotAnObject,
    /// A state is too large.
    #[error("what a client shows has at most {STATE} bytes")]
    TooLarge,
    /// The connection shows too many.
    #[error("a connection shows at most {CLIENTS} clients")]
    TooMany,
}

impl From<Malformed> for AwarenessError {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

impl AwarenessError {
    /// Stable.
    pub fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed_frame",
            Self::NotAnObject => "invalid_presence",
            Self::TooLarge | Self::TooMany => "too_large",
        }
    }
}

impl Awareness {
    /// Takes what a connection says and returns the clients that changed, to be told to everybody with [`encode`]
    /// (Self::encode). What is about somebody else's client, or older than what is known, changes nothing.
    ///
    /// # Errors
    /// See [`AwarenessError`]; then nothing was taken.
    pub fn take(&mut self, member: Member, message: &[u8]) -> Result<Vec<u64>, AwarenessError> {
        let mut reader = Reader::new(message);
        let count = usize::try_from(reader.uint()?).map_err(|_| AwarenessError::Malformed)?;
        if count > ENTRIES {
            return Err(AwarenessError::TooMany);
        }
        let mut wanted = Vec::with_capacity(count.min(16));
        let mut own = self.shown.values().filter(|shown| shown.member == member).count();
        for _ in 0..count {
            let (client, clock, state) = (reader.uint()?, reader.uint()?, reader.text()?);
            let is_ours = match self.shown.get(&client) {
                Some(shown) => shown.member == member && (clock > shown.clock || state == "null"),
                None => state != "null",
            };
            if !is_ours {
                continue;
            }
            if state.len() > STATE {
                return Err(AwarenessError::TooLarge);
            }
            if state != "null" && (!state.starts_with('{') || serde_json::from_str::<IgnoredAny>(state).is_err()) {
                return Err(AwarenessError::NotAnObject);
            }
            own += usize::from(!self.shown.contains_key(&client));
            wanted.push((client, clock, state));
        }
        if own > CLIENTS {
            return Err(AwarenessError::TooMany);
        }
        let mut changed = Vec::with_capacity(wanted.len());
        for (client, clock, state) in wanted {
            if state == "null" {
                self.remove(client);
            } else {
                let seen = self.gone.remove(&client).map_or(0, |clock| clock + 1);
                self.shown.insert(client, Shown { clock: clock.max(seen), state: state.to_owned(), member });
            }
            changed.push(client);
        }
        Ok(changed)
    }

    /// A connection is gone, and with it what it showed. The clients to tell everybody about.
    pub fn leave(&mut self, member: Member) -> Vec<u64> {
        let left: Vec<u64> =
            self.shown.iter().filter(|(_, shown)| shown.member == member).map(|(client, _)| *client).collect();
        for client in &left {
            self.remove(*client);
        }
        left
    }

    /// What some clients show now, as a message; `null` for those that left.
    pub fn encode(&self, clients: &[u64]) -> Vec<u8> {
        let mut out = Vec::new();
        write_uint(&mut out, clients.len() as u64);
        for client in clients {
            let (clock, state) = match self.shown.get(client) {
                Some(shown) => (shown.clock, shown.state.as_str()),
                None => (self.gone.get(client).copied().unwrap_or(0), "null"),
            };
            write_uint(&mut out, *client);
            write_uint(&mut out, clock);
            write_bytes(&mut out, state.as_bytes());
        }
        out
    }

    /// Everything that is shown; `None` when nothing is.
    pub fn encode_all(&self) -> Option<Vec<u8>> {
        let clients: Vec<u64> = self.shown.keys().copied().collect();
        (!clients.is_empty()).then(|| self.encode(&clients))
    }

    /// A message that says nothing: clients hang up when they hear nothing for 30 s.
    pub fn nothing() -> &'static [u8] {
        &[0]
    }

    fn remove(&mut self, client: u64) {
        if let Some(shown) = self.shown.remove(&client) {
            if self.gone.len() >= GONE {
                self.gone.pop_first();
            }
            self.gone.insert(client, shown.clock + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(entries: &[(u64, u64, &str)]) -> Vec<u8> {
        let mut out = Vec::new();
        write_uint(&mut out, entries.len() as u64);
        for (client, clock, state) in entries {
            write_uint(&mut out, *client);
            write_uint(&mut out, *clock);
            write_bytes(&mut out, state.as_bytes());
        }
        out
    }

    #[test]
    fn what_is_shown_is_told_and_ends_with_its_connection() {
        let mut awareness = Awareness::default();
        assert_eq!(awareness.take(1, &message(&[(10, 1, "{\"a\":1}")])), Ok(vec![10]));
        assert_eq!(awareness.take(2, &message(&[(20, 5, "{}")])), Ok(vec![20]));
        assert_eq!(awareness.encode(&[10]), message(&[(10, 1, "{\"a\":1}")]));
        assert_eq!(awareness.encode_all(), Some(message(&[(10, 1, "{\"a\":1}"), (20, 5, "{}")])));
        assert_eq!(awareness.leave(1), [10]);
        assert_eq!(awareness.encode(&[10]), message(&[(10, 2, "null")]));
        assert_eq!(awareness.encode_all(), Some(message(&[(20, 5, "{}")])));
    }

    #[test]
    fn nobody_speaks_for_somebody_else() {
        let mut awareness = Awareness::default();
        awareness.take(1, &message(&[(10, 1, "{}")])).expect("taken");
        assert_eq!(awareness.take(2, &message(&[(10, 9, "{\"name\":\"mallory\"}")])), Ok(vec![]));
        assert_eq!(awareness.take(2, &message(&[(10, 1, "null")])), Ok(vec![]), "nor hides them");
        assert_eq!(
            awareness.take(1, &message(&[(10, 1, "{\"old\":1}")])),
            Ok(vec![]),
            "what is not newer is not taken"
        );
        assert_eq!(awareness.take(1, &message(&[(10, 1, "null")])), Ok(vec![10]), "leaving needs no newer number");
    }

    /// A client that lost its connection shows the same again under the same number, which others have seen already.
    #[test]
    fn whoever_comes_back_is_seen_again() {
        let mut awareness = Awareness::default();
        awareness.take(1, &message(&[(10, 7, "{}")])).expect("taken");
        awareness.leave(1);
        assert_eq!(awareness.take(2, &message(&[(10, 7, "{}")])), Ok(vec![10]));
        assert_eq!(awareness.encode(&[10]), message(&[(10, 9, "{}")]));
    }

    #[test]
    fn what_would_break_the_others_is_refused() {
        let mut awareness = Awareness::default();
        for state in ["{", "1", "\"x\"", "undefined", ""] {
            assert_eq!(awareness.take(1, &message(&[(10, 1, state)])), Err(AwarenessError::NotAnObject), "{state}");
        }
        let large = format!("{{\"x\":\"{}\"}}", "x".repeat(STATE));
        assert_eq!(awareness.take(1, &message(&[(10, 1, &large)])), Err(AwarenessError::TooLarge));
        let many: Vec<_> = (0..9).map(|client| (client, 1, "{}")).collect();
        assert_eq!(awareness.take(1, &message(&many)), Err(AwarenessError::TooMany));
        assert_eq!(awareness.take(1, &[200, 1, 1]), Err(AwarenessError::Malformed));
        assert_eq!(awareness.encode_all(), None, "none of it was taken");
    }
}
