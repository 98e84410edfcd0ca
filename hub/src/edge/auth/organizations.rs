use std::sync::Arc;

use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use domain::access::Role;
use schemas::ErrorCode;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::mail::{Onwards, address, redirect};
use super::signed::Member;
use super::{AuthProblem, Settings, Signed, body};
use crate::edge::limits::Mails;
use crate::edge::problem::Problem;
use crate::live::Node;
use crate::store::invitations::{self, Invitation, Wanted};
use crate::store::logins::{self, LoginError, SignedIn};
use crate::store::organizations;

#[derive(Deserialize)]
pub(super) struct Switch {
    organization_id: Uuid,
}

pub(super) async fn switch(
    State(node): State<Arc<Node>>,
    Signed(account): Signed,
    wanted: Result<Json<Switch>, JsonRejection>,
) -> Result<Json<SignedIn>, AuthProblem> {
    let wanted = body(wanted)?;
    Ok(Json(logins::switch(&node.store, account.user_id, account.login, wanted.organization_id).await?))
}

#[derive(Deserialize)]
pub(super) struct NewOrganization {
    name: String,
    slug: Option<String>,
    time_zone: Option<String>,
}

pub(super) async fn create(
    State(node): State<Arc<Node>>,
    Signed(account): Signed,
    new: Result<Json<NewOrganization>, JsonRejection>,
) -> Result<(StatusCode, Json<Value>), AuthProblem> {
    if account.has_factor && !account.second_factor {
        return Err(LoginError::SecondFactor.into());
    }
    let new = body(new)?;
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 200 {
        return Err(AuthProblem::invalid("name has 1-200 characters"));
    }
    let slug = new.slug.unwrap_or_else(|| organizations::slug(name, "organization"));
    let time_zone = new.time_zone.unwrap_or_else(|| "UTC".to_owned());
    if jiff::tz::TimeZone::get(&time_zone).is_err() {
        return Err(AuthProblem::invalid("time_zone is an IANA name such as Europe/Paris"));
    }
    let organization = organizations::create(&node.store, account.user_id, name, &slug, &time_zone).await?;
    Ok((StatusCode::CREATED, Json(json!({ "organization": organization }))))
}

#[derive(Deserialize)]
pub(super) struct Invite {
    email: Option<String>,
    role: Option<String>,
    event_id: Option<Uuid>,
    /// Where `inviteUserByEmail` of `supabase-js` puts them.
    data: Option<Details>,
}

#[derive(Deserialize)]
pub(super) struct Details {
    role: Option<String>,
    event_id: Option<Uuid>,
}

pub(super) async fn invite(
    State(node): State<Arc<Node>>,
    Extension(mails): Extension<Mails>,
    Extension(settings): Extension<Arc<Settings>>,
    Member(by): Member,
    onwards: Result<Query<Onwards>, QueryRejection>,
    wanted: Result<Json<Invite>, JsonRejection>,
) -> Result<(StatusCode, Json<Invitation>), AuthProblem> {
    let wanted = body(wanted)?;
    let details = wanted.data.unwrap_or(Details { role: None, event_id: None });
    let role = wanted.role.or(details.role).and_then(|role| Role::parse(&role));
    let role = role.ok_or_else(|| AuthProblem::invalid("role is one of the roles of a member"))?;
    let wanted = Wanted {
        email: address(wanted.email)?,
        role,
        event_id: wanted.event_id.or(details.event_id),
        redirect_to: redirect(&settings, onwards),
    };
    if !domain::access::may_invite(&by.principal.role, role) {
        return Err(Problem::of(ErrorCode::Forbidden, "your role may not invite into this role").into());
    }
    if !mails.admit(node.store.keyring.master().blind_index(&wanted.email)) {
        let (status, code) = (StatusCode::TOO_MANY_REQUESTS, ErrorCode::RateLimited);
        let message = "too many mails to this address; wait a minute";
        return Err(AuthProblem::new(status, code, "over_email_send_rate_limit", message));
    }
    let made = invitations::invite(&node.store, &by, &wanted).await?;
    let made = made.ok_or_else(|| Problem::not_found("event"))?;
    Ok((StatusCode::CREATED, Json(made)))
}

pub(super) async fn invitations(State(node): State<Arc<Node>>, Member(by): Member) -> Result<Json<Value>, AuthProblem> {
    let all = invitations::list(&node.store, &by).await?;
    Ok(Json(json!({ "invitations": all })))
}

pub(super) async fn withdraw(
    State(node): State<Arc<Node>>,
    Member(by): Member,
    id: Result<Path<Uuid>, PathRejection>,
) -> Result<StatusCode, AuthProblem> {
    let Path(id) = id.map_err(|_| Problem::not_found("invitation"))?;
    if invitations::withdraw(&node.store, &by, id).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(LoginError::InvitationUnknown.into())
    }
}

#[derive(Deserialize)]
pub(super) struct Acceptance {
    token_hash: String,
}

pub(super) async fn accept(
    State(node): State<Arc<Node>>,
    Signed(account): Signed,
    acceptance: Result<Json<Acceptance>, JsonRejection>,
) -> Result<Json<Value>, AuthProblem> {
    let acceptance = body(acceptance)?;
    let accepted = invitations::accept(&node.store, &acceptance.token_hash, Some(account.user_id)).await?;
    Ok(Json(json!({ "organization_id": accepted.organization_id })))
}
