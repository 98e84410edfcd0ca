use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;

/// Bytes that may wait for one slow reader. They are mostly shared with others; past the bound what waits is dropped, and
/// the reader's subscriptions are taken up again from where it is.
pub const OUTBOX_BYTES: usize = 4 * 1024 * 1024;

/// Answers that may wait for one reader. Past it, its questions are not read any more until it has read some.
const ANSWERS: usize = 1_000;

/// Names a subscription within the process.
pub type SubscriptionId = u64;

/// What a socket is to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// Text, UTF-8.
    Text(Bytes),
    /// Bytes.
    Binary(Bytes),
    /// Nothing: it says how far a subscription has come.
    Mark(Arc<str>),
    /// The last one: why the socket ends (RFC 6455 section 7.4).
    Close(u16),
}

/// The frames of one socket of a dialect, from whoever has something to say to it, to the one task that writes.
#[derive(Default)]
pub struct Outbox {
    state: Mutex<State>,
    /// Something is there to be written.
    wake: Notify,
    /// Something was dropped.
    lost: Notify,
    /// Answers were read.
    relieved: Notify,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Waiting>,
    bytes: usize,
    answers: usize,
    overflowed: bool,
    /// Open subscriptions, and how far what was written has brought them.
    open: HashMap<SubscriptionId, Option<Arc<str>>>,
}

struct Waiting {
    frame: Frame,
    of: Of,
    /// It does not count, and is not dropped.
    kept: bool,
}

/// To what a frame belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// An answer: never dropped; see [`Outbox::is_crowded`].
    Answer,
    /// A message of the moment.
    Moment,
    /// A subscription to changes.
    Subscription(SubscriptionId),
}

impl Outbox {
    /// Hands a frame to the writer.
    pub fn push(&self, frame: Frame, of: Of) {
        self.put(frame, of, of == Of::Answer);
    }

    /// Hands the writer a frame that a subscription begins or goes on with: it is on its way, not in the way. Whoever is taken
    /// up again gets on at least as far as this.
    pub fn push_kept(&self, frame: Frame, of: Of) {
        self.put(frame, of, true);
    }

    fn put(&self, frame: Frame, of: Of, kept: bool) {
        let mut state = self.state();
        if let Of::Subscription(id) = of
            && !state.open.contains_key(&id)
        {
            return;
        }
        if state.overflowed && !kept {
            return;
        }
        state.answers += usize::from(of == Of::Answer);
        state.bytes += if kept { 0 } else { size(&frame) };
        state.queue.push_back(Waiting { frame, of, kept });
        if state.bytes > OUTBOX_BYTES && state.queue.len() > 1 {
            state.overflowed = true;
            state.queue.retain(|waiting| waiting.kept);
            state.bytes = 0;
        }
        let nothing_waits = state.queue.is_empty();
        drop(state);
        self.wake.notify_one();
        // The writer may have nothing to write any more, and would not find out.
        if nothing_waits {
            self.lost.notify_one();
        }
    }

    /// The next frame, and to what it belongs, when there is one.
    pub async fn next(&self) -> (Frame, Of) {
        loop {
            if let Some(waiting) = self.take() {
                return waiting;
            }
            self.wake.notified().await;
        }
    }

    /// Whether more answers wait than should: no more questions are to be read.
    pub fn is_crowded(&self) -> bool {
        self.state().answers > ANSWERS
    }

    /// Waits until answers were read.
    pub async fn relieved(&self) {
        self.relieved.notified().await;
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.state().queue.is_empty()
    }

    /// A frame was written whole.
    pub fn written(&self, frame: &Frame, of: Of) {
        let mut state = self.state();
        if let (Frame::Mark(mark), Of::Subscription(id)) = (frame, of)
            && let Some(at) = state.open.get_mut(&id)
        {
            *at = Some(Arc::clone(mark));
        }
        // The reader reads again, and has all that was left to it.
        if state.overflowed && state.queue.is_empty() {
            self.lost.notify_one();
        }
    }

    /// Frames of a subscription are taken from now on.
    pub fn open(&self, id: SubscriptionId) {
        self.state().open.insert(id, None);
    }

    /// A subscription is over: what waits of it is not sent any more. How far it had come.
    pub fn shut(&self, id: SubscriptionId) -> Option<Arc<str>> {
        let mut state = self.state();
        state.queue.retain(|waiting| waiting.of != Of::Subscription(id));
        state.bytes = state.queue.iter().filter(|waiting| !waiting.kept).map(|waiting| size(&waiting.frame)).sum();
        state.open.remove(&id).flatten()
    }

