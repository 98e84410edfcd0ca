use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::time::Instant;

use futures_util::StreamExt as _;
use hub::store::identity::LoginCard;
use reqwest::Method;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::client::Rest;
use crate::support::TestHub;

/// Rows by table and key.
type Contents = HashMap<(String, Uuid), Map<String, Value>>;

/// One try: somebody, a row, a verb, and what the recorded rules say of it.
struct Try {
    who: String,
    table: String,
    row_key: String,
    key: Uuid,
    verb: String,
    expected: bool,
}

/// F011, F015, F016: for every table, role, device and verb, REST lets through exactly what `app.access` says. The rows
/// and the rules are those of the database's own test; of each table one row of each event is tried.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_rule_is_the_law_here_too() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sql");
    let fixture = with_parts(&folder.join("support/fixture.psql"));
    sql.batch_execute(&fixture).await.expect("the fixture is SQL");
    sql.batch_execute("select fixture.house('a')").await.expect("a house is built");
    // The principals, the rows and what is expected of them, as the SQL test has them.
    let test = std::fs::read_to_string(folder.join("03_access.sql")).expect("the test");
    let expectations = test
        .split_once("create table fixture.principals")
        .and_then(|(_, rest)| rest.split_once("-- 'yes' if the verb reaches the row"))
        .map(|(part, _)| format!("create table fixture.principals{part}"))
        .expect("the SQL test has both landmarks");
    sql.batch_execute(&expectations).await.expect("it is SQL");
    let tokens = tokens(&hub, &sql).await;
    let contents = contents(&sql).await;
    let tries = sql
        .query(
            "select p.label, t.table_name, t.row_key, t.key, v.verb, fixture.expected(p, t, v.verb)
               from fixture.principals p
               cross join (select distinct on (table_name, event) * from fixture.targets order by table_name, event, key) t
               cross join unnest(array['select', 'insert', 'update', 'delete']) v (verb)
              where (p.person is not null or p.device is not null)
                -- In the eyes of the rules a desk is a tablet.
                and p.label <> 'desk'
                and coalesce(t.content ->> 'organization_id', t.content ->> 'id') = fixture.id('a', 'organization')::text
                and not (t.table_name = 'memberships' and p.role = 'admin' and t.content ->> 'role' = 'owner' and v.verb <> 'select')",
            &[],
        )
        .await
        .expect("asked");
    let tries: Vec<Try> = tries
        .iter()
        .map(|row| Try {
            who: row.get(0),
            table: row.get(1),
            row_key: row.get(2),
            key: row.get(3),
            verb: row.get(4),
            expected: row.get(5),
        })
        .collect();
    let callers: HashMap<String, Rest> =
        tokens.iter().map(|(who, token)| (who.clone(), Rest::new(&hub, Some(token)))).collect();
    let started = Instant::now();
    let (allowed, denied) = (tries.iter().filter(|t| t.expected).count(), tries.iter().filter(|t| !t.expected).count());
    assert!(allowed > 150 && denied > 1000, "{allowed} allowed, {denied} denied");
    let wrong: Vec<String> = futures_util::stream::iter(tries)
        .map(|one| {
            let (caller, contents) = (callers[&one.who].clone(), &contents);
            async move {
                let (reached, told) = reaches(&caller, &one, contents).await;
                (reached != one.expected)
                    .then(|| format!("{} {} {}: expected {}: {told}", one.who, one.verb, one.table, one.expected))
            }
        })
        .buffer_unordered(6)
        .filter_map(|wrong| async move { wrong })
        .collect()
        .await;
    println!("{} tries in {:?}", allowed + denied, started.elapsed());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A file with the files that it includes by `\ir`.
