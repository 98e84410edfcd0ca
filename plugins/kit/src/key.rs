//! A publisher's key (Ed25519, RFC 8032), in a file as base64.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ed25519_dalek::SigningKey;
use zeroize::Zeroizing;

use crate::error::KitError;

/// Makes a key. A file that is there is never overwritten.
pub(crate) fn make(path: &Path) -> Result<(), KitError> {
    let mut secret = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *secret)
        .map_err(|error| KitError::File { path: path.into(), error: std::io::Error::other(error) })?;
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(KitError::file(path))?;
    let text = Zeroizing::new(BASE64_STANDARD.encode(*secret) + "\n");
    file.write_all(text.as_bytes()).map_err(KitError::file(path))?;
    println!("public key: {}", BASE64_STANDARD.encode(SigningKey::from_bytes(&secret).verifying_key().as_bytes()));
    Ok(())
}

/// Reads a key.
pub(crate) fn read(path: &Path) -> Result<SigningKey, KitError> {
    let text = Zeroizing::new(fs::read_to_string(path).map_err(KitError::file(path))?);
    let bytes = Zeroizing::new(BASE64_STANDARD.decode(text.trim()).map_err(|_| KitError::NoKey)?);
    let secret: [u8; 32] = bytes.as_slice().try_into().map_err(|_| KitError::NoKey)?;
    Ok(SigningKey::from_bytes(&secret))
}
