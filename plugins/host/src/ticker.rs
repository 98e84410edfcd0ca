//! The clock of the sandboxes: a millisecond is a tick. It rests while nothing runs.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, Thread};
use std::time::Duration;

use wasmtime::Engine;

/// Length of a tick.
pub(crate) const TICK: Duration = Duration::from_millis(1);
/// Length of the clock's turns on the processor; a tick takes a few microseconds.
const TURN: Duration = Duration::from_micros(100);
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

/// Asks for short turns on the processor. Whoever asks for shorter turns than others gets them sooner (EEVDF, Linux 6.12 and
/// newer), and on a busy machine a tick that comes late is computing time that nobody granted. It needs no rights; an older
/// kernel changes nothing, and the clock ticks as well as it can.
fn ask_for_short_turns() {
    let size = size_of::<libc::sched_attr>() as u32;
    // SAFETY: all fields are integers. The kernel writes and reads `size` bytes of a structure that lives until the calls are
    // over (sched_setattr(2)), and they concern this thread alone.
    #[allow(unsafe_code, reason = "there is no safe interface to these calls")]
    let changed = unsafe {
        let mut present: libc::sched_attr = std::mem::zeroed();
        libc::syscall(libc::SYS_sched_getattr, 0, &raw mut present, size, 0) == 0 && {
            present.size = size;
            present.sched_runtime = u64::try_from(TURN.as_nanos()).unwrap_or_default();
            libc::syscall(libc::SYS_sched_setattr, 0, &raw const present, 0) == 0
        }
    };
    if !changed {
        tracing::debug!("the clock of plugins gets turns as long as everybody's");
    }
}

fn tick(state: &State, engine: &Engine) {
    ask_for_short_turns();
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
