use super::client::{Files, noise};
use crate::support::TestHub;

/// A folder that cannot be written: a coded error, nothing half visible, what was there is not replaced.
#[tokio::test]
async fn a_folder_that_cannot_be_written_is_told() {
    let hub = TestHub::start().await;
    let owner = Files::owner(&hub).await;
    owner.put("documents/there.bin", "application/octet-stream", b"before").await;
    // A file where the folder was: so it fails for root as well.
    let folder = hub.database.data.join("objects");
    let aside = hub.database.data.join("aside");
    std::fs::rename(&folder, &aside).expect("moved");
    std::fs::write(&folder, "no folder").expect("written");
    for size in [10, 1_000_000] {
        let got = owner.upload("documents/a.bin", "application/octet-stream", noise(1, size)).await;
        assert_eq!(got.refusal(), "503 StorageUnavailable", "{size}");
        let put =
            owner.request("PUT", "/object/documents/there.bin").header("content-type", "application/octet-stream");
        assert_eq!(Files::send(put.body(noise(1, size))).await.refusal(), "503 StorageUnavailable");
    }
    assert_eq!(owner.names("documents", "").await, ["there.bin"]);
    std::fs::remove_file(&folder).expect("our own");
    std::fs::rename(&aside, &folder).expect("moved back");
    assert_eq!(owner.get("documents/there.bin").await.bytes, b"before");
    owner.put("documents/a.bin", "application/octet-stream", b"after").await;
}

/// A database that is away while a file comes: the sender is told, and the file is not there afterwards.
#[tokio::test]
async fn a_database_that_says_no_leaves_no_file() {
    let hub = TestHub::start().await;
    let owner = Files::owner(&hub).await;
    let sql = hub.database.sql().await;
    sql.batch_execute(
        "create function app.no() returns trigger language plpgsql as $$ begin raise exception 'no' using errcode = '57P01'; end $$;
         create trigger no before insert on storage_objects for each row execute function app.no()",
    )
    .await
    .expect("the table refuses");
    let got = owner.upload("documents/a.bin", "application/octet-stream", noise(1, 100_000)).await;
    assert_eq!(got.refusal(), "503 DatabaseUnavailable");
    sql.batch_execute("drop trigger no on storage_objects").await.expect("it takes again");
    assert_eq!(owner.get("documents/a.bin").await.refusal(), "404 NoSuchKey");
    owner.put("documents/a.bin", "application/octet-stream", b"again").await;
}
