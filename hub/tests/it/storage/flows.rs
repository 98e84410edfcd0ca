use serde_json::{Value, json};

use super::client::{Files, noise, png, sha256};
use crate::support::TestHub;

#[tokio::test]
async fn buckets_are_made_changed_listed_emptied_and_deleted() {
    let hub = TestHub::start().await;
    let owner = Files::owner(&hub).await;
    let made = owner.tell("POST", "/bucket", &json!({ "id": "press", "name": "press", "public": true, "file_size_limit": "1MB", "allowed_mime_types": ["image/*"] })).await;
    assert_eq!((made.status, made.json()), (200, json!({ "name": "press" })));
    let bucket = owner.ask("GET", "/bucket/press").await.json();
    assert_eq!(
        (&bucket["id"], &bucket["public"], &bucket["file_size_limit"]),
        (&json!("press"), &json!(true), &json!(1_000_000))
    );
    assert_eq!((&bucket["allowed_mime_types"], &bucket["owner"]), (&json!(["image/*"]), &json!(hub.owner_id)));
    assert_eq!(owner.tell("POST", "/bucket", &json!({ "id": "press" })).await.refusal(), "409 Duplicate");
    let changed = owner.tell("PUT", "/bucket/press", &json!({ "public": false, "file_size_limit": null })).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    let bucket = owner.ask("GET", "/bucket/press").await.json();
    let after = (&bucket["public"], &bucket["file_size_limit"], &bucket["allowed_mime_types"]);
    assert_eq!(after, (&json!(false), &Value::Null, &json!(["image/*"])), "what is not named stays");
    let names = |got: Value| {
        got.as_array()
            .expect("a list")
            .iter()
            .map(|b| b["name"].as_str().expect("a name").to_owned())
            .collect::<Vec<_>>()
    };
    let all = names(owner.ask("GET", "/bucket").await.json());
    assert_eq!(all, ["casting_cards", "documents", "exports", "floor_plans", "galleries", "press"]);
    assert_eq!(
        names(owner.ask("GET", "/bucket?limit=2&offset=1&sortColumn=name&sortOrder=desc").await.json()),
        ["galleries", "floor_plans"]
    );
    assert_eq!(names(owner.ask("GET", "/bucket?search=CARD").await.json()), ["casting_cards"]);

    owner.put("press/a.png", "image/png", &png(2, 2)).await;
    assert_eq!(owner.ask("DELETE", "/bucket/press").await.refusal(), "409 Conflict");
    assert_eq!(owner.tell("POST", "/bucket/press/empty", &json!({})).await.status, 200);
    assert_eq!(owner.names("press", "").await, [] as [&str; 0]);
    assert_eq!(owner.tell("DELETE", "/bucket/press", &json!({})).await.status, 200);
    assert_eq!(owner.ask("GET", "/bucket/press").await.refusal(), "404 NoSuchBucket");
    for bad in ["", "../etc", "sign", "a/b", "x y"] {
        let got = owner.tell("POST", "/bucket", &json!({ "id": bad })).await;
        assert_eq!(got.refusal(), "400 InvalidBucketName", "{bad}");
    }
    for bad in [json!({ "id": "x", "file_size_limit": -1 }), json!({ "id": "x", "file_size_limit": "many" }), json!(7)]
    {
        assert_eq!(owner.tell("POST", "/bucket", &bad).await.refusal(), "400 InvalidRequest", "{bad}");
    }
}

