use schemas::DeviceProfile;
use serde_json::json;
use uuid::Uuid;

use super::client::{Files, png};
use crate::support::{Show, TestHub};

/// F014: each role reads and writes what its bucket is open to it for, and its own; nobody else learns that there is anything.
#[tokio::test]
async fn every_role_has_the_rights_of_the_bucket_and_no_more() {
    let hub = TestHub::start().await;
    let owner = Files::owner(&hub).await;
    owner.bucket("looks", &json!({})).await;
    let sql = hub.database.sql().await;
    sql.execute(
        "update storage_buckets set read_roles = '{staff,client}', write_roles = '{model,staff}' where name = 'looks'",
        &[],
    )
    .await
    .expect("the bucket is opened");
    owner.put("looks/a.txt", "text/plain", b"owner's").await;
    owner.put("exports/b.txt", "text/plain", b"closed").await;
    for role in ["admin", "producer", "staff", "client", "designer", "model", "sponsor", "attendee"] {
        let who = Files::member(&hub, role).await;
        let leads = ["admin", "producer"].contains(&role);
        let (reads, writes) =
            (leads || ["staff", "client"].contains(&role), leads || ["staff", "model"].contains(&role));
        let in_sight = reads || writes;
        assert_eq!(who.get("looks/a.txt").await.status, if reads { 200 } else { 404 }, "{role}");
        assert_eq!(who.ask("HEAD", "/object/looks/a.txt").await.status, if reads { 200 } else { 404 }, "{role}");
        assert_eq!(who.ask("GET", "/object/info/looks/a.txt").await.status, if reads { 200 } else { 404 }, "{role}");
        assert_eq!(
            who.tell("POST", "/object/sign/looks/a.txt", &json!({ "expiresIn": 60 })).await.status,
            if reads { 200 } else { 404 },
            "{role}"
        );
        assert_eq!(who.names("looks", "").await.contains(&"a.txt".to_owned()), reads, "{role}");
        assert_eq!(who.ask("GET", "/bucket/looks").await.status, if in_sight { 200 } else { 404 }, "{role}");
        assert_eq!(who.get("exports/b.txt").await.status, if leads { 200 } else { 404 }, "{role}");
        let put = who.upload(&format!("looks/{role}.txt"), "text/plain", "mine").await;
        assert_eq!(
            put.status,
            if writes {
                200
            } else if in_sight {
                403
            } else {
                404
            },
            "{role}: {put:?}"
        );
        let closed = who.upload(&format!("exports/{role}.txt"), "text/plain", "mine").await.status;
        assert_eq!(closed, if leads { 200 } else { 404 }, "{role}");
        // Somebody else's is neither replaced, moved nor removed, one's own is.
        let replace = |name: String| {
            Files::send(
                who.request("PUT", &format!("/object/looks/{name}")).header("content-type", "text/plain").body("over"),
            )
        };
        if writes {
            assert_eq!(who.get(&format!("looks/{role}.txt")).await.bytes, b"mine", "{role} sees their own");
            assert_eq!(replace(format!("{role}.txt")).await.status, 200, "{role}");
        }
        if !leads {
            assert_ne!(replace("a.txt".into()).await.status, 200, "{role}");
            let body = json!({ "bucketId": "looks", "sourceKey": "a.txt", "destinationKey": "stolen.txt" });
            assert!([403, 404].contains(&who.tell("POST", "/object/move", &body).await.status), "{role}");
            assert_eq!(
                who.tell("DELETE", "/object/looks", &json!({ "prefixes": ["a.txt"] })).await.json(),
                json!([]),
                "{role}"
            );
            assert_ne!(who.tell("POST", "/bucket/looks/empty", &json!({})).await.status, 200, "{role}");
        }
        let manages = role == "admin";
        assert_eq!(
            who.tell("POST", "/bucket", &json!({ "id": format!("of-{role}") })).await.status,
            if manages { 200 } else { 403 },
            "{role}"
        );
        assert_eq!(
            who.tell("PUT", "/bucket/looks", &json!({ "public": false })).await.status == 200,
            manages,
            "{role}"
        );
        assert_eq!(
            who.ask("DELETE", "/bucket/looks").await.status,
            if manages {
                409
            } else if in_sight {
                403
            } else {
                404
            },
            "{role}"
        );
        if writes {
            let own = json!({ "prefixes": [format!("{role}.txt")] });
            assert_eq!(
                who.tell("DELETE", "/object/looks", &own).await.json().as_array().map(Vec::len),
                Some(1),
                "{role}"
            );
        }
        assert_eq!(owner.get("looks/a.txt").await.bytes, b"owner's", "{role}");
    }
}

