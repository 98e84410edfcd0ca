use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::client::{Files, Got, noise, png, sha256};
use crate::support::TestHub;

const OFFSET: &str = "application/offset+octet-stream";

fn metadata(bucket: &str, key: &str, media_type: &str) -> String {
    let pair = |name: &str, value: &str| format!("{name} {}", BASE64_STANDARD.encode(value));
    [pair("bucketName", bucket), pair("objectName", key), pair("contentType", media_type), pair("cacheControl", "3600")]
        .join(",")
}

async fn announce(who: &Files, key: &str, media_type: &str, length: usize) -> Got {
    let request = who.request("POST", "/upload/resumable").header("tus-resumable", "1.0.0");
    Files::send(
        request.header("upload-length", length).header("upload-metadata", metadata("documents", key, media_type)),
    )
    .await
}

/// Its address, below `/storage/v1`.
fn place(made: &Got) -> String {
    assert_eq!(made.status, 201, "{made:?}");
    made.header("location").strip_prefix("/storage/v1").expect("a path").to_owned()
}

async fn go_on(who: &Files, place: &str, offset: usize, bytes: &[u8]) -> Got {
    let request = who.request("PATCH", place).header("tus-resumable", "1.0.0").header("upload-offset", offset);
    Files::send(request.header("content-type", OFFSET).body(bytes.to_vec())).await
}

async fn has(who: &Files, place: &str) -> usize {
    let got = Files::send(who.request("HEAD", place).header("tus-resumable", "1.0.0")).await;
    assert_eq!(got.status, 200, "{got:?}");
    assert_eq!(got.header("cache-control"), "no-store");
    got.header("upload-offset").parse().expect("a number")
}

#[tokio::test]
async fn an_upload_in_pieces_becomes_one_file() {
    let hub = TestHub::start().await;
    let owner = Files::owner(&hub).await;
    let bytes = noise(4, 1_000_000);
    let place = place(&announce(&owner, "films/a.bin", "application/octet-stream", bytes.len()).await);
    let mut sent = 0;
    for piece in [1, 2000, 300_000, 1, 697_998] {
        assert_eq!(
            owner.get("documents/films/a.bin").await.refusal(),
            "404 NoSuchKey",
            "nothing is visible before all is there"
        );
        let got = go_on(&owner, &place, sent, &bytes[sent..sent + piece]).await;
        sent += piece;
        assert_eq!(
            (got.status, got.header("upload-offset"), got.header("tus-resumable")),
            (204, sent.to_string().as_str(), "1.0.0")
        );
        assert_eq!(has(&owner, &place).await, sent);
    }
    let got = owner.get("documents/films/a.bin").await;
    assert_eq!((sha256(&got.bytes), got.header("etag")), (sha256(&bytes), format!("\"{}\"", sha256(&bytes)).as_str()));
    let request = owner.request("GET", "/object/documents/films/a.bin").header("range", "bytes=1990-302010");
    assert_eq!(Files::send(request).await.bytes, bytes[1990..302_011], "a range goes across pieces");
    // The sender who missed the last answer asks again, and sends nothing twice.
    assert_eq!(go_on(&owner, &place, sent, b"").await.status, 204);
    assert_eq!(go_on(&owner, &place, 0, &bytes[..10]).await.refusal(), "409 OffsetMismatch");
    assert_eq!(owner.ask("GET", "/object/info/documents/films/a.bin").await.json()["cache_control"], "max-age=3600");
}

