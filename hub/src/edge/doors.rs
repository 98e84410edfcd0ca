use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use schemas::ErrorCode;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::auth::body;
use super::caller::Caller;
use super::problem::Problem;
use crate::live::Node;
use crate::store::doors::{self, NewGate, NewTier};

/// Tiers and gates of an event, so that a guest list has where to go.
pub fn routes() -> Router<Arc<Node>> {
    Router::new()
        .route("/v1/events/{event}/tiers", post(create_tier))
        .route("/v1/events/{event}/gates", post(create_gate))
}

#[derive(Deserialize)]
struct Tier {
    name: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    quantity_total: i32,
    color: Option<String>,
}

async fn create_tier(
    State(node): State<Arc<Node>>,
    caller: Caller,
    Path(event_id): Path<Uuid>,
    tier: Result<Json<Tier>, JsonRejection>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let by = caller.prepares_events()?;
    let tier = body(tier)?;
    let kind = tier.kind.unwrap_or_else(|| "comp".to_owned());
    if !["paid", "comp", "press", "vip"].contains(&kind.as_str()) {
        return Err(Problem::of(ErrorCode::InvalidArgument, "type is paid, comp, press or vip"));
    }
    if !(0..=1_000_000).contains(&tier.quantity_total) {
        return Err(Problem::of(ErrorCode::InvalidArgument, "quantity_total is 0-1000000"));
    }
    let new = NewTier { name: name(&tier.name)?, kind, quantity_total: tier.quantity_total, color: tier.color };
    let made = doors::create_tier(&node.store, by, event_id, &new).await?;
    let made = made.ok_or_else(|| Problem::not_found("event"))?;
    Ok((StatusCode::CREATED, Json(json!({ "tier": made }))))
}

#[derive(Deserialize)]
struct Gate {
    name: String,
    #[serde(default)]
    tier_ids: Vec<Uuid>,
}

async fn create_gate(
    State(node): State<Arc<Node>>,
    caller: Caller,
    Path(event_id): Path<Uuid>,
    gate: Result<Json<Gate>, JsonRejection>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let by = caller.prepares_events()?;
    let gate = body(gate)?;
    let mut tier_ids = gate.tier_ids;
    tier_ids.sort_unstable();
    tier_ids.dedup();
    let new = NewGate { name: name(&gate.name)?, tier_ids };
    let made = doors::create_gate(&node.store, by, event_id, &new).await?;
    let made = made.ok_or_else(|| Problem::not_found("event or tier"))?;
    Ok((StatusCode::CREATED, Json(json!({ "gate": made }))))
}

fn name(text: &str) -> Result<String, Problem> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > 100 || name.contains('\0') {
        return Err(Problem::of(ErrorCode::InvalidArgument, "name has 1-100 characters"));
    }
    Ok(name.to_owned())
}
