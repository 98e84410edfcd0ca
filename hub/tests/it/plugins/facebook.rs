//! Facebook in a real hub: posts on a page.

use serde_json::json;
use vendors::{Fault, Meta};

use super::guest::from_now;
use super::workshop::Workshop;

/// F164, F165: a scheduled post is on the page once with its picture, also when the answer to it was lost.
#[tokio::test]
async fn a_post_is_on_the_page_once() {
    let meta = Meta::start().await;
    let hub = Workshop::routed(&meta.routes()).await;
    let install = hub.guest("facebook", json!({})).await;
    let connection = hub.connect(install, "1000200030004000", json!({ "token": meta.token() }), None).await;
    let asset = hub.picture("page.jpg").await;
    meta.running.faults().plan("/feed", Fault::DieAfter, 1);
    let row = json!({ "connection_id": connection, "platform": "facebook", "asset_id": asset, "body": "Doors at seven",
                      "status": "scheduled", "scheduled_at": from_now(0) });
    let post = hub.add("social_posts", row).await;
    let row = hub
        .until(super::guest::SOON, async || {
            hub.hurry().await;
            let row = hub.row("social_posts", post).await;
            (row["status"] == "published").then_some(row)
        })
        .await;
    let shown = meta.shown("1000200030004000");
    assert_eq!((shown.len(), row["external_post_id"].as_str()), (1, Some(shown[0].0.as_str())));
    assert_eq!(meta.ledger.count("facebook:Doors at seven"), 1);
    let text = json!({ "connection_id": connection, "platform": "facebook", "body": "Thank you", "status": "scheduled",
                       "scheduled_at": from_now(0) });
    let text = hub.add("social_posts", text).await;
    hub.becomes("social_posts", text, "status", "published").await;
    assert_eq!(meta.shown("1000200030004000").len(), 2);
}
