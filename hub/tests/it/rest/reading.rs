use reqwest::Method;
use serde_json::json;

use super::client::Rest;
use super::probes;
use crate::support::{Show, TestHub};

/// Every operator finds the rows that the same condition in SQL finds.
#[tokio::test]
async fn every_operator_means_what_it_means_in_sql() {
    let hub = TestHub::start().await;
    let sql = probes::make(&hub).await;
    let owner = Rest::owner(&hub).await;
    for (query, condition) in [
        ("n=eq.3", "n = 3"),
        ("n=neq.3", "n <> 3"),
        ("n=gt.3", "n > 3"),
        ("n=gte.3&n=lt.5", "n >= 3 and n < 5"),
        ("n=lte.2", "n <= 2"),
        ("n=not.lte.2", "not n <= 2"),
        ("word=like.*ilk*", "word like '%ilk%'"),
        ("word=ilike.silk*", "word ilike 'silk%'"),
        ("word=not.ilike.silk*", "not word ilike 'silk%'"),
        ("word=like.100%25*", "word like '100%%'"),
        ("word=match.^S", "word ~ '^S'"),
        ("word=imatch.^s", "word ~* '^s'"),
        ("n=in.(1,4,9)", "n in (1, 4, 9)"),
        ("n=not.in.(1,4)", "n not in (1, 4)"),
        ("n=in.()", "false"),
        ("word=in.(\"velvet, dark\",\"100% \\\"wool\\\"\")", "word in ('velvet, dark', '100% \"wool\"')"),
        ("word=eq.back\\slash", "word = E'back\\\\slash'"),
        ("word=is.null", "word is null"),
        ("word=not.is.null", "word is not null"),
        ("word=is.not_null", "word is not null"),
        ("flag=is.true", "flag is true"),
        ("flag=is.false", "flag is false"),
        ("flag=is.unknown", "flag is unknown"),
        ("flag=isdistinct.true", "flag is distinct from true"),
        ("tags=cs.{a}", "tags @> '{a}'"),
        ("tags=cd.{a,b,\"d e\"}", "tags <@ '{a,b,\"d e\"}'"),
        ("tags=ov.{b,c}", "tags && '{b,c}'"),
        ("doc=cs.{\"size\":{\"cm\":5}}", "doc @> '{\"size\": {\"cm\": 5}}'"),
        ("span=sl.[9,20)", "span << '[9,20)'"),
        ("span=sr.[1,5)", "span >> '[1,5)'"),
        ("span=nxl.[5,9)", "span &> '[5,9)'"),
        ("span=nxr.[5,9)", "span &< '[5,9)'"),
        ("span=adj.[5,9)", "span -|- '[5,9)'"),
        ("words=fts.silk", "words @@ 'silk'"),
        ("words=plfts.road silk", "words @@ plainto_tsquery('simple', 'road silk')"),
        ("words=phfts.silk road", "words @@ phraseto_tsquery('simple', 'silk road')"),
        ("words=wfts.silk -road", "words @@ websearch_to_tsquery('simple', 'silk -road')"),
        ("word=fts(english).moths", "to_tsvector('english', word) @@ to_tsquery('english', 'moths')"),
        ("words=not.fts.silk", "not words @@ 'silk'"),
        ("n=eq(any).{1,5}", "n = any ('{1,5}')"),
        ("n=gt(all).{1,3}", "n > all ('{1,3}')"),
        ("word=ilike(any).{silk*,*wool*}", "word ilike any ('{silk%,%wool%}')"),
        ("or=(n.eq.1,n.eq.2)", "n in (1, 2)"),
        ("or=(n.lt.2,and(n.gt.4,flag.is.true))", "n < 2 or (n > 4 and flag)"),
        ("not.or=(n.lt.2,n.gt.4)", "not (n < 2 or n > 4)"),
        ("and=(n.gt.1,not.or(n.eq.2,tags.cs.{c}))", "n > 1 and not (n = 2 or tags @> '{c}')"),
        ("or=(word.eq.\"velvet, dark\",n.not.in.(1,2,3,4,5))", "word = 'velvet, dark' or n not in (1, 2, 3, 4, 5)"),
        ("or=(span.adj.\"[5,9)\",n.eq.1)", "span -|- '[5,9)' or n = 1"),
        ("doc->size->>cm=eq.7", "doc -> 'size' ->> 'cm' = '7'"),
        ("doc->size->cm=gt.5", "doc -> 'size' -> 'cm' > '5'"),
        ("doc->list->0=eq.3", "doc -> 'list' -> 0 = '3'"),
        ("doc->list->>-1=eq.2", "doc -> 'list' ->> -1 = '2'"),
        ("at=gte.2027-03-01T00:00:00Z", "at >= '2027-03-01Z'"),
        ("price=eq.12.34", "price = 12.34"),
        ("price=in.(5,7)", "price in (5, 7)"),
        ("\"odd \\\"name\"=eq.x", "\"odd \"\"name\" = 'x'"),
        ("parent_n=is.null&flag=eq.true", "parent_n is null and flag"),
    ] {
        let statement = format!("select coalesce(array_agg(n order by n), '{{}}') from probes where {condition}");
        let expected: Vec<i32> = sql.query_one(&statement, &[]).await.expect("our own SQL").get(0);
        let answer = owner.get(&format!("probes?select=n&order=n&{query}")).await;
        let found: Vec<i32> = answer
            .json()
            .as_array()
            .map_or_else(Vec::new, |rows| rows.iter().filter_map(|row| row["n"].as_i64()?.try_into().ok()).collect());
        assert_eq!((answer.status, &found), (200, &expected), "{query}: {}", answer.body);
    }
}

