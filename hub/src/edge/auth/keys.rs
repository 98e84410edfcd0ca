use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use serde_json::{Value, json};

use super::Settings;
use crate::live::Node;

/// The public keys of access tokens. A new one stands here a quarter of an hour before it signs.
pub(super) async fn published(State(node): State<Arc<Node>>) -> impl IntoResponse {
    ([(CACHE_CONTROL, "public, max-age=300")], Json(node.store.tokens.published()))
}

/// What this hub can do, as GoTrue tells it.
pub(super) async fn settings(Extension(settings): Extension<Arc<Settings>>) -> Json<Value> {
    let mut external = json!({ "email": true, "phone": false, "anonymous_users": false });
    for name in settings.providers.names() {
        external[name] = json!(true);
    }
    Json(json!({
        "external": external, "disable_signup": !settings.open, "mailer_autoconfirm": false, "phone_autoconfirm": false,
        "sms_provider": "", "saml_enabled": false, "mfa_enabled": true,
    }))
}

pub(super) async fn health() -> Json<Value> {
    let description = "FashionOS Hub, speaking the dialect of GoTrue";
    Json(json!({ "name": "FashionOS Hub", "version": env!("CARGO_PKG_VERSION"), "description": description }))
}
