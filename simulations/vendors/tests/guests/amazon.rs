//! Amazon: listings in (F170), pictures out (F171).

use serde_json::{Value, json};
use vendors::{Amazon, Fault};

use crate::stage::Stage;

const GERMANY: &str = "A1PA6795UKMFR9";

async fn connected() -> (Amazon, Stage) {
    let amazon = Amazon::start().await;
    let mut stage = Stage::of("amazon", "A3SELLER", &amazon.routes()).await;
    stage.organization.set_secret("token", amazon.token());
    stage.organization.connect_marketplace(GERMANY);
    stage.settings.insert("region".into(), json!("eu"));
    (amazon, stage)
}

fn with_picture(stage: &Stage, position: u32) -> Value {
    stage.organization.add_file("asset-1", "image/jpeg", b"a picture");
    json!({"asset": {"id": "asset-1"}, "product": {"id": "row-1", "sku": "V-1"}, "position": position})
}

#[tokio::test]
async fn f170_listings_come_in_and_a_second_look_writes_nothing() {
    let (amazon, mut stage) = connected().await;
    for number in 1..=45 {
        amazon.put_listing(&format!("V-{number}"), GERMANY, "Mantel", &["BUYABLE", "DISCOVERABLE"]);
    }
    amazon.put_listing("US-1", "ATVPDKIKX0DER", "Coat", &["BUYABLE"]);
    assert_eq!(stage.does("pull", json!({}), "k").await, Ok(json!({"seen": 45, "written": 45, "more": false})));
    let row = &stage.organization.rows("channel_products")[0];
    assert_eq!(
        (&row["sku"], &row["external_product_id"], &row["status"]),
        (&json!("V-1"), &json!("B0V-1"), &json!("active"))
    );
    stage.does("pull", json!({}), "k2").await.expect("a second look");
    assert_eq!(stage.changed, 0);
    amazon.put_listing("V-7", GERMANY, "Mantel", &[]);
    stage.does("pull", json!({}), "k3").await.expect("a third look");
    assert_eq!(stage.changed, 1);
}

#[tokio::test]
async fn f170_the_published_rate_is_kept_without_being_throttled() {
    let (amazon, mut stage) = connected().await;
    amazon.keep_rates();
    for number in 1..=200 {
        amazon.put_listing(&format!("V-{number}"), GERMANY, "Mantel", &["BUYABLE"]);
    }
    stage.does("pull", json!({}), "k").await.expect("all listings");
    assert_eq!((stage.organization.rows("channel_products").len(), amazon.throttled()), (200, 0));
}

#[tokio::test]
async fn f171_a_picture_is_put_to_its_slot_once() {
    let (amazon, mut stage) = connected().await;
    amazon.put_listing("V-1", GERMANY, "Mantel", &["BUYABLE"]);
    let picture = with_picture(&stage, 2);
    stage.does("publish", picture.clone(), "k").await.expect("a picture");
    assert!(amazon.pictures("V-1").contains_key("other_product_image_locator_1"));
    let link = &stage.organization.rows("channel_media_links")[0];
    assert_eq!((&link["status"], &link["position"]), (&json!("exported"), &json!(2)));
    stage.does("publish", picture, "k2").await.expect("the same");
    assert_eq!(amazon.ledger.all().len(), 1);
    assert_eq!(stage.runs, 1);
}

#[tokio::test]
async fn f171_what_amazon_objects_to_is_said_before_and_after_it_was_accepted() {
    for (before, after) in [(Some("too small"), None), (None, Some("too small"))] {
        let (amazon, mut stage) = connected().await;
        amazon.put_listing("V-1", GERMANY, "Mantel", &["BUYABLE"]);
        amazon.object_to_pictures(before, after);
        let picture = with_picture(&stage, 1);
        stage.does("publish", picture, "k").await.expect("an end");
        let link = &stage.organization.rows("channel_media_links")[0];
        assert_eq!(link["status"], "failed");
        assert!(link["error"].as_str().is_some_and(|error| error.ends_with("too small")), "{link}");
        // A preview changes nothing at Amazon.
        assert_eq!(amazon.pictures("V-1").len(), usize::from(after.is_some()));
    }
}

#[tokio::test]
async fn f171_whenever_amazon_or_the_hub_dies_the_picture_is_there_once() {
    for fault in [Fault::DieAfter, Fault::DieBefore, Fault::status(503), Fault::throttle(1)] {
        let (amazon, mut stage) = connected().await;
        amazon.put_listing("V-1", GERMANY, "Mantel", &["BUYABLE"]);
        amazon.running.faults().plan("other_product_image_locator", fault.clone(), 2);
        stage.organization.die_before_an_answer_is_kept(":put:");
        let picture = with_picture(&stage, 3);
        stage.does("publish", picture, "k").await.unwrap_or_else(|end| panic!("{fault:?}: {end}"));
        assert_eq!(amazon.ledger.all().into_values().collect::<Vec<_>>(), [1], "{fault:?}");
    }
}

#[tokio::test]
async fn an_expired_token_is_renewed_by_the_hub() {
    let (amazon, mut stage) = connected().await;
    amazon.accounts.expire_tokens();
    assert_eq!(stage.does("check", json!({}), "k").await.expect_err("no token").code(), "token_refused");
}
