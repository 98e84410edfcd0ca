#[path = "../../../../plugins/host/tests/it/components.rs"]
#[allow(dead_code, reason = "shared with the tests of the host")]
mod by_hand;

use ed25519_dalek::SigningKey;
use plugin_host::package::{componentize, pack};
use serde_json::{Value, json};

/// The key of a publisher, by a number.
pub fn publisher(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32])
}

/// A manifest of a plugin that does nothing, with other fields.
pub fn manifest(key: &str, changes: Value) -> Value {
    let mut manifest = json!({
        "key": key, "name": key, "publisher": "Somebody", "version": "1.0.0", "contract": plugin_host::CONTRACT,
        "jobs": [{"name": "pull", "title": "Fetch"}]
    });
    for (field, value) in changes.as_object().expect("an object") {
        manifest[field] = value.clone();
    }
    manifest
}

/// A signed package of a plugin that answers `{}` to every job.
pub fn idle(manifest: &Value) -> Vec<u8> {
    signed(manifest, publisher(1))
}

/// The same, signed by somebody.
pub fn signed(manifest: &Value, by: SigningKey) -> Vec<u8> {
    let text = manifest.to_string();
    pack(text.as_bytes(), &component(&text), Some(&by)).expect("a package")
}

/// A signed package of the plugin that does what its job says, as `plugins/build` left it.
pub fn probe() -> Vec<u8> {
    guest("probe")
}

/// A signed package of one of our plugins, as `plugins/build` left it.
pub fn guest(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../plugins");
    let module = format!("{folder}/target/wasm32-unknown-unknown/release/{name}.wasm");
    let module = std::fs::read(&module).unwrap_or_else(|error| panic!("{module}: {error}. `plugins/build` makes it"));
    let manifest = std::fs::read(format!("{folder}/{name}/manifest.json")).expect("its manifest");
    pack(&manifest, &componentize(&module).expect("a component"), Some(&publisher(1))).expect("a package")
}

/// A component by hand, as small as one can be.
pub fn component(manifest: &str) -> Vec<u8> {
    by_hand::component(manifest, "", "", "")
}
