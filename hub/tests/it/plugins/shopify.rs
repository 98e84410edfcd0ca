//! Shopify in a real hub: products in, and as the shop changes them; pictures out.

use serde_json::{Value, json};
use uuid::Uuid;
use vendors::Shopify;

use super::guest::SOON;
use super::workshop::Workshop;

async fn connected() -> (Shopify, Workshop, Uuid, Uuid) {
    let shop = Shopify::start().await;
    let hub = Workshop::routed(&shop.routes()).await;
    let install = hub.guest("shopify", json!({})).await;
    let account =
        hub.connect(install, "vale.myshopify.com", json!({ "token": shop.token() }), Some(shop.webhook_secret()));
    let connection = account.await;
    (shop, hub, install, connection)
}

/// F166, F167, F173, F279: the products of a shop are there after a look, a second look writes nothing, and what the shop changes
/// or deletes comes by webhook; one that nobody signed changes nothing.
#[tokio::test]
async fn products_come_in_and_follow_the_shop() {
    let (shop, hub, install, connection) = connected().await;
    for id in 1..=120 {
        shop.put_product(id, &format!("Coat {id}"), "ACTIVE");
    }
    let pulled = hub.does(install, connection, "pull", json!({ "full": true })).await;
    assert_eq!((pulled["seen"].as_u64(), pulled["more"].as_bool()), (Some(120), Some(false)), "{pulled}");
    let rows = hub.rows("channel_products?select=title,handle,status,channel,rev,synced_at&order=title").await;
    assert_eq!((rows.len(), &rows[0]["handle"], &rows[0]["status"]), (120, &json!("coat-1"), &json!("active")));
    assert!(rows.iter().all(|row| row["channel"] == "shopify" && row["synced_at"].is_string()));
    let again = hub.does(install, connection, "pull", json!({ "full": true })).await;
    assert_eq!(again["written"], 0, "{again}");
    assert!(hub.rows("channel_products?select=rev").await.iter().all(|row| row["rev"] == 1));

    // They can be linked to products of the organization, and stay so.
    let own = hub.add("products", json!({ "sku": "V-7", "name": "Our coat" })).await;
    let listed: Uuid = id(&hub.rows("channel_products?select=id&title=eq.Coat%207").await[0]);
    hub.set("channel_products", listed, json!({ "product_id": own })).await;
    let early = shop.notice("products/update", 7, "d-1");
    shop.put_product(7, "Cape", "DRAFT");
    let late = shop.notice("products/update", 7, "d-2");
    let mut forged = late.clone();
    forged.body[9] ^= 1;
    assert_eq!(hub.hears("shopify", connection, &forged).await, 401);
    assert_eq!(hub.row("channel_products", listed).await["title"], "Coat 7");
    assert_eq!(hub.hears("shopify", connection, &late).await, 200);
    let changed = hub.becomes("channel_products", listed, "title", "Cape").await;
    assert_eq!((&changed["status"], &changed["product_id"]), (&json!("draft"), &json!(own)));
    let shown = hub.rows(&format!("products?select=sku,channel_products(channel,status)&id=eq.{own}")).await;
    assert_eq!(shown, [json!({ "sku": "V-7", "channel_products": [{ "channel": "shopify", "status": "draft" }] })]);
    // The shop's older word comes after its newer one.
    assert_eq!(hub.hears("shopify", connection, &early).await, 200);
    shop.delete_product(7);
    assert_eq!(hub.hears("shopify", connection, &shop.notice("products/delete", 7, "d-3")).await, 200);
    hub.until(SOON, async || hub.row("channel_products", listed).await.is_null().then_some(())).await;
    assert_eq!(hub.rows("channel_products?select=id").await.len(), 119);
}

fn id(row: &Value) -> Uuid {
    row["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
}

/// F168: a picture that somebody puts to a product is there once, in its place, with its id; the bytes are the file's. What the
/// shop does not take is said at the link, and can be tried again.
#[tokio::test]
async fn a_picture_goes_out_once() {
    let (shop, hub, install, connection) = connected().await;
    let product = shop.put_product(1, "Coat", "ACTIVE");
    hub.does(install, connection, "pull", json!({ "full": true })).await;
    let listed = id(&hub.rows("channel_products?select=id").await[0]);
    let asset = hub.picture("look-1.jpg").await;
    let row = json!({ "asset_id": asset, "channel_product_id": listed, "position": 1 });
    let link = hub.add("channel_media_links", row).await;
    let exported = hub.becomes("channel_media_links", link, "status", "exported").await;
    assert_eq!(shop.media(&product), [exported["external_media_id"].as_str().expect("a media id")]);
    // Once more by hand: it is there.
    let payload = json!({ "asset": { "id": asset, "name": "Look" }, "product": { "id": listed, "external_product_id": product }, "position": 1 });
    assert_eq!(hub.does(install, connection, "publish", payload).await["already"], true);
    assert_eq!((shop.media(&product).len(), shop.ledger.doubled()), (1, Vec::new()));

    shop.process_pictures(1, true);
    let second = hub.picture("look-2.jpg").await;
    let row = json!({ "asset_id": second, "channel_product_id": listed, "position": 2 });
    let link = hub.add("channel_media_links", row).await;
    let failed = hub.becomes("channel_media_links", link, "status", "failed").await;
    assert_eq!(failed["error"], "The picture could not be processed");
    assert_eq!(shop.media(&product).len(), 1);
}
