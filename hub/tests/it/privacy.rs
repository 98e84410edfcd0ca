//! What is known of a person can be taken out, and forgotten for good.

use std::path::Path;
use std::process::Command;

use hub::store::guests::NAME_COLUMN;
use hub::store::privacy::{self, Line, Scope, Subject};
use schemas::{DeviceProfile, Encoding, Query};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::http::{Answer, http};
use crate::support::process::HubProcess;
use crate::support::room::{column, until};
use crate::support::show::scan;
use crate::support::{Show, TestDatabase, TestHub, Wire};

const EMAIL: &str = "philippa.o@hushedmail.example";
/// Everything that anybody wrote down about her.
const MARKS: [&str; 9] = [
    "Philippa",
    "Okonkwovane",
    "hushedmail",
    "Allergic to lilies",
    "+49 171 5550199",
    "met her in Antwerp",
    "Lilac dress",
    "Dear X",
    "her own idea",
];

/// A guest, a contact with a thread, and an account, all of one person: what a house knows of somebody.
struct Known {
    guest: Uuid,
    code: String,
    contact: Uuid,
    account: Uuid,
}

async fn known(hub: &TestHub, show: &mut Show) -> Known {
    let sql = hub.database.sql().await;
    let token = hub.token(TestHub::OWNER).await;
    let (guest, code) = show.add_guest(hub, &sql, "Philippa Okonkwovane", 2, "confirmed").await;
    let post = async |table: &str, row: Value| {
        let answer = http(hub.server.address, "POST", &format!("/rest/v1/{table}"), Some(&token), Some(&row)).await;
        assert_eq!(answer.status, 201, "{table}: {}", answer.body);
    };
    let patch =
        json!({"attendee_email": EMAIL, "door_note": "Allergic to lilies", "meta_data": {"dress": "Lilac dress"}});
    let path = format!("/rest/v1/registrations?id=eq.{guest}");
    assert_eq!(http(hub.server.address, "PATCH", &path, Some(&token), Some(&patch)).await.status, 204);
    let contact = Uuid::now_v7();
    let card = json!({"id": contact, "name": "Philippa Okonkwovane", "email": EMAIL, "whatsapp": "+49 171 5550199",
                      "bio_grounded": "met her in Antwerp"});
    post("contacts", card).await;
    post("activities", json!({"contact_id": contact, "type": "note", "content": "her own idea"})).await;
    let conversation = Uuid::now_v7();
    post("conversations", json!({"id": conversation, "contact_id": contact, "channel": "email"})).await;
    post(
        "messages",
        json!({"conversation_id": conversation, "channel": "email", "direction": "outbound", "body": "Dear X"}),
    )
    .await;
    // A sheet that was issued names her, and somebody whose name only begins like hers.
    let content = json!({"calls": [{"at": "07:00", "who": "Philippa Okonkwovane", "as": "Crew"}, {"who": "Philip"}]});
    post(
        "call_sheets",
        json!({"event_id": show.event_id, "sheet_date": "2026-11-20", "status": "issued", "content": content}),
    )
    .await;
    let account = hub.member(EMAIL, "attendee").await;
    sql.execute("update users set full_name = 'Philippa Okonkwovane' where id = $1", &[&account]).await.expect("named");
    Known { guest, code, contact, account }
}

async fn ask(hub: &TestHub, path: &str, token: &str, body: Value) -> Answer {
    http(hub.server.address, "POST", path, Some(token), Some(&body)).await
}

fn files_with(folder: &str, texts: &[&str]) -> String {
    let mut grep = Command::new("grep");
    grep.args(["-r", "--text", "--no-messages", "--fixed-strings", "--files-with-matches"]).env("LC_ALL", "C");
    for text in texts {
        grep.arg("-e").arg(text);
    }
    String::from_utf8(grep.arg(folder).output().expect("grep is there").stdout).expect("paths are text")
}

