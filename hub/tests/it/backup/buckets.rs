use futures_util::StreamExt as _;
use hub::backup::{Files as Kept, Options, To, take_of};

use super::Vault;
use crate::storage::client::{Files, noise};
use crate::storage::s3_double::S3Double;
use crate::support::{TestDatabase, TestHub};

/// Files in S3 are listed, and looked for when the hub is restored: those that are missing are named. They are copied when that
/// is asked for, and come back in a folder.
#[tokio::test]
async fn files_in_s3_are_listed_or_copied() {
    let (s3, vault) = (S3Double::start().await, Vault::new());
    let hub = TestHub::start_with(|config| s3.configure(config)).await;
    let owner = Files::owner(&hub).await;
    let (kept, lost) = (noise(1, 200_000), noise(2, 100));
    owner.put("documents/kept.bin", "application/octet-stream", &kept).await;
    owner.put("documents/lost.bin", "application/octet-stream", &lost).await;
    let mut config = hub.database.config();
    s3.configure(&mut config);
    let list = vault.take(&config, "list.backup").await.expect("a backup");
    assert_eq!(list.objects, 0);
    let options = Options { keys: vault.to.clone(), files: Some(Kept::Bytes), ..Options::default() };
    let bytes = take_of(&config, options, To::Path(vault.path("bytes.backup"))).await.expect("a backup");
    assert!(bytes.objects == 2 && bytes.size > list.size + 200_000, "{bytes:?}");

    let target = TestDatabase::empty().await;
    let mut there = target.config();
    s3.configure(&mut there);
    let restored = vault.restore(&there, "list.backup").await.expect("restored");
    assert_eq!((restored.contents, restored.missing.len()), (2, 0));
    let sql = hub.database.sql().await;
    let row = "select b.id, p.key from hub.blobs b join hub.blob_parts p on p.blob_id = b.id where b.size_bytes = 100";
    let row = sql.query_one(row, &[]).await.expect("there");
    assert_eq!(hub.server.objects.delete(vec![row.get(1)]).await, [row.get::<_, uuid::Uuid>(1)], "deleted");
    let target = TestDatabase::empty().await;
    there = target.config();
    s3.configure(&mut there);
    let restored = vault.restore(&there, "list.backup").await.expect("restored");
    assert_eq!((restored.contents, restored.missing), (1, vec![row.get(0)]));

    let target = TestDatabase::empty().await;
    let restored = vault.restore(&target.config(), "bytes.backup").await.expect("restored, into a folder");
    assert_eq!((restored.contents, restored.missing.len()), (2, 0));
    let server = TestHub::serve(&target).await;
    assert_eq!(Box::pin(server.objects.older_than(i64::MAX)).count().await, 2);
    let again = TestHub { server, database: target, organization_id: hub.organization_id, owner_id: hub.owner_id };
    let owner = Files::owner(&again).await;
    assert_eq!(owner.get("documents/lost.bin").await.bytes, lost);
    assert_eq!(owner.get("documents/kept.bin").await.bytes, kept);
}
