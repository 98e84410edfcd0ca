use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> Result<TableQuery, QueryError> {
    let pairs: Vec<(&str, &str)> = text
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .collect();
    TableQuery::parse(&pairs)
}

fn code(text: &str) -> &'static str {
    parse(text).err().map_or("", |error| error.code())
}

fn field(column: &str) -> Field {
    Field { column: column.to_owned(), path: Vec::new() }
}

fn test_of(text: &str) -> (bool, Test) {
    match parse(text).map(|query| query.root.conditions) {
        Ok(conditions) => match conditions.as_slice() {
            [Condition::Column { negated, test, .. }] => (*negated, test.clone()),
            other => panic!("{text}: {other:?}"),
        },
        Err(error) => panic!("{text}: {error}"),
    }
}

#[test]
fn columns_are_renamed_cast_and_looked_into() {
    let query =
        parse("select=id,name:full_name,n::text,meta->a->>0,\"odd, \\\"name\\\"\",total:amount::int.sum()::text")
            .expect("it parses");
    let picks: Vec<Pick> = query
        .root
        .items
        .into_iter()
        .map(|item| match item {
            Item::Pick(pick) => pick,
            other => panic!("{other:?}"),
        })
        .collect();
    let pick = |alias: Option<&str>, field: Field, cast: Option<&str>| Pick {
        alias: alias.map(str::to_owned),
        field: Some(field),
        cast: cast.map(str::to_owned),
        aggregate: None,
    };
    assert_eq!(picks[0], pick(None, field("id"), None));
    assert_eq!(picks[1], pick(Some("name"), field("full_name"), None));
    assert_eq!(picks[2], pick(None, field("n"), Some("text")));
    let steps = vec![Step { key: "a".into(), as_text: false }, Step { key: "0".into(), as_text: true }];
    assert_eq!(picks[3], pick(None, Field { column: "meta".into(), path: steps }, None));
    assert_eq!(picks[4], pick(None, field("odd, \"name\""), None));
    let sum = Aggregate { function: Function::Sum, cast: Some("text".into()) };
    assert_eq!(picks[5], Pick { aggregate: Some(sum), ..pick(Some("total"), field("amount"), Some("int")) });
}

#[test]
fn embeds_nest_and_their_parameters_find_them() {
    let query = parse(
        "select=*,place:venues!events_venue_fkey!inner(name,rooms(*)),...tiers(tier:name)&place.name=eq.x&place.rooms.limit=3\
         &venues.rooms.or=(a.eq.1,b.is.null)&tiers.not.and=(a.gt.1)&order=place(name).desc.nullslast,id&limit=5&offset=2",
    )
    .expect("it parses");
    let Some(place) = query.root.embed("place") else { panic!("no embed") };
    assert_eq!(
        (place.relation.as_str(), place.hint.as_deref(), place.join),
        ("venues", Some("events_venue_fkey"), Join::Inner)
    );
    assert_eq!(place.node.conditions.len(), 1);
    let rooms = place.node.embed("rooms").expect("nested");
    assert_eq!((rooms.node.limit, rooms.node.conditions.len()), (Some(3), 1));
    let tiers = query.root.embed("tiers").expect("spread");
    assert!(tiers.spread && matches!(tiers.node.conditions[0], Condition::Group { negated: true, any: false, .. }));
    assert_eq!((query.root.limit, query.root.offset), (Some(5), 2));
    let first = Order { embed: Some("place".into()), field: field("name"), descending: true, nulls_first: Some(false) };
    assert_eq!(query.root.order[0], first);
    assert_eq!(code("select=id&venues.name=eq.x"), "PGRST108");
}

