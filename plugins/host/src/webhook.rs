//! Webhooks: how a vendor signs them. The hub checks the signature by the scheme of the manifest, so that the secret stays
//! outside the sandbox.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// How long ago, or how far ahead, a signed time may be, in seconds, where the scheme signs one and names no window.
const USUAL_WINDOW_SECONDS: u32 = 300;

/// How a vendor signs what it sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookScheme {
    #[serde(flatten)]
    pub signature: Signature,
    /// Which delivery it is: the same twice has one effect. Without it, the digest of the body.
    #[serde(default)]
    pub id_header: Option<String>,
    #[serde(default)]
    pub topic_header: Option<String>,
    /// A field of a JSON body that names the delivery, as a JSON pointer (RFC 6901).
    #[serde(default)]
    pub id_pointer: Option<String>,
    #[serde(default)]
    pub topic_pointer: Option<String>,
    /// Seconds that a signed time may be off.
    #[serde(default)]
    pub window_seconds: Option<u32>,
    /// Whether a GET with `hub.challenge` and the secret as `hub.verify_token` is answered, as Meta asks.
    #[serde(default)]
    pub challenge: bool,
}

/// The schemes of the vendors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "scheme", rename_all = "snake_case")]
pub enum Signature {
    /// HMAC-SHA256 of the body, base64 (Shopify).
    HmacSha256Base64 { header: String },
    /// `sha256=` and HMAC-SHA256 of the body in hex (Meta, GitHub).
    HmacSha256Hex { header: String },
    /// `t=...,v1=...`: HMAC-SHA256 of time, `.` and body in hex, several `v1` allowed (Stripe).
    TimedHmacSha256 { header: String },
    /// SHA-1 or SHA-256, by length, in hex of body, time and secret (Cloudinary).
    BodyTimeSecret { header: String, time_header: String },
}

/// Why a delivery is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Disbelief {
    #[error("the signature is missing or cannot be read")]
    Unsigned,
    #[error("the signature does not match")]
    WrongSignature,
    #[error("the signed time is too far away")]
    Stale,
}

impl Disbelief {
    /// Stable, for programs.
    pub fn code(self) -> &'static str {
        match self {
            Disbelief::Unsigned => "webhook_unsigned",
            Disbelief::WrongSignature => "webhook_signature_wrong",
            Disbelief::Stale => "webhook_stale",
        }
    }
}

impl WebhookScheme {
    /// Whether the scheme itself makes sense; the problem otherwise.
    pub fn check(&self) -> Result<(), String> {
        let pointers = [&self.id_pointer, &self.topic_pointer];
        if pointers.iter().any(|pointer| pointer.as_ref().is_some_and(|pointer| !pointer.starts_with('/'))) {
            return Err("a JSON pointer begins with `/`".into());
        }
        if self.window_seconds.is_some_and(|seconds| !(1..=86_400).contains(&seconds)) {
            return Err("a window has 1 to 86,400 seconds".into());
        }
        Ok(())
    }

