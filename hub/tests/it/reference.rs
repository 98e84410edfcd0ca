//! The types and the page of the tables, against the database that the migrations make.

use std::fs;
use std::path::{Path, PathBuf};

use hub::config::Config;
use hub::reference;
use hub::server::{Database, open_database};
use hub::store::DataModel;
use hub::store::rest;
use serde_json::Value;

use crate::support::TestDatabase;
use crate::support::postgres::MASTER_KEY;

async fn open(database: &TestDatabase) -> Database {
    let data = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let config = Config::for_test(&data, database.url.clone(), MASTER_KEY.to_owned());
    open_database(&config).await.expect("the database opens")
}

async fn read(opened: &Database) -> DataModel {
    DataModel::read(&opened.store.pools).await.expect("the catalogue is read")
}

/// What stands in the repository is what the database says.
fn compare(path: &str, made: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    let found = fs::read_to_string(&file).unwrap_or_default();
    let Some(line) = (1..).zip(made.lines().zip(found.lines())).find(|(_, (made, found))| made != found) else {
        assert_eq!(made.len(), found.len(), "{path} is not up to date: run `make generate`");
        return;
    };
    let (number, (made, found)) = line;
    panic!("{path} is not up to date: run `make generate`\nline {number} is    {found}\nit would be  {made}");
}

/// F265: the TypeScript types of every table are those of the database; a difference fails the build.
#[tokio::test]
async fn the_types_are_those_of_the_database() {
    let database = TestDatabase::create().await;
    let opened = open(&database).await;
    compare("client-sdk/typescript/src/database.ts", &reference::types(&read(&opened).await));
}

/// F016: so is the page that says who may do what, and it explains every scope it names.
#[tokio::test]
async fn the_page_of_tables_is_that_of_the_database() {
    let database = TestDatabase::create().await;
    let opened = open(&database).await;
    let page = reference::tables(&read(&opened).await);
    let sql = database.sql().await;
    let scopes = "select distinct scope from app.access where scope <> 'all' and scope !~ ':'";
    for row in sql.query(scopes, &[]).await.expect("the rules") {
        let scope: &str = row.get(0);
        assert!(page.contains(&format!("\n- `@{scope}`: ")), "the page does not explain @{scope}");
    }
    let tables = "select c.relname::text from pg_class c
                   where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') and c.relname !~ '^_'";
    for row in sql.query(tables, &[]).await.expect("the tables") {
        let table: &str = row.get(0);
        assert!(page.contains(&format!("\n### {table}\n")), "the page leaves {table} out");
    }
    compare("hub/docs/tables.md", &page);
}

/// F265: the description of `/rest/v1` names every table that is served with all its columns, and leads nowhere else.
#[tokio::test]
async fn the_description_names_every_table() {
    let database = TestDatabase::create().await;
    let opened = open(&database).await;
    let document = rest::document(&opened.store, None).await.expect("the description");
    assert_eq!(document["swagger"], "2.0");
    let definitions = document["definitions"].as_object().expect("definitions");
    let served: Vec<_> = read(&opened).await.relations.into_iter().filter(|relation| relation.is_served).collect();
    assert!(served.len() > 100);
    for relation in &served {
        let path = &document["paths"][format!("/{}", relation.name)];
        assert!(path["get"]["responses"]["200"].is_object(), "{} has no path", relation.name);
        assert_eq!(
            path["post"].is_object(),
            relation.columns.iter().any(|column| column.is_insertable),
            "{}",
            relation.name
        );
        let mut expected: Vec<&str> = relation
            .columns
            .iter()
            .filter(|column| column.is_readable && !column.is_hidden)
            .map(|column| column.plain_name())
            .collect();
        expected.sort_unstable();
        let definition = &definitions[&relation.name];
        let properties = definition["properties"].as_object().expect("properties");
        let mut found: Vec<&str> = properties.keys().map(String::as_str).collect();
        found.sort_unstable();
        assert_eq!(found, expected, "{}", relation.name);
        for required in definition["required"].as_array().expect("required") {
            assert!(properties.contains_key(required.as_str().expect("a name")), "{}: {required}", relation.name);
        }
        for (name, property) in properties {
            let kind = property.get("type").map(|kind| kind.as_str().expect("a type is a word"));
            assert!(property["format"].is_string(), "{}.{name}", relation.name);
            assert!(kind != Some("array") || property["items"]["type"].is_string(), "{}.{name}", relation.name);
        }
    }
    assert_eq!(definitions.len(), served.len());
    assert_eq!(references(&document).len(), document["paths"].to_string().matches("$ref").count());
    for reference in references(&document) {
        let name = reference.strip_prefix("#/definitions/").expect("a definition");
        assert!(definitions.contains_key(name), "{reference} leads nowhere");
    }
    compare("hub/docs/openapi.json", &format!("{document:#}\n"));
}

