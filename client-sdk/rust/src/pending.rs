use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use schemas::ClientFrame;
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::{HubError, OutcomeAck};

pub(crate) type Reply<T> = oneshot::Sender<Result<T, HubError>>;

/// Commands without an outcome, in the order in which they were asked for: they are sent, and sent
/// again after a reconnect, in that order, never more at once than the hub takes.
#[derive(Debug, Default)]
pub(crate) struct Commands {
    waiting: BTreeMap<u64, Pending>,
    order: HashMap<Uuid, u64>,
    asked: u64,
    in_flight: usize,
    limit: usize,
}

#[derive(Debug)]
struct Pending {
    frame: ClientFrame,
    reply: Reply<OutcomeAck>,
    sent: bool,
    again_at: Option<Instant>,
}

impl Commands {
    /// A command that waits already keeps its place; the second asker is told so.
    pub(crate) fn add(&mut self, id: Uuid, frame: ClientFrame, reply: Reply<OutcomeAck>) {
        if self.order.contains_key(&id) {
            reply.send(Err(HubError::AlreadySent(id))).ok();
            return;
        }
        self.asked += 1;
        self.order.insert(id, self.asked);
        self.waiting.insert(self.asked, Pending { frame, reply, sent: false, again_at: None });
    }

    /// How many the hub takes at once on a socket.
    pub(crate) fn set_limit(&mut self, limit: usize) {
        self.limit = limit.max(1);
    }

    /// The frames to send now.
    pub(crate) fn next_frames(&mut self) -> Vec<ClientFrame> {
        let room = self.limit.saturating_sub(self.in_flight);
        let idle = self.waiting.values_mut().filter(|command| !command.sent && command.again_at.is_none());
        let frames: Vec<_> = idle
            .take(room)
            .map(|command| {
                command.sent = true;
                command.frame.clone()
            })
            .collect();
        self.in_flight += frames.len();
        frames
    }

    /// The hub has answered: whom to tell.
    pub(crate) fn answered(&mut self, id: Uuid) -> Option<Reply<OutcomeAck>> {
        let command = self.waiting.remove(&self.order.remove(&id)?)?;
        self.in_flight -= usize::from(command.sent);
        Some(command.reply)
    }

    /// The hub had no capacity for it.
    pub(crate) fn postpone(&mut self, id: Uuid, until: Instant) {
        if let Some(command) = self.order.get(&id).and_then(|order| self.waiting.get_mut(order)) {
            self.in_flight -= usize::from(command.sent);
            command.sent = false;
            command.again_at = Some(until);
        }
    }

    /// The first that was postponed.
    pub(crate) fn again_at(&self) -> Option<Instant> {
        self.waiting.values().filter_map(|command| command.again_at).min()
    }

    /// What was postponed until now may be sent.
    pub(crate) fn wake(&mut self, now: Instant) {
        for command in self.waiting.values_mut() {
            command.again_at.take_if(|at| *at <= now);
        }
    }

    /// Nothing that was sent counts.
    pub(crate) fn forget_sent(&mut self) {
        self.in_flight = 0;
        for command in self.waiting.values_mut() {
            command.sent = false;
            command.again_at = None;
        }
    }

    pub(crate) fn fail_all(&mut self, why: &HubError) {
        self.order.clear();
        self.in_flight = 0;
        for (_, command) in std::mem::take(&mut self.waiting) {
            command.reply.send(Err(why.clone())).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn commands(ids: impl IntoIterator<Item = u128>) -> Commands {
        let mut commands = Commands::default();
        commands.set_limit(2);
        for id in ids {
            commands.add(Uuid::from_u128(id), ClientFrame::Ping { sent: id as i64 }, oneshot::channel().0);
        }
        commands
    }

    fn sent(frames: &[ClientFrame]) -> Vec<i64> {
        frames.iter().map(|frame| if let ClientFrame::Ping { sent } = frame { *sent } else { -1 }).collect()
    }

    #[test]
    fn no_more_are_sent_than_the_hub_takes_and_all_are_sent_again_in_order() {
        let mut commands = commands([30, 10, 20]);
        assert_eq!(sent(&commands.next_frames()), [30, 10]);
        assert_eq!(sent(&commands.next_frames()), [0; 0]);
        assert!(commands.answered(Uuid::from_u128(30)).is_some());
        assert!(commands.answered(Uuid::from_u128(30)).is_none(), "a second answer is nobody's");
        assert_eq!(sent(&commands.next_frames()), [20]);
        commands.forget_sent();
        assert_eq!(sent(&commands.next_frames()), [10, 20]);
    }

    #[test]
    fn a_postponed_command_waits_without_holding_up_others() {
        let mut commands = commands([1, 2, 3]);
        commands.next_frames();
        let later = Instant::now() + Duration::from_secs(60);
        commands.postpone(Uuid::from_u128(1), later);
        assert_eq!(sent(&commands.next_frames()), [3]);
        commands.answered(Uuid::from_u128(2));
        commands.wake(later - Duration::from_millis(1));
        assert_eq!(commands.again_at(), Some(later));
        assert_eq!(sent(&commands.next_frames()), [0; 0]);
        commands.wake(later);
        assert_eq!(sent(&commands.next_frames()), [1]);
    }

    #[test]
    fn an_id_that_waits_cannot_be_used_twice() {
        let mut commands = commands([1]);
        let (reply, mut answer) = oneshot::channel();
        commands.add(Uuid::from_u128(1), ClientFrame::Ping { sent: 9 }, reply);
        assert_eq!(answer.try_recv(), Ok(Err(HubError::AlreadySent(Uuid::from_u128(1)))));
        assert_eq!(sent(&commands.next_frames()), [1]);
    }
}
