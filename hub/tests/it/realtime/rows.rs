use serde_json::json;
use uuid::Uuid;

use crate::support::phoenix::{Changed, Phoenix, changes, somebody};
use crate::support::{Show, TestHub};

/// F246, F252: in both notations a channel with three filters is live when it says so: a row that is written at that moment
/// arrives, once, for the right filters only, under the very filters that the client named.
#[tokio::test]
async fn changes_arrive_for_the_right_filters_and_from_the_first_moment() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    somebody(&sql, hub.organization_id).await;
    let token = hub.token(TestHub::OWNER).await;
    for turn in 0..20 {
        let mut client = Phoenix::open(hub.server.address, ["1.0.0", "2.0.0"][turn % 2]).await;
        let bindings = json!([
            {"event": "INSERT", "schema": "public", "table": "tasks", "filter": "status=eq.todo"},
            {"event": "*", "schema": "public", "table": "tasks", "filter": "status=eq.done"},
            {"event": "*", "schema": "public"},
        ]);
        let live = client.join("dashboard", changes(bindings.clone()), &token).await.expect("it may");
        let told = live["postgres_changes"].as_array().expect("the filters");
        let ids: Vec<u64> = told.iter().map(|binding| binding["id"].as_u64().expect("an id")).collect();
        for (asked, told) in bindings.as_array().expect("a list").iter().zip(told) {
            let mut told = told.clone();
            told.as_object_mut().expect("an object").remove("id");
            assert_eq!(&told, asked, "what is told is what was asked, word for word");
        }
        let id: Uuid = sql
            .query_one(
                "insert into tasks (contact_id, organization_id, title, status) values ((select id from contacts where organization_id = $1), $1, 'Steam the dresses', 'todo') returning id",
                &[&hub.organization_id],
            )
            .await
            .expect("written")
            .get(0);
        let insert = client.change().await;
        assert_eq!((insert.kind.as_str(), insert.table.as_str(), insert.id()), ("INSERT", "tasks", &*id.to_string()));
        assert_eq!((insert.ids, &insert.record["title"]), (vec![ids[0], ids[2]], &json!("Steam the dresses")));
        assert!(insert.old.is_null());
        sql.execute("update tasks set status = 'done' where id = $1", &[&id]).await.expect("written");
        let update = client.change().await;
        assert_eq!((update.kind.as_str(), update.ids.as_slice()), ("UPDATE", &ids[1..]));
        assert_eq!((&update.record["title"], &update.old["status"]), (&json!("Steam the dresses"), &json!("todo")));
        assert!(update.old.get("title").is_none(), "what did not change is not told twice");
        sql.execute("delete from tasks where id = $1", &[&id]).await.expect("deleted");
        let delete = client.change().await;
        assert_eq!((delete.kind.as_str(), delete.ids.as_slice()), ("DELETE", &ids[1..]));
        assert_eq!((delete.id(), &delete.old["status"]), (&*id.to_string(), &json!("done")));
        assert!(client.settle().await.iter().all(|said| said.event != "postgres_changes"), "once is enough");
    }
}

/// F246: a row that leaves a filter is told as gone, with its key only; one that comes into it as changed. What one
/// transaction does to a row is told as one change, and what it undoes is not told.
#[tokio::test]
async fn rows_enter_and_leave_filters_and_transactions_are_told_whole() {
    let hub = TestHub::start().await;
    let mut sql = hub.database.sql().await;
    somebody(&sql, hub.organization_id).await;
    let token = hub.token(TestHub::OWNER).await;
    let mut client = Phoenix::open(hub.server.address, "2.0.0").await;
    let bindings = json!([{"event": "*", "schema": "public", "table": "tasks", "filter": "status=in.(todo,blocked)",
                           "select": ["id", "status"]}]);
    client.join("board", changes(bindings), &token).await.expect("it may");
    let id: Uuid = sql
        .query_one(
            "insert into tasks (contact_id, organization_id, title, status) values ((select id from contacts where organization_id = $1), $1, 'Pin', 'in_progress') returning id",
            &[&hub.organization_id],
        )
        .await
        .expect("written")
        .get(0);
    let transaction = sql.transaction().await.expect("begun");
    for status in ["blocked", "done", "todo"] {
        transaction.execute("update tasks set status = $2 where id = $1", &[&id, &status]).await.expect("written");
    }
    let draft: Uuid = transaction
        .query_one(
            "insert into tasks (contact_id, organization_id, title, status) values ((select id from contacts where organization_id = $1), $1, 'Never', 'todo') returning id",
            &[&hub.organization_id],
        )
        .await
        .expect("written")
        .get(0);
    transaction.execute("delete from tasks where id = $1", &[&draft]).await.expect("deleted");
    transaction.commit().await.expect("committed");
    let entered = client.change().await;
    assert_eq!((entered.kind.as_str(), entered.record), ("UPDATE", json!({"id": id, "status": "todo"})));
    sql.execute("update tasks set status = 'done' where id = $1", &[&id]).await.expect("written");
    let left = client.change().await;
    assert_eq!((left.kind.as_str(), left.old), ("DELETE", json!({"id": id})));
    assert!(client.settle().await.iter().all(|said| said.event != "postgres_changes"));
}

