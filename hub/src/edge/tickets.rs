use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream;
use schemas::ErrorCode;
use serde::Deserialize;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::caller::Caller;
use super::imports::desk;
use super::problem::Problem;
use crate::live::Node;
use crate::office::tickets::{TicketFormat, write_archive};
use crate::store::exports::guest_list;

/// Bytes of the archive that wait to be sent, at most: this many times [`WAITING`].
const CHUNK: usize = 64 * 1024;
const WAITING: usize = 4;

/// Tickets to print. The answer is packed already: keep it out of compression.
pub fn routes() -> Router<Arc<Node>> {
    Router::new().route("/v1/events/{event}/tickets.zip", get(tickets))
}

#[derive(Deserialize)]
struct Wanted {
    format: Option<String>,
}

async fn tickets(
    State(node): State<Arc<Node>>,
    caller: Caller,
    Path(event_id): Path<Uuid>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let acting = caller.prepares_events()?.acting();
    let format = TicketFormat::parse(wanted.format.as_deref().unwrap_or("pdf"))
        .ok_or_else(|| Problem::of(ErrorCode::InvalidArgument, "format is png or pdf"))?;
    let desk = desk().await?;
    let list = guest_list(&node.store, &acting, event_id).await?.ok_or_else(|| Problem::not_found("event"))?;
    let name = format!("attachment; filename=\"{}-tickets.zip\"", list.event.slug);
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::task::spawn_blocking(move || {
        let _desk = desk;
        let out = BufWriter::with_capacity(CHUNK, Chunks(sender.clone()));
        if let Err(error) = write_archive(&list, format, out) {
            tracing::warn!(%error, "an archive of tickets was not finished");
            // Ends the answer with an error: a shorter archive must not look like a whole one.
            let _ = sender.blocking_send(Err(io::Error::other("the archive could not be finished")));
        }
    });
    let chunks = stream::unfold(receiver, async |mut receiver| Some((receiver.recv().await?, receiver)));
    let headers = [(CONTENT_TYPE, "application/zip"), (CONTENT_DISPOSITION, &name), (CACHE_CONTROL, "no-store")];
    Ok((headers, Body::from_stream(chunks)).into_response())
}

/// Hands on what is written, as fast as the other end takes it.
struct Chunks(mpsc::Sender<io::Result<Bytes>>);

impl Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.blocking_send(Ok(Bytes::copy_from_slice(bytes))) {
            Ok(()) => Ok(bytes.len()),
            Err(_) => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
