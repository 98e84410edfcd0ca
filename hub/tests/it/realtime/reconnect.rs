use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::TestHub;
use crate::support::phoenix::{Changed, Phoenix, changes, somebody};
use crate::support::process::HubProcess;

fn resuming(since: Option<&str>) -> Value {
    let bindings = json!([{"event": "*", "schema": "public", "table": "tasks"}]);
    json!({"config": changes(bindings), "hub": {"cursors": true, "since": since}})
}

async fn begin(client: &mut Phoenix, token: &str, since: Option<&str>) -> (String, String) {
    let mut payload = resuming(since);
    payload["access_token"] = json!(token);
    client.join_with("tasks", payload).await.expect("it may");
    let beginning = client.wait_for(|said| (said.payload["extension"] == "hub").then(|| said.payload.clone())).await;
    let word = |name: &str| beginning[name].as_str().expect("a text").to_owned();
    (word("message"), word("cursor"))
}

/// F246, F262: whoever comes back with a cursor misses nothing, in order and once: those who see everything from the journal,
/// others from what the hub remembers of them. A cursor that is none, or of another journal, is answered with the advice to
/// read again, and so is one that an audience's memory does not reach.
#[tokio::test]
async fn nothing_is_missed_with_a_cursor() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    somebody(&sql, hub.organization_id).await;
    let staff = hub.member("staff@maison.example", "staff").await;
    let tokens = [hub.token(TestHub::OWNER).await, hub.token("staff@maison.example").await];
    let insert = "insert into tasks (contact_id, organization_id, title, assigned_to) values ((select id from contacts where organization_id = $1), $1, $2, $3) returning id";
    for token in &tokens {
        let mut client = Phoenix::open(hub.server.address, "2.0.0").await;
        let (message, _) = begin(&mut client, token, None).await;
        assert!(message.starts_with("fresh"), "{message}");
        let id: Uuid = sql.query_one(insert, &[&hub.organization_id, &"One", &staff]).await.expect("written").get(0);
        assert_eq!(client.change().await.record["title"], "One");
        let cursor = client.wait("hub_cursor").await["cursor"].as_str().expect("a cursor").to_owned();
        drop(client);
        sql.execute("update tasks set title = 'Two' where id = $1", &[&id]).await.expect("written");
        sql.execute(insert, &[&hub.organization_id, &"Three", &staff]).await.expect("written");
        sql.execute("update tasks set assigned_to = null where id = $1", &[&id]).await.expect("written");
        sql.execute("delete from tasks where id = $1", &[&id]).await.expect("deleted");
        let mut client = Phoenix::open(hub.server.address, "1.0.0").await;
        let (message, _) = begin(&mut client, token, Some(&cursor)).await;
        assert!(message.starts_with("resumed"), "{message}");
        let mut view = BTreeMap::from([(id.to_string(), json!("One"))]);
        while view.contains_key(&id.to_string()) || view.len() != 1 {
            let change = client.change().await;
            match change.kind.as_str() {
                "DELETE" => view.remove(change.id()),
                _ => view.insert(change.id().to_owned(), change.record["title"].clone()),
            };
        }
        assert_eq!(view.into_values().collect::<Vec<_>>(), [json!("Three")]);
        assert!(client.settle().await.iter().all(|said| said.event != "postgres_changes"));
        for wrong in ["nonsense", "00000000000000000000000000000000.1:1:", &cursor.replace('.', ".9")] {
            let (message, _) = begin(&mut client, token, Some(wrong)).await;
            assert!(message.starts_with("resync"), "{wrong}: {message}");
        }
    }
    // Another hub of the same journal: it knows nobody's memory, but the journal.
    let second = TestHub::serve(&hub.database).await;
    for (token, begins) in tokens.iter().zip(["resumed", "resync"]) {
        let mut client = Phoenix::open(hub.server.address, "2.0.0").await;
        let (_, cursor) = begin(&mut client, token, None).await;
        sql.execute(insert, &[&hub.organization_id, &"Four", &staff]).await.expect("written");
        let mut client = Phoenix::open(second.address, "2.0.0").await;
        let (message, _) = begin(&mut client, token, Some(&cursor)).await;
        assert!(message.starts_with(begins), "{message}");
    }
    second.stop().await;
}

