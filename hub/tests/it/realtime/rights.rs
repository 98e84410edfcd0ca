use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::phoenix::{Phoenix, Said, changes, somebody};
use crate::support::{Show, TestHub};

/// Longer than the second that the hub promises, for a busy machine; far shorter than a token's life.
const AT_ONCE: Duration = Duration::from_secs(5);

fn tasks() -> Value {
    changes(json!([{"event": "*", "schema": "public", "table": "tasks"}]))
}

async fn ends(client: &mut Phoenix, what: &str) -> Value {
    let end = client.wait("phx_error");
    tokio::time::timeout(AT_ONCE, end).await.unwrap_or_else(|_| panic!("{what}: the channel goes on"))
}

/// F273: whoever loses the membership, the login or the account hears nothing more, and may not come back with the same token;
/// the library is told in the way that makes it try.
#[tokio::test]
async fn lost_rights_end_channels_at_once() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    somebody(&sql, hub.organization_id).await;
    for (number, taken) in [
        "update memberships set status = 'suspended' where user_id = $1",
        "delete from memberships where user_id = $1",
        "update sessions set revoked_at = now() where user_id = $1",
        "update users set status = 'inactive' where id = $1",
    ]
    .into_iter()
    .enumerate()
    {
        let email = format!("leaver{number}@maison.example");
        let user = hub.member(&email, "producer").await;
        let token = hub.token(&email).await;
        let mut client = Phoenix::open(hub.server.address, "2.0.0").await;
        client.join("tasks", tasks(), &token).await.expect("it may");
        client.join("talk", json!({}), &token).await.expect("it may");
        sql.execute(taken, &[&user]).await.expect("taken");
        for _ in 0..2 {
            assert_eq!(ends(&mut client, taken).await["code"], 4401, "{taken}");
        }
        sql.execute("insert into tasks (contact_id, organization_id, title) values ((select id from contacts where organization_id = $1), $1, 'Secret')", &[&hub.organization_id])
            .await
            .expect("written");
        let refused = client.join("tasks", tasks(), &token).await.expect_err(taken);
        assert_eq!(refused["code"], "unauthorized", "{taken}");
        assert!(client.settle().await.iter().all(|said| !said.payload.to_string().contains("Secret")), "{taken}");
    }
}

/// F273: another role ends the channels, which see with the eyes of the new one when they are joined again; somebody who loses
/// an event loses its private channel, and no other.
#[tokio::test]
async fn another_role_and_a_lost_event_narrow_what_is_heard() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 0).await;
    let sql = hub.database.sql().await;
    somebody(&sql, hub.organization_id).await;
    let user = hub.member("mover@maison.example", "producer").await;
    let token = hub.token("mover@maison.example").await;
    let mut client = Phoenix::open(hub.server.address, "2.0.0").await;
    client.join("tasks", tasks(), &token).await.expect("it may");
    sql.execute("update memberships set role = 'staff' where user_id = $1", &[&user]).await.expect("moved");
    assert_eq!(ends(&mut client, "another role").await["code"], 4401);
    client.join("tasks", tasks(), &token).await.expect("still a member");
    let insert = "insert into tasks (contact_id, organization_id, title, assigned_to) values ((select id from contacts where organization_id = $1), $1, $2, $3)";
    sql.execute(insert, &[&hub.organization_id, &"Nobody's", &None::<Uuid>]).await.expect("written");
    sql.execute(insert, &[&hub.organization_id, &"Theirs", &Some(user)]).await.expect("written");
    assert_eq!(client.change().await.record["title"], "Theirs");

    let private = json!({"private": true});
    let name = format!("event:{}:door", show.event_id);
    let refused = client.join(&name, private.clone(), &token).await;
    assert_eq!(refused.expect_err("not on the event")["code"], "forbidden");
    let add = "insert into event_members (organization_id, event_id, user_id, role) values ($1, $2, $3, 'checkin')";
    sql.execute(add, &[&hub.organization_id, &show.event_id, &user]).await.expect("added");
    client.join(&name, private, &token).await.expect("now it may");
    sql.execute("delete from event_members where user_id = $1", &[&user]).await.expect("removed");
    assert_eq!(ends(&mut client, "the event").await["code"], 4403);
    sql.execute(insert, &[&hub.organization_id, &"Goes on", &Some(user)]).await.expect("written");
    assert_eq!(client.change().await.record["title"], "Goes on");
}

