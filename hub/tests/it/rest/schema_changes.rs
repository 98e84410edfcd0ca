use std::time::Duration;

use serde_json::json;

use super::client::Rest;
use super::probes;
use crate::support::TestHub;

/// What somebody changes with psql is served within a second, by every hub: tables, columns, masks, functions; and no
/// longer when it is gone.
#[tokio::test]
async fn the_schema_is_followed() {
    let hub = TestHub::start().await;
    let owner = Rest::owner(&hub).await;
    assert_eq!(owner.get("probes").await.code(), "PGRST205");
    let sql = probes::make(&hub).await;
    let staff = Rest::member(&hub, "staff").await;
    let second = || tokio::time::sleep(Duration::from_secs(1));
    second().await;
    assert_eq!(owner.rows("probes?select=n&n=eq.1").await, json!([{"n": 1}]));
    sql.batch_execute("alter table probes add column more text default 'm'").await.expect("altered");
    second().await;
    assert_eq!(owner.rows("probes?select=more&n=eq.1").await, json!([{"more": "m"}]));
    assert_eq!(staff.rows("probes?select=more&n=eq.1").await, json!([{"more": "m"}]));
    sql.batch_execute("insert into app.masks values ('probes', 'more', 'staff')").await.expect("masked");
    second().await;
    assert_eq!(staff.rows("probes?select=more&n=eq.1").await, json!([{"more": null}]));
    assert_eq!(staff.get("probes?more=eq.m").await.code(), "42501");
    sql.batch_execute("create view probe_words with (security_invoker = true) as select id, n as number, word from probes; grant select on probe_words to hub_app")
        .await
        .expect("a view is made");
    second().await;
    assert_eq!(owner.rows("probe_words?number=eq.1&select=word").await, json!([{"word": "Silk moth"}]));
    assert_eq!(staff.rows("probe_words?number=eq.1").await[0].get("word"), None, "a mask holds in a view as well");
    assert_eq!(staff.get("probe_words?word=eq.x").await.code(), "42501");
    sql.batch_execute("drop view probe_words; alter table probes drop column more").await.expect("dropped");
    second().await;
    assert_eq!(owner.get("probes?select=more").await.code(), "42703");
    assert_eq!(owner.get("probe_words").await.code(), "PGRST205");
}

/// Only what row security guards is served: no other table, no view that looks past it, nothing of other schemas.
#[tokio::test]
async fn what_nothing_guards_is_not_served() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    sql.batch_execute(
        "create table loose (id int); grant all on loose to hub_app;
         create view past_rules as select * from users; grant select on past_rules to hub_app;
         create table app.inner_table (id int); grant all on app.inner_table to hub_app",
    )
    .await
    .expect("made");
    let owner = Rest::owner(&hub).await;
    for name in [
        "loose",
        "past_rules",
        "inner_table",
        "app.inner_table",
        "app.masks",
        "data_classes",
        "encryption_keys",
        "user_credentials",
        "spent_refresh_tokens",
        "live.journal",
        "journal",
        "pg_class",
        "pg_catalog.pg_class",
        "_sqlx_migrations",
        "information_schema.tables",
    ] {
        let answer = owner.get(name).await;
        assert_eq!((answer.status, answer.code().as_str()), (404, "PGRST205"), "{name}: {}", answer.body);
    }
    let document = owner.get("").await;
    assert_eq!(document.status, 200);
    let known = document.json()["definitions"].as_object().expect("tables").clone();
    assert!(known.contains_key("events") && known.contains_key("profiles") && !known.contains_key("loose"));
    let text = document.body;
    for hidden in ["_enc\":", "_bidx\":", "token_hash\":", "password_hash\":", "code_hash\":"] {
        let at = text.find(hidden).map(|at| &text[at.saturating_sub(200)..at + 20]);
        assert_eq!(at, None, "{hidden}");
    }
    assert!(known["registrations"]["properties"]["attendee_email"].is_object());
}
