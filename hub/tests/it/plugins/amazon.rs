//! Amazon in a real hub: listings in, pictures out.

use serde_json::json;
use uuid::Uuid;
use vendors::Amazon;

use super::workshop::Workshop;
use crate::support::http::http;

const GERMANY: &str = "A1PA6795UKMFR9";

/// F169, F170, F171, F173: the listings of a seller's marketplace are there after a look, and a picture is put to one in its place
/// once Amazon has not objected to it, at an address where Amazon can fetch the very file.
#[tokio::test]
async fn listings_come_in_and_a_picture_goes_out() {
    let amazon = Amazon::start().await;
    let hub = Workshop::routed(&amazon.routes()).await;
    let install = hub.guest("amazon", json!({ "region": "eu" })).await;
    let account =
        json!({ "account": "A3SELLER", "marketplace_id": GERMANY, "credentials": { "token": amazon.token() } });
    let connected = hub.ask("POST", &format!("/v1/plugins/installs/{install}/connections"), Some(account)).await;
    let connection: Uuid = connected.text("id").parse().expect("an id");
    for number in 1..=25 {
        amazon.put_listing(&format!("V-{number}"), GERMANY, "Mantel", &["BUYABLE"]);
    }
    amazon.put_listing("US-1", "ATVPDKIKX0DER", "Coat", &["BUYABLE"]);
    let pulled = hub.does(install, connection, "pull", json!({})).await;
    assert_eq!((&pulled["seen"], &pulled["written"]), (&json!(25), &json!(25)), "{pulled}");
    let again = hub.does(install, connection, "pull", json!({})).await;
    assert_eq!(again["written"], 0, "{again}");
    let listed = hub.rows("channel_products?select=id,sku,external_product_id,title,status&sku=eq.V-7").await;
    assert_eq!((&listed[0]["external_product_id"], &listed[0]["status"]), (&json!("B0V-7"), &json!("active")));
    let product: Uuid = listed[0]["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");

    let asset = hub.picture("main.jpg").await;
    let row = json!({ "asset_id": asset, "channel_product_id": product, "position": 1 });
    let link = hub.add("channel_media_links", row).await;
    let exported = hub
        .until(super::guest::SOON, async || {
            // Amazon is looked at for minutes before it has not objected.
            hub.hurry().await;
            let row = hub.row("channel_media_links", link).await;
            (row["status"] == "exported").then_some(row)
        })
        .await;
    assert_eq!(exported["external_media_id"], "main_product_image_locator");
    let effects = amazon.ledger.all();
    assert_eq!((effects.len(), amazon.ledger.doubled()), (1, Vec::new()), "{effects:?}");
    let address = effects.keys().next().and_then(|key| key.split_once("locator:")).expect("an address").1;
    let path = address.strip_prefix(&hub.hub.url()).expect("an address of this hub");
    let fetched = http(hub.address(), "GET", path, None, None).await;
    assert_eq!((fetched.status, fetched.headers.get("content-type").map(String::as_str)), (200, Some("image/jpeg")));
}