/// F246: a reader that takes nothing for a while loses nothing: what it could not take is dropped, and told again from where
/// it is. Nobody else waits for it.
#[tokio::test]
async fn a_slow_reader_is_told_everything_in_the_end() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    somebody(&sql, hub.organization_id).await;
    let token = hub.token(TestHub::OWNER).await;
    let mut slow = Phoenix::open(hub.server.address, "2.0.0").await;
    begin(&mut slow, &token, None).await;
    let mut quick = Phoenix::open(hub.server.address, "2.0.0").await;
    begin(&mut quick, &token, None).await;
    const ROWS: usize = 120;
    let text = "x".repeat(200_000);
    let insert = "insert into tasks (contact_id, organization_id, title, description) values ((select id from contacts where organization_id = $1), $1, $2, $3)";
    for number in 0..ROWS {
        sql.execute(insert, &[&hub.organization_id, &format!("{number}"), &text]).await.expect("written");
        assert_eq!(quick.change().await.record["title"], format!("{number}"));
    }
    let mut heard = Vec::new();
    let mut resumed = false;
    // What was on its way when the backlog was dropped may come again.
    while heard.len() < ROWS {
        let said = slow.next().await.expect("the socket is open");
        if said.event == "postgres_changes" {
            let title = Changed::of(&said.payload).record["title"].as_str().expect("a title").to_owned();
            if !heard.contains(&title) {
                heard.push(title);
            }
        }
        resumed |= said.payload["message"].as_str().is_some_and(|message| message.starts_with("resumed"));
    }
    assert_eq!(heard, (0..ROWS).map(|number| number.to_string()).collect::<Vec<_>>(), "in order");
    assert!(resumed, "and it was told that it was taken up again");
}

/// F246, F262: the hub is killed while rows are written; a client that comes back with its cursor has every row, in order.
#[tokio::test]
async fn a_killed_hub_loses_nothing() {
    let mut hub = HubProcess::start().await;
    let api = hub_client::Api::new(&hub.url()).expect("a URL");
    let token = api.sign_in(HubProcess::OWNER, HubProcess::PASSWORD).await.expect("signed in").access_token;
    let address = hub.url().trim_start_matches("http://").parse().expect("an address");
    let mut client = Phoenix::open(address, "2.0.0").await;
    let (_, mut cursor) = begin(&mut client, &token, None).await;
    let sql = hub.sql().await;
    let organization: Uuid = sql.query_one("select id from organizations", &[]).await.expect("one").get(0);
    somebody(&sql, organization).await;
    const ROWS: usize = 600;
    let writer = tokio::spawn(async move {
        for number in 0..ROWS {
            let insert = "insert into tasks (contact_id, organization_id, title) values ((select id from contacts where organization_id = $1), $1, $2)";
            sql.execute(insert, &[&organization, &number.to_string()]).await.expect("written");
        }
    });
    let mut heard: Vec<String> = Vec::new();
    // What is not yet confirmed by a cursor comes again.
    let mut open: Vec<String> = Vec::new();
    for killed in [true, true, false] {
        let wanted = if killed { heard.len() + 100 } else { ROWS };
        while heard.len() < wanted {
            let said = client.next().await.expect("the socket is open");
            match said.event.as_str() {
                "postgres_changes" => {
                    open.push(Changed::of(&said.payload).record["title"].as_str().expect("a title").to_owned());
                }
                "hub_cursor" => {
                    cursor = said.payload["cursor"].as_str().expect("a cursor").to_owned();
                    heard.append(&mut open);
                }
                _ => {}
            }
        }
        if killed {
            hub.kill().await;
            hub.serve().await;
            open.clear();
            client = Phoenix::open(address, "2.0.0").await;
            let (message, _) = begin(&mut client, &token, Some(&cursor)).await;
            assert!(message.starts_with("resumed"), "{message}");
        }
    }
    writer.await.expect("all were written");
    assert_eq!(heard, (0..ROWS).map(|number| number.to_string()).collect::<Vec<_>>());
}