/// F246, F281, F282: one request finds a guest, a contact and an account by an address; another takes everything out in the
/// clear; a third forgets it: no dump holds any of it, nor do the database's own files once they are rewritten; screens are told,
/// the door knows nobody of the name, counts stay, and it is on record.
#[tokio::test]
async fn a_person_is_found_taken_out_and_forgotten() {
    let hub = TestHub::start().await;
    let mut show = Show::with_guests(&hub, 3).await;
    let person = known(&hub, &mut show).await;
    let sql = hub.database.sql().await;
    let owner = hub.token(TestHub::OWNER).await;
    let (_, device) = show.pair(&hub, "Tablet", DeviceProfile::Scan, Some(show.gate_id), false).await;
    let mut tablet = Wire::hello(hub.server.address, Encoding::Json, &device).await;
    tablet.join(show.topic, None).await;
    tablet.command(Uuid::now_v7(), show.topic, scan(&person.code)).await.expect("let in");
    let find = Query::FindGuests { text: "philippa".into(), limit: 5 };
    let mut question = 0;
    let mut hits = async |tablet: &mut Wire| {
        question += 1;
        tablet.send(&schemas::ClientFrame::Query { query_id: question, topic: show.topic, query: find.clone() }).await;
        let answer = tablet
            .receive_where(|frame| match frame {
                schemas::ServerFrame::Answer { query_id, answer } if query_id == question => Some(answer),
                _ => None,
            })
            .await;
        serde_json::to_string(&answer).expect("JSON").matches("Philippa").count()
    };
    assert_eq!(hits(&mut tablet).await, 1, "the door finds her");
    // A mail to her waits, and so does a link.
    http(hub.server.address, "POST", "/auth/v1/recover", None, Some(&json!({"email": EMAIL}))).await;
    hub.mailbox().nth(EMAIL, 1).await;
    let live = hub.live(TestHub::OWNER).await;
    let room = show.enter(&live, &["registrations"]).await;
    until(&room, "her name", |state| {
        column(state, "registrations", person.guest, "attendee_name") == json!("Philippa Okonkwovane")
    })
    .await;
    let counts = "select (select count(*) from registrations), (select sum(party_size) from registrations), (select sum(arrived_people) from event_counters)";
    let counted = async || {
        let row = sql.query_one(counts, &[]).await.expect("counted");
        (row.get::<_, i64>(0), row.get::<_, i64>(1), row.get::<_, i64>(2))
    };
    let before = counted().await;

    let people =
        ask(&hub, "/v1/privacy/people", &owner, json!({"email": " PHILIPPA.o@hushedmail.example"})).await.json();
    let mut kinds: Vec<&str> =
        people["people"].as_array().expect("a list").iter().filter_map(|one| one["kind"].as_str()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["contact", "registration", "user"], "{people}");
    let export = ask(&hub, "/v1/privacy/export", &owner, json!({"email": EMAIL})).await;
    assert_eq!((export.status, export.headers["cache-control"].as_str()), (200, "no-store"), "{}", export.body);
    for mark in MARKS {
        assert!(export.body.contains(mark), "the export lacks {mark}: {}", export.body);
    }
    let document = export.json();
    assert_eq!(document["tables"]["registrations"][0]["attendee_email"], json!(EMAIL), "sealed values are opened");
    assert!(
        document["tables"]["contacts"][0]["whatsapp"] == json!("+49 171 5550199")
            && document["tables"]["sessions"].is_null()
    );

    // The account belongs to her: the organization forgets what it knows, the operator everything.
    let erased = ask(&hub, "/v1/privacy/erase", &owner, json!({"email": EMAIL})).await;
    assert_eq!(erased.status, 200, "{}", erased.body);
    let report = &erased.json()["report"];
    assert_eq!((&report["registrations"], &report["call_sheets"]), (&json!(1), &json!(1)), "{}", erased.body);
    let account = "select status, full_name from users where id = $1";
    assert_eq!(sql.query_one(account, &[&person.account]).await.expect("there").get::<_, &str>(0), "active");
    let store = &hub.server.node.store;
    let all = privacy::find(store, Scope::Everywhere, EMAIL).await.expect("asked");
    assert_eq!(all, [Subject { kind: "user".into(), id: person.account }], "only the account still knows the address");
    privacy::erase(store, Scope::Everywhere, &all, None, None).await.expect("erased");

    until(&room, "that she was erased", |state| {
        column(state, "registrations", person.guest, "attendee_name").is_null()
    })
    .await;
    assert_eq!(hits(&mut tablet).await, 0, "the door knows nobody of the name");
    assert_eq!(counted().await, before, "counts and sums stay");
    for path in [
        "/rest/v1/registrations",
        "/rest/v1/contacts",
        "/rest/v1/activities",
        "/rest/v1/messages",
        "/rest/v1/call_sheets",
        "/v1/audit?limit=200",
    ] {
        let answer = http(hub.server.address, "GET", path, Some(&owner), None).await;
        assert!(
            answer.status == 200 && MARKS.iter().all(|mark| !answer.body.contains(mark)),
            "{path}: {}",
            answer.body
        );
    }
    assert_eq!(ask(&hub, "/v1/privacy/export", &owner, json!({"email": EMAIL})).await.status, 404);
    let login = json!({"email": EMAIL, "password": TestHub::PASSWORD});
    let login = http(hub.server.address, "POST", "/auth/v1/token?grant_type=password", None, Some(&login)).await;
    assert_eq!(login.status, 401, "{}", login.body);
    let sheet = sql.query_one("select status, content -> 'calls' from call_sheets", &[]).await.expect("there");
    assert_eq!(
        (sheet.get::<_, &str>(0), sheet.get::<_, Value>(1)),
        ("issued", json!([{"at": "07:00", "who": "[erased]", "as": "Crew"}, {"who": "Philip"}])),
        "what was issued stays, without her"
    );
    let search = "select count(*) from contacts where search @@ plainto_tsquery('simple', 'philippa')";
    assert_eq!(sql.query_one(search, &[]).await.expect("asked").get::<_, i64>(0), 0, "nor does the search find her");

    let dump = String::from_utf8_lossy(&hub.database.dump("plain").await).into_owned();
    assert!(dump.contains("Nocturne"), "what is nobody's is found");
    for mark in MARKS {
        assert!(!dump.contains(mark), "the dump holds {mark:?}");
    }
    // Ciphertext without its key, and readable values in pages that were rewritten: neither is in the files any more.
    sql.batch_execute("vacuum full").await.expect("rewritten");
    sql.batch_execute("checkpoint").await.expect("written");
    let folder = sql
        .query_one("select setting || '/base/' || oid from pg_settings, pg_database where name = 'data_directory' and datname = current_database()", &[])
        .await
        .expect("asked")
        .get::<_, String>(0);
    assert!(!files_with(&folder, &["Nocturne"]).is_empty(), "what is nobody's is found");
    assert_eq!(files_with(&folder, &MARKS), "", "the files hold something of her");
    let record = sql
        .query_one("select count(*), bool_and(subjects::text !~* 'philippa') from hub.erasures", &[])
        .await
        .expect("on record");
    assert_eq!((record.get::<_, i64>(0), record.get::<_, bool>(1)), (2, true), "F282: the erasure itself is recorded");
    let register = std::fs::read_to_string(hub.database.data.join("erasures.jsonl")).expect("a register");
    assert!(
        register.lines().count() == 2
            && register.contains(&person.contact.to_string())
            && !register.contains("hushedmail")
    );
}

