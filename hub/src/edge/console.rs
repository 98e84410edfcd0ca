use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;
use schemas::ErrorCode;

use super::problem::Problem;

/// What a page of the console may load: itself, and nothing from elsewhere.
pub const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self' ws: wss:; worker-src 'self' blob:; \
     frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/// The built console, inside the binary.
#[derive(RustEmbed)]
#[folder = "console/dist"]
struct Built;

/// Serves a file of the console; any other page is the application itself, which has its own routes.
pub async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let api = ["v1/", "auth/", "rest/", "realtime/", "storage/", "hooks/"].iter().any(|api| path.starts_with(api));
    if api || !matches!(method, Method::GET | Method::HEAD) {
        return Problem::not_found("path").into_response();
    }
    if let Some(file) = Built::get(path) {
        return respond(path, &file, &headers);
    }
    let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    match Built::get("index.html") {
        Some(file) if !is_file => respond("index.html", &file, &headers),
        Some(_) => Problem::not_found("file").into_response(),
        None => {
            let message = "this binary was built without the console: run `make console`, then build again";
            Problem::new(StatusCode::NOT_FOUND, ErrorCode::NotFound, message).into_response()
        }
    }
}

fn respond(path: &str, file: &rust_embed::EmbeddedFile, headers: &HeaderMap) -> Response {
    let etag: String = file.metadata.sha256_hash()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    let etag = format!("\"{etag}\"");
    if headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    // Names of assets hold a hash of their content; everything else is asked for again.
    let cache = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let kind = file.metadata.mimetype().to_owned();
    let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, cache.to_owned()), (ETAG, etag)];
    (headers, file.data.clone().into_owned()).into_response()
}
