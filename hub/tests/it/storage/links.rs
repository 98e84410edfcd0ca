use serde_json::json;

use super::client::Files;
use crate::support::TestHub;

/// F145: an address is signed for one file, expires, and no letter of it can be changed.
#[tokio::test]
async fn an_address_opens_its_file_and_nothing_else() {
    let hub = TestHub::start().await;
    let (owner, anybody) = (Files::owner(&hub).await, Files::new(&hub, None));
    owner.put("documents/contracts/a b.pdf", "application/pdf", b"%PDF-1.7 a").await;
    owner.put("documents/contracts/c.pdf", "application/pdf", b"%PDF-1.7 c").await;
    let address = owner.sign("documents/contracts/a b.pdf", 60).await;
    let got = anybody.ask("GET", &address).await;
    assert_eq!((got.status, got.bytes.as_slice()), (200, b"%PDF-1.7 a".as_slice()), "{got:?}");
    assert_eq!(
        got.header("cache-control"),
        "private, no-cache",
        "a copy is asked for again, so that it can be taken back"
    );
    let (path, token) = address.split_once("?token=").expect("a token");
    assert_eq!(anybody.ask("GET", path).await.refusal(), "400 InvalidSignature");
    let other = path.replace("a b.pdf", "c.pdf");
    assert_eq!(anybody.ask("GET", &format!("{other}?token={token}")).await.refusal(), "400 InvalidSignature");
    for place in (0..token.len()).step_by(token.len() / 40) {
        let mut altered = token.as_bytes().to_vec();
        altered[place] = if altered[place] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(altered).expect("ASCII");
        assert_eq!(anybody.ask("GET", &format!("{path}?token={altered}")).await.status, 400, "{place}");
    }
    let access = hub.token(TestHub::OWNER).await;
    assert_eq!(anybody.ask("GET", &format!("{path}?token={access}")).await.refusal(), "400 InvalidSignature");
    assert_eq!(Files::new(&hub, Some(token)).get("documents/contracts/c.pdf").await.refusal(), "401 InvalidJWT");
    // Moved, it is not where the address says; another file under its name is not the one that was signed.
    let body = json!({ "bucketId": "documents", "sourceKey": "contracts/a b.pdf", "destinationKey": "old.pdf" });
    assert_eq!(owner.tell("POST", "/object/move", &body).await.status, 200);
    owner.put("documents/contracts/a b.pdf", "application/pdf", b"%PDF-1.7 other").await;
    assert_eq!(anybody.ask("GET", &address).await.refusal(), "404 NoSuchKey");
}

#[tokio::test]
async fn an_address_expires() {
    let hub = TestHub::start().await;
    let (owner, anybody) = (Files::owner(&hub).await, Files::new(&hub, None));
    owner.put("documents/a.txt", "text/plain", b"a").await;
    let address = owner.sign("documents/a.txt", 1).await;
    assert_eq!(anybody.ask("GET", &address).await.status, 200);
    let ended = async {
        while anybody.ask("GET", &address).await.status == 200 {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), ended).await.expect("it ends");
    assert_eq!(anybody.ask("GET", &address).await.refusal(), "400 ExpiredToken");
}

/// F145: what was given out can be taken back: one address, all of a file, all of a bucket.
#[tokio::test]
async fn addresses_are_taken_back() {
    let hub = TestHub::start().await;
    let (owner, anybody) = (Files::owner(&hub).await, Files::new(&hub, None));
    for name in ["a.txt", "b.txt"] {
        owner.put(&format!("documents/{name}"), "text/plain", name.as_bytes()).await;
    }
    let status = |address: String| {
        let anybody = anybody.clone();
        async move { anybody.ask("GET", &address).await.status }
    };
    let (one, two, other) = (
        owner.sign("documents/a.txt", 600).await,
        owner.sign("documents/a.txt", 600).await,
        owner.sign("documents/b.txt", 600).await,
    );
    assert_eq!(owner.ask("DELETE", &one).await.status, 200);
    assert_eq!(anybody.ask("GET", &one).await.refusal(), "400 ExpiredToken");
    assert_eq!((status(two.clone()).await, status(other.clone()).await), (200, 200));
    assert_eq!(owner.ask("DELETE", "/object/sign/documents/a.txt").await.status, 200);
    assert_eq!((status(two).await, status(other.clone()).await), (400, 200));
    let after = owner.sign("documents/a.txt", 600).await;
    assert_eq!(status(after.clone()).await, 200, "what is signed afterwards is good");
    assert_eq!(owner.ask("DELETE", "/object/sign/documents").await.status, 200);
    assert_eq!((status(after).await, status(other).await), (400, 400));
    // Who may not change the file takes back their own addresses only.
    let sql = hub.database.sql().await;
    sql.execute("update storage_buckets set read_roles = '{staff}' where name = 'documents'", &[])
        .await
        .expect("opened");
    let staff = Files::member(&hub, "staff").await;
    let (own, owners) = (staff.sign("documents/a.txt", 600).await, owner.sign("documents/a.txt", 600).await);
    assert_eq!(staff.ask("DELETE", &own).await.status, 200);
    assert_eq!(status(own).await, 400);
    assert_eq!(staff.ask("DELETE", &owners).await.refusal(), "403 AccessDenied");
    assert_eq!(staff.ask("DELETE", "/object/sign/documents/a.txt").await.refusal(), "403 AccessDenied");
    assert_eq!(staff.ask("DELETE", "/object/sign/documents").await.refusal(), "403 AccessDenied");
    assert_eq!(status(owners).await, 200);
}

