//! Whether an installation is healthy, and whether that is noticed when it is not.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use hub::config::Config;
use hub::doctor::{self, Report};
use hub::store::health::Severity;

use crate::support::postgres::MASTER_KEY;
use crate::support::process::HubProcess;
use crate::support::{Show, TestDatabase, TestHub};

fn config(database: &TestDatabase) -> Config {
    Config::for_test(&database.data, database.url.clone(), MASTER_KEY.to_owned())
}

fn errors(report: &Report) -> Vec<&'static str> {
    let errors = report.findings.iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| finding.code).collect()
}

fn codes(report: &Report) -> Vec<&'static str> {
    report.findings.iter().map(|finding| finding.code).collect()
}

/// A hub that works has no errors, and its numbers are told. F016, F241, F245, F248 hold of an installation as of the schema.
#[tokio::test]
async fn a_healthy_hub_has_no_errors() {
    let hub = TestHub::start().await;
    Show::with_guests(&hub, 3).await;
    let report = doctor::examine(&config(&hub.database)).await;
    assert_eq!(errors(&report), [""; 0], "{}", report.text());
    assert!(report.healthy && report.status() < 2, "{}", report.text());
    assert!(report.facts["journal_commits"].as_i64() > Some(0), "{:?}", report.facts);
    assert!(report.facts["database_bytes"].as_i64() > Some(1 << 20), "{:?}", report.facts);
    // It leaves nothing behind in the store of files.
    let objects = hub.database.data.join("objects");
    let left = walk(&objects);
    assert_eq!(left, [""; 0], "{left:?}");
    // Names of tables and numbers are said, never what is in them.
    for private in ["Odile", "maison.example", "Guest 1", TestHub::PASSWORD] {
        assert!(!report.text().contains(private), "{private}: {}", report.text());
    }
}

fn walk(folder: &std::path::Path) -> Vec<String> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.path().is_dir() {
            true => files.extend(walk(&entry.path())),
            false => files.push(entry.path().display().to_string()),
        }
    }
    files
}

/// Each defect that somebody with SQL could cause is found under its code, and only that one.
#[tokio::test]
async fn each_planted_defect_is_found() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let config = config(&hub.database);
    let before = codes(&doctor::examine(&config).await);
    for (planted, undone, code, about) in [
        (
            "alter table registrations no force row level security",
            "alter table registrations force row level security",
            "rights.row_security",
            "registrations",
        ),
        (
            "alter policy tenant on deals rename to tenants",
            "alter policy tenants on deals rename to tenant",
            "rights.tenant_policy",
            "deals",
        ),
        (
            "alter table check_ins disable trigger z_track_i",
            "alter table check_ins enable trigger z_track_i",
            "journal.tracking",
            "check_ins",
        ),
        (
            "alter table live.commits disable trigger number_commit",
            "alter table live.commits enable trigger number_commit",
            "journal.numbering",
            "live.commits",
        ),
        (
            "alter table contacts add column passport_enc sealed",
            "alter table contacts drop column passport_enc",
            "privacy.unregistered",
            "contacts.passport_enc",
        ),
        (
            "alter table venues add column anecdotes jsonb; alter table contacts add column gossip text",
            "alter table venues drop column anecdotes; alter table contacts drop column gossip",
            "privacy.undecided",
            "contacts.gossip, venues.anecdotes",
        ),
        (
            "insert into data_classes values ('contacts', 'shoe_size', 'personal', 'self', true, 'null')",
            "delete from data_classes where column_name = 'shoe_size'",
            "privacy.missing",
            "contacts.shoe_size",
        ),
        (
            "grant truncate on deals to hub_app",
            "revoke truncate on deals from hub_app",
            "rights.truncate",
            "deals: hub_app",
        ),
        (
            "create view public.everybody as select * from users; comment on view everybody is 'all'",
            "drop view everybody",
            "rights.view",
            "everybody",
        ),
        (
            "create function app.all_users() returns bigint language sql security definer as 'select count(*) from users'",
            "drop function app.all_users()",
            "rights.definer",
            "app.all_users()",
        ),
        (
            "delete from hub.retention where name = 'journal'",
            "insert into hub.retention (name, action, keep) values ('journal', 'archive', '7 days')",
            "journal.rule",
            "no rule",
        ),
        (
            "insert into mail_outbox (kind, content_enc, created_at, next_attempt_at)
             values ('signup', ('\\x01'::bytea || sha256('a') || sha256('b'))::sealed, now() - interval '2 hours', 'infinity')",
            "delete from mail_outbox",
            "mail.stuck",
            "1 mails",
        ),
        (
            "insert into hub.maintenance_runs (kind, status, started_at, finished_at) values ('backup', 'failed', now(), now())",
            "delete from hub.maintenance_runs where kind = 'backup'",
            "upkeep.failed",
            "backup",
        ),
        (
            "update live.topics set seq = seq + 1 where kind = 'organization'",
            "update live.topics set seq = seq - 1 where kind = 'organization'",
            "journal.gap",
            "1 topics",
        ),
        (
            "update _sqlx_migrations set checksum = '\\x00' where version = 9",
            "update _sqlx_migrations m set checksum = o.checksum from original o where m.version = 9 and o.version = 9",
            "schema.changed",
            "migration 9",
        ),
    ] {
        sql.batch_execute("create table if not exists pg_temp.original as select * from _sqlx_migrations")
            .await
            .expect("kept");
        sql.batch_execute(planted).await.unwrap_or_else(|error| panic!("{code}: {error}"));
        let report = doctor::examine(&config).await;
        let found: Vec<_> = report.findings.iter().filter(|finding| !before.contains(&finding.code)).collect();
        assert!(
            found.len() == 1 && found[0].code == code && found[0].what.contains(about) && !found[0].remedy.is_empty(),
            "{code}: {found:?}"
        );
        assert_eq!(report.status(), if found[0].severity == Severity::Error { 2 } else { 1 }, "{code}");
        sql.batch_execute(undone).await.unwrap_or_else(|error| panic!("{code}: {error}"));
    }
    assert_eq!(codes(&doctor::examine(&config).await), before, "all was undone");
}

