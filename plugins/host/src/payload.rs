//! The body of a request as it is sent: bytes of the plugin, or files streamed past it.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;

use crate::contract::Fault;
use crate::recorded::{RecordedBody, RecordedContent, RecordedPart};
use crate::services::{ServiceError, Services};

/// A piece of a file that is read at a time, bytes.
const PIECE: u64 = 512 * 1024;
/// Largest body, bytes.
const MAX_BODY: u64 = 2 << 30;
const MAX_PARTS: usize = 100;

pub(crate) type Body = UnsyncBoxBody<Bytes, ServiceError>;

/// A body with its length and type.
pub(crate) struct Payload {
    pub(crate) body: Body,
    pub(crate) length: u64,
    pub(crate) content_type: Option<String>,
}

enum Piece {
    Bytes(Bytes),
    File { file: String, offset: u64, end: u64 },
}

/// Makes the body that will be sent. `signature` is a field that is added to a form.
pub(crate) fn payload(
    services: &Arc<dyn Services>,
    body: &RecordedBody,
    signature: Option<&str>,
    random: [u8; 16],
) -> Result<Payload, Fault> {
    let (pieces, content_type) = match body {
        RecordedBody::None => (Vec::new(), None),
        RecordedBody::Content(content) => (vec![piece(content)?], None),
        RecordedBody::Multipart(parts) => {
            let boundary = format!("fashionos-{}", BASE64_URL_SAFE_NO_PAD.encode(random));
            (multipart(parts, signature, &boundary)?, Some(format!("multipart/form-data; boundary={boundary}")))
        }
    };
    let length = pieces.iter().try_fold(0_u64, |sum, piece| {
        sum.checked_add(match piece {
            Piece::Bytes(bytes) => bytes.len() as u64,
            Piece::File { offset, end, .. } => end - offset,
        })
    });
    let Some(length) = length.filter(|length| *length <= MAX_BODY) else {
        return Err(Fault::new("body_too_large", format!("a body has at most {MAX_BODY} bytes")));
    };
    Ok(Payload { body: stream_of(Arc::clone(services), pieces), length, content_type })
}

fn piece(content: &RecordedContent) -> Result<Piece, Fault> {
    match content {
        RecordedContent::Bytes(octets) => Ok(Piece::Bytes(Bytes::from(octets.0.clone()))),
        RecordedContent::File(range) => match range.offset.checked_add(range.length) {
            Some(end) => Ok(Piece::File { file: range.file.clone(), offset: range.offset, end }),
            None => Err(Fault::new("range_invalid", "the stretch of the file ends nowhere")),
        },
    }
}

fn multipart(parts: &[RecordedPart], signature: Option<&str>, boundary: &str) -> Result<Vec<Piece>, Fault> {
    if parts.len() > MAX_PARTS {
        return Err(Fault::new("too_many_parts", format!("a form has at most {MAX_PARTS} parts")));
    }
    let plain =
        |text: &str| !text.bytes().any(|b| b < b' ' || b == b'"' || b == 0x7f || b == b'\\') && text.len() <= 300;
    let mut pieces = Vec::with_capacity(parts.len() * 3 + 2);
    for part in parts {
        let texts = [Some(&part.name), part.filename.as_ref(), part.content_type.as_ref()];
        if !texts.into_iter().flatten().all(|text| plain(text)) {
            return Err(Fault::new("part_invalid", "names and types of parts have at most 300 plain characters"));
        }
        let filename = part.filename.as_ref().map(|name| format!("; filename=\"{name}\"")).unwrap_or_default();
        let content_type =
            part.content_type.as_ref().map(|kind| format!("\r\nContent-Type: {kind}")).unwrap_or_default();
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"{filename}{content_type}\r\n\r\n",
            part.name
        );
        pieces.push(Piece::Bytes(head.into()));
        pieces.push(piece(&part.content)?);
        pieces.push(Piece::Bytes(Bytes::from_static(b"\r\n")));
    }
    if let Some(signature) = signature {
        let field =
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"signature\"\r\n\r\n{signature}\r\n");
        pieces.push(Piece::Bytes(field.into()));
    }
    pieces.push(Piece::Bytes(format!("--{boundary}--\r\n").into()));
    Ok(pieces)
}

fn stream_of(services: Arc<dyn Services>, pieces: Vec<Piece>) -> Body {
    let pieces = pieces.into_iter();
    let frames = stream::unfold((services, pieces, None::<Piece>), |(services, mut pieces, current)| async move {
        let next = current.or_else(|| pieces.next())?;
        match next {
            Piece::Bytes(bytes) => Some((Ok(Frame::data(bytes)), (services, pieces, None))),
            Piece::File { offset, end, .. } if offset >= end => {
                Some((Ok(Frame::data(Bytes::new())), (services, pieces, None)))
            }
            Piece::File { file, offset, end } => {
                let read = services.file_bytes(&file, offset, PIECE.min(end - offset)).await;
                match read {
                    Ok(bytes) if bytes.is_empty() => Some((
                        Err(ServiceError::refused("range_invalid", "the file ends before")),
                        (services, pieces, None),
                    )),
                    Ok(bytes) => {
                        let rest = Piece::File { file, offset: offset + bytes.len() as u64, end };
                        Some((Ok(Frame::data(bytes)), (services, pieces, Some(rest))))
                    }
                    Err(error) => Some((Err(error), (services, pieces, None))),
                }
            }
        }
    });
    StreamBody::new(frames.boxed()).boxed_unsync()
}
