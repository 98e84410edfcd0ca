use std::time::Duration;

use axum::http::{HeaderName, Method};
use tower_http::cors::{Any, CorsLayer};

/// Browsers of any origin may ask: a token is in a header, never in a cookie, so a foreign page has none to ride on.
pub(in crate::edge) fn layer() -> CorsLayer {
    let names = |names: &[&'static str]| names.iter().map(|name| HeaderName::from_static(name)).collect::<Vec<_>>();
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers(names(&[
            "accept",
            "accept-profile",
            "apikey",
            "authorization",
            "content-profile",
            "content-type",
            "prefer",
            "range",
            "range-unit",
            "x-client-info",
            "x-retry-count",
            "x-supabase-api-version",
        ]))
        .expose_headers(names(&["content-range", "content-profile", "location", "preference-applied", "x-request-id"]))
        .max_age(Duration::from_secs(3600))
}