/// F282: a backup from before an erasure is restored, as a whole or without the last moments; the hub that starts on it has
/// forgotten the person again before it answers anybody. An erasure that was cut off between register and database is finished.
#[tokio::test]
async fn a_restored_backup_does_not_remember() {
    let hub = TestHub::start().await;
    let mut show = Show::with_guests(&hub, 1).await;
    let person = known(&hub, &mut show).await;
    let backup = hub.database.dump("custom").await;
    let owner = hub.token(TestHub::OWNER).await;
    assert_eq!(ask(&hub, "/v1/privacy/erase", &owner, json!({"email": EMAIL})).await.status, 200);

    let mut restored = TestDatabase::restore(&backup).await;
    let sql = restored.sql().await;
    let names = "select name from contacts where id = $1";
    assert_eq!(
        sql.query_one(names, &[&person.contact]).await.expect("there").get::<_, &str>(0),
        "Philippa Okonkwovane"
    );
    // The hub's own folder is as it was; only the database is older.
    restored.data.clone_from(&hub.database.data);
    let again = TestHub::serve(&restored).await;
    assert_eq!(sql.query_one(names, &[&person.contact]).await.expect("there").get::<_, &str>(0), "[erased]");
    let sealed = sql
        .query_one("select attendee_name_enc::bytea from registrations where id = $1", &[&person.guest])
        .await
        .expect("there");
    let sealed: Vec<u8> = sealed.get(0);
    let envelope = hub::store::keyring::Envelope { column: NAME_COLUMN, bytes: &sealed };
    let store = &again.node.store;
    assert_eq!(store.keyring.open(&store.pools, &[envelope]).await.expect("asked"), [None]);
    let ids = "select array_agg(id::text order by id) from hub.erasures";
    let ids_of =
        async |sql: &tokio_postgres::Client| sql.query_one(ids, &[]).await.expect("asked").get::<_, Vec<String>>(0);
    assert_eq!(ids_of(&sql).await, ids_of(&hub.database.sql().await).await, "the same erasure, under its id");
    assert_eq!(privacy::settle(store).await.expect("settled"), privacy::Settled::default(), "once is enough");

    // The power went between the register and the commit.
    let line = Line::Erase {
        id: Uuid::now_v7(),
        organization_id: None,
        accounts: true,
        subjects: vec![Subject { kind: "user".into(), id: person.account }],
        requested_by: None,
    };
    store.register.append(std::slice::from_ref(&line)).expect("written");
    drop(again);
    let again = TestHub::serve(&restored).await;
    let user =
        sql.query_one("select full_name, status from users where id = $1", &[&person.account]).await.expect("there");
    assert_eq!((user.get::<_, &str>(0), user.get::<_, &str>(1)), ("[erased]", "erased"));
    // What was refused is not tried again; what another hub did is written down here.
    let refused = Subject { kind: "user".into(), id: hub.owner_id };
    let error =
        privacy::erase(&again.node.store, Scope::Everywhere, &[refused], None, None).await.expect_err("an owner");
    assert!(error.to_string().contains("owns an organization"), "{error}");
    assert_eq!(privacy::settle(&again.node.store).await.expect("settled"), privacy::Settled::default());
    std::fs::remove_file(restored.data.join("erasures.jsonl")).expect("there");
    let settled = privacy::settle(&again.node.store).await.expect("settled");
    assert_eq!((settled.written_down, settled.erased_again), (2, 0));
    let error = privacy::erase(
        &again.node.store,
        Scope::Everywhere,
        &[Subject { kind: "house".into(), id: person.guest }],
        None,
        None,
    )
    .await;
    assert!(error.expect_err("no kind").to_string().contains("house"));
}

