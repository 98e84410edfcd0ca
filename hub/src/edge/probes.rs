use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;

use crate::live::Node;

/// For the operator: metrics, liveness, readiness.
pub fn routes() -> Router<Arc<Node>> {
    Router::new()
        .route("/metrics", get(async |State(node): State<Arc<Node>>| node.metrics_page()))
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(ready))
}

/// Ready: the database answers, and the hub is not shutting down.
async fn ready(State(node): State<Arc<Node>>) -> (StatusCode, &'static str) {
    if node.is_draining() {
        return (StatusCode::SERVICE_UNAVAILABLE, "draining");
    }
    let answers = async {
        let client = node.store.pools.worker().await.ok()?;
        client.query_one("select 1", &[]).await.ok()
    };
    match tokio::time::timeout(std::time::Duration::from_secs(2), answers).await {
        Ok(Some(_)) => (StatusCode::OK, "ready"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer"),
    }
}
