use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::client::Rest;
use super::probes;
use crate::support::TestHub;

const BACK: &str = "return=representation";

/// Rows are made: one, many, with defaults; told back only when asked; refused whole.
#[tokio::test]
async fn rows_are_inserted() {
    let hub = TestHub::start().await;
    let sql = probes::make(&hub).await;
    let owner = Rest::owner(&hub).await;
    let made = owner.post("probes", "", &json!({"n": 10, "tags": ["x", "y, z"], "doc": {"k": [1, {"d": null}]}})).await;
    assert_eq!((made.status, made.body.as_str()), (201, ""));
    let row = owner.rows("probes?n=eq.10&select=tags,doc,created_by,organization_id").await[0].clone();
    let expected = json!({"tags": ["x", "y, z"], "doc": {"k": [1, {"d": null}]}, "created_by": hub.owner_id, "organization_id": hub.organization_id});
    assert_eq!(row, expected, "who made it and whose it is follow by themselves");
    let many = owner.post("probes?select=n,word", BACK, &json!([{"n": 11, "word": "a"}, {"n": 12, "word": "b"}])).await;
    assert_eq!((many.status, many.json()), (201, json!([{"n": 11, "word": "a"}, {"n": 12, "word": "b"}])));
    let path = "probes?columns=\"n\",\"tags\"&select=n,tags,word";
    let mixed = json!([{"n": 13, "word": "ignored"}, {"n": 14, "tags": ["t"]}]);
    let refused = owner.post(path, BACK, &mixed).await;
    assert_eq!((refused.status, refused.code().as_str()), (400, "23502"), "null is not the default");
    let made = owner.post(path, &format!("{BACK},missing=default"), &mixed).await;
    assert_eq!(made.json(), json!([{"n": 13, "tags": [], "word": null}, {"n": 14, "tags": ["t"], "word": null}]));
    let one = [("prefer", BACK), ("accept", "application/vnd.pgrst.object+json")];
    let made =
        owner.ask(Method::POST, "probes?select=n", &one, Some(r#"{"n": 15, "price": 12345678901.123}"#.into())).await;
    assert_eq!(made.json(), json!({"n": 15}));
    assert!(owner.get("probes?n=eq.15&select=price").await.body.contains("12345678901.123"));
    let two = owner.ask(Method::POST, "probes?select=n", &one, Some(r#"[{"n": 16}, {"n": 17}]"#.into())).await;
    assert_eq!((two.status, two.code().as_str()), (406, "PGRST116"));
    assert_eq!(owner.post("probes", BACK, &json!([])).await.json(), json!([]));
    assert_eq!(owner.post("probes?select=n", BACK, &json!({})).await.json(), json!([{"n": null}]));
    let with = owner.post("probes?select=n,up:probes!parent_n(word)", BACK, &json!({"n": 18, "parent_n": 1})).await;
    assert_eq!(with.json(), json!([{"n": 18, "up": {"word": "Silk moth"}}]));

    for (body, status, code) in [
        (json!({"n": 1}), 409, "23505"),
        (json!({"parent_n": 999}), 409, "23503"),
        (json!({"tags": null}), 400, "23502"),
        (json!({"n": "many"}), 400, "22P02"),
        (json!({"nothing": 1}), 400, "PGRST204"),
        (json!({"words": "x"}), 400, "428C9"),
        (json!([{"n": 20}, {"word": "x"}]), 400, "PGRST102"),
        (json!([{"n": 20}, {"n": 1}]), 409, "23505"),
        (json!({"organization_id": Uuid::now_v7()}), 403, "42501"),
        (json!("text"), 400, "PGRST102"),
    ] {
        let answer = owner.post("probes", BACK, &body).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{body}: {}", answer.body);
    }
    let left: i64 =
        sql.query_one("select count(*) from probes where n in (16, 17, 20)", &[]).await.expect("asked").get(0);
    assert_eq!(left, 0, "what is refused leaves nothing");
}

/// Rows are changed and deleted: those that are meant, never all for want of a filter.
#[tokio::test]
async fn rows_are_updated_and_deleted() {
    let hub = TestHub::start().await;
    let sql = probes::make(&hub).await;
    let owner = Rest::owner(&hub).await;
    let changed = owner.patch("probes?n=lte.2&select=n,word&order=n", BACK, &json!({"word": "new", "doc": [1]})).await;
    assert_eq!((changed.status, changed.json()), (200, json!([{"n": 1, "word": "new"}, {"n": 2, "word": "new"}])));
    let quiet = owner.patch("probes?n=eq.3", "count=exact", &json!({"word": "quiet"})).await;
    assert_eq!((quiet.status, quiet.body.as_str(), quiet.headers["content-range"].as_str()), (204, "", "0-0/1"));
    assert_eq!(owner.patch("probes?n=eq.99", BACK, &json!({"word": "x"})).await.json(), json!([]));
    assert_eq!(owner.patch("probes?n=eq.1", BACK, &json!({})).await.json(), json!([]));
    let answer = owner.patch("probes?n=gt.3", "handling=strict,max-affected=2", &json!({"word": "x"})).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "PGRST124"));
    let trial = owner.delete("probes?n=eq.6", "tx=rollback,return=representation").await;
    assert_eq!((trial.status, trial.json()[0]["n"].clone()), (200, json!(6)));
    let gone = owner.delete("probes?n=gte.5&select=n", BACK).await;
    assert_eq!(gone.json().as_array().map(Vec::len), Some(2), "{}", gone.body);
    let words: Vec<Option<String>> =
        sql.query_one("select array_agg(word order by n) from probes", &[]).await.expect("asked").get(0);
    assert_eq!(words, [Some("new"), Some("new"), Some("quiet"), Some("SILK road")].map(|w| w.map(str::to_owned)));

    let some = owner.patch("probes?n=eq.1&columns=word", "", &json!({"word": "some", "nothing": 1})).await;
    assert_eq!(some.status, 204, "what is not among the columns does not matter: {}", some.body);
    for (method, path, code) in [
        (Method::PATCH, "probes", "21000"),
        (Method::DELETE, "probes", "21000"),
        (Method::DELETE, "probes?select=n", "21000"),
        (Method::DELETE, "probes?n=gt.0&limit=1", "PGRST127"),
        (Method::PATCH, "probes?nothing=eq.1", "42703"),
        (Method::PATCH, "probes?n=eq.x", "22P02"),
        (Method::PUT, "probes?n=eq.1", "PGRST105"),
        (Method::TRACE, "probes?n=eq.1", "PGRST117"),
    ] {
        let body = json!({"word": "all of them"}).to_string();
        let answer = owner.ask(method.clone(), path, &[], Some(body)).await;
        assert_eq!(answer.code(), code, "{method} {path}: {}", answer.body);
    }
    let left: i64 =
        sql.query_one("select count(*) from probes where word = 'all of them'", &[]).await.expect("asked").get(0);
    assert_eq!(left, 0);
}

/// What is there already is merged or left alone, by the key or by other columns; the same request twice is one row.
#[tokio::test]
async fn rows_are_upserted() {
    let hub = TestHub::start().await;
    let sql = probes::make(&hub).await;
    let owner = Rest::owner(&hub).await;
    let id = Uuid::now_v7();
    let row = json!([{"id": id, "n": 30, "word": "first"}]);
    for _ in 0..2 {
        let made = owner.post("probes", "resolution=merge-duplicates", &row).await;
        assert_eq!(made.status, 201, "{}", made.body);
    }
    let merged = owner
        .post(
            "probes?select=word",
            "resolution=merge-duplicates,return=representation",
            &json!([{"id": id, "n": 30, "word": "second"}]),
        )
        .await;
    assert_eq!(merged.json(), json!([{"word": "second"}]));
    let ignored = owner
        .post(
            "probes?select=word",
            "resolution=ignore-duplicates,return=representation",
            &json!([{"id": id, "n": 30, "word": "third"}]),
        )
        .await;
    assert_eq!(ignored.json(), json!([]));
    let by_n = "probes?on_conflict=n&select=id,word";
    let merged = owner
        .post(
            by_n,
            "resolution=merge-duplicates,return=representation",
            &json!([{"n": 30, "word": "fourth"}, {"n": 31, "word": "new"}]),
        )
        .await;
    let merged: Value = merged.json();
    assert_eq!((&merged[0], merged.as_array().map(Vec::len)), (&json!({"id": id, "word": "fourth"}), Some(2)));
    let plain = owner.post("probes", "", &row).await;
    assert_eq!((plain.status, plain.code().as_str()), (409, "23505"));
    let wrong = owner.post("probes?on_conflict=word", "resolution=merge-duplicates", &row).await;
    assert_eq!((wrong.status, wrong.code().as_str()), (400, "42P10"));
    let rows: i64 = sql.query_one("select count(*) from probes where n >= 30", &[]).await.expect("asked").get(0);
    assert_eq!(rows, 2);
}

/// What is written here reaches the journal like every other change, with its author.
#[tokio::test]
async fn a_write_is_in_the_journal() {
    let hub = TestHub::start().await;
    let owner = Rest::owner(&hub).await;
    let made = owner.post("venues?select=id", BACK, &json!({"name": "Silo"})).await.json();
    let id: Uuid = made[0]["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let sql = hub.database.sql().await;
    let row = sql
        .query_one(
            "select c.principal_kind, c.principal_id, c.seq from live.journal j
               join live.commits c on c.xid = j.xid and c.topic = j.topic where j.row_key = $1",
            &[&id],
        )
        .await
        .expect("one entry");
    assert_eq!((row.get::<_, &str>(0), row.get::<_, Uuid>(1)), ("user", hub.owner_id));
    assert!(row.get::<_, Option<i64>>(2).is_some(), "numbered at commit");
}
