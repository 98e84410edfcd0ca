use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::header::{CACHE_CONTROL, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::installs::body;
use super::refusal::Refusal;
use crate::edge::caller::Caller;
use crate::live::Node;
use crate::live::plugins::{self, Going, Plugins};
use crate::store::plugins::connections::{self, Connection, NewConnection};
use crate::store::plugins::installs;

/// What the browser brings back from the vendor besides the state.
const BROWSER: &str = "hub_plugin_oauth";
/// The longest secret that somebody types in, bytes.
const LONGEST: usize = 16 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Account {
    account: String,
    #[serde(default)]
    display_name: Option<String>,
    #[serde(default)]
    marketplace_id: Option<String>,
    /// Values by the names of the manifest; written, never read.
    #[serde(default)]
    credentials: BTreeMap<String, String>,
    #[serde(default)]
    webhook_secret: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Secret {
    secret: String,
}

#[derive(Deserialize)]
pub(super) struct Back {
    #[serde(default)]
    state: String,
    /// Amazon's selling partner consent has its own name for it.
    #[serde(default, alias = "spapi_oauth_code")]
    code: String,
}

/// Connects an account with keys that somebody has typed in.
pub(super) async fn connect(
    State(node): State<Arc<Node>>,
    caller: Caller,
    Path(install_id): Path<Uuid>,
    account: Result<Json<Account>, JsonRejection>,
) -> Result<(StatusCode, Json<Connection>), Refusal> {
    let by = caller.prepares_events()?;
    let account = body(account)?;
    named(&account)?;
    let install = installs::find(&node.store, by.principal.organization_id, install_id).await?;
    let asked: Vec<&str> = install
        .manifest
        .as_ref()
        .and_then(|manifest| manifest.get("credentials")?.as_array())
        .map(|all| all.iter().filter_map(|one| one.get("name")?.as_str()).collect())
        .unwrap_or_default();
    if let Some(name) = account.credentials.keys().find(|name| !asked.contains(&name.as_str())) {
        return Err(Refusal::invalid(format!("the plugin has no credential `{name}`")));
    }
    if account.credentials.is_empty()
        || account.credentials.values().any(|value| value.is_empty() || value.len() > LONGEST)
    {
        return Err(Refusal::invalid(format!("credentials have 1 to {LONGEST} bytes, and there is one at least")));
    }
    if account.webhook_secret.as_ref().is_some_and(|secret| secret.is_empty() || secret.len() > LONGEST) {
        return Err(Refusal::invalid(format!("webhook_secret has 1 to {LONGEST} bytes")));
    }
    let new = NewConnection {
        install_id,
        account: &account.account,
        display_name: account.display_name.as_deref(),
        marketplace_id: account.marketplace_id.as_deref(),
        credentials: &account.credentials,
        webhook_secret: account.webhook_secret.as_deref(),
        refresh_token: None,
        expires_in: None,
        scopes: &[],
    };
    Ok((StatusCode::CREATED, Json(connections::connect(&node.store, by, &new).await?)))
}

/// Sends somebody to the vendor.
pub(super) async fn go(
    Extension(plugins): Extension<Arc<Plugins>>,
    caller: Caller,
    Path(install_id): Path<Uuid>,
    account: Result<Json<Account>, JsonRejection>,
) -> Result<Response, Refusal> {
    let by = caller.prepares_events()?;
    let account = body(account)?;
    named(&account)?;
    let going = Going {
        install_id,
        account: &account.account,
        display_name: account.display_name.as_deref(),
        marketplace_id: account.marketplace_id.as_deref(),
    };
    let (url, browser) = plugins::go(&plugins, by, &going).await?;
    let secure = if plugins.public_url.starts_with("https://") { "; Secure" } else { "" };
    let cookie = format!("{BROWSER}={browser}; Path=/v1/plugins/oauth; Max-Age=600; HttpOnly; SameSite=Lax{secure}");
    Ok(([(SET_COOKIE, cookie), (CACHE_CONTROL, "no-store".to_owned())], Json(json!({ "url": url }))).into_response())
}

/// Somebody comes back from the vendor. The browser is sent on to the console, which shows what came of it: whoever stands
/// before a page of the vendor has no use for JSON.
pub(super) async fn come_back(
    Extension(plugins): Extension<Arc<Plugins>>,
    headers: HeaderMap,
    back: Result<Query<Back>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(back) = back.map_err(|rejection| Refusal::invalid(rejection.body_text()))?;
    let browser =
        cookie(&headers).ok_or_else(|| Refusal::invalid("this browser has not begun to connect an account"))?;
    if back.state.is_empty() || back.state.len() > 128 || back.code.len() > 4_096 {
        return Err(Refusal::invalid("state and code are what the vendor sends back"));
    }
    let place = if back.code.is_empty() {
        "/plugins?refused=declined".to_owned()
    } else {
        match plugins::come_back(&plugins, &back.state, &browser, &back.code).await {
            Ok(connected) => format!("/plugins?connected={}", connected.id),
            Err(error) => {
                tracing::warn!(%error, "an account was not connected");
                format!("/plugins?refused={}", Refusal::from(error).code())
            }
        }
    };
    let forget = format!("{BROWSER}=; Path=/v1/plugins/oauth; Max-Age=0; HttpOnly; SameSite=Lax");
    let headers = [(LOCATION, place), (SET_COOKIE, forget), (CACHE_CONTROL, "no-store".to_owned())];
    Ok((StatusCode::SEE_OTHER, headers).into_response())
}

pub(super) async fn disconnect(
    State(node): State<Arc<Node>>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Refusal> {
    connections::disconnect(&node.store, caller.administers()?, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn webhook_secret(
    State(node): State<Arc<Node>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    secret: Result<Json<Secret>, JsonRejection>,
) -> Result<StatusCode, Refusal> {
    let by = caller.prepares_events()?;
    let secret = body(secret)?.secret;
    if secret.is_empty() || secret.len() > LONGEST {
        return Err(Refusal::invalid(format!("secret has 1 to {LONGEST} bytes")));
    }
    connections::set_webhook_secret(&node.store, by, id, &secret).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn named(account: &Account) -> Result<(), Refusal> {
    let short = |text: &str, most: usize| !text.is_empty() && text.len() <= most && !text.contains('\0');
    let optional = |text: &Option<String>| text.as_ref().is_none_or(|text| short(text, 200));
    if short(&account.account, 253) && optional(&account.display_name) && optional(&account.marketplace_id) {
        Ok(())
    } else {
        Err(Refusal::invalid("account has 1 to 253 bytes, display_name and marketplace_id 1 to 200"))
    }
}

fn cookie(headers: &HeaderMap) -> Option<String> {
    headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';')).find_map(
        |pair| {
            let (name, value) = pair.trim().split_once('=')?;
            (name == BROWSER && value.len() <= 128).then(|| value.to_owned())
        },
    )
}
