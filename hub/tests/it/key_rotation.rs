//! The master key is replaced while a hub runs.

use std::path::Path;
use std::time::Duration;

use hub::sealing::{MasterKey, SubjectKey};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::http::http;
use crate::support::process::{HubProcess, within};

const GUESTS: &str = "Name,Email,Tier\nXanthippe Quetzalcoatl,x@secretmail.example,Guests\n";

fn keys(hub: &HubProcess) -> Vec<String> {
    let text = std::fs::read_to_string(hub.data.join("master.key")).expect("a key file");
    text.lines().map(str::to_owned).collect()
}

/// F280: the command that replaces the key is killed in the middle, and so is the hub; every guest, login and token stays
/// good all the while; the hub goes on by itself, and the old key is dropped when it wraps nothing any more. It is on record.
#[tokio::test]
async fn a_rotation_that_is_killed_in_the_middle_is_finished_by_the_hub() {
    const OTHERS: usize = 8_000;
    let mut hub = HubProcess::start().await;
    let sql = hub.sql().await;
    let address = || hub.url().trim_start_matches("http://").parse().expect("an address");
    let login = json!({"email": HubProcess::OWNER, "password": HubProcess::PASSWORD});
    let sign_in = async |address| http(address, "POST", "/auth/v1/token?grant_type=password", None, Some(&login)).await;
    let token = sign_in(address()).await.text("access_token");
    let event = json!({"title": "Nocturne", "start_time": "2030-09-24T18:00:00Z", "end_time": "2030-09-24T22:00:00Z"});
    let event = http(address(), "POST", "/v1/events", Some(&token), Some(&event)).await.json();
    let event = event["event"]["id"].as_str().expect("an id").to_owned();
    sql.execute(
        "insert into ticket_tiers (organization_id, event_id, name, type, quantity_total)
         select organization_id, id, 'Guests', 'comp', 100 from events where id = $1::text::uuid",
        &[&event],
    )
    .await
    .expect("a tier");
    let api = hub_client::Api::new(&hub.url()).expect("a URL").with_token(token.clone());
    let imported =
        api.import(event.parse().expect("an id"), "guests", "g.csv", GUESTS, None, true).await.expect("read");
    assert!(imported.applied, "{imported:?}");
    // Keys of many others, as a house of some size has them.
    let old = keys(&hub);
    assert_eq!(old.len(), 1);
    let master = MasterKey::load(None, &hub.data).expect("the key file");
    let others: Vec<SubjectKey> = (0..OTHERS).map(|_| SubjectKey::generate()).collect();
    let ids: Vec<Uuid> = others.iter().map(|key| key.id).collect();
    let wrapped: Vec<Vec<u8>> = others.iter().map(|key| key.wrap(&master)).collect();
    sql.execute(
        "insert into encryption_keys (id, organization_id, subject_kind, subject_id, wrapped_key, kek_ref)
         select k.id, o.id, 'share', k.id, k.wrapped, 'said wrongly' from organizations o, unnest($1::uuid[], $2::bytea[]) k(id, wrapped)",
        &[&ids, &wrapped],
    )
    .await
    .expect("kept");

    let left = async || -> (i64, i64) {
        let row = sql
            .query_one(
                "select count(*) filter (where kek_ref = $1), count(*) filter (where kek_ref <> $1)
                   from encryption_keys where wrapped_key is not null",
                &[&master.current()],
            )
            .await
            .expect("counted");
        (row.get(0), row.get(1))
    };
    let name_of = async |address| {
        let rows = http(address, "GET", "/rest/v1/registrations?select=attendee_name", Some(&token), None).await;
        rows.json()[0]["attendee_name"].clone()
    };
    let mut rotation = hub.spawn("rotate-master-key");
    within(async {
        while left().await.1 == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
    rotation.kill().await.expect("it is ours");
    let (before, after) = left().await;
    assert!(before > 0 && after > 0, "killed in the middle: {before} and {after}");
    assert_eq!(keys(&hub).len(), 2, "both keys are needed, and there");
    assert_eq!(name_of(address()).await, json!("Xanthippe Quetzalcoatl"), "a guest under either key is read");
    assert_eq!(sign_in(address()).await.status, 200);
    // What is sealed now is sealed under the new key.
    let more = json!({"event_id": event, "attendee_name": "Wolfgang", "qr_code_data": format!("FH1.{}", Uuid::now_v7().simple()),
                      "ticket_tier_id": sql.query_one("select id::text from ticket_tiers", &[]).await.expect("a tier").get::<_, String>(0)});
    let made = http(address(), "POST", "/rest/v1/registrations", Some(&token), Some(&more)).await;
    assert_eq!(made.status, 201, "{}", made.body);

    hub.kill().await;
    sql.execute("update hub.maintenance_runs set claimed_until = now() where status = 'running'", &[])
        .await
        .expect("two minutes pass");
    hub.serve().await;
    let done = async || keys(&hub).len() == 1;
    within(async {
        while !done().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    assert_eq!(left().await.0, 0, "nothing is wrapped by the old key any more");
    assert_ne!(keys(&hub), old, "and the file has only the new one");
    let address: std::net::SocketAddr = hub.url().trim_start_matches("http://").parse().expect("an address");
    let rows = http(address, "GET", "/rest/v1/registrations?select=attendee_name&order=id", Some(&token), None).await;
    assert_eq!(
        rows.json(),
        json!([{"attendee_name": "Xanthippe Quetzalcoatl"}, {"attendee_name": "Wolfgang"}]),
        "the token is good, and all is read"
    );
    assert_eq!(sign_in(address).await.status, 200);
    let found = http(
        address,
        "GET",
        "/rest/v1/registrations?select=id&attendee_email=eq.x@secretmail.example",
        Some(&token),
        None,
    )
    .await;
    assert_eq!(found.json().as_array().map(Vec::len), Some(1), "blind indexes are what they were");
    let runs = sql
        .query_one(
            "select count(*) filter (where status = 'interrupted'), sum((details ->> 'keys')::int), bool_or(details -> 'retired' ? $1)
               from hub.maintenance_runs where kind = 'key_rotation'",
            &[&master.current()],
        )
        .await
        .expect("recorded");
    assert_eq!(runs.get::<_, i64>(0), 1, "the run that was cut off");
    assert!(runs.get::<_, i64>(1) >= i64::try_from(OTHERS).expect("few") - 200 && runs.get::<_, bool>(2), "{runs:?}");

    // Who holds the old key only, opens nothing, and no key is wrapped by it ever again.
    let refused = hub.beside("types", &[], &[("HUB_MASTER_KEY", &old[0])]).await;
    assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("another master key"));
    let late = SubjectKey::generate();
    let error = sql
        .execute(
            "insert into encryption_keys (id, subject_kind, subject_id, wrapped_key, kek_ref) values ($1, 'share', $1, $2, 'x')",
            &[&late.id, &late.wrap(&master)],
        )
        .await
        .expect_err("that key was replaced");
    assert_eq!(error.as_db_error().and_then(|error| error.constraint()), Some("master_key_is_current"));
}

/// F280: keys that are given: the new one is added behind the old one, the command does the rest, twice in a row.
#[tokio::test]
async fn given_keys_are_replaced_by_adding_the_new_one() {
    let hub = HubProcess::start().await;
    let first = keys(&hub).remove(0);
    let (second, both) = ("7".repeat(64), format!("{first},{}", "7".repeat(64)));
    let given = [("HUB_MASTER_KEY", both.as_str())];
    let alone = hub.beside("rotate-master-key", &[], &[("HUB_MASTER_KEY", &first)]).await;
    assert!(!alone.status.success() && String::from_utf8_lossy(&alone.stderr).contains("old,new"));
    let rotated = hub.beside("rotate-master-key", &[], &given).await;
    let said: Value = serde_json::from_slice(&rotated.stdout).unwrap_or_default();
    let name = MasterKey::load(Some(&second), Path::new(".")).expect("a key").current();
    assert_eq!(said["current"], json!(name), "{}", String::from_utf8_lossy(&rotated.stderr));
    assert_eq!(said["dropped"].as_array().map(Vec::len), Some(1), "{said}");
    let alone = hub.beside("types", &[], &[("HUB_MASTER_KEY", &second)]).await;
    assert!(alone.status.success(), "the new one is enough: {}", String::from_utf8_lossy(&alone.stderr));
    for wrong in ["", "12", &format!("{second},x")] {
        assert!(!hub.beside("types", &[], &[("HUB_MASTER_KEY", wrong)]).await.status.success(), "{wrong:?}");
    }
}
