use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Response as HttpResponse, StatusCode};
use axum::response::Response;
use serde_json::json;

use super::head::Head;
use crate::store::rest::{Answer, RestError, Verb};

const JSON: &str = "application/json; charset=utf-8";
const OBJECT: &str = "application/vnd.pgrst.object+json; charset=utf-8";

/// An answer on its way out. Nobody keeps a copy of it.
pub(super) struct Sent(axum::http::response::Builder);

impl Sent {
    pub(super) fn new(status: StatusCode, media_type: &'static str) -> Self {
        Self(HttpResponse::builder().status(status).header(CONTENT_TYPE, media_type).header(CACHE_CONTROL, "no-store"))
    }

    fn range(self, range: String) -> Self {
        Self(self.0.header(CONTENT_RANGE, range))
    }

    fn applied(self, head: &Head) -> Self {
        let applied = HeaderValue::from_str(&head.applied.join(", "));
        match applied {
            Ok(applied) if !head.applied.is_empty() => Self(self.0.header("preference-applied", applied)),
            _ => self,
        }
    }

    pub(super) fn body(self, body: String) -> Response {
        self.0.body(Body::from(body)).unwrap_or_else(|error| {
            tracing::error!(%error, "an answer could not be put together");
            let mut empty = Response::new(Body::empty());
            *empty.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            empty
        })
    }
}

/// Rows that were read, or what a function answered.
///
/// # Errors
/// PGRST103 when there are fewer rows than were to be left out.
pub(super) fn rows(answer: Answer, head: &Head) -> Result<Response, RestError> {
    let Answer { body, rows, total, offset, .. } = answer;
    if let Some(total) = total.filter(|total| offset > *total) {
        let details = format!("An offset of {offset} was requested, but there are only {total} rows.");
        return Err(RestError::new("PGRST103", "Requested range not satisfiable").details(details));
    }
    let status = match total {
        _ if body.is_empty() => StatusCode::NO_CONTENT,
        Some(total) if rows < total => StatusCode::PARTIAL_CONTENT,
        _ => StatusCode::OK,
    };
    let range = if rows == 0 { "*".to_owned() } else { format!("{offset}-{}", offset + rows - 1) };
    let sent = Sent::new(status, media_type(head)).range(format!("{range}/{}", of(total))).applied(head);
    Ok(sent.body(presented(body, head)?))
}

/// What became of a write.
///
/// # Errors
/// When the rows cannot be written as CSV.
pub(super) fn written(answer: Answer, verb: Verb, head: &Head) -> Response {
    let Answer { body, rows, total, made, .. } = answer;
    let status = match verb {
        Verb::Insert => StatusCode::CREATED,
        Verb::Upsert if made => StatusCode::CREATED,
        _ if body.is_empty() => StatusCode::NO_CONTENT,
        _ => StatusCode::OK,
    };
    let range = match verb {
        Verb::Update if rows > 0 => format!("0-{}", rows - 1),
        _ => "*".to_owned(),
    };
    let sent = Sent::new(status, media_type(head)).range(format!("{range}/{}", of(total))).applied(head);
    match presented(body, head) {
        Ok(body) => sent.body(body),
        Err(error) => refused(&error),
    }
}

fn of(total: Option<u64>) -> String {
    total.map_or_else(|| "*".to_owned(), |total| total.to_string())
}

fn media_type(head: &Head) -> &'static str {
    match head {
        Head { csv: true, .. } => "text/csv; charset=utf-8",
        Head { single: true, .. } => OBJECT,
        _ => JSON,
    }
}

fn presented(body: String, head: &Head) -> Result<String, RestError> {
    if head.csv && !body.is_empty() { super::table_text::csv(&body) } else { Ok(body) }
}

/// `{code, message, details, hint}` with the status of the code.
pub(super) fn refused(error: &RestError) -> Response {
    let status = status(&error.code);
    let body = json!({
        "code": error.code, "message": error.message, "details": error.details, "hint": error.hint,
    });
    let mut sent = Sent::new(status, JSON);
    if status == StatusCode::UNAUTHORIZED {
        sent = Sent(sent.0.header(WWW_AUTHENTICATE, "Bearer"));
    }
    if error.code == "PGRST103" {
        sent = sent.range("*/*".to_owned());
    }
    sent.body(body.to_string())
}

/// As PostgREST has it; ours where it has none.
fn status(code: &str) -> StatusCode {
    match code {
        "PGRST000" | "PGRST001" | "PGRST002" => StatusCode::SERVICE_UNAVAILABLE,
        "PGRST103" => StatusCode::RANGE_NOT_SATISFIABLE,
        "PGRST106" | "PGRST107" | "PGRST116" => StatusCode::NOT_ACCEPTABLE,
        "PGRST105" | "PGRST117" | "25006" => StatusCode::METHOD_NOT_ALLOWED,
        "PGRST125" | "PGRST202" | "PGRST205" | "42P01" | "42883" => StatusCode::NOT_FOUND,
        "PGRST201" | "PGRST203" => StatusCode::MULTIPLE_CHOICES,
        "PGRST301" | "PGRST302" => StatusCode::UNAUTHORIZED,
        "HUB100" => StatusCode::URI_TOO_LONG,
        "HUB102" | "HUB103" | "HUB104" => StatusCode::PAYLOAD_TOO_LARGE,
        "42501" => StatusCode::FORBIDDEN,
        "23503" | "23505" | "23P01" => StatusCode::CONFLICT,
        "57014" | "PGRST003" => StatusCode::GATEWAY_TIMEOUT,
        // The same request may pass in a moment.
        "40001" | "40P01" | "55P03" => StatusCode::SERVICE_UNAVAILABLE,
        "54001" => StatusCode::BAD_REQUEST,
        code if code.len() == 5 => match &code[..2] {
            "08" | "53" | "57" => StatusCode::SERVICE_UNAVAILABLE,
            "58" | "XX" => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        },
        _ => StatusCode::BAD_REQUEST,
    }
}
