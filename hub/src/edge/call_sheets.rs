use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use schemas::ErrorCode;
use uuid::Uuid;

use super::caller::Caller;
use super::imports::desk;
use super::problem::Problem;
use crate::live::Node;
use crate::office::CallSheet;
use crate::store::StoreError;
use crate::store::call_sheets::call_sheet;

/// Call sheets to print, for whoever may see them. The answer is packed already: keep it out of compression.
pub fn routes() -> Router<Arc<Node>> {
    Router::new().route("/v1/call-sheets/{sheet}/sheet.pdf", get(printed))
}

async fn printed(State(node): State<Arc<Node>>, caller: Caller, Path(id): Path<Uuid>) -> Result<Response, Problem> {
    let stored = call_sheet(&node.store, &caller.0.acting(), id).await?;
    let stored = stored.ok_or_else(|| Problem::not_found("call sheet"))?;
    let name = format!("attachment; filename=\"call-sheet-{}-v{}.pdf\"", stored.date, stored.version);
    let desk = desk().await?;
    let painted = tokio::task::spawn_blocking(move || {
        let _desk = desk;
        CallSheet::read(stored.date, stored.version, &stored.status, stored.issued_at, &stored.content).to_pdf()
    });
    let bytes = painted
        .await
        .map_err(|error| StoreError::Internal(error.to_string()))?
        .map_err(|error| Problem::of(ErrorCode::InvalidArgument, error.to_string()))?;
    let headers = [(CONTENT_TYPE, "application/pdf"), (CONTENT_DISPOSITION, &name), (CACHE_CONTROL, "no-store")];
    Ok((headers, bytes).into_response())
}
