use image::{ImageFormat, ImageReader};
use serde_json::json;

use super::client::{Files, png};
use crate::support::TestHub;

fn size(bytes: &[u8]) -> (u32, u32, ImageFormat) {
    let reader = ImageReader::new(std::io::Cursor::new(bytes)).with_guessed_format().expect("bytes");
    let format = reader.format().expect("a picture");
    let (width, height) = reader.into_dimensions().expect("a picture");
    (width, height, format)
}

/// F153, F154: pictures come in the sizes that platforms ask for, exactly, by the name of the size; one that is no longer
/// in use is not offered.
#[tokio::test]
async fn pictures_come_in_the_sizes_of_the_platforms() {
    let hub = TestHub::start().await;
    let owner = Files::owner(&hub).await;
    owner.put("galleries/look.png", "image/png", &png(600, 400)).await;
    let render =
        async |query: &str| owner.ask("GET", &format!("/render/image/authenticated/galleries/look.png?{query}")).await;
    for (query, expected) in [
        ("size=instagram/square", (1080, 1080, ImageFormat::Png)),
        ("size=instagram/story&format=jpeg", (1080, 1920, ImageFormat::Jpeg)),
        ("size=facebook/feed", (1200, 630, ImageFormat::Png)),
        ("size=hub/thumbnail", (320, 320, ImageFormat::Png)),
        ("size=hub/preview", (600, 400, ImageFormat::Png)),
        ("width=300", (300, 200, ImageFormat::Png)),
        ("width=100&height=100", (100, 100, ImageFormat::Png)),
        ("width=100&height=100&resize=contain", (100, 67, ImageFormat::Png)),
        ("width=100&height=100&resize=fill&format=webp", (100, 100, ImageFormat::WebP)),
        ("width=1200&quality=50&format=origin", (600, 400, ImageFormat::Png)),
    ] {
        let got = render(query).await;
        assert_eq!(got.status, 200, "{query}: {got:?}");
        assert_eq!(size(&got.bytes), expected, "{query}");
    }
    let sql = hub.database.sql().await;
    sql.execute("update media_size_specs set is_active = false where use_case = 'story'", &[]).await.expect("retired");
    for bad in [
        "size=instagram/story",
        "size=nobody/knows",
        "width=x",
        "width=99999",
        "resize=squeeze",
        "quality=1",
        "size=hub/preview&width=5",
    ] {
        assert_eq!(render(bad).await.refusal(), "400 InvalidRequest", "{bad}");
    }
    let first = render("width=30").await;
    let request = owner.request("GET", "/render/image/authenticated/galleries/look.png?width=30");
    assert_eq!(Files::send(request.header("if-none-match", first.header("etag"))).await.status, 304);
    assert_ne!(render("width=31").await.header("etag"), first.header("etag"));
    assert_eq!(owner.get("galleries/look.png").await.bytes, png(600, 400), "the original stays as it is");
}

#[tokio::test]
async fn a_signed_picture_is_no_way_to_the_original() {
    let hub = TestHub::start().await;
    let (owner, anybody) = (Files::owner(&hub).await, Files::new(&hub, None));
    owner.put("galleries/look.png", "image/png", &png(600, 400)).await;
    let asked = json!({ "expiresIn": 60, "transform": { "width": 60, "height": 40, "resize": "cover" } });
    let signed = owner.tell("POST", "/object/sign/galleries/look.png", &asked).await.json();
    let address = signed["signedURL"].as_str().expect("an address");
    let got = anybody.ask("GET", address).await;
    assert_eq!(size(&got.bytes), (60, 40, ImageFormat::Png), "{got:?}");
    let larger = anybody.ask("GET", &format!("{address}&width=600&height=400")).await;
    assert_eq!(size(&larger.bytes), (60, 40, ImageFormat::Png), "its size was signed too");
    let original = address.replace("/render/image/sign/", "/object/sign/");
    assert_eq!(anybody.ask("GET", &original).await.refusal(), "400 InvalidSignature");
    let whole = owner.sign("galleries/look.png", 60).await.replace("/object/sign/", "/render/image/sign/");
    assert_eq!(anybody.ask("GET", &whole).await.refusal(), "400 InvalidSignature");
    owner.bucket("press", &json!({ "public": true })).await;
    owner.put("press/look.png", "image/png", &png(60, 40)).await;
    let public = anybody.ask("GET", "/render/image/public/press/look.png?width=30").await;
    assert_eq!(size(&public.bytes), (30, 20, ImageFormat::Png));
}

#[tokio::test]
async fn what_swells_or_is_no_picture_is_not_decoded() {
    let hub = TestHub::start().await;
    let owner = Files::owner(&hub).await;
    let mut bomb = png(1, 1);
    bomb[16..24].copy_from_slice(&[0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60]);
    for (name, media_type, bytes) in [
        ("bomb.png", "image/png", bomb),
        ("cut.png", "image/png", png(500, 500)[..100].to_vec()),
        ("logo.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec()),
        ("note.txt", "text/plain", b"note".to_vec()),
        ("empty.png", "image/png", Vec::new()),
    ] {
        owner.put(&format!("galleries/{name}"), media_type, &bytes).await;
        let got = owner.ask("GET", &format!("/render/image/authenticated/galleries/{name}?width=10")).await;
        assert_eq!(got.refusal(), "422 UnprocessableImage", "{name}");
    }
}