/// F246: a row that is made and moved to another event's topic, in one transaction or in several, is told like any other.
#[tokio::test]
async fn rows_that_move_between_topics_are_told() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 0).await;
    let mut sql = hub.database.sql().await;
    somebody(&sql, hub.organization_id).await;
    let token = hub.token(TestHub::OWNER).await;
    let mut client = Phoenix::open(hub.server.address, "2.0.0").await;
    let bindings = json!([{"event": "*", "schema": "public", "table": "tasks", "select": ["id", "event_id"]}]);
    client.join("moves", changes(bindings), &token).await.expect("it may");
    let transaction = sql.transaction().await.expect("begun");
    let id: Uuid = transaction
        .query_one(
            "insert into tasks (contact_id, organization_id, title)
             values ((select id from contacts where organization_id = $1), $1, 'Moves') returning id",
            &[&hub.organization_id],
        )
        .await
        .expect("written")
        .get(0);
    let mv = "update tasks set event_id = $2 where id = $1";
    transaction.execute(mv, &[&id, &show.event_id]).await.expect("moved");
    transaction.commit().await.expect("committed");
    let made = client.change().await;
    assert_eq!((made.kind.as_str(), made.record), ("INSERT", json!({"id": id, "event_id": show.event_id})));
    sql.execute(mv, &[&id, &None::<Uuid>]).await.expect("moved");
    let moved = client.change().await;
    assert_eq!((moved.kind.as_str(), moved.record), ("UPDATE", json!({"id": id, "event_id": null})));
    assert_eq!(moved.old, json!({"id": id, "event_id": show.event_id}));
    sql.execute("delete from tasks where id = $1", &[&id]).await.expect("deleted");
    assert_eq!(client.change().await.old, json!({"id": id, "event_id": null}));
}

/// F275: sealed values arrive open for those who see them, and not at all for those who do not; what is masked is neither
/// told nor to be filtered by.
#[tokio::test]
async fn sealed_and_masked_columns_are_what_they_are_everywhere() {
    let hub = TestHub::start().await;
    let mut show = Show::with_guests(&hub, 0).await;
    let sql = hub.database.sql().await;
    let staff = hub.member("door@maison.example", "staff").await;
    sql.execute(
        "insert into event_members (organization_id, event_id, user_id, role) values ($1, $2, $3, 'checkin')",
        &[&hub.organization_id, &show.event_id, &staff],
    )
    .await
    .expect("added");
    let of_guests =
        |filter: &str| json!([{"event": "*", "schema": "public", "table": "registrations", "filter": filter}]);
    let event = format!("event_id=eq.{}", show.event_id);
    let owner_token = hub.token(TestHub::OWNER).await;
    let staff_token = hub.token("door@maison.example").await;
    let mut owner = Phoenix::open(hub.server.address, "2.0.0").await;
    owner.join("guests", changes(of_guests(&event)), &owner_token).await.expect("it may");
    let mut door = Phoenix::open(hub.server.address, "2.0.0").await;
    door.join("guests", changes(of_guests(&event)), &staff_token).await.expect("it may");
    let refused = door.join("mails", changes(of_guests("attendee_email=eq.a@b.example")), &staff_token).await;
    assert_eq!(refused.expect_err("masked")["code"], "masked_column");
    let (id, _) = show.add_guest(&hub, &sql, "Ada Sealed", 1, "confirmed").await;
    let mail = format!("{}@guests.example", id.simple());
    let seen = owner.change().await.record;
    assert_eq!((&seen["attendee_name"], &seen["attendee_email"]), (&json!("Ada Sealed"), &json!(mail)));
    let masked = door.change().await.record;
    assert_eq!(masked["attendee_name"], json!("Ada Sealed"));
    for record in [&seen, &masked] {
        let columns: Vec<&String> = record.as_object().expect("a row").keys().collect();
        assert!(!columns.iter().any(|c| c.ends_with("_enc") || c.ends_with("_bidx")), "{columns:?}");
    }
    assert!(masked.get("attendee_email").is_none() && !masked.to_string().contains(&mail), "{masked}");
    // An index answers for what is sealed.
    let mut looking = Phoenix::open(hub.server.address, "2.0.0").await;
    looking.join("one", changes(of_guests(&format!("attendee_email=eq.{mail}"))), &owner_token).await.expect("it may");
    sql.execute("update registrations set seat = 'B2' where event_id = $1", &[&show.event_id]).await.expect("written");
    let found = looking.change().await;
    assert_eq!((found.id(), &found.record["seat"]), (&*id.to_string(), &json!("B2")));
    let refused = looking.join("some", changes(of_guests("attendee_email=like.a%")), &owner_token).await;
    assert_eq!(refused.expect_err("sealed")["code"], "sealed_column");
}

/// F271: a house hears nothing of another, whatever it names.
#[tokio::test]
async fn nothing_of_another_house_is_told() {
    let hub = TestHub::start().await;
    let other = hub.other_house().await;
    let sql = hub.database.sql().await;
    somebody(&sql, hub.organization_id).await;
    somebody(&sql, other.organization_id).await;
    let token = hub.token(TestHub::OWNER).await;
    let mut ours = Phoenix::open(hub.server.address, "2.0.0").await;
    ours.join("all", changes(json!([{"event": "*", "schema": "*"}])), &token).await.expect("it may");
    let mut theirs = Phoenix::open(hub.server.address, "2.0.0").await;
    theirs.join("all", changes(json!([{"event": "*", "schema": "public"}])), &other.token).await.expect("it may");
    let insert = "insert into tasks (contact_id, organization_id, title) values ((select id from contacts where organization_id = $1), $1, $2)";
    sql.execute(insert, &[&other.organization_id, &"Theirs"]).await.expect("written");
    sql.execute(insert, &[&hub.organization_id, &"Ours"]).await.expect("written");
    for (client, title) in [(&mut ours, "Ours"), (&mut theirs, "Theirs")] {
        assert_eq!(client.change().await.record["title"], title);
        let more: Vec<_> = client.settle().await.into_iter().filter(|said| said.event == "postgres_changes").collect();
        assert!(more.iter().all(|said| Changed::of(&said.payload).record["title"] == title), "{more:?}");
    }
}