/// F004: what was sent comes back, byte by byte, under a hash that anybody can check.
#[tokio::test]
async fn a_file_comes_back_as_it_was_sent() {
    let hub = TestHub::start().await;
    let owner = Files::owner(&hub).await;
    for (name, bytes) in [("empty", vec![]), ("one", vec![7]), ("head", noise(1, 4096)), ("more", noise(2, 700_001))] {
        let path = format!("documents/files/{name}.bin");
        let made = owner.upload(&path, "application/octet-stream", bytes.clone()).await;
        assert_eq!(made.json()["Key"], path, "{made:?}");
        for address in [format!("/object/{path}"), format!("/object/authenticated/{path}")] {
            let got = owner.ask("GET", &address).await;
            assert_eq!((got.status, sha256(&got.bytes)), (200, sha256(&bytes)), "{address}");
            assert_eq!(got.header("etag"), format!("\"{}\"", sha256(&bytes)));
            assert_eq!(
                (got.header("content-length"), got.header("accept-ranges")),
                (bytes.len().to_string().as_str(), "bytes")
            );
        }
        let info = owner.ask("GET", &format!("/object/info/{path}")).await.json();
        assert_eq!((&info["sha256"], &info["size"]), (&json!(sha256(&bytes)), &json!(bytes.len())));
        let head = owner.ask("HEAD", &format!("/object/{path}")).await;
        assert_eq!(
            (head.status, head.bytes.len(), head.header("content-length")),
            (200, 0, bytes.len().to_string().as_str())
        );
    }
    assert_eq!(owner.ask("HEAD", "/object/documents/nothing").await.status, 404);
    assert_eq!(owner.get("documents/nothing").await.refusal(), "404 NoSuchKey");
    assert_eq!(owner.get("nowhere/one.bin").await.refusal(), "404 NoSuchKey");
}

#[tokio::test]
async fn parts_are_read_and_good_copies_are_not_sent_again() {
    let hub = TestHub::start().await;
    let owner = Files::owner(&hub).await;
    let bytes = noise(3, 100_000);
    owner.put("documents/x.bin", "application/octet-stream", &bytes).await;
    let ask = |pairs: &[(&str, &str)]| {
        let request = pairs.iter().fold(owner.request("GET", "/object/documents/x.bin"), |request, (name, value)| {
            request.header(*name, *value)
        });
        Files::send(request)
    };
    for (range, expected, told) in [
        ("bytes=0-9", 0..10, "bytes 0-9/100000"),
        ("bytes=99990-", 99_990..100_000, "bytes 99990-99999/100000"),
        ("bytes=-5", 99_995..100_000, "bytes 99995-99999/100000"),
        ("bytes=4000-70000", 4000..70_001, "bytes 4000-70000/100000"),
    ] {
        let got = ask(&[("range", range)]).await;
        assert_eq!((got.status, got.header("content-range")), (206, told));
        assert_eq!(got.bytes, bytes[expected], "{range}");
    }
    let behind = ask(&[("range", "bytes=100000-")]).await;
    assert_eq!((behind.refusal().as_str(), behind.header("content-range")), ("416 InvalidRange", "bytes */100000"));
    assert_eq!(ask(&[("range", "bytes=0-1,5-6")]).await.status, 200, "several at once are all of it");
    let etag = format!("\"{}\"", sha256(&bytes));
    let copy = ask(&[("if-none-match", &etag)]).await;
    assert_eq!((copy.status, copy.bytes.len(), copy.header("etag")), (304, 0, etag.as_str()));
    assert_eq!(ask(&[("if-none-match", "\"other\"")]).await.status, 200);
    let modified = ask(&[]).await.header("last-modified").to_owned();
    assert_eq!(ask(&[("if-modified-since", &modified)]).await.status, 304);
    assert_eq!(ask(&[("range", "bytes=0-9"), ("if-range", &etag)]).await.status, 206);
    assert_eq!(ask(&[("range", "bytes=0-9"), ("if-range", "\"other\"")]).await.status, 200);
}

