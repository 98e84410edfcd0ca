use crate::store::data_model::{Argument, Column, DataModel, Function, Reference, Relation, Rule};

use super::{tables, types};

fn column(name: &str, base: &str) -> Column {
    Column {
        relation: "guests".into(),
        name: name.into(),
        declared: base.into(),
        type_name: base.into(),
        base: base.into(),
        not_null: true,
        is_readable: true,
        is_insertable: true,
        is_updatable: true,
        ..Column::default()
    }
}

fn guests(columns: Vec<Column>) -> Relation {
    Relation {
        name: "guests".into(),
        is_served: true,
        takes_inserts: true,
        takes_updates: true,
        primary: vec!["id".into()],
        uniques: vec![vec!["id".into()], vec!["event_id".into(), "seat".into()]],
        columns,
        ..Relation::default()
    }
}

fn model(relations: Vec<Relation>) -> DataModel {
    DataModel { relations, ..DataModel::default() }
}

/// The properties of one half of the only table's type.
fn half(text: &str, name: &str) -> Vec<String> {
    let start = text.find(&format!("        {name}: {{\n")).unwrap_or_else(|| panic!("{name} in {text}"));
    let lines = text[start..].lines().skip(1).take_while(|line| *line != "        };");
    lines.map(|line| line.trim().to_owned()).collect()
}

/// F265: what is null, what has a default and what the database writes itself is exactly what a type says.
#[test]
fn a_type_says_what_may_be_left_out() {
    let columns = vec![
        Column { default: Some("app.uuid7()".into()), ..column("id", "uuid") },
        column("seat", "text"),
        Column { not_null: false, ..column("arrived_at", "timestamptz") },
        Column { is_generated: true, ..column("initials", "text") },
        Column { is_filled: true, ..column("rank", "int4") },
        Column { is_updatable: false, ..column("meta", "jsonb") },
        Column { is_readable: false, ..column("pin", "text") },
    ];
    let text = types(&model(vec![guests(columns)]));
    assert_eq!(
        half(&text, "Row"),
        [
            "id: string;",
            "seat: string;",
            "arrived_at: string | null;",
            "initials: string;",
            "rank: number;",
            "meta: Json;"
        ]
    );
    assert_eq!(
        half(&text, "Insert"),
        [
            "id?: string;",
            "seat: string;",
            "arrived_at?: string | null;",
            "rank?: number;",
            "meta: Json;",
            "pin: string;"
        ]
    );
    assert_eq!(
        half(&text, "Update"),
        ["id?: string;", "seat?: string;", "arrived_at?: string | null;", "rank?: number;", "pin?: string;"]
    );
}

/// F241, F265: a sealed column has its plain name and may have been erased; what is secret has no name at all.
#[test]
fn nothing_secret_has_a_type() {
    let sealed = Column { type_name: "sealed".into(), ..column("name_enc", "bytea") };
    let hidden = |name| Column { is_hidden: true, ..column(name, "bytea") };
    let text = types(&model(vec![guests(vec![sealed, hidden("name_bidx"), hidden("token_hash")])]));
    assert_eq!(half(&text, "Row"), ["name: string | null;"]);
    assert_eq!(half(&text, "Insert"), ["name: string;"]);
    assert!(!text.contains("_bidx") && !text.contains("token") && !text.contains("_enc"), "{text}");
}