/// F004: whatever the place where the line breaks, what came is kept, nothing half is visible, and the rest makes it whole.
#[tokio::test]
async fn an_upload_that_is_cut_off_anywhere_goes_on() {
    let hub = TestHub::start().await;
    let owner = Files::owner(&hub).await;
    let token = hub.token(TestHub::OWNER).await;
    let bytes = noise(5, 300_000);
    for (n, cut) in [0, 1, 511, 4095, 4096, 4097, 65_536, 150_000, 262_144, 299_999].into_iter().enumerate() {
        let key = format!("cut/{n}.bin");
        let place = place(&announce(&owner, &key, "application/octet-stream", bytes.len()).await);
        let mut line = TcpStream::connect(hub.server.address).await.expect("the hub listens");
        let head = format!(
            "PATCH /storage/v1{place} HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {token}\r\nTus-Resumable: 1.0.0\r\n\
             Upload-Offset: 0\r\nContent-Type: {OFFSET}\r\nContent-Length: {}\r\n\r\n",
            bytes.len()
        );
        line.write_all(head.as_bytes()).await.expect("sent");
        line.write_all(&bytes[..cut]).await.expect("sent");
        line.flush().await.expect("sent");
        // Half closed: what was sent arrives, and then no more.
        line.shutdown().await.expect("closed");
        let mut answer = Vec::new();
        let _ = line.read_to_end(&mut answer).await;
        drop(line);
        let settled = async {
            loop {
                let offset = has(&owner, &place).await;
                if offset == cut {
                    break offset;
                }
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        };
        let offset = tokio::time::timeout(std::time::Duration::from_secs(10), settled)
            .await
            .unwrap_or_else(|_| panic!("cut at {cut}"));
        assert_eq!(owner.get(&format!("documents/{key}")).await.refusal(), "404 NoSuchKey");
        assert_eq!(go_on(&owner, &place, offset, &bytes[offset..]).await.status, 204, "cut at {cut}");
        assert_eq!(sha256(&owner.get(&format!("documents/{key}")).await.bytes), sha256(&bytes), "cut at {cut}");
    }
    // The same, of a file that is sent at once: nothing of it is there.
    for cut in [0, 1, 4096, 200_000] {
        let mut line = TcpStream::connect(hub.server.address).await.expect("the hub listens");
        let head = format!(
            "POST /storage/v1/object/documents/once.bin HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/octet-stream\r\nContent-Length: {}\r\n\r\n",
            bytes.len()
        );
        line.write_all(head.as_bytes()).await.expect("sent");
        line.write_all(&bytes[..cut]).await.expect("sent");
        line.shutdown().await.expect("closed");
        let mut answer = Vec::new();
        let _ = line.read_to_end(&mut answer).await;
        assert_eq!(owner.get("documents/once.bin").await.refusal(), "404 NoSuchKey", "cut at {cut}");
    }
}

#[tokio::test]
async fn two_senders_of_one_upload_do_not_mix() {
    let hub = TestHub::start().await;
    let owner = Files::owner(&hub).await;
    let bytes = noise(6, 200_000);
    let place: Arc<str> = place(&announce(&owner, "race.bin", "application/octet-stream", bytes.len()).await).into();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let (owner, place, bytes) = (owner.clone(), Arc::clone(&place), Bytes::from(bytes.clone()));
        tasks.spawn(async move { go_on(&owner, &place, 0, &bytes[..100_000]).await.status });
    }
    let statuses = tasks.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [204, 409].contains(status)), "{statuses:?}");
    assert_eq!(has(&owner, &place).await, 100_000);
    assert_eq!(go_on(&owner, &place, 100_000, &bytes[100_000..]).await.status, 204);
    assert_eq!(sha256(&owner.get("documents/race.bin").await.bytes), sha256(&bytes));
}

