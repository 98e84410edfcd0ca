use std::time::Duration;

use hub::store::storage::collect::{Collected, all};

use super::client::{Files, noise};
use super::hostile::files_of;
use crate::support::TestHub;

/// What was left behind is cleared away: uploads that were never finished, contents that no file has, objects of which the
/// database knows nothing, files that a killed hub has half written. What is in use stays.
#[tokio::test]
async fn what_is_left_behind_is_cleared_away_and_nothing_else() {
    let hub = TestHub::start().await;
    let owner = Files::owner(&hub).await;
    owner.put("documents/kept.bin", "application/octet-stream", b"kept").await;
    let request =
        owner.request("POST", "/upload/resumable").header("tus-resumable", "1.0.0").header("upload-length", 10);
    let said = "bucketName ZG9jdW1lbnRz,objectName YS5iaW4=";
    let request = request.header("upload-metadata", said).header("content-type", "application/offset+octet-stream");
    assert_eq!(Files::send(request.body("half")).await.status, 201);
    let folder = hub.database.data.join("objects");
    let inner = std::fs::read_dir(&folder).expect("a folder").flatten().next().expect("the installation's").path();
    let stray = inner.join("ab");
    std::fs::create_dir_all(&stray).expect("made");
    std::fs::write(stray.join("0190000000007000800000000000aaab"), "nobody's").expect("written");
    std::fs::write(stray.join("0190000000007000800000000000aaab#1"), "half").expect("written");
    std::fs::write(stray.join("README"), "not ours").expect("written");
    let (store, objects) = (&hub.server.node.store, &hub.server.objects);
    let day = Duration::from_secs(24 * 3600);
    assert_eq!(all(store, objects, day).await.expect("done"), Collected::default(), "it may be about to be known");
    let sql = hub.database.sql().await;
    sql.execute("update hub.uploads set expires_at = now() - interval '1 second'", &[]).await.expect("time is over");
    // The clock of files and that of the database may differ by a moment.
    let settled = async {
        let mut sum = Collected::default();
        while (sum.unused, sum.unknown, sum.half_written) != (1, 1, 1) {
            let more = all(store, objects, Duration::ZERO).await.expect("done");
            sum.unused += more.unused;
            sum.unknown += more.unknown;
            sum.half_written += more.half_written;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), settled).await.expect("each was cleared away");
    let left: Vec<String> =
        files_of(&folder).iter().filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned())).collect();
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(left.contains(&"README".to_owned()), "what the hub did not write it does not delete");
    assert_eq!(owner.get("documents/kept.bin").await.bytes, b"kept");
}

/// F246: the bytes of what is removed or replaced go at once, unless a copy needs them.
#[tokio::test]
async fn bytes_go_with_the_last_file_that_has_them() {
    let hub = TestHub::start().await;
    let owner = Files::owner(&hub).await;
    let folder = hub.database.data.join("objects");
    let files = async |number: usize| {
        let reached = async {
            while files_of(&folder).len() != number {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let reached = tokio::time::timeout(Duration::from_secs(10), reached).await;
        reached.unwrap_or_else(|_| panic!("{number} expected, {} there", files_of(&folder).len()));
    };
    owner.put("documents/a.bin", "application/octet-stream", &noise(1, 1000)).await;
    let copy = serde_json::json!({ "bucketId": "documents", "sourceKey": "a.bin", "destinationKey": "b.bin" });
    assert_eq!(owner.tell("POST", "/object/copy", &copy).await.status, 200);
    files(1).await;
    let put = owner.request("PUT", "/object/documents/a.bin").header("content-type", "application/octet-stream");
    assert_eq!(Files::send(put.body(noise(2, 1000))).await.status, 200);
    files(2).await;
    assert_eq!(owner.ask("DELETE", "/object/documents/a.bin").await.status, 200);
    files(1).await;
    assert_eq!(owner.get("documents/b.bin").await.bytes, noise(1, 1000));
    assert_eq!(owner.ask("DELETE", "/object/documents/b.bin").await.status, 200);
    files(0).await;
}
