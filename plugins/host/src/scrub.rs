//! Takes a credential out of what a vendor answers, in every shape in which an echo could carry it.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD};

use crate::services::Secret;

/// What stands where a credential was.
const REDACTED: &[u8] = b"[redacted]";
/// Secrets shorter than this would be found by chance everywhere; a vendor that gives such is not protected by this, only by
/// the allow-list.
const SHORTEST: usize = 6;

/// The shapes of one credential.
pub(crate) struct Scrubber(Vec<Vec<u8>>);

impl Scrubber {
    pub(crate) fn new<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Scrubber {
        let mut shapes = Vec::new();
        for secret in secrets {
            let plain = secret.expose();
            if plain.len() < SHORTEST {
                continue;
            }
            shapes.push(plain.as_bytes().to_vec());
            let reversed: String = plain.chars().rev().collect();
            shapes.push(reversed.into_bytes());
            shapes.push(url::form_urlencoded::byte_serialize(plain.as_bytes()).collect::<String>().into_bytes());
            shapes.push(percent(plain).into_bytes());
            for hex in [
                plain.bytes().map(|b| format!("{b:02x}")).collect::<String>(),
                plain.bytes().map(|b| format!("{b:02X}")).collect(),
            ] {
                shapes.push(hex.into_bytes());
            }
            if let Ok(quoted) = serde_json::to_string(plain) {
                shapes.push(quoted.trim_matches('"').as_bytes().to_vec());
                shapes.push(quoted.trim_matches('"').replace('/', "\\/").into_bytes());
            }
            for skip in 0..3 {
                // In the middle of something else, base64 depends on where it begins; the first and last letters are shared
                // with the neighbours and left out.
                let mut padded = vec![0; skip];
                padded.extend_from_slice(plain.as_bytes());
                let start = [0, 2, 3][skip];
                for text in [
                    BASE64_STANDARD.encode(&padded),
                    BASE64_STANDARD_NO_PAD.encode(&padded),
                    BASE64_URL_SAFE.encode(&padded),
                    BASE64_URL_SAFE_NO_PAD.encode(&padded),
                ] {
                    let end = padded.len() / 3 * 4;
                    if end > start + 8 {
                        shapes.push(text.as_bytes()[start..end].to_vec());
                    }
                }
            }
        }
        // The longest first: a shape may be part of another.
        shapes.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        shapes.dedup();
        Scrubber(shapes)
    }

    /// The bytes without the credentials.
    pub(crate) fn clean(&self, bytes: Vec<u8>) -> Vec<u8> {
        let mut bytes = bytes;
        for shape in &self.0 {
            if let Some(first) = find(&bytes, shape) {
                let mut cleaned = Vec::with_capacity(bytes.len());
                let mut rest: &[u8] = &bytes;
                let mut next = Some(first);
                while let Some(at) = next {
                    cleaned.extend_from_slice(&rest[..at]);
                    cleaned.extend_from_slice(REDACTED);
                    rest = &rest[at + shape.len()..];
                    next = find(rest, shape);
                }
                cleaned.extend_from_slice(rest);
                bytes = cleaned;
            }
        }
        bytes
    }

    /// The text without the credentials.
    pub(crate) fn clean_text(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.clean(text.as_bytes().to_vec())).into_owned()
    }
}

fn find(bytes: &[u8], shape: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, shape)
}

/// Everything but unreserved characters percent-encoded (RFC 3986 §2.3).
fn percent(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "shpat_9f8a/+=e2\"canary";

    fn clean(text: impl AsRef<[u8]>) -> String {
        let secret = Secret::new(TOKEN.into());
        String::from_utf8(Scrubber::new([&secret]).clean(text.as_ref().to_vec())).expect("text")
    }

    #[test]
    fn an_echo_does_not_carry_the_token_in_any_shape() {
        let hex: String = TOKEN.bytes().map(|b| format!("{b:02x}")).collect();
        let base64_inside = BASE64_STANDARD.encode(format!("user:{TOKEN}"));
        let reversed: String = TOKEN.chars().rev().collect();
        for shape in [
            TOKEN.to_owned(),
            reversed,
            hex,
            percent(TOKEN),
            url::form_urlencoded::byte_serialize(TOKEN.as_bytes()).collect(),
            serde_json::to_string(TOKEN).expect("JSON"),
            BASE64_STANDARD.encode(TOKEN),
            BASE64_URL_SAFE_NO_PAD.encode(TOKEN),
        ] {
            let cleaned = clean(format!("before {shape} between {shape} after"));
            assert!(cleaned.matches("[redacted]").count() == 2, "{shape}: {cleaned}");
            assert!(cleaned.starts_with("before ") && cleaned.ends_with(" after"), "{cleaned}");
        }
        assert!(clean(&base64_inside).contains("[redacted]"), "{}", clean(&base64_inside));
    }

    #[test]
    fn what_holds_no_token_stays_as_it_is() {
        let bytes: Vec<u8> = (0..=255).cycle().take(5_000).collect();
        let secret = Secret::new(TOKEN.into());
        assert_eq!(Scrubber::new([&secret]).clean(bytes.clone()), bytes);
    }
}