#[test]
fn operators_and_values_are_read() {
    let compare = |operator, value: &str| Test::Compare(operator, None, value.to_owned());
    assert_eq!(test_of("a=eq.x.y,(z)"), (false, compare(Operator::Eq, "x.y,(z)")));
    assert_eq!(test_of("a=not.eq."), (true, compare(Operator::Eq, "")));
    assert_eq!(test_of("a=like.*x*"), (false, compare(Operator::Like, "%x%")));
    assert_eq!(test_of("a=match.x*"), (false, compare(Operator::Match, "x*")));
    assert_eq!(test_of("a=gt(all).{1,2}"), (false, Test::Compare(Operator::Gt, Some(Quantifier::All), "{1,2}".into())));
    assert_eq!(test_of("a=in.(1,\"b, \\\"c\\\")\",)").1, Test::In(vec!["1".into(), "b, \"c\")".into(), String::new()]));
    assert_eq!(test_of("a=is.NULL").1, Test::Is(Is::Null));
    assert_eq!(test_of("a=wfts(french).a b").1, Test::Search(Search::Web, Some("french".into()), "a b".into()));
    for (text, operator) in [
        ("cs", Operator::Contains),
        ("sl", Operator::StrictlyLeft),
        ("adj", Operator::Adjacent),
        ("isdistinct", Operator::IsDistinct),
    ] {
        assert_eq!(test_of(&format!("a={text}.[1,2)")).1, compare(operator, "[1,2)"));
    }
    for wrong in [
        "a=1",
        "a=eq",
        "a=nope.1",
        "a=is.maybe",
        "a=in.1",
        "a=in.(1",
        "a=in.(1)x",
        "a=neq(any).{1}",
        "a=not.not.eq.1",
        "a=eq(some).1",
        "a=.1",
        "a=EQ.1",
    ] {
        assert_eq!(code(wrong), "PGRST100", "{wrong}");
    }
}

#[test]
fn groups_nest() {
    let query = parse("or=(a.eq.1,not.and(b.gt.2,c.in.(x,\"y)\")),d.not.is.null,e.cs.{1,2},f->>g.eq.\"a,b\")")
        .expect("it parses");
    let [Condition::Group { negated: false, any: true, conditions }] = query.root.conditions.as_slice() else {
        panic!("{query:?}")
    };
    assert_eq!(conditions.len(), 5);
    assert!(
        matches!(&conditions[1], Condition::Group { negated: true, any: false, conditions } if conditions.len() == 2)
    );
    assert!(matches!(&conditions[2], Condition::Column { negated: true, .. }));
    assert!(matches!(&conditions[3], Condition::Column { test: Test::Compare(_, _, value), .. } if value == "{1,2}"));
    assert!(
        matches!(&conditions[4], Condition::Column { field, test: Test::Compare(_, _, value), .. } if value == "a,b" && field.path.len() == 1)
    );
    for wrong in [
        "or=",
        "or=()",
        "or=(a.eq.1",
        "or=(a.eq.1))",
        "or=(a)",
        "or=(a.eq)",
        "or=(a.eq.1,)",
        "or=(a.cs.{1)",
        "and=a.eq.1",
    ] {
        assert_eq!(code(wrong), "PGRST100", "{wrong}");
    }
}

#[test]
fn what_does_not_parse_says_so() {
    for wrong in [
        "select=a(",
        "select=a)",
        "select=a,",
        "select=,a",
        "select=a:b:c",
        "select=a::",
        "select=a.b",
        "select=a.sum",
        "select=a->",
        "select=!x(a)",
        "select=\"a",
        "select=a!x",
        "select=...a",
        "order=a.up",
        "order=a(b",
        "limit=x",
        "offset=-1",
        "columns=a;b",
        "=eq.1",
        "a.=eq.1",
        "a->>b.c=eq.1",
    ] {
        assert_eq!(code(wrong), "PGRST100", "{wrong}");
    }
}

