use reqwest::Method;
use serde_json::json;

use super::client::Rest;
use super::probes;
use crate::support::TestHub;

async fn make(hub: &TestHub) {
    let sql = probes::make(hub).await;
    sql.batch_execute(
        "create function add(a int, b int default 1) returns int language sql immutable as 'select a + b';
         create function count_to(last int) returns setof int language sql immutable as 'select generate_series(1, last)';
         create function nothing() returns void language sql as 'select';
         create function probes_above(minimum int) returns setof probes language sql stable as 'select * from probes where n > minimum';
         create function first_probe() returns probes language sql stable as 'select * from probes order by n limit 1';
         create function sizes(list text[]) returns table (word text, size int, doc jsonb) language sql stable
           as $$ select w, length(w), jsonb_build_object('w', w) from unnest(list) w $$;
         create function echo(jsonb) returns jsonb language sql immutable as 'select $1';
         create function make_probe(number int) returns int language sql volatile
           as 'insert into probes (n) values (number) returning n';
         create function same(a int) returns text language sql immutable as $$ select 'int' $$;
         create function same(a text) returns text language sql immutable as $$ select 'text' $$;
         create function hidden() returns int language sql as 'select 1';
         create function no_rows() returns setof user_credentials language sql as 'select * from user_credentials';
         create function who() returns jsonb language sql stable as $$ select jsonb_build_object('role', app.role(), 'uid', app.uid()) $$;
         grant execute on function add, count_to, nothing, probes_above, first_probe, sizes, echo, make_probe, same(int), same(text),
                                   no_rows, who to hub_app;",
    )
    .await
    .expect("functions are made");
}

/// Functions that are granted answer scalars, sets, rows and nothing, under the caller's own claims; others do not exist.
#[tokio::test]
async fn functions_are_called() {
    let hub = TestHub::start().await;
    make(&hub).await;
    let owner = Rest::owner(&hub).await;
    for (path, body, status, expected) in [
        ("rpc/add", json!({"a": 2, "b": 3}), 200, json!(5)),
        ("rpc/add", json!({"a": 2}), 200, json!(3)),
        ("rpc/count_to", json!({"last": 3}), 200, json!([1, 2, 3])),
        ("rpc/probes_above?select=n&order=n.desc&n=lt.6", json!({"minimum": 3}), 200, json!([{"n": 5}, {"n": 4}])),
        (
            "rpc/probes_above?select=n,up:probes!parent_n(n)&n=eq.4",
            json!({"minimum": 3}),
            200,
            json!([{"n": 4, "up": {"n": 2}}]),
        ),
        ("rpc/first_probe?select=n", json!({}), 200, json!({"n": 1})),
        (
            "rpc/sizes?select=word,size,w:doc->>w&size=gt.1",
            json!({"list": ["a", "bb, c"]}),
            200,
            json!([{"word": "bb, c", "size": 5, "w": "bb, c"}]),
        ),
        ("rpc/echo", json!({"any": ["thing"]}), 200, json!({"any": ["thing"]})),
        ("rpc/who", json!({}), 200, json!({"role": "owner", "uid": hub.owner_id})),
        ("rpc/make_probe", json!({"number": 77}), 200, json!(77)),
    ] {
        let answer = owner.post(path, "", &body).await;
        assert_eq!((answer.status, answer.json()), (status, expected), "{path}: {}", answer.body);
    }
    let nothing = owner.post("rpc/nothing", "", &json!({})).await;
    assert_eq!((nothing.status, nothing.body.as_str()), (204, ""));
    assert_eq!(owner.rows("probes?select=n&n=eq.77").await, json!([{"n": 77}]), "what a POST did is kept");
    assert_eq!(owner.rows("rpc/add?a=2&b=5").await, json!(7));
    assert_eq!(owner.rows("rpc/probes_above?minimum=4&select=n&n=neq.6&order=n&n=lt.9").await, json!([{"n": 5}]));
    assert_eq!(owner.rows("rpc/sizes?list={x,yy}&select=size").await, json!([{"size": 1}, {"size": 2}]));
    let head = owner.ask(Method::HEAD, "rpc/count_to?last=4", &[("prefer", "count=exact")], None).await;
    assert_eq!((head.status, head.headers["content-range"].as_str()), (200, "0-3/4"));

    for (method, path, body, status, code) in [
        (Method::POST, "rpc/hidden", json!({}), 404, "PGRST202"),
        (Method::POST, "rpc/no_rows", json!({}), 404, "PGRST202"),
        (Method::POST, "rpc/pg_sleep", json!({"seconds": 1}), 404, "PGRST202"),
        (Method::POST, "rpc/citext_eq", json!({}), 404, "PGRST202"),
        (Method::POST, "rpc/uid", json!({}), 404, "PGRST202"),
        (Method::POST, "rpc/add", json!({}), 404, "PGRST202"),
        (Method::POST, "rpc/add", json!({"a": 1, "c": 1}), 404, "PGRST202"),
        (Method::POST, "rpc/add", json!({"a": "x"}), 400, "22P02"),
        (Method::POST, "rpc/add", json!([1]), 400, "PGRST102"),
        (Method::POST, "rpc/same", json!({"a": 1}), 300, "PGRST203"),
        (Method::DELETE, "rpc/add", json!({"a": 1}), 405, "PGRST117"),
        (Method::GET, "rpc/make_probe?number=78", json!(null), 405, "25006"),
        (Method::GET, "rpc/add?a=1;drop table probes", json!(null), 400, "22P02"),
        (Method::GET, "rpc/count_to?last=3&count_to=eq.1", json!(null), 400, "PGRST127"),
    ] {
        let answer = owner.ask(method.clone(), path, &[], Some(body.to_string())).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{method} {path}: {}", answer.body);
    }
}

/// A function that answers rows of a table shows what the table would: masks and row security hold.
#[tokio::test]
async fn a_function_shows_no_more_than_its_table() {
    let hub = TestHub::start().await;
    make(&hub).await;
    let staff = Rest::member(&hub, "staff").await;
    let rows = staff.rows("rpc/probes_above?minimum=5").await;
    assert!(rows[0].get("n").is_some() && rows[0].get("word").is_none(), "{rows}");
    let refused = staff.get("rpc/probes_above?minimum=5&word=eq.x").await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "42501"));
    let refused = staff.post("rpc/make_probe", "", &json!({"number": 80})).await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "42501"));
    let foreign = Rest::new(&hub, Some(&hub.other_house().await.token));
    assert_eq!(foreign.rows("rpc/probes_above?minimum=0").await, json!([]));
}
