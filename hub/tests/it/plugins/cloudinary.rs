//! Cloudinary in a real hub: copies of pictures, their sizes, and their end.

use serde_json::json;
use vendors::Cloudinary;

use super::guest::{SOON, jpeg, seconds};
use super::workshop::Workshop;

/// F155: the copy has the file's bytes and keeps its name, format and size; sizes that are made in the background come by webhook;
/// when the asset is deleted, its copy is.
#[tokio::test]
async fn a_copy_is_made_sized_and_removed_with_its_original() {
    let cloud = Cloudinary::start().await;
    let hub = Workshop::routed(&cloud.routes()).await;
    let config = json!({ "api_key": cloud.api_key(), "notification_url": "https://hub.example/hooks/cloudinary/1" });
    let install = hub.guest("cloudinary", config).await;
    let connection = hub.connect(install, "vale", json!({ "secret": cloud.secret() }), Some(cloud.secret())).await;
    let asset = hub.picture("copied.jpg").await;
    let made = hub.does(install, connection, "publish", json!({ "asset": { "id": asset } })).await;
    let name = made["public_id"].as_str().expect("a name").to_owned();
    assert_eq!(cloud.copies()[&name], jpeg().len(), "all of its bytes");
    let kept = hub.rows("cloudinary_assets?select=asset_id,public_id,folder,format,bytes,connection_id").await;
    let wanted = json!({ "asset_id": asset, "public_id": name, "folder": "fashionos", "format": "jpg", "bytes": jpeg().len(),
                         "connection_id": connection });
    assert_eq!(kept, [wanted]);
    assert_eq!(hub.rows("asset_variants?select=id").await, Vec::<serde_json::Value>::new());
    let notice = cloud.sizes_notice(&name, &["c_fill,g_auto,h_1080,w_1080", "c_fill,g_auto,h_1350,w_1080"], seconds());
    assert_eq!(hub.hears("cloudinary", connection, &notice).await, 200);
    let sizes = hub
        .until(SOON, async || {
            let sizes = hub.rows("asset_variants?select=file_url,asset_id").await;
            (sizes.len() == 2).then_some(sizes)
        })
        .await;
    assert!(sizes.iter().all(|size| size["file_url"].as_str().is_some_and(|url| url.contains(&name))), "{sizes:?}");
    // Copied again it is the same copy.
    hub.does(install, connection, "publish", json!({ "asset": { "id": asset } })).await;
    assert_eq!(
        (cloud.ledger.count(&format!("upload:{name}")), hub.rows("cloudinary_assets?select=id").await.len()),
        (1, 1)
    );

    let deleted = hub.ask("DELETE", &format!("/rest/v1/assets?id=eq.{asset}"), None).await;
    assert_eq!(deleted.status, 204, "{deleted:?}");
    hub.until(SOON, async || cloud.copies().is_empty().then_some(())).await;
    assert_eq!(cloud.ledger.count(&format!("destroy:{name}")), 1);
}
