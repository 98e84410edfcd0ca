use serde_json::json;

use super::client::{Files, png};
use crate::support::TestHub;
use crate::support::http::raw;

/// F145: a name is a name. Whatever is in it, nothing outside the store is read or written.
#[tokio::test]
async fn names_are_no_paths() {
    let hub = TestHub::start().await;
    let token = hub.token(TestHub::OWNER).await;
    let secret = hub.database.data.join("secret.txt");
    std::fs::write(&secret, "secret").expect("the data folder is there");
    for name in [
        "../secret.txt",
        "..%2fsecret.txt",
        "%2e%2e/secret.txt",
        "%2e%2e%2f%2e%2e%2fsecret.txt",
        "a/../../secret.txt",
        "a/%2e%2e/b",
        "..%5c..%5csecret.txt",
        "a%00b",
        "a//b",
        "%2fetc%2fpasswd",
        "a/.",
        "a%0ab",
        "%ff%fe",
    ] {
        for (method, body) in [("GET", ""), ("PUT", "owned"), ("POST", "owned"), ("DELETE", "")] {
            // Byte by byte: a client library would tidy the path.
            let request = format!(
                "{method} /storage/v1/object/documents/{name} HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\
                 Authorization: Bearer {token}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            let answer = raw(hub.server.address, request.as_bytes()).await;
            assert_eq!((answer.status, answer.code().as_str()), (400, "InvalidKey"), "{method} {name}: {answer:?}");
        }
    }
    assert_eq!(std::fs::read_to_string(&secret).expect("it is there"), "secret");
    let owner = Files::new(&hub, Some(&token));
    assert_eq!(owner.names("documents", "").await, [] as [&str; 0]);
    // Odd names that are names are kept as they are, and no part of them is a file's name on the disk.
    for name in ["%7E%24HOME", "a%3Bb%26c", "CON", "%2e%2e%2e", "-rf%20*"] {
        owner.put(&format!("documents/{name}"), "text/plain", name.as_bytes()).await;
        assert_eq!(owner.get(&format!("documents/{name}")).await.bytes, name.as_bytes());
    }
    for file in files_of(&hub.database.data.join("objects")) {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        assert!(name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}");
    }
}

pub fn files_of(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() { files.extend(files_of(&entry.path())) } else { files.push(entry.path()) }
    }
    files
}

#[tokio::test]
async fn what_is_passed_off_as_something_else_is_refused_and_leaves_nothing() {
    let hub = TestHub::start().await;
    let owner = Files::owner(&hub).await;
    owner
        .bucket("pictures", &json!({ "allowed_mime_types": ["image/*", "application/pdf"], "file_size_limit": 5000 }))
        .await;
    let page = b"<!DOCTYPE html><script>alert(document.domain)</script>".to_vec();
    for (media_type, bytes) in [
        ("image/png", page.clone()),
        ("image/jpeg", png(2, 2)),
        ("image/svg+xml", page.clone()),
        ("application/pdf", page.clone()),
        ("text/html", page.clone()),
        ("application/octet-stream", page.clone()),
        ("image/png\u{a0}", page),
    ] {
        let got = owner.upload("pictures/x", media_type, bytes).await;
        assert_eq!(got.refusal(), "415 InvalidMimeType", "{media_type}");
    }
    // Too large, said at once and found out on the way.
    let mut large = png(2, 2);
    large.resize(5001, 0);
    assert_eq!(owner.upload("pictures/x", "image/png", large.clone()).await.refusal(), "413 EntityTooLarge");
    let pieces = futures_util::stream::iter(
        large.chunks(700).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect::<Vec<_>>(),
    );
    let got = owner.upload("pictures/x", "image/png", reqwest::Body::wrap_stream(pieces)).await;
    assert_eq!(got.refusal(), "413 EntityTooLarge");
    large.truncate(5000);
    owner.put("pictures/x", "image/png", &large).await;
    // A file does not come in by the back door either.
    owner.put("documents/note.txt", "text/plain", b"note").await;
    for way in ["move", "copy"] {
        let body = json!({ "bucketId": "documents", "sourceKey": "note.txt", "destinationBucket": "pictures", "destinationKey": "note" });
        assert_eq!(owner.tell("POST", &format!("/object/{way}"), &body).await.refusal(), "415 InvalidMimeType");
    }
    assert_eq!(owner.names("pictures", "").await, ["x"]);
}

