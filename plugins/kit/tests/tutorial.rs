//! The README of a new plugin, as somebody follows it who has never seen this repository (F277).

use std::path::Path;
use std::process::Command;

use plugin_kit::{KitCommand, Language};

async fn kit(command: KitCommand) -> Result<(), String> {
    command.run().await.map_err(|error| error.to_string())
}

fn change(path: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(path).expect("readable");
    assert!(text.contains(from), "{} holds {from}", path.display());
    std::fs::write(path, text.replace(from, to)).expect("written");
}

#[tokio::test]
async fn from_nothing_to_a_signed_package() {
    let home = tempfile::tempdir().expect("a folder");
    let project = home.path().join("atelier");
    kit(KitCommand::New { name: "atelier".into(), lang: Language::Rust, out: Some(project.clone()) })
        .await
        .expect("made");
    let again = kit(KitCommand::New { name: "atelier".into(), lang: Language::Rust, out: Some(project.clone()) }).await;
    assert!(again.is_err_and(|error| error.contains("is there already")));

    let early = kit(KitCommand::Test { project: project.clone(), wasm: None }).await;
    assert!(early.is_err_and(|error| error.contains("build it first")));
    // Kept between runs of this test, and apart from what this repository builds.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tutorial");
    let built = Command::new("./build").current_dir(&project).env("CARGO_TARGET_DIR", &target).status().expect("bash");
    assert!(built.success(), "./build");
    let wasm = Some(target.join("wasm32-unknown-unknown/release/atelier.wasm"));
    kit(KitCommand::Test { project: project.clone(), wasm: wasm.clone() }).await.expect("its scripts pass");

    let key = home.path().join("publisher.key");
    kit(KitCommand::Key { file: key.clone() }).await.expect("a key");
    assert!(kit(KitCommand::Key { file: key.clone() }).await.is_err(), "a key is not overwritten");
    let package = project.join("atelier-0.1.0.plugin");
    kit(KitCommand::Pack { project: project.clone(), wasm: wasm.clone(), key: Some(key), out: None })
        .await
        .expect("packed");
    kit(KitCommand::Inspect { package: package.clone() }).await.expect("a package");
    let opened = plugin_host::package::open(&std::fs::read(&package).expect("readable")).expect("a package");
    assert!(opened.signer.is_some());

    // A script that expects something else fails, and says what.
    change(&project.join("tests/pull.json"), "\"seen\": 2", "\"seen\": 3");
    let failed = kit(KitCommand::Test { project: project.clone(), wasm: wasm.clone() }).await;
    assert_eq!(failed, Err("1 of 2 scripts failed".into()));
    change(&project.join("tests/pull.json"), "\"seen\": 3", "\"seen\": 2");
    // A manifest that asks for more than the component says is not what was built.
    change(&project.join("manifest.json"), "catalog:write", "crm:write");
    let changed = kit(KitCommand::Test { project: project.clone(), wasm }).await;
    assert!(changed.is_err_and(|error| error.contains("build it again")));
}

#[tokio::test]
async fn a_name_that_is_none_is_refused() {
    for name in ["", "a", "Atelier", "my-plugin", "../up", "1st"] {
        assert!(kit(KitCommand::New { name: name.into(), lang: Language::Js, out: None }).await.is_err(), "{name}");
    }
}

/// The same in JavaScript: the same scripts pass, and what is built asks for nothing but the contract.
#[tokio::test]
async fn from_nothing_to_a_signed_package_in_javascript() {
    let home = tempfile::tempdir().expect("a folder");
    let project = home.path().join("atelier");
    kit(KitCommand::New { name: "atelier".into(), lang: Language::Js, out: Some(project.clone()) })
        .await
        .expect("made");
    // Fetched once for all runs of this test.
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tutorial-js");
    std::fs::create_dir_all(&kept).expect("a folder");
    std::fs::copy(project.join("package.json"), kept.join("package.json")).expect("copied");
    let npm = |arguments: &[&str], folder: &Path| {
        let ended = Command::new("npm").args(arguments).current_dir(folder).status().expect("npm");
        assert!(ended.success(), "npm {arguments:?}");
    };
    npm(&["install", "--no-audit", "--no-fund", "--prefer-offline"], &kept);
    std::os::unix::fs::symlink(kept.join("node_modules"), project.join("node_modules")).expect("linked");
    npm(&["run", "check"], &project);

    let built = Command::new("./build").current_dir(&project).status().expect("bash");
    assert!(built.success(), "./build");
    let component = std::fs::read(project.join("dist/atelier.wasm")).expect("a component");
    assert!(component.len() < plugin_host::MAX_COMPONENT_BYTES, "{} bytes", component.len());
    // The host has nothing but the contract: it would refuse a component that asks for anything of WASI.
    kit(KitCommand::Test { project: project.clone(), wasm: None }).await.expect("its scripts pass");

    let key = home.path().join("publisher.key");
    kit(KitCommand::Key { file: key.clone() }).await.expect("a key");
    let package = project.join("atelier-0.1.0.plugin");
    kit(KitCommand::Pack { project: project.clone(), wasm: None, key: None, out: None }).await.expect("packed");
    kit(KitCommand::Sign { package: package.clone(), key, out: None }).await.expect("signed");
    let opened = plugin_host::package::open(&std::fs::read(&package).expect("readable")).expect("a package");
    assert!(opened.signer.is_some());
}