/// F015, F016: another house, with the strongest role and the right names, finds nothing and reaches nothing.
#[tokio::test]
async fn nobody_crosses_into_another_house() {
    let hub = TestHub::start().await;
    let owner = Files::owner(&hub).await;
    let other = Files::new(&hub, Some(&hub.other_house().await.token));
    owner.bucket("looks", &json!({})).await;
    owner.put("looks/a.txt", "text/plain", b"ours").await;
    owner.put("documents/a.txt", "text/plain", b"ours").await;
    for bucket in ["looks", "documents"] {
        let name = format!("{bucket}/a.txt");
        assert_eq!(other.get(&name).await.refusal(), "404 NoSuchKey");
        assert_eq!(
            other.ask("GET", &format!("/render/image/authenticated/{name}?width=5")).await.refusal(),
            "404 NoSuchKey"
        );
        assert_eq!(other.ask("GET", &format!("/object/public/{name}")).await.refusal(), "404 NoSuchBucket");
        assert_eq!(other.names(bucket, "").await, [] as [&str; 0]);
        assert_eq!(
            other.tell("POST", &format!("/object/sign/{name}"), &json!({ "expiresIn": 60 })).await.refusal(),
            "404 NoSuchKey"
        );
        assert_eq!(other.ask("DELETE", &format!("/object/{name}")).await.refusal(), "404 NoSuchKey");
        let body = json!({ "bucketId": bucket, "sourceKey": "a.txt", "destinationKey": "b.txt" });
        for way in ["move", "copy"] {
            assert_eq!(other.tell("POST", &format!("/object/{way}"), &body).await.refusal(), "404 NoSuchKey");
        }
        assert_eq!(other.ask("DELETE", &format!("/object/sign/{name}")).await.refusal(), "404 NoSuchKey");
    }
    assert_eq!(other.ask("GET", "/bucket/looks").await.refusal(), "404 NoSuchBucket");
    assert_eq!(other.upload("looks/b.txt", "text/plain", "x").await.refusal(), "404 NoSuchBucket");
    // The same names in one's own house are one's own.
    other.put("documents/a.txt", "text/plain", b"theirs").await;
    other.bucket("looks", &json!({})).await;
    assert_eq!(other.tell("POST", "/bucket/documents/empty", &json!({})).await.status, 200);
    let address = owner.sign("documents/a.txt", 60).await;
    assert_eq!(other.ask("DELETE", &address).await.refusal(), "404 NoSuchKey");
    assert_eq!(other.ask("GET", &address).await.bytes, b"ours", "an address is for whoever has it");
    assert_eq!(owner.get("documents/a.txt").await.bytes, b"ours");
    // A public bucket has one name on the whole hub.
    owner.bucket("press", &json!({ "public": true })).await;
    owner.put("press/kit.txt", "text/plain", b"kit").await;
    assert_eq!(Files::new(&hub, None).ask("GET", "/object/public/press/kit.txt").await.bytes, b"kit");
    assert_eq!(
        other.tell("POST", "/bucket", &json!({ "id": "press", "public": true })).await.refusal(),
        "409 Duplicate"
    );
    other.bucket("press", &json!({})).await;
    assert_eq!(other.get("press/kit.txt").await.refusal(), "404 NoSuchKey");
    owner.tell("PUT", "/bucket/press", &json!({ "public": false })).await;
    assert_eq!(Files::new(&hub, None).ask("GET", "/object/public/press/kit.txt").await.refusal(), "404 NoSuchBucket");
}

