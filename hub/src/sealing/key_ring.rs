use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::Sha256;
use uuid::Uuid;

use super::UnsealError;

/// The name of a wrapping key at the beginning of what it wrapped, bytes.
const NAME: usize = 8;
const NONCE: usize = 24;

/// One of the keys that wrap others.
#[derive(Clone)]
pub(super) struct WrappingKey {
    /// The 32 bytes that it is derived from.
    pub secret: [u8; 32],
    /// What the database calls it: tells keys apart and nothing about them.
    pub name: [u8; NAME],
}

/// Opens keys of one purpose that any key of the ring has wrapped.
pub struct Opener(Vec<([u8; NAME], XChaCha20Poly1305)>);

impl WrappingKey {
    pub(super) fn new(secret: [u8; 32]) -> Self {
        let name = derive(&secret, "name of a master key");
        Self { secret, name: *name.first_chunk().expect("32 bytes have 8") }
    }

    /// `name (8) | nonce (24) | sealed key (48)`; the id of its row is authenticated with it.
    pub(super) fn wrap(&self, purpose: &str, id: Uuid, key: &[u8; 32]) -> Vec<u8> {
        let mut nonce = [0u8; NONCE];
        getrandom::fill(&mut nonce).expect("the system has randomness");
        let sealed = cipher(&self.secret, purpose)
            .encrypt(&XNonce::from(nonce), Payload { msg: key, aad: id.as_bytes() })
            .expect("32 bytes can be sealed");
        [self.name.as_slice(), &nonce, &sealed].concat()
    }
}

impl Opener {
    pub(super) fn new(keys: &[WrappingKey], purpose: &str) -> Self {
        Self(keys.iter().map(|key| (key.name, cipher(&key.secret, purpose))).collect())
    }

    /// Opens a wrapped key.
    ///
    /// # Errors
    /// When it was altered, belongs to another row, or the key that wrapped it is not in the ring.
    pub fn open(&self, id: Uuid, wrapped: &[u8]) -> Result<[u8; 32], UnsealError> {
        let open = |cipher: &XChaCha20Poly1305, bytes: &[u8]| {
            let (nonce, sealed) = bytes.split_first_chunk::<NONCE>()?;
            cipher.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: id.as_bytes() }).ok()
        };
        let key = match wrapped.len() {
            // Wrapped before keys had names.
            72 => self.0.iter().find_map(|(_, cipher)| open(cipher, wrapped)),
            80 => self
                .0
                .iter()
                .find(|(name, _)| wrapped.starts_with(name))
                .and_then(|(_, cipher)| open(cipher, &wrapped[NAME..])),
            _ => None,
        };
        key.and_then(|key| key.try_into().ok()).ok_or(UnsealError)
    }
}

fn cipher(secret: &[u8; 32], purpose: &str) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new((&derive(secret, purpose)).into())
}

/// HKDF-SHA-256 (RFC 5869) with one label a purpose.
pub(super) fn derive(secret: &[u8; 32], purpose: &str) -> [u8; 32] {
    let mut key = [0u8; 32];
    Hkdf::<Sha256>::new(Some(b"fashionos-hub"), secret)
        .expand(purpose.as_bytes(), &mut key)
        .expect("32 bytes are within HKDF's bound");
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_opens_for_its_row_and_purpose_with_the_key_that_wrapped_it() {
        let (old, new) = (WrappingKey::new([1; 32]), WrappingKey::new([2; 32]));
        let (id, key) = (Uuid::now_v7(), [9; 32]);
        let both = Opener::new(&[old.clone(), new.clone()], "data");
        for wrapping in [&old, &new] {
            let wrapped = wrapping.wrap("data", id, &key);
            assert_eq!(both.open(id, &wrapped), Ok(key));
            assert_eq!(both.open(Uuid::now_v7(), &wrapped), Err(UnsealError));
            assert_eq!(Opener::new(&[old.clone(), new.clone()], "tokens").open(id, &wrapped), Err(UnsealError));
            // As it was wrapped before keys had names.
            assert_eq!(both.open(id, &wrapped[NAME..]), Ok(key));
            for at in 0..wrapped.len() {
                let mut altered = wrapped.clone();
                altered[at] ^= 1;
                assert_eq!(both.open(id, &altered), Err(UnsealError), "byte {at}");
                assert!(both.open(id, &wrapped[..at]).is_err(), "cut at {at}");
            }
        }
        assert_eq!(Opener::new(&[old], "data").open(id, &new.wrap("data", id, &key)), Err(UnsealError));
    }
}
