//! The list of events.

use schemas::{Encoding, Op, Topic};
use serde_json::{Value, json};

use crate::support::http::http;
use crate::support::{Show, TestHub, Wire};

async fn titles(hub: &TestHub, token: &str, query: &str) -> Vec<String> {
    let answer = http(hub.server.address, "GET", &format!("/v1/events{query}"), Some(token), None).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let events = answer.json()["events"].as_array().expect("a list").clone();
    events.iter().map(|event| event["title"].as_str().expect("a title").to_owned()).collect()
}

fn new_event(title: &str, start: &str) -> Value {
    json!({
        "title": title, "start_time": format!("{start}T20:00:00Z"), "end_time": format!("{start}T23:00:00Z"),
        "time_zone": "Europe/Paris", "venue_name": "Palais de Tokyo", "capacity_limit": 500,
    })
}

/// F042: an organization's events with date, venue, status and numbers; found by words, by parts of a title, and by
/// status; those of others never.
#[tokio::test]
async fn events_are_listed_searched_and_filtered() {
    let hub = TestHub::start().await;
    let token = hub.token(TestHub::OWNER).await;
    let address = hub.server.address;
    for (title, start) in
        [("Été à Paris", "2027-06-01"), ("Night Show 100% Silk", "2027-03-01"), ("Casting", "2027-01-01")]
    {
        let made = http(address, "POST", "/v1/events", Some(&token), Some(&new_event(title, start))).await;
        assert_eq!(made.status, 201, "{made:?}");
        let event = &made.json()["event"];
        assert_eq!((&event["status"], &event["venue_name"]), (&json!("published"), &json!("Palais de Tokyo")));
    }
    let foreign = hub.other_house().await;
    http(address, "POST", "/v1/events", Some(&foreign.token), Some(&new_event("Theirs", "2027-02-01"))).await;
    assert_eq!(titles(&hub, &token, "").await, ["Été à Paris", "Night Show 100% Silk", "Casting"]);
    assert_eq!(titles(&hub, &foreign.token, "").await, ["Theirs"]);

    let sql = hub.database.sql().await;
    sql.batch_execute(
        "update events set description = 'Velvet and steel', status = 'completed' where title = 'Casting'",
    )
    .await
    .expect("written");
    for (query, found) in [
        ("?q=silk", vec!["Night Show 100% Silk"]),
        ("?q=NIGHT%20silk", vec!["Night Show 100% Silk"]),
        ("?q=ight%20sh", vec!["Night Show 100% Silk"]),
        ("?q=%C3%A9t%C3%A9", vec!["Été à Paris"]),
        ("?q=velvet", vec!["Casting"]),
        ("?q=100%25", vec!["Night Show 100% Silk"]),
        ("?q=_", vec![]),
        ("?q=theirs", vec![]),
        ("?status=completed", vec!["Casting"]),
        ("?status=published&q=velvet", vec![]),
        ("?status=", vec!["Été à Paris", "Night Show 100% Silk", "Casting"]),
        ("?q=%20", vec!["Été à Paris", "Night Show 100% Silk", "Casting"]),
    ] {
        assert_eq!(titles(&hub, &token, query).await, found, "{query}");
    }
    let show = Show::with_guests(&hub, 3).await;
    let list = http(address, "GET", "/v1/events?q=nocturne", Some(&token), None).await.json();
    let event = &list["events"][0];
    assert_eq!((&event["id"], &event["counters"]["expected_people"]), (&json!(show.event_id), &json!(3)));
    assert!(event["event_date"].is_string() && event.get("search").is_none());

    // Staff list what they work on, without its budget.
    let staff = hub.member("staff@maison.example", "staff").await;
    let staff_token = hub.token("staff@maison.example").await;
    assert!(titles(&hub, &staff_token, "").await.is_empty());
    sql.execute(
        "insert into event_members (organization_id, event_id, user_id, role) values ($1, $2, $3, 'viewer')",
        &[&hub.organization_id, &show.event_id, &staff],
    )
    .await
    .expect("added");
    let answer = http(address, "GET", "/v1/events", Some(&staff_token), None).await;
    assert_eq!(answer.json()["events"].as_array().map(Vec::len), Some(1));
    assert!(!answer.body.contains("budget_total") && !answer.body.contains("meta_data"), "{}", answer.body);
    let refused = http(address, "POST", "/v1/events", Some(&staff_token), Some(&new_event("Mine", "2027-01-01"))).await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "forbidden"));
    let again = http(address, "POST", "/v1/events", Some(&token), Some(&new_event("Casting", "2027-01-01"))).await;
    assert_eq!((again.status, again.code().as_str()), (409, "conflict"), "the slug is taken");
}

/// F042: a new event appears on open lists, whoever makes it, with its venue; a change and a deletion too.
#[tokio::test]
async fn a_new_event_appears_on_open_lists() {
    let hub = TestHub::start().await;
    let second = TestHub::serve(&hub.database).await;
    let token = hub.token(TestHub::OWNER).await;
    let topic = Topic::organization(hub.organization_id);
    let mut lists = Vec::new();
    for (address, encoding) in [(hub.server.address, Encoding::Json), (second.address, Encoding::MessagePack)] {
        let mut wire = Wire::hello(address, encoding, &token).await;
        let joined = wire.join(topic, Some(&["events"])).await;
        assert!(joined.tables["events"].is_empty());
        lists.push(wire);
    }
    let made =
        http(hub.server.address, "POST", "/v1/events", Some(&token), Some(&new_event("Soon", "2027-06-01"))).await;
    let id = made.json()["event"]["id"].clone();
    let sql = hub.database.sql().await;
    sql.batch_execute("update events set title = 'Sooner'").await.expect("renamed");
    sql.batch_execute("delete from events").await.expect("deleted");
    for mut list in lists {
        let mut changes = Vec::new();
        while changes.len() < 3 {
            let (_, _, commits) = list.delta().await;
            changes.extend(commits.into_iter().flat_map(|commit| commit.changes));
        }
        assert!(changes.iter().all(|change| json!(change.key) == id && change.table == "events"));
        assert_eq!(changes.iter().map(|change| change.op).collect::<Vec<_>>(), [Op::Insert, Op::Update, Op::Delete]);
        assert_eq!(changes[0].row["title"], json!("Soon"));
        assert_eq!(changes[0].row["venue_name"], json!("Palais de Tokyo"));
        assert_eq!(changes[1].row["title"], json!("Sooner"));
    }
    second.stop().await;
}
