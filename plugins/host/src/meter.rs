//! How long a plugin has computed: the processor's time while its future was being polled, without what the hub did for it
//! meanwhile. A run that waits, lets others have the thread, or is kept waiting by a busy machine uses none of its budget.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use pin_project_lite::pin_project;
use rustix::time::{ClockId, clock_gettime};

/// The times of one run, in nanoseconds. Only the thread that polls the run writes; the others are told the truth of a moment ago.
#[derive(Debug)]
pub(crate) struct Meter {
    /// Polled so far.
    polled: AtomicU64,
    /// When the present poll began.
    began: AtomicU64,
    /// Of that, spent in answers of the hub.
    excused: AtomicU64,
    /// From question to answer.
    waited: AtomicU64,
}

impl Meter {
    pub(crate) fn new() -> Arc<Meter> {
        Arc::new(Meter {
            polled: AtomicU64::new(0),
            began: AtomicU64::new(u64::MAX),
            excused: AtomicU64::new(0),
            waited: AtomicU64::new(0),
        })
    }

    /// What the plugin has computed.
    pub(crate) fn computed(&self) -> Duration {
        let began = self.began.load(Ordering::Relaxed);
        let present = if began == u64::MAX { 0 } else { now().saturating_sub(began) };
        let polled = self.polled.load(Ordering::Relaxed) + present;
        Duration::from_nanos(polled.saturating_sub(self.excused.load(Ordering::Relaxed)))
    }

    /// What it has waited for answers.
    pub(crate) fn waited(&self) -> Duration {
        Duration::from_nanos(self.waited.load(Ordering::Relaxed))
    }

    /// Measures a run.
    pub(crate) fn run<F: Future>(self: &Arc<Self>, future: F) -> Metered<F> {
        Metered { future, meter: Arc::clone(self), part: Part::Run }
    }

    /// Measures an answer of the hub within a run.
    pub(crate) async fn answer<F: Future>(self: &Arc<Self>, future: F) -> F::Output {
        let asked = Instant::now();
        let answer = Metered { future, meter: Arc::clone(self), part: Part::Answer }.await;
        self.waited.fetch_add(u64::try_from(asked.elapsed().as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
        answer
    }
}

/// What this thread has computed, in nanoseconds. A poll begins and ends on one thread.
fn now() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0)
}

#[derive(Clone, Copy)]
enum Part {
    Run,
    Answer,
}

pin_project! {
    /// A future whose polls are measured.
    pub(crate) struct Metered<F> {
        #[pin]
        future: F,
        meter: Arc<Meter>,
        part: Part,
    }
}

impl<F: Future> Future for Metered<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let began = now();
        match this.part {
            Part::Run => {
                this.meter.began.store(began, Ordering::Relaxed);
                let poll = this.future.poll(context);
                this.meter.began.store(u64::MAX, Ordering::Relaxed);
                this.meter.polled.fetch_add(now().saturating_sub(began), Ordering::Relaxed);
                poll
            }
            Part::Answer => {
                let poll = this.future.poll(context);
                this.meter.excused.fetch_add(now().saturating_sub(began), Ordering::Relaxed);
                poll
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compute(time: Duration) {
        let until = now() + u64::try_from(time.as_nanos()).expect("fits");
        while now() < until {
            std::hint::spin_loop();
        }
    }

    #[tokio::test]
    async fn waiting_and_the_hub_s_own_work_do_not_count() {
        let meter = Meter::new();
        meter
            .run(async {
                compute(Duration::from_millis(20));
                meter
                    .answer(async {
                        compute(Duration::from_millis(60));
                        tokio::time::sleep(Duration::from_millis(60)).await;
                    })
                    .await;
                tokio::time::sleep(Duration::from_millis(60)).await;
            })
            .await;
        assert!(meter.computed() >= Duration::from_millis(20), "{meter:?}");
        assert!(meter.computed() < Duration::from_millis(60), "{meter:?}");
        assert!(meter.waited() >= Duration::from_millis(120), "{meter:?}");
    }
}
