use std::sync::atomic::Ordering;

use serde_json::json;

use super::client::{Files, noise, png, sha256};
use super::s3_double::S3Double;
use crate::support::TestHub;

/// The same answers from a bucket as from a folder: small files in one request, large ones in parts, ranges, pictures.
#[tokio::test]
async fn files_are_kept_in_a_bucket_of_s3() {
    let s3 = S3Double::start().await;
    let hub = TestHub::start_with(|config| s3.configure(config)).await;
    let owner = Files::owner(&hub).await;
    let (small, large) = (noise(1, 70_000), noise(2, 17 * 1024 * 1024 + 5));
    owner.put("documents/small.bin", "application/octet-stream", &small).await;
    assert_eq!(*s3.bucket.completed.lock().expect("no panic"), 0);
    owner.put("documents/large.bin", "application/octet-stream", &large).await;
    assert_eq!((*s3.bucket.completed.lock().expect("no panic"), s3.loose_parts()), (1, 0));
    for (name, bytes) in [("small.bin", &small), ("large.bin", &large)] {
        let got = owner.get(&format!("documents/{name}")).await;
        assert_eq!((got.status, sha256(&got.bytes)), (200, sha256(bytes)), "{name}");
    }
    let request = owner.request("GET", "/object/documents/large.bin").header("range", "bytes=10000000-10000099");
    assert_eq!(Files::send(request).await.bytes, large[10_000_000..10_000_100]);
    owner.put("galleries/look.png", "image/png", &png(40, 20)).await;
    assert_eq!(owner.ask("GET", "/render/image/authenticated/galleries/look.png?width=20").await.status, 200);
    // Nobody's name is in the name of an object, and every object is below what was configured.
    for key in s3.objects().keys() {
        assert!(key.starts_with("files/of/the/hub/") && !key.contains("small") && !key.contains("look"), "{key}");
    }
    let removed = owner.tell("DELETE", "/object/documents", &json!({ "prefixes": ["small.bin", "large.bin"] })).await;
    assert_eq!(removed.status, 200);
    let gone = async {
        while s3.objects().len() > 1 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), gone).await.expect("their bytes go too");
}

/// A service that answers 500: a coded error, nothing half visible, nothing left behind, and all is well when it is back.
#[tokio::test]
async fn a_failing_service_is_told_and_leaves_nothing() {
    let s3 = S3Double::start().await;
    let hub = TestHub::start_with(|config| s3.configure(config)).await;
    let owner = Files::owner(&hub).await;
    owner.put("documents/there.bin", "application/octet-stream", &noise(1, 5000)).await;
    s3.bucket.fails_with.store(500, Ordering::Relaxed);
    for size in [1, 6 * 1024 * 1024] {
        let got = owner.upload("documents/a.bin", "application/octet-stream", noise(2, size)).await;
        assert_eq!(got.refusal(), "503 StorageUnavailable", "{size}");
    }
    assert_eq!(owner.get("documents/there.bin").await.refusal(), "503 StorageUnavailable");
    s3.bucket.fails_with.store(0, Ordering::Relaxed);
    assert_eq!(owner.get("documents/a.bin").await.refusal(), "404 NoSuchKey");
    assert_eq!(owner.names("documents", "").await, ["there.bin"]);
    assert_eq!((s3.objects().len(), s3.loose_parts()), (1, 0));
    owner.put("documents/a.bin", "application/octet-stream", &noise(2, 5000)).await;
    assert_eq!(owner.get("documents/there.bin").await.bytes, noise(1, 5000));
}

#[tokio::test]
async fn a_wrong_secret_is_found_out() {
    let s3 = S3Double::start().await;
    let hub = TestHub::start_with(|config| {
        s3.configure(config);
        config.s3_secret_access_key = Some("another".into());
    })
    .await;
    let owner = Files::owner(&hub).await;
    let got = owner.upload("documents/a.bin", "application/octet-stream", noise(2, 5000)).await;
    assert_eq!(got.refusal(), "503 StorageUnavailable");
    assert_eq!(s3.objects().len(), 0);
}