/// Everything that a document refers to.
fn references(value: &Value) -> Vec<&str> {
    match value {
        Value::Object(members) => {
            let own = members.get("$ref").and_then(Value::as_str);
            own.into_iter().chain(members.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

/// F241: no secret, no blind index and no envelope has a name in the types, not through a view either.
#[tokio::test]
async fn no_type_names_a_secret() {
    let database = TestDatabase::create().await;
    database
        .sql()
        .await
        .batch_execute(
            "create view renamed with (security_invoker = true) as
               select id, name, token_hash as nothing_special, gate_id, event_id from devices;
             comment on view renamed is 'A secret under another name.';
             grant select on renamed to hub_app;
             alter table events add column shown text, add column concealed text,
               add column fingerprint text generated always as (md5(concealed)) stored;
             insert into data_classes values ('events', 'concealed', 'secret', '-', false, 'null')",
        )
        .await
        .expect("somebody adds a view and columns");
    let opened = open(&database).await;
    let model = read(&opened).await;
    let text = reference::types(&model);
    for name in ["nothing_special", "concealed", "fingerprint", "token_hash", "password_hash", "_bidx", "_enc"] {
        let property =
            text.lines().find(|line| line.contains(&format!("{name}:")) || line.contains(&format!("{name}?:")));
        assert_eq!(property, None, "{name}");
    }
    assert!(text.contains("shown?: string | null;") && text.contains("      renamed: {\n"));
    let renamed = model.relation("renamed").expect("the view");
    assert!(renamed.columns.iter().any(|column| column.name == "nothing_special" && column.is_hidden));
    // The view shows the keys of its table, so rows can be embedded through it.
    assert!(model.references.iter().any(|reference| reference.from == "renamed" && reference.to == "event_gates"));
}

/// F265: whatever is added to the database has its types by itself: lists, domains, arrays, defaults, functions.
#[tokio::test]
async fn what_is_added_has_its_types() {
    let database = TestDatabase::create().await;
    database
        .sql()
        .await
        .batch_execute(
            "create table \"o d d\" (
               id bigint generated always as identity primary key,
               number int generated by default as identity,
               one text not null check (one in ('it''s')),
               choice citext check (choice is null or choice in ('a', 'B,c')),
               several text[] not null default '{}' check (several <@ array['x', 'y']),
               length text check (length(length) in (1, 2)),
               either text check (either in ('p', 'q') or id > 0),
               bag jsonb not null check (jsonb_typeof(bag) = 'object'),
               \"Odd\" text check (\"Odd\" in ('o')),
               price amount not null,
               place text not null,
               doubled numeric generated always as (price * 2) stored);
             alter table \"o d d\" enable row level security;
             alter table \"o d d\" force row level security;
             grant select, insert on \"o d d\" to hub_app;
             insert into app.access values ('o d d', 'insert', 'owner', 'all');
             create function app.give_place() returns trigger language plpgsql as $$ begin
               new.place := coalesce(new.place, 'front'); return new; end $$;
             create trigger give_place before insert on \"o d d\" for each row execute function app.give_place();
             create function nearby(venue uuid, at_most int default 10) returns setof venues language sql stable
               as 'select * from venues limit 1';
             create function secretly() returns int language sql as 'select 1';
             grant execute on function nearby to hub_app",
        )
        .await
        .expect("somebody adds a table");
    let opened = open(&database).await;
    let text = reference::types(&read(&opened).await);
    let start = text.find("      \"o d d\": {\n").expect("the table");
    let end = start + text[start..].find("\n      };").expect("its end");
    let lines: Vec<&str> = text[start..end].lines().skip(1).map(str::trim).collect();
    assert_eq!(
        lines,
        [
            "Row: {",
            "id: number;",
            "number: number;",
            r#"one: "it's";"#,
            r#"choice: "a" | "B,c" | null;"#,
            r#"several: ("x" | "y")[];"#,
            "length: string | null;",
            "either: string | null;",
            "bag: Json;",
            r#"Odd: "o" | null;"#,
            "price: number;",
            "place: string;",
            "doubled: number | null;",
            "};",
            "Insert: {",
            "number?: number;",
            r#"one: "it's";"#,
            r#"choice?: "a" | "B,c" | null;"#,
            r#"several?: ("x" | "y")[];"#,
            "length?: string | null;",
            "either?: string | null;",
            "bag: Json;",
            r#"Odd?: "o" | null;"#,
            "price: number;",
            "place?: string;",
            "};",
            "Update: never;",
            "Relationships: [];",
        ]
    );
    let nearby = "nearby: { Args: { venue: string; at_most?: number }; \
                  Returns: Database[\"public\"][\"Tables\"][\"venues\"][\"Row\"][] };";
    assert!(text.contains(nearby) && !text.contains("secretly"), "functions: granted by name, and no others");
}
