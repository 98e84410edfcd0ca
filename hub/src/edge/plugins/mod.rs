//! `/v1/plugins`: the catalogue, what an organization has installed and connected, its jobs and their runs. And
//! `/hooks`: what vendors have to say.

mod connections;
mod development;
mod hooks;
mod installs;
mod jobs;
mod packages;
mod refusal;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::routing::{delete, get, post, put};
use axum::{Extension, Router};

use crate::live::Node;
use crate::live::plugins::Plugins;

/// Bodies of requests that bring no package, bytes.
const BODY: usize = 64 * 1024;

/// Plugins, for the console; and their webhooks. With `development`, builds that nobody signed are taken too.
pub fn routes(plugins: Arc<Plugins>, development: bool) -> Router<Arc<Node>> {
    let small = Router::new()
        .route("/v1/plugins", get(packages::overview))
        .route("/v1/plugins/installs", post(installs::install))
        .route("/v1/plugins/installs/{install}", get(installs::show).patch(installs::change).delete(installs::remove))
        .route("/v1/plugins/installs/{install}/upgrade", get(installs::difference).post(installs::upgrade))
        .route("/v1/plugins/installs/{install}/connections", post(connections::connect))
        .route("/v1/plugins/installs/{install}/connections/oauth", post(connections::go))
        .route("/v1/plugins/oauth/callback", get(connections::come_back))
        .route("/v1/plugins/connections/{connection}", delete(connections::disconnect))
        .route("/v1/plugins/connections/{connection}/webhook-secret", put(connections::webhook_secret))
        .route("/v1/plugins/installs/{install}/jobs", post(jobs::queue))
        .route("/v1/plugins/jobs", get(jobs::list))
        .route("/v1/plugins/jobs/{job}/cancel", post(jobs::cancel))
        .route("/v1/plugins/jobs/{job}/retry", post(jobs::retry))
        .route("/v1/plugins/runs", get(jobs::runs))
        .route("/v1/plugins/runs/{run}", get(jobs::run))
        .route("/v1/plugins/runs/{run}/recording", get(jobs::recording))
        .layer(DefaultBodyLimit::max(BODY));
    let uploads = Router::new()
        .route("/v1/plugins/packages", post(packages::upload))
        .route("/v1/plugins/development", post(development::try_out))
        .layer(Extension(development::Allowed(development)))
        .layer(DefaultBodyLimit::max(plugin_host::package::MAX_PACKAGE_BYTES));
    let hooks = Router::new()
        .route("/hooks/{plugin}/{connection}", get(hooks::challenge).post(hooks::receive))
        .layer(DefaultBodyLimit::max(hooks::BODY));
    small.merge(uploads).merge(hooks).layer(Extension(plugins))
}
