use std::time::Duration;

use bytes::Bytes;
use domain::storage::{Code, media_type};
use futures_util::{Stream, StreamExt as _};

use crate::objects::{Digest, Incoming, Objects, Part};
use crate::store::storage::StorageError;
use crate::store::storage::uploads::{Content, Room};

/// How long a sender may say nothing.
const PATIENCE: Duration = Duration::from_secs(60);

/// Bytes as they come; `Err` says why no more do.
pub(super) type Piece = Result<Bytes, String>;

/// The next bytes of a sender; `None` at the end.
///
/// # Errors
/// `IncompleteBody` when it stops in the middle or says nothing for a minute.
pub(super) async fn next(body: &mut (impl Stream<Item = Piece> + Unpin)) -> Result<Option<Bytes>, StorageError> {
    match tokio::time::timeout(PATIENCE, body.next()).await {
        Ok(Some(Ok(bytes))) => Ok(Some(bytes)),
        Ok(None) => Ok(None),
        Ok(Some(Err(error))) => {
            tracing::debug!(error, "an upload stopped in the middle");
            Err(StorageError::refused(Code::IncompleteBody, "the upload stopped in the middle"))
        }
        Err(_) => Err(StorageError::refused(Code::IncompleteBody, "nothing came for a minute")),
    }
}

/// Takes in a whole file: its first bytes are looked at before any is kept, and nothing stays of one that is refused.
///
/// # Errors
/// `InvalidMimeType`, `EntityTooLarge`, `IncompleteBody`, those of the store.
pub(super) async fn whole(
    objects: &Objects,
    room: &Room,
    declared: Option<&str>,
    mut body: impl Stream<Item = Piece> + Unpin,
) -> Result<Content, StorageError> {
    let mut head: Vec<Bytes> = Vec::new();
    let mut gathered = 0;
    while gathered < media_type::HEAD {
        let Some(bytes) = next(&mut body).await? else { break };
        gathered += bytes.len();
        room.admit_size(gathered as u64)?;
        head.push(bytes);
    }
    let first: Vec<u8> = head.iter().flatten().copied().take(media_type::HEAD).collect();
    let media_type = media_type::judge(declared, &first)?;
    room.admit_type(&media_type)?;
    if gathered == 0 {
        return Ok(Content { part: None, sha256: Digest::default().finish(), media_type });
    }
    let mut incoming = objects.incoming(Digest::default()).await?;
    match pour(&mut incoming, room, head, &mut body).await {
        Ok(()) => {
            let (part, digest): (Part, Digest) = incoming.finish().await?;
            Ok(Content { part: Some(part), sha256: digest.finish(), media_type })
        }
        Err(error) => {
            incoming.abort().await;
            Err(error)
        }
    }
}

async fn pour(
    incoming: &mut Incoming,
    room: &Room,
    head: Vec<Bytes>,
    body: &mut (impl Stream<Item = Piece> + Unpin),
) -> Result<(), StorageError> {
    for bytes in head {
        incoming.write(bytes).await?;
    }
    while let Some(bytes) = next(body).await? {
        room.admit_size(incoming.size() + bytes.len() as u64)?;
        incoming.write(bytes).await?;
    }
    Ok(())
}
