use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use schemas::ErrorCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::body;
use super::caller::Caller;
use super::problem::Problem;
use crate::live::Node;
use crate::store::events::{self, NewEvent};
use crate::store::organizations::slug;

/// The organization's events.
pub fn routes() -> Router<Arc<Node>> {
    Router::new().route("/v1/events", get(list).post(create))
}

#[derive(Deserialize)]
struct Filter {
    q: Option<String>,
    status: Option<String>,
}

async fn list(
    State(node): State<Arc<Node>>,
    caller: Caller,
    Query(filter): Query<Filter>,
) -> Result<Json<Value>, Problem> {
    let text = filter.q.filter(|text| !text.trim().is_empty());
    if text.as_ref().is_some_and(|text| text.len() > 200 || text.contains('\0')) {
        return Err(Problem::of(ErrorCode::InvalidArgument, "q has at most 200 characters"));
    }
    let status = filter.status.filter(|status| !status.is_empty());
    let events = events::list(&node.store, &caller.0, text.as_deref(), status.as_deref()).await?;
    Ok(Json(json!({ "events": events })))
}

#[derive(Deserialize)]
struct New {
    title: String,
    slug: Option<String>,
    start_time: jiff::Timestamp,
    end_time: jiff::Timestamp,
    time_zone: Option<String>,
    venue_name: Option<String>,
    capacity_limit: Option<i32>,
}

async fn create(
    State(node): State<Arc<Node>>,
    caller: Caller,
    new: Result<Json<New>, JsonRejection>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let by = caller.prepares_events()?;
    let new = body(new)?;
    let invalid = |message: &str| Err(Problem::of(ErrorCode::InvalidArgument, message));
    let title = new.title.trim().to_owned();
    if title.is_empty() || title.chars().count() > 200 {
        return invalid("title has 1-200 characters");
    }
    if new.end_time <= new.start_time {
        return invalid("end_time is after start_time");
    }
    let time_zone = new.time_zone.unwrap_or_else(|| "UTC".to_owned());
    if jiff::tz::TimeZone::get(&time_zone).is_err() {
        return invalid("time_zone is an IANA name such as Europe/Paris");
    }
    if new.capacity_limit.is_some_and(|limit| limit < 1) {
        return invalid("capacity_limit is at least 1");
    }
    let event = NewEvent {
        slug: new.slug.unwrap_or_else(|| slug(&title, "event")),
        title,
        start_time: new.start_time,
        end_time: new.end_time,
        time_zone,
        venue_name: new.venue_name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()),
        capacity_limit: new.capacity_limit,
    };
    let made = events::create(&node.store, by, &event).await?;
    Ok((StatusCode::CREATED, Json(json!({ "event": made }))))
}
