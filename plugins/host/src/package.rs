//! A plugin as a file: its manifest, its component, and who signed both.

use std::io::{self, Read as _};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::engine::MAX_COMPONENT_BYTES;
use crate::manifest::{MAX_MANIFEST_BYTES, Manifest, ManifestError};

/// Largest package, bytes.
pub const MAX_PACKAGE_BYTES: usize = MAX_COMPONENT_BYTES + 256 * 1024;
/// What a signature is about, so that it means nothing elsewhere.
const CONTEXT: &[u8] = b"fashionos plugin package 1\n";

const MANIFEST: &str = "manifest.json";
const COMPONENT: &str = "component.wasm";
const SIGNATURE: &str = "signature.json";

/// A package that was opened and whose signature, if it has one, is right.
#[derive(Debug, Clone)]
pub struct Package {
    pub manifest: Manifest,
    /// The manifest's bytes, as they were signed.
    pub manifest_json: Vec<u8>,
    pub component: Vec<u8>,
    /// The public key that signed it.
    pub signer: Option<[u8; 32]>,
}

#[derive(Serialize, Deserialize)]
struct SignatureFile {
    key: String,
    signature: String,
}

/// Why a package was not taken.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    #[error("the package is larger than {MAX_PACKAGE_BYTES} bytes")]
    TooLarge,
    #[error("this is no package: {0}")]
    Malformed(String),
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    #[error("the package was changed after it was signed")]
    SignatureWrong,
}

impl PackageError {
    /// Stable, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            PackageError::TooLarge => "package_too_large",
            PackageError::Malformed(_) => "package_malformed",
            PackageError::Manifest(error) => error.code(),
            PackageError::SignatureWrong => "package_signature_wrong",
        }
    }
}

/// Makes a component of what a compiler for `wasm32-unknown-unknown` writes; a component stays as it is.
///
/// # Errors
/// When it is neither, or was not built for this contract.
pub fn componentize(wasm: &[u8]) -> Result<Vec<u8>, PackageError> {
    // The layer field of the binary format: 0 is a module, 1 a component.
    if wasm.get(..8) == Some(b"\0asm\x0d\0\x01\0") {
        return Ok(wasm.to_vec());
    }
    wit_component::ComponentEncoder::default()
        .validate(true)
        .module(wasm)
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| PackageError::Malformed(format!("{error:#}")))
}

/// Writes a package. The same input gives the same bytes.
///
/// # Errors
/// When the manifest is not in order.
pub fn pack(manifest_json: &[u8], component: &[u8], key: Option<&SigningKey>) -> Result<Vec<u8>, PackageError> {
    Manifest::parse(manifest_json)?;
    let malformed = |error: io::Error| PackageError::Malformed(error.to_string());
    let mut archive = tar::Builder::new(Vec::new());
    let mut add = |name: &str, bytes: &[u8]| {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, bytes).map_err(malformed)
    };
    add(MANIFEST, manifest_json)?;
    add(COMPONENT, component)?;
    if let Some(key) = key {
        let signature = key.sign(&signed(manifest_json, component));
        let file = SignatureFile {
            key: BASE64_STANDARD.encode(key.verifying_key().as_bytes()),
            signature: BASE64_STANDARD.encode(signature.to_bytes()),
        };
        add(SIGNATURE, &serde_json::to_vec(&file).unwrap_or_default())?;
    }
    archive.into_inner().map_err(malformed)
}

