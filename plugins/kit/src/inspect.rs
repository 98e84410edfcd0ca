use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use plugin_host::package;

use crate::error::KitError;
use crate::project::Project;

/// Says what a package asks for.
pub(crate) async fn inspect(path: &Path) -> Result<(), KitError> {
    let opened = package::open(&fs::read(path).map_err(KitError::file(path))?)?;
    let signer = opened.signer.map_or("nobody".to_owned(), |key| BASE64_STANDARD.encode(key));
    let manifest = opened.manifest.clone();
    Project { manifest: opened.manifest, manifest_json: opened.manifest_json, component: opened.component }
        .load()
        .await?;
    println!("{} {} by {}, signed by {signer}", manifest.name, manifest.version, manifest.publisher);
    println!("scopes: {}", manifest.scopes.iter().cloned().collect::<Vec<_>>().join(", "));
    for endpoint in &manifest.endpoints {
        println!("may reach: {} https://{}{}", endpoint.methods.join(" "), endpoint.host, endpoint.path);
    }
    for job in &manifest.jobs {
        println!("job: {} ({})", job.name, job.title);
    }
    Ok(())
}
