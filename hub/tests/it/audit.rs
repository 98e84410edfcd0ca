//! Who changed what, for good, and in a way that nobody can rewrite unseen.

use std::time::Duration;

use hub::store::audit::{self, Finding, KnownHead, Verified};
use hub::store::{check_in, identity, privacy};
use hub::upkeep;
use schemas::DeviceProfile;
use serde_json::{Value, json};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::support::http::{http, raw};
use crate::support::process::{HubProcess, within};
use crate::support::show::{scan, verdict};
use crate::support::{Show, TestHub};

const GUESTS: &str = "Name,Email,Tier\nXanthippe Quetzalcoatl,xanthippe.q@secretmail.example,Guests\n\
                      Wolfgang Zyzzyva,wolfgang.z@secretmail.example,Guests\n";

/// Makes the window of the journal nothing, and archives everything.
async fn archive_all(hub: &TestHub, sql: &Client) {
    sql.execute("update hub.retention set keep = '0' where name = 'journal'", &[]).await.expect("a rule");
    sql.execute("delete from hub.maintenance_runs where kind = 'archive'", &[]).await.expect("as if long ago");
    within(async {
        while !upkeep::forget(&hub.server.node.store, 0.0).await.expect("it is done") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

async fn of(hub: &TestHub, known: &[KnownHead]) -> Verified {
    let verified = audit::verify(&hub.server.node.store, known).await.expect("read");
    verified.into_iter().find(|chain| chain.organization_id == Some(hub.organization_id)).expect("a chain")
}

/// F245: every change has one entry with who, when and what, also of a device and of somebody with SQL; filtered by table,
/// row, person, time; the same before and after it is archived; and nothing in it names a guest.
#[tokio::test]
async fn an_owner_reads_who_changed_what_and_it_names_no_guest() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 0).await;
    let sql = hub.database.sql().await;
    let token = hub.token(TestHub::OWNER).await;
    let report =
        hub.owner().await.import(show.event_id, "guests", "guests.csv", GUESTS, None, true).await.expect("read");
    assert!(report.applied, "{report:?}");
    let path = format!("/rest/v1/ticket_tiers?id=eq.{}", show.tier_id);
    let changed = http(hub.server.address, "PATCH", &path, Some(&token), Some(&json!({"name": "Balcony"}))).await;
    assert_eq!(changed.status, 204, "{}", changed.body);
    let guest: Uuid = sql.query_one("select id from registrations limit 1", &[]).await.expect("a guest").get(0);
    sql.execute("update registrations set seat = 'B 7' where id = $1", &[&guest]).await.expect("by hand");

    let ask = async |query: &str| {
        let answer = http(hub.server.address, "GET", &format!("/v1/audit{query}"), Some(&token), None).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert!(!answer.body.contains("Xanthippe") && !answer.body.contains("secretmail"), "{}", answer.body);
        answer.json()
    };
    let of_tier = format!("?table=ticket_tiers&row={}", show.tier_id);
    let mut before = Vec::new();
    for archived in [false, true] {
        if archived {
            archive_all(&hub, &sql).await;
        }
        let found = ask(&of_tier).await;
        let entry = &found["entries"][0];
        assert_eq!(
            (&entry["action"], &entry["changed"]),
            (&json!("update"), &json!(["name", "rev", "updated_at"])),
            "{found}"
        );
        let from = if archived { json!(null) } else { json!("127.0.0.1") };
        assert_eq!(
            entry["actor"],
            json!({"kind": "user", "id": hub.owner_id, "name": "Odile Owner", "address": from, "agent": null})
        );
        assert_eq!((&entry["old"]["name"], &entry["new"]["name"]), (&json!("Guests"), &json!("Balcony")), "{entry}");
        assert_eq!(entry["entry"].is_number(), archived, "{entry}");
        let of_guest = ask(&format!("?row={guest}")).await;
        assert_eq!(of_guest["entries"][0]["actor"]["kind"], "database");
        assert_eq!(of_guest["entries"][1]["new"]["attendee_name_enc"], "[sealed]", "{of_guest}");
        // A person: what they did, and what they are in.
        let mine = ask(&format!("?person={}&limit=200", hub.owner_id)).await;
        let tables: Vec<&str> = rows(&mine).iter().filter_map(|entry| entry["table"].as_str()).collect();
        assert!(tables.contains(&"memberships") && tables.contains(&"ticket_tiers"), "{tables:?}");
        assert!(rows(&ask(&format!("?person={guest}")).await).iter().all(|entry| entry["row"] == json!(guest)));
        // Pages: every entry once, in one order, whichever page it is on.
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = ask(&format!("?limit=7{cursor}")).await;
            all.extend(
                rows(&page).iter().map(|entry| (entry["at"].clone(), entry["table"].clone(), entry["row"].clone())),
            );
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let times: Vec<jiff::Timestamp> =
            all.iter().map(|(at, ..)| at.as_str().and_then(|at| at.parse().ok()).expect("a time")).collect();
        assert!(times.len() > 14 && times.is_sorted_by(|one, next| one >= next), "{times:?}");
        if archived {
            assert_eq!(all, before, "the same, from the archive");
        }
        before = all;
    }
    let since = before[2].0.as_str().expect("a time");
    assert!(rows(&ask(&format!("?since={since}")).await).len() < before.len());
    assert_eq!(rows(&ask("?since=2999-01-01T00:00:00Z").await).len(), 0);
    for bad in ["?row=x", "?limit=0", "?limit=201", "?cursor=x", "?since=yesterday", "?table=a%00b"] {
        let answer = http(hub.server.address, "GET", &format!("/v1/audit{bad}"), Some(&token), None).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_argument"), "{bad}: {}", answer.body);
    }
}

fn rows(page: &Value) -> &Vec<Value> {
    page["entries"].as_array().expect("a list")
}

/// F245: owners and admins of the organization read the audit log; nobody else does, by no path.
#[tokio::test]
async fn nobody_else_reads_the_audit_log() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 1).await;
    let sql = hub.database.sql().await;
    archive_all(&hub, &sql).await;
    hub.member("admin@maison.example", "admin").await;
    let admin = hub.token("admin@maison.example").await;
    for path in ["/v1/audit", "/v1/audit/head"] {
        assert_eq!(http(hub.server.address, "GET", path, Some(&admin), None).await.status, 200);
    }
    let mut outsiders = vec![hub.pair_token(&show).await];
    for role in ["producer", "staff", "client", "designer", "model", "sponsor", "attendee"] {
        let email = format!("{role}@maison.example");
        hub.member(&email, role).await;
        outsiders.push(hub.token(&email).await);
    }
    for token in &outsiders {
        for path in ["/v1/audit", "/v1/audit/head"] {
            let answer = http(hub.server.address, "GET", path, Some(token), None).await;
            assert_eq!((answer.status, answer.code().as_str()), (403, "forbidden"), "{path}");
        }
        let table = http(hub.server.address, "GET", "/rest/v1/audit_log", Some(token), None).await;
        assert!(table.status >= 400 || table.body == "[]", "{}", table.body);
    }
    assert_eq!(http(hub.server.address, "GET", "/v1/audit", None, None).await.status, 401);
    let other = hub.other_house().await;
    let theirs = http(hub.server.address, "GET", "/v1/audit?limit=200", Some(&other.token), None).await;
    assert!(theirs.status == 200 && !theirs.body.contains(&hub.organization_id.to_string()), "{}", theirs.body);
    let rewritten = http(
        hub.server.address,
        "PATCH",
        "/rest/v1/audit_log?entry=eq.1",
        Some(&admin),
        Some(&json!({"actor_id": null})),
    )
    .await;
    assert!(rewritten.status >= 400, "{}", rewritten.body);
}

