use reqwest::Method;
use schemas::DeviceProfile;
use serde_json::{Value, json};
use uuid::Uuid;

use super::client::Rest;
use crate::support::{Show, TestHub};

const BACK: &str = "return=representation";

fn guest(show: &Show, name: &str, email: &str) -> Value {
    json!({
        "event_id": show.event_id, "ticket_tier_id": show.tier_id, "attendee_name": name, "attendee_email": email,
        "qr_code_data": format!("FH1.{}", Uuid::now_v7().simple()), "status": "confirmed",
    })
}

/// F249: what is sealed is written and read under its plain name; the database and its journal hold ciphertext, each guest
/// under a key of their own.
#[tokio::test]
async fn sealed_columns_are_plain_outside_and_sealed_inside() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 0).await;
    let owner = Rest::owner(&hub).await;
    let sql = hub.database.sql().await;
    let made = owner
        .post(
            "registrations?select=id,attendee_name,attendee_email",
            BACK,
            &json!([guest(&show, "Xanthippe \"Q\"", "X.Q@Mail.example"), guest(&show, "Wolfgang", "w@mail.example")]),
        )
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    let made = made.json();
    assert_eq!(made[0]["attendee_name"], json!("Xanthippe \"Q\""));
    assert_eq!(made[1]["attendee_email"], json!("w@mail.example"));
    let keys = "select count(distinct k.id) from encryption_keys k join registrations r on r.id = k.subject_id
                 where k.subject_kind = 'registration' and k.organization_id = r.organization_id";
    assert_eq!(sql.query_one(keys, &[]).await.expect("asked").get::<_, i64>(0), 2, "a key each");
    let told: i64 = sql
        .query_one("select count(*) from live.journal where new_row::text ilike '%xanthippe%' or new_row::text ilike '%mail.example%'", &[])
        .await
        .expect("asked")
        .get(0);
    assert_eq!(told, 0);

    let find = async |query: &str| owner.rows(&format!("registrations?select=attendee_name&order=id&{query}")).await;
    let (x, w) = (json!({"attendee_name": "Xanthippe \"Q\""}), json!({"attendee_name": "Wolfgang"}));
    assert_eq!(find("attendee_email=eq.x.q@mail.EXAMPLE").await, json!([x]));
    assert_eq!(find("attendee_email=neq.x.q@mail.example").await, json!([w]));
    assert_eq!(find("attendee_email=in.(x.q@mail.example,w@mail.example,nobody)").await, json!([x, w]));
    assert_eq!(find("attendee_email=not.in.(w@mail.example)").await, json!([x]));
    assert_eq!(find("or=(attendee_email.eq.w@mail.example,attendee_email.is.null)").await, json!([w]));
    assert_eq!(find("attendee_email=is.null").await, json!([]));
    assert_eq!(find("attendee_name=not.is.null").await, json!([x, w]));
    let within =
        owner.rows("events?select=registrations(attendee_name)&registrations.attendee_email=eq.w@mail.example").await;
    assert_eq!(within[0]["registrations"], json!([w]));

    // A change of several rows seals each with its own key.
    let ids = "registrations?attendee_email=in.(x.q@mail.example,w@mail.example)&select=attendee_name,attendee_email,seat&order=id";
    let changed =
        owner.patch(ids, BACK, &json!({"attendee_name": "Nomen Nescio", "attendee_email": null, "seat": "A1"})).await;
    let row = json!({"attendee_name": "Nomen Nescio", "attendee_email": null, "seat": "A1"});
    assert_eq!((changed.status, changed.json()), (200, json!([row, row])));
    let envelopes = "select count(distinct substr(attendee_name_enc, 2, 16)) from registrations";
    assert_eq!(sql.query_one(envelopes, &[]).await.expect("asked").get::<_, i64>(0), 2);
    // By its key a row can be merged; by other columns its key could not be told.
    let id = made[0]["id"].clone();
    let mut again = guest(&show, "Merged", "merged@mail.example");
    again["id"] = id.clone();
    let merged = owner
        .post(
            "registrations?select=id,attendee_name",
            "resolution=merge-duplicates,return=representation",
            &json!([again]),
        )
        .await;
    assert_eq!(
        (merged.status, merged.json()),
        (201, json!([{"id": id, "attendee_name": "Merged"}])),
        "{}",
        merged.body
    );
    assert_eq!(sql.query_one(keys, &[]).await.expect("asked").get::<_, i64>(0), 2, "no third key");
    let other =
        owner.post("registrations?on_conflict=qr_code_data", "resolution=merge-duplicates", &json!([again])).await;
    assert_eq!((other.status, other.code().as_str()), (400, "HUB107"));
    // When a key is destroyed, what it sealed is gone, and nothing else.
    sql.execute(
        "update encryption_keys set wrapped_key = null, destroyed_at = now() where subject_id = $1",
        &[&id.as_str().and_then(|id| id.parse::<Uuid>().ok())],
    )
    .await
    .expect("shredded");
    let second = TestHub::serve(&hub.database).await;
    let elsewhere = reqwest::Client::new()
        .get(format!("http://{}/rest/v1/registrations?select=attendee_name&order=id", second.address))
        .bearer_auth(hub.token(TestHub::OWNER).await)
        .send()
        .await
        .expect("an answer");
    let rows: Value = elsewhere.json().await.expect("JSON");
    assert_eq!(rows, json!([{"attendee_name": null}, {"attendee_name": "Nomen Nescio"}]));
    second.stop().await;
}

