use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use p256::pkcs8::EncodePrivateKey as _;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{MasterKey, UnsealError};

/// A key that signs access tokens: ECDSA on P-256 (ES256), which browsers and `supabase-js` can verify by themselves.
pub struct SigningKey {
    /// The `kid` of its tokens.
    pub id: Uuid,
    scalar: [u8; 32],
    encoding: EncodingKey,
    decoding: DecodingKey,
    /// The public half, as a JWK (RFC 7517).
    pub jwk: Value,
}

/// What these keys are wrapped for.
const PURPOSE: &str = "wrap signing keys";

impl SigningKey {
    /// A new random key.
    pub fn generate() -> Self {
        loop {
            let mut scalar = [0u8; 32];
            getrandom::fill(&mut scalar).expect("the system has randomness");
            // All but one of 2^32 random numbers are scalars of the curve.
            if let Some(key) = Self::of(Uuid::now_v7(), scalar) {
                return key;
            }
        }
    }

    fn of(id: Uuid, scalar: [u8; 32]) -> Option<Self> {
        let secret = p256::SecretKey::from_slice(&scalar).ok()?;
        let public = secret.public_key().to_encoded_point(false);
        let coordinate = |bytes: Option<&p256::FieldBytes>| Some(BASE64_URL_SAFE_NO_PAD.encode(bytes?));
        let (x, y) = (coordinate(public.x())?, coordinate(public.y())?);
        let jwk = json!({
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "key_ops": ["verify"], "kid": id, "x": x, "y": y,
        });
        Some(Self {
            encoding: EncodingKey::from_ec_der(secret.to_pkcs8_der().ok()?.as_bytes()),
            decoding: DecodingKey::from_ec_components(&x, &y).ok()?,
            id,
            scalar,
            jwk,
        })
    }

    /// The private half as the database holds it: `name of the master key (8) | nonce (24) | sealed scalar (48)`.
    pub fn wrap(&self, master: &MasterKey) -> Vec<u8> {
        master.wrap(PURPOSE, self.id, &self.scalar)
    }

    /// Opens a wrapped key.
    ///
    /// # Errors
    /// When it was altered or wrapped by another master key.
    pub fn unwrap(id: Uuid, wrapped: &[u8], master: &MasterKey) -> Result<Self, UnsealError> {
        Self::of(id, master.opener(PURPOSE).open(id, wrapped)?).ok_or(UnsealError)
    }

    /// A signed token with these claims.
    pub fn sign(&self, claims: &impl Serialize) -> String {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(self.id.to_string());
        jsonwebtoken::encode(&header, claims, &self.encoding).expect("claims are JSON and the key is of this algorithm")
    }

    /// For verifying what it signed.
    pub fn decoding(&self) -> &DecodingKey {
        &self.decoding
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn master(digit: &str) -> MasterKey {
        MasterKey::load(Some(&digit.repeat(64)), std::path::Path::new(".")).expect("64 digits")
    }

    #[test]
    fn a_key_comes_back_from_its_wrapping_and_from_no_other() {
        let key = SigningKey::generate();
        let wrapped = key.wrap(&master("5"));
        let again = SigningKey::unwrap(key.id, &wrapped, &master("5")).expect("it opens");
        assert_eq!(again.jwk, key.jwk);
        assert!(SigningKey::unwrap(Uuid::now_v7(), &wrapped, &master("5")).is_err());
        assert!(SigningKey::unwrap(key.id, &wrapped, &master("6")).is_err());
        assert!(SigningKey::unwrap(key.id, &wrapped[1..], &master("5")).is_err());
        assert!(!wrapped.windows(32).any(|window| window == key.scalar));
        assert!(!format!("{key:?} {}", key.jwk).contains("scalar") && key.jwk.get("d").is_none());
    }

    #[test]
    fn what_one_signed_only_it_verifies() {
        let (key, other) = (SigningKey::generate(), SigningKey::generate());
        let token = key.sign(&json!({ "exp": 4_000_000_000_i64 }));
        let validation = jsonwebtoken::Validation::new(Algorithm::ES256);
        assert!(jsonwebtoken::decode::<Value>(&token, key.decoding(), &validation).is_ok());
        assert!(jsonwebtoken::decode::<Value>(&token, other.decoding(), &validation).is_err());
    }
}
