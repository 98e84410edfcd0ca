use std::time::Duration;

use axum::http::{HeaderName, Method};
use tower_http::cors::{AllowHeaders, Any, CorsLayer};

/// What the page of another origin may read of an answer.
const EXPOSED: [&str; 14] = [
    "accept-ranges",
    "content-disposition",
    "content-length",
    "content-range",
    "etag",
    "last-modified",
    "location",
    "tus-extension",
    "tus-max-size",
    "tus-resumable",
    "tus-version",
    "upload-length",
    "upload-offset",
    "x-request-id",
];

/// Browsers of any origin may ask: a token is in a header or an address, never in a cookie, so a foreign page has none to
/// ride on.
pub(super) fn layer() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(EXPOSED.map(HeaderName::from_static))
        .max_age(Duration::from_secs(3600))
}