/// F246: rows come into sight and leave it when the rights change and not the rows.
#[tokio::test]
async fn sight_follows_rights_that_other_rows_give() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 0).await;
    let sql = hub.database.sql().await;
    let user = hub.member("door@maison.example", "staff").await;
    let token = hub.token("door@maison.example").await;
    let mut client = Phoenix::open(hub.server.address, "1.0.0").await;
    let gates = changes(json!([{"event": "*", "schema": "public", "table": "event_gates"}]));
    client.join("gates", gates, &token).await.expect("it may");
    let gate = show.gate_id.to_string();
    for _ in 0..3 {
        let add = "insert into event_members (organization_id, event_id, user_id, role) values ($1, $2, $3, 'checkin')";
        sql.execute(add, &[&hub.organization_id, &show.event_id, &user]).await.expect("added");
        let seen = client.change().await;
        assert_eq!((seen.kind.as_str(), seen.id(), &seen.record["name"]), ("UPDATE", &*gate, &json!("North")));
        sql.execute("delete from event_members where user_id = $1", &[&user]).await.expect("removed");
        let gone = client.change().await;
        assert_eq!((gone.kind.as_str(), gone.old), ("DELETE", json!({"id": gate})));
    }
    // What cascades is told to those who saw it, although nothing is left to ask about.
    let add = "insert into event_members (organization_id, event_id, user_id, role) values ($1, $2, $3, 'checkin')";
    sql.execute(add, &[&hub.organization_id, &show.event_id, &user]).await.expect("added");
    assert_eq!(client.change().await.kind, "UPDATE");
    sql.execute("delete from event_gates where id = $1", &[&show.gate_id]).await.expect("deleted");
    let deleted = client.change().await;
    assert_eq!((deleted.kind.as_str(), &deleted.old["name"]), ("DELETE", &json!("North")));
}

/// F273: a token that ends takes its channels with it; one that is renewed keeps them. Another person's token does not.
#[tokio::test]
async fn tokens_are_renewed_replaced_and_missed() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    somebody(&sql, hub.organization_id).await;
    let first = hub.token(TestHub::OWNER).await;
    let mut client = Phoenix::open(hub.server.address, "2.0.0").await;
    let unsigned = client.join_with("tasks", json!({"config": tasks()})).await;
    assert_eq!(unsigned.expect_err("nobody")["code"], "unauthorized");
    let forged = client.join("tasks", tasks(), &format!("{first}x")).await;
    assert_eq!(forged.expect_err("altered")["code"], "unauthorized");
    client.join("tasks", tasks(), &first).await.expect("it may");
    let second = hub.token(TestHub::OWNER).await;
    client.ask("tasks", "access_token", json!({"access_token": second})).await.expect("the same person");
    sql.execute("insert into tasks (contact_id, organization_id, title) values ((select id from contacts where organization_id = $1), $1, 'Goes on')", &[&hub.organization_id])
        .await
        .expect("written");
    assert_eq!(client.change().await.record["title"], "Goes on");
    hub.member("other@maison.example", "staff").await;
    let other = hub.token("other@maison.example").await;
    client.push("realtime:tasks", "access_token", None, json!({"access_token": other})).await;
    assert_eq!(ends(&mut client, "somebody else").await["code"], 4401);
    client.join("tasks", tasks(), &other).await.expect("as the other");
    client.push("realtime:tasks", "access_token", None, json!({"access_token": null})).await;
    assert_eq!(ends(&mut client, "signed out").await["code"], 4401);
    let heard: Vec<Said> = client.settle().await;
    assert!(heard.iter().all(|said| said.event != "postgres_changes"));
}
