use std::sync::Arc;

use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use axum::{Extension, Json};
use bytes::Bytes;

use super::refusal::Refusal;
use crate::edge::caller::Caller;
use crate::live::plugins::{Plugins, development};
use crate::store::plugins::installs::Install;

/// Whether the operator allows builds that nobody signed.
#[derive(Clone, Copy)]
pub(super) struct Allowed(pub(super) bool);

/// Runs a build of a plugin in the caller's organization, signed or not; the next one replaces it.
pub(super) async fn try_out(
    Extension(plugins): Extension<Arc<Plugins>>,
    Extension(Allowed(allowed)): Extension<Allowed>,
    caller: Caller,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Install>), Refusal> {
    let by = caller.administers()?;
    if !allowed {
        let words = "this hub takes no builds in development; its operator allows them with HUB_PLUGIN_DEVELOPMENT=1";
        return Err(Refusal::new(StatusCode::FORBIDDEN, "development_not_allowed", words));
    }
    let file =
        body.map_err(|rejection| Refusal::new(rejection.status(), "package_too_large", rejection.body_text()))?;
    Ok((StatusCode::CREATED, Json(development::try_out(&plugins, by, &file).await?)))
}