#[tokio::test]
async fn a_name_is_taken_once_unless_it_is_to_be_replaced() {
    let hub = TestHub::start().await;
    let owner = Files::owner(&hub).await;
    owner.put("documents/a.txt", "text/plain", b"first").await;
    assert_eq!(owner.upload("documents/a.txt", "text/plain", "second").await.refusal(), "409 Duplicate");
    assert_eq!(owner.get("documents/a.txt").await.bytes, b"first");
    let id = owner.ask("GET", "/object/info/documents/a.txt").await.json()["id"].clone();
    let over = owner
        .request("POST", "/object/documents/a.txt")
        .header("x-upsert", "true")
        .header("content-type", "text/plain");
    assert_eq!(Files::send(over.body("second")).await.status, 200);
    assert_eq!(owner.get("documents/a.txt").await.bytes, b"second");
    let put = owner
        .request("PUT", "/object/documents/a.txt")
        .header("content-type", "text/csv")
        .header("cache-control", "max-age=60");
    assert_eq!(Files::send(put.body("third")).await.status, 200);
    let info = owner.ask("GET", "/object/info/documents/a.txt").await.json();
    assert_eq!(
        (&info["id"], &info["content_type"], &info["cache_control"]),
        (&id, &json!("text/csv"), &json!("max-age=60"))
    );
    // A form, as a browser's file is sent, with what belongs to it before or after.
    let file = reqwest::multipart::Part::bytes(png(3, 3)).file_name("blob").mime_str("image/png").expect("a type");
    let form =
        reqwest::multipart::Form::new().text("cacheControl", "3600").part("", file).text("metadata", "{\"look\": 12}");
    let got = Files::send(owner.request("POST", "/object/documents/form.png").multipart(form)).await;
    assert_eq!(got.status, 200, "{got:?}");
    let info = owner.ask("GET", "/object/info/documents/form.png").await.json();
    assert_eq!(
        (&info["content_type"], &info["cache_control"], &info["metadata"]),
        (&json!("image/png"), &json!("max-age=3600"), &json!({ "look": 12 }))
    );
}

#[tokio::test]
async fn folders_are_listed_moved_copied_and_removed() {
    let hub = TestHub::start().await;
    let owner = Files::owner(&hub).await;
    for name in [
        "looks/01/front.jpg",
        "looks/01/back.jpg",
        "looks/02/front.jpg",
        "looks/cover.txt",
        "Readme %_.txt",
        "été/naïve.txt",
    ] {
        let encoded = name.replace('%', "%25").replace(' ', "%20");
        owner.put(&format!("documents/{encoded}"), "text/plain", name.as_bytes()).await;
    }
    assert_eq!(owner.names("documents", "").await, ["looks", "été", "Readme %_.txt"], "folders first");
    assert_eq!(owner.names("documents", "looks").await, ["01", "02", "cover.txt"]);
    assert_eq!(owner.names("documents", "/looks/01/").await, ["back.jpg", "front.jpg"]);
    assert_eq!(owner.names("documents", "look").await, [] as [&str; 0], "half a name is no folder");
    assert_eq!(owner.names("documents", "%").await, [] as [&str; 0], "a name is no pattern");
    let page =
        json!({ "prefix": "looks/01", "limit": 1, "offset": 1, "sortBy": { "column": "name", "order": "desc" } });
    let got = owner.tell("POST", "/object/list/documents", &page).await.json();
    assert_eq!(
        (got.as_array().map(Vec::len), &got[0]["name"], &got[0]["metadata"]["mimetype"]),
        (Some(1), &json!("back.jpg"), &json!("text/plain"))
    );
    let found =
        owner.tell("POST", "/object/list/documents", &json!({ "prefix": "looks/01", "search": "FRO" })).await.json();
    assert_eq!((found.as_array().map(Vec::len), &found[0]["name"]), (Some(1), &json!("front.jpg")));
    let flat = owner.tell("POST", "/object/list-v2/documents", &json!({ "prefix": "looks/", "limit": 3 })).await.json();
    let names: Vec<&str> =
        flat["objects"].as_array().expect("a list").iter().filter_map(|o| o["name"].as_str()).collect();
    assert_eq!(
        (names.as_slice(), &flat["hasNext"]),
        (&["looks/01/back.jpg", "looks/01/front.jpg", "looks/02/front.jpg"][..], &json!(true))
    );
    let next = json!({ "prefix": "looks/", "limit": 3, "cursor": flat["nextCursor"] });
    let rest = owner.tell("POST", "/object/list-v2/documents", &next).await.json();
    assert_eq!((&rest["objects"][0]["name"], &rest["hasNext"]), (&json!("looks/cover.txt"), &json!(false)));

    let from_to = |from: &str, to: &str| json!({ "bucketId": "documents", "sourceKey": from, "destinationKey": to });
    assert_eq!(owner.tell("POST", "/object/move", &from_to("looks/cover.txt", "cover.txt")).await.status, 200);
    assert_eq!(owner.get("documents/looks/cover.txt").await.refusal(), "404 NoSuchKey");
    assert_eq!(owner.get("documents/cover.txt").await.bytes, b"looks/cover.txt");
    assert_eq!(
        owner.tell("POST", "/object/move", &from_to("cover.txt", "looks/01/back.jpg")).await.refusal(),
        "409 Duplicate"
    );
    assert_eq!(owner.tell("POST", "/object/move", &from_to("nothing", "x")).await.refusal(), "404 NoSuchKey");
    assert_eq!(owner.tell("POST", "/object/move", &from_to("cover.txt", "../x")).await.refusal(), "400 InvalidKey");
    let mut across = from_to("cover.txt", "copies/cover.txt");
    across["destinationBucket"] = json!("exports");
    let copied = owner.tell("POST", "/object/copy", &across).await;
    assert_eq!(copied.json()["Key"], "exports/copies/cover.txt", "{copied:?}");
    across["destinationBucket"] = json!("nowhere");
    assert_eq!(owner.tell("POST", "/object/copy", &across).await.refusal(), "404 NoSuchBucket");
    let removed = owner
        .tell("DELETE", "/object/documents", &json!({ "prefixes": ["cover.txt", "nothing", "été/naïve.txt"] }))
        .await
        .json();
    assert_eq!(removed.as_array().map(Vec::len), Some(2), "{removed}");
    assert_eq!(
        owner.get("exports/copies/cover.txt").await.bytes,
        b"looks/cover.txt",
        "a copy outlives what it was made of"
    );
    assert_eq!(owner.ask("DELETE", "/object/exports/copies/cover.txt").await.status, 200);
    assert_eq!(owner.ask("DELETE", "/object/exports/copies/cover.txt").await.refusal(), "404 NoSuchKey");
}

