//! What is taken for a plugin, and what is not.

use plugin_host::{CacheSettings, Host, LoadError, Settings};

use crate::components::{component, manifest, manifest_with, running};
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
    let newer = manifest_with(serde_json::json!({"contract": "1.1.0"}));
    assert_eq!(refusal(&component(&newer, "", "", "")).await, "contract_not_spoken");
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
    assert_ne!(std::fs::read(&file).expect("readable")[..32], mine[..32]);
}
