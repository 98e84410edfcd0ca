use uuid::Uuid;

use super::PluginError;
use super::queue::Claimed;
use crate::postgres::{Acting, begin};
use crate::store::Store;
use crate::store::storage::files::{File, For, find};

/// A file as a plugin has it: an asset that it may read.
pub struct AssetFile {
    /// The file.
    pub file: File,
    /// Its bucket.
    pub bucket: String,
    /// Its name in the bucket.
    pub key: String,
    /// Pixels.
    pub width: Option<u32>,
    /// Pixels.
    pub height: Option<u32>,
}

/// The original of an asset that the plugin sees by its scopes.
///
/// # Errors
/// `NotFound`, also when it is not in its sight.
pub async fn of_asset(store: &Store, run: &Claimed, asset: Uuid) -> Result<AssetFile, PluginError> {
    let acting = Acting::Plugin { install_id: run.install_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let row = transaction
        .query_opt("select storage_object_id, (dimensions ->> 'width')::numeric::int as width, (dimensions ->> 'height')::numeric::int as height from assets where id = $1", &[&asset])
        .await?
        .ok_or(PluginError::NotFound("file"))?;
    transaction.commit().await?;
    drop(client);
    let pixels = |name: &str| row.get::<_, Option<i32>>(name).and_then(|n| u32::try_from(n).ok());
    let (width, height) = (pixels("width"), pixels("height"));
    let object: Uuid = row.get::<_, Option<Uuid>>("storage_object_id").ok_or(PluginError::NotFound("file"))?;
    // That the plugin sees the asset was asked; the bytes are the hub's to hand out.
    let acting = Acting::System { organization_id: run.organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let row = transaction
        .query_opt("select bucket, object_key from storage_objects where id = $1 and status = 'stored'", &[&object])
        .await?
        .ok_or(PluginError::NotFound("file"))?;
    transaction.commit().await?;
    drop(client);
    let (bucket, key): (String, String) = (row.get(0), row.get(1));
    let file = find(store, &acting, &bucket, &key, For::Original).await.map_err(|_| PluginError::NotFound("file"))?;
    Ok(AssetFile { file, bucket, key, width, height })
}
