use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use tokio_postgres::Client;
use uuid::Uuid;

use super::Vault;
use crate::support::process::{HubProcess, within};

fn files(folder: &Path, ending: &str) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries.flatten().filter(|file| file.file_name().to_string_lossy().ends_with(ending)).count()
}

async fn until(mut happened: impl FnMut() -> bool) {
    within(async {
        while !happened() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
    .await;
}

async fn now(sql: &Client) -> String {
    let now = "select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";
    sql.query_one(now, &[]).await.expect("asked").get(0)
}

async fn contact(sql: &Client, name: &str) -> Uuid {
    let insert = "insert into contacts (organization_id, name) select id, $1 from organizations returning id";
    sql.query_one(insert, &[&name]).await.expect("written").get(0)
}

async fn names(sql: &Client) -> Vec<String> {
    let rows = sql.query("select name from contacts order by created_at", &[]).await.expect("asked");
    rows.iter().map(|row| row.get(0)).collect()
}

/// F243, F244, F282: a hub that archives its log is restored to a moment between two rows, with all that was committed before and
/// nothing that was after, by the operator's commands; whoever was erased after that moment is erased; clients begin anew; and
/// the restored hub archives on. A moment that the archive does not hold is refused with a code, and leaves nothing.
#[tokio::test]
async fn a_hub_goes_back_to_any_moment_that_its_archive_holds() {
    let (mut hub, vault) = (HubProcess::start().await, Vault::new());
    assert!(hub.terminate().await.success());
    let nowhere = hub.run("serve", &["--backup-log"]).await;
    assert!(String::from_utf8_lossy(&nowhere.stderr).contains("no_archive"), "a log needs a place");
    let folder = vault.folder.to_str().expect("a path").to_owned();
    let keeps = ["--backup-folder", &folder, "--backup-log", "--recipient", &vault.to.recipients[0]];
    hub.serve_with(&keeps).await;
    let sql = hub.sql().await;
    let too_early = now(&sql).await;
    until(|| files(&vault.folder, ".base") == 1).await;
    // From its second on it is of use.
    tokio::time::sleep(Duration::from_secs(2)).await;

    contact(&sql, "Before").await;
    let erased = contact(&sql, "Philippa Okonkwovane").await;
    // A killed hub leaves its server, and the next one goes on archiving.
    hub.kill().await;
    hub.serve_with(&keeps).await;
    let between = now(&sql).await;
    contact(&sql, "After").await;
    let subject = format!("contact:{erased}");
    let forgotten = hub.beside("person", &["erase", "--subject", &subject], &[]).await;
    assert!(forgotten.status.success(), "{}", String::from_utf8_lossy(&forgotten.stderr));
    let epoch = "select epoch::text from live.identity";
    let first: String = sql.query_one(epoch, &[]).await.expect("asked").get(0);
    let archived = files(&vault.path("log"), ".age");
    for mark in ["select pg_current_xact_id()", "select pg_switch_wal()"] {
        sql.query(mark, &[]).await.expect("as the hub does every minute");
    }
    until(|| files(&vault.path("log"), ".age") > archived).await;
    drop(sql);
    hub.kill().await;

    let identity = vault.path("identity");
    let register = hub.data.join("erasures.jsonl");
    let (identity, register) = (identity.to_str().expect("a path"), register.to_str().expect("a path"));
    let mut again = HubProcess::unmade();
    std::fs::copy(hub.data.join("master.key"), again.data.join("master.key")).expect("copied");
    let restore = async |hub: &HubProcess, at: &str| {
        let arguments = ["--from", &folder, "--identity", identity, "--with-erasures", register, "--at", at];
        hub.run("restore", &arguments).await
    };
    for outside in [too_early.as_str(), "2001-01-01T00:00:00Z", "2099-01-01T00:00:00Z"] {
        let refused = restore(&again, outside).await;
        let said = String::from_utf8_lossy(&refused.stderr);
        assert!(!refused.status.success() && said.contains("outside_archive"), "{outside}: {said}");
        assert!(!again.data.join("postgres/PG_VERSION").exists() && !again.data.join("postgres.recovering").exists());
    }
    let restored = restore(&again, &between).await;
    assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
    let said: Value = serde_json::from_slice(&restored.stdout).expect("one line of JSON");
    assert_eq!(said["erased_again"], 1, "{said}");
    again.serve_with(&keeps).await;
    let sql = again.sql().await;
    assert_eq!(names(&sql).await, ["Before", "[erased]"], "nothing of later, and nobody who is to be forgotten");
    assert_ne!(sql.query_one(epoch, &[]).await.expect("asked").get::<_, String>(0), first, "clients begin anew");
    let api = hub_client::Api::new(&again.url()).expect("a URL");
    api.sign_in(HubProcess::OWNER, HubProcess::PASSWORD).await.expect("the owner is back");
    until(|| files(&vault.folder, ".base") == 2).await;
    let full = restore(&again, &between).await;
    assert!(String::from_utf8_lossy(&full.stderr).contains("target_not_empty"));

    // A base is no backup, and is not taken for one.
    let base = std::fs::read_dir(&vault.folder).expect("there").flatten().map(|file| file.path());
    let base = base.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "base")).expect("one");
    let empty = HubProcess::unmade();
    let base = base.to_str().expect("a path");
    let wrong = empty.run("restore", &["--from", base, "--identity", identity, "--nobody-was-erased"]).await;
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("not_a_backup"));
    let sound = empty.run("backup", &["verify", base, "--identity", identity]).await;
    assert!(sound.status.success(), "{}", String::from_utf8_lossy(&sound.stderr));
}
