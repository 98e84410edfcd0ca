use domain::storage::Link;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};

use super::MasterKey;

/// Signs addresses of files. The key is derived and kept nowhere: every hub of one installation has the same.
pub struct LinkSigner {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

impl LinkSigner {
    /// The signer of an installation.
    pub fn new(master: &MasterKey) -> Self {
        let key = master.derive("addresses of files");
        let mut validation = Validation::new(Algorithm::HS256);
        // `exp` is compared by whoever asked, with the hub's clock.
        validation.validate_exp = false;
        validation.set_required_spec_claims::<&str>(&[]);
        Self { encoding: EncodingKey::from_secret(&key), decoding: DecodingKey::from_secret(&key), validation }
    }

    /// A token for an address.
    pub fn sign(&self, link: &Link) -> String {
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), link, &self.encoding).expect("claims are JSON")
    }

    /// What a token says, if it was signed here and not altered.
    pub fn open(&self, token: &str) -> Option<Link> {
        jsonwebtoken::decode(token, &self.decoding, &self.validation).ok().map(|data| data.claims)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use domain::storage::Purpose;
    use uuid::Uuid;

    use super::*;

    fn signer(digit: &str) -> LinkSigner {
        LinkSigner::new(&MasterKey::load(Some(&digit.repeat(64)), Path::new(".")).expect("64 digits"))
    }

    #[test]
    fn only_this_installation_signs_and_no_letter_can_be_changed() {
        let purpose = Purpose::Download { file: Uuid::nil(), as_picture: None };
        let link =
            Link { jti: Uuid::nil(), by: Uuid::nil(), org: Uuid::nil(), purpose, url: "a/b".into(), at: 1, exp: 2 };
        let token = signer("1").sign(&link);
        assert_eq!(signer("1").open(&token), Some(link));
        assert_eq!(signer("2").open(&token), None);
        for place in 0..token.len() {
            let mut altered = token.clone().into_bytes();
            altered[place] = if altered[place] == b'A' { b'Q' } else { b'A' };
            let altered = String::from_utf8(altered).expect("ASCII");
            // The last letter of a signature has bits that mean nothing.
            assert!(altered == token || signer("1").open(&altered).is_none(), "{place}");
        }
        assert_eq!(signer("1").open("eyJhbGciOiJub25lIn0.e30."), None);
    }
}