impl TestHub {
    async fn pair_token(&self, show: &Show) -> String {
        show.pair(self, "Tablet", DeviceProfile::Scan, Some(show.gate_id), false).await.1
    }
}

/// F245: a superuser of the database alters, removes, inserts or rewrites entries; verifying finds each, and says where.
#[tokio::test]
async fn whatever_is_done_to_the_archive_is_found() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 30).await;
    let sql = hub.database.sql().await;
    archive_all(&hub, &sql).await;
    sql.execute("update events set title = 'Later' where id = $1", &[&show.event_id]).await.expect("by hand");
    archive_all(&hub, &sql).await;
    let sound = of(&hub, &[]).await;
    assert!(sound.findings.is_empty() && sound.entries > 60, "{sound:?}");
    let head = sound.head.clone().expect("signed");
    assert_eq!(head.entry, sound.entries);
    let last = sound.entries;

    // Each in a transaction that is undone: the hub reads what is committed, so what is done is kept and put back.
    sql.batch_execute(
        "create table kept as select * from audit_log; create table kept_heads as select * from hub.audit_heads;
                       create table kept_chains as select * from hub.audit_chains",
    )
    .await
    .expect("a copy");
    let put_back = "delete from audit_log; insert into audit_log overriding system value select * from kept;
                    delete from hub.audit_heads; insert into hub.audit_heads select * from kept_heads;
                    delete from hub.audit_chains; insert into hub.audit_chains select * from kept_chains";
    let rewrite = "do $$ declare said audit_log; before bytea; begin
                     for said in select * from audit_log where organization_id is not null order by organization_id, entry loop
                       before := case said.entry when 1 then app.audit_start(said.organization_id) else before end;
                       before := sha256(before || convert_to(app.audit_text(said), 'utf8'));
                       update audit_log set hash = before where id = said.id and occurred_at = said.occurred_at;
                       update hub.audit_chains set hash = before where organization_id = said.organization_id;
                     end loop; end $$";
    let altered = "update audit_log set actor_kind = 'plugin' where entry = 5";
    let cases: [(&str, String, Finding); 9] = [
        ("an actor", altered.into(), Finding::Altered { entry: 5 }),
        ("a value", "update audit_log set new_values = new_values || '{\"rev\": 9}' where entry = 7".into(), Finding::Altered { entry: 7 }),
        ("a time", "update audit_log set occurred_at = occurred_at - interval '1 microsecond' where entry = 9".into(), Finding::Altered { entry: 9 }),
        ("one is removed", "delete from audit_log where entry = 11".into(), Finding::Missing { from: 11, to: 11 }),
        ("the end is cut off", format!("delete from audit_log where entry > {}", last - 2), Finding::Missing { from: last - 1, to: last }),
        (
            "one is slipped in",
            "insert into audit_log overriding system value select (id + 1000000), organization_id, occurred_at, actor_kind, actor_id, request_id, action, table_name, row_key, changed, old_values, new_values, entry, people, hash from audit_log where entry = 13".into(),
            Finding::Inserted { entry: Some(13), id: 0 },
        ),
        ("all is rewritten", format!("{altered}; {rewrite}"), Finding::Rewritten { from: 1, to: 0 }),
        ("heads are removed", "delete from hub.audit_heads".into(), Finding::Unsealed { from: 1, to: last }),
        ("a head is forged", "update hub.audit_heads set hash = sha256('x')".into(), Finding::Forged { entry: last }),
    ];
    for (what, tampering, expected) in cases {
        sql.batch_execute(&tampering).await.expect(what);
        let found = of(&hub, &[]).await;
        let fits = found.findings.iter().any(|finding| match (finding, &expected) {
            (Finding::Inserted { entry, .. }, Finding::Inserted { entry: wanted, .. }) => entry == wanted,
            (Finding::Rewritten { from, .. }, Finding::Rewritten { from: wanted, .. }) => from == wanted,
            (finding, expected) => finding == expected,
        });
        assert!(fits, "{what}: {:?}", found.findings);
        sql.batch_execute(put_back).await.expect("put back");
    }
    assert!(of(&hub, &[]).await.findings.is_empty(), "put back, it is sound again");

    // Who removes the newest entries and heads together leaves a sound log; a head that was kept elsewhere tells.
    sql.batch_execute(&format!(
        "delete from audit_log where entry > (select min(entry) from hub.audit_heads);
         delete from hub.audit_heads where entry = {last};
         update hub.audit_chains c set entries = h.entry, hash = h.hash from hub.audit_heads h where h.organization_id = c.organization_id"
    ))
    .await
    .expect("cut");
    assert!(of(&hub, &[]).await.findings.is_empty());
    let kept_elsewhere = of(&hub, std::slice::from_ref(&head)).await;
    assert!(matches!(kept_elsewhere.findings[..], [Finding::Missing { to, .. }] if to == last), "{kept_elsewhere:?}");
}