/// A picture may hold a script, a page is one: browsers are told to save them and to run nothing.
#[tokio::test]
async fn nothing_that_was_uploaded_runs_in_a_browser() {
    let hub = TestHub::start().await;
    let owner = Files::owner(&hub).await;
    owner.bucket("press", &json!({ "public": true })).await;
    let svg: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    for (name, media_type, bytes, shown) in [
        ("logo.svg", "image/svg+xml", svg, false),
        ("page.html", "text/html", b"<html><script>alert(1)</script>", false),
        ("feed.xml", "text/xml", b"<x/>", false),
        ("script.js", "text/javascript", b"alert(1)", false),
        ("thing", "application/octet-stream", b"<html>", false),
        ("note.txt", "text/plain;charset=UTF-8", b"<script>", true),
        ("look.png", "image/png", &png(2, 2), true),
    ] {
        owner.put(&format!("press/{name}"), media_type, bytes).await;
        let anybody = Files::new(&hub, None);
        let signed = owner.sign(&format!("press/{name}"), 60).await;
        for got in
            [anybody.ask("GET", &format!("/object/public/press/{name}")).await, anybody.ask("GET", &signed).await]
        {
            assert_eq!((got.status, got.bytes.as_slice()), (200, bytes), "{name}");
            assert_eq!(got.header("x-content-type-options"), "nosniff");
            assert_eq!(got.header("content-disposition").starts_with("inline"), shown, "{name}: {got:?}");
            let policy = got.header("content-security-policy");
            assert!(policy.starts_with("default-src 'none'") && policy.contains("sandbox"), "{name}: {policy}");
        }
        let saved = anybody.ask("GET", &format!("/object/public/press/{name}?download=other%20name.bin")).await;
        assert_eq!(saved.header("content-disposition"), "attachment; filename*=UTF-8''other%20name.bin");
    }
}

#[tokio::test]
async fn bad_requests_get_coded_answers() {
    let hub = TestHub::start().await;
    let owner = Files::owner(&hub).await;
    let anybody = Files::new(&hub, None);
    assert_eq!(anybody.get("documents/x").await.refusal(), "401 InvalidJWT");
    assert_eq!(Files::new(&hub, Some("x.y.z")).get("documents/x").await.refusal(), "401 InvalidJWT");
    assert_eq!(owner.upload("nowhere/x", "text/plain", "x").await.refusal(), "404 NoSuchBucket");
    for (path, body) in [
        ("/object/list/documents", json!({ "prefix": 7 })),
        ("/object/move", json!({ "bucketId": "documents" })),
        ("/object/sign/documents", json!({ "expiresIn": "x", "paths": [] })),
        ("/object/sign/documents/x", json!({ "expiresIn": 0 })),
        ("/object/sign/documents/x", json!({ "expiresIn": 1e18 })),
        ("/object/sign/documents/x", json!({ "expiresIn": 60, "transform": { "width": 0 } })),
        ("/object/list-v2/documents", json!({ "cursor": "x" })),
        ("/object/sign/documents", json!({ "expiresIn": 60, "paths": vec!["x"; 1001] })),
    ] {
        assert_eq!(owner.tell("POST", path, &body).await.refusal(), "400 InvalidRequest", "{path} {body}");
    }
    let many = json!({ "prefixes": vec!["x"; 1001] });
    assert_eq!(owner.tell("DELETE", "/object/documents", &many).await.refusal(), "400 InvalidRequest");
    assert_eq!(owner.tell("DELETE", "/object/documents", &json!({ "prefixes": ["a\u{0}b"] })).await.json(), json!([]));
    for (name, value) in [("x-metadata", "!!"), ("x-metadata", "W10="), ("cache-control", &"x".repeat(300))] {
        let request =
            owner.request("POST", "/object/documents/m").header("content-type", "text/plain").header(name, value);
        assert_eq!(Files::send(request.body("x")).await.refusal(), "400 InvalidRequest", "{name} {value}");
    }
    let form = reqwest::multipart::Form::new().text("cacheControl", "3600");
    assert_eq!(
        Files::send(owner.request("POST", "/object/documents/m").multipart(form)).await.refusal(),
        "400 InvalidRequest"
    );
    let broken = owner
        .request("POST", "/object/documents/m")
        .header("content-type", "multipart/form-data; boundary=x")
        .body("--y");
    assert_eq!(Files::send(broken).await.refusal(), "400 IncompleteBody");
    assert_eq!(owner.names("documents", "").await, [] as [&str; 0]);
}
