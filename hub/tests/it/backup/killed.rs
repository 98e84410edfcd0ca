use std::time::Duration;

use tokio_postgres::NoTls;

use super::Vault;
use crate::support::process::{HubProcess, within};

async fn until(what: impl AsyncFn() -> bool) {
    within(async {
        while !what().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

/// SIGKILL in the middle of a backup leaves no file that passes for one, and does not stop the next one.
#[tokio::test]
async fn a_killed_backup_leaves_none() {
    let (hub, vault) = (HubProcess::start().await, Vault::new());
    let sql = hub.sql().await;
    // Enough to be killed in: 30 MB that do not get shorter.
    sql.batch_execute(
        "create table public.ballast as select n, (select string_agg(md5(n::text || m), '') from generate_series(1, 100) m) as text
           from generate_series(1, 10000) n",
    )
    .await
    .expect("made");
    let file = vault.path("a.backup");
    let partial = vault.path("a.backup.partial");
    let arguments = ["--to", file.to_str().expect("a path"), "--recipient", &vault.to.recipients[0]];
    for size in [0, 300_000] {
        let mut child = hub.begin("backup", &arguments);
        until(async || std::fs::metadata(&partial).is_ok_and(|file| file.len() >= size)).await;
        child.kill().await.expect("ours");
        assert!(!file.exists(), "it has not got its name");
        let keys = vault.with.clone();
        let of = partial.clone();
        let checked =
            tokio::task::spawn_blocking(move || hub::backup::check(&of, &keys, false)).await.expect("no panic");
        let code = checked.err().map(|error| error.code()).expect("not a backup");
        assert!(["damaged_backup", "not_a_backup"].contains(&code), "{code}");
        std::fs::write(&partial, vec![0; 100]).expect("written");
    }
    // Its lock and its view of the database go with it; the server notices in a moment.
    until(async || hub.run("backup", &arguments).await.status.success()).await;
    assert!(file.exists() && !partial.exists());
    let said = hub
        .run(
            "backup",
            &["verify", file.to_str().expect("a path"), "--identity", vault.path("identity").to_str().expect("a path")],
        )
        .await;
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
}

/// SIGKILL in the middle of a restore: no hub starts there, and a restore begins anew and gets to its end.
#[tokio::test]
async fn a_killed_restore_is_begun_again() {
    let (hub, vault) = (HubProcess::start().await, Vault::new());
    let file = vault.path("a.backup");
    let identity = vault.path("identity");
    let made =
        hub.run("backup", &["--to", file.to_str().expect("a path"), "--recipient", &vault.to.recipients[0]]).await;
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let mut empty = HubProcess::unmade();
    std::fs::copy(hub.data.join("master.key"), empty.data.join("master.key")).expect("copied");
    let arguments = [
        "--from",
        file.to_str().expect("a path"),
        "--identity",
        identity.to_str().expect("a path"),
        "--nobody-was-erased",
    ];
    let scalar = async |question: &str| -> Option<bool> {
        let password = std::fs::read_to_string(empty.data.join("postgres.password")).ok()?;
        let socket = empty.data.join("socket");
        let url = format!("host={} user=hub_owner password={} dbname=hub", socket.display(), password.trim());
        let (client, connection) = tokio_postgres::connect(&url, NoTls).await.ok()?;
        tokio::spawn(connection);
        client.query_one(question, &[]).await.ok().map(|row| row.get(0))
    };
    // While pg_restore is at it, and once what it did is there but not yet compared and settled.
    for moment in [
        "select to_regclass('hub_restore.state') is not null",
        "select to_regclass('hub_restore.state') is not null and to_regclass('live.identity') is not null",
    ] {
        let mut child = empty.begin("restore", &arguments);
        until(async || scalar(moment).await == Some(true)).await;
        child.kill().await.expect("ours");
        let started = empty.run("migrate", &[]).await;
        let said = String::from_utf8_lossy(&started.stderr).into_owned();
        assert!(!started.status.success() && said.contains("restore_unfinished"), "{said}");
    }
    let restored = empty.run("restore", &arguments).await;
    let said = String::from_utf8_lossy(&restored.stderr).into_owned();
    assert!(restored.status.success() && said.contains("it begins anew"), "{said}");
    empty.serve().await;
    let api = hub_client::Api::new(&empty.url()).expect("a URL");
    api.sign_in(HubProcess::OWNER, HubProcess::PASSWORD).await.expect("the owner is back");
}