/// F245: an entry says from where, while the journal keeps it: the address of the connection, or what a proxy says that the
/// configuration trusts. It is sealed in the database, not archived, and forgotten with the person.
#[tokio::test]
async fn an_entry_says_from_where() {
    let hub = TestHub::start().await;
    let trusting = TestHub::serve_with(&hub.database, |config| {
        config.trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")];
    })
    .await;
    let sql = hub.database.sql().await;
    let token = hub.token(TestHub::OWNER).await;
    let long = "x".repeat(3000);
    let made = async |address: std::net::SocketAddr, name: &str| {
        let body = json!({"name": name}).to_string();
        let request = format!(
            "POST /rest/v1/venues HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
             X-Forwarded-For: 6.6.6.6, 203.0.113.9\r\nUser-Agent: Kasse/2.1 \u{202e}(tablet) {long}\r\nPrefer: return=representation\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let answer = raw(address, request.as_bytes()).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.json()[0]["id"].as_str().expect("an id").to_owned()
    };
    let actor = async |row: &str| {
        let answer = http(hub.server.address, "GET", &format!("/v1/audit?row={row}"), Some(&token), None).await;
        rows(&answer.json())[0]["actor"].clone()
    };
    let (plain, forwarded) = (made(hub.server.address, "Palais").await, made(trusting.address, "Serre").await);
    assert_eq!(actor(&plain).await["address"], "127.0.0.1", "a stranger's word is not believed");
    assert_eq!(actor(&forwarded).await["address"], "203.0.113.9", "a trusted proxy's is, and not the client's");
    let agent = actor(&plain).await["agent"].as_str().map(str::to_owned).expect("the program");
    assert!(agent.starts_with("Kasse/2.1 (tablet) xxx") && agent.len() == 143, "one short line: {agent}");
    let dump: Vec<String> = sql
        .query("select to_jsonb(c)::text from live.commits c", &[])
        .await
        .expect("read")
        .iter()
        .map(|row| row.get(0))
        .collect();
    assert!(
        dump.iter().all(|row| !row.contains("127.0.0.1") && !row.contains("203.0.113") && !row.contains("Kasse")),
        "sealed"
    );
    // Somebody who is forgotten leaves no address behind.
    let person = hub.member("late@maison.example", "admin").await;
    let theirs = hub.token("late@maison.example").await;
    let path = format!("/rest/v1/venues?id=eq.{plain}");
    let edited = http(hub.server.address, "PATCH", &path, Some(&theirs), Some(&json!({"city": "Paris"}))).await;
    assert_eq!(edited.status, 204, "{}", edited.body);
    let kept = "select count(*) from live.commits where principal_id = $1 and client_enc is not null";
    assert_eq!(sql.query_one(kept, &[&person]).await.expect("asked").get::<_, i64>(0), 1);
    let subjects = [privacy::Subject { kind: "user".into(), id: person }];
    privacy::erase(&hub.server.node.store, privacy::Scope::Everywhere, &subjects, None, None).await.expect("erased");
    assert_eq!(sql.query_one(kept, &[&person]).await.expect("asked").get::<_, i64>(0), 0);
    archive_all(&hub, &sql).await;
    let archived = actor(&forwarded).await;
    assert_eq!((&archived["id"], &archived["address"]), (&json!(hub.owner_id), &json!(null)), "not archived");
    assert_eq!(archived["agent"], json!(null), "nor is the program");
}

/// F245: whoever scanned is named, alone or in a batch with others, before and after it is archived.
#[tokio::test]
async fn scans_are_put_down_to_the_device_that_scanned() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 3).await;
    let sql = hub.database.sql().await;
    let token = hub.token(TestHub::OWNER).await;
    let alone = show.tablet(&hub, "Alone", show.gate_id, false, &["event_counters"]).await;
    verdict(&alone, scan(&show.guests[0].1)).await;
    // Two tablets in one batch.
    let store = &hub.server.node.store;
    let (mut batch, mut devices) = (Vec::new(), Vec::new());
    for (index, name) in [(1, "North"), (2, "South")] {
        let (id, device_token) = show.pair(&hub, name, DeviceProfile::Scan, Some(show.gate_id), false).await;
        let identity = identity::resolve(store, &device_token, None).await.expect("a device");
        batch.push(check_in::ScanRequest {
            command_id: Uuid::now_v7(),
            fingerprint: vec![index; 16],
            author: identity.author(),
            code: show.guests[usize::from(index)].1.clone(),
            registration_id: None,
            direction: schemas::Direction::In,
            people: None,
            gate_id: Some(show.gate_id),
            scanned_at: 0,
            offline: false,
            override_reason: None,
        });
        devices.push((index, id, name));
    }
    let admitted = check_in::admit(store, hub.organization_id, show.event_id, &batch).await.expect("committed");
    assert_eq!(admitted.answers.len(), 2);
    for archived in [false, true] {
        if archived {
            archive_all(&hub, &sql).await;
        }
        let ask = async |query: String| {
            let answer = http(hub.server.address, "GET", &format!("/v1/audit{query}"), Some(&token), None).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
            answer.json()
        };
        let of_guest = ask(format!("?table=registrations&row={}", show.guests[0].0)).await;
        assert_eq!(
            (&of_guest["entries"][0]["actor"]["kind"], &of_guest["entries"][0]["actor"]["name"]),
            (&json!("device"), &json!("Alone"))
        );
        let from = if archived { json!(null) } else { json!("127.0.0.1") };
        assert_eq!(of_guest["entries"][0]["actor"]["address"], from);
        for (index, id, name) in &devices {
            let of_guest = ask(format!("?table=registrations&row={}", show.guests[usize::from(*index)].0)).await;
            let actor = &of_guest["entries"][0]["actor"];
            assert_eq!(
                (&actor["kind"], &actor["id"], &actor["name"]),
                (&json!("device"), &json!(id), &json!(name)),
                "{archived}"
            );
            let by_device = ask(format!("?table=check_ins&actor={id}")).await;
            assert_eq!(rows(&by_device).len(), 1, "{by_device}");
            assert_eq!(by_device["entries"][0]["actor"]["id"], json!(id));
        }
    }
    assert!(of(&hub, &[]).await.findings.is_empty(), "the chain holds");
}