    /// Waits until something was dropped, and the reader has what was left.
    pub async fn lost(&self) {
        self.lost.notified().await;
    }

    /// Whether something was dropped, and nobody has said yet that they know.
    pub fn has_lost(&self) -> bool {
        self.state().overflowed
    }

    /// What was dropped is known: frames are taken again.
    pub fn recovered(&self) {
        self.state().overflowed = false;
    }

    fn take(&self) -> Option<(Frame, Of)> {
        let mut state = self.state();
        let waiting = state.queue.pop_front()?;
        state.bytes -= if waiting.kept { 0 } else { size(&waiting.frame) };
        if waiting.of == Of::Answer {
            state.answers -= 1;
            if state.answers == ANSWERS {
                self.relieved.notify_one();
            }
        }
        Some((waiting.frame, waiting.of))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A frame costs something even if it is empty.
fn size(frame: &Frame) -> usize {
    64 + match frame {
        Frame::Text(bytes) | Frame::Binary(bytes) => bytes.len(),
        Frame::Mark(_) | Frame::Close(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(length: usize) -> Frame {
        Frame::Text(Bytes::from(vec![b'x'; length]))
    }

    fn waiting(outbox: &Outbox) -> Vec<Of> {
        std::iter::from_fn(|| outbox.take()).map(|(_, of)| of).collect()
    }

    #[test]
    fn past_the_bound_answers_stay_and_the_rest_is_dropped_until_it_is_known() {
        let outbox = Outbox::default();
        outbox.open(1);
        outbox.push(text(10), Of::Answer);
        outbox.push(text(OUTBOX_BYTES / 2), Of::Subscription(1));
        outbox.push(text(OUTBOX_BYTES / 2), Of::Moment);
        outbox.push(text(10), Of::Moment);
        outbox.push(text(10), Of::Answer);
        assert_eq!(waiting(&outbox), [Of::Answer, Of::Answer]);
        outbox.recovered();
        outbox.push(text(10), Of::Moment);
        assert_eq!(waiting(&outbox), [Of::Moment]);
    }

    #[test]
    fn whoever_asks_and_does_not_read_is_not_heard_for_a_while() {
        let outbox = Outbox::default();
        for _ in 0..ANSWERS {
            outbox.push(text(1), Of::Answer);
        }
        assert!(!outbox.is_crowded());
        outbox.push(text(1), Of::Answer);
        assert!(outbox.is_crowded());
        outbox.take().expect("one waits");
        assert!(!outbox.is_crowded());
    }

    #[test]
    fn what_a_subscription_goes_on_with_is_neither_counted_nor_dropped() {
        let outbox = Outbox::default();
        outbox.open(1);
        for _ in 0..3 {
            outbox.push_kept(text(OUTBOX_BYTES), Of::Subscription(1));
        }
        outbox.push(text(OUTBOX_BYTES / 2), Of::Subscription(1));
        outbox.push(text(OUTBOX_BYTES), Of::Subscription(1));
        outbox.push(text(1), Of::Subscription(1));
        assert_eq!(waiting(&outbox), [Of::Subscription(1); 3]);
    }

    #[test]
    fn one_frame_may_be_larger_than_the_bound() {
        let outbox = Outbox::default();
        outbox.push(text(OUTBOX_BYTES * 2), Of::Moment);
        assert_eq!(waiting(&outbox), [Of::Moment]);
    }

    #[test]
    fn a_subscription_that_is_over_says_nothing_more_and_how_far_it_came() {
        let outbox = Outbox::default();
        outbox.push(text(1), Of::Subscription(7));
        assert!(waiting(&outbox).is_empty(), "it was not open");
        outbox.open(7);
        outbox.push(text(1), Of::Subscription(7));
        let mark = Frame::Mark(Arc::from("here"));
        outbox.written(&mark, Of::Subscription(7));
        outbox.push(text(1), Of::Answer);
        assert_eq!(outbox.shut(7).as_deref(), Some("here"));
        outbox.push(text(1), Of::Subscription(7));
        outbox.written(&mark, Of::Subscription(7));
        assert_eq!(waiting(&outbox), [Of::Answer]);
        assert_eq!(outbox.shut(7), None);
    }
}
