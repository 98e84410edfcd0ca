use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::TestHub;
use crate::support::phoenix::{Changed, Phoenix, changes, somebody};

/// F246: every operator, its opposite, several at once and quoted values let through exactly the rows that SQL finds.
#[tokio::test]
async fn filters_let_through_what_sql_finds() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    somebody(&sql, hub.organization_id).await;
    let token = hub.token(TestHub::OWNER).await;
    let filters = [
        ("status=eq.todo", "status = 'todo'"),
        ("status=neq.todo", "status <> 'todo'"),
        ("status=in.(todo,\"done\")", "status in ('todo', 'done')"),
        ("status=not.in.(todo,done)", "status not in ('todo', 'done')"),
        ("title=eq.\"Hem, then press\"", "title = 'Hem, then press'"),
        ("title=like.%press", "title like '%press'"),
        ("title=like.H*", "title like 'H%'"),
        ("title=ilike.hem%", "title ilike 'hem%'"),
        ("title=not.ilike.hem%", "title not ilike 'hem%'"),
        ("title=match.^[HÉ]", "title ~ '^[HÉ]'"),
        ("title=imatch.PRESS$", "title ~* 'PRESS$'"),
        ("title=gt.Hem", "title > 'Hem'"),
        ("title=lte.Zip", "title <= 'Zip'"),
        ("rev=gte.1,rev=lt.9", "rev >= 1 and rev < 9"),
        ("description=is.null", "description is null"),
        ("description=not.is.null", "description is not null"),
        ("description=eq.x", "description = 'x'"),
        ("description=not.eq.x", "not (description = 'x')"),
        ("description=isdistinct.x", "description is distinct from 'x'"),
        ("due_date=lt.2026-03-02", "due_date < '2026-03-02'"),
        ("due_date=eq.2026-03-02", "due_date = '2026-03-02'"),
        ("completed_at=lt.2026-03-02T10:00:00Z", "completed_at < '2026-03-02T10:00:00Z'"),
        ("completed_at=eq.2026-03-02 11:00:00+01", "completed_at = '2026-03-02 11:00:00+01'"),
        ("completed_at=gt.2026-03-01,status=eq.todo", "completed_at > '2026-03-01' and status = 'todo'"),
        ("event_id=is.null", "event_id is null"),
        ("id=gt.00000000-0000-0000-0000-000000000000", "id > '00000000-0000-0000-0000-000000000000'"),
    ];
    let mut client = Phoenix::open(hub.server.address, "2.0.0").await;
    let bindings: Vec<Value> = filters
        .iter()
        .map(|(filter, _)| json!({"event": "INSERT", "schema": "public", "table": "tasks", "filter": filter}))
        .collect();
    let live = client.join("matrix", changes(Value::Array(bindings)), &token).await.expect("every one is understood");
    let ids: Vec<u64> =
        live["postgres_changes"].as_array().expect("all").iter().map(|b| b["id"].as_u64().expect("an id")).collect();
    for title in ["Hem, then press", "hem", "Zip", "Épingler", "press", "a%b", "HEM"] {
        for (status, description, due) in [
            ("todo", None, Some("2026-03-02 09:00:00+00")),
            ("done", Some("x"), None),
            ("blocked", Some("y, z"), Some("2026-03-02 10:00:00+00")),
        ] {
            sql.execute(
                "insert into tasks (contact_id, organization_id, title, status, description, completed_at, due_date)
                 values ((select id from contacts where organization_id = $1), $1, $2, $3, $4, ($5::text)::timestamptz, ($5::text)::timestamptz::date)",
                &[&hub.organization_id, &title, &status, &description, &due],
            )
            .await
            .expect("written");
        }
    }
    let count = 21;
    let mut heard = std::collections::HashMap::new();
    while heard.len() < count {
        let Changed { ids, record, .. } = client.change().await;
        let id: Uuid = record["id"].as_str().expect("an id").parse().expect("a uuid");
        heard.entry(id).or_insert_with(Vec::new).extend(ids);
    }
    for said in client.settle().await.iter().filter(|said| said.event == "postgres_changes") {
        let Changed { ids, record, .. } = Changed::of(&said.payload);
        heard.entry(record["id"].as_str().expect("an id").parse().expect("a uuid")).or_default().extend(ids);
    }
    for ((filter, condition), id) in filters.iter().zip(&ids) {
        let found = sql.query(&format!("select id from tasks where {condition} order by id"), &[]).await.expect("SQL");
        let found: Vec<Uuid> = found.into_iter().map(|row| row.get(0)).collect();
        let mut told: Vec<Uuid> = heard.iter().filter(|(_, ids)| ids.contains(id)).map(|(id, _)| *id).collect();
        told.sort_unstable();
        assert_eq!(told, found, "{filter}");
    }
}

/// F246: what cannot be a filter is refused with a code, and the socket goes on.
#[tokio::test]
async fn what_is_no_filter_is_refused_with_a_code() {
    let hub = TestHub::start().await;
    let token = hub.token(TestHub::OWNER).await;
    let mut client = Phoenix::open(hub.server.address, "2.0.0").await;
    for (table, filter, code) in [
        ("nowhere", "", "unknown_table"),
        ("live.journal", "", "unknown_table"),
        ("sessions", "", "unknown_table"),
        ("tasks", "nothing=eq.1", "unknown_column"),
        ("tasks", "search=eq.x", "unknown_column"),
        ("tasks", "rev=eq.seven", "invalid_filter"),
        ("tasks", "due_date=gt.someday", "invalid_filter"),
        ("tasks", "title=match.(", "invalid_filter"),
        ("tasks", "status=is.true", "invalid_filter"),
        ("tasks", "title=fts.x", "unknown_operator"),
        ("tasks", "title", "invalid_filter"),
        ("tasks", "title=eq.a'; drop table tasks; --,rev=eq.x", "invalid_filter"),
    ] {
        let binding = json!([{"event": "*", "schema": "public", "table": table, "filter": filter}]);
        let refused = client.join("bad", changes(binding), &token).await;
        assert_eq!(refused.expect_err(filter)["code"], code, "{table}: {filter}");
    }
    let other = json!([{"event": "*", "schema": "live", "table": "journal"}]);
    assert_eq!(client.join("bad", changes(other), &token).await.expect_err("hidden")["code"], "unknown_table");
    client
        .join("good", changes(json!([{"event": "*", "schema": "public", "table": "tasks"}])), &token)
        .await
        .expect("fine");
}