/// F252: two hubs, one of which does the housekeeping; and what it has done is recorded.
#[tokio::test]
async fn one_hub_archives_for_all() {
    let hub = TestHub::start().await;
    let second = TestHub::serve(&hub.database).await;
    let show = Show::with_guests(&hub, 20).await;
    let sql = hub.database.sql().await;
    sql.batch_execute("update hub.retention set keep = '0' where name = 'journal'").await.expect("a rule");
    let (one, other) = (&hub.server.node.store, &second.node.store);
    // The hubs' own first rounds may hold the claim for a moment.
    let runs = "select count(*) from hub.maintenance_runs where kind = 'archive' and status = 'running'";
    within(async {
        while sql.query_one(runs, &[]).await.expect("asked").get::<_, i64>(0) > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    sql.execute("delete from hub.maintenance_runs where kind = 'archive'", &[]).await.expect("as if long ago");
    let done =
        futures_util::future::join_all([one, other, one, other, one, other].map(|store| upkeep::forget(store, 3600.0)))
            .await;
    let done: Vec<bool> = done.into_iter().map(|done| done.expect("none fails")).collect();
    assert_eq!(done.iter().filter(|done| **done).count(), 1, "{done:?}");
    let run = "select status, (details ->> 'journal')::bigint > 0 from hub.maintenance_runs where kind = 'archive'";
    let run = sql.query_one(run, &[]).await.expect("one run");
    assert_eq!((run.get::<_, &str>(0), run.get::<_, bool>(1)), ("ok", true));
    let head =
        sql.query_one("select seq >= kept_from from live.topics where topic = $1", &[&show.topic.to_string()]).await;
    assert!(!head.expect("a topic").get::<_, bool>(0), "nothing of the topic is in the journal any more");
    assert!(of(&hub, &[]).await.findings.is_empty());
}

/// F245, F252: a hub that is killed while it archives leaves every change in the journal or in the archive, once; another goes
/// on, and the chain is whole. `hub audit verify` says so, and fails when it is not.
#[tokio::test]
async fn a_hub_that_is_killed_while_it_archives_loses_no_entry() {
    const CHANGES: i64 = 6_000;
    let mut hub = HubProcess::start().await;
    let sql = hub.sql().await;
    hub.kill().await;
    sql.batch_execute(
        "update hub.retention set keep = '0' where name = 'journal'; delete from hub.maintenance_runs;
         insert into venues (organization_id, name) select id, 'Palais' from organizations",
    )
    .await
    .expect("a venue");
    sql.batch_execute(&format!(
        "do $$ begin for n in 1..{CHANGES} loop update venues set name = 'Palais ' || n; commit; end loop; end $$"
    ))
    .await
    .expect("many commits");
    let archived = "select count(*) from audit_log where table_name = 'venues' and action = 'U'";
    let count = async || sql.query_one(archived, &[]).await.expect("asked").get::<_, i64>(0);
    hub.serve().await;
    let noted =
        "select coalesce(max((details ->> 'journal')::bigint), 0) from hub.maintenance_runs where kind = 'archive'";
    within(async {
        while sql.query_one(noted, &[]).await.expect("asked").get::<_, i64>(0) == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
    hub.kill().await;
    let so_far = count().await;
    assert!(so_far > 0 && so_far < CHANGES, "killed in the middle: {so_far}");
    let once = "select count(*), count(distinct name) from (
                  select new_values ->> 'name' as name from audit_log where table_name = 'venues' and action = 'U'
                  union all select new_row ->> 'name' from live.journal where table_name = 'venues' and op = 'U') t";
    let whole = async || {
        let row = sql.query_one(once, &[]).await.expect("asked");
        (row.get::<_, i64>(0), row.get::<_, i64>(1))
    };
    assert_eq!(whole().await, (CHANGES, CHANGES), "nothing lost, nothing twice");
    // Its claim runs out, which takes two minutes: they pass here at once.
    sql.execute("update hub.maintenance_runs set claimed_until = now() where status = 'running'", &[])
        .await
        .expect("passed");
    hub.serve().await;
    within(async {
        while count().await < CHANGES {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    assert_eq!(whole().await, (CHANGES, CHANGES));
    // The history says what happened: one that was cut off, and how far it had come, and one that went on.
    let runs = "select status, error_code, (details ->> 'journal')::bigint, progressed_at is not null
                  from hub.maintenance_runs where kind = 'archive' and status <> 'running' order by started_at";
    let cut_off = &sql.query(runs, &[]).await.expect("asked")[0];
    assert_eq!((cut_off.get::<_, &str>(0), cut_off.get::<_, &str>(1)), ("interrupted", "hub_ended"));
    assert!(cut_off.get::<_, Option<i64>>(2) > Some(0) && cut_off.get(3), "{cut_off:?}");
    let listed = async || {
        let listed = hub.run("maintenance", &["list", "--json", "--job", "archive"]).await;
        String::from_utf8_lossy(&listed.stdout).into_owned()
    };
    within(async {
        while !listed().await.lines().next().is_some_and(|newest| newest.contains(r#""status":"ok""#)) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    assert!(listed().await.contains(r#""error_code":"hub_ended""#));
    let verified = hub.beside("audit", &["verify"], &[]).await;
    let said = String::from_utf8_lossy(&verified.stdout);
    assert!(verified.status.success() && said.contains("\"findings\":[]") && said.contains("\"signature\""), "{said}");
    sql.batch_execute("update audit_log set actor_id = null where entry = 3; delete from audit_log where entry = 100")
        .await
        .expect("tampered");
    let verified = hub.beside("audit", &["verify"], &[]).await;
    let said = String::from_utf8_lossy(&verified.stdout);
    assert!(!verified.status.success() && said.contains(r#"{"finding":"missing","from":100,"to":100}"#), "{said}");
}
