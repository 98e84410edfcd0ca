use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::plugin_difference::difference as compared;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::refusal::Refusal;
use crate::edge::caller::Caller;
use crate::live::Node;
use crate::store::plugins::connections;
use crate::store::plugins::installs::{self, Agreement, Install};
use crate::store::plugins::packages;

/// What an administrator agrees to.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Agreed {
    package_id: Uuid,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default)]
    config: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    #[serde(default)]
    active: Option<bool>,
    #[serde(default)]
    scopes: Option<Vec<String>>,
    #[serde(default)]
    config: Option<Value>,
    /// The secret of the organization's OAuth application; written, never read.
    #[serde(default)]
    client_secret: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct To {
    package_id: Uuid,
}

pub(super) fn body<T>(body: Result<Json<T>, JsonRejection>) -> Result<T, Refusal> {
    body.map(|Json(body)| body).map_err(|rejection| Refusal::invalid(rejection.body_text()))
}

fn settings(config: Option<Value>) -> Result<Value, Refusal> {
    match config.unwrap_or_else(|| json!({})) {
        Value::Object(settings) => Ok(Value::Object(settings)),
        _ => Err(Refusal::invalid("config is an object")),
    }
}

pub(super) async fn install(
    State(node): State<Arc<Node>>,
    caller: Caller,
    agreed: Result<Json<Agreed>, JsonRejection>,
) -> Result<Response, Refusal> {
    let by = caller.administers()?;
    let agreed = body(agreed)?;
    let config = settings(agreed.config)?;
    let agreement = Agreement { package_id: agreed.package_id, scopes: &agreed.scopes, config: &config };
    let made = installs::install_package(&node.store, by, &agreement).await?;
    Ok((StatusCode::CREATED, Json(made)).into_response())
}

pub(super) async fn show(
    State(node): State<Arc<Node>>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<Value>, Refusal> {
    let organization = caller.prepares_events()?.principal.organization_id;
    let install = installs::find(&node.store, organization, id).await?;
    let connections = connections::list(&node.store, organization, Some(id)).await?;
    Ok(Json(json!({ "install": install, "connections": connections })))
}

pub(super) async fn change(
    State(node): State<Arc<Node>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    change: Result<Json<Change>, JsonRejection>,
) -> Result<Json<Install>, Refusal> {
    let by = caller.administers()?;
    let change = body(change)?;
    if let Some(secret) = &change.client_secret {
        if secret.is_empty() || secret.len() > 4_096 {
            return Err(Refusal::invalid("client_secret has 1 to 4096 bytes"));
        }
        installs::keep_client_secret(&node.store, by, id, secret).await?;
    }
    let config = change.config.map(|config| settings(Some(config))).transpose()?;
    let changed =
        installs::change(&node.store, by, id, change.active, change.scopes.as_deref(), config.as_ref()).await?;
    Ok(Json(changed))
}

/// What another version may that this one may not.
pub(super) async fn difference(
    State(node): State<Arc<Node>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    to: Result<Query<To>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Value>, Refusal> {
    let organization = caller.administers()?.principal.organization_id;
    let Query(to) = to.map_err(|rejection| Refusal::invalid(rejection.body_text()))?;
    let install = installs::find(&node.store, organization, id).await?;
    let offers = packages::offers(&node.store, Some(organization)).await?;
    let offer = offers
        .into_iter()
        .find(|offer| offer.id == to.package_id && offer.key == install.plugin_key)
        .ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, "not_found", "no such package of this plugin"))?;
    let found = compared(install.manifest.as_ref(), &offer.manifest);
    Ok(Json(json!({ "from": install.version, "to": offer.version, "more": found.more, "less": found.less,
                    "asks_for_more": found.asks_for_more(), "signed_by": offer.signed_by })))
}

pub(super) async fn upgrade(
    State(node): State<Arc<Node>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    agreed: Result<Json<Agreed>, JsonRejection>,
) -> Result<Json<Install>, Refusal> {
    let by = caller.administers()?;
    let agreed = body(agreed)?;
    let before = installs::find(&node.store, by.principal.organization_id, id).await?;
    let config = settings(agreed.config.or(Some(before.config)))?;
    let agreement = Agreement { package_id: agreed.package_id, scopes: &agreed.scopes, config: &config };
    Ok(Json(installs::upgrade(&node.store, by, id, &agreement).await?))
}

pub(super) async fn remove(
    State(node): State<Arc<Node>>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Refusal> {
    installs::remove(&node.store, caller.administers()?, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
