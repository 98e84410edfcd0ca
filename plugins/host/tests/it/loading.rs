//! What is taken for a plugin, and what is not.

use plugin_host::{CacheSettings, Host, LoadError, Settings};

use crate::components::{CONTRACT_1_0_0, component, component_for, manifest, manifest_with, running};
use crate::hub_side::{code, host, run};

async fn refusal(component: &[u8]) -> String {
    match host().load(component).await {
        Ok(_) => "loaded".into(),
        Err(error) => LoadError::code(&error).to_owned(),
    }
}

#[tokio::test]
async fn a_component_says_what_it_is() {
    let plugin = host().load(&running("")).await.expect("a plugin");
    assert_eq!(plugin.manifest().key, "sample");
}

#[tokio::test]
async fn what_is_no_plugin_is_refused_with_a_code() {
    assert_eq!(refusal(b"").await, "component_invalid");
    assert_eq!(refusal(b"\0asm\x01\0\0\0").await, "component_invalid");
    assert_eq!(refusal(&vec![0; 17 << 20]).await, "component_too_large");
    let no_exports = wat::parse_str("(component)").expect("a component");
    assert_eq!(refusal(&no_exports).await, "component_invalid");
    let wants_files = wat::parse_str(
        r#"(component (import "wasi:filesystem/preopens@0.2.0" (instance (export "get-directories" (func)))))"#,
    )
    .expect("a component");
    assert_eq!(refusal(&wants_files).await, "component_invalid");
}

#[tokio::test]
async fn describe_is_a_constant() {
    assert_eq!(refusal(&component(&manifest(), "(loop $again (br $again))", "", "")).await, "compute_exceeded");
    assert_eq!(refusal(&component(&manifest(), "(drop (call $now))", "", "")).await, "plugin_crashed");
    assert_eq!(refusal(&component("not json", "", "", "")).await, "manifest_malformed");
}

/// F278: a plugin that was built for the first version of the contract runs unchanged; one for a newer version than the hub's is
/// refused for that reason, whether it says so or only asks for what the hub does not have.
#[tokio::test]
async fn older_contracts_are_spoken_and_newer_ones_are_not() {
    let old = manifest_with(serde_json::json!({"contract": "1.0.0"}));
    let body = "(call $log (i32.const 1) (i32.const 1152) (i32.const 2))";
    let built_then = component_for(CONTRACT_1_0_0, &old, "", body, "");
    assert!(names(&built_then, "fashionos:plugin/host@1.0.0") && !names(&built_then, plugin_host::CONTRACT));
    let host = host();
    let plugin = host.load(&built_then).await.expect("an older plugin");
    let ended = run(&host, &plugin, "{}").await;
    assert_eq!((code(&ended), ended.log.lines[0].message.as_str()), ("ok", "{}"));

    let newer = CONTRACT_1_0_0.replace("fashionos:plugin@1.0.0", "fashionos:plugin@1.99.0");
    assert_eq!(refusal(&component_for(&newer, &manifest(), "", body, "")).await, "contract_not_spoken");
    let says_newer = manifest_with(serde_json::json!({"contract": "1.99.0"}));
    assert_eq!(refusal(&component(&says_newer, "", "", "")).await, "contract_not_spoken");
    let other = CONTRACT_1_0_0.replace("fashionos:plugin@1.0.0", "fashionos:plugin@2.0.0");
    assert_eq!(refusal(&component_for(&other, &manifest(), "", body, "")).await, "contract_not_spoken");
    // One that says that an older hub will do, and calls a newer one.
    assert_eq!(refusal(&component(&old, "", body, "")).await, "manifest_invalid");
}

fn names(component: &[u8], text: &str) -> bool {
    component.windows(text.len()).any(|bytes| bytes == text.as_bytes())
}

