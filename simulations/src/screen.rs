use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use hub_client::{Hub, JoinOptions, LocalClock, RawFrame, RawSocket, Room, Update};
use schemas::{ClientFrame, ClientInfo, Cursor, Encoding, Topic};
use tokio::time::Instant;

use crate::latencies::Latencies;

/// What a wall shows.
pub const TABLES: [&str; 14] = [
    "events",
    "event_counters",
    "event_gates",
    "gate_counters",
    "ticket_tiers",
    "tier_counters",
    "event_schedules",
    "runway_segments",
    "show_lineup",
    "show_runs",
    "show_run_cues",
    "event_alerts",
    "screen_messages",
    "message_acknowledgements",
];

/// Deliveries that a screen remembers, to find the one that brought a cue.
const REMEMBERED: usize = 4096;
/// Wait before a lost raw socket is opened again.
const AGAIN: Duration = Duration::from_millis(200);

/// What reached a screen.
#[derive(Debug, Default)]
pub struct Seen {
    /// Deltas that held something.
    pub deliveries: u64,
    /// From the commit, by the database's clock, to the screen.
    pub latencies: Latencies,
    /// The position after each of the last deliveries, and when it came.
    recent: VecDeque<(u64, Instant)>,
    /// Deltas that did not follow on what came before them.
    pub gaps: u64,
}

impl Seen {
    fn delivered(&mut self, seq: u64, committed_at: Option<i64>, clock: &LocalClock) {
        self.deliveries += 1;
        if let Some(at) = committed_at {
            let waited = (clock.precise_ms() - at as f64).max(0.0);
            self.latencies.record(Duration::from_secs_f64(waited / 1000.0));
        }
        self.moved(seq, Instant::now());
    }

    fn moved(&mut self, seq: u64, when: Instant) {
        if self.recent.len() == REMEMBERED {
            self.recent.pop_front();
        }
        self.recent.push_back((seq, when));
    }

    /// When the screen reached a position.
    pub fn reached(&self, seq: u64) -> Option<Instant> {
        let at = self.recent.partition_point(|(reached, _)| *reached < seq);
        self.recent.get(at).map(|(_, when)| *when)
    }

    /// Whether it has joined.
    pub fn joined(&self) -> bool {
        !self.recent.is_empty()
    }

    /// The position after the last delivery.
    pub fn position(&self) -> u64 {
        self.recent.back().map_or(0, |(seq, _)| *seq)
    }
}

/// A wall that keeps the rows it is sent.
#[derive(Debug)]
pub struct Screen {
    /// Its room.
    pub room: Room,
    /// What reached it.
    pub seen: Rc<RefCell<Seen>>,
}

impl Screen {
    /// Joins the event, at most `rate` updates a second, and follows it on the current local set.
    pub async fn open(
        hub: Hub,
        topic: Topic,
        rate: Option<f32>,
        clock: LocalClock,
    ) -> Result<Self, hub_client::HubError> {
        let options = JoinOptions { rate, ..JoinOptions::tables(TABLES) };
        let room = hub.join(topic, options).await?;
        let seen = Rc::new(RefCell::new(Seen::default()));
        seen.borrow_mut().moved(room.state().cursor().seq, Instant::now());
        let mut deltas = room.deltas();
        let follower = Rc::clone(&seen);
        tokio::task::spawn_local(async move {
            while let Some(update) = deltas.next().await {
                let mut seen = follower.borrow_mut();
                match update {
                    Update::Commits(commits) => {
                        let seq = commits.last().map_or(0, |commit| commit.seq);
                        seen.delivered(seq, commits.first().map(|commit| commit.at), &clock);
                    }
                    Update::Replaced { cursor, .. } => seen.moved(cursor.seq, Instant::now()),
                    Update::Gap { missed } => seen.deliveries += missed,
                    Update::Ended { .. } => break,
                }
            }
        });
        Ok(Self { room, seen })
    }
}

/// A wall that counts what it is sent and keeps no rows, until the task is dropped. It comes back where it stood.
pub async fn count(
    url: String,
    token: String,
    topic: Topic,
    rate: Option<f32>,
    clock: LocalClock,
    seen: Rc<RefCell<Seen>>,
) {
    let mut since = None;
    loop {
        // Whatever ended it, the position says where to go on.
        count_on_one_socket(&url, &token, topic, rate, clock, &seen, &mut since).await.ok();
        tokio::time::sleep(AGAIN).await;
    }
}

async fn count_on_one_socket(
    url: &str,
    token: &str,
    topic: Topic,
    rate: Option<f32>,
    clock: LocalClock,
    seen: &RefCell<Seen>,
    since: &mut Option<Cursor>,
) -> Result<(), hub_client::HubError> {
    let client = ClientInfo { name: "counting-wall".into(), version: env!("CARGO_PKG_VERSION").into() };
    let mut socket = RawSocket::connect(url, token, client, Encoding::MessagePack, clock).await?;
    let tables = Some(TABLES.map(String::from).to_vec());
    socket.send(ClientFrame::Join { topic, since: *since, tables, rate }).await?;
    loop {
        match socket.next().await? {
            RawFrame::Delta { after, seq, commits, first_at, .. } => {
                let mut seen = seen.borrow_mut();
                let at = since.as_mut().map(|cursor| &mut cursor.seq);
                match at {
                    Some(at) if *at >= after => *at = seq.max(*at),
                    _ => seen.gaps += 1,
                }
                if commits > 0 {
                    seen.delivered(seq, first_at, &clock);
                }
            }
            RawFrame::At { cursor, .. } => {
                *since = Some(cursor);
                seen.borrow_mut().moved(cursor.seq, Instant::now());
            }
            RawFrame::Other(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cue_is_reached_with_the_first_delivery_that_covers_it() {
        let start = Instant::now();
        let mut seen = Seen::default();
        for (seq, after_ms) in [(3, 10), (7, 30), (8, 60)] {
            seen.moved(seq, start + Duration::from_millis(after_ms));
        }
        let reached = |seq| seen.reached(seq).map(|at| (at - start).as_millis());
        assert_eq!(reached(3), Some(10));
        assert_eq!(reached(4), Some(30), "merged into the delivery that leads to 7");
        assert_eq!(reached(8), Some(60));
        assert_eq!(reached(9), None);
        assert_eq!(seen.position(), 8);
    }
}
