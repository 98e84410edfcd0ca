use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use hub_client::Hub;
use schemas::{Command, CueVerb, Done, Outcome, RefusalCode, RunKind, Topic};
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::latencies::Latencies;
use crate::screen::Seen;

/// Between two cues.
const PACE: Duration = Duration::from_secs(1);
/// How long after a cue every screen is asked when it came; a screen that has not seen it by then is that late.
const ASK_AFTER: Duration = Duration::from_secs(2);

/// The cues that were called and when they reached the screens.
#[derive(Debug, Default)]
pub struct Cues {
    /// From the caller's key to each screen.
    pub latencies: Latencies,
    /// Cues that were applied.
    pub called: u64,
    /// Cues that failed.
    pub errors: u64,
    /// What the first of them said.
    pub first_error: Option<String>,
    /// Position of the commit and time of the key.
    under_way: VecDeque<(u64, Instant)>,
}

impl Cues {
    /// Counts the cues called before `until` at every screen.
    pub fn measure(&mut self, screens: &[Rc<RefCell<Seen>>], until: Instant) {
        while let Some((seq, called)) = self.under_way.pop_front_if(|(_, called)| *called <= until) {
            for screen in screens {
                let reached = screen.borrow().reached(seq).unwrap_or_else(Instant::now);
                self.latencies.record(reached.saturating_duration_since(called));
            }
        }
    }
}

/// Rehearses the show, a cue a second, again and again, until dropped. A rehearsal, so that ending
/// it does not end the evening.
pub async fn call(hub: Hub, topic: Topic, screens: Vec<Rc<RefCell<Seen>>>, cues: Rc<RefCell<Cues>>) {
    let start = CueVerb::Start { kind: RunKind::Rehearsal, cue_id: None };
    let (mut expect, mut verb) = (0, start.clone());
    let mut ticks = interval(PACE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Some(until) = Instant::now().checked_sub(ASK_AFTER) {
            cues.borrow_mut().measure(&screens, until);
        }
        let called = Instant::now();
        let ack = hub.send(topic, Command::Cue { expect, verb: verb.clone() }).await;
        let mut cues = cues.borrow_mut();
        let failure = match ack.map(|ack| (ack.outcome, ack.seq)) {
            Ok((Outcome::Done { done: Done::Run { revision, .. } }, seq)) => {
                cues.called += 1;
                cues.under_way.extend(seq.map(|seq| (seq, called)));
                (expect, verb) = (revision, CueVerb::Next);
                continue;
            }
            Ok((Outcome::Refused { refusal }, _)) => match refusal.code {
                RefusalCode::NotRunning => {
                    (expect, verb) = (0, start.clone());
                    continue;
                }
                RefusalCode::StaleRevision => {
                    expect = refusal.current_revision.unwrap_or(0);
                    format!("a cue was refused: {}", refusal.message)
                }
                _ => format!("a cue was refused: {}", refusal.message),
            },
            Ok((Outcome::Done { done }, _)) => format!("a cue was answered with {done:?}"),
            Err(error) => format!("a cue failed: {error}"),
        };
        cues.errors += 1;
        cues.first_error.get_or_insert(failure);
    }
}