#[tokio::test]
async fn devices_have_nothing_to_do_with_files() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 1).await;
    let owner = Files::owner(&hub).await;
    owner.put("documents/a.txt", "text/plain", b"a").await;
    hub.database
        .sql()
        .await
        .execute("update storage_buckets set read_roles = '{staff}', write_roles = '{staff}'", &[])
        .await
        .expect("opened");
    for profile in [DeviceProfile::Scan, DeviceProfile::Wall] {
        let (_, token) = show.pair(&hub, "Device", profile, None, false).await;
        let device = Files::new(&hub, Some(&token));
        for (method, path) in [
            ("GET", "/bucket"),
            ("GET", "/object/documents/a.txt"),
            ("POST", "/object/documents/b.txt"),
            ("DELETE", "/object/documents/a.txt"),
        ] {
            assert_eq!(device.ask(method, path).await.refusal(), "403 AccessDenied", "{method} {path}");
        }
    }
}

/// F030, F145: whoever sees an asset gets its file, a client only the original that may be taken, and none that is not shown.
#[tokio::test]
async fn who_sees_an_asset_sees_its_file() {
    let hub = TestHub::start().await;
    let owner = Files::owner(&hub).await;
    for name in ["shown.png", "hidden.png"] {
        owner.put(&format!("galleries/{name}"), "image/png", &png(40, 20)).await;
    }
    hub.member("client@maison.example", "client").await;
    let client = Files::new(&hub, Some(&hub.token("client@maison.example").await));
    assert_eq!(client.get("galleries/shown.png").await.refusal(), "404 NoSuchKey");
    let sql = hub.database.sql().await;
    let id = |name: &'static str, text: String| {
        let sql = &sql;
        async move { sql.query_one(&text, &[]).await.unwrap_or_else(|error| panic!("{name}: {error:?}")).get::<_, Uuid>(0) }
    };
    let house = hub.organization_id;
    let project = id(
        "project",
        format!(
            "insert into projects (organization_id, title, type) values ('{house}', 'Lookbook', 'shoot') returning id"
        ),
    )
    .await;
    let member = format!(
        "insert into project_members (organization_id, project_id, user_id)
         select '{house}', '{project}', user_id from memberships where role = 'client' and organization_id = '{house}' returning id"
    );
    id("member", member).await;
    let gallery = format!(
        "insert into media_galleries (organization_id, project_id, name, status) values ('{house}', '{project}', 'Delivery', 'published') returning id"
    );
    let gallery = id("gallery", gallery).await;
    let asset = |name: &str| {
        format!(
            "insert into assets (organization_id, project_id, uploaded_by, name, asset_type, status, storage_object_id)
             select '{house}', '{project}', '{}', '{name}', 'image', 'approved', o.id from storage_objects o where o.object_key = '{name}' returning id",
            hub.owner_id
        )
    };
    let shown = id("asset", asset("shown.png")).await;
    id("asset", asset("hidden.png")).await;
    let link = format!(
        "insert into gallery_assets (organization_id, project_id, gallery_id, asset_id) values ('{house}', '{project}', '{gallery}', '{shown}') returning id"
    );
    id("gallery's asset", link).await;
    assert_eq!(client.get("galleries/shown.png").await.bytes, png(40, 20));
    assert_eq!(client.get("galleries/hidden.png").await.refusal(), "404 NoSuchKey");
    assert_eq!(client.names("galleries", "").await, [] as [&str; 0], "nobody outside sees where files are");
    let address = client.sign("galleries/shown.png", 60).await;
    sql.execute("update project_members set can_download = false", &[]).await.expect("downloads end");
    assert_eq!(client.get("galleries/shown.png").await.refusal(), "404 NoSuchKey");
    assert_eq!(client.ask("GET", &address).await.refusal(), "404 NoSuchKey");
    let look = client.ask("GET", "/render/image/authenticated/galleries/shown.png?width=20").await;
    assert_eq!(look.status, 200, "it is still looked at: {look:?}");
    // A file that an asset shows stays, whoever wants it gone.
    let kept = owner.tell("DELETE", "/object/galleries", &json!({ "prefixes": ["shown.png"] })).await;
    assert_eq!(kept.refusal(), "409 Conflict");
    sql.execute("update media_galleries set status = 'archived'", &[]).await.expect("the gallery ends");
    assert_eq!(
        client.ask("GET", "/render/image/authenticated/galleries/shown.png?width=20").await.refusal(),
        "404 NoSuchKey"
    );
}
