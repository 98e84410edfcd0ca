use std::sync::Arc;

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use schemas::{ErrorCode, PrincipalKind};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::auth::body;
use super::caller::Caller;
use super::problem::Problem;
use crate::live::Node;
use crate::store::identity;
use crate::store::privacy::{self, Scope, Subject};

/// What is known of people, and forgetting them: for owners and admins, and for each person about themselves.
pub fn routes() -> Router<Arc<Node>> {
    Router::new()
        .route("/v1/privacy/people", post(people))
        .route("/v1/privacy/export", post(export))
        .route("/v1/privacy/erase", post(erase))
        .route("/v1/privacy/account/export", post(export_account))
        .route("/v1/privacy/account/erase", post(erase_account))
}

/// Rows that one request may name.
const MOST: usize = 100;

/// Who is meant: by address, or by rows.
#[derive(Deserialize)]
struct Who {
    email: Option<String>,
    #[serde(default)]
    subjects: Vec<Subject>,
    /// The privacy request that an erasure answers.
    request_id: Option<Uuid>,
}

impl Who {
    async fn subjects(&self, node: &Node, scope: Scope) -> Result<Vec<Subject>, Problem> {
        let invalid = |message: &str| Err(Problem::of(ErrorCode::InvalidArgument, message));
        match (&self.email, self.subjects.len()) {
            (Some(email), 0) if email.contains('@') && email.len() <= 320 && !email.contains('\0') => {
                Ok(privacy::find(&node.store, scope, email).await?)
            }
            (None, 1..=MOST) => Ok(self.subjects.clone()),
            _ => invalid("give either `email`, or `subjects`: 1-100 of {\"kind\", \"id\"}"),
        }
    }
}

async fn people(
    State(node): State<Arc<Node>>,
    caller: Caller,
    who: Result<Json<Who>, JsonRejection>,
) -> Result<Response, Problem> {
    let scope = Scope::Organization(caller.administers()?.principal.organization_id);
    let people = body(who)?.subjects(&node, scope).await?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(json!({ "people": people }))).into_response())
}

async fn export(
    State(node): State<Arc<Node>>,
    caller: Caller,
    who: Result<Json<Who>, JsonRejection>,
) -> Result<Response, Problem> {
    let scope = Scope::Organization(caller.administers()?.principal.organization_id);
    let subjects = body(who)?.subjects(&node, scope).await?;
    document(&node, scope, &subjects).await
}

async fn erase(
    State(node): State<Arc<Node>>,
    caller: Caller,
    who: Result<Json<Who>, JsonRejection>,
) -> Result<Response, Problem> {
    let by = caller.administers()?;
    let scope = Scope::Organization(by.principal.organization_id);
    let who = body(who)?;
    let subjects = who.subjects(&node, scope).await?;
    // Nobody who is not there, and nothing of another organization, gets into the register.
    if subjects.is_empty() || privacy::export(&node.store, scope, &subjects).await?.is_none() {
        return Err(Problem::not_found("person"));
    }
    let erasure = privacy::erase(&node.store, scope, &subjects, Some(by.principal.id), who.request_id).await?;
    Ok(Json(erasure).into_response())
}

async fn export_account(State(node): State<Arc<Node>>, caller: Caller) -> Result<Response, Problem> {
    let principal = &caller.0.principal;
    if principal.kind != PrincipalKind::Person {
        return Err(Problem::of(ErrorCode::Forbidden, "a device is nobody"));
    }
    let subjects = [Subject { kind: "user".into(), id: principal.id }];
    document(&node, Scope::OrganizationAndAccount(principal.organization_id), &subjects).await
}

async fn erase_account(State(node): State<Arc<Node>>, headers: HeaderMap) -> Result<Response, Problem> {
    // Also for somebody who belongs to no organization (any more).
    let token = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("bearer ")))
        .ok_or_else(|| Problem::of(ErrorCode::InvalidToken, "Authorization: Bearer is missing"))?;
    let account = identity::account(&node.store, token).await?;
    if !account.fresh || (account.has_factor && !account.second_factor) {
        return Err(Problem::of(ErrorCode::Forbidden, "sign in again first, with the second factor if there is one"));
    }
    let subjects = [Subject { kind: "user".into(), id: account.user_id }];
    let erasure = privacy::erase(&node.store, Scope::Account, &subjects, Some(account.user_id), None).await?;
    Ok(Json(erasure).into_response())
}

async fn document(node: &Node, scope: Scope, subjects: &[Subject]) -> Result<Response, Problem> {
    let document = privacy::export(&node.store, scope, subjects).await?.ok_or_else(|| Problem::not_found("person"))?;
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CONTENT_DISPOSITION, "attachment; filename=\"person.json\""),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, Json(document)).into_response())
}
