//! Uploads that go on where they stopped: TUS 1.0, as `tus-js-client` speaks it. Each request's bytes become one object as
//! soon as they end, also when they end too early.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{patch, post};
use axum::{Extension, Router};
use domain::storage::link::address;
use domain::storage::resumable::{EXTENSIONS, VERSION, announced, goes_on, number};
use domain::storage::{Code, media_type};
use futures_util::{Stream, TryStreamExt as _};
use tower_http::set_header::SetResponseHeaderLayer;
use uuid::Uuid;

use super::Files;
use super::answer::Failure;
use super::asker::person;
use super::receive::{self, Piece};
use super::upload::{labels, replaces};
use crate::live::Node;
use crate::store::storage::resumable::{self, Known, Upload};
use crate::store::storage::uploads::{Room, Target, room};
use crate::store::storage::{Person, StorageError, links};

/// Where an upload is announced and goes on. Every answer, also that to OPTIONS, says what is spoken here.
pub(super) fn routes(most: u64) -> Router<Arc<Node>> {
    let say = |name, value| SetResponseHeaderLayer::if_not_present(HeaderName::from_static(name), value);
    let fixed = HeaderValue::from_static;
    let under_way = || patch(go_on).head(state).delete(give_up);
    Router::new()
        .route("/storage/v1/upload/resumable", post(announce))
        .route("/storage/v1/upload/resumable/", post(announce))
        .route("/storage/v1/upload/resumable/sign", post(announce))
        .route("/storage/v1/upload/resumable/{id}", under_way())
        .route("/storage/v1/upload/resumable/sign/{id}", under_way())
        .layer(DefaultBodyLimit::disable())
        .layer(super::cross_origin::layer())
        .layer(say("tus-resumable", fixed(VERSION)))
        .layer(say("tus-version", fixed(VERSION)))
        .layer(say("tus-extension", fixed(EXTENSIONS)))
        .layer(say("tus-max-size", HeaderValue::from(most)))
}

/// Who sends: somebody signed in, or whoever has an address that was signed for one file.
struct Sender {
    person: Person,
    /// Bucket and name that the address is for, and whether it replaces.
    only: Option<Target>,
}

async fn sender(node: &Node, headers: &HeaderMap) -> Result<Sender, Failure> {
    let Some(token) = headers.get("x-signature").and_then(|value| value.to_str().ok()) else {
        return Ok(Sender { person: person(node, headers).await?, only: None });
    };
    let refuse = || StorageError::refused(Code::InvalidSignature, "this address was not signed here, or was altered");
    let link = node.store.links.open(token).ok_or_else(refuse)?;
    let url = link.url.clone();
    let (bucket, key) = url.split_once('/').ok_or_else(refuse)?;
    let link = links::open(&node.store, token, bucket, key)?;
    let target = links::follow_upload(&node.store, &link, bucket, key).await?;
    Ok(Sender { person: target.by, only: Some(target) })
}

impl Sender {
    fn admit(&self, target: &Target) -> Result<(), Failure> {
        match &self.only {
            Some(only) if address(&only.bucket, &only.key) != address(&target.bucket, &target.key) => {
                let message = "this address was signed for something else";
                Err(StorageError::refused(Code::InvalidSignature, message).into())
            }
            _ => Ok(()),
        }
    }
}

