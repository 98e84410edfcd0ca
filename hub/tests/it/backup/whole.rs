use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hub::store::backup::Source;
use hub::store::privacy::{self, Scope, Subject};
use hub::store::storage::collect;

use super::Vault;
use crate::storage::client::{Files, noise};
use crate::support::process::HubProcess;
use crate::support::room::assert_counted;
use crate::support::show::{scan, verdict};
use crate::support::{Show, TestDatabase, TestHub};

/// What a hub writes by itself while it lives, and what a restore changes on purpose.
const ITS_OWN: [&str; 3] = ["live.identity", "hub.maintenance_runs", "hub.nodes"];

/// Every row of every table, as text; in the journal without the server's own numbers.
async fn rows(database: &TestDatabase) -> BTreeMap<String, Vec<String>> {
    let sql = database.sql().await;
    let tables = sql
        .query(
            "select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
              where c.relkind = 'r' and n.nspname in ('public', 'app', 'live', 'hub') order by 1",
            &[],
        )
        .await
        .expect("asked");
    let mut found = BTreeMap::new();
    for table in tables {
        let table: String = table.get(0);
        if ITS_OWN.contains(&table.as_str()) {
            continue;
        }
        let all = format!("select (to_jsonb(r) - 'xid')::text from {table} r order by 1");
        let all = sql.query(&all, &[]).await.expect("read");
        found.insert(table, all.iter().map(|row| row.get(0)).collect());
    }
    found
}

/// F243, F244: a hub with people, a show, scans and files is backed up while it runs, and restored: every row of every table
/// is there, sealed names open, files are what they were, scans go on where they were. Reading the file tells the same without
/// restoring it.
#[tokio::test]
async fn what_is_restored_equals_what_was_backed_up() {
    let (hub, vault) = (TestHub::start().await, Vault::new());
    let show = Show::with_guests(&hub, 20).await;
    let tablet = show.tablet(&hub, "Tablet", show.gate_id, false, &["event_counters"]).await;
    for (_, code) in &show.guests[..5] {
        verdict(&tablet, scan(code)).await;
    }
    let files = Files::owner(&hub).await;
    let large = noise(1, 3_000_000);
    files.put("documents/large.bin", "application/octet-stream", &large).await;
    files.put("galleries/one.txt", "text/plain", b"one").await;
    files.put("galleries/empty.txt", "text/plain", b"").await;
    hub.server.node.drain(true);
    let taken = vault.take(&hub.database.config(), "a.backup").await.expect("a backup");
    assert!(taken.rows > 100 && taken.objects >= 2 && taken.size > 3_000_000, "{taken:?}");
    let before = rows(&hub.database).await;

    let file = vault.path("a.backup");
    let keys = vault.with.clone();
    let checked = tokio::task::spawn_blocking(move || hub::backup::check(&file, &keys, false)).await.expect("no panic");
    assert_eq!(checked.map(|checked| checked.header.id).expect("whole"), taken.backup);

    let target = TestDatabase::empty().await;
    let restored = vault.restore(&target.config(), "a.backup").await.expect("restored");
    assert_eq!((restored.backup, restored.rows, restored.tables), (taken.backup, taken.rows, taken.tables));
    assert_eq!((restored.contents, restored.missing.len()), (2, 0));
    let after = rows(&target).await;
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    for (table, was) in &before {
        assert_eq!(Some(was), after.get(table), "{table}");
    }
    assert!(before["public.registrations"].len() == 20 && before["public.check_ins"].len() == 5);
    // And the schema: what may be done by whom is part of it. Its lines, in any order, and without the parentheses that
    // Postgres adds when it reads its own words.
    let (there, here) = (hub.database.schema().await, target.schema().await);
    let lines = |dump: &[u8]| -> BTreeSet<String> {
        String::from_utf8_lossy(dump)
            .lines()
            .filter(|line| !line.contains("restrict "))
            .map(|line| line.replace(['(', ')', ' '], ""))
            .collect()
    };
    let (there, here) = (lines(&there), lines(&here));
    assert_eq!(there.symmetric_difference(&here).collect::<Vec<_>>(), Vec::<&String>::new());

    let server = TestHub::serve(&target).await;
    let again = TestHub { server, database: target, organization_id: hub.organization_id, owner_id: hub.owner_id };
    let files = Files::owner(&again).await;
    assert_eq!(files.get("documents/large.bin").await.bytes, large);
    assert_eq!(files.get("galleries/one.txt").await.bytes, b"one");
    assert_eq!(files.get("galleries/empty.txt").await.bytes, b"");
    let tablet = show.tablet(&again, "Another", show.gate_id, false, &["event_counters"]).await;
    let admitted = verdict(&tablet, scan(&show.guests[7].1)).await;
    assert_eq!(
        (admitted.result, verdict(&tablet, scan(&show.guests[0].1)).await.result),
        (schemas::VerdictKind::Admitted, schemas::VerdictKind::AlreadyIn)
    );
    assert!(admitted.guest.as_ref().is_some_and(|guest| !guest.name.is_empty()), "sealed names open: {admitted:?}");
    assert_counted(&again.database.sql().await, show.event_id).await;
    let recorded = again.database.sql().await;
    let runs = "select kind, status from hub.maintenance_runs where kind = 'restore_check'";
    assert_eq!(recorded.query(runs, &[]).await.expect("asked").len(), 1);
    let runs = "select details ->> 'backup' from hub.maintenance_runs where kind = 'backup' and status = 'ok'";
    let noted = hub.database.sql().await.query_one(runs, &[]).await.expect("on record").get::<_, String>(0);
    assert_eq!(noted, taken.backup.to_string());
}