/// What is refused leaves no key behind, and a key of another house is never used.
#[tokio::test]
async fn a_refused_write_leaves_no_key() {
    let hub = TestHub::start().await;
    let mut show = Show::with_guests(&hub, 0).await;
    let sql = hub.database.sql().await;
    let (theirs, _) = show.add_guest(&hub, &sql, "Theirs", 1, "confirmed").await;
    let keys =
        async || sql.query_one("select count(*) from encryption_keys", &[]).await.expect("asked").get::<_, i64>(0);
    let before = keys().await;
    let foreign = Rest::new(&hub, Some(&hub.other_house().await.token));
    let before_house = keys().await;
    let staff = Rest::member(&hub, "staff").await;
    let with_staff = keys().await;
    let mut stolen = guest(&show, "Mine now", "m@mail.example");
    stolen["id"] = json!(theirs);
    for rest in [&foreign, &staff] {
        for prefer in ["", "resolution=merge-duplicates", "tx=rollback"] {
            let answer = rest.post("registrations", prefer, &json!([stolen])).await;
            assert!(answer.status == 403 || answer.status == 409, "{prefer}: {answer:?}");
        }
        let answer =
            rest.patch(&format!("registrations?id=eq.{theirs}"), "count=exact", &json!({"attendee_name": "X"})).await;
        assert!(answer.status == 403 || answer.headers["content-range"] == "*/0", "{answer:?}");
    }
    let owner = Rest::owner(&hub).await;
    let trial = owner.post("registrations", "tx=rollback", &guest(&show, "Trial", "t@mail.example")).await;
    assert_eq!(trial.status, 201, "{}", trial.body);
    assert_eq!(keys().await, with_staff, "{before} {before_house}");
    let name = owner.rows(&format!("registrations?id=eq.{theirs}&select=attendee_name")).await;
    assert_eq!(name, json!([{"attendee_name": "Theirs"}]));
}

/// Every table with sealed columns that somebody may insert into can be written here: its rows know whose key seals them.
#[tokio::test]
async fn every_sealed_column_has_a_key_to_be_sealed_with() {
    let hub = TestHub::start().await;
    let owner = Rest::owner(&hub).await;
    let sql = hub.database.sql().await;
    let tables = sql
        .query(
            "select distinct c.relname::text, left(a.attname, -4)
               from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_type t on t.oid = a.atttypid
              where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relrowsecurity and t.typname = 'sealed'
                and has_column_privilege('hub_app', c.oid, a.attnum, 'insert')",
            &[],
        )
        .await
        .expect("asked");
    assert!(tables.len() > 5, "{}", tables.len());
    for row in &tables {
        let (table, column): (&str, &str) = (row.get(0), row.get(1));
        let answer = owner.post(table, "tx=rollback", &json!({ column: "somebody" })).await;
        assert!(answer.code() != "HUB106", "{table}.{column}: {}", answer.body);
    }
}

/// Sealed columns can be compared for equality and nothing else; the columns that hold them, their indexes and secrets are
/// nobody's to select, filter, order or write.
#[tokio::test]
async fn hidden_columns_are_not_there() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 1).await;
    show.pair(&hub, "Tablet", DeviceProfile::Scan, None, false).await;
    let owner = Rest::owner(&hub).await;
    for query in [
        "attendee_email=like.x*",
        "attendee_email=gt.a",
        "attendee_name=eq.x",
        "attendee_email=fts.x",
        "attendee_email=eq(any).{x}",
        "attendee_email=isdistinct.x",
        "order=attendee_email",
        "select=attendee_email::bytea",
        "select=attendee_email::int",
        "select=attendee_email->x",
        "select=attendee_email.max()",
        "attendee_email->>x=eq.y",
        "or=(attendee_name.match.x,id.is.null)",
    ] {
        let answer = owner.get(&format!("registrations?{query}")).await;
        let code = answer.code();
        assert!(answer.status == 400 && (code == "HUB106" || code == "42704"), "{query}: {answer:?}");
    }
    let sql = hub.database.sql().await;
    let hidden = sql
        .query(
            "select c.relname, a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_type t on t.oid = a.atttypid
              where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v') and c.relrowsecurity and a.attnum > 0
                and has_any_column_privilege('hub_app', c.oid, 'select')
                and (t.typname in ('sealed', 'blind_index')
                     or (c.relname, a.attname) in (select table_name, column_name from data_classes where class = 'secret'))",
            &[],
        )
        .await
        .expect("asked");
    assert!(hidden.len() > 12, "{}", hidden.len());
    for row in &hidden {
        let (table, column): (&str, &str) = (row.get(0), row.get(1));
        for query in
            ["select=@", "@=is.null", "order=@", "select=x:@", "select=@.count()", "or=(@.is.null)", "select=@::text"]
        {
            let answer = owner.get(&format!("{table}?{}", query.replace('@', column))).await;
            assert_eq!((answer.status, answer.code().as_str()), (400, "42703"), "{table}.{column} {query}");
        }
        let body = json!({column: "\\x00"});
        for (method, path) in [(Method::POST, table.to_owned()), (Method::PATCH, format!("{table}?rev=gt.0"))] {
            let answer = owner.ask(method, &path, &[], Some(body.to_string())).await;
            assert_eq!((answer.status, answer.code().as_str()), (400, "PGRST204"), "{table}.{column}");
        }
        let star = owner.get(&format!("{table}?limit=1")).await;
        assert_eq!(star.status, 200, "{table}: {}", star.body);
        assert!(!star.body.contains(&format!("\"{column}\"")), "{table}: {}", star.body);
    }
}

