use hub::backup::Schedule;
use hub::backup::schedule::once;

use super::Vault;
use crate::support::process::{HubProcess, within};
use crate::support::{TestDatabase, TestHub};

fn files(vault: &Vault, ending: &str) -> usize {
    let names = std::fs::read_dir(&vault.folder).expect("there").flatten();
    names.filter(|file| file.file_name().to_string_lossy().ends_with(ending)).count()
}

/// F243: two hubs of one database make one backup when it is due, and none when it is not; the run is on record, a failure too; what
/// they make can be restored.
#[tokio::test]
async fn a_backup_that_is_due_is_made_once() {
    let (hub, vault) = (TestHub::start().await, Vault::new());
    let other = TestHub::serve(&hub.database).await;
    let schedule =
        Schedule { folder: Some(vault.folder.clone()), every: 24.0, keep: 2, log: false, keys: vault.to.clone() };
    let config = hub.database.config();
    let (one, two) =
        tokio::join!(once(&hub.server.node.store, &config, &schedule), once(&other.node.store, &config, &schedule));
    let made = [one.expect("asked"), two.expect("asked")];
    assert_eq!(made.iter().flatten().count(), 1);
    assert!(once(&other.node.store, &config, &schedule).await.expect("asked").is_none(), "not yet due");
    assert_eq!(files(&vault, ".backup"), 1);
    let sql = hub.database.sql().await;
    let later = "update hub.maintenance_runs set started_at = started_at - interval '2 days' where kind = 'backup'";
    sql.execute(later, &[]).await.expect("as if it were long ago");
    let gone = Schedule { folder: Some(vault.path("gone").join("away")), ..schedule.clone() };
    assert_eq!(once(&other.node.store, &config, &gone).await.expect_err("no such folder").code(), "io");
    let runs = "select string_agg(status || coalesce(' ' || error_code, ''), ', ' order by started_at) from hub.maintenance_runs where kind = 'backup'";
    assert_eq!(sql.query_one(runs, &[]).await.expect("asked").get::<_, &str>(0), "ok, failed io");
    let file = made.into_iter().flatten().next().and_then(|taken| taken.file).expect("a file");
    vault.restore_file(&TestDatabase::empty().await.config(), &file).await.expect("restored");
}

/// F243: a hub that serves makes backups of its embedded database by itself, and says when the last one was made; with a schedule
/// that cannot be kept it does not start.
#[tokio::test]
async fn a_hub_that_serves_keeps_its_schedule() {
    let (mut hub, vault) = (HubProcess::start().await, Vault::new());
    assert!(hub.terminate().await.success());
    let folder = vault.folder.to_str().expect("a path").to_owned();
    let refused = hub.run("serve", &["--backup-folder", &folder]).await;
    assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("no_key"));
    hub.serve_with(&["--backup-folder", &folder, "--recipient", &vault.to.recipients[0]]).await;
    let url = format!("{}/metrics", hub.url());
    let metric = async || {
        let page = reqwest::get(&url).await.expect("asked").text().await.expect("text");
        let line = page.lines().find(|line| line.starts_with("hub_last_backup_timestamp_seconds ")).map(str::to_owned);
        line.and_then(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).unwrap_or_default()
    };
    within(async {
        while metric().await < 1_700_000_000.0 {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    })
    .await;
    assert_eq!((files(&vault, ".backup"), files(&vault, ".partial")), (1, 0));
}
