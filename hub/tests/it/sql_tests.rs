use std::path::Path;
use std::process::Command;

use tokio_postgres::config::Host;

use crate::support::TestDatabase;

/// F012, F015, F016, F074-F079, F140, F247, F249, F270, F271: the database's own rules, asked in SQL against a database as
/// the migrations make it.
#[tokio::test]
async fn the_databases_own_tests_pass() {
    let database = TestDatabase::create().await;
    let config: tokio_postgres::Config = database.url.parse().expect("our own string");
    let Some(Host::Unix(socket)) = config.get_hosts().first() else { panic!("the private server has a socket only") };
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sql/run.sh");
    let mut run = Command::new("sh");
    run.arg(tests)
        .env("PGHOST", socket)
        .env("PGUSER", config.get_user().expect("a user"))
        .env("PGPASSWORD", String::from_utf8_lossy(config.get_password().expect("a password")).as_ref())
        .env("PGDATABASE", config.get_dbname().expect("a database"))
        .env_remove("PGPORT");
    let output = tokio::task::spawn_blocking(move || run.output()).await.expect("it ran").expect("sh and pg_prove");
    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains("Result: PASS"), "{said}\n{errors}");
}