/// Opens a package and checks its signature.
///
/// # Errors
/// When it is none, too large, or not what was signed.
pub fn open(package: &[u8]) -> Result<Package, PackageError> {
    if package.len() > MAX_PACKAGE_BYTES {
        return Err(PackageError::TooLarge);
    }
    let malformed = |words: &str| PackageError::Malformed(words.to_owned());
    let (mut manifest, mut component, mut signature) = (None, None, None);
    let mut archive = tar::Archive::new(package);
    for entry in archive.entries().map_err(|error| malformed(&error.to_string()))? {
        let mut entry = entry.map_err(|error| malformed(&error.to_string()))?;
        let name = entry.path_bytes().into_owned();
        let (slot, most) = match name.as_slice() {
            name if name == MANIFEST.as_bytes() => (&mut manifest, MAX_MANIFEST_BYTES),
            name if name == COMPONENT.as_bytes() => (&mut component, MAX_COMPONENT_BYTES),
            name if name == SIGNATURE.as_bytes() => (&mut signature, 4_096),
            _ => return Err(malformed("it holds something that does not belong there")),
        };
        if slot.is_some() || entry.size() > most as u64 {
            return Err(malformed("it holds something twice, or larger than it may be"));
        }
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).map_err(|error| malformed(&error.to_string()))?;
        *slot = Some(bytes);
    }
    let manifest_json = manifest.ok_or_else(|| malformed("it has no manifest"))?;
    let component = component.ok_or_else(|| malformed("it has no component"))?;
    let signer = match signature {
        Some(file) => Some(verify(&file, &manifest_json, &component)?),
        None => None,
    };
    Ok(Package { manifest: Manifest::parse(&manifest_json)?, manifest_json, component, signer })
}

fn verify(file: &[u8], manifest: &[u8], component: &[u8]) -> Result<[u8; 32], PackageError> {
    let file: SignatureFile =
        serde_json::from_slice(file).map_err(|error| PackageError::Malformed(error.to_string()))?;
    let key: [u8; 32] = BASE64_STANDARD
        .decode(&file.key)
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(PackageError::SignatureWrong)?;
    let signature = BASE64_STANDARD
        .decode(&file.signature)
        .ok()
        .and_then(|bytes| Signature::from_slice(&bytes).ok())
        .ok_or(PackageError::SignatureWrong)?;
    VerifyingKey::from_bytes(&key)
        .and_then(|public| public.verify_strict(&signed(manifest, component), &signature))
        .map_err(|_| PackageError::SignatureWrong)?;
    Ok(key)
}

fn signed(manifest: &[u8], component: &[u8]) -> Vec<u8> {
    let mut text = CONTEXT.to_vec();
    text.extend_from_slice(&Sha256::digest(manifest));
    text.extend_from_slice(&Sha256::digest(component));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::CONTRACT;

    fn manifest() -> Vec<u8> {
        serde_json::to_vec(&serde_json::json!({
            "key": "sample", "name": "Sample", "publisher": "Somebody", "version": "0.1.0", "contract": CONTRACT,
            "jobs": [{"name": "pull", "title": "Fetch"}]
        }))
        .expect("JSON")
    }

    fn code(package: &[u8]) -> &'static str {
        open(package).map_or_else(|error| error.code(), |_| "opened")
    }

    #[test]
    fn who_signed_it_is_known_and_the_same_input_gives_the_same_package() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let package = pack(&manifest(), b"component", Some(&key)).expect("a package");
        let opened = open(&package).expect("opened");
        assert_eq!(opened.signer.as_ref(), Some(key.verifying_key().as_bytes()));
        assert_eq!(opened.component, b"component");
        assert_eq!(pack(&manifest(), b"component", Some(&key)).expect("a package"), package);
        assert_eq!(open(&pack(&manifest(), b"component", None).expect("a package")).expect("opened").signer, None);
    }

    #[test]
    fn no_byte_of_what_was_signed_can_be_changed() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let package = pack(&manifest(), b"component", Some(&key)).expect("a package");
        for part in [&b"component\0"[..], b"Somebody"] {
            let at = package.windows(part.len()).rposition(|window| window == part).expect("it is there");
            let mut changed = package.clone();
            changed[at] ^= 1;
            assert_eq!(code(&changed), "package_signature_wrong");
        }
    }

    #[test]
    fn what_is_no_package_is_refused() {
        assert_eq!(code(b""), "package_malformed");
        assert_eq!(code(&[0; 4_096]), "package_malformed");
        assert_eq!(code(&vec![0; MAX_PACKAGE_BYTES + 1]), "package_too_large");
        let mut archive = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_ustar();
        header.set_size(1);
        archive.append_data(&mut header, "surprise", &b"x"[..]).expect("appended");
        assert_eq!(code(&archive.into_inner().expect("a tar")), "package_malformed");
        let whole = pack(&manifest(), &[1; 2_000], None).expect("a package");
        assert_eq!(code(&whole[..1_500]), "package_malformed");
    }
}
