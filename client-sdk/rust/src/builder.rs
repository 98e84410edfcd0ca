use std::sync::Arc;
use std::time::Duration;

use schemas::{ClientInfo, Encoding};
use tokio::sync::{mpsc, watch};

use crate::clock::HubClock;
use crate::connection::Connection;
use crate::session::Session;
use crate::socket::Address;
use crate::{Hub, HubError, Status};

/// How long to wait before connecting again: between half and all of a time that grows by 1.7 each attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// After the first failure.
    pub first: Duration,
    /// At most.
    pub longest: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_millis(500), longest: Duration::from_secs(10) }
    }
}

impl Backoff {
    /// The wait after `attempt` failures (1, 2, ...); `random` is in `0.0..1.0`.
    pub(crate) fn wait(self, attempt: u32, random: f64) -> Duration {
        let growth = 1.7f64.powi(attempt.saturating_sub(1).min(60) as i32);
        let longest = (self.first.as_secs_f64() * growth).min(self.longest.as_secs_f64());
        Duration::from_secs_f64(longest * (0.5 + random / 2.0))
    }
}

/// Makes a [`Hub`].
#[derive(Debug, Clone)]
pub struct HubBuilder {
    url: String,
    token: String,
    client: ClientInfo,
    encoding: Encoding,
    backoff: Backoff,
}

impl HubBuilder {
    pub(crate) fn new(url: String) -> Self {
        let client = ClientInfo { name: "hub-client".into(), version: env!("CARGO_PKG_VERSION").into() };
        Self { url, token: String::new(), client, encoding: Encoding::MessagePack, backoff: Backoff::default() }
    }

    /// An access token of a person or the token of a paired device.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = token.into();
        self
    }

    /// How this program is called in the hub's list of screens.
    pub fn client_info(mut self, name: impl Into<String>, version: impl Into<String>) -> Self {
        self.client = ClientInfo { name: name.into(), version: version.into() };
        self
    }

    /// MessagePack unless told otherwise.
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// How patient to be.
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = backoff;
        self
    }

    /// Begins to connect, on the current tokio runtime, and keeps trying.
    ///
    /// # Errors
    /// [`HubError::BadUrl`].
    pub fn start(self) -> Result<Hub, HubError> {
        let address = Address::parse(&self.url)?;
        let clock = Arc::new(HubClock::start());
        let (requests, inbox) = mpsc::unbounded_channel();
        let (status, watched) = watch::channel(Status::Connecting { attempt: 1 });
        let session = Session::new(self.token, self.client, Arc::clone(&clock));
        let connection = Connection::new(address, self.encoding, self.backoff, session, inbox, status);
        tokio::spawn(connection.run());
        Ok(Hub::new(requests, watched, clock))
    }

    /// Connects and waits for the hub's welcome; the first failure is an error, later ones are healed.
    ///
    /// # Errors
    /// [`HubError::BadUrl`], [`HubError::Unreachable`], [`HubError::Denied`] or [`HubError::Protocol`].
    pub async fn connect(self) -> Result<Hub, HubError> {
        let hub = self.start()?;
        let mut status = hub.status();
        // A copy: what `wait_for` gives holds a lock, and no future that holds one can move between threads.
        let decided = status.wait_for(|status| !matches!(status, Status::Connecting { .. })).await;
        let decided = decided.map(|status| Status::clone(&status));
        let failure = match decided {
            Ok(Status::Live { .. }) => None,
            Ok(Status::Offline { why, .. }) => Some(why),
            Ok(Status::Denied { code, message }) => Some(HubError::Denied { code, message }),
            Ok(Status::Connecting { .. } | Status::Closed) | Err(_) => Some(HubError::Closed),
        };
        match failure {
            None => Ok(hub),
            Some(failure) => {
                hub.close().await;
                Err(failure)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_limit_and_are_spread() {
        let backoff = Backoff { first: Duration::from_millis(100), longest: Duration::from_secs(1) };
        assert_eq!(backoff.wait(1, 1.0), Duration::from_millis(100));
        assert_eq!(backoff.wait(1, 0.0), Duration::from_millis(50));
        assert_eq!(backoff.wait(2, 1.0), Duration::from_millis(170));
        assert_eq!(backoff.wait(50, 1.0), Duration::from_secs(1));
        assert_eq!(backoff.wait(u32::MAX, 0.0), Duration::from_millis(500));
    }
}