/// F265: a list of words is a union, of an array that of its elements; a long one goes over several lines.
#[test]
fn lists_of_words_are_unions() {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let long: Vec<String> = (0..20).map(|n| format!("status_{n}")).collect();
    let columns = vec![
        Column { words: words(&["vip", "press"]), not_null: false, ..column("kind", "text") },
        Column { words: words(&["scan", "wall"]), ..column("audience", "_text") },
        Column { words: words(&["it's", "a \"b\"\n"]), ..column("odd", "text") },
        Column { words: long, not_null: false, ..column("status", "text") },
        column("embedding", "_float4"),
        column("search", "tsvector"),
    ];
    let row = half(&types(&model(vec![guests(columns)])), "Row");
    assert_eq!(row[0], r#"kind: "vip" | "press" | null;"#);
    assert_eq!(row[1], r#"audience: ("scan" | "wall")[];"#);
    assert_eq!(row[2], r#"odd: "it's" | "a \"b\"\n";"#);
    assert_eq!(row[3..5], ["status:", r#"| "status_0""#]);
    assert_eq!(row[23..26], [r#"| "status_19""#, "| null;", "embedding: number[];"]);
    assert_eq!(row[26], "search: unknown;");
}

/// Names and comments are somebody's text: none ends a comment or a key early.
#[test]
fn no_name_breaks_out_of_the_text() {
    let mut odd = guests(vec![column("we ird\"; x: never", "text"), column("9lives", "text")]);
    odd.name = "od-d\n".into();
    odd.comment = Some("ends */ export const x = 1; //\nnext | <b>line".into());
    odd.rules.push(Rule { verb: "select".into(), role: "any".into(), scope: "own".into() });
    let model = model(vec![odd]);
    let text = types(&model);
    assert!(text.contains(r#""od-d\n": {"#) && text.contains(r#""9lives": string;"#), "{text}");
    assert!(text.contains(r#""we ird\"; x: never": string;"#), "{text}");
    assert!(text.contains("/** ends * / export const x = 1; // next | <b>line */\n"), "{text}");
    assert!(tables(&model).contains("ends */ export const x = 1; // next | &lt;b>line\n"));
}

/// F265: who writes nothing has no type to write with; who is not served has none at all.
#[test]
fn what_nobody_may_write_is_never() {
    let mut counters = guests(vec![column("id", "uuid")]);
    (counters.takes_inserts, counters.takes_updates) = (false, false);
    let mut names = guests(vec![column("id", "uuid")]);
    (names.name, names.is_view, names.takes_inserts) = ("names".into(), true, false);
    let mut keys = guests(vec![column("id", "uuid")]);
    (keys.name, keys.is_served) = ("keys".into(), false);
    let text = types(&model(vec![counters, keys, names]));
    assert!(text.contains("        Insert: never;\n        Update: never;\n"), "{text}");
    assert!(!text.contains("keys"), "{text}");
    let view = &text[text.find("names: {").expect("the view")..];
    assert!(!view.contains("Insert") && view.contains("Update: {"), "{view}");
}

/// F265: a reference is to one where a unique key lies within its columns; none leads to what is not served.
#[test]
fn relationships_are_those_of_the_keys() {
    let refers = |name: &str, from: &[&str], to: &str| Reference {
        name: name.into(),
        from: "guests".into(),
        from_columns: from.iter().map(|column| (*column).to_owned()).collect(),
        to: to.into(),
        to_columns: from.iter().map(|column| (*column).to_owned()).collect(),
        on_delete: Some("cascade".into()),
    };
    let mut events = guests(Vec::new());
    events.name = "events".into();
    let mut keys = guests(Vec::new());
    (keys.name, keys.is_served) = ("keys".into(), false);
    let mut model = model(vec![events, guests(vec![column("id", "uuid")]), keys]);
    model.references = vec![
        refers("many", &["org", "event_id"], "events"),
        refers("one", &["seat", "event_id", "org"], "events"),
        refers("secret", &["id"], "keys"),
    ];
    let text = types(&model);
    assert!(
        text.contains("          { foreignKeyName: \"many\"; columns: [\"org\", \"event_id\"]; isOneToOne: false;"),
        "{text}"
    );
    assert_eq!(text.matches("isOneToOne: false").count(), 1);
    assert_eq!(text.matches("isOneToOne: true").count(), 1);
    assert!(!text.contains("secret"), "{text}");
    assert!(
        tables(&model).contains("- seat, event_id, org → [events](#events) (seat, event_id, org), on delete cascade\n")
    );
}

/// F265: a function's arguments and answer, by the types of its arguments, of its rows or of its own making.
#[test]
fn functions_have_their_arguments_and_answers() {
    let argument = |name: &str, base: &str, is_optional| Argument { name: name.into(), base: base.into(), is_optional };
    let function =
        |name: &str, returned: &str| Function { name: name.into(), returned: returned.into(), ..Function::default() };
    let mut model = model(vec![guests(vec![column("id", "uuid")])]);
    model.functions = vec![
        Function {
            arguments: vec![argument("event", "uuid", false), argument("at_most", "int4", true)],
            relation: Some("guests".into()),
            is_set: true,
            ..function("waiting", "guests")
        },
        function("ring", "void"),
        Function { made: vec![argument("n", "int8", false)], ..function("tally", "record") },
    ];
    let text = types(&model);
    assert!(
        text.contains(
            "waiting: { Args: { event: string; at_most?: number }; Returns: Database[\"public\"][\"Tables\"][\"guests\"][\"Row\"][] };"
        ),
        "{text}"
    );
    assert!(text.contains("ring: { Args: Record<PropertyKey, never>; Returns: undefined };"), "{text}");
    assert!(text.contains("tally: { Args: Record<PropertyKey, never>; Returns: { n: number | null } };"), "{text}");
}

/// F016: the page says of each verb who may, widest first, with the limits and the masks.
#[test]
fn the_page_says_who_may_do_what() {
    let rule = |verb: &str, role: &str, scope: &str| Rule { verb: verb.into(), role: role.into(), scope: scope.into() };
    let masked = Column {
        class: Some("personal".into()),
        masked_for: vec!["client".into(), "staff".into()],
        default: Some("'a|b'::text".into()),
        ..column("note", "text")
    };
    let mut relation = guests(vec![column("id", "uuid"), masked]);
    relation.rules = vec![
        rule("select", "system", "all"),
        rule("select", "staff", "event"),
        rule("select", "plugin", "crm:read"),
        rule("select", "owner", "all"),
        rule("update", "staff", "event"),
    ];
    relation.limits = serde_json::json!({ "staff": ["status", "search"] }).as_object().cloned();
    relation.topics = Some("event:event_id,org".into());
    relation.refuses_devices = true;
    let page = tables(&model(vec![relation]));
    assert!(page.contains("- read: owner, staff@event, plugin@crm:read, the hub\n- insert: nobody\n"), "{page}");
    assert!(
        page.contains("- staff updates only: status\n- closed to paired devices\n- live: event:event_id, org\n"),
        "{page}"
    );
    assert!(page.contains("| id | `uuid` |  | key |\n"), "{page}");
    assert!(
        page.contains("| note | `text` | `'a\\|b'::text` | not null, personal, hidden from client staff |\n"),
        "{page}"
    );
    assert!(page.contains("- unique: event_id, seat\n"), "{page}");
}

/// F265: lists are told how the rows of a table are told apart, where they are live, and what cannot be sorted.
#[test]
fn facts_of_a_table_are_those_of_its_tracking() {
    let sealed = Column { type_name: "sealed".into(), ..column("email_enc", "bytea") };
    let tracked =
        |topics: &str| Relation { topics: Some(topics.into()), ..guests(vec![column("id", "uuid"), sealed.clone()]) };
    let facts = |relation: Relation| {
        let text = types(&model(vec![relation]));
        let line = text.lines().find(|line| line.contains("{ key: ")).map(|line| line.trim().to_owned());
        line.unwrap_or_default()
    };
    assert_eq!(
        facts(tracked("event:event_id, project:project_id, org")),
        r#"guests: { key: "id", topics: { event: "event_id", project: "project_id", organization: ["event_id", "project_id"] }, sealed: ["email"] },"#
    );
    assert_eq!(
        facts(tracked("event:event_id,org!")),
        r#"guests: { key: "id", topics: { event: "event_id", organization: [] }, sealed: ["email"] },"#
    );
    assert_eq!(
        facts(tracked("org:id")),
        r#"guests: { key: "id", topics: { organization: "id" }, sealed: ["email"] },"#
    );
    assert_eq!(
        facts(Relation {
            primary: vec!["event_id".into()],
            row_key: Some("event_id".into()),
            ..guests(vec![column("event_id", "uuid")])
        }),
        r#"guests: { key: "event_id", topics: {}, sealed: [] },"#
    );
    // A pair is no key that a list could end with; a view has none.
    assert_eq!(facts(Relation { primary: vec!["a".into(), "b".into()], ..guests(vec![column("a", "uuid")]) }), "");
    assert_eq!(facts(Relation { is_view: true, ..guests(vec![column("id", "uuid")]) }), "");
}
