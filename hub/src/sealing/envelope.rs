use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use uuid::Uuid;

use super::MasterKey;
use super::key_ring::Opener;

/// The data key of one data subject (a guest, a user): seals their personal values. Destroying its wrapped form makes
/// them unreadable everywhere at once, backups included.
///
/// An envelope is `1 | key id (16) | nonce (24) | ciphertext | tag (16)`, XChaCha20-Poly1305. The name of the column is
/// authenticated with it: an e-mail copied into the name's place does not open.
#[derive(Clone)]
pub struct SubjectKey {
    /// Its row in `encryption_keys`.
    pub id: Uuid,
    key: [u8; 32],
}

/// The value cannot be opened: altered, sealed for another column, or its key was destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed value does not open")]
pub struct UnsealError;

/// What data keys are wrapped for.
const PURPOSE: &str = "wrap keys";
const VERSION: u8 = 1;
const NONCE: usize = 24;
const HEADER: usize = 1 + 16 + NONCE;

impl SubjectKey {
    /// A new random key.
    pub fn generate() -> Self {
        Self { id: Uuid::now_v7(), key: random() }
    }

    /// The key as `encryption_keys.wrapped_key` holds it: `name of the master key (8) | nonce (24) | sealed key (48)`.
    pub fn wrap(&self, master: &MasterKey) -> Vec<u8> {
        master.wrap(PURPOSE, self.id, &self.key)
    }

    /// Opens a wrapped key.
    ///
    /// # Errors
    /// When it was altered or wrapped by another master key.
    pub fn unwrap(id: Uuid, wrapped: &[u8], master: &MasterKey) -> Result<Self, UnsealError> {
        Self::unwrap_with(id, wrapped, &wrapping_cipher(master))
    }

    /// As [`unwrap`](Self::unwrap), with the opener made once for many keys.
    ///
    /// # Errors
    /// As `unwrap`.
    pub fn unwrap_with(id: Uuid, wrapped: &[u8], opener: &Opener) -> Result<Self, UnsealError> {
        Ok(Self { id, key: opener.open(id, wrapped)? })
    }

    /// Seals a value for a column, for example `registrations.attendee_name`.
    pub fn seal(&self, column: &str, value: &str) -> Vec<u8> {
        let nonce: [u8; NONCE] = random();
        let sealed = cipher(&self.key)
            .encrypt(&XNonce::from(nonce), Payload { msg: value.as_bytes(), aad: column.as_bytes() })
            .expect("texts are far below the cipher's bound");
        let mut envelope = Vec::with_capacity(HEADER + sealed.len());
        envelope.push(VERSION);
        envelope.extend_from_slice(self.id.as_bytes());
        envelope.extend_from_slice(&nonce);
        envelope.extend_from_slice(&sealed);
        envelope
    }

    /// Opens an envelope of this key.
    ///
    /// # Errors
    /// See [`UnsealError`].
    pub fn open(&self, column: &str, envelope: &[u8]) -> Result<String, UnsealError> {
        if key_id(envelope) != Some(self.id) {
            return Err(UnsealError);
        }
        let (nonce, sealed) = envelope[1 + 16..].split_first_chunk::<NONCE>().ok_or(UnsealError)?;
        let value = cipher(&self.key)
            .decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: column.as_bytes() })
            .map_err(|_| UnsealError)?;
        String::from_utf8(value).map_err(|_| UnsealError)
    }
}

impl std::fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SubjectKey({})", self.id)
    }
}

/// The key that an envelope names, if it is an envelope.
pub fn key_id(envelope: &[u8]) -> Option<Uuid> {
    (envelope.len() > HEADER && envelope[0] == VERSION).then(|| Uuid::from_slice(&envelope[1..17]).ok()).flatten()
}

/// What opens wrapped keys.
pub fn wrapping_cipher(master: &MasterKey) -> Opener {
    master.opener(PURPOSE)
}

fn cipher(key: &[u8; 32]) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.into())
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes).expect("the system has randomness");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn master() -> MasterKey {
        MasterKey::load(Some(&"5".repeat(64)), std::path::Path::new(".")).expect("64 digits")
    }

    #[test]
    fn a_value_opens_only_whole_in_its_column_with_its_key() {
        let key = SubjectKey::generate();
        let envelope = key.seal("registrations.attendee_name", "Ada Lovelace");
        assert_eq!(key.open("registrations.attendee_name", &envelope).as_deref(), Ok("Ada Lovelace"));
        assert_eq!(key.open("registrations.attendee_email", &envelope), Err(UnsealError));
        assert_eq!(SubjectKey::generate().open("registrations.attendee_name", &envelope), Err(UnsealError));
        for at in 0..envelope.len() {
            let mut altered = envelope.clone();
            altered[at] ^= 1;
            assert!(key.open("registrations.attendee_name", &altered).is_err(), "byte {at}");
            assert!(key.open("registrations.attendee_name", &envelope[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn the_same_value_seals_differently_each_time() {
        let key = SubjectKey::generate();
        assert_ne!(key.seal("c", "x"), key.seal("c", "x"));
    }

    #[test]
    fn a_wrapped_key_opens_with_its_master_and_id_only() {
        let key = SubjectKey::generate();
        let wrapped = key.wrap(&master());
        let opened = SubjectKey::unwrap(key.id, &wrapped, &master()).expect("same master");
        assert_eq!(opened.open("c", &key.seal("c", "v")).as_deref(), Ok("v"));
        assert!(SubjectKey::unwrap(Uuid::now_v7(), &wrapped, &master()).is_err());
        let other = MasterKey::load(Some(&"6".repeat(64)), std::path::Path::new(".")).expect("64 digits");
        assert!(SubjectKey::unwrap(key.id, &wrapped, &other).is_err());
    }
}
