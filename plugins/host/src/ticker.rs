//! The clock of the sandboxes: a millisecond is a tick. It rests while nothing runs.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, Thread};
use std::time::Duration;

use wasmtime::Engine;

/// Length of a tick.
pub(crate) const TICK: Duration = Duration::from_millis(1);
/// Ticks without a run after which the clock rests.
const IDLE_TICKS: u32 = 200;

struct State {
    running: AtomicUsize,
    resting: AtomicBool,
    ended: AtomicBool,
}

/// Moves the engine's epoch.
pub(crate) struct Ticker {
    state: Arc<State>,
    thread: Thread,
}

/// While it lives, the clock ticks.
pub(crate) struct Ticking<'a>(&'a Ticker);

impl Ticker {
    pub(crate) fn start(engine: Engine) -> io::Result<Ticker> {
        let state = Arc::new(State {
            running: AtomicUsize::new(0),
            resting: AtomicBool::new(false),
            ended: AtomicBool::new(false),
        });
        let shared = Arc::clone(&state);
        let handle = thread::Builder::new().name("plugin-clock".into()).spawn(move || tick(&shared, &engine))?;
        Ok(Ticker { state, thread: handle.thread().clone() })
    }

    pub(crate) fn ticking(&self) -> Ticking<'_> {
        self.state.running.fetch_add(1, Ordering::SeqCst);
        if self.state.resting.load(Ordering::SeqCst) {
            self.thread.unpark();
        }
        Ticking(self)
    }
}

impl Drop for Ticking<'_> {
    fn drop(&mut self) {
        self.0.state.running.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.state.ended.store(true, Ordering::SeqCst);
        self.thread.unpark();
    }
}

fn tick(state: &State, engine: &Engine) {
    let mut idle = 0;
    while !state.ended.load(Ordering::SeqCst) {
        if state.running.load(Ordering::SeqCst) > 0 {
            idle = 0;
        } else {
            idle += 1;
        }
        if idle < IDLE_TICKS {
            thread::sleep(TICK);
        } else {
            // First say so, then look again: a run that begins in between either sees it or is seen.
            state.resting.store(true, Ordering::SeqCst);
            if state.running.load(Ordering::SeqCst) == 0 && !state.ended.load(Ordering::SeqCst) {
                thread::park();
            }
            state.resting.store(false, Ordering::SeqCst);
            idle = 0;
        }
        engine.increment_epoch();
    }
}