#[test]
fn every_bound_is_kept_and_reached() {
    let nest = |times: usize| format!("select={}x{}", "a(".repeat(times), ")".repeat(times));
    let group = |times: usize| format!("or={}(a.eq.1){}", "(and".repeat(times), ")".repeat(times));
    let list = |times: usize| format!("a=in.({})", vec!["1"; times].join(","));
    let repeated =
        |head: &str, part: &str, times: usize, between: &str| format!("{head}{}", vec![part; times].join(between));
    for (fits, bursts) in [
        (nest(bounds::DEPTH), nest(bounds::DEPTH + 1)),
        (repeated("select=", "a(b)", bounds::EMBEDS, ","), repeated("select=", "a(b)", bounds::EMBEDS + 1, ",")),
        (repeated("select=", "a", bounds::ITEMS, ","), repeated("select=", "a", bounds::ITEMS + 1, ",")),
        (repeated("", "a=eq.1", bounds::CONDITIONS, "&"), repeated("", "a=eq.1", bounds::CONDITIONS + 1, "&")),
        (group(bounds::NESTING - 1), group(bounds::NESTING)),
        (list(bounds::LIST), list(bounds::LIST + 1)),
        (repeated("order=", "a", bounds::ORDER, ","), repeated("order=", "a", bounds::ORDER + 1, ",")),
        (format!("select=a{}", "->b".repeat(bounds::STEPS)), format!("select=a{}", "->b".repeat(bounds::STEPS + 1))),
    ] {
        assert_eq!(code(&fits), "", "{fits:.60}");
        assert_eq!(code(&bursts), "HUB101", "{bursts:.60}");
    }
    assert_eq!(code(&format!("or={}", "(".repeat(100_000))), "PGRST100");
    assert_eq!(code(&format!("or={}", "(and".repeat(100_000))), "HUB101");
}

proptest! {
    /// Whatever is sent, it is understood or refused; nothing panics, and nothing grows past its bounds.
    #[test]
    fn nothing_panics(key in "\\PC{0,40}", value in "\\PC{0,80}") {
        let _ = TableQuery::parse(&[(key, value.clone()), ("select".to_owned(), value.clone()), ("or".to_owned(), value)]);
    }

    /// The same, closer to the grammar.
    #[test]
    fn nothing_near_the_grammar_panics(
        words in proptest::collection::vec(
            proptest::sample::select(vec![
                "a", "b", "*", "(", ")", ",", ".", "!", ":", "::", "->", "->>", "\"", "\\", "{", "}", "not.", "or", "and", "eq.", "in.(", "is.", "null",
                "fts(", "any", "...", "inner", "count()", "1", "-", " ", "é", "order", "limit", "select",
            ]),
            0..40,
        ),
    ) {
        let text = words.concat();
        for key in ["select", "or", "a", "order", "columns", "a.or", "limit"] {
            let _ = TableQuery::parse(&[("select", "a(b)"), (key, text.as_str())]);
        }
        let _ = TableQuery::parse(&[(text.as_str(), "eq.1")]);
    }

    /// Any value goes through a filter, a list and a group as it is.
    #[test]
    fn values_come_out_as_they_went_in(value in "\\PC{0,60}") {
        let quoted = format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""));
        let one = TableQuery::parse(&[("a", format!("eq.{value}"))]).expect("a value");
        let listed = TableQuery::parse(&[("a", format!("in.({quoted},{quoted})"))]).expect("a list");
        let grouped = TableQuery::parse(&[("or", format!("(a.eq.{quoted},a.eq.1)"))]).expect("a group");
        let test = |query: &TableQuery| match &query.root.conditions[0] {
            Condition::Column { test, .. } => test.clone(),
            Condition::Group { conditions, .. } => match &conditions[0] {
                Condition::Column { test, .. } => test.clone(),
                Condition::Group { .. } => panic!("no group"),
            },
        };
        prop_assert_eq!(test(&one), Test::Compare(Operator::Eq, None, value.clone()));
        prop_assert_eq!(test(&grouped), Test::Compare(Operator::Eq, None, value.clone()));
        prop_assert_eq!(test(&listed), Test::In(vec![value.clone(), value]));
    }
}
