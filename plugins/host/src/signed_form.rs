//! Forms whose fields are signed with a secret, as Cloudinary's uploads are.

use sha2::{Digest, Sha256};

use crate::manifest::FormSignature;
use crate::recorded::{RecordedBody, RecordedContent};
use crate::services::Secret;

/// Fields that Cloudinary does not sign.
const UNSIGNED: [&str; 5] = ["file", "cloud_name", "resource_type", "api_key", "signature"];

/// The signature over the fields of a form, or none when the body is no form of plain fields.
pub(crate) fn sign(scheme: FormSignature, body: &RecordedBody, secret: &Secret) -> Option<String> {
    let FormSignature::CloudinarySha256 = scheme;
    let RecordedBody::Multipart(parts) = body else { return None };
    let mut fields = Vec::new();
    for part in parts.iter().filter(|part| !UNSIGNED.contains(&part.name.as_str())) {
        let RecordedContent::Bytes(value) = &part.content else { return None };
        fields.push((part.name.as_str(), std::str::from_utf8(&value.0).ok()?));
    }
    fields.sort_unstable();
    let text: Vec<String> = fields
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={value}").replace('&', "%26"))
        .collect();
    let digest = Sha256::new().chain_update(text.join("&")).chain_update(secret.expose()).finalize();
    Some(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_signed_in_order_and_cannot_smuggle_others() {
        let form = |public_id: &str| -> RecordedBody {
            let part = |name: &str, text: &str| serde_json::json!({"name": name, "content": {"bytes": text}});
            serde_json::from_value(serde_json::json!({"multipart": [
                part("timestamp", "1315060510"), part("public_id", public_id), part("eager", "w_400,h_300,c_pad"),
                part("api_key", "k"), {"name": "file", "content": {"file": {"file": "a", "offset": 0, "length": 1}}}
            ]}))
            .expect("a form")
        };
        let sign =
            |public_id: &str| sign(FormSignature::CloudinarySha256, &form(public_id), &Secret::new("abcd".into()));
        let expected: String =
            Sha256::digest("eager=w_400,h_300,c_pad&public_id=sample_image&timestamp=1315060510abcd")
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
        assert_eq!(sign("sample_image"), Some(expected));
        let smuggled: String =
            Sha256::digest("eager=w_400,h_300,c_pad&public_id=a%26overwrite=1&timestamp=1315060510abcd")
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
        assert_eq!(sign("a&overwrite=1"), Some(smuggled));
    }
}
