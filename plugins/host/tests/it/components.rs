//! Small components, written by hand so that they can do what no honest compiler writes.

use plugin_host::package::componentize;

/// The contract as it is, and as it was when the first plugins were built.
const CONTRACT: &str = include_str!("../../../wit/plugin.wit");
pub const CONTRACT_1_0_0: &str = include_str!("../contract-1.0.0/plugin.wit");

/// The manifest of all of them.
pub fn manifest() -> String {
    manifest_with(serde_json::json!({}))
}

/// With other fields.
pub fn manifest_with(changes: serde_json::Value) -> String {
    let mut manifest = serde_json::json!({
        "key": "sample", "name": "Sample", "publisher": "Somebody", "version": "0.1.0", "contract": plugin_host::CONTRACT,
        "jobs": [{"name": "pull", "title": "Fetch"}],
        "limits": {"compute_ms": 50, "run_seconds": 2, "calls": 1000}
    });
    for (field, value) in changes.as_object().expect("an object") {
        manifest[field] = value.clone();
    }
    manifest.to_string()
}

/// A component whose `run` does this before it answers `{}`; `$log` and `$now` are calls of the host.
pub fn running(body: &str) -> Vec<u8> {
    component(&manifest(), "", body, "")
}

/// A component with its own `describe`, `run` and further parts of the module. Answers lie in memory from 1,024 on: the text
/// of the manifest at 2,048, the result of `run` at 1,040.
pub fn component(manifest: &str, describe: &str, run: &str, parts: &str) -> Vec<u8> {
    component_for(CONTRACT, manifest, describe, run, parts)
}

/// The same, built against another version of the contract.
pub fn component_for(contract: &str, manifest: &str, describe: &str, run: &str, parts: &str) -> Vec<u8> {
    let version = contract.split_once("fashionos:plugin@").and_then(|(_, rest)| rest.split_once(';'));
    let version = version.expect("a package with a version").0;
    let quoted: String = manifest.bytes().map(|b| format!("\\{b:02x}")).collect();
    let module = format!(
        r#"(module
          (import "fashionos:plugin/host@{version}" "log" (func $log (param i32 i32 i32)))
          (import "fashionos:plugin/host@{version}" "now-ms" (func $now (result i64)))
          (memory (export "memory") 64)
          {parts}
          (data (i32.const 1024) "\00\08\00\00\{l0:02x}\{l1:02x}\{l2:02x}\{l3:02x}")
          (data (i32.const 1040) "\00\00\00\00\00\00\00\00\80\04\00\00\02\00\00\00")
          (data (i32.const 1152) "{{}}")
          (data (i32.const 2048) "{quoted}")
          (global $end (mut i32) (i32.const 65536))
          (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
            (local $at i32)
            (local.set $at (global.get $end))
            (global.set $end (i32.and (i32.add (i32.add (global.get $end) (local.get 3)) (i32.const 15)) (i32.const -16)))
            (local.get $at))
          (func (export "fashionos:plugin/guest@{version}#describe") (result i32) {describe} (i32.const 1024))
          (func $run (export "fashionos:plugin/guest@{version}#run")
            (param i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
            (local $i i32)
            {run}
            (i32.const 1040)))"#,
        l0 = manifest.len() & 0xff,
        l1 = manifest.len() >> 8 & 0xff,
        l2 = manifest.len() >> 16 & 0xff,
        l3 = manifest.len() >> 24,
    );
    let mut wasm = wat::parse_str(&module).expect("a module");
    let mut resolve = wit_parser::Resolve::default();
    let package = resolve.push_str("plugin.wit", contract).expect("the contract");
    let world = resolve.select_world(&[package], Some("plugin")).expect("the world");
    wit_component::embed_component_metadata(&mut wasm, &resolve, world, wit_component::StringEncoding::UTF8)
        .expect("metadata");
    componentize(&wasm).expect("a component")
}
