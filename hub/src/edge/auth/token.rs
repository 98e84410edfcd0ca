use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{ConnectInfo, Query, State};
use axum::http::header::USER_AGENT;
use axum::http::{HeaderMap, StatusCode};
use axum::{Extension, Json};
use schemas::ErrorCode;
use serde::Deserialize;

use super::answer::speaks_dialect;
use super::{AuthProblem, Settings, Signed, body};
use crate::edge::limits::Guesses;
use crate::live::Node;
use crate::store::logins::{self, Scope, SignedIn};
use crate::store::{code_exchange, identity, outside};

#[derive(Deserialize)]
pub(super) struct Grant {
    grant_type: String,
}

#[derive(Deserialize)]
pub(super) struct Credentials {
    email: Option<String>,
    phone: Option<String>,
    password: Option<String>,
    refresh_token: Option<String>,
    provider: Option<String>,
    id_token: Option<String>,
    nonce: Option<String>,
    auth_code: Option<String>,
    code_verifier: Option<String>,
    #[serde(default)]
    link_identity: bool,
}

/// What a browser or program calls itself.
pub(super) fn agent(headers: &HeaderMap) -> Option<&str> {
    headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok())
}

pub(super) async fn token(
    State(node): State<Arc<Node>>,
    Extension(guesses): Extension<Guesses>,
    Extension(settings): Extension<Arc<Settings>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    grant: Result<Query<Grant>, QueryRejection>,
    headers: HeaderMap,
    credentials: Result<Json<Credentials>, JsonRejection>,
) -> Result<Json<SignedIn>, AuthProblem> {
    let unknown = || AuthProblem::invalid("grant_type is password, refresh_token, id_token or pkce");
    let Query(grant) = grant.map_err(|_| unknown())?;
    let credentials = body(credentials)?;
    let agent = agent(&headers);
    match grant.grant_type.as_str() {
        "password" => {
            guesses.admit(from)?;
            if credentials.phone.is_some() {
                return Err(no_phones());
            }
            let (Some(email), Some(password)) = (credentials.email, credentials.password) else {
                return Err(AuthProblem::invalid("email and password are needed"));
            };
            if email.len() > 320 || password.len() > 1024 {
                return Err(AuthProblem::invalid("email or password is too long"));
            }
            Ok(Json(logins::sign_in(&node.store, &email, &password, agent).await?))
        }
        "refresh_token" => {
            let token = credentials.refresh_token.ok_or_else(|| AuthProblem::invalid("refresh_token is needed"))?;
            Ok(Json(logins::refresh(&node.store, &token).await?))
        }
        "pkce" => {
            guesses.admit(from)?;
            let (code, verifier) =
                (credentials.auth_code.unwrap_or_default(), credentials.code_verifier.unwrap_or_default());
            if code.is_empty() || verifier.is_empty() || code.len() > 200 || verifier.len() > 200 {
                return Err(AuthProblem::invalid(
                    "invalid request: both auth code and code verifier should be non-empty",
                ));
            }
            Ok(Json(code_exchange::redeem(&node.store, &code, &verifier, agent).await?))
        }
        "id_token" => {
            guesses.admit(from)?;
            let (Some(provider), Some(id_token)) = (credentials.provider, credentials.id_token) else {
                return Err(AuthProblem::invalid("provider and id_token are needed"));
            };
            let known = settings.providers.verify(&provider, &id_token, credentials.nonce.as_deref()).await?;
            if !credentials.link_identity {
                return Ok(Json(outside::sign_in(&node.store, &known, agent).await?));
            }
            let bearer = headers.get("authorization").and_then(|value| value.to_str().ok());
            let token = bearer.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
            let account = identity::account(&node.store, token).await?;
            Ok(Json(outside::link(&node.store, &account, &known).await?))
        }
        _ => Err(unknown()),
    }
}

/// The hub has no text messages.
pub(super) fn no_phones() -> AuthProblem {
    let message = "people sign in with an e-mail address";
    AuthProblem::new(StatusCode::BAD_REQUEST, ErrorCode::InvalidArgument, "phone_provider_disabled", message)
}

#[derive(Deserialize)]
pub(super) struct Leaving {
    scope: Option<String>,
}

pub(super) async fn logout(
    State(node): State<Arc<Node>>,
    Signed(account): Signed,
    leaving: Result<Query<Leaving>, QueryRejection>,
    headers: HeaderMap,
) -> Result<StatusCode, AuthProblem> {
    let scope = leaving.ok().and_then(|Query(leaving)| leaving.scope);
    let scope = match scope.as_deref() {
        Some("global") => Scope::Global,
        Some("local") => Scope::Local,
        Some("others") => Scope::Others,
        // What each of the two has always meant by it.
        None if speaks_dialect(&headers) => Scope::Global,
        None => Scope::Local,
        Some(_) => return Err(AuthProblem::invalid("scope is global, local or others")),
    };
    logins::sign_out(&node.store, account.user_id, account.login, scope).await?;
    Ok(StatusCode::NO_CONTENT)
}
