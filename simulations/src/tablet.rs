use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use hub_client::{Hub, JoinOptions};
use schemas::{Command, Direction, Done, Outcome, Topic};
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use crate::latencies::Latencies;
use crate::ledger::Acknowledged;
use crate::plan::Step;

/// What a tablet shows besides verdicts.
const TABLES: [&str; 4] = ["events", "event_gates", "event_counters", "screen_messages"];
const UPDATES_PER_SECOND: f32 = 2.0;

/// The scans of an evening, handed out in order to whichever tablet is free.
#[derive(Debug)]
pub struct Doors {
    steps: Vec<Step>,
    codes: Vec<String>,
    next: Cell<usize>,
    /// Time between two scans over all tablets; `None`: a tablet scans as soon as it is free.
    pace: Option<Duration>,
    opened: Instant,
    closes: Option<Instant>,
    /// What was heard and how long it took.
    pub heard: RefCell<Heard>,
}

/// Verdicts that tablets have received.
#[derive(Debug, Default)]
pub struct Heard {
    /// Scan by scan.
    pub acknowledged: Vec<Acknowledged>,
    /// From the moment a scan was meant to happen to its verdict.
    pub latencies: Latencies,
    /// Scans that were begun.
    pub begun: u64,
    /// Scans whose command was refused or failed.
    pub errors: u64,
    /// What the first of them said.
    pub first_error: Option<String>,
    /// When the last verdict came.
    pub last: Option<Instant>,
}

impl Doors {
    /// Opens now; with a `rate` (scans a second over all tablets) and a limit in seconds if there is one.
    pub fn open(steps: Vec<Step>, codes: Vec<String>, rate: Option<f64>, seconds: Option<f64>) -> Self {
        let opened = Instant::now();
        Self {
            steps,
            codes,
            next: Cell::new(0),
            pace: rate.map(|rate| Duration::from_secs_f64(1.0 / rate)),
            opened,
            closes: seconds.map(|seconds| opened + Duration::from_secs_f64(seconds)),
            heard: RefCell::default(),
        }
    }

    /// When the first scan was meant to happen.
    pub fn opened(&self) -> Instant {
        self.opened
    }

    /// The next scan and when it is meant to happen.
    fn next(&self) -> Option<(Step, Instant)> {
        let at = self.next.get();
        let step = *self.steps.get(at)?;
        let meant = match self.pace {
            // Both scans of a race happen at the same moment.
            Some(pace) => {
                let second = at > 0 && matches!(step, Step::Raced(_)) && self.steps[at - 1] == step;
                self.opened + pace.mul_f64((at - usize::from(second)) as f64)
            }
            None => Instant::now(),
        };
        if self.closes.is_some_and(|closes| meant >= closes) {
            return None;
        }
        self.next.set(at + 1);
        Some((step, meant))
    }
}

/// One tablet at one door.
#[derive(Debug)]
pub struct Tablet {
    hub: Hub,
    topic: Topic,
}

impl Tablet {
    /// Over a connection of a paired scanner.
    pub fn new(hub: Hub, topic: Topic) -> Self {
        Self { hub, topic }
    }

    /// Scans until the evening is over and every scan has its verdict.
    pub async fn work(self, doors: Rc<Doors>) {
        let options = JoinOptions::tables(TABLES).rate(UPDATES_PER_SECOND);
        let room = self.hub.join(self.topic, options).await;
        if let Err(error) = &room {
            doors.heard.borrow_mut().fail(format!("a tablet cannot join: {error}"));
            return;
        }
        if doors.pace.is_none() {
            while let Some((step, meant)) = doors.next() {
                self.scan(&doors, step, meant).await;
            }
            return;
        }
        // A queue at the door does not wait for the hub: the next scan happens when it is meant to.
        let mut under_way = FuturesUnordered::new();
        while let Some((step, meant)) = doors.next() {
            while Instant::now() < meant {
                tokio::select! {
                    () = sleep_until(meant) => {}
                    Some(()) = under_way.next() => {}
                }
            }
            under_way.push(self.scan(&doors, step, meant));
            // Begins it now rather than at the next wait.
            tokio::select! {
                biased;
                Some(()) = under_way.next() => {}
                () = std::future::ready(()) => {}
            }
        }
        while under_way.next().await.is_some() {}
    }

    async fn scan(&self, doors: &Doors, step: Step, meant: Instant) {
        let code = match step {
            Step::First(guest) | Step::Raced(guest) | Step::Repeated(guest) => doors.codes[guest].clone(),
            Step::Foreign(number) => format!("FOREIGN-{number:016x}"),
        };
        let command = Command::Scan {
            code,
            registration_id: None,
            direction: Direction::In,
            people: None,
            gate_id: None,
            scanned_at: self.hub.server_now_ms(),
            offline: false,
            override_reason: None,
        };
        doors.heard.borrow_mut().begun += 1;
        let scan_id = Uuid::now_v7();
        let ack = self.hub.send_as(scan_id, self.topic, command).await;
        let now = Instant::now();
        let mut heard = doors.heard.borrow_mut();
        match ack.map(|ack| ack.outcome) {
            Ok(Outcome::Done { done: Done::Verdict { verdict } }) => {
                heard.latencies.record(now - meant);
                heard.last = Some(now);
                heard.acknowledged.push(Acknowledged {
                    scan_id,
                    registration_id: verdict.guest.map(|guest| guest.registration_id),
                    result: verdict.result,
                    people: verdict.people,
                });
            }
            Ok(Outcome::Refused { refusal }) => heard.fail(format!("a scan was refused: {}", refusal.message)),
            Ok(Outcome::Done { done }) => heard.fail(format!("a scan was answered with {done:?}")),
            Err(error) => heard.fail(format!("a scan failed: {error}")),
        }
    }
}

impl Heard {
    fn fail(&mut self, why: String) {
        self.errors += 1;
        self.first_error.get_or_insert(why);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doors(rate: Option<f64>, seconds: Option<f64>) -> Doors {
        let steps = vec![Step::First(0), Step::Raced(1), Step::Raced(1), Step::First(2)];
        Doors::open(steps, vec![String::new(); 3], rate, seconds)
    }

    #[test]
    fn paced_scans_are_meant_for_their_moment_and_races_for_the_same() {
        let doors = doors(Some(10.0), None);
        let meant: Vec<u128> =
            std::iter::from_fn(|| doors.next()).map(|(_, at)| (at - doors.opened).as_millis()).collect();
        assert_eq!(meant, [0, 100, 100, 300]);
    }

    #[test]
    fn doors_close_on_time() {
        let doors = doors(Some(10.0), Some(0.15));
        assert_eq!(std::iter::from_fn(|| doors.next()).count(), 3);
        assert_eq!(self::doors(None, Some(0.0)).next().map(|(step, _)| step), None);
    }
}
