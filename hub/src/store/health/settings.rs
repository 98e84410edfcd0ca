use tokio_postgres::Client;

use super::{Examined, Severity, StoreError, listed};

/// The oldest major version whose features the schema needs.
const VERSION: i32 = 15;
/// Connections that one hub may open: two pools, the doorbell, the feeds' snapshots, a command beside it.
const CONNECTIONS: i64 = 32;
/// A wraparound is prevented by Postgres itself at two billion; by then vacuuming has failed for a long time.
const OLD_TRANSACTIONS: i64 = 1_000_000_000;
/// A transaction that was left open for so long, seconds, keeps the dead rows of all others.
const FORGOTTEN: f64 = 600.0;

/// The server and how it is set up.
pub(super) async fn examine(client: &Client, examined: &mut Examined) -> Result<(), StoreError> {
    let row = client
        .query_one(
            "select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
                    current_setting('server_encoding') as encoding, current_setting('max_connections')::bigint as most,
                    pg_database_size(current_database()) as size,
                    (select count(*) from pg_stat_activity where backend_type = 'client backend') as connected,
                    (select age(datfrozenxid)::bigint from pg_database where datname = current_database()) as age,
                    (select count(*) from pg_stat_activity
                      where datname = current_database() and state like 'idle in transaction%'
                        and now() - state_change > make_interval(secs => $1)) as forgotten",
            &[&FORGOTTEN],
        )
        .await?;
    examined.note("database_version", row.get::<_, String>("version"));
    examined.note("database_bytes", row.get::<_, i64>("size"));
    if row.get::<_, i32>("number") < VERSION * 10_000 {
        let what = format!("PostgreSQL {} is older than 15", row.get::<_, String>("version"));
        examined.find(Severity::Error, "database.version", what, "upgrade to PostgreSQL 15 or newer");
    }
    if row.get::<_, String>("encoding") != "UTF8" {
        examined.find(
            Severity::Error,
            "database.encoding",
            "the database is not in UTF8",
            "restore it into one that is",
        );
    }
    switches(client, examined).await?;
    let (most, connected): (i64, i64) = (row.get("most"), row.get("connected"));
    examined.note("connections", connected);
    examined.note("max_connections", most);
    if most < CONNECTIONS {
        let what = format!("max_connections is {most}; one hub may need {CONNECTIONS}");
        examined.find(Severity::Warning, "database.max_connections", what, "raise max_connections");
    } else if connected * 10 > most * 9 {
        let what = format!("{connected} of {most} connections are taken");
        examined.find(Severity::Warning, "database.connections", what, "raise max_connections, or find who keeps them");
    }
    if row.get::<_, i64>("age") > OLD_TRANSACTIONS {
        examined.find(
            Severity::Error,
            "database.wraparound",
            "the oldest row was not frozen for a billion transactions",
            "find out what keeps autovacuum from it, and vacuum (freeze)",
        );
    }
    let forgotten: i64 = row.get("forgotten");
    if forgotten > 0 {
        let what = format!("{forgotten} transactions have been open and idle for ten minutes");
        examined.find(
            Severity::Warning,
            "database.idle_transactions",
            what,
            "see pg_stat_activity; they keep tables from being cleaned",
        );
    }
    extensions(client, examined).await
}

/// Settings that lose what was acknowledged, or let tables rot.
async fn switches(client: &Client, examined: &mut Examined) -> Result<(), StoreError> {
    for (setting, code, severity, what) in [
        ("fsync", "database.fsync", Severity::Error, "fsync is off: a power failure destroys the database"),
        (
            "full_page_writes",
            "database.full_page_writes",
            Severity::Error,
            "full_page_writes is off: a power failure may destroy the database",
        ),
        (
            "synchronous_commit",
            "database.synchronous_commit",
            Severity::Error,
            "synchronous_commit is off: scans that were answered may be lost",
        ),
        ("autovacuum", "database.autovacuum", Severity::Warning, "autovacuum is off: tables grow without end"),
        ("track_counts", "database.track_counts", Severity::Warning, "track_counts is off: autovacuum knows nothing"),
        (
            "data_checksums",
            "database.checksums",
            Severity::Note,
            "pages have no checksums: a failing disk is not noticed",
        ),
    ] {
        // What the roles of the hub are given overrides what the server is set to.
        let row = client
            .query_one(
                "select coalesce(current_setting($1, true), 'off') = 'off'
                        or exists (select from pg_db_role_setting s, unnest(s.setconfig) c where c = $1 || '=off')",
                &[&setting],
            )
            .await?;
        if row.get::<_, bool>(0) {
            examined.find(severity, code, what, "turn it on, for the server and for every role");
        }
    }
    Ok(())
}

async fn extensions(client: &Client, examined: &mut Examined) -> Result<(), StoreError> {
    let missing: Vec<String> = client
        .query(
            "select n from unnest(array['citext', 'btree_gist']) n where n not in (select extname from pg_extension)",
            &[],
        )
        .await?
        .iter()
        .map(|row| row.get(0))
        .collect();
    if !missing.is_empty() {
        let what = format!("extensions are missing: {}", listed(&missing));
        examined.find(Severity::Error, "database.extension", what, "create extension, as the owner");
    }
    Ok(())
}
