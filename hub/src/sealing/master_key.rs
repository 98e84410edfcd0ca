use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

/// The one secret of an installation. It never leaves the process; everything else is derived from it or wrapped by it.
///
/// Derivation is HKDF-SHA-256 (RFC 5869) with one label a purpose, so that no two purposes share a key.
#[derive(Clone)]
pub struct MasterKey([u8; 32]);

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// Not 64 hexadecimal digits.
    #[error("the master key is 64 hexadecimal digits")]
    Malformed,
    /// The key file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
}

impl MasterKey {
    /// The given key, else the one in `data/master.key`, else a new one that is written there (mode 600).
    ///
    /// # Errors
    /// See [`MasterKeyError`].
    pub fn load(given: Option<&str>, data: &Path) -> Result<Self, MasterKeyError> {
        if let Some(text) = given {
            return Self::parse(text);
        }
        let path = data.join("master.key");
        let io = |source| MasterKeyError::Io { path: path.clone(), source };
        match fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let mut key = [0u8; 32];
                getrandom::fill(&mut key).expect("the system has randomness");
                let text: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
                let mut file =
                    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(io)?;
                file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(io)?;
                Ok(Self(key))
            }
            Err(error) => Err(io(error)),
        }
    }

    fn parse(text: &str) -> Result<Self, MasterKeyError> {
        let text = text.trim().as_bytes();
        let mut key = [0u8; 32];
        if text.len() != 64 {
            return Err(MasterKeyError::Malformed);
        }
        for (byte, digits) in key.iter_mut().zip(text.chunks(2)) {
            let digits = std::str::from_utf8(digits).map_err(|_| MasterKeyError::Malformed)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| MasterKeyError::Malformed)?;
        }
        Ok(Self(key))
    }

    /// A key of its own for one purpose.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        let mut key = [0u8; 32];
        Hkdf::<Sha256>::new(Some(b"fashionos-hub"), &self.0)
            .expand(purpose.as_bytes(), &mut key)
            .expect("32 bytes are within HKDF's bound");
        key
    }

    /// The password of one of the hub's database logins, hexadecimal.
    pub fn login_password(&self, login: &str) -> String {
        self.derive(&format!("login {login}")).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The blind index of a personal value: equal for values that differ only in case or surrounding space, meaningless
    /// without the key. 32 bytes.
    pub fn blind_index(&self, value: &str) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.derive("blind index")).expect("HMAC takes any key");
        mac.update(value.trim().to_lowercase().as_bytes());
        mac.finalize().into_bytes().to_vec()
    }

    /// The blind index as Postgres writes bytes: `\x` and hexadecimal digits.
    pub fn blind_index_text(&self, value: &str) -> String {
        let digits: String = self.blind_index(value).iter().map(|byte| format!("{byte:02x}")).collect();
        format!("\\x{digits}")
    }

    /// What the database keeps of a short code that belongs to the row `id`. Keyed: a million codes are tried in a moment
    /// by whoever holds a plain hash. 32 bytes.
    pub fn code_hash(&self, id: Uuid, code: &str) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.derive("one-time codes")).expect("HMAC takes any key");
        mac.update(id.as_bytes());
        mac.update(code.as_bytes());
        mac.finalize().into_bytes().to_vec()
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(digit: char) -> MasterKey {
        MasterKey::parse(&digit.to_string().repeat(64)).expect("64 digits")
    }

    #[test]
    fn purposes_and_installations_do_not_share_keys() {
        assert_ne!(key('1').derive("a"), key('1').derive("b"));
        assert_ne!(key('1').derive("a"), key('2').derive("a"));
        assert_eq!(key('1').derive("a"), key('1').derive("a"));
    }

    #[test]
    fn the_blind_index_ignores_case_and_space_only() {
        let master = key('1');
        assert_eq!(master.blind_index(" Ada@Example.COM "), master.blind_index("ada@example.com"));
        assert_ne!(master.blind_index("ada@example.com"), master.blind_index("ada@example.org"));
        assert_ne!(master.blind_index("ada@example.com"), key('2').blind_index("ada@example.com"));
        assert_eq!(master.blind_index("x").len(), 32);
    }

    #[test]
    fn a_key_is_64_digits_and_never_printed() {
        for bad in ["", "12", &"g".repeat(64), &"1".repeat(65)] {
            assert!(matches!(MasterKey::parse(bad), Err(MasterKeyError::Malformed)), "{bad:?}");
        }
        assert_eq!(format!("{:?}", key('7')), "MasterKey(..)");
    }
}
