use axum::body::Body;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, LAST_MODIFIED, RANGE,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use domain::storage::{media_type, range};
use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;

use super::answer::Failure;
use crate::objects::Objects;
use crate::store::storage::files::File;

/// How a file is given out.
pub(super) struct Serving<'a> {
    /// Copies may be kept by others, as the file says. Else a browser asks each time, so that what was taken back is gone.
    pub(super) public: bool,
    /// The parameter `download`: to be saved, under this name if there is one.
    pub(super) download: Option<&'a str>,
}

/// Why copies of what only some may see are not used without asking.
pub(super) const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");

/// A file, or the part of it that was asked for, or that the copy at hand is still good. It is read as it is sent.
pub(super) async fn file(
    objects: &Objects,
    file: &File,
    headers: &HeaderMap,
    serving: &Serving<'_>,
) -> Result<Response, Failure> {
    let etag = format!("\"{}\"", hex(&file.sha256));
    let mut answer = if unchanged(headers, &etag, file.updated_at) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let current = text(IF_RANGE).is_none_or(|copy| copy == etag);
        let wanted = range::bytes(text(RANGE).filter(|_| current), file.size)?;
        let (status, bytes) = match wanted {
            Some(bytes) => (StatusCode::PARTIAL_CONTENT, bytes),
            None => (StatusCode::OK, 0..file.size),
        };
        let mut pieces = Box::pin(objects.read(&file.parts, bytes.clone()));
        // What is missing in the store is found out before anything is promised.
        let first = pieces.next().await.transpose()?;
        let body = Body::from_stream(stream::iter(first.map(Ok)).chain(pieces));
        let mut answer = (status, body).into_response();
        let head = answer.headers_mut();
        head.insert(CONTENT_LENGTH, HeaderValue::from(bytes.end - bytes.start));
        if status == StatusCode::PARTIAL_CONTENT {
            let text = format!("bytes {}-{}/{}", bytes.start, bytes.end - 1, file.size);
            head.insert(CONTENT_RANGE, text.parse().expect("numbers"));
        }
        answer
    };
    let shown = media_type::presentation(&file.media_type);
    let head = answer.headers_mut();
    head.insert(CONTENT_TYPE, value(&file.media_type, media_type::BYTES));
    head.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(shown.policy));
    head.insert(CONTENT_DISPOSITION, disposition(&file.filename, shown.inline, serving.download));
    head.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    head.insert(ETAG, etag.parse().expect("hexadecimal digits"));
    head.insert(LAST_MODIFIED, value(&http_date(file.updated_at), ""));
    let kept = file.cache_control.as_deref().unwrap_or("no-cache");
    head.insert(CACHE_CONTROL, if serving.public { value(kept, "no-cache") } else { PRIVATE });
    Ok(answer)
}

/// Whether the copy that the client has is still good (RFC 9110 section 13).
pub(super) fn unchanged(headers: &HeaderMap, etag: &str, modified: Timestamp) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if let Some(copies) = text(IF_NONE_MATCH) {
        return copies.split(',').map(str::trim).any(|copy| copy == "*" || copy.trim_start_matches("W/") == etag);
    }
    let since = text(IF_MODIFIED_SINCE).and_then(|date| jiff::fmt::rfc2822::parse(date).ok());
    since.is_some_and(|since| modified.as_second() <= since.timestamp().as_second())
}

/// Hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn http_date(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn value(text: &str, otherwise: &'static str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(otherwise))
}

/// `Content-Disposition` (RFC 6266), the name in UTF-8 (RFC 8187).
fn disposition(filename: &str, inline: bool, download: Option<&str>) -> HeaderValue {
    let kind = if inline && download.is_none() { "inline" } else { "attachment" };
    let name = download.filter(|name| !name.is_empty()).unwrap_or(filename);
    let mut text = format!("{kind}; filename*=UTF-8''");
    for byte in name.bytes().take(512) {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    value(&text, "attachment")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_header() {
        let made = disposition("Défilé \"1\"\r\nX: y.jpg", true, None);
        assert_eq!(made, "inline; filename*=UTF-8''D%C3%A9fil%C3%A9%20%221%22%0D%0AX%3A%20y.jpg");
        assert_eq!(disposition("a.html", false, None), "attachment; filename*=UTF-8''a.html");
        assert_eq!(disposition("a.png", true, Some("")), "attachment; filename*=UTF-8''a.png");
        assert_eq!(disposition("a.png", true, Some("b c.png")), "attachment; filename*=UTF-8''b%20c.png");
    }

    #[test]
    fn copies_are_compared_by_tag_first_and_by_time_else() {
        let modified: Timestamp = "2026-10-01T12:00:00.5Z".parse().expect("a time");
        assert_eq!(http_date(modified), "Thu, 01 Oct 2026 12:00:00 GMT");
        let with = |pairs: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, text) in pairs {
                headers.insert(*name, text.parse().expect("a value"));
            }
            unchanged(&headers, "\"ab\"", modified)
        };
        assert!(with(&[("if-none-match", "\"x\", W/\"ab\"")]) && with(&[("if-none-match", "*")]));
        assert!(with(&[("if-modified-since", &http_date(modified))]));
        assert!(!with(&[("if-modified-since", "Thu, 01 Oct 2026 11:59:59 GMT")]));
        assert!(!with(&[("if-none-match", "\"x\""), ("if-modified-since", &http_date(modified))]));
        assert!(!with(&[]) && !with(&[("if-modified-since", "yesterday")]));
    }
}
