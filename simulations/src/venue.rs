use std::time::Duration;

use hub_client::{Api, Backoff, Hub, HubError, JoinOptions, NewEvent, NewPairing, Room};
use jiff::{Timestamp, ToSpan};
use schemas::{Command, DeviceProfile, Outcome, Topic};
use serde_json::Value;
use uuid::Uuid;

use crate::failure::{Failure, While};

/// Guests per import, so that a file stays small.
const GUESTS_PER_FILE: usize = 5000;
/// Cues of the rundown.
const CUES: usize = 40;
/// Tries before a rate limit of the hub counts as a failure.
const PATIENCE: u32 = 100;

const TIERS: [(&str, &str); 3] = [("Front row", "vip"), ("Seated", "comp"), ("Standing", "press")];

/// An event on a hub, with its guests, rundown and doors, and a person who may do everything there.
#[derive(Debug)]
pub struct Venue {
    /// The hub's address.
    pub url: String,
    /// Calls as the producer.
    pub api: Api,
    /// A connection as the producer.
    pub producer: Hub,
    /// The event.
    pub event: Uuid,
    /// Its gates.
    pub gates: Vec<Uuid>,
    /// The codes of the tickets.
    pub codes: Vec<String>,
}

impl Venue {
    /// Signs in, creates an event for this many guests and opens its doors.
    pub async fn open(url: &str, email: &str, password: &str, guests: usize, seed: u64) -> Result<Self, Failure> {
        let nobody = Api::new(url).while_doing("connecting")?;
        let login = nobody.sign_in(email, password).await.while_doing("signing in")?;
        let api = nobody.with_token(&login.access_token);
        let producer = connect(url, &login.access_token, "producer").await.while_doing("connecting")?;
        let event = create_event(&api, guests, seed).await?;
        let venue = Self { url: url.to_owned(), api, producer, event, gates: Vec::new(), codes: Vec::new() };
        let opened = venue.producer.send(venue.topic(), Command::SetDoors { open: true }).await;
        match opened.while_doing("opening the doors")?.outcome {
            Outcome::Done { .. } => Ok(venue),
            Outcome::Refused { refusal } => {
                Err(Failure::Unexpected(format!("the doors stay shut: {}", refusal.message)))
            }
        }
    }

    /// Fills it: guests with their tickets, and a rundown.
    pub async fn fill(&mut self, guests: usize, seed: u64) -> Result<(), Failure> {
        self.gates = self.read_gates().await?;
        self.invite(guests, seed).await?;
        self.import("rundown", "rundown.csv", rundown()).await?;
        self.codes = self.read_codes().await?;
        if self.codes.len() == guests {
            return Ok(());
        }
        Err(Failure::Unexpected(format!("{} tickets for {guests} guests", self.codes.len())))
    }

    /// The event's topic.
    pub fn topic(&self) -> Topic {
        Topic::event(self.event)
    }

    /// Pairs a device and returns its token.
    pub async fn pair(&self, name: String, profile: DeviceProfile, gate_id: Option<Uuid>) -> Result<String, Failure> {
        let device = NewPairing { name, profile, gate_id, supervisor: false };
        let pairing = patiently(|| self.api.pair(self.event, &device)).await.while_doing("pairing a device")?;
        let claim = patiently(|| self.api.claim(&pairing.code)).await.while_doing("claiming a device")?;
        Ok(claim.token)
    }

    /// Joins the event as the producer.
    pub async fn join(&self, options: JoinOptions) -> Result<Room, Failure> {
        self.producer.join(self.topic(), options).await.while_doing("joining the event")
    }

    async fn read_gates(&self) -> Result<Vec<Uuid>, Failure> {
        let room = self.join(JoinOptions::tables(["event_gates"])).await?;
        let mut gates: Vec<Uuid> = room.state().table("event_gates").map(|(id, _)| *id).collect();
        gates.sort_unstable();
        Ok(gates)
    }

    async fn invite(&self, guests: usize, seed: u64) -> Result<(), Failure> {
        let rows: Vec<String> = guest_rows(guests, seed);
        for rows in rows.chunks(GUESTS_PER_FILE) {
            let file = format!("External ref,Name,Email,Tier,Party size,VIP,Seat,Status\n{}\n", rows.join("\n"));
            self.import("guests", "guests.csv", file).await?;
        }
        Ok(())
    }

