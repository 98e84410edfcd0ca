//! Projects, live: their team and their client see what happens in them, nobody else that they exist.

use std::collections::BTreeSet;

use schemas::{About, Encoding, ErrorCode, Topic, TopicKind};
use serde_json::json;
use tokio_postgres::Client;
use uuid::Uuid;

use crate::support::wire::join;
use crate::support::{TestHub, Wire};

/// A project with a shot list of one shot.
async fn project(sql: &Client, hub: &TestHub, title: &str) -> (Topic, Uuid) {
    let row = sql
        .query_one(
            "with p as (insert into projects (organization_id, title, type, budget_total) values ($1, $2, 'shoot', 5000) returning id)
             insert into shoots (organization_id, project_id, title, created_by)
             select $1, p.id, $2, o.owner_id from p, organizations o where o.id = $1 returning project_id, id",
            &[&hub.organization_id, &title],
        )
        .await
        .expect("a project");
    let (project, shoot): (Uuid, Uuid) = (row.get(0), row.get(1));
    let list = sql
        .query_one(
            "insert into shot_lists (organization_id, shoot_id, title) values ($1, $2, 'Day one') returning id",
            &[&hub.organization_id, &shoot],
        )
        .await
        .expect("a list")
        .get(0);
    sql.execute("insert into shots (organization_id, shot_list_id) values ($1, $2)", &[&hub.organization_id, &list])
        .await
        .expect("a shot");
    (Topic { kind: TopicKind::Project, id: project }, list)
}

/// F148, F275, F036: a client receives the changes of the projects they were let into and of their company's, without
/// budget, task or draft; every other project is unknown to them.
#[tokio::test]
async fn a_client_follows_their_own_projects() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let (member_of, list) = project(&sql, &hub, "Lookbook").await;
    let (of_company, _) = project(&sql, &hub, "Campaign").await;
    let (foreign, _) = project(&sql, &hub, "Secret").await;
    let client = hub.member("client@maison.example", "client").await;
    hub.member("rival@maison.example", "client").await;
    sql.execute(
        "insert into project_members (organization_id, project_id, user_id) values ($1, $2, $3)",
        &[&hub.organization_id, &member_of.id, &client],
    )
    .await
    .expect("let in");
    sql.execute(
        "with a as (insert into accounts (organization_id, name, types) values ($1, 'Galerie', '{client}') returning id),
              m as (update memberships set account_id = a.id from a where user_id = $3)
         update projects set client_id = a.id from a where projects.id = $2",
        &[&hub.organization_id, &of_company.id, &client],
    )
    .await
    .expect("a company");

    let mut rival = Wire::hello(hub.server.address, Encoding::Json, &hub.token("rival@maison.example").await).await;
    let mut wire = Wire::hello(hub.server.address, Encoding::Json, &hub.token("client@maison.example").await).await;
    for (who, topic) in [(&mut wire, foreign), (&mut rival, member_of)] {
        who.send(&join(topic, None, None)).await;
        assert_eq!(who.error().await, (ErrorCode::UnknownTopic, false, Some(About::Topic(topic))));
    }
    for topic in [member_of, of_company] {
        let joined = wire.join(topic, None).await;
        let seen: BTreeSet<&str> = joined.tables.keys().map(String::as_str).collect();
        assert!(
            ["projects", "shoots", "shot_lists", "shots", "deliverables"].iter().all(|t| seen.contains(t)),
            "{seen:?}"
        );
        for unseen in ["tasks", "budget_items", "assets", "contracts", "invoices", "project_members", "events"] {
            assert!(!seen.contains(unseen), "a client sees {unseen}");
        }
        assert_eq!(joined.tables["projects"].len(), 1);
        assert!(!serde_json::to_string(&joined.tables).expect("JSON").contains("budget"));
    }
    sql.execute("update shots set description = 'Foreign' where project_id = $1", &[&foreign.id])
        .await
        .expect("written");
    sql.execute(
        "insert into tasks (organization_id, project_id, title) values ($1, $2, 'Inner')",
        &[&hub.organization_id, &member_of.id],
    )
    .await
    .expect("written");
    sql.execute("update shots set description = 'Coat in the wind' where shot_list_id = $1", &[&list])
        .await
        .expect("written");
    let mut heard = Vec::new();
    while !heard.iter().any(|row| row == &json!("Coat in the wind")) {
        let (_, _, commits) = wire.delta().await;
        for change in commits.into_iter().flat_map(|commit| commit.changes) {
            assert!(change.table == "shots" || change.table == "projects", "{}", change.table);
            heard.push(change.row.get("description").cloned().unwrap_or_default());
        }
    }
    assert!(!heard.contains(&json!("Foreign")));

    // What gave the right is gone, and so is the topic.
    sql.execute("delete from project_members where user_id = $1", &[&client]).await.expect("removed");
    assert_eq!(wire.error().await, (ErrorCode::Revoked, false, Some(About::Topic(member_of))));
    sql.execute("update projects set client_id = null", &[]).await.expect("removed");
    assert_eq!(wire.error().await, (ErrorCode::Revoked, false, Some(About::Topic(of_company))));
}
