//! Where a registration stands.

use serde::{Deserialize, Serialize};

/// The status of a registration (one guest, one ticket, one code).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationStatus {
    /// Asked for, or not paid yet; no ticket.
    Pending,
    /// A good ticket.
    Confirmed,
    /// At least one person of the party has arrived.
    Attended,
    /// Taken back.
    Cancelled,
    /// Taken back and paid back.
    Refunded,
}

impl RegistrationStatus {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Confirmed, Self::Attended, Self::Cancelled, Self::Refunded];

    /// As it stands in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Attended => "attended",
            Self::Cancelled => "cancelled",
            Self::Refunded => "refunded",
        }
    }

    /// From the table's text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// Whether somebody outside the door (an import, an editor) may change `self` to `to`. Arriving
    /// and taking an arrival back happen at the door only.
    pub fn may_become(self, to: Self) -> bool {
        self == to
            || matches!(
                (self, to),
                (Self::Pending, Self::Confirmed | Self::Cancelled)
                    | (Self::Confirmed, Self::Cancelled | Self::Refunded)
            )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_as_the_same_status() {
        for status in RegistrationStatus::ALL {
            assert_eq!(RegistrationStatus::parse(status.as_str()), Some(status));
        }
        assert_eq!(RegistrationStatus::parse("Confirmed"), None);
    }

    #[test]
    fn nobody_arrives_or_comes_back_from_a_cancellation_by_an_edit() {
        use RegistrationStatus as S;
        assert!(S::Pending.may_become(S::Confirmed));
        for (from, to) in [(S::Confirmed, S::Attended), (S::Attended, S::Confirmed), (S::Cancelled, S::Confirmed)] {
            assert!(!from.may_become(to), "{from:?} -> {to:?}");
        }
    }
}
