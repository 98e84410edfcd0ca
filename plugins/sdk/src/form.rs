//! Text as it stands in addresses and forms.

use std::fmt::Write as _;

/// Percent-encodes all but the unreserved characters (RFC 3986 §2.3).
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

/// Fields of a form, or parameters of an address: `a=1&b=2`.
pub fn encode<K: AsRef<str>, V: AsRef<str>>(fields: &[(K, V)]) -> String {
    let pairs: Vec<String> =
        fields.iter().map(|(key, value)| format!("{}={}", escape(key.as_ref()), escape(value.as_ref()))).collect();
    pairs.join("&")
}

/// A UUID of version 4 out of 16 bytes of chance; none when there are fewer.
pub fn uuid(bytes: &[u8]) -> Option<String> {
    let mut bytes: [u8; 16] = bytes.get(..16)?.try_into().ok()?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Some(format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]))
}

#[cfg(test)]
mod tests {
    use super::{encode, uuid};

    #[test]
    fn a_form_is_read_as_it_was_written() {
        assert_eq!(
            encode(&[("caption", "Vale & Co. — 1+1"), ("x", "")]),
            "caption=Vale%20%26%20Co.%20%E2%80%94%201%2B1&x="
        );
    }

    #[test]
    fn a_uuid_says_its_version() {
        assert_eq!(uuid(&[0xff; 16]).as_deref(), Some("ffffffff-ffff-4fff-bfff-ffffffffffff"));
        assert_eq!(uuid(&[0; 15]), None);
    }
}