#[tokio::test]
async fn what_is_not_as_announced_is_refused() {
    let hub = TestHub::start().await;
    let owner = Files::owner(&hub).await;
    let tell = |pairs: Vec<(&'static str, String)>| {
        let request = pairs
            .iter()
            .fold(owner.request("POST", "/upload/resumable"), |request, (name, value)| request.header(*name, value));
        Files::send(request)
    };
    let (spoken, length) = (("tus-resumable", "1.0.0".to_owned()), ("upload-length", "10".to_owned()));
    let said = ("upload-metadata", metadata("documents", "a.bin", "text/plain"));
    assert_eq!(tell(vec![length.clone(), said.clone()]).await.refusal(), "412 UnsupportedVersion");
    assert_eq!(tell(vec![spoken.clone(), said.clone()]).await.refusal(), "400 InvalidRequest");
    assert_eq!(tell(vec![spoken.clone(), length.clone()]).await.refusal(), "400 InvalidRequest");
    let up = ("upload-metadata", metadata("documents", "../a.bin", "text/plain"));
    assert_eq!(tell(vec![spoken.clone(), length.clone(), up]).await.refusal(), "400 InvalidKey");
    let nowhere = ("upload-metadata", metadata("nowhere", "a.bin", "text/plain"));
    assert_eq!(tell(vec![spoken.clone(), length, nowhere]).await.refusal(), "404 NoSuchBucket");
    owner.tell("PUT", "/bucket/documents", &json!({ "file_size_limit": 100_000 })).await;
    assert_eq!(announce(&owner, "a.bin", "text/plain", 100_001).await.refusal(), "413 EntityTooLarge");

    let page = b"<html><script>alert(1)</script></html>";
    let passed_off = place(&announce(&owner, "a.png", "image/png", page.len()).await);
    assert_eq!(go_on(&owner, &passed_off, 0, &page[..10]).await.status, 204);
    assert_eq!(go_on(&owner, &passed_off, 10, &page[10..]).await.refusal(), "415 InvalidMimeType");
    assert_eq!(
        Files::send(owner.request("HEAD", &passed_off).header("tus-resumable", "1.0.0")).await.status,
        404,
        "it is given up"
    );

    let place_of = place(&announce(&owner, "a.bin", "application/octet-stream", 10).await);
    assert_eq!(go_on(&owner, &place_of, 0, &[0; 11]).await.refusal(), "413 EntityTooLarge");
    assert_eq!(has(&owner, &place_of).await, 0);
    assert_eq!(go_on(&owner, &place_of, 5, &[0; 5]).await.refusal(), "409 OffsetMismatch");
    let other = Files::member(&hub, "admin").await;
    assert_eq!(go_on(&other, &place_of, 0, &[0; 10]).await.refusal(), "404 NoSuchUpload", "an upload is its sender's");
    let stranger = Files::new(&hub, Some(&hub.other_house().await.token));
    assert_eq!(go_on(&stranger, &place_of, 0, &[0; 10]).await.refusal(), "404 NoSuchUpload");
    let gone = Files::send(owner.request("DELETE", &place_of).header("tus-resumable", "1.0.0")).await;
    assert_eq!(gone.status, 204);
    assert_eq!(go_on(&owner, &place_of, 0, &[0; 10]).await.refusal(), "404 NoSuchUpload");
    // What is spoken here is said to whoever asks, also to a browser on another origin.
    let options = Files::send(owner.request("OPTIONS", "/upload/resumable")).await;
    assert_eq!(
        (options.header("tus-version"), options.header("tus-extension").contains("creation-with-upload")),
        ("1.0.0", true)
    );
}

#[tokio::test]
async fn an_upload_may_begin_with_its_announcement_and_replace_a_file() {
    let hub = TestHub::start().await;
    let owner = Files::owner(&hub).await;
    owner.put("documents/look.png", "image/png", &png(2, 2)).await;
    let bytes = png(30, 30);
    let request = || {
        let request =
            owner.request("POST", "/upload/resumable").header("tus-resumable", "1.0.0").header("content-type", OFFSET);
        request
            .header("upload-length", bytes.len())
            .header("upload-metadata", metadata("documents", "look.png", "image/png"))
    };
    assert_eq!(Files::send(request().body(bytes[..20].to_vec())).await.refusal(), "409 Duplicate");
    let made = Files::send(request().header("x-upsert", "true").body(bytes[..20].to_vec())).await;
    assert_eq!(made.header("upload-offset"), "20");
    assert_eq!(owner.get("documents/look.png").await.bytes, png(2, 2));
    assert_eq!(go_on(&owner, &place(&made), 20, &bytes[20..]).await.status, 204);
    assert_eq!(owner.get("documents/look.png").await.bytes, bytes);
    assert_eq!(announce(&owner, "empty.bin", "text/plain", 0).await.status, 201);
    assert_eq!(owner.get("documents/empty.bin").await.bytes, b"");
    // By a signed address, without signing in.
    let token = owner.ask("POST", "/object/upload/sign/documents/signed.bin").await.json()["token"]
        .as_str()
        .expect("one")
        .to_owned();
    let anybody = Files::new(&hub, None);
    let signed = |key: &str| {
        let request = anybody
            .request("POST", "/upload/resumable/sign")
            .header("tus-resumable", "1.0.0")
            .header("x-signature", &token);
        Files::send(
            request.header("upload-length", 4).header("upload-metadata", metadata("documents", key, "text/plain")),
        )
    };
    assert_eq!(signed("other.bin").await.refusal(), "400 InvalidSignature");
    let made = signed("signed.bin").await;
    let request =
        anybody.request("PATCH", &place(&made)).header("tus-resumable", "1.0.0").header("x-signature", &token);
    let got = Files::send(request.header("upload-offset", 0).header("content-type", OFFSET).body("text")).await;
    assert_eq!(got.status, 204, "{got:?}");
    assert_eq!(owner.get("documents/signed.bin").await.bytes, b"text");
}
