use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime};

/// How many pongs are remembered, and how many of the quickest of them are believed.
const SAMPLES: usize = 16;
const BELIEVED: usize = 5;

/// This machine's time since the epoch, read once and carried on by its monotonic clock: setting
/// the machine's clock during a show moves nothing.
#[derive(Debug, Clone, Copy)]
pub struct LocalClock {
    started: Instant,
    started_ms: f64,
}

impl LocalClock {
    /// Reads the machine's clock.
    pub fn start() -> Self {
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
        Self { started: Instant::now(), started_ms: since_epoch.as_secs_f64() * 1000.0 }
    }

    /// Milliseconds since the epoch, with their fraction.
    pub fn precise_ms(&self) -> f64 {
        self.started_ms + self.started.elapsed().as_secs_f64() * 1000.0
    }

    /// Milliseconds since the epoch.
    pub fn now_ms(&self) -> i64 {
        self.precise_ms() as i64
    }
}

/// The hub's clock as seen from here: the median offset of the quickest of the last pongs.
#[derive(Debug)]
pub(crate) struct HubClock {
    local: LocalClock,
    samples: Mutex<Samples>,
}

#[derive(Debug, Default)]
struct Samples {
    /// Round trip and offset, both ms.
    pongs: VecDeque<(i64, i64)>,
    offset: i64,
}

impl HubClock {
    pub(crate) fn start() -> Self {
        Self { local: LocalClock::start(), samples: Mutex::default() }
    }

    pub(crate) fn local_ms(&self) -> i64 {
        self.local.now_ms()
    }

    pub(crate) fn hub_ms(&self) -> i64 {
        self.local.now_ms() + self.lock().offset
    }

    /// The quickest of the remembered round trips, ms.
    pub(crate) fn rtt_ms(&self) -> Option<i64> {
        self.lock().pongs.iter().map(|&(rtt, _)| rtt).min()
    }

    /// `sent`, `received`: this machine's clock around one question; `server_time`: the answer.
    pub(crate) fn learn(&self, sent: i64, server_time: i64, received: i64) {
        let mut samples = self.lock();
        if samples.pongs.len() == SAMPLES {
            samples.pongs.pop_front();
        }
        let rtt = (received - sent).max(0);
        samples.pongs.push_back((rtt, server_time - sent - rtt / 2));
        let mut quickest: Vec<_> = samples.pongs.iter().copied().collect();
        quickest.sort_unstable();
        quickest.truncate(BELIEVED);
        let mut offsets: Vec<_> = quickest.into_iter().map(|(_, offset)| offset).collect();
        offsets.sort_unstable();
        samples.offset = offsets[offsets.len() / 2];
    }

    /// What was learned about one hub process says little about the next.
    pub(crate) fn forget(&self) {
        self.lock().pongs.clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Samples> {
        self.samples.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_answers_do_not_move_the_clock() {
        let clock = HubClock::start();
        // The hub is 5,000 ms ahead; quick answers say so, slow ones were delayed on the way back only.
        for sent in [0, 1000, 2000, 3000, 4000] {
            clock.learn(sent, sent + 5001, sent + 2);
        }
        for sent in [5000, 6000, 7000] {
            clock.learn(sent, sent + 5001, sent + 900);
        }
        let offset = clock.hub_ms() - clock.local_ms();
        assert!((4999..=5001).contains(&offset), "{offset}");
        assert_eq!(clock.rtt_ms(), Some(2));
    }

    #[test]
    fn a_real_change_is_learned_once_old_answers_are_out_of_memory() {
        let clock = HubClock::start();
        for sent in 0..SAMPLES as i64 {
            clock.learn(sent, sent + 100, sent);
        }
        for sent in 0..SAMPLES as i64 {
            clock.learn(sent, sent + 700, sent);
        }
        let offset = clock.hub_ms() - clock.local_ms();
        assert!((699..=701).contains(&offset), "{offset}");
    }
}