/// Columns: renamed, cast, from inside JSON; computed over groups; in an order; to the last digit.
#[tokio::test]
async fn columns_are_selected_as_they_are_asked_for() {
    let hub = TestHub::start().await;
    probes::make(&hub).await;
    let owner = Rest::owner(&hub).await;
    let row = |query: &'static str| {
        let owner = owner.clone();
        async move { owner.rows(&format!("probes?n=eq.1&select={query}")).await[0].clone() }
    };
    assert_eq!(row("n,number:n,text:n::text").await, json!({"n": 1, "number": 1, "text": "1"}));
    assert_eq!(row("doc->size->>cm,all:doc->size,doc->list->0").await, json!({"cm": "5", "all": {"cm": 5}, "0": 1}));
    assert_eq!(row("tags->0,\"odd \\\"name\"").await, json!({"0": "a", "odd \"name": "x"}));
    let star = row("*").await;
    assert!(star.get("words").is_none() && star["tags"] == json!(["a", "b"]) && star["created_by"].is_null());
    assert!(row("words").await["words"].as_str().is_some_and(|words| words.contains("'moth'")));
    let answer = owner.get("probes?n=eq.1&select=price,doc").await;
    assert!(answer.body.contains("12.340"), "numbers keep their digits: {}", answer.body);
    assert_eq!(owner.rows("probes?select=count()").await, json!([{"count": 6}]));
    assert_eq!(owner.rows("probes?select=count").await, json!([{"count": 6}]));
    assert_eq!(
        owner.rows("probes?select=flag,n.max(),total:n.sum()::text&order=flag.desc.nullslast").await,
        json!([{"flag": true, "max": 6, "total": "11"}, {"flag": false, "max": 5, "total": "7"}, {"flag": null, "max": 3, "total": "3"}])
    );
    let order = async |order: &str| -> Vec<i64> {
        let rows = owner.rows(&format!("probes?select=n&order={order}")).await;
        rows.as_array().expect("rows").iter().filter_map(|row| row["n"].as_i64()).collect()
    };
    assert_eq!(order("n.desc").await, [6, 5, 4, 3, 2, 1]);
    assert_eq!(order("at.desc.nullslast,n").await, [6, 5, 3, 2, 1, 4]);
    assert_eq!(order("at.nullsfirst").await, [4, 1, 2, 3, 5, 6]);
    assert_eq!(order("flag.desc.nullslast,n.desc").await, [6, 4, 1, 5, 2, 3]);
    assert_eq!(order("doc->size->cm.desc.nullslast,n&limit=2&offset=1").await, [1, 3]);
}

