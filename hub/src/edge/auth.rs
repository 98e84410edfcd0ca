use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::header::USER_AGENT;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use schemas::ErrorCode;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::caller::Caller;
use super::limits::Guesses;
use super::problem::Problem;
use crate::live::Node;
use crate::store::logins::{self, SignedIn};
use crate::store::organizations;

/// Signing in, refreshing, signing out; organizations of the person.
pub fn routes() -> Router<Arc<Node>> {
    Router::new()
        .route("/auth/v1/token", post(token))
        .route("/auth/v1/logout", post(logout))
        .route("/auth/v1/user", get(user))
        .route("/v1/session/organization", post(switch))
        .route("/v1/organizations", post(create_organization))
}

/// A JSON body, or 400 `invalid_argument` in words.
pub(super) fn body<T>(body: Result<Json<T>, JsonRejection>) -> Result<T, Problem> {
    match body {
        Ok(Json(value)) => Ok(value),
        Err(rejection) => Err(Problem::new(rejection.status(), ErrorCode::InvalidArgument, rejection.body_text())),
    }
}

#[derive(Deserialize)]
struct Grant {
    grant_type: String,
}

#[derive(Deserialize)]
struct Credentials {
    email: Option<String>,
    password: Option<String>,
    refresh_token: Option<String>,
}

async fn token(
    State(node): State<Arc<Node>>,
    Extension(guesses): Extension<Guesses>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Query(grant): Query<Grant>,
    headers: HeaderMap,
    credentials: Result<Json<Credentials>, JsonRejection>,
) -> Result<Json<SignedIn>, Problem> {
    let credentials = body(credentials)?;
    match grant.grant_type.as_str() {
        "password" => {
            guesses.admit(from)?;
            let (Some(email), Some(password)) = (credentials.email, credentials.password) else {
                return Err(Problem::of(ErrorCode::InvalidArgument, "email and password are needed"));
            };
            if email.len() > 320 || password.len() > 1024 {
                return Err(Problem::of(ErrorCode::InvalidArgument, "email or password is too long"));
            }
            let agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok());
            Ok(Json(logins::sign_in(&node.store, &email, &password, agent).await?))
        }
        "refresh_token" => {
            let token = credentials
                .refresh_token
                .ok_or_else(|| Problem::of(ErrorCode::InvalidArgument, "refresh_token is needed"))?;
            Ok(Json(logins::refresh(&node.store, &token).await?))
        }
        _ => Err(Problem::of(ErrorCode::InvalidArgument, "grant_type is password or refresh_token")),
    }
}

async fn logout(State(node): State<Arc<Node>>, caller: Caller) -> Result<StatusCode, Problem> {
    let login = caller.0.login.ok_or_else(|| Problem::of(ErrorCode::Forbidden, "a device has no login"))?;
    logins::sign_out(&node.store, login).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn user(State(node): State<Arc<Node>>, caller: Caller) -> Result<Json<Value>, Problem> {
    if caller.0.login.is_none() {
        return Err(Problem::of(ErrorCode::Forbidden, "a device has no account"));
    }
    let (user, organizations) = logins::user(&node.store, caller.0.principal.id).await?;
    let organization = organizations.iter().find(|o| o.id == caller.0.principal.organization_id);
    Ok(Json(json!({ "user": user, "organization": organization, "organizations": organizations })))
}

#[derive(Deserialize)]
struct Switch {
    organization_id: Uuid,
}

async fn switch(
    State(node): State<Arc<Node>>,
    caller: Caller,
    wanted: Result<Json<Switch>, JsonRejection>,
) -> Result<Json<SignedIn>, Problem> {
    let login = caller.0.login.ok_or_else(|| Problem::of(ErrorCode::Forbidden, "a device has no login"))?;
    let wanted = body(wanted)?;
    Ok(Json(logins::switch(&node.store, caller.0.principal.id, login, wanted.organization_id).await?))
}

#[derive(Deserialize)]
struct NewOrganization {
    name: String,
    slug: Option<String>,
    time_zone: Option<String>,
}

async fn create_organization(
    State(node): State<Arc<Node>>,
    caller: Caller,
    new: Result<Json<NewOrganization>, JsonRejection>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    if caller.0.login.is_none() {
        return Err(Problem::of(ErrorCode::Forbidden, "a device owns nothing"));
    }
    let new = body(new)?;
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 200 {
        return Err(Problem::of(ErrorCode::InvalidArgument, "name has 1-200 characters"));
    }
    let slug = new.slug.unwrap_or_else(|| organizations::slug(name, "organization"));
    let time_zone = new.time_zone.unwrap_or_else(|| "UTC".to_owned());
    if jiff::tz::TimeZone::get(&time_zone).is_err() {
        return Err(Problem::of(ErrorCode::InvalidArgument, "time_zone is an IANA name such as Europe/Paris"));
    }
    let owner = caller.0.principal.id;
    let organization = organizations::create(&node.store, owner, name, &slug, &time_zone).await?;
    Ok((StatusCode::CREATED, Json(json!({ "organization": organization }))))
}