/// Scans go on while a backup is made, and none waits for it to end; the backup shows one moment: its counts add up.
#[tokio::test]
async fn a_backup_is_made_while_guests_are_let_in() {
    let (hub, vault) = (TestHub::start().await, Vault::new());
    let show = Arc::new(Show::with_guests(&hub, 400).await);
    let tablet = show.tablet(&hub, "Tablet", show.gate_id, false, &["event_counters"]).await;
    let done = Arc::new(AtomicBool::new(false));
    let door = {
        let (show, done) = (Arc::clone(&show), Arc::clone(&done));
        tokio::spawn(async move {
            let mut admitted = 0;
            for (_, code) in &show.guests {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                verdict(&tablet, scan(code)).await;
                admitted += 1;
            }
            admitted
        })
    };
    let began = hub.database.sql().await;
    let scans = "select count(*) from check_ins";
    let before: i64 = began.query_one(scans, &[]).await.expect("asked").get(0);
    vault.take(&hub.database.config(), "a.backup").await.expect("a backup");
    done.store(true, Ordering::Relaxed);
    let admitted = door.await.expect("no panic");
    let during: i64 = began.query_one(scans, &[]).await.expect("asked").get(0);
    assert!(admitted > 0 && during > before, "the door was not held up: {before}, {during}");
    let target = TestDatabase::empty().await;
    vault.restore(&target.config(), "a.backup").await.expect("restored");
    assert_counted(&target.sql().await, show.event_id).await;
}

/// A file that is removed while a backup runs is in the backup: its bytes go only afterwards.
#[tokio::test]
async fn what_a_running_backup_names_is_not_deleted_under_it() {
    let hub = TestHub::start().await;
    let files = Files::owner(&hub).await;
    files.put("documents/a.bin", "application/octet-stream", b"bytes").await;
    let config = hub.database.config();
    let source =
        Source::begin(&config.database_url.as_deref().expect("one").parse().expect("a URL")).await.expect("begun");
    source.rewind().await.expect("asked");
    let named = source.more_objects().await.expect("asked");
    assert_eq!(named.len(), 1);
    let second = Source::begin(&config.database_url.as_deref().expect("one").parse().expect("a URL")).await;
    assert!(second.is_err_and(|error| error.to_string().contains("another backup")));
    let removed = Files::send(files.request("DELETE", "/object/documents/a.bin")).await;
    assert_eq!(removed.status, 200, "{removed:?}");
    let (store, objects) = (&hub.server.node.store, &hub.server.objects);
    collect::all(store, objects, std::time::Duration::ZERO).await.expect("asked");
    assert_eq!(objects.size(named[0].key).await.expect("asked"), Some(5), "still there");
    source.finish(None).await.expect("ended");
    // The server has to notice that the connection is gone.
    let gone = async {
        while objects.size(named[0].key).await.expect("asked").is_some() {
            collect::all(store, objects, std::time::Duration::ZERO).await.expect("asked");
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), gone).await.expect("it goes");
}