/// F004: a film of more than a hundred megabytes goes in and out as it is, and the hub holds little of it at a time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_file_is_streamed_both_ways() {
    const SIZE: usize = 120 * 1024 * 1024;
    let hub = TestHub::start().await;
    let owner = Files::owner(&hub).await;
    let block = noise(9, 1024 * 1024);
    let hash = {
        use sha2::Digest as _;
        let mut all = sha2::Sha256::new();
        (0..SIZE / block.len()).for_each(|_| all.update(&block));
        all.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let pieces = futures_util::stream::iter((0..SIZE / block.len()).map({
        let block = bytes::Bytes::from(block.clone());
        move |_| Ok::<_, std::io::Error>(block.clone())
    }));
    let before = resident();
    let made = owner.upload("documents/film.bin", "application/octet-stream", reqwest::Body::wrap_stream(pieces)).await;
    assert_eq!(made.status, 200, "{made:?}");
    let mut answer = owner.request("GET", "/object/documents/film.bin").send().await.expect("an answer");
    let (mut back, mut size) = (<sha2::Sha256 as sha2::Digest>::new(), 0);
    while let Some(piece) = answer.chunk().await.expect("all of it") {
        sha2::Digest::update(&mut back, &piece);
        size += piece.len();
    }
    let back: String = sha2::Digest::finalize(back).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!((size, back), (SIZE, hash.clone()));
    let grown = resident().saturating_sub(before);
    assert!(grown < 64 * 1024 * 1024, "client and hub together grew by {grown} bytes");
    assert_eq!(owner.ask("GET", "/object/info/documents/film.bin").await.json()["sha256"], hash);
}

/// Bytes of memory that this process, which is client and hub, holds.
fn resident() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    pages.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).expect("a number") * 4096
}
