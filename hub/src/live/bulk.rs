use std::sync::Arc;

use futures_util::future::join_all;
use schemas::{About, Command, ErrorCode, ServerFrame, Topic};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::asker::Asker;
use super::node::Node;
use super::room::RoomMessage;
use super::room_commands::Perform;
use super::{bounds, session};
use crate::store::access::{self, TopicAccess};
use crate::store::commands;
use crate::store::identity::Identity;
use crate::telemetry;

/// Has commands that came together carried out by the topic's room, as if each had come on a socket: the same bounds, rights
/// and ids, the same batches. Answers with the frames that a socket would have received, in the order of the commands.
pub async fn perform(
    node: &Arc<Node>,
    identity: &Arc<Identity>,
    topic: Topic,
    access: &TopicAccess,
    commands: Vec<(Uuid, Command)>,
) -> Vec<ServerFrame> {
    let answers = commands.into_iter().map(|(command_id, command)| {
        let sent = send(node, identity, topic, access, command_id, command);
        async move {
            let refused = |code, message| session::error(code, message, Some(About::Command(command_id)));
            match sent {
                // A room that ended took the answer along; the command's id tells what became of it.
                Ok(answer) => answer.await.unwrap_or_else(|_| {
                    refused(ErrorCode::Unavailable, "the answer was lost; ask again under the same id".to_owned())
                }),
                Err((code, message)) => refused(code, message),
            }
        }
    });
    // Collected first: all of them are on their way before the first answer is waited for.
    let answers: Vec<_> = answers.collect();
    join_all(answers).await
}

fn send(
    node: &Arc<Node>,
    identity: &Arc<Identity>,
    topic: Topic,
    access: &TopicAccess,
    command_id: Uuid,
    command: Command,
) -> Result<oneshot::Receiver<ServerFrame>, (ErrorCode, String)> {
    bounds::check(&command).map_err(|message| (ErrorCode::InvalidArgument, message))?;
    access::may(access, &command).map_err(|denied| (ErrorCode::Forbidden, denied))?;
    let (asker, answer) = oneshot::channel();
    let span = telemetry::command(commands::name(&command));
    let perform = Perform { asker: Asker::Request(asker), identity: Arc::clone(identity), command_id, command, span };
    node.send_to_room(topic, access.organization_id, RoomMessage::Perform(Box::new(perform)))
        .map_err(|error| (error.code(), error.to_string()))?;
    Ok(answer)
}