    /// Checks a delivery. `header` answers a header's value by its name, `now` is in seconds since 1970. Signatures are
    /// compared in constant time.
    pub fn believe<'a>(
        &self,
        header: impl Fn(&str) -> Option<&'a str>,
        body: &[u8],
        secret: &[u8],
        now: i64,
    ) -> Result<(), Disbelief> {
        let signed = |name: &str| header(name).ok_or(Disbelief::Unsigned);
        match &self.signature {
            Signature::HmacSha256Base64 { header: name } => {
                let theirs = BASE64_STANDARD.decode(signed(name)?).map_err(|_| Disbelief::Unsigned)?;
                keyed(secret, &[body], &theirs)
            }
            Signature::HmacSha256Hex { header: name } => {
                let theirs = signed(name)?.strip_prefix("sha256=").and_then(from_hex).ok_or(Disbelief::Unsigned)?;
                keyed(secret, &[body], &theirs)
            }
            Signature::TimedHmacSha256 { header: name } => {
                let fields =
                    || signed(name).map(|text| text.split(',').filter_map(|field| field.trim().split_once('=')));
                let time =
                    fields()?.find_map(|(key, value)| (key == "t").then_some(value)).ok_or(Disbelief::Unsigned)?;
                let mut refusal = Disbelief::Unsigned;
                for theirs in fields()?.filter(|(key, _)| *key == "v1").filter_map(|(_, value)| from_hex(value)) {
                    match keyed(secret, &[time.as_bytes(), b".", body], &theirs) {
                        Ok(()) => return self.near(time, now),
                        Err(error) => refusal = error,
                    }
                }
                Err(refusal)
            }
            Signature::BodyTimeSecret { header: name, time_header } => {
                let theirs = from_hex(signed(name)?).ok_or(Disbelief::Unsigned)?;
                let time = signed(time_header)?;
                let ours = match theirs.len() {
                    20 => Sha1::new().chain_update(body).chain_update(time).chain_update(secret).finalize().to_vec(),
                    32 => Sha256::new().chain_update(body).chain_update(time).chain_update(secret).finalize().to_vec(),
                    _ => return Err(Disbelief::Unsigned),
                };
                // Both sides under a key of the moment: what a comparison of their digests tells by its time is nothing.
                keyed(secret, &[&ours], &mac(secret, &[&theirs]).finalize().into_bytes())?;
                self.near(time, now)
            }
        }
    }

    fn near(&self, time: &str, now: i64) -> Result<(), Disbelief> {
        let window = self.window_seconds.unwrap_or(USUAL_WINDOW_SECONDS);
        let time: i64 = time.parse().map_err(|_| Disbelief::Unsigned)?;
        if now.abs_diff(time) <= u64::from(window) { Ok(()) } else { Err(Disbelief::Stale) }
    }

    /// Which delivery it is, at most 200 characters.
    pub fn delivery_id<'a>(&self, header: impl Fn(&str) -> Option<&'a str>, body: &[u8]) -> String {
        self.named(&self.id_header, &self.id_pointer, header, body)
            .unwrap_or_else(|| Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// What it is about, at most 200 characters.
    pub fn topic<'a>(&self, header: impl Fn(&str) -> Option<&'a str>, body: &[u8]) -> Option<String> {
        self.named(&self.topic_header, &self.topic_pointer, header, body)
    }

    fn named<'a>(
        &self,
        in_header: &Option<String>,
        in_body: &Option<String>,
        header: impl Fn(&str) -> Option<&'a str>,
        body: &[u8],
    ) -> Option<String> {
        let value = match (in_header, in_body) {
            (Some(name), _) => header(name).map(str::to_owned),
            (None, Some(pointer)) => {
                let body: serde_json::Value = serde_json::from_slice(body).ok()?;
                body.pointer(pointer).and_then(|value| value.as_str()).map(str::to_owned)
            }
            (None, None) => None,
        };
        value.map(|text| text.chars().take(200).collect::<String>()).filter(|text| !text.is_empty())
    }
}

fn mac(secret: &[u8], parts: &[&[u8]]) -> Hmac<Sha256> {
    #[allow(clippy::expect_used, reason = "HMAC takes keys of any length (RFC 2104)")]
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac
}

