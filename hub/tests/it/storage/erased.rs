use std::sync::atomic::Ordering;
use std::time::Duration;

use hub::store::privacy::{self, Scope, Subject};

use super::client::{Files, noise};
use super::hostile::files_of;
use super::s3_double::S3Double;
use crate::support::TestHub;
use crate::support::process::within;

/// F282: an erasure takes the files that the person uploaded for themselves, what of theirs has not finished arriving, and what
/// was exported about them; what the house works with stays, and so does what they exported about somebody else.
#[tokio::test]
async fn an_erasure_takes_the_files_of_a_person() {
    let hub = TestHub::start().await;
    let (owner, person) = (Files::owner(&hub).await, Files::member(&hub, "producer").await);
    let sql = hub.database.sql().await;
    let house = hub.organization_id;
    let philippa: uuid::Uuid =
        sql.query_one("select user_id from memberships where role = 'producer'", &[]).await.expect("there").get(0);
    let (passport, look) = (noise(1, 1000), noise(2, 1000));
    person.put("documents/philippa-passport.bin", "application/octet-stream", &passport).await;
    person.put("documents/look-12.bin", "application/octet-stream", &look).await;
    person.put("documents/about-the-owner.bin", "application/octet-stream", b"of the owner").await;
    owner.put("documents/about-philippa.bin", "application/octet-stream", b"all that is known of philippa").await;
    owner.put("documents/rundown.bin", "application/octet-stream", b"the rundown").await;
    let request =
        person.request("POST", "/upload/resumable").header("tus-resumable", "1.0.0").header("upload-length", 99);
    let said = "bucketName ZG9jdW1lbnRz,objectName cGhpbGlwcGEuYmlu";
    let request = request.header("upload-metadata", said).header("content-type", "application/offset+octet-stream");
    assert_eq!(Files::send(request.body("half of a portrait")).await.status, 201);
    sql.batch_execute(&format!(
        "insert into projects (organization_id, title, type) values ('{house}', 'Lookbook', 'shoot');
         insert into assets (organization_id, project_id, uploaded_by, name, asset_type, status, storage_object_id)
         select '{house}', p.id, '{philippa}', 'Look 12', 'image', 'approved', o.id
           from projects p, storage_objects o where o.object_key = 'look-12.bin';
         insert into privacy_requests (organization_id, kind, subject_kind, subject_id, export_object_id)
         select '{house}', 'export', 'user', s.person, o.id
           from (values ('about-philippa.bin', '{philippa}'::uuid), ('about-the-owner.bin', '{owner}'::uuid)) s(key, person)
           join storage_objects o on o.object_key = s.key",
        owner = hub.owner_id
    ))
    .await
    .expect("what the house has");

    let subject = Subject { kind: "user".into(), id: philippa };
    let store = &hub.server.node.store;
    let erasure = privacy::erase(store, Scope::Everywhere, &[subject], None, None).await.expect("erased");
    assert_eq!(erasure.report["files"], 2, "{}", erasure.report);
    let noted = sql.query_one("select report ->> 'files' from hub.erasures", &[]).await.expect("on record");
    assert_eq!(noted.get::<_, &str>(0), "2");
    for (name, left) in [
        ("philippa-passport.bin", false),
        ("about-philippa.bin", false),
        ("look-12.bin", true),
        ("about-the-owner.bin", true),
        ("rundown.bin", true),
    ] {
        assert_eq!(owner.get(&format!("documents/{name}")).await.status == 200, left, "{name}");
    }
    let said = sql
        .query_one(
            "select count(*), count(*) filter (where j::text like '%philippa%') from live.journal j where table_name = 'storage_objects'",
            &[],
        )
        .await
        .expect("the journal");
    assert!(said.get::<_, i64>(0) > 6 && said.get::<_, i64>(1) == 0, "no name of a file is left in the journal");

    // Their bytes go at once: nobody asks for it here, and the hourly round is ten minutes away.
    let kept = || -> Vec<Vec<u8>> {
        let files = files_of(&hub.database.data.join("objects"));
        files.iter().filter_map(|path| std::fs::read(path).ok()).collect()
    };
    within(async {
        while kept().len() > 3 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let kept = kept();
    assert_eq!(kept.len(), 3);
    assert!(kept.contains(&look), "what the house works with");
    assert!(!kept.contains(&passport), "the passport's bytes are gone");
    assert!(!kept.iter().any(|bytes| bytes.starts_with(b"all that is known") || bytes.starts_with(b"half of")));
}

/// F282: a store of objects that is away while somebody is erased does not keep their files: which bytes are to go is on record, a
/// hub tries again until they are gone, also one that was started since; and nothing else goes with them.
#[tokio::test]
async fn bytes_that_cannot_be_deleted_now_are_deleted_later() {
    let s3 = S3Double::start().await;
    let hub = TestHub::start_with(|config| s3.configure(config)).await;
    let (owner, person) = (Files::owner(&hub).await, Files::member(&hub, "producer").await);
    let sql = hub.database.sql().await;
    let philippa: uuid::Uuid =
        sql.query_one("select user_id from memberships where role = 'producer'", &[]).await.expect("there").get(0);
    let (passport, rundown) = (noise(1, 200_000), noise(2, 1000));
    person.put("documents/passport.bin", "application/octet-stream", &passport).await;
    owner.put("documents/rundown.bin", "application/octet-stream", &rundown).await;
    let kept = || s3.objects().into_values().filter(|bytes| *bytes == passport || *bytes == rundown).count();
    assert_eq!(kept(), 2);

    s3.bucket.fails_with.store(503, Ordering::Relaxed);
    let subject = Subject { kind: "user".into(), id: philippa };
    let erased =
        privacy::erase(&hub.server.node.store, Scope::Everywhere, &[subject], None, None).await.expect("erased");
    assert_eq!(erased.report["files"], 1, "the person is erased whether or not the store answers");
    let doomed =
        async || sql.query_one("select count(*) from hub.doomed_objects", &[]).await.expect("asked").get::<_, i64>(0);
    within(async {
        while doomed().await != 1 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    assert_eq!(kept(), 2, "the store is away");
    s3.bucket.fails_with.store(0, Ordering::Relaxed);
    within(async {
        while kept() != 1 || doomed().await != 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    assert_eq!(owner.get("documents/rundown.bin").await.bytes, rundown);
}
