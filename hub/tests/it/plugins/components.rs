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

/// A component by hand, as small as one can be. Answers lie in memory from 1,024 on.
pub fn component(manifest: &str) -> Vec<u8> {
    let quoted: String = manifest.bytes().map(|b| format!("\\{b:02x}")).collect();
    let [a, b, c, d] = u32::try_from(manifest.len()).expect("short").to_le_bytes();
    let module = format!(
        r#"(module
          (memory (export "memory") 64)
          (data (i32.const 1024) "\00\08\00\00\{a:02x}\{b:02x}\{c:02x}\{d:02x}")
          (data (i32.const 1040) "\00\00\00\00\00\00\00\00\80\04\00\00\02\00\00\00")
          (data (i32.const 1152) "{{}}")
          (data (i32.const 2048) "{quoted}")
          (global $end (mut i32) (i32.const 65536))
          (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
            (local $at i32)
            (local.set $at (global.get $end))
            (global.set $end (i32.and (i32.add (i32.add (global.get $end) (local.get 3)) (i32.const 15)) (i32.const -16)))
            (local.get $at))
          (func (export "fashionos:plugin/guest@1.0.0#describe") (result i32) (i32.const 1024))
          (func (export "fashionos:plugin/guest@1.0.0#run")
            (param i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) (i32.const 1040)))"#
    );
    let mut wasm = wat::parse_str(&module).expect("a module");
    let mut resolve = wit_parser::Resolve::default();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins/wit");
    let (package, _) = resolve.push_path(folder).expect("the contract");
    let world = resolve.select_world(&[package], Some("plugin")).expect("the world");
    wit_component::embed_component_metadata(&mut wasm, &resolve, world, wit_component::StringEncoding::UTF8)
        .expect("metadata");
    componentize(&wasm).expect("a component")
}
