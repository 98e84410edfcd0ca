use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{ConnectInfo, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::{Extension, Json};
use schemas::ErrorCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::answer::speaks_dialect;
use super::mail::{Challenged, Onwards, address, metadata, password, redirect};
use super::token::no_phones;
use super::{AuthProblem, Settings, Signed, body};
use crate::edge::limits::{Guesses, Mails};
use crate::live::Node;
use crate::store::accounts::{self, Changes};
use crate::store::identity::Account;
use crate::store::outside;

pub(super) async fn user(
    State(node): State<Arc<Node>>,
    Signed(account): Signed,
    headers: HeaderMap,
) -> Result<Json<Value>, AuthProblem> {
    answer(&node, &account, account.organization_id, &headers).await
}

/// The person alone for whoever speaks the dialect; with their organizations for the hub's own clients.
async fn answer(
    node: &Node,
    account: &Account,
    organization_id: Option<Uuid>,
    headers: &HeaderMap,
) -> Result<Json<Value>, AuthProblem> {
    let (user, organizations) = accounts::user(&node.store, account.user_id, organization_id).await?;
    if speaks_dialect(headers) {
        return Ok(Json(json!(user)));
    }
    let organization = organizations.iter().find(|organization| Some(organization.id) == organization_id);
    Ok(Json(json!({ "user": user, "organization": organization, "organizations": organizations })))
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    email: Option<String>,
    phone: Option<String>,
    password: Option<String>,
    current_password: Option<String>,
    nonce: Option<String>,
    data: Option<Map<String, Value>>,
    #[serde(flatten)]
    challenged: Challenged,
}

#[expect(clippy::too_many_arguments, reason = "extractors")]
pub(super) async fn update(
    State(node): State<Arc<Node>>,
    Extension(guesses): Extension<Guesses>,
    Extension(mails): Extension<Mails>,
    Extension(settings): Extension<Arc<Settings>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Signed(account): Signed,
    onwards: Result<Query<Onwards>, QueryRejection>,
    headers: HeaderMap,
    wanted: Result<Json<Wanted>, JsonRejection>,
) -> Result<Json<Value>, AuthProblem> {
    let wanted = body(wanted)?;
    if wanted.phone.is_some_and(|phone| !phone.is_empty()) {
        return Err(no_phones());
    }
    let mut data = wanted.data;
    let organization_id = match data.as_mut().and_then(|data| data.remove("organization_id")) {
        None | Some(Value::Null) => None,
        Some(id) => Some(
            serde_json::from_value(id)
                .map_err(|_| AuthProblem::invalid("data.organization_id is an organization's id"))?,
        ),
    };
    let kept = data.is_some();
    let (full_name, rest) = metadata(data)?;
    let email = wanted.email.map(|email| address(Some(email))).transpose()?;
    let new_password = wanted.password.map(password).transpose()?;
    if email.is_some() || new_password.is_some() {
        // The proof that they need may be guessed at.
        guesses.admit(from)?;
    }
    if let Some(email) = &email
        && !mails.admit(node.store.keyring.master().blind_index(email))
    {
        let (status, code) = (StatusCode::TOO_MANY_REQUESTS, ErrorCode::RateLimited);
        let message = "too many mails to this address; wait a minute";
        return Err(AuthProblem::new(status, code, "over_email_send_rate_limit", message));
    }
    let changes = Changes {
        email,
        password: new_password,
        current_password: wanted.current_password,
        nonce: wanted.nonce,
        full_name,
        metadata: kept.then_some(Value::Object(rest)),
        organization_id,
        redirect_to: redirect(&settings, onwards),
        challenge: wanted.challenged.read()?,
    };
    accounts::update(&node.store, &account, &changes).await?;
    answer(&node, &account, organization_id.or(account.organization_id), &headers).await
}

pub(super) async fn reauthenticate(
    State(node): State<Arc<Node>>,
    Extension(mails): Extension<Mails>,
    Signed(account): Signed,
) -> Result<Json<Value>, AuthProblem> {
    // By the person: their address is not at hand here.
    if !mails.admit(account.user_id.as_bytes().to_vec()) {
        let (status, code) = (StatusCode::TOO_MANY_REQUESTS, ErrorCode::RateLimited);
        return Err(AuthProblem::new(status, code, "over_email_send_rate_limit", "too many mails; wait a minute"));
    }
    accounts::reauthenticate(&node.store, &account).await?;
    Ok(Json(json!({})))
}

pub(super) async fn unlink(
    State(node): State<Arc<Node>>,
    Signed(account): Signed,
    id: Result<Path<Uuid>, PathRejection>,
) -> Result<Json<Value>, AuthProblem> {
    let unknown = || {
        AuthProblem::new(StatusCode::NOT_FOUND, ErrorCode::NotFound, "identity_not_found", "no such identity of yours")
    };
    let Path(id) = id.map_err(|_| unknown())?;
    if outside::unlink(&node.store, &account, id).await? { Ok(Json(json!({}))) } else { Err(unknown()) }
}