    async fn import(&self, what: &str, name: &str, file: String) -> Result<(), Failure> {
        let doing = format!("importing {what}");
        let report = self.api.import(self.event, what, name, file, None, true).await.while_doing(&doing)?;
        match report.errors.first() {
            _ if report.applied => Ok(()),
            Some(error) => Err(Failure::Unexpected(format!("{doing}: row {}: {}", error.row, error.message))),
            None => Err(Failure::Unexpected(format!("{doing}: it was not applied"))),
        }
    }

    async fn read_codes(&self) -> Result<Vec<String>, Failure> {
        let file = self.api.export(self.event, "guests.csv").await.while_doing("exporting guests")?;
        let mut reader = csv::Reader::from_reader(&file[..]);
        let unreadable = |error: csv::Error| Failure::Unexpected(format!("the guests' export: {error}"));
        let headers = reader.headers().map_err(unreadable)?.clone();
        let Some(column) = headers.iter().position(|header| header == "Ticket code") else {
            return Err(Failure::Unexpected(format!("the guests' export has no column `Ticket code`: {headers:?}")));
        };
        reader.records().map(|record| Ok(record.map_err(unreadable)?[column].to_owned())).collect()
    }
}

/// A connection of a program of this simulation, quick to come back.
pub async fn connect(url: &str, token: &str, name: &str) -> Result<Hub, HubError> {
    let backoff = Backoff { first: Duration::from_millis(100), longest: Duration::from_secs(1) };
    let version = env!("CARGO_PKG_VERSION");
    Hub::builder(url).token(token).client_info(name, version).backoff(backoff).connect().await
}

async fn create_event(api: &Api, guests: usize, seed: u64) -> Result<Uuid, Failure> {
    let now = Timestamp::now();
    let event = NewEvent {
        title: format!("Simulated evening {seed}"),
        start_time: now.to_string(),
        end_time: (now + 6.hours()).to_string(),
        time_zone: "Europe/Paris".into(),
        capacity_limit: u32::try_from(guests * 4 + 10).ok(),
    };
    let row = api.create_event(&event).await.while_doing("creating an event")?;
    let id = row.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok());
    id.ok_or_else(|| Failure::Unexpected("an event without an id".into()))
}

/// Asks again when the hub says "not so fast".
async fn patiently<T, F: Future<Output = Result<T, HubError>>>(call: impl Fn() -> F) -> Result<T, HubError> {
    for _ in 0..PATIENCE {
        match call().await {
            Err(error) if error.retryable() => tokio::time::sleep(Duration::from_millis(200)).await,
            done => return done,
        }
    }
    call().await
}

/// Lines of a guest list: mostly single guests, some parties of up to four, one in twenty a VIP.
fn guest_rows(guests: usize, seed: u64) -> Vec<String> {
    let mut random = fastrand::Rng::with_seed(seed ^ 0x6775_6573_7473);
    let mut row = |at: usize| {
        let party = if random.f64() < 0.85 { 1 } else { random.u16(2..=4) };
        let vip = if random.f64() < 0.05 { "yes" } else { "no" };
        let (tier, _) = TIERS[random.usize(..TIERS.len())];
        format!(
            "G{at:06},Guest {at:06},guest{at:06}@simulation.example,{tier},{party},{vip},{}-{},confirmed",
            at / 30,
            at % 30
        )
    };
    (1..=guests).map(&mut row).collect()
}

/// A rundown of an evening, one cue a minute.
fn rundown() -> String {
    let cues = (0..CUES).map(|cue| {
        let (hour, minute) = (20 + cue / 60, cue % 60);
        format!("{},Cue {},{hour:02}:{minute:02}:00,00:01:00,linked\n", cue + 1, cue + 1)
    });
    format!("Cue,Title,Start,Duration,Start mode\n{}", cues.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guests_are_the_same_for_the_same_seed_and_all_distinct() {
        assert_eq!(guest_rows(100, 1), guest_rows(100, 1));
        let rows: std::collections::HashSet<_> = guest_rows(5000, 3).into_iter().collect();
        assert_eq!(rows.len(), 5000);
        assert!(rows.iter().all(|row| row.matches(',').count() == 7), "eight columns");
    }

    #[test]
    fn a_rundown_has_a_line_for_every_cue() {
        assert_eq!(rundown().lines().count(), CUES + 1);
        assert!(rundown().contains("40,Cue 40,20:39:00,00:01:00,linked\n"));
    }
}