/// F248: what the planner has no index for is told.
#[tokio::test]
async fn a_reference_without_an_index_is_told() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let index: String = sql
        .query_one(
            "select i.indexrelid::regclass::text from pg_index i join pg_attribute a on a.attrelid = i.indrelid
              where i.indrelid = 'registrations'::regclass and not i.indisunique and a.attnum = i.indkey[0] and a.attname = 'order_id'",
            &[],
        )
        .await
        .expect("it has one")
        .get(0);
    sql.batch_execute(&format!("drop index {index}")).await.expect("dropped");
    let report = doctor::examine(&config(&hub.database)).await;
    let found = report.findings.iter().find(|finding| finding.code == "indexes.foreign_key").expect("found");
    assert!(found.what.contains("registrations"), "{found:?}");
    assert_eq!(found.severity, Severity::Warning);
}

/// A key that is another installation's, a database that is not there, and files that cannot be kept.
#[tokio::test]
async fn what_the_database_cannot_tell_is_found_too() {
    let hub = TestHub::start().await;
    let well = config(&hub.database);
    let mut other = well.clone();
    other.master_key = Some(MASTER_KEY.chars().rev().collect());
    assert_eq!(errors(&doctor::examine(&other).await), ["master_key.other"]);
    let mut nowhere = well.clone();
    nowhere.database_url = Some("host=127.0.0.1 port=1 user=nobody dbname=hub".into());
    assert_eq!(errors(&doctor::examine(&nowhere).await), ["database.unreachable"]);
    let mut stranger = well.clone();
    stranger.database_url = Some("no url".into());
    assert_eq!(errors(&doctor::examine(&stranger).await), ["database.unreachable"]);
    let empty = TestDatabase::empty().await;
    let mut fresh = well.clone();
    fresh.database_url = Some(empty.url.clone());
    assert!(codes(&doctor::examine(&fresh).await).contains(&"schema.empty"));
    let mut unkept = well.clone();
    let file = hub.database.data.join("not a folder");
    fs::write(&file, "a file").expect("written");
    unkept.objects = Some(file.display().to_string());
    assert_eq!(errors(&doctor::examine(&unkept).await), ["objects.unreachable"]);
}

/// The program itself: text and JSON, beside a hub that serves and on one that does not, with the status that scripts go by.
#[tokio::test]
async fn the_command_says_it_by_its_status() {
    let mut hub = HubProcess::start().await;
    let beside = hub.run("doctor", &["--json"]).await;
    let report: serde_json::Value = serde_json::from_slice(&beside.stdout).expect("one line of JSON");
    assert_eq!(report["healthy"], true, "{report}");
    let status = beside.status.code().expect("it ended by itself");
    assert!(status == 0 || status == 1, "{report}");
    hub.terminate().await;
    let key = hub.data.join("master.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("ours");
    let alone = hub.run("doctor", &[]).await;
    let text = String::from_utf8_lossy(&alone.stdout);
    assert_eq!(alone.status.code(), Some(2), "{text}");
    assert!(text.contains("ERROR   master_key.rights: ") && text.contains("-> chmod 600"), "{text}");
    assert!(!text.contains("database.unreachable"), "{text}");
    assert!(hub.postmaster().is_none(), "the database that it started is stopped again");
}