/// An address shows what its signer sees: it ends with their membership, their right, their house's.
#[tokio::test]
async fn an_address_ends_with_its_signers_rights() {
    let hub = TestHub::start().await;
    let (owner, anybody) = (Files::owner(&hub).await, Files::new(&hub, None));
    owner.put("documents/a.txt", "text/plain", b"a").await;
    let producer = Files::member(&hub, "producer").await;
    let (address, owners) = (producer.sign("documents/a.txt", 600).await, owner.sign("documents/a.txt", 600).await);
    let upload = producer.ask("POST", "/object/upload/sign/documents/new.txt").await.json()["url"]
        .as_str()
        .expect("one")
        .to_owned();
    assert_eq!(anybody.ask("GET", &address).await.status, 200);
    let sql = hub.database.sql().await;
    let gone = "update memberships set status = 'suspended' where role = 'producer'";
    sql.execute(gone, &[]).await.expect("the membership ends");
    assert_eq!(anybody.ask("GET", &address).await.refusal(), "404 NoSuchKey");
    let put = anybody.request("PUT", &upload).header("content-type", "text/plain").body("new");
    assert_eq!(Files::send(put).await.refusal(), "404 NoSuchBucket");
    assert_eq!(anybody.ask("GET", &owners).await.status, 200);
    sql.execute("update organizations set status = 'suspended'", &[]).await.expect("the house is suspended");
    assert_eq!(anybody.ask("GET", &owners).await.refusal(), "404 NoSuchKey");
}

#[tokio::test]
async fn many_addresses_at_once_and_one_to_send_to() {
    let hub = TestHub::start().await;
    let (owner, anybody) = (Files::owner(&hub).await, Files::new(&hub, None));
    owner.put("documents/a.txt", "text/plain", b"a").await;
    let asked = json!({ "expiresIn": 60, "paths": ["a.txt", "nothing", "../x"] });
    let signed = owner.tell("POST", "/object/sign/documents", &asked).await.json();
    assert_eq!(anybody.ask("GET", signed[0]["signedURL"].as_str().expect("an address")).await.bytes, b"a");
    for n in [1, 2] {
        assert!(
            signed[n]["signedURL"].is_null()
                && signed[n]["error"].is_string()
                && signed[n]["path"] == asked["paths"][n],
            "{signed}"
        );
    }
    assert_eq!(
        owner.tell("POST", "/object/sign/documents/nothing", &json!({ "expiresIn": 60 })).await.refusal(),
        "404 NoSuchKey"
    );

    let address = owner.ask("POST", "/object/upload/sign/documents/new.txt").await.json()["url"]
        .as_str()
        .expect("one")
        .to_owned();
    let put = |address: &str, text: &'static str| {
        Files::send(anybody.request("PUT", address).header("content-type", "text/plain").body(text))
    };
    let other = address.replace("new.txt", "other.txt");
    assert_eq!(put(&other, "x").await.refusal(), "400 InvalidSignature");
    assert_eq!(
        anybody.ask("GET", &address.replace("/object/upload/sign/", "/object/sign/")).await.refusal(),
        "400 InvalidSignature"
    );
    let read = owner.sign("documents/a.txt", 60).await.replace("/object/sign/", "/object/upload/sign/");
    assert_eq!(put(&read, "x").await.refusal(), "400 InvalidSignature");
    assert_eq!(put(&address, "new").await.status, 200);
    assert_eq!(owner.get("documents/new.txt").await.bytes, b"new");
    assert_eq!(put(&address, "again").await.refusal(), "409 Duplicate", "it was not signed to replace");
    assert_eq!(owner.ask("POST", "/object/upload/sign/documents/a.txt").await.refusal(), "409 Duplicate");
    let request = owner.request("POST", "/object/upload/sign/documents/a.txt").header("x-upsert", "true");
    let over = Files::send(request).await.json()["url"].as_str().expect("one").to_owned();
    assert_eq!(put(&over, "over").await.status, 200);
    assert_eq!(owner.get("documents/a.txt").await.bytes, b"over");
    owner.ask("DELETE", "/object/sign/documents").await;
    assert_eq!(put(&over, "late").await.refusal(), "400 ExpiredToken");
}