/// Pages: limit, offset, Range, counts, HEAD; one object; CSV; no nulls.
#[tokio::test]
async fn pages_are_cut_and_counted() {
    let hub = TestHub::start().await;
    probes::make(&hub).await;
    let owner = Rest::owner(&hub).await;
    let ask = |method: Method, query: &'static str, headers: &'static [(&'static str, &'static str)]| {
        let owner = owner.clone();
        async move {
            let answer = owner.ask(method, &format!("probes?select=n&order=n&{query}"), headers, None).await;
            let range = answer.headers.get("content-range").cloned().unwrap_or_default();
            (answer.status, range, answer.body)
        }
    };
    const COUNT: (&str, &str) = ("prefer", "count=exact");
    let (status, range, body) = ask(Method::GET, "limit=2&offset=1", &[COUNT]).await;
    assert_eq!((status, range.as_str(), body.replace(['\n', ' '], "")), (206, "1-2/6", r#"[{"n":2},{"n":3}]"#.into()));
    assert_eq!(ask(Method::GET, "limit=2", &[]).await.1, "0-1/*");
    assert_eq!(ask(Method::GET, "n=gt.9", &[COUNT]).await, (200, "*/0".into(), "[]".into()));
    assert_eq!(ask(Method::GET, "", &[COUNT]).await.0, 200);
    let (status, range, body) = ask(Method::HEAD, "n=gt.2&limit=1", &[COUNT]).await;
    assert_eq!((status, range.as_str(), body.as_str()), (206, "0-0/4", ""));
    let (status, range, _) = ask(Method::GET, "", &[COUNT, ("range-unit", "items"), ("range", "2-3")]).await;
    assert_eq!((status, range.as_str()), (206, "2-3/6"));
    let (status, _, body) = ask(Method::GET, "offset=7", &[COUNT]).await;
    assert!(status == 416 && body.contains("PGRST103"), "{body}");
    let (status, _, body) = ask(Method::GET, "", &[("range", "5-2")]).await;
    assert!(status == 416 && body.contains("PGRST103"), "{body}");
    const ONE: (&str, &str) = ("accept", "application/vnd.pgrst.object+json");
    assert_eq!(ask(Method::GET, "n=eq.4", &[ONE]).await.2, r#"{"n":4}"#);
    for query in ["n=eq.9", "n=gt.1"] {
        let (status, _, body) = ask(Method::GET, query, &[ONE]).await;
        assert!(status == 406 && body.contains("PGRST116"), "{body}");
    }
    let csv = owner.ask(Method::GET, "probes?select=n,word&n=lte.2&order=n", &[("accept", "text/csv")], None).await;
    assert_eq!(csv.body, "n,word\n1,Silk moth\n2,\"velvet, dark\"\n");
    let stripped = ("accept", "application/vnd.pgrst.array+json;nulls=stripped");
    let answer = owner.ask(Method::GET, "probes?select=n,word&n=eq.5", &[stripped], None).await;
    assert_eq!(answer.json(), json!([{"n": 5}]));
}

/// Relations come along: to one, to many, through a table between, nested, narrowed, ordered, counted, required, spread.
#[tokio::test]
async fn rows_bring_their_relations() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 3).await;
    let owner = Rest::owner(&hub).await;
    let vips = show.add_tier(&hub, "VIPs", "vip", 10).await;
    show.add_gate(&hub, "VIP door", &[vips]).await;
    let sql = hub.database.sql().await;
    let venue = "insert into venues (organization_id, name) values ($1, 'Palais') returning id";
    let venue: uuid::Uuid = sql.query_one(venue, &[&hub.organization_id]).await.expect("made").get(0);
    sql.execute("update events set venue_id = $1", &[&venue]).await.expect("written");
    let event = |query: &str| format!("events?id=eq.{}&select={query}", show.event_id);
    let one = async |query: &str| owner.rows(&event(query)).await[0].clone();

    assert_eq!(one("title,venues(name)").await, json!({"title": "Nocturne", "venues": {"name": "Palais"}}));
    assert_eq!(one("place:venues(name)").await, json!({"place": {"name": "Palais"}}));
    assert_eq!(one("venue_id(name)").await, json!({"venue_id": {"name": "Palais"}}));
    assert_eq!(one("title,...venues(venue:name)").await, json!({"title": "Nocturne", "venue": "Palais"}));
    assert_eq!(
        one("organizer:users!organizer_id(full_name)").await,
        json!({"organizer": {"full_name": "Odile Owner"}})
    );
    assert_eq!(one("organizer:profiles!organizer_id(full_name,role)").await["organizer"]["role"], json!("owner"));
    assert_eq!(one("registrations(count)").await, json!({"registrations": [{"count": 3}]}));
    assert_eq!(one("event_counters(registered_count)").await, json!({"event_counters": {"registered_count": 3}}));
    assert_eq!(
        one("ticket_tiers(name,registrations(count))&ticket_tiers.order=name.desc").await,
        json!({"ticket_tiers": [{"name": "VIPs", "registrations": [{"count": 0}]}, {"name": "Guests", "registrations": [{"count": 3}]}]})
    );
    assert_eq!(
        one("registrations(attendee_name,tier:ticket_tiers(name))&registrations.limit=1&registrations.offset=1&registrations.order=id").await,
        json!({"registrations": [{"attendee_name": "Guest Number1", "tier": {"name": "Guests"}}]})
    );
    // Through a table between.
    let gates = owner.rows("event_gates?select=name,ticket_tiers(name)&order=name").await;
    assert_eq!(
        gates,
        json!([{"name": "North", "ticket_tiers": []}, {"name": "VIP door", "ticket_tiers": [{"name": "VIPs"}]}])
    );
    let gates = owner.rows("event_gates?select=name,ticket_tiers!inner(name)").await;
    assert_eq!(gates, json!([{"name": "VIP door", "ticket_tiers": [{"name": "VIPs"}]}]));
    let none = owner.rows("event_gates?select=name,ticket_tiers()&ticket_tiers=is.null").await;
    assert_eq!(none, json!([{"name": "North"}]));
    let some = owner.rows("event_gates?select=name,ticket_tiers()&ticket_tiers=not.is.null").await;
    assert_eq!(some, json!([{"name": "VIP door"}]));
    // Filters of an embed narrow the embed, and the rows only when it is required.
    let narrowed = "events?select=title,ticket_tiers(name)&ticket_tiers.name=like.V*";
    assert_eq!(owner.rows(narrowed).await, json!([{"title": "Nocturne", "ticket_tiers": [{"name": "VIPs"}]}]));
    let nothing = "events?select=title,ticket_tiers!inner(name)&ticket_tiers.or=(name.eq.X,name.eq.Y)";
    assert_eq!(owner.rows(nothing).await, json!([]));
    let counted = [("prefer", "count=exact")];
    let answer = owner.ask(Method::GET, "event_gates?select=name,ticket_tiers!inner(name)", &counted, None).await;
    assert_eq!(answer.headers["content-range"], "0-0/1");
    let ordered = owner
        .rows("registrations?select=ticket_tiers(name),events(venues(name))&order=ticket_tiers(name).desc,id&limit=1")
        .await;
    assert_eq!(ordered, json!([{"ticket_tiers": {"name": "Guests"}, "events": {"venues": {"name": "Palais"}}}]));

    for (query, status, code) in [
        ("events?select=users(full_name)", 300, "PGRST201"),
        ("events?select=tickets_of_nobody(*)", 400, "PGRST200"),
        ("events?select=users!nonsense(*)", 400, "PGRST200"),
        ("events?select=title&venues.name=eq.x", 400, "PGRST108"),
        ("events?select=title,ticket_tiers(name)&order=ticket_tiers(name)", 400, "PGRST118"),
        ("events?select=...ticket_tiers(name)", 400, "PGRST119"),
        ("events?select=venues(nothing)", 400, "42703"),
        ("events?select=count(),venues(name)", 400, "PGRST127"),
    ] {
        let answer = owner.get(query).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{query}: {}", answer.body);
    }
}

/// Rows of one table that refer to each other: up by the column, down by the key.
#[tokio::test]
async fn a_table_that_refers_to_itself_is_walked_both_ways() {
    let hub = TestHub::start().await;
    probes::make(&hub).await;
    let owner = Rest::owner(&hub).await;
    let up = owner.rows("probes?n=eq.4&select=n,up:probes!parent_n(n,up:probes!parent_n(n))").await;
    assert_eq!(up, json!([{"n": 4, "up": {"n": 2, "up": {"n": 1}}}]));
    let down = owner.rows("probes?n=eq.1&select=n,down:probes!n(n)&down.order=n.desc").await;
    assert_eq!(down, json!([{"n": 1, "down": [{"n": 3}, {"n": 2}]}]));
}

/// Never more than a thousand rows at once, nor in an embed.
#[tokio::test]
async fn an_answer_has_a_thousand_rows_at_most() {
    let hub = TestHub::start().await;
    let sql = probes::make(&hub).await;
    sql.execute(
        "insert into probes (organization_id, word, parent_n) select $1, 'many', 1 from generate_series(1, 1500)",
        &[&hub.organization_id],
    )
    .await
    .expect("written");
    let owner = Rest::owner(&hub).await;
    let counted = [("prefer", "count=exact")];
    for query in ["probes?select=id", "probes?select=id&limit=5000"] {
        let answer = owner.ask(Method::GET, query, &counted, None).await;
        assert_eq!((answer.status, answer.headers["content-range"].as_str()), (206, "0-999/1506"), "{query}");
    }
    let rows = owner.rows("probes?n=eq.1&select=down:probes!n(id)").await;
    assert_eq!(rows[0]["down"].as_array().map(Vec::len), Some(1000));
}
