use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::StatusCode;
use axum::routing::{delete, get, post};
use axum::{Extension, Json, Router};
use schemas::{DeviceProfile, ErrorCode};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::auth::body;
use super::caller::Caller;
use super::limits::Guesses;
use super::problem::Problem;
use crate::live::Node;
use crate::store::devices::{self, Paired, Pairing, Wanted};

/// Pairing tablets and screens, and taking it back.
pub fn routes() -> Router<Arc<Node>> {
    Router::new()
        .route("/v1/events/{event}/devices", get(list))
        .route("/v1/events/{event}/pairings", post(create_pairing))
        .route("/v1/pairings/claim", post(claim))
        .route("/v1/devices/{device}", delete(revoke))
}

#[derive(Deserialize)]
struct NewPairing {
    name: String,
    profile: DeviceProfile,
    gate_id: Option<Uuid>,
    #[serde(default)]
    supervisor: bool,
}

async fn create_pairing(
    State(node): State<Arc<Node>>,
    caller: Caller,
    Path(event_id): Path<Uuid>,
    new: Result<Json<NewPairing>, JsonRejection>,
) -> Result<(StatusCode, Json<Pairing>), Problem> {
    let by = caller.prepares_events()?;
    let new = body(new)?;
    let name = new.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 100 {
        return Err(Problem::of(ErrorCode::InvalidArgument, "name has 1-100 characters"));
    }
    let wanted = Wanted { event_id, name, profile: new.profile, gate_id: new.gate_id, supervisor: new.supervisor };
    let pairing = devices::create_pairing(&node.store, by, &wanted).await?;
    Ok((StatusCode::CREATED, Json(pairing.ok_or_else(|| Problem::not_found("event or gate"))?)))
}

#[derive(Deserialize)]
struct Claim {
    code: String,
    app_version: Option<String>,
}

async fn claim(
    State(node): State<Arc<Node>>,
    Extension(guesses): Extension<Guesses>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    claim: Result<Json<Claim>, JsonRejection>,
) -> Result<(StatusCode, Json<Paired>), Problem> {
    guesses.admit(from)?;
    let claim = body(claim)?;
    let version: Option<String> = claim.app_version.map(|version| version.chars().take(100).collect());
    let paired = devices::claim(&node.store, &claim.code, version.as_deref()).await?;
    let paired = paired.ok_or_else(|| Problem::of(ErrorCode::NotFound, "the code is unknown, used or expired"))?;
    Ok((StatusCode::CREATED, Json(paired)))
}

async fn list(
    State(node): State<Arc<Node>>,
    caller: Caller,
    Path(event_id): Path<Uuid>,
) -> Result<Json<Value>, Problem> {
    let devices = devices::list(&node.store, &caller.0, event_id).await?;
    Ok(Json(json!({ "devices": devices })))
}

async fn revoke(
    State(node): State<Arc<Node>>,
    caller: Caller,
    Path(device_id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    let by = caller.prepares_events()?;
    if devices::revoke(&node.store, by, device_id).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found("device"))
    }
}
