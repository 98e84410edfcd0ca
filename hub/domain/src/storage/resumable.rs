//! TUS 1.0: uploads that go on where they stopped.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::{Code, Refusal, name};

/// The version that is spoken.
pub const VERSION: &str = "1.0.0";
/// What of the protocol there is besides its core.
pub const EXTENSIONS: &str = "creation,creation-with-upload,expiration,termination";
/// How long an upload waits for its next bytes, seconds.
pub const PATIENCE: i64 = 24 * 3600;
/// Pieces of one upload. Clients send 6 MB at a time.
pub const PIECES: i64 = 10_000;

/// What the header `Upload-Metadata` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced {
    /// The bucket.
    pub bucket: String,
    /// The name.
    pub key: String,
    /// The type, as the client has it.
    pub media_type: Option<String>,
    /// Seconds that copies may be kept.
    pub cache_seconds: Option<String>,
    /// The client's own metadata, JSON.
    pub metadata: Option<String>,
}

/// Reads `Upload-Metadata`: pairs of a name and a value in base64, separated by commas.
///
/// # Errors
/// `InvalidRequest` for what is not understood, and for names that cannot be.
pub fn announced(header: &str) -> Result<Announced, Refusal> {
    let refuse = |message: String| Refusal::new(Code::InvalidRequest, message);
    let mut values = std::collections::HashMap::new();
    for pair in header.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once(' ').unwrap_or((pair, ""));
        let value = BASE64_STANDARD.decode(value.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let value = value.ok_or_else(|| refuse(format!("Upload-Metadata: {name} is not text in base64")))?;
        values.insert(name, value);
    }
    let mut take = |name: &str| values.remove(name).filter(|value| !value.is_empty());
    let missing = |name: &str| refuse(format!("Upload-Metadata has no {name}"));
    let bucket = take("bucketName").ok_or_else(|| missing("bucketName"))?;
    let key = take("objectName").ok_or_else(|| missing("objectName"))?;
    let key = key.trim_start_matches('/').to_owned();
    name::bucket(&bucket)?;
    name::key(&key)?;
    Ok(Announced {
        bucket,
        key,
        media_type: take("contentType").or_else(|| take("filetype")),
        cache_seconds: take("cacheControl"),
        metadata: take("metadata"),
    })
}

/// A header that is a number of bytes.
///
/// # Errors
/// `InvalidRequest`.
pub fn number(name: &str, value: Option<&str>) -> Result<u64, Refusal> {
    value
        .map(str::trim)
        .filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|text| text.parse().ok())
        .filter(|number| *number <= i64::MAX as u64)
        .ok_or_else(|| Refusal::new(Code::InvalidRequest, format!("{name} is a number of bytes")))
}

/// Whether bytes that begin at `offset` go on where the upload is: it has `has` bytes of `total`, in `pieces`.
///
/// # Errors
/// `OffsetMismatch`, or `InvalidRequest` when it is whole or in too many pieces.
pub fn goes_on(offset: u64, has: u64, total: u64, pieces: i64) -> Result<(), Refusal> {
    if offset != has {
        return Err(Refusal::new(Code::OffsetMismatch, format!("the upload has {has} bytes, these begin at {offset}")));
    }
    if has < total && pieces >= PIECES {
        let message = format!("an upload comes in at most {PIECES} pieces; send larger ones");
        return Err(Refusal::new(Code::InvalidRequest, message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_announced_is_read() {
        let header = "bucketName Z2FsbGVyaWVz,objectName bG9va3MvMDEuanBn, contentType aW1hZ2UvanBlZw==,cacheControl MzYwMA==,is_confidential";
        let made = announced(header).expect("read");
        assert_eq!((made.bucket.as_str(), made.key.as_str()), ("galleries", "looks/01.jpg"));
        assert_eq!(made.media_type.as_deref(), Some("image/jpeg"));
        assert_eq!(made.cache_seconds.as_deref(), Some("3600"));
        for bad in [
            "",
            "bucketName Z2FsbGVyaWVz",
            "bucketName !!,objectName YQ==",
            "bucketName Z2FsbGVyaWVz,objectName Li4vYQ==",
        ] {
            assert!(announced(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn bytes_go_on_where_it_stopped_and_nowhere_else() {
        assert_eq!(goes_on(5, 5, 10, 1), Ok(()));
        for offset in [0, 4, 6, 10] {
            assert_eq!(goes_on(offset, 5, 10, 1).map_err(|r| r.code), Err(Code::OffsetMismatch), "{offset}");
        }
        assert!(goes_on(5, 5, 10, PIECES).is_err());
    }

    #[test]
    fn numbers_are_numbers() {
        assert_eq!(number("Upload-Length", Some(" 12 ")), Ok(12));
        for bad in [None, Some(""), Some("-1"), Some("+1"), Some("1.5"), Some("99999999999999999999")] {
            assert!(number("Upload-Length", bad).is_err(), "{bad:?}");
        }
    }
}
