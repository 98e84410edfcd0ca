use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::{Query, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderValue,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use domain::storage::rendition::{BYTES, Rendition, Resize};
use domain::storage::{Code, Purpose, media_type};
use futures_util::TryStreamExt as _;
use sha2::{Digest as _, Sha256};

use super::Files;
use super::answer::{Failure, Place, place};
use super::asker::person;
use super::picture;
use super::serve::{PRIVATE, hex, unchanged};
use crate::live::Node;
use crate::store::storage::files::{File, For, find, named_size, public as public_bucket};
use crate::store::storage::{StorageError, links};

/// How long a request waits for the pictures before it.
const PATIENCE: Duration = Duration::from_secs(20);

type Asked = Query<HashMap<String, String>>;

fn wanted(asked: &HashMap<String, String>) -> Result<Rendition, Failure> {
    Ok(Rendition::of_query(asked.iter().map(|(name, value)| (name.as_str(), value.as_str())))?)
}

/// A smaller picture, to somebody who is signed in.
pub(super) async fn authenticated(
    State(node): State<Arc<Node>>,
    Extension(files): Extension<Arc<Files>>,
    headers: HeaderMap,
    path: Place,
    Query(asked): Asked,
) -> Result<Response, Failure> {
    let by = person(&node, &headers).await?;
    let (bucket, key) = place(path)?;
    let file = find(&node.store, &by.acting(), &bucket, &key, For::Looking).await?;
    render(&node, &files, &headers, &file, wanted(&asked)?, false).await
}

/// A smaller picture, to anybody, out of a public bucket.
pub(super) async fn public(
    State(node): State<Arc<Node>>,
    Extension(files): Extension<Arc<Files>>,
    headers: HeaderMap,
    path: Place,
    Query(asked): Asked,
) -> Result<Response, Failure> {
    let (bucket, key) = place(path)?;
    let acting = public_bucket(&node.store, &bucket).await?;
    let file = find(&node.store, &acting, &bucket, &key, For::Looking).await?;
    render(&node, &files, &headers, &file, wanted(&asked)?, true).await
}

/// The smaller picture that an address was signed for.
pub(super) async fn signed(
    State(node): State<Arc<Node>>,
    Extension(files): Extension<Arc<Files>>,
    headers: HeaderMap,
    path: Place,
    Query(asked): Asked,
) -> Result<Response, Failure> {
    let (bucket, key) = place(path)?;
    let token = asked.get("token").map(String::as_str).unwrap_or_default();
    let link = links::open(&node.store, token, &bucket, &key)?;
    let (file, _) = links::follow(&node.store, &link, &bucket, &key).await?;
    let Purpose::Download { as_picture: Some(wanted), .. } = link.purpose else {
        return Err(StorageError::refused(Code::InvalidSignature, "this address was signed for the file itself").into());
    };
    render(&node, &files, &headers, &file, wanted, false).await
}

async fn render(
    node: &Node,
    files: &Files,
    headers: &HeaderMap,
    file: &File,
    wanted: Rendition,
    public: bool,
) -> Result<Response, Failure> {
    let (wanted, exact) = named(node, wanted).await?;
    let described = serde_json::to_vec(&wanted).expect("a rendition is JSON");
    let etag =
        Sha256::new().chain_update(&file.sha256).chain_update([u8::from(exact)]).chain_update(described).finalize();
    let etag = format!("\"{}\"", hex(&etag));
    let kept = match (public, &file.cache_control) {
        (true, Some(kept)) => HeaderValue::from_str(kept).unwrap_or(PRIVATE),
        (true, None) => HeaderValue::from_static("no-cache"),
        (false, _) => PRIVATE,
    };
    let tag = HeaderValue::from_str(&etag).expect("hexadecimal digits");
    // A picture is known by what it is made of, so that nothing is made to say that it is the same.
    if headers.contains_key("if-none-match") && unchanged(headers, &etag, file.updated_at) {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, tag), (CACHE_CONTROL, kept)]).into_response());
    }
    if file.size > BYTES {
        let message = format!("pictures of more than {BYTES} bytes are not made smaller");
        return Err(StorageError::refused(Code::UnprocessableImage, message).into());
    }
    let busy = || StorageError::refused(Code::SlowDown, "too many pictures are being made; try again");
    let slot = tokio::time::timeout(PATIENCE, files.pictures.acquire()).await;
    let _slot = slot.map_err(|_| busy())?.map_err(|_| busy())?;
    let pieces = files.objects.read(&file.parts, 0..file.size);
    let capacity = usize::try_from(file.size).unwrap_or_default();
    let original = pieces
        .try_fold(Vec::with_capacity(capacity), |mut all, piece| {
            all.extend_from_slice(&piece);
            std::future::ready(Ok(all))
        })
        .await?;
    let made = tokio::task::spawn_blocking(move || picture::make(&original, &wanted, exact)).await;
    let made = made.map_err(|error| {
        tracing::error!(%error, "a picture could not be made");
        StorageError::refused(Code::UnprocessableImage, "the picture cannot be read")
    })??;
    let policy = HeaderValue::from_static(media_type::presentation(made.media_type).policy);
    let head = [
        (CONTENT_TYPE, HeaderValue::from_static(made.media_type)),
        (CONTENT_DISPOSITION, HeaderValue::from_static("inline")),
        (CONTENT_SECURITY_POLICY, policy),
        (CACHE_CONTROL, kept),
        (ETAG, tag),
    ];
    Ok((head, made.bytes).into_response())
}

/// With the width and height of a size by name. One with a ratio is met exactly, one without is a box to fit into.
async fn named(node: &Node, wanted: Rendition) -> Result<(Rendition, bool), Failure> {
    let Some((platform, use_case)) = wanted.size.as_deref().and_then(|size| size.split_once('/')) else {
        return Ok((wanted, false));
    };
    let no_size = || StorageError::refused(Code::InvalidRequest, "media_size_specs has no such size in use");
    let size = named_size(&node.store, platform, use_case).await?.ok_or_else(no_size)?;
    let resize = if size.exact { Resize::Cover } else { Resize::Contain };
    let sized =
        Rendition { width: Some(size.width), height: Some(size.height), resize: Some(resize), size: None, ..wanted };
    Ok((sized.checked()?, size.exact))
}