fn spoken(headers: &HeaderMap) -> Result<(), Failure> {
    if headers.get("tus-resumable").is_some_and(|version| version == VERSION) {
        return Ok(());
    }
    Err(StorageError::refused(Code::UnsupportedVersion, format!("Tus-Resumable: {VERSION} is spoken here")).into())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

async fn announce(
    State(node): State<Arc<Node>>,
    Extension(files): Extension<Arc<Files>>,
    request: Request,
) -> Result<Response, Failure> {
    let headers = request.headers();
    spoken(headers)?;
    let sender = sender(&node, headers).await?;
    let total = number("Upload-Length", text(headers, "upload-length"))?;
    let said = announced(text(headers, "upload-metadata").unwrap_or_default())?;
    let replaces = sender.only.as_ref().map_or_else(|| replaces(headers), |only| only.replaces);
    let target = Target { by: sender.person, bucket: said.bucket, key: said.key, replaces };
    sender.admit(&target)?;
    let room = room(&node.store, &target, files.most).await?;
    room.admit_size(total)?;
    let labels = labels(said.cache_seconds.as_deref(), said.metadata.as_deref().map(str::as_bytes))?;
    let id = resumable::announce(&node.store, &target, total, said.media_type.as_deref(), &labels).await?;
    let base = request.uri().path().trim_end_matches('/');
    let place = HeaderValue::from_str(&format!("{base}/{id}")).expect("a path and an id");
    let with_bytes = text(headers, CONTENT_TYPE.as_str()) == Some(OFFSET) || total == 0;
    let offset = if with_bytes {
        let Known::UnderWay(upload) = resumable::find(&node.store, target.by, id).await? else {
            return Err(no_upload());
        };
        take(node, files, *upload, room, request).await?
    } else {
        0
    };
    Ok((StatusCode::CREATED, [(LOCATION, place), (UPLOAD_OFFSET, HeaderValue::from(offset))]).into_response())
}

/// The type of bytes that go on with an upload.
const OFFSET: &str = "application/offset+octet-stream";
const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");

fn no_upload() -> Failure {
    StorageError::refused(Code::NoSuchUpload, "there is no such upload; it may have expired").into()
}

async fn found(node: &Node, headers: &HeaderMap, id: &str) -> Result<(Sender, Uuid, Known), Failure> {
    spoken(headers)?;
    let sender = sender(node, headers).await?;
    let id = Uuid::try_parse(id).map_err(|_| no_upload())?;
    let known = resumable::find(&node.store, sender.person, id).await?;
    if let Known::UnderWay(upload) = &known {
        sender.admit(&upload.target)?;
    }
    Ok((sender, id, known))
}

async fn state(State(node): State<Arc<Node>>, headers: HeaderMap, Path(id): Path<String>) -> Result<Response, Failure> {
    let (has, total) = match found(&node, &headers, &id).await? {
        (_, _, Known::UnderWay(upload)) => (upload.has, upload.total),
        (_, _, Known::Finished(size)) => (size, size),
    };
    let head = [
        (UPLOAD_OFFSET, HeaderValue::from(has)),
        (UPLOAD_LENGTH, HeaderValue::from(total)),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((StatusCode::OK, head).into_response())
}

async fn go_on(
    State(node): State<Arc<Node>>,
    Extension(files): Extension<Arc<Files>>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Failure> {
    let headers = request.headers();
    let (_, _, known) = found(&node, headers, &id).await?;
    if text(headers, CONTENT_TYPE.as_str()) != Some(OFFSET) {
        return Err(StorageError::refused(Code::InvalidMimeType, format!("bytes go on as {OFFSET}")).into());
    }
    let offset = number("Upload-Offset", text(headers, "upload-offset"))?;
    let has = match known {
        Known::Finished(size) => {
            goes_on(offset, size, size, 0)?;
            size
        }
        Known::UnderWay(upload) => {
            goes_on(offset, upload.has, upload.total, upload.pieces)?;
            // Over a file that came meanwhile is decided when it is whole.
            let room = room(&node.store, &Target { replaces: true, ..upload.target.clone() }, files.most).await?;
            take(node, files, *upload, room, request).await?
        }
    };
    Ok((StatusCode::NO_CONTENT, [(UPLOAD_OFFSET, HeaderValue::from(has))]).into_response())
}

async fn give_up(
    State(node): State<Arc<Node>>,
    Extension(files): Extension<Arc<Files>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<StatusCode, Failure> {
    let (sender, id, _) = found(&node, &headers, &id).await?;
    let content = resumable::give_up(&node.store, sender.person, id).await?;
    files.forget(&node, vec![content]);
    Ok(StatusCode::NO_CONTENT)
}

/// Takes in the bytes of a request; says how many the upload has then. With the last one it becomes a file.
async fn take(
    node: Arc<Node>,
    files: Arc<Files>,
    mut upload: Upload,
    room: Room,
    request: Request,
) -> Result<u64, StorageError> {
    let body = request.into_body().into_data_stream().map_err(|error| error.to_string());
    // Its own task: what came before the sender went away is kept.
    let task = tokio::spawn(async move {
        let ended = piece(&node, &files, &mut upload, body).await;
        if upload.head.len() as u64 >= upload.total.min(media_type::HEAD as u64) {
            match judged(&upload, &room) {
                Ok(kind) if upload.has == upload.total => {
                    let put = resumable::finish(&node.store, &upload, &kind).await?;
                    files.forget(&node, put.before.into_iter().collect());
                }
                Ok(_) => {}
                // It will not become what it was announced as, however much more of it comes.
                Err(refusal) => {
                    let content = resumable::give_up(&node.store, upload.target.by, upload.id).await?;
                    files.forget(&node, vec![content]);
                    return Err(refusal);
                }
            }
        }
        ended.map(|()| upload.has)
    });
    task.await.map_err(|error| {
        tracing::error!(%error, "an upload failed");
        StorageError::Store(crate::store::StoreError::Internal("an upload failed".into()))
    })?
}

fn judged(upload: &Upload, room: &Room) -> Result<String, StorageError> {
    let kind = media_type::judge(upload.media_type.as_deref(), &upload.head)?;
    room.admit_type(&kind)?;
    Ok(kind)
}

/// Keeps what comes as one piece, also when it ends too early.
async fn piece(
    node: &Node,
    files: &Files,
    upload: &mut Upload,
    mut body: impl Stream<Item = Piece> + Unpin,
) -> Result<(), StorageError> {
    let most = upload.total - upload.has;
    let mut head = upload.head.clone();
    let mut incoming = None;
    let ended = loop {
        let bytes = match receive::next(&mut body).await {
            Ok(Some(bytes)) if bytes.is_empty() => continue,
            Ok(Some(bytes)) => bytes,
            Ok(None) => break Ok(()),
            Err(stopped) => break Err(stopped),
        };
        let mut object = match incoming.take() {
            Some(object) => object,
            None => files.objects.incoming(upload.digest.clone()).await?,
        };
        if object.size() + bytes.len() as u64 > most {
            object.abort().await;
            let message = format!("the upload was announced with {} bytes", upload.total);
            return Err(StorageError::refused(Code::EntityTooLarge, message));
        }
        head.extend(bytes.iter().take(media_type::HEAD.saturating_sub(head.len())));
        if let Err(error) = object.write(bytes).await {
            object.abort().await;
            return Err(error.into());
        }
        incoming = Some(object);
    };
    if let Some(object) = incoming {
        let (part, digest) = object.finish().await?;
        if let Err(error) = resumable::add(&node.store, upload, part, head, digest).await {
            files.objects.delete(vec![part.key]).await;
            return Err(error);
        }
    }
    ended
}