fn with_parts(path: &Path) -> String {
    let text = std::fs::read_to_string(path).expect("a file of the SQL tests");
    let folder = path.parent().expect("it is in a folder");
    let line = |line: &str| match line.strip_prefix("\\ir ") {
        Some(part) => with_parts(&folder.join(part.trim())),
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

/// Access tokens of the people and devices of the fixture.
async fn tokens(hub: &TestHub, sql: &tokio_postgres::Client) -> BTreeMap<String, String> {
    let store = &hub.server.node.store;
    let people = sql
        .query(
            "select p.label, p.person, fixture.id('a', 'session ' || p.label), fixture.id('a', 'organization')
               from fixture.principals p where p.person is not null",
            &[],
        )
        .await
        .expect("asked");
    let mut tokens: BTreeMap<String, String> = people
        .iter()
        .map(|row| {
            let login = LoginCard {
                id: row.get(2),
                user_id: row.get(1),
                organization_id: row.get(3),
                aal: "aal1".into(),
                amr: json!([]),
            };
            (row.get(0), hub::store::identity::issue(store, &login).0)
        })
        .collect();
    let devices = sql.query("select label, device from fixture.principals where device is not null", &[]).await;
    for row in devices.expect("asked") {
        let label: String = row.get(0);
        let token = hub::store::identity::new_token("d");
        let hash = hub::store::identity::token_hash(&token);
        let id: Uuid = row.get(1);
        sql.execute("update devices set token_hash = $1 where id = $2", &[&hash, &id]).await.expect("written");
        tokens.insert(label, token);
    }
    tokens
}

/// The fixture's rows as a client would send them: sealed columns by their plain names, without what is hidden, derived or
/// masked for anybody.
async fn contents(sql: &tokio_postgres::Client) -> Contents {
    let left_out: HashSet<(String, String)> = sql
        .query(
            "select c.relname::text, a.attname::text from pg_attribute a join pg_class c on c.oid = a.attrelid
              where c.relnamespace = 'public'::regnamespace and a.attnum > 0 and a.attgenerated <> ''
             union select table_name, column_name from data_classes where class = 'secret'
             union select table_name, column_name from app.masks
             union select table_name, unnest(omitted) from live.tracked",
            &[],
        )
        .await
        .expect("asked")
        .iter()
        .map(|row| (row.get(0), row.get(1)))
        .collect();
    let rows = sql
        .query(
            "select t.table_name, t.key, t.content - array(
                      select d from pg_trigger g, unnest(string_to_array(encode(g.tgargs, 'escape'), '\\000')) d
                       where g.tgrelid = t.table_name::regclass and g.tgname = 'protect_derived')
               from fixture.targets t",
            &[],
        )
        .await
        .expect("asked");
    rows.iter()
        .map(|row| {
            let (table, key, content): (String, Uuid, Value) = (row.get(0), row.get(1), row.get(2));
            let mut sent = Map::new();
            for (name, value) in content.as_object().expect("a row") {
                let plain = name.trim_end_matches("_enc");
                if name.ends_with("_bidx")
                    || left_out.contains(&(table.clone(), name.clone()))
                    || left_out.contains(&(table.clone(), plain.to_owned()))
                {
                    continue;
                }
                let sealed = name.ends_with("_enc") && !value.is_null();
                sent.insert(plain.to_owned(), if sealed { json!("somebody") } else { value.clone() });
            }
            ((table, key), sent)
        })
        .collect()
}

/// Whether the verb reaches the row, whatever a guard or a key says to it then.
async fn reaches(caller: &Rest, one: &Try, contents: &Contents) -> (bool, String) {
    let row = format!("{}?{}=eq.{}", one.table, one.row_key, one.key);
    let trial = [("prefer", "tx=rollback,count=exact")];
    let (method, path, body) = match one.verb.as_str() {
        "select" => (Method::GET, format!("{row}&select={}", one.row_key), None),
        "update" => (Method::PATCH, row, Some(json!({ one.row_key.as_str(): one.key }).to_string())),
        "delete" => (Method::DELETE, row, None),
        _ => {
            let content = contents[&(one.table.clone(), one.key)].clone();
            (Method::POST, one.table.clone(), Some(Value::Object(content).to_string()))
        }
    };
    let mut answer = caller.ask(method.clone(), &path, &trial, body.clone()).await;
    // Many try the same row at once, each in a transaction of its own.
    for _ in 0..10 {
        if answer.code() != "40P01" {
            break;
        }
        answer = caller.ask(method.clone(), &path, &trial, body.clone()).await;
    }
    let told = format!("{} {}", answer.status, answer.body.chars().take(300).collect::<String>());
    assert!(answer.status < 500, "{} {} {}: {told}", one.who, one.verb, one.table);
    let none = answer.status < 300 && one.verb != "insert" && answer.headers["content-range"].ends_with("/0");
    (!none && answer.code() != "42501", told)
}
