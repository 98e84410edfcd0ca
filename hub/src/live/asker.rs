use schemas::ServerFrame;
use tokio::sync::oneshot;

use super::room::Room;
use super::shard::{AnswerKind, Seat};

/// Who waits for the answer to a command.
pub enum Asker {
    /// A session.
    Socket(Seat),
    /// A request, for one answer.
    Request(oneshot::Sender<ServerFrame>),
}

impl Room {
    /// Sends answers to commands: to sockets one message a shard, to requests each its own.
    pub(super) fn reply(&self, answers: Vec<(Asker, ServerFrame)>) {
        let mut to_sockets = Vec::with_capacity(answers.len());
        for (asker, frame) in answers {
            match asker {
                Asker::Socket(seat) => to_sockets.push((seat, frame, AnswerKind::Command)),
                // A client that has hung up asks again under the same id.
                Asker::Request(waiting) => drop(waiting.send(frame)),
            }
        }
        self.answer(to_sockets);
    }
}