#[tokio::test]
async fn a_compiled_component_is_believed_only_with_the_hub_s_mac() {
    let folder = tempfile::tempdir().expect("a folder");
    let host_with_key = |key: u8| {
        let cache = CacheSettings { folder: folder.path().to_owned(), key: [key; 32] };
        let broker = std::sync::Arc::new(plugin_host::Broker::new(Default::default()));
        Host::new(&Settings { sandboxes: 2, cache: Some(cache) }, broker).expect("an engine")
    };
    let wasm = running("");
    host_with_key(1).load(&wasm).await.expect("compiled");
    let file = std::fs::read_dir(folder.path()).expect("a folder").next().expect("a file").expect("a file").path();
    let kept = std::fs::read(&file).expect("readable");
    // Damaged at every thousandth byte, cut short, and of another hub: compiled anew, never run as it is.
    for at in (0..kept.len()).step_by(1_000 + kept.len() / 20) {
        let mut damaged = kept.clone();
        damaged[at] ^= 0x80;
        std::fs::write(&file, &damaged).expect("written");
        let host = host_with_key(1);
        let plugin = host.load(&wasm).await.expect("compiled anew");
        assert_eq!(code(&run(&host, &plugin, "{}").await), "ok");
        assert_ne!(std::fs::read(&file).expect("readable"), damaged, "and written anew");
    }
    std::fs::write(&file, &kept[..kept.len() / 2]).expect("written");
    host_with_key(1).load(&wasm).await.expect("compiled anew");
    let mine = std::fs::read(&file).expect("readable");
    host_with_key(2).load(&wasm).await.expect("compiled anew");
    assert!(std::fs::read_dir(folder.path()).expect("a folder").count() == 2, "each hub has its own");
    assert_eq!(std::fs::read(&file).expect("readable"), mine);
    // What another hub wrote, under this one's name.
    let theirs = std::fs::read_dir(folder.path()).expect("a folder").map(|entry| entry.expect("a file").path());
    let theirs = theirs.into_iter().find(|path| *path != file).expect("the other's");
    std::fs::copy(&theirs, &file).expect("copied");
    host_with_key(1).load(&wasm).await.expect("compiled anew");
    assert_eq!(std::fs::read(&file).expect("readable"), mine);
}

/// A file that was believed once is not believed for ever: who writes to it later gets nothing executed.
#[tokio::test]
async fn a_checked_file_that_is_written_to_is_checked_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = CacheSettings { folder: folder.path().to_owned(), key: [1; 32] };
    let broker = std::sync::Arc::new(plugin_host::Broker::new(Default::default()));
    let host = Host::new(&Settings { sandboxes: 2, cache: Some(cache) }, broker).expect("an engine");
    let wasm = running("");
    host.load(&wasm).await.expect("compiled");
    let again = host.load(&wasm).await.expect("from the cache");
    assert_eq!(again.manifest(), host.load(&wasm).await.expect("without a second check").manifest());
    drop(again);
    let file = std::fs::read_dir(folder.path()).expect("a folder").next().expect("a file").expect("a file").path();
    let mut damaged = std::fs::read(&file).expect("readable");
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0x80;
    // The clock of a file system is coarse.
    std::thread::sleep(std::time::Duration::from_millis(50));
    std::fs::write(&file, &damaged).expect("written");
    let plugin = host.load(&wasm).await.expect("compiled anew");
    assert_eq!(code(&run(&host, &plugin, "{}").await), "ok");
    assert_ne!(std::fs::read(&file).expect("readable"), damaged, "and written anew");
}

#[tokio::test]
async fn code_that_others_may_write_to_is_not_believed() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().expect("a folder");
    let cache = CacheSettings { folder: folder.path().join("code"), key: [1; 32] };
    let broker = std::sync::Arc::new(plugin_host::Broker::new(Default::default()));
    let host = Host::new(&Settings { sandboxes: 2, cache: Some(cache) }, broker).expect("an engine");
    let wasm = running("");
    host.load(&wasm).await.expect("compiled");
    let mode = |path: &std::path::Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    let file =
        std::fs::read_dir(folder.path().join("code")).expect("a folder").next().expect("a file").expect("a file");
    assert_eq!((mode(&folder.path().join("code")), mode(&file.path())), (0o700, 0o600));
    std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(0o666)).expect("changed");
    host.load(&wasm).await.expect("compiled anew");
    assert_eq!(mode(&file.path()), 0o600, "it was written anew");
}
