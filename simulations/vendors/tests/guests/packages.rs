//! The packages of the plugins: small, and saying of themselves what their manifests say.

use std::path::Path;

use plugin_host::package;

use crate::stage::component;

const PLUGINS: [&str; 8] = ["amazon", "cloudinary", "facebook", "gemini", "instagram", "shopify", "stripe", "whatsapp"];

#[test]
fn every_plugin_packs_with_its_manifest_and_is_small() {
    for name in PLUGINS {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../plugins/{name}/manifest.json"));
        let manifest = std::fs::read(&path).expect("a manifest");
        let component = component(name);
        // Built for speed, which is a quarter more than for size (the profile in plugins/Cargo.toml).
        assert!(component.len() < 400 * 1024, "{name} has {} bytes", component.len());
        let packed = package::pack(&manifest, &component, None).unwrap_or_else(|error| panic!("{name}: {error}"));
        let opened = package::open(&packed).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((opened.manifest.key.as_str(), opened.component == component), (name, true));
    }
}

#[test]
fn every_plugin_has_a_page_that_names_each_of_its_jobs() {
    for name in PLUGINS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins").join(name);
        let manifest: serde_json::Value =
            serde_json::from_slice(&std::fs::read(folder.join("manifest.json")).expect("a manifest")).expect("JSON");
        let page = std::fs::read_to_string(folder.join("README.md")).expect("a page");
        for job in manifest["jobs"].as_array().expect("jobs") {
            let job = job["name"].as_str().expect("a name");
            assert!(page.contains(&format!("| `{job}`")), "{name}: its page does not name `{job}`");
        }
    }
}