/// F246: producers, crew, devices and other houses neither look people up nor forget them; a person takes out their own
/// account, and ends it, freshly signed in.
#[tokio::test]
async fn whoever_may_not_does_not_and_everybody_may_for_themselves() {
    let hub = TestHub::start().await;
    let mut show = Show::with_guests(&hub, 1).await;
    let person = known(&hub, &mut show).await;
    let sql = hub.database.sql().await;
    let mut tokens = vec![show.pair(&hub, "Tablet", DeviceProfile::Scan, Some(show.gate_id), false).await.1];
    for role in ["producer", "staff", "client", "model"] {
        let email = format!("{role}@maison.example");
        hub.member(&email, role).await;
        tokens.push(hub.token(&email).await);
    }
    tokens.push(hub.token(EMAIL).await);
    let guest = json!({"subjects": [{"kind": "registration", "id": person.guest}]});
    for token in &tokens {
        for path in ["/v1/privacy/people", "/v1/privacy/export", "/v1/privacy/erase"] {
            let answer = ask(&hub, path, token, guest.clone()).await;
            assert_eq!((answer.status, answer.code().as_str()), (403, "forbidden"), "{path}: {}", answer.body);
        }
    }
    let other = hub.other_house().await;
    for body in [guest.clone(), json!({"email": EMAIL}), json!({"subjects": [{"kind": "user", "id": person.account}]})]
    {
        for path in ["/v1/privacy/export", "/v1/privacy/erase"] {
            let answer = ask(&hub, path, &other.token, body.clone()).await;
            assert_eq!(answer.status, 404, "{path}: {}", answer.body);
        }
    }
    let owner = hub.token(TestHub::OWNER).await;
    for bad in [
        json!({}),
        json!({"email": "x"}),
        json!({"subjects": []}),
        json!({"subjects": [{"kind": "house", "id": person.guest}]}),
        json!({"email": EMAIL, "subjects": [{"kind": "user", "id": person.account}]}),
        json!({"subjects": [{"kind": "user"}]}),
    ] {
        for path in ["/v1/privacy/export", "/v1/privacy/erase"] {
            let answer = ask(&hub, path, &owner, bad.clone()).await;
            assert!(answer.status == 400 || answer.status == 422, "{path} {bad}: {} {}", answer.status, answer.body);
        }
    }
    let register = || std::fs::read_to_string(hub.database.data.join("erasures.jsonl")).unwrap_or_default();
    assert_eq!(register(), "", "nothing of this was registered");

    let mine = tokens.last().expect("hers");
    let export = ask(&hub, "/v1/privacy/account/export", mine, json!({})).await;
    assert!(export.status == 200 && export.json()["tables"]["sessions"].is_array(), "{}", export.body);
    sql.execute(
        "update sessions set authenticated_at = now() - interval '2 hours' where user_id = $1",
        &[&person.account],
    )
    .await
    .expect("long ago");
    assert_eq!(ask(&hub, "/v1/privacy/account/erase", mine, json!({})).await.status, 403, "a login that is old");
    let fresh = hub.token(EMAIL).await;
    let erased = ask(&hub, "/v1/privacy/account/erase", &fresh, json!({})).await;
    assert_eq!(erased.status, 200, "{}", erased.body);
    assert_eq!(ask(&hub, "/v1/privacy/account/export", &fresh, json!({})).await.status, 401, "and that was the login");
    let left = sql
        .query_one(
            "select u.status, (select name from contacts where id = $2) from users u where u.id = $1",
            &[&person.account, &person.contact],
        )
        .await
        .expect("there");
    assert_eq!(
        (left.get::<_, &str>(0), left.get::<_, &str>(1)),
        ("erased", "Philippa Okonkwovane"),
        "what the house knows is the house's to forget"
    );

    // A request is answered once.
    let request = json!({"kind": "erase", "subject_kind": "contact", "subject_id": person.contact});
    let made = http(hub.server.address, "POST", "/rest/v1/privacy_requests", Some(&owner), Some(&request)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let id: Uuid = sql.query_one("select id from privacy_requests", &[]).await.expect("one").get(0);
    let body = json!({"subjects": [{"kind": "contact", "id": person.contact}], "request_id": id});
    assert_eq!(ask(&hub, "/v1/privacy/erase", &owner, body.clone()).await.status, 200);
    let done = sql.query_one("select status, report ->> 'contacts' from privacy_requests", &[]).await.expect("one");
    assert_eq!((done.get::<_, &str>(0), done.get::<_, &str>(1)), ("done", "1"));
    assert_eq!(ask(&hub, "/v1/privacy/erase", &owner, body).await.status, 409);
}

/// F281, F282: the operator's commands.
#[tokio::test]
async fn an_operator_takes_out_and_forgets_by_command() {
    let hub = HubProcess::start().await;
    let sql = hub.sql().await;
    let made = hub
        .beside(
            "create-owner",
            &["--email", EMAIL, "--password", "a long password", "--organization", "Q", "--name", "Philippa"],
            &[],
        )
        .await;
    assert!(made.status.success());
    let export = hub.beside("person", &["export", "--email", EMAIL], &[]).await;
    let said: Value = serde_json::from_slice(&export.stdout).expect("a document");
    assert_eq!(said["tables"]["users"][0]["email"], json!(EMAIL), "{said}");
    let refused = hub.beside("person", &["erase", "--email", EMAIL], &[]).await;
    assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("owns an organization"));
    sql.execute("update organizations set owner_id = (select owner_id from organizations where name = 'Maison') where name = 'Q'", &[]).await.expect("handed over");
    let erased = hub.beside("person", &["erase", "--email", EMAIL], &[]).await;
    assert!(erased.status.success(), "{}", String::from_utf8_lossy(&erased.stderr));
    assert!(!hub.beside("person", &["export", "--email", EMAIL], &[]).await.status.success(), "nobody is left");
    let copy = hub.data.join("copy.jsonl");
    std::fs::copy(hub.data.join("erasures.jsonl"), &copy).expect("a copy");
    sql.batch_execute("delete from hub.erasures; update users set full_name = 'Philippa' where status = 'erased'")
        .await
        .expect("as if restored");
    std::fs::remove_file(hub.data.join("erasures.jsonl")).expect("lost");
    let applied = hub.beside("erasures", &["apply", "--from", copy.to_str().expect("a path")], &[]).await;
    let said: Value = serde_json::from_slice(&applied.stdout).expect("a report");
    assert_eq!(said["erased_again"], 1, "{said}");
    let names = "select count(*) from users where full_name = 'Philippa'";
    assert_eq!(sql.query_one(names, &[]).await.expect("asked").get::<_, i64>(0), 0);
    assert!(Path::new(&hub.data.join("erasures.jsonl")).exists());
}