/// F282: yesterday's backup is restored after somebody was erased: by the register of the data folder, or by a copy of it. Without
/// any, a restore asks.
#[tokio::test]
async fn whoever_was_erased_since_stays_erased() {
    let (hub, vault) = (TestHub::start().await, Vault::new());
    let mut show = Show::with_guests(&hub, 1).await;
    let sql = hub.database.sql().await;
    let (guest, _) = show.add_guest(&hub, &sql, "Philippa Okonkwovane", 2, "confirmed").await;
    vault.take(&hub.database.config(), "yesterday.backup").await.expect("a backup");
    let store = &hub.server.node.store;
    let whom = [Subject { kind: "registration".into(), id: guest }];
    privacy::erase(store, Scope::Organization(hub.organization_id), &whom, None, None).await.expect("erased");
    let register = hub.database.data.join("erasures.jsonl");

    let from = |erasures, nobody_was_erased| hub::backup::From {
        file: vault.path("yesterday.backup"),
        keys: vault.with.clone(),
        erasures,
        nobody_was_erased,
    };
    let named = "select count(*) from encryption_keys where subject_kind = 'registration' and destroyed_at is null";
    let destroyed =
        "select destroyed_at is not null from encryption_keys where subject_kind = 'registration' and subject_id = $1";
    let target = TestDatabase::empty().await;
    let refused = hub::backup::restore(&target.config(), from(None, false)).await.expect_err("who was erased?");
    assert_eq!(refused.code(), "no_register");
    let restored = hub::backup::restore(&target.config(), from(Some(register.clone()), false)).await.expect("restored");
    assert_eq!(restored.erased_again, 1);
    let again = target.sql().await;
    assert!(again.query_one(destroyed, &[&guest]).await.expect("asked").get::<_, bool>(0));
    assert_eq!(again.query_one(named, &[]).await.expect("asked").get::<_, i64>(0), 1, "the others are remembered");
    let copy = std::fs::read_to_string(target.data.join("erasures.jsonl")).expect("a register of its own");
    assert_eq!(copy, std::fs::read_to_string(&register).expect("there"));

    // The data folder has it, the backup is made afterwards: nobody has to say anything.
    vault.take(&hub.database.config(), "today.backup").await.expect("a backup");
    let target = TestDatabase::empty().await;
    std::fs::create_dir_all(&target.data).expect("made");
    std::fs::copy(&register, target.data.join("erasures.jsonl")).expect("copied");
    let restored = hub::backup::restore(&target.config(), from(None, false)).await.expect("restored");
    assert_eq!(restored.erased_again, 1);
    let today = hub::backup::From { file: vault.path("today.backup"), ..from(None, true) };
    let target = TestDatabase::empty().await;
    let restored = hub::backup::restore(&target.config(), today).await.expect("restored");
    assert_eq!(restored.erased_again, 0, "that one knows");
    assert!(target.data.join("erasures.jsonl").exists(), "the register is in the backup too");
}

/// The operator's commands, with the embedded database: a pair of keys, a backup beside the hub that serves and one of a hub
/// that does not, by name and through a pipe; checked; restored into an empty folder.
#[tokio::test]
async fn an_operator_backs_up_and_restores_by_command() {
    let (mut hub, vault) = (HubProcess::start().await, Vault::new());
    let (key, file) = (vault.path("key"), vault.path("a.backup"));
    let (key, file) = (key.to_str().expect("a path"), file.to_str().expect("a path"));
    let made = hub.run("backup", &["key", "--out", key]).await;
    let public = String::from_utf8(made.stdout).expect("text");
    assert!(made.status.success() && public.starts_with("age1"), "{public}");
    let none = hub.run("backup", &["--to", file]).await;
    assert!(!none.status.success() && String::from_utf8_lossy(&none.stderr).contains("no_key"));
    let taken = hub.run("backup", &["--to", file, "--recipient", public.trim()]).await;
    assert!(taken.status.success(), "{}", String::from_utf8_lossy(&taken.stderr));
    let said: serde_json::Value = serde_json::from_slice(&taken.stdout).expect("one line of JSON");
    assert_eq!(said["file"], file);
    let twice = hub.run("backup", &["--to", file, "--recipient", public.trim()]).await;
    assert!(!twice.status.success() && String::from_utf8_lossy(&twice.stderr).contains("exists"));
    let listed = hub.run("backup", &["verify", file, "--identity", key]).await;
    let checked: serde_json::Value = serde_json::from_slice(&listed.stdout).expect("one line of JSON");
    assert_eq!((&checked["backup"], &checked["rows"]), (&said["backup"], &said["rows"]));

    assert!(hub.terminate().await.success());
    let phrase = vault.path("phrase");
    std::fs::write(&phrase, "long and simple words\n").expect("written");
    let phrase = phrase.to_str().expect("a path");
    let piped = hub.run("backup", &["--to", "-", "--passphrase-file", phrase]).await;
    assert!(piped.status.success(), "{}", String::from_utf8_lossy(&piped.stderr));
    let pipe = vault.path("piped.backup");
    std::fs::write(&pipe, &piped.stdout).expect("written");
    assert!(hub.postmaster().is_none(), "a server that was started for a backup is stopped");
    for (file, option, secret) in
        [(file, "--identity", key), (pipe.to_str().expect("a path"), "--passphrase-file", phrase)]
    {
        let mut empty = HubProcess::unmade();
        let arguments = ["--from", file, option, secret, "--nobody-was-erased"];
        let wrong = empty.run("restore", &arguments).await;
        assert!(String::from_utf8_lossy(&wrong.stderr).contains("other_master_key"), "another hub's key");
        std::fs::copy(hub.data.join("master.key"), empty.data.join("master.key")).expect("copied");
        let restored = empty.run("restore", &arguments).await;
        assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
        let said: serde_json::Value = serde_json::from_slice(&restored.stdout).expect("one line of JSON");
        assert!(said["rows"].as_i64().is_some_and(|rows| rows > 0), "{said}");
        empty.serve().await;
        let api = hub_client::Api::new(&empty.url()).expect("a URL");
        api.sign_in(HubProcess::OWNER, HubProcess::PASSWORD).await.expect("the owner is back");
        let full = empty.run("restore", &arguments).await;
        assert!(!full.status.success(), "a hub is there");
        assert!(empty.terminate().await.success());
        let full = empty.run("restore", &arguments).await;
        assert!(String::from_utf8_lossy(&full.stderr).contains("target_not_empty"));
    }
}
