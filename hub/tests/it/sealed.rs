//! What a thief of the database finds.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use schemas::{DeviceProfile, Encoding, Query};
use serde_json::json;
use uuid::Uuid;

use crate::support::http::http;
use crate::support::show::scan;
use crate::support::{Show, TestHub, Wire};

/// Which of these files, or files under these folders, hold one of these texts: `grep` reads gigabytes while a test would
/// count bytes.
fn files_with(places: &[PathBuf], texts: &[&str]) -> String {
    let mut grep = Command::new("grep")
        .args(["--recursive", "--text", "--fixed-strings", "--files-with-matches", "--file=-"])
        .args(places)
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("grep is there");
    let mut stdin = grep.stdin.take().expect("it was piped");
    stdin.write_all(texts.join("\n").as_bytes()).expect("grep reads");
    drop(stdin);
    String::from_utf8(grep.wait_with_output().expect("grep ends").stdout).expect("paths are text")
}

/// What a thief finds of one database of a server that others use too.
struct Loot {
    /// Tables and indexes: nobody else's.
    database: PathBuf,
    /// What all databases share, the write-ahead log since a moment, the server's own log.
    shared: Vec<PathBuf>,
}

impl Loot {
    /// `since`: the file of the write-ahead log that was being written then.
    async fn of(sql: &tokio_postgres::Client, since: &str) -> Self {
        let row = sql
            .query_one(
                "select setting, (select oid::text from pg_database where datname = current_database()),
                        pg_walfile_name(pg_current_wal_insert_lsn())
                   from pg_settings where name = 'data_directory'",
                &[],
            )
            .await
            .expect("asked");
        let (folder, oid, until): (&str, &str, &str) = (row.get(0), row.get(1), row.get(2));
        let folder = Path::new(folder);
        // Beyond the present file lie old ones that will be written over: other tests' past.
        let log = std::fs::read_dir(folder.join("pg_wal")).expect("a write-ahead log").flatten();
        let log = log.filter(|entry| entry.file_name().to_str().is_some_and(|name| (since..=until).contains(&name)));
        let mut shared: Vec<PathBuf> = log.map(|entry| entry.path()).collect();
        assert!(!shared.is_empty(), "the log since {since} is there");
        shared.push(folder.join("global"));
        shared.push(folder.parent().expect("the data folder").join("postgres.log"));
        assert!(shared.iter().all(|place| place.exists()), "{shared:?}");
        Self { database: folder.join("base").join(oid), shared }
    }

    fn all(&self) -> Vec<PathBuf> {
        self.shared.iter().chain([&self.database]).cloned().collect()
    }
}

