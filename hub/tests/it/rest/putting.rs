use serde_json::json;
use uuid::Uuid;

use super::client::Rest;
use super::probes;
use crate::support::{Show, TestHub};

const BACK: &str = "return=representation";

/// PUT puts the one row that the key names: new, it is made; there, it takes the values; twice is once.
#[tokio::test]
async fn a_row_is_put_where_its_key_says() {
    let hub = TestHub::start().await;
    let sql = probes::make(&hub).await;
    let owner = Rest::owner(&hub).await;
    let id = Uuid::now_v7();
    let path = format!("probes?id=eq.{id}&select=n,word");
    let made = owner.put(&path, BACK, &json!({"id": id, "n": 40, "word": "first"})).await;
    assert_eq!((made.status, made.json()), (201, json!([{"n": 40, "word": "first"}])));
    let again = owner.put(&path, BACK, &json!([{"id": id, "n": 40, "word": "second"}])).await;
    assert_eq!((again.status, again.json()), (200, json!([{"n": 40, "word": "second"}])));
    let quiet = owner.put(&path, "", &json!({"id": id.to_string().to_uppercase(), "n": 41})).await;
    assert_eq!((quiet.status, quiet.body.as_str()), (204, ""));
    let row = owner.rows(&format!("probes?id=eq.{id}&select=n,word")).await;
    assert_eq!(row, json!([{"n": 41, "word": "second"}]), "what the body does not have stays");
    let other = Uuid::now_v7();
    let trial = owner.put(&format!("probes?id=eq.{other}"), "tx=rollback", &json!({"id": other})).await;
    assert_eq!(trial.status, 201);
    // Of several rows the one that is named.
    let both = json!([{"id": other, "n": 42}, {"id": id, "n": 43}]);
    assert_eq!(owner.put(&path, BACK, &both).await.json(), json!([{"n": 43, "word": "second"}]));
    let rows: i64 =
        sql.query_one("select count(*) from probes where n >= 40 or id = $1", &[&other]).await.expect("asked").get(0);
    assert_eq!(rows, 1);
}

/// The address names the whole key and nothing else, and the body the same row; else nothing is done.
#[tokio::test]
async fn a_row_that_is_not_named_is_not_put() {
    let hub = TestHub::start().await;
    let sql = probes::make(&hub).await;
    let owner = Rest::owner(&hub).await;
    let (id, other) = (Uuid::now_v7(), Uuid::now_v7());
    let row = json!({"id": id, "n": 50});
    for (query, body, status, code) in [
        (String::new(), row.clone(), 405, "PGRST105"),
        ("n=eq.50".into(), row.clone(), 405, "PGRST105"),
        (format!("id=eq.{id}&n=eq.50"), row.clone(), 405, "PGRST105"),
        (format!("id=in.({id})"), row.clone(), 405, "PGRST105"),
        (format!("id=not.eq.{id}"), row.clone(), 405, "PGRST105"),
        (format!("and=(id.eq.{id})"), row.clone(), 405, "PGRST105"),
        (format!("id=eq.{id}&limit=1"), row.clone(), 400, "PGRST114"),
        (format!("id=eq.{id}&offset=1"), row.clone(), 400, "PGRST114"),
        (format!("id=eq.{id}"), json!({"id": other, "n": 50}), 400, "PGRST115"),
        (format!("id=eq.{id}"), json!({"n": 50}), 400, "PGRST115"),
        (format!("id=eq.{id}"), json!([]), 400, "PGRST115"),
        (format!("id=eq.{id}"), json!([{"id": id, "n": 50}, {"id": id, "n": 51}]), 400, "21000"),
        (format!("id=eq.{id}"), json!({"id": id, "n": 1}), 409, "23505"),
        (format!("id=eq.{id}"), json!({"id": id, "words": "x"}), 400, "428C9"),
        ("id=eq.50".into(), row.clone(), 400, "22P02"),
    ] {
        let answer = owner.put(&format!("probes?{query}"), BACK, &body).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{query} {body}: {}", answer.body);
    }
    let left: i64 = sql.query_one("select count(*) from probes where n >= 50", &[]).await.expect("asked").get(0);
    assert_eq!(left, 0);
}

/// F246: whoever may not insert puts nothing; a key of two columns is named by both; another house's row is neither seen nor
/// changed; what is sealed is sealed.
#[tokio::test]
async fn putting_is_writing_under_the_same_rules() {
    let hub = TestHub::start().await;
    let sql = probes::make(&hub).await;
    let owner = Rest::owner(&hub).await;
    let staff = Rest::member(&hub, "staff").await;
    let stranger = Rest::new(&hub, Some(&hub.other_house().await.token));
    let id: Uuid = sql.query_one("select id from probes where n = 1", &[]).await.expect("asked").get(0);
    let path = format!("probes?id=eq.{id}");
    let body = json!({"id": id, "n": 60});
    assert_eq!(staff.put(&path, "", &body).await.code(), "42501");
    let theirs = stranger.put(&path, "", &body).await;
    assert!(theirs.status == 403 || theirs.status == 409, "{theirs:?}");
    let n: i32 = sql.query_one("select n from probes where id = $1", &[&id]).await.expect("there").get(0);
    assert_eq!(n, 1);

    sql.batch_execute(
        "create table pairs (
           organization_id uuid not null default app.org() references organizations on delete cascade,
           a int not null, b int not null, word text, primary key (a, b));
         select app.secure('pairs', read => 'owner', insert => 'owner', update => 'owner', delete => 'owner');",
    )
    .await
    .expect("the table is made");
    let put = async |query: &str, word: &str| {
        let body = json!({"b": 2, "a": 1, "word": word});
        let mut answer = owner.put(&format!("pairs?{query}"), BACK, &body).await;
        // It is there within a second of its commit.
        while answer.code() == "PGRST205" {
            answer = owner.put(&format!("pairs?{query}"), BACK, &body).await;
        }
        (answer.status, answer.code())
    };
    assert_eq!(put("a=eq.1&b=eq.2", "one").await.0, 201);
    assert_eq!(put("b=eq.2&a=eq.1", "two").await.0, 200);
    assert_eq!(put("a=eq.1", "three").await, (405, "PGRST105".into()));
    assert_eq!(put("a=eq.1&b=eq.3", "four").await, (400, "PGRST115".into()));
    let words: Vec<String> = sql.query_one("select array_agg(word) from pairs", &[]).await.expect("asked").get(0);
    assert_eq!(words, ["two"]);

    let show = Show::with_guests(&hub, 0).await;
    let guest = Uuid::now_v7();
    let path = format!("registrations?id=eq.{guest}&select=attendee_name,attendee_email");
    for (name, status) in [("Xanthippe", 201), ("Xenia", 200)] {
        let body = json!({
            "id": guest, "event_id": show.event_id, "ticket_tier_id": show.tier_id, "attendee_name": name,
            "attendee_email": "x@mail.example", "qr_code_data": format!("FH1.{}", guest.simple()), "status": "confirmed",
        });
        let put = owner.put(&path, BACK, &body).await;
        let expected = json!([{"attendee_name": name, "attendee_email": "x@mail.example"}]);
        assert_eq!((put.status, put.json()), (status, expected), "{}", put.body);
    }
    let plain = "select count(*) from live.journal where new_row::text ~* 'xanthippe|xenia|mail.example'";
    assert_eq!(sql.query_one(plain, &[]).await.expect("asked").get::<_, i64>(0), 0);
}
