use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::import::ontime;
use schemas::ErrorCode;
use uuid::Uuid;

use super::caller::Caller;
use super::imports::desk;
use super::problem::Problem;
use crate::live::Node;
use crate::office::{Listing, lists};
use crate::store::exports::{self, EventHead, Rundown};

/// Taking one's show away.
pub fn routes() -> Router<Arc<Node>> {
    Router::new().route("/v1/events/{event}/export/{file}", get(export))
}

const CSV: &str = "text/csv; charset=utf-8";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

async fn export(
    State(node): State<Arc<Node>>,
    caller: Caller,
    Path((event_id, file)): Path<(Uuid, String)>,
) -> Result<Response, Problem> {
    let acting = caller.prepares_events()?.acting();
    let (what, format) = file.split_once('.').ok_or_else(|| Problem::not_found("export"))?;
    if !matches!((what, format), ("guests" | "rundown" | "arrivals", "csv" | "xlsx") | ("rundown", "json")) {
        return Err(Problem::not_found("export"));
    }
    let _desk = desk().await?;
    let store = &node.store;
    let event = || Problem::not_found("event");
    let (head, work): (EventHead, Work) =
        match what {
            "guests" => {
                let list = exports::guest_list(store, &acting, event_id).await?.ok_or_else(event)?;
                (list.event.clone(), Box::new(move || Made::Listing(lists::guests(&list))))
            }
            "arrivals" => {
                let arrivals = exports::arrivals(store, &acting, event_id).await?.ok_or_else(event)?;
                (arrivals.event.clone(), Box::new(move || Made::Listing(lists::arrivals(&arrivals))))
            }
            _ => {
                let rundown = exports::rundown(store, &acting, event_id).await?.ok_or_else(event)?;
                let json = format == "json";
                (
                    rundown.event.clone(),
                    Box::new(move || {
                        if json { Made::Project(project(&rundown)) } else { Made::Listing(lists::rundown(&rundown)) }
                    }),
                )
            }
        };
    let (sheet, as_csv) = (title_case(what), format == "csv");
    let (media_type, bytes) = tokio::task::spawn_blocking(move || match work() {
        Made::Project(bytes) => ("application/json", bytes),
        Made::Listing(listing) if as_csv => (CSV, listing.to_csv()),
        Made::Listing(listing) => (XLSX, listing.to_xlsx(&sheet)),
    })
    .await
    .map_err(|error| {
        tracing::error!(%error, "an export failed");
        Problem::of(ErrorCode::Internal, "the file could not be made")
    })?;
    let name = format!("attachment; filename=\"{}-{file}\"", head.slug);
    Ok(([(CONTENT_TYPE, media_type), (CONTENT_DISPOSITION, &name), (CACHE_CONTROL, "no-store")], bytes).into_response())
}

enum Made {
    Listing(Listing),
    Project(Vec<u8>),
}

type Work = Box<dyn FnOnce() -> Made + Send>;

fn project(rundown: &Rundown) -> Vec<u8> {
    let cues = rundown.cues.iter().map(|stored| (stored.id.to_string(), &stored.cue));
    let project = ontime::project(&rundown.event.title, cues, &rundown.event.zone);
    serde_json::to_vec_pretty(&project).expect("a project is JSON")
}

fn title_case(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_ascii_uppercase() + rest
}
