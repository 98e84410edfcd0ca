use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::routing::post;
use axum::{Json, Router};
use schemas::{Command, Direction, ErrorCode, ServerFrame, Topic};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::auth::body;
use super::caller::Caller;
use super::problem::Problem;
use crate::live::{Node, bulk};
use crate::store::access;

/// Scans of one request: as many as one socket may have under way.
const MOST: usize = 256;
/// Bytes of a request.
const BODY: usize = 512 * 1024;

/// Scans that were collected somewhere else, by whoever has no socket.
pub fn routes() -> Router<Arc<Node>> {
    Router::new().route("/v1/events/{event}/scans", post(scans)).layer(DefaultBodyLimit::max(BODY))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scans {
    scans: Vec<Scan>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scan {
    command_id: Uuid,
    command: Command,
}

#[derive(Serialize)]
struct Answers {
    answers: Vec<ServerFrame>,
}

async fn scans(
    State(node): State<Arc<Node>>,
    caller: Caller,
    Path(event_id): Path<Uuid>,
    scans: Result<Json<Scans>, JsonRejection>,
) -> Result<Json<Answers>, Problem> {
    let scans = body(scans)?.scans;
    if scans.is_empty() || scans.len() > MOST {
        return Err(Problem::of(ErrorCode::InvalidArgument, format!("scans has 1-{MOST} entries")));
    }
    if scans.iter().any(|scan| !matches!(scan.command, Command::Scan { .. })) {
        return Err(Problem::of(ErrorCode::InvalidArgument, "every command here is a scan"));
    }
    let topic = Topic::event(event_id);
    let admitted = access::admit(&node.store, &caller.0, topic).await?;
    let access = admitted.ok_or_else(|| Problem::of(ErrorCode::UnknownTopic, "no such event"))?;
    // Whoever may not scan here at all is told so once.
    access::may(&access, &plain()).map_err(|denied| Problem::of(ErrorCode::Forbidden, denied))?;
    let commands = scans.into_iter().map(|scan| (scan.command_id, scan.command)).collect();
    Ok(Json(Answers { answers: bulk::perform(&node, &caller.0, topic, &access, commands).await }))
}

/// The scan that everybody who scans may make.
fn plain() -> Command {
    Command::Scan {
        code: String::new(),
        registration_id: None,
        direction: Direction::In,
        people: None,
        gate_id: None,
        scanned_at: 0,
        offline: false,
        override_reason: None,
    }
}