/// F275: a column that a role does not see is absent from its rows, null where it is named, and cannot be asked about in any
/// way that would tell its value: here, in embeds, in what a write returns.
#[tokio::test]
async fn masks_hold_everywhere() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 1).await;
    let email = "staff@maison.example";
    let staff_id = hub.member(email, "staff").await;
    let sql = hub.database.sql().await;
    sql.execute(
        "insert into event_members (organization_id, event_id, user_id, role) values ($1, $2, $3, 'viewer')",
        &[&hub.organization_id, &show.event_id, &staff_id],
    )
    .await
    .expect("added");
    let staff = Rest::new(&hub, Some(&hub.token(email).await));
    let star = staff.rows("registrations").await;
    assert!(
        star[0].get("attendee_name").is_some()
            && star[0].get("attendee_email").is_none()
            && star[0].get("qr_code_data").is_none()
    );
    let named = staff.rows("registrations?select=attendee_name,mail:attendee_email,qr_code_data").await;
    assert_eq!(named, json!([{"attendee_name": "Guest Number0", "mail": null, "qr_code_data": null}]));
    let event = staff.rows("events?select=*,registrations(*)").await;
    assert!(event[0].get("budget_total").is_none() && event[0]["registrations"][0].get("qr_code_data").is_none());
    assert!(event[0]["registrations"][0].get("attendee_email").is_none());
    assert_eq!(staff.rows("events?select=title,meta_data->x").await, json!([{"title": "Nocturne", "x": null}]));
    assert!(staff.rows("tickets").await[0].get("qr_code").is_none());
    for query in [
        "registrations?attendee_email=eq.x",
        "registrations?attendee_email=is.null",
        "registrations?qr_code_data=like.*",
        "registrations?order=qr_code_data",
        "registrations?or=(status.eq.confirmed,qr_code_data.gt.a)",
        "registrations?select=qr_code_data.max()",
        "registrations?select=qr_code_data.count()",
        "events?select=registrations(id)&registrations.qr_code_data=like.F*",
        "events?select=registrations!inner(id)&registrations.or=(qr_code_data.gt.A,id.is.null)",
        "registrations?select=events(id)&order=events(budget_total)",
        "events?budget_total=gt.0",
        "events?meta_data->>x=eq.1",
        "events?order=meta_data->x",
        "tickets?qr_code=eq.x",
        "registrations?not.and=(attendee_email.eq.x)",
    ] {
        let answer = staff.get(query).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "42501"), "{query}: {}", answer.body);
    }
    let one = format!("registrations?id=eq.{}", show.guests[0].0);
    let back = staff.patch(&one, BACK, &json!({"status": "attended"})).await;
    assert_eq!(back.status, 200, "{}", back.body);
    assert!(back.json()[0].get("qr_code_data").is_none() && back.json()[0].get("attendee_email").is_none());
    // Whoever may not see a value could guess it by writing it and looking whether that was a change.
    let guess = staff.patch(&one, "", &json!({"qr_code_data": show.guests[0].1})).await;
    assert_eq!((guess.status, guess.code().as_str()), (403, "42501"));
    let by = staff
        .post("registrations?on_conflict=qr_code_data", "resolution=ignore-duplicates", &json!({"id": Uuid::now_v7()}))
        .await;
    assert_eq!((by.status, by.code().as_str()), (403, "42501"));
    // A wall sees tiers without prices.
    let (_, token) = show.pair(&hub, "Wall", DeviceProfile::Wall, None, false).await;
    let wall = Rest::new(&hub, Some(&token));
    let tiers = wall.rows("ticket_tiers").await;
    assert!(tiers[0].get("name").is_some() && tiers[0].get("price").is_none(), "{tiers}");
    assert_eq!(wall.get("ticket_tiers?price=gt.0").await.code(), "42501");
    assert_eq!(wall.rows("registrations").await, json!([]));
}
