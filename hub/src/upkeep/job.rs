use std::time::Duration;

use crate::store::StoreError;
use crate::store::storage::StorageError;

/// Something that a hub does by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job {
    /// Moves what has left the journal's window to the audit log, and forgets what was kept long enough.
    Archive,
    /// Goes on with replacing the master key, if that was begun.
    KeyRotation,
    /// Marks what is past its date, where a new day has begun.
    DailyRound,
    /// Replaces old keys of access tokens; forgets links and codes that have ended.
    Accounts,
    /// Clears away what uploads and deleted files have left behind.
    Files,
}

impl Job {
    /// All, in the order in which they are done.
    pub const ALL: [Self; 5] = [Self::Archive, Self::KeyRotation, Self::DailyRound, Self::Accounts, Self::Files];

    /// The kind of its runs, and its name for the operator.
    pub fn name(self) -> &'static str {
        match self {
            Self::Archive => "archive",
            Self::KeyRotation => "key_rotation",
            Self::DailyRound => "daily_round",
            Self::Accounts => "accounts",
            Self::Files => "files",
        }
    }

    /// The job of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|job| job.name() == name)
    }

    /// How often it is due.
    pub(super) fn every(self) -> Duration {
        match self {
            // Whether there is anything to do is asked before it is claimed.
            Self::KeyRotation => Duration::ZERO,
            _ => Duration::from_secs(3600),
        }
    }

    /// How long a hub runs before it looks: what waits for days may wait until those who wait for the hub have come.
    pub(super) fn after(self) -> Duration {
        match self {
            Self::Archive | Self::KeyRotation | Self::DailyRound => Duration::ZERO,
            Self::Accounts => Duration::from_secs(10),
            Self::Files => Duration::from_secs(600),
        }
    }
}

/// Why a run did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// See [`StoreError`].
    #[error(transparent)]
    Store(#[from] StoreError),
    /// See [`StorageError`].
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// This hub was too slow to say that it is still at it.
    #[error("another hub has taken it over")]
    TakenOver,
    /// Some organizations could not be served; all others were.
    #[error("{0} organizations could not be served")]
    Organizations(u64),
}

impl JobError {
    /// For programs. Never renamed.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Storage(_) => "storage",
            Self::TakenOver => "taken_over",
            Self::Organizations(_) => "organizations",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_found_by_its_name() {
        for job in Job::ALL {
            assert_eq!(Job::named(job.name()), Some(job));
        }
        assert_eq!(Job::named("nothing"), None);
    }
}