/// F249: after guests were imported, searched for, scanned and shown, neither a dump of the database nor the
/// server's own files (heap, indexes, write-ahead log, its log) hold a guest's name or address, an account's address, a
/// password, a code for pairing or a token.
#[tokio::test]
async fn a_stolen_database_tells_no_guest_and_opens_nothing() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let since = sql.query_one("select pg_walfile_name(pg_current_wal_insert_lsn())", &[]).await.expect("asked");
    let since: String = since.get(0);
    let mut show = Show::with_guests(&hub, 0).await;
    let address = hub.server.address;
    let login = http(
        address,
        "POST",
        "/auth/v1/token?grant_type=password",
        None,
        Some(&json!({"email": TestHub::OWNER, "password": TestHub::PASSWORD})),
    )
    .await
    .json();
    let access = login["access_token"].as_str().expect("a token").to_owned();
    let refresh = login["refresh_token"].as_str().expect("a token").to_owned();
    let next = json!({"refresh_token": refresh});
    let next = http(address, "POST", "/auth/v1/token?grant_type=refresh_token", None, Some(&next)).await.json();
    let refreshed = next["refresh_token"].as_str().expect("a token").to_owned();

    // Guests by every way in: the importer, and rows that are written, renamed and deleted.
    let file = "Name,Email,Tier,VIP\nXanthippe Quetzalcoatl,xanthippe.q@secretmail.example,Guests,yes\n\
                Wolfgang Zyzzyva,wolfgang.z@secretmail.example,Guests,no\n";
    let report = hub
        .owner()
        .await
        .import(show.event_id, "guests", "guests.csv", file, None, true)
        .await
        .expect("the file is read");
    assert!(report.applied && report.added == 2, "{report:?}");
    let (gone, _) = show.add_guest(&hub, &sql, "Ephraim Vanishing", 1, "confirmed").await;
    sql.execute("delete from registrations where id = $1", &[&gone]).await.expect("deleted");
    let codes = sql.query("select qr_code_data from registrations", &[]).await.expect("asked");
    let (_, device) = show.pair(&hub, "Tablet", DeviceProfile::Scan, Some(show.gate_id), false).await;
    let mut wire = Wire::hello(address, Encoding::Json, &device).await;
    let joined = wire.join(show.topic, None).await;
    assert!(serde_json::to_string(&joined.tables).expect("JSON").contains("Xanthippe"), "the hub can read them");
    for code in &codes {
        let code: &str = code.get(0);
        for _ in 0..2 {
            wire.command(Uuid::now_v7(), show.topic, scan(code)).await.expect("judged");
        }
    }
    let query = Query::FindGuests { text: "xanthippe".into(), limit: 5 };
    wire.send(&schemas::ClientFrame::Query { query_id: 1, topic: show.topic, query }).await;
    wire.settle().await;
    let wanted = json!({"name": "Wall", "profile": "wall"});
    let path = format!("/v1/events/{}/pairings", show.event_id);
    let pairing = http(address, "POST", &path, Some(&access), Some(&wanted)).await.json();
    let code = pairing["code"].as_str().expect("a code").to_owned();
    let failed = json!({"email": "xanthippe.q@secretmail.example", "password": "wrong password here"});
    http(address, "POST", "/auth/v1/token?grant_type=password", None, Some(&failed)).await;
    // What opens accounts: the link of a mail that was sent, and the secret of an authenticator app.
    let to = json!({"email": TestHub::OWNER});
    http(address, "POST", "/auth/v1/recover", None, Some(&to)).await;
    let link = hub.mailbox().nth(TestHub::OWNER, 1).await.link();
    let factor = json!({"factor_type": "totp", "friendly_name": "Phone"});
    let factor = http(address, "POST", "/auth/v1/factors", Some(&access), Some(&factor)).await.json();
    let factor = factor["totp"]["secret"].as_str().expect("a secret").to_owned();

    let secrets: Vec<String> = [
        "Xanthippe",
        "Quetzalcoatl",
        "Zyzzyva",
        "xanthippe",
        "quetzalcoatl",
        "secretmail",
        "Ephraim",
        "Vanishing",
        TestHub::OWNER,
        TestHub::PASSWORD,
        "wrong password here",
        &access,
        &refresh,
        &refreshed,
        &device,
        &code,
    ]
    .into_iter()
    .map(str::to_owned)
    .chain([code.replace('-', ""), access.rsplit('.').next().expect("a signature").to_owned()])
    .collect();

    sql.batch_execute("checkpoint").await.expect("everything is in the files");
    let bin = sql.query_one("select setting from pg_config where name = 'BINDIR'", &[]).await.expect("asked");
    let config: tokio_postgres::Config = hub.database.url.parse().expect("our own string");
    let host = hub.database.url.split_whitespace().find_map(|part| part.strip_prefix("host=")).expect("a host");
    let dump = Command::new(format!("{}/pg_dump", bin.get::<_, &str>(0)))
        .args(["--host", host, "--username", config.get_user().expect("a user")])
        .args(["--dbname", config.get_dbname().expect("a database")])
        .env("PGPASSWORD", String::from_utf8_lossy(config.get_password().unwrap_or_default()).into_owned())
        .output()
        .expect("pg_dump comes with the server");
    assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
    let dump = String::from_utf8_lossy(&dump.stdout);
    assert!(dump.contains("Nocturne") && dump.contains("xchacha20poly1305"), "what is no secret is found");
    for secret in secrets.iter().chain([&link, &factor]) {
        assert!(!dump.contains(secret), "the dump holds {secret:?}");
    }
    let loot = Loot::of(&sql, &since).await;
    let own = loot.database.to_str().expect("a path");
    let found = files_with(&loot.all(), &["Nocturne"]);
    assert!(found.contains(own) && found.contains("/pg_wal/"), "what is no secret is found: {found:?}");
    let secrets: Vec<&str> = secrets.iter().chain([&link, &factor]).map(String::as_str).collect();
    assert_eq!(files_with(std::slice::from_ref(&loot.database), &secrets), "", "tables or indexes hold a secret");
    let unique: Vec<&str> = secrets.into_iter().filter(|secret| !is_of_every_test(secret)).collect();
    assert_eq!(files_with(&loot.shared, &unique), "", "these files hold something that nobody may find there");
}

/// Other tests of this process share the server's logs; these they use too, some of them in a name that may be read.
fn is_of_every_test(secret: &str) -> bool {
    [TestHub::OWNER, TestHub::PASSWORD].contains(&secret)
}
