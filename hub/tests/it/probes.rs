//! What the operator and the browser are told beside the product itself.

use schemas::{DeviceProfile, Encoding};

use crate::support::http::http;
use crate::support::room::SOON;
use crate::support::show::{scan, verdict};
use crate::support::{Show, TestHub, Wire};

fn metric(page: &str, name: &str) -> f64 {
    let line = page.lines().find(|line| line.split(['{', ' ']).next() == Some(name));
    line.and_then(|line| line.rsplit(' ').next()?.parse().ok()).unwrap_or_else(|| panic!("{name} in {page}"))
}

/// Metrics count what happens, in the Prometheus text format, and name nobody.
#[tokio::test]
async fn metrics_count_what_happens() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 3).await;
    let address = hub.server.address;
    let page = async || http(address, "GET", "/metrics", None, None).await;
    let before = page().await;
    assert!(before.headers["content-type"].starts_with("text/plain"), "{:?}", before.headers);
    let tablet = show.tablet(&hub, "Tablet", show.gate_id, false, &["event_counters"]).await;
    for (_, code) in &show.guests {
        verdict(&tablet, scan(code)).await;
    }
    let (_, token) = show.pair(&hub, "Wall", DeviceProfile::Wall, None, false).await;
    let mut wire = Wire::hello(address, Encoding::MessagePack, &token).await;
    wire.send_bytes(vec![0xc1]).await;
    wire.error().await;
    let after = page().await.body;
    assert_eq!(metric(&after, "hub_sessions"), 2.0);
    assert_eq!(metric(&after, "hub_scans_total"), 3.0);
    assert_eq!(metric(&after, "hub_malformed_frames_total"), 1.0);
    assert!(metric(&after, "hub_commits_total") >= 1.0 && metric(&after, "hub_deliveries_total") >= 1.0);
    assert!(metric(&after, "hub_snapshots_total") >= 1.0);
    for private in ["Guest", "@", "maison", &show.event_id.to_string()] {
        assert!(!after.contains(private), "{private}: {after}");
    }
    drop(wire);
    let gone = async { while metric(&page().await.body, "hub_sessions") > 1.0 {} };
    tokio::time::timeout(SOON, gone).await.expect("a socket that is gone is not counted");
}

/// Alive while the process runs; ready while the database answers.
#[tokio::test]
async fn it_is_ready_while_the_database_answers() {
    let hub = TestHub::start().await;
    let address = hub.server.address;
    let status = async |path: &'static str| http(address, "GET", path, None, None).await.status;
    assert_eq!((status("/healthz").await, status("/readyz").await), (200, 200));
    let name = hub.database.url.split_whitespace().find_map(|part| part.strip_prefix("dbname=")).expect("a name");
    let beside = hub.database.url.replace(&format!("dbname={name}"), "dbname=postgres");
    let (sql, connection) = tokio_postgres::connect(&beside, tokio_postgres::NoTls).await.expect("the server answers");
    tokio::spawn(connection);
    sql.batch_execute(&format!("alter database {name} with allow_connections false")).await.expect("closed");
    let others = &format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'");
    let away = async {
        while status("/readyz").await != 503 {
            sql.batch_execute(others).await.expect("ended");
        }
    };
    tokio::time::timeout(SOON, away).await.expect("it notices");
    assert_eq!(status("/healthz").await, 200, "it lives");
    let token = hub.server.node.store.keyring.master().login_password("nobody");
    let answer = http(address, "GET", "/v1/events", Some(&format!("d.{token}")), None).await;
    assert_eq!((answer.status, answer.code().as_str()), (503, "unavailable"));
    assert_eq!(answer.json()["retryable"], serde_json::json!(true));
    sql.batch_execute(&format!("alter database {name} with allow_connections true")).await.expect("opened");
    let back = async { while status("/readyz").await != 200 {} };
    tokio::time::timeout(SOON, back).await.expect("it is ready again");
}

/// Every answer, errors too, says what a page may load, and that nobody may frame it.
#[tokio::test]
async fn answers_carry_the_policies_of_a_careful_page() {
    let hub = TestHub::start().await;
    for path in ["/", "/check-in/x", "/v1/events", "/v1/nothing", "/healthz", "/v1/live", "/assets/none.js"] {
        let answer = http(hub.server.address, "GET", path, None, None).await;
        let policy = &answer.headers["content-security-policy"];
        for rule in ["default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"] {
            assert!(policy.contains(rule), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe-eval'") || policy.contains("'wasm-unsafe-eval'"), "{policy}");
        assert!(!policy.replace("style-src 'self' 'unsafe-inline'", "").contains("unsafe-inline"), "{policy}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(answer.headers["x-frame-options"], "DENY", "{path}");
        assert_eq!(answer.headers["referrer-policy"], "no-referrer", "{path}");
        assert_eq!(answer.headers["x-request-id"].len(), 36, "{path}");
    }
}
