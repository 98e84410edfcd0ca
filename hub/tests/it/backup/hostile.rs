use super::Vault;
use crate::storage::client::{Files, noise};
use crate::support::{TestDatabase, TestHub};

/// A backup that is cut short, altered, put in another order or added to is refused with a code, and so is one that the keys at
/// hand do not open; nothing of it reaches the target.
#[tokio::test]
async fn what_is_no_whole_backup_is_refused_before_anything_is_touched() {
    let (hub, vault) = (TestHub::start().await, Vault::new());
    let files = Files::owner(&hub).await;
    files.put("documents/a.bin", "application/octet-stream", &noise(1, 700_000)).await;
    vault.take(&hub.database.config(), "whole.backup").await.expect("a backup");
    let whole = std::fs::read(vault.path("whole.backup")).expect("there");
    let target = TestDatabase::empty().await;
    let chunk = 64 * 1024 + 16;
    // What is encrypted begins behind the header (its last line begins with ---) and 16 bytes.
    let header = whole.windows(5).position(|bytes| bytes == b"\n--- ").expect("a header") + 1;
    let body = header + whole[header..].iter().position(|byte| *byte == b'\n').expect("a line") + 1 + 16;
    let altered = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x20;
        bytes
    };
    let swapped = [
        &whole[..body],
        &whole[body + chunk..body + 2 * chunk],
        &whole[body..body + chunk],
        &whole[body + 2 * chunk..],
    ];
    let mut cases = vec![
        ("empty".to_owned(), Vec::new()),
        ("something else".to_owned(), b"PGDMP and so on, for quite a while".to_vec()),
        ("added to".to_owned(), [&whole[..], b"more"].concat()),
        ("twice".to_owned(), [&whole[..], &whole[..]].concat()),
        ("chunks swapped".to_owned(), swapped.concat()),
        ("a chunk missing".to_owned(), [&whole[..body], &whole[body + chunk..]].concat()),
        ("a chunk again".to_owned(), [&whole[..body + chunk], &whole[body..]].concat()),
    ];
    for cut in [1, 50, body - 3, body, body + 700, body + chunk, body + 3 * chunk, whole.len() / 2, whole.len() - 1] {
        cases.push((format!("cut at {cut}"), whole[..cut].to_vec()));
    }
    for at in [3, 60, body - 20, body - 5, body + 9, body + 2 * chunk + 5, whole.len() / 2, whole.len() - 2] {
        cases.push((format!("altered at {at}"), altered(at)));
    }
    for (what, bytes) in cases {
        let file = vault.path("case.backup");
        std::fs::write(&file, bytes).expect("written");
        let refused = vault.restore(&target.config(), "case.backup").await.expect_err(&what);
        assert!(
            ["damaged_backup", "not_a_backup", "wrong_key"].contains(&refused.code()),
            "{what}: {} {refused}",
            refused.code()
        );
        let keys = vault.with.clone();
        let checked =
            tokio::task::spawn_blocking(move || hub::backup::check(&file, &keys, false)).await.expect("no panic");
        assert_eq!(checked.err().map(|error| error.code()), Some(refused.code()), "{what}");
    }
    let others = Vault::new();
    let wrong = others.restore_file(&target.config(), &vault.path("whole.backup")).await.expect_err("another key");
    assert_eq!(wrong.code(), "wrong_key");
    let mut config = target.config();
    config.master_key = Some("ff".repeat(32));
    let wrong = vault.restore(&config, "whole.backup").await.expect_err("another master key");
    assert_eq!(wrong.code(), "other_master_key");
    config.master_key = None;
    let wrong = vault.restore(&config, "whole.backup").await.expect_err("no master key");
    assert_eq!(wrong.code(), "no_master_key");
    let tables = "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
                   where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'";
    assert_eq!(target.sql().await.query_one(tables, &[]).await.expect("asked").get::<_, i64>(0), 0);
    assert!(!target.data.exists(), "not even a folder was made");

    // Somebody's data is not written over.
    let full = vault.restore(&hub.database.config(), "whole.backup").await.expect_err("a hub is there");
    assert_eq!(full.code(), "target_not_empty");
    std::fs::create_dir_all(target.data.join("objects")).expect("made");
    let mut config = target.config();
    config.objects = Some(hub.database.data.join("objects").display().to_string());
    let full = vault.restore(&config, "whole.backup").await.expect_err("its files are there");
    assert_eq!(full.code(), "target_not_empty");
    vault.restore(&target.config(), "whole.backup").await.expect("and the whole one is restored");
}

/// A backup in which files would be missing is not made, unless that is said to be meant.
#[tokio::test]
async fn missing_and_altered_files_are_found_when_the_backup_is_made() {
    let (hub, vault) = (TestHub::start().await, Vault::new());
    let files = Files::owner(&hub).await;
    for name in ["gone", "altered", "good"] {
        files
            .put(&format!("documents/{name}.bin"), "application/octet-stream", format!("{name} bytes").as_bytes())
            .await;
    }
    let sql = hub.database.sql().await;
    let path = |key: uuid::Uuid| {
        let name = key.simple().to_string();
        let inner =
            std::fs::read_dir(hub.database.data.join("objects")).expect("a folder").flatten().next().expect("one");
        inner.path().join(&name[30..]).join(name)
    };
    let key = async |name: &str| {
        let key = "select p.key from storage_objects o join hub.blob_parts p on p.blob_id = o.blob_id where o.object_key = $1";
        sql.query_one(key, &[&format!("{name}.bin")]).await.expect("there").get::<_, uuid::Uuid>(0)
    };
    std::fs::remove_file(path(key("gone").await)).expect("there");
    std::fs::write(path(key("altered").await), "ALTERED bytes").expect("there");
    let refused = vault.take(&hub.database.config(), "a.backup").await.expect_err("files are damaged");
    assert_eq!(refused.code(), "damaged_files");
    assert!(refused.to_string().contains("altered, 2"), "{refused}");
    assert_eq!(std::fs::read_dir(&vault.folder).expect("there").count(), 1, "nothing but the key");
    let options = hub::backup::Options { keys: vault.to.clone(), files: None, despite_damage: true, record: false };
    let to = hub::backup::To::Path(vault.folder.clone());
    let taken = hub::backup::take_of(&hub.database.config(), options, to).await.expect("meant");
    assert_eq!(taken.damaged, 2);
    let target = TestDatabase::empty().await;
    let restored =
        vault.restore_file(&target.config(), taken.file.as_deref().expect("a name")).await.expect("restored");
    assert_eq!((restored.contents, restored.missing.len()), (1, 2));
}
