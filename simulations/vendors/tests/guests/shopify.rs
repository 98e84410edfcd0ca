//! Shopify: products in (F167), pictures out (F168).

use serde_json::json;
use vendors::{Fault, Shopify};

use crate::stage::Stage;

async fn connected() -> (Shopify, Stage) {
    let shop = Shopify::start().await;
    let stage = Stage::of("shopify", "vale.myshopify.com", &shop.routes()).await;
    stage.organization.set_secret("token", shop.token());
    (shop, stage)
}

fn with_picture(stage: &Stage, product: &str) -> serde_json::Value {
    stage.organization.add_file("asset-1", "image/jpeg", b"a picture");
    json!({"asset": {"id": "asset-1", "name": "Look 1"}, "product": {"id": "row-1", "external_product_id": product}, "position": 1})
}

#[tokio::test]
async fn the_connection_can_be_tested() {
    let (_shop, mut stage) = connected().await;
    assert_eq!(stage.does("check", json!({}), "k").await, Ok(json!({"shop": "Vale", "domain": "vale.myshopify.com"})));
    stage.organization.set_secret("token", "shpat_wrong");
    let end = stage.does("check", json!({}), "k2").await.expect_err("a refusal");
    assert_eq!(end.code(), "token_refused");
}

#[tokio::test]
async fn f167_a_second_look_without_changes_writes_nothing() {
    let (shop, mut stage) = connected().await;
    for id in 1..=250 {
        shop.put_product(id, &format!("Coat {id}"), "ACTIVE");
    }
    assert_eq!(stage.does("pull", json!({}), "pull-1").await, Ok(json!({"seen": 250, "written": 250, "more": false})));
    assert_eq!(stage.organization.rows("channel_products").len(), 250);
    let row = &stage.organization.rows("channel_products")[0];
    assert_eq!(
        (&row["channel"], &row["handle"], &row["status"]),
        (&json!("shopify"), &json!("coat-1"), &json!("active"))
    );
    stage.does("pull", json!({"full": true}), "pull-2").await.expect("a second look");
    assert_eq!(stage.changed, 0);
    shop.put_product(7, "Cape", "ARCHIVED");
    assert_eq!(stage.does("pull", json!({}), "pull-3").await, Ok(json!({"seen": 2, "written": 1, "more": false})));
    assert_eq!(stage.organization.rows("channel_products").len(), 250);
}

#[tokio::test]
async fn f167_a_shop_with_a_small_allowance_is_asked_no_faster_than_it_allows() {
    let (shop, mut stage) = connected().await;
    for id in 1..=450 {
        shop.put_product(id, &format!("Coat {id}"), "ACTIVE");
    }
    shop.set_allowance(250.0, 1_000.0);
    stage.does("pull", json!({}), "pull").await.expect("all products");
    assert_eq!(stage.organization.rows("channel_products").len(), 450);
    assert!(stage.runs > 1, "one run took more than the allowance");
    assert_eq!(shop.throttled(), 0);
}

#[tokio::test]
async fn f167_a_notice_brings_the_product_as_the_shop_has_it_now() {
    let (shop, mut stage) = connected().await;
    shop.put_product(1, "Coat", "ACTIVE");
    stage.does("pull", json!({}), "pull").await.expect("the product");
    let early = shop.notice("products/update", 1, "d-1");
    shop.put_product(1, "Cape", "DRAFT");
    let notice = |topic: &str| json!({"topic": topic, "headers": {}, "delivery_id": "d"});
    stage.takes("webhook", notice("products/update"), early.body.clone(), "w-1").await.expect("a notice");
    assert_eq!(stage.organization.rows("channel_products")[0]["title"], "Cape");
    shop.delete_product(1);
    stage
        .takes("webhook", notice("products/delete"), shop.notice("products/delete", 1, "d-2").body, "w-2")
        .await
        .expect("a notice");
    assert_eq!(stage.organization.rows("channel_products"), Vec::<serde_json::Value>::new());
    // The first notice once more, long after: the product stays deleted.
    stage.takes("webhook", notice("products/update"), early.body, "w-3").await.expect("a notice");
    assert_eq!(stage.organization.rows("channel_products"), Vec::<serde_json::Value>::new());
}

#[tokio::test]
async fn f168_a_picture_exported_twice_is_there_once() {
    let (shop, mut stage) = connected().await;
    let product = shop.put_product(1, "Coat", "ACTIVE");
    let picture = with_picture(&stage, &product);
    stage.does("publish", picture.clone(), "export-1").await.expect("an export");
    let link = &stage.organization.rows("channel_media_links")[0];
    assert_eq!((&link["status"], &link["position"]), (&json!("exported"), &json!(1)));
    assert_eq!(shop.media(&product), [link["external_media_id"].as_str().expect("a media id")]);
    let again = stage.does("publish", picture, "export-2").await.expect("an export");
    assert_eq!((&again["already"], shop.media(&product).len()), (&json!(true), 1));
}

#[tokio::test]
async fn f168_whenever_the_shop_or_the_hub_dies_the_picture_is_there_once() {
    let steps = [
        ("stagedUploadsCreate(", ":stage:"),
        ("/tmp/", ":upload:"),
        ("fileCreate(", ":file:"),
        ("fileUpdate(", ":attach"),
        ("productReorderMedia(", ":move:"),
    ];
    for (step, effect) in steps {
        let (shop, mut stage) = connected().await;
        let product = shop.put_product(1, "Coat", "ACTIVE");
        let picture = with_picture(&stage, &product);
        shop.running.faults().plan(step, Fault::DieAfter, 1);
        stage.organization.die_before_an_answer_is_kept(effect);
        stage.does("publish", picture, "export").await.unwrap_or_else(|end| panic!("{step}: {end}"));
        assert!(shop.running.faults().are_over(), "{step} was never sent");
        assert_eq!(shop.media(&product).len(), 1, "{step}");
        assert_eq!(shop.ledger.all().len(), 2, "{step}: {:?}", shop.ledger.all());
        assert_eq!(shop.ledger.doubled(), Vec::<String>::new(), "{step}");
        assert_eq!(stage.organization.rows("channel_media_links")[0]["status"], "exported", "{step}");
    }
}

#[tokio::test]
async fn f168_a_picture_that_the_shop_cannot_process_says_so() {
    let (shop, mut stage) = connected().await;
    let product = shop.put_product(1, "Coat", "ACTIVE");
    shop.process_pictures(2, true);
    let picture = with_picture(&stage, &product);
    stage.does("publish", picture, "export").await.expect("an end");
    let link = &stage.organization.rows("channel_media_links")[0];
    assert_eq!((&link["status"], &link["error"]), (&json!("failed"), &json!("The picture could not be processed")));
    assert_eq!(shop.media(&product), Vec::<String>::new());
}
