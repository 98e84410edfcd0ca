//! Accounts over HTTP: the dialect of GoTrue that `supabase-js` speaks, which the hub's own clients use too. An error is
//! spelt for whoever asked; everything else is the same for both.

mod answer;
mod factors;
mod keys;
mod mail;
mod organizations;
mod page;
mod providers;
mod settings;
mod signed;
mod token;
mod unsigned;
mod user;

pub use answer::AuthProblem;
pub use providers::ProviderError;
pub use settings::Settings;
pub use signed::Signed;

use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::routing::{delete, get, post};
use axum::{Extension, Json, Router, middleware};
use schemas::ErrorCode;
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer};

use super::limits::Mails;
use super::problem::Problem;
use crate::live::Node;

/// Signing up, in, on and out; factors; keys; organizations of the person; invitations.
pub fn routes(settings: Arc<Settings>) -> Router<Arc<Node>> {
    let dialect = Router::new()
        .route("/auth/v1/signup", post(mail::sign_up))
        .route("/auth/v1/token", post(token::token))
        .route("/auth/v1/logout", post(token::logout))
        .route("/auth/v1/verify", post(mail::verify).get(page::html))
        .route("/auth/v1/verify.js", get(page::script))
        .route("/auth/v1/recover", post(mail::recover))
        .route("/auth/v1/otp", post(mail::otp))
        .route("/auth/v1/resend", post(mail::resend))
        .route("/auth/v1/reauthenticate", get(user::reauthenticate))
        .route("/auth/v1/user", get(user::user).put(user::update))
        .route("/auth/v1/user/identities/{id}", delete(user::unlink))
        .route("/auth/v1/factors", post(factors::enroll))
        .route("/auth/v1/factors/{id}", delete(factors::unenroll))
        .route("/auth/v1/factors/{id}/challenge", post(factors::challenge))
        .route("/auth/v1/factors/{id}/verify", post(factors::verify))
        .route("/auth/v1/organization", post(organizations::switch))
        .route("/auth/v1/invite", post(organizations::invite))
        .route("/auth/v1/settings", get(keys::settings))
        .route("/auth/v1/health", get(keys::health))
        .route("/auth/v1/.well-known/jwks.json", get(keys::published))
        .route("/.well-known/jwks.json", get(keys::published))
        .layer(middleware::from_fn(answer::spell))
        .layer(cors());
    let own = Router::new()
        .route("/v1/session/organization", post(organizations::switch))
        .route("/v1/organizations", post(organizations::create))
        .route("/v1/invitations", get(organizations::invitations).post(organizations::invite))
        .route("/v1/invitations/accept", post(organizations::accept))
        .route("/v1/invitations/{id}", delete(organizations::withdraw));
    dialect.merge(own).layer(Extension(settings)).layer(Extension(Mails::default()))
}

/// Any page may ask, because asking as a page gives nothing: who somebody is stands in a header that their application
/// sets, never in a cookie that the browser adds.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::any())
        .allow_methods(AllowMethods::mirror_request())
        .allow_headers(AllowHeaders::mirror_request())
        .max_age(std::time::Duration::from_secs(3600))
}

/// A JSON body, or 400 `invalid_argument` in words.
pub(super) fn body<T>(body: Result<Json<T>, JsonRejection>) -> Result<T, Problem> {
    match body {
        Ok(Json(value)) => Ok(value),
        Err(rejection) => Err(Problem::new(rejection.status(), ErrorCode::InvalidArgument, rejection.body_text())),
    }
}
