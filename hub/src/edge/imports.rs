use std::sync::Arc;
use std::time::Duration;

use axum::extract::multipart::{Field, MultipartError, MultipartRejection};
use axum::extract::{DefaultBodyLimit, Multipart, Path, Query, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use domain::import::{ImportReport, Mapping};
use schemas::ErrorCode;
use serde::Deserialize;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;
use uuid::Uuid;

use super::caller::Caller;
use super::problem::Problem;
use crate::live::Node;
use crate::office::{FileError, Incoming};
use crate::store::imports::{ImportError, ImportFile, ImportOrder, import_guests, import_rundown};

/// Most bytes of an upload.
const LARGEST_UPLOAD: usize = 20 * 1024 * 1024;
/// Most bytes of a mapping.
const LARGEST_MAPPING: usize = 256 * 1024;
/// How long an upload may take.
const UPLOAD_TIME: Duration = Duration::from_secs(60);

/// Files that are read or painted at the same time; each may take some 200 MB.
static DESKS: Semaphore = Semaphore::const_new(2);

/// Bringing one's own guests and rundown.
pub fn routes() -> Router<Arc<Node>> {
    Router::new()
        .route("/v1/events/{event}/import/guests", post(guests))
        .route("/v1/events/{event}/import/rundown", post(rundown))
        .layer(DefaultBodyLimit::max(LARGEST_UPLOAD))
}

/// Waits for a place to work on a large file.
///
/// # Errors
/// 503 `busy` after 10 s.
pub(super) async fn desk() -> Result<SemaphorePermit<'static>, Problem> {
    match timeout(Duration::from_secs(10), DESKS.acquire()).await {
        Ok(Ok(permit)) => Ok(permit),
        _ => Err(Problem::of(ErrorCode::Busy, "other files are being worked on; try again in a moment")),
    }
}

#[derive(Deserialize)]
struct Wanted {
    apply: Option<String>,
}

type Upload = Result<Multipart, MultipartRejection>;

async fn guests(
    State(node): State<Arc<Node>>,
    caller: Caller,
    Path(event_id): Path<Uuid>,
    Query(wanted): Query<Wanted>,
    upload: Upload,
) -> Result<Json<ImportReport>, Problem> {
    let by = caller.prepares_events()?;
    let _desk = desk().await?;
    let (order, file) = receive(event_id, &wanted, upload).await?;
    Ok(Json(import_guests(&node.store, by, &order, file).await?))
}

async fn rundown(
    State(node): State<Arc<Node>>,
    caller: Caller,
    Path(event_id): Path<Uuid>,
    Query(wanted): Query<Wanted>,
    upload: Upload,
) -> Result<Json<ImportReport>, Problem> {
    let by = caller.prepares_events()?;
    let _desk = desk().await?;
    let (order, file) = receive(event_id, &wanted, upload).await?;
    Ok(Json(import_rundown(&node.store, by, &order, file).await?))
}

async fn receive(event_id: Uuid, wanted: &Wanted, upload: Upload) -> Result<(ImportOrder, ImportFile), Problem> {
    let apply = match wanted.apply.as_deref() {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(invalid("apply is true or false")),
    };
    let upload = upload.map_err(|_| invalid("send multipart/form-data with the field `file`"))?;
    let (bytes, mapping) = timeout(UPLOAD_TIME, parts(upload)).await.map_err(|_| {
        Problem::new(StatusCode::REQUEST_TIMEOUT, ErrorCode::InvalidArgument, "the upload took more than a minute")
    })??;
    let read = tokio::task::spawn_blocking(move || Incoming::read(&bytes));
    // A file on which a library gives up altogether is no spreadsheet.
    let file = match read.await.unwrap_or(Err(FileError::BadWorkbook)) {
        Ok(Incoming::Rows { format, rows }) => ImportFile::Rows { format, rows },
        Ok(Incoming::Ontime(project)) => ImportFile::Ontime(project),
        Err(error) => ImportFile::Unreadable(error.row_error()),
    };
    Ok((ImportOrder { event_id, mapping, apply }, file))
}

async fn parts(mut upload: Multipart) -> Result<(axum::body::Bytes, Mapping), Problem> {
    let (mut file, mut mapping) = (None, Mapping::new());
    while let Some(field) = upload.next_field().await.map_err(broken)? {
        match field.name() {
            Some("file") => file = Some(field.bytes().await.map_err(broken)?),
            Some("mapping") => mapping = parse_mapping(field).await?,
            _ => {}
        }
    }
    Ok((file.ok_or_else(|| invalid("the field `file` is missing"))?, mapping))
}

async fn parse_mapping(field: Field<'_>) -> Result<Mapping, Problem> {
    let text = field.bytes().await.map_err(broken)?;
    if text.len() > LARGEST_MAPPING {
        return Err(invalid("mapping is too long"));
    }
    if text.is_empty() {
        return Ok(Mapping::new());
    }
    serde_json::from_slice(&text)
        .map_err(|_| invalid("mapping is a JSON object from column headers to field names or null"))
}

fn broken(error: MultipartError) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::of(ErrorCode::FrameTooLarge, "a file has at most 20 MB");
    }
    invalid("the upload is not whole")
}

fn invalid(message: &str) -> Problem {
    Problem::of(ErrorCode::InvalidArgument, message)
}

impl From<ImportError> for Problem {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::NoEvent => Self::not_found("event"),
            ImportError::NoStart => Self::of(ErrorCode::Conflict, error.to_string()),
            ImportError::Store(error) => error.into(),
        }
    }
}
