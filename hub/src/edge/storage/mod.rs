//! `/storage/v1`: files, in the dialect of Supabase Storage. Rights are those of the rows, see `store::storage`; here are only
//! methods, headers, bodies and statuses.

mod answer;
mod asker;
mod buckets;
mod changes;
mod cross_origin;
mod download;
mod links;
mod list;
mod picture;
mod receive;
mod render;
mod resumable;
mod serve;
mod upload;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::routing::{delete, get, post};
use axum::{Extension, Router};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::live::Node;
use crate::objects::Objects;
use crate::store::storage::collect;

/// Bodies that are not files, bytes: a thousand names fit.
const BODY: usize = 2 * 1024 * 1024;
/// Pictures that are made at once: each may take 300 MB for a moment.
const PICTURES: usize = 1;

/// What the routes of files share.
pub struct Files {
    objects: Arc<Objects>,
    /// Bytes of the largest file.
    most: u64,
    pictures: Semaphore,
}

impl Files {
    /// Files in a store; `most` bytes each.
    pub fn new(objects: Arc<Objects>, most: u64) -> Self {
        Self { objects, most, pictures: Semaphore::new(PICTURES) }
    }

    /// Deletes contents that nothing needs any more, behind the caller's back.
    fn forget(&self, node: &Arc<Node>, contents: Vec<Uuid>) {
        if contents.is_empty() {
            return;
        }
        let (node, objects) = (Arc::clone(node), Arc::clone(&self.objects));
        tokio::spawn(async move {
            if let Err(error) = collect::these(&node.store, &objects, &contents).await {
                tracing::warn!(%error, "contents that nothing needs will be cleared away later");
            }
        });
    }
}

/// Buckets, files, signed addresses, pictures, resumable uploads.
pub fn routes(files: Arc<Files>) -> Router<Arc<Node>> {
    let words = Router::new()
        .route("/storage/v1/bucket", get(buckets::list).post(buckets::create))
        .route("/storage/v1/bucket/", get(buckets::list).post(buckets::create))
        .route("/storage/v1/bucket/{bucket}", get(buckets::find).put(buckets::update).delete(buckets::delete))
        .route("/storage/v1/bucket/{bucket}/empty", post(buckets::empty))
        .route("/storage/v1/object/list/{bucket}", post(list::list))
        .route("/storage/v1/object/list-v2/{bucket}", post(list::list_v2))
        .route("/storage/v1/object/move", post(changes::relocate))
        .route("/storage/v1/object/copy", post(changes::copy))
        .route("/storage/v1/object/{bucket}", delete(changes::remove_many))
        .route("/storage/v1/object/sign/{bucket}", post(links::sign_many).delete(links::revoke_bucket))
        .route("/storage/v1/object/sign/{bucket}/{*key}", post(links::sign).get(download::signed).delete(links::revoke))
        .route("/storage/v1/object/info/{bucket}/{*key}", get(download::info))
        .route("/storage/v1/object/info/authenticated/{bucket}/{*key}", get(download::info))
        .route("/storage/v1/object/info/public/{bucket}/{*key}", get(download::info_public))
        .route("/storage/v1/object/authenticated/{bucket}/{*key}", get(download::authenticated))
        .route("/storage/v1/object/public/{bucket}/{*key}", get(download::public))
        .route("/storage/v1/render/image/authenticated/{bucket}/{*key}", get(render::authenticated))
        .route("/storage/v1/render/image/public/{bucket}/{*key}", get(render::public))
        .route("/storage/v1/render/image/sign/{bucket}/{*key}", get(render::signed))
        .layer(DefaultBodyLimit::max(BODY));
    let bytes = Router::new()
        .route(
            "/storage/v1/object/{bucket}/{*key}",
            get(download::authenticated).post(upload::post).put(upload::put).delete(changes::remove_one),
        )
        .route("/storage/v1/object/upload/sign/{bucket}/{*key}", post(links::sign_upload).put(upload::signed))
        .layer(DefaultBodyLimit::disable());
    words.merge(bytes).layer(cross_origin::layer()).merge(resumable::routes(files.most)).layer(Extension(files))
}