fn keyed(secret: &[u8], parts: &[&[u8]], theirs: &[u8]) -> Result<(), Disbelief> {
    mac(secret, parts).verify_slice(theirs).map_err(|_| Disbelief::WrongSignature)
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) || text.len() > 128 {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"shpss_a_secret";
    const BODY: &[u8] = br#"{"id":"evt_7","type":"invoice.paid"}"#;

    fn scheme(value: serde_json::Value) -> WebhookScheme {
        serde_json::from_value(value).expect("a scheme")
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn shopify_signs_the_body_in_base64() {
        let shopify = scheme(
            serde_json::json!({"scheme": "hmac_sha256_base64", "header": "x-shopify-hmac-sha256", "id_header": "x-shopify-webhook-id"}),
        );
        let good = BASE64_STANDARD.encode(mac(SECRET, &[BODY]).finalize().into_bytes());
        let headers = |signature: &str| {
            let signature = signature.to_owned();
            move |name: &str| match name {
                "x-shopify-hmac-sha256" => Some(signature.clone().leak() as &str),
                "x-shopify-webhook-id" => Some("b54557e4"),
                _ => None,
            }
        };
        assert_eq!(shopify.believe(headers(&good), BODY, SECRET, 0), Ok(()));
        assert_eq!(shopify.believe(headers(&good), b"{}", SECRET, 0), Err(Disbelief::WrongSignature));
        assert_eq!(shopify.believe(headers(&good), BODY, b"another", 0), Err(Disbelief::WrongSignature));
        assert_eq!(shopify.believe(headers("~"), BODY, SECRET, 0), Err(Disbelief::Unsigned));
        assert_eq!(shopify.believe(|_| None, BODY, SECRET, 0), Err(Disbelief::Unsigned));
        assert_eq!(shopify.delivery_id(headers(&good), BODY), "b54557e4");
    }

    #[test]
    fn stripe_signs_the_time_as_well_and_may_turn_its_secret() {
        let stripe = scheme(
            serde_json::json!({"scheme": "timed_hmac_sha256", "header": "stripe-signature", "id_pointer": "/id", "topic_pointer": "/type"}),
        );
        let good = hex(&mac(SECRET, &[b"1000.", BODY]).finalize().into_bytes());
        let header: &str = format!("t=1000,v1={},v1={good},v0=00", "0".repeat(64)).leak();
        let headers = |name: &str| (name == "stripe-signature").then_some(header);
        assert_eq!(stripe.believe(headers, BODY, SECRET, 1_300), Ok(()));
        assert_eq!(stripe.believe(headers, BODY, SECRET, 1_301), Err(Disbelief::Stale));
        assert_eq!(stripe.believe(headers, BODY, SECRET, 699), Err(Disbelief::Stale));
        assert_eq!(stripe.believe(headers, b"{}", SECRET, 1_000), Err(Disbelief::WrongSignature));
        assert_eq!(stripe.delivery_id(headers, BODY), "evt_7");
        assert_eq!(stripe.topic(headers, BODY).as_deref(), Some("invoice.paid"));
    }

    #[test]
    fn cloudinary_puts_time_and_secret_behind_the_body() {
        let cloudinary = scheme(
            serde_json::json!({"scheme": "body_time_secret", "header": "x-cld-signature", "time_header": "x-cld-timestamp", "window_seconds": 7200}),
        );
        for signature in [
            hex(&Sha1::new().chain_update(BODY).chain_update("1000").chain_update(SECRET).finalize()),
            hex(&Sha256::new().chain_update(BODY).chain_update("1000").chain_update(SECRET).finalize()),
        ] {
            let signature: &str = signature.leak();
            let headers = |name: &str| match name {
                "x-cld-signature" => Some(signature),
                "x-cld-timestamp" => Some("1000"),
                _ => None,
            };
            assert_eq!(cloudinary.believe(headers, BODY, SECRET, 8_200), Ok(()));
            assert_eq!(cloudinary.believe(headers, BODY, SECRET, 8_201), Err(Disbelief::Stale));
            assert_eq!(cloudinary.believe(headers, BODY, b"another", 1_000), Err(Disbelief::WrongSignature));
        }
    }

    #[test]
    fn without_a_name_a_delivery_is_its_body() {
        let meta = scheme(serde_json::json!({"scheme": "hmac_sha256_hex", "header": "x-hub-signature-256"}));
        assert_eq!(meta.delivery_id(|_| None, b"a"), meta.delivery_id(|_| None, b"a"));
        assert_ne!(meta.delivery_id(|_| None, b"a"), meta.delivery_id(|_| None, b"b"));
        let signature: &str = format!("sha256={}", hex(&mac(SECRET, &[BODY]).finalize().into_bytes())).leak();
        assert_eq!(meta.believe(|_| Some(signature), BODY, SECRET, 0), Ok(()));
    }
}
