//! Cloudinary: copies in the sizes of the platforms, gone with their original (F155).

use plugin_host::webhook::WebhookScheme;
use serde_json::{Value, json};
use vendors::{Cloudinary, Fault};

use crate::stage::Stage;

async fn connected() -> (Cloudinary, Stage) {
    let cloudinary = Cloudinary::start().await;
    let mut stage = Stage::of("cloudinary", "vale", &cloudinary.routes()).await;
    stage.organization.set_secret("secret", cloudinary.secret());
    stage.settings.insert("api_key".into(), json!(cloudinary.api_key()));
    stage.organization.add_file("asset-1", "image/jpeg", b"a picture & more");
    for (id, width, height) in [("square", 1080, 1080), ("portrait", 1080, 1350), ("other square", 1080, 1080)] {
        let row = json!({"id": id, "width": width, "height": height, "is_active": true});
        stage.organization.add("media_size_specs", row);
    }
    (cloudinary, stage)
}

fn picture() -> Value {
    json!({"asset": {"id": "asset-1"}})
}

#[tokio::test]
async fn f155_a_copy_keeps_its_name_and_measures_and_goes_with_its_asset() {
    let (cloudinary, mut stage) = connected().await;
    stage.does("publish", picture(), "k").await.expect("a copy");
    assert_eq!(cloudinary.copies()["fashionos/asset-1"], b"a picture & more".len());
    let copy = &stage.organization.rows("cloudinary_assets")[0];
    assert_eq!(
        (&copy["public_id"], &copy["folder"], &copy["format"]),
        (&json!("fashionos/asset-1"), &json!("fashionos"), &json!("jpg"))
    );
    assert_eq!((&copy["width"], &copy["height"], &copy["bytes"]), (&json!(4000), &json!(5000), &json!(16)));
    assert_eq!(stage.organization.rows("asset_variants").len(), 3);
    stage.does("publish", picture(), "k2").await.expect("the same");
    assert_eq!(stage.organization.rows("cloudinary_assets").len(), 1);
    let gone = json!({"changes": [{"table": "assets", "verb": "delete", "id": "asset-1"}, {"table": "assets", "verb": "update", "id": "a-2"}]});
    assert_eq!(stage.does("changed", gone.clone(), "k3").await, Ok(json!({"removed": 1})));
    assert_eq!(cloudinary.copies().len(), 0);
    assert_eq!(stage.does("changed", gone, "k4").await, Ok(json!({"removed": 0})));
}

#[tokio::test]
async fn sizes_made_in_the_background_come_by_a_signed_notice() {
    let (cloudinary, mut stage) = connected().await;
    stage.settings.insert("notification_url".into(), json!("https://hub.example.com/hooks/cloudinary/1"));
    stage.does("publish", picture(), "k").await.expect("a copy");
    assert_eq!(stage.organization.rows("asset_variants"), Vec::<Value>::new());
    let notice = cloudinary.sizes_notice("fashionos/asset-1", &["c_fill,g_auto,h_1350,w_1080"], 1_000);
    let scheme: &WebhookScheme = stage.manifest().webhook.as_ref().expect("a scheme");
    assert_eq!(scheme.believe(|name| notice.header(name), &notice.body, cloudinary.secret().as_bytes(), 2_000), Ok(()));
    assert_eq!(scheme.topic(|name| notice.header(name), &notice.body).as_deref(), Some("eager"));
    stage.takes("webhook", json!({}), notice.body, "w").await.expect("a notice");
    let variants = stage.organization.rows("asset_variants");
    assert_eq!((variants.len(), &variants[0]["size_spec_id"]), (1, &json!("portrait")));
}

#[tokio::test]
async fn f155_whenever_cloudinary_or_the_hub_dies_there_is_one_copy() {
    for fault in [Fault::DieAfter, Fault::DieBefore, Fault::status(420), Fault::status(500)] {
        let (cloudinary, mut stage) = connected().await;
        cloudinary.running.faults().plan("/upload", fault.clone(), 1);
        stage.organization.die_before_an_answer_is_kept(":upload:");
        stage.does("publish", picture(), "k").await.unwrap_or_else(|end| panic!("{fault:?}: {end}"));
        assert_eq!(cloudinary.ledger.count("upload:fashionos/asset-1"), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_wrong_secret_signs_nothing() {
    let (cloudinary, mut stage) = connected().await;
    stage.organization.set_secret("secret", "another secret");
    assert!(stage.does("publish", picture(), "k").await.is_err());
    assert_eq!(cloudinary.copies().len(), 0);
}
