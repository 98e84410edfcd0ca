use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use plugin_host::package;

use crate::error::KitError;
use crate::key;

/// Signs a package that was packed without a key. One that somebody else has signed stays theirs.
pub(crate) fn sign(file: &Path, key: &Path, out: Option<PathBuf>) -> Result<(), KitError> {
    let opened = package::open(&fs::read(file).map_err(KitError::file(file))?)?;
    let key = key::read(key)?;
    let public = *key.verifying_key().as_bytes();
    if let Some(signer) = opened.signer.filter(|signer| *signer != public) {
        return Err(KitError::Signed(BASE64_STANDARD.encode(signer)));
    }
    let signed = package::pack(&opened.manifest_json, &opened.component, Some(&key))?;
    let out = out.unwrap_or_else(|| file.to_owned());
    fs::write(&out, signed).map_err(KitError::file(&out))?;
    println!("{}: signed by {}", out.display(), BASE64_STANDARD.encode(public));
    Ok(())
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;
    use plugin_host::CONTRACT;

    use super::*;

    fn key_file(folder: &Path, number: u8) -> PathBuf {
        let path = folder.join(format!("{number}.key"));
        fs::write(&path, BASE64_STANDARD.encode([number; 32])).expect("written");
        path
    }

    #[test]
    fn what_nobody_signed_is_signed_and_what_somebody_signed_stays_theirs() {
        let folder = tempfile::tempdir().expect("a folder");
        let manifest = serde_json::json!({
            "key": "sample", "name": "Sample", "publisher": "Somebody", "version": "0.1.0", "contract": CONTRACT,
            "jobs": [{ "name": "pull", "title": "Fetch" }]
        });
        let file = folder.path().join("sample.plugin");
        let unsigned = package::pack(manifest.to_string().as_bytes(), b"component", None).expect("a package");
        fs::write(&file, unsigned).expect("written");
        let (mine, theirs) = (key_file(folder.path(), 1), key_file(folder.path(), 2));
        sign(&file, &mine, None).expect("signed");
        let signer = || package::open(&fs::read(&file).expect("readable")).expect("a package").signer;
        assert_eq!(signer(), Some(*SigningKey::from_bytes(&[1; 32]).verifying_key().as_bytes()));
        sign(&file, &mine, None).expect("the same again is the same");
        assert!(matches!(sign(&file, &theirs, None), Err(KitError::Signed(_))));
        assert_eq!(signer(), Some(*SigningKey::from_bytes(&[1; 32]).verifying_key().as_bytes()));
    }
}
