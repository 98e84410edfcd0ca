//! What the hub does by itself when a new day has begun.

use std::time::Duration;

use hub::store::daily_round;
use hub::store::upkeep::When;
use hub::upkeep::{Job, JobError, run};
use uuid::Uuid;

use crate::support::TestHub;
use crate::support::room::SOON;

/// A milestone of a project, due so many days ago by the calendar of the organization.
async fn milestone(hub: &TestHub, sql: &tokio_postgres::Client, project: Uuid, days_ago: i32, status: &str) -> Uuid {
    sql.query_one(
        "insert into billing_milestones (organization_id, project_id, amount, due_date, status)
         select id, $2, 100, (now() at time zone time_zone)::date - $3::int, $4 from organizations where id = $1 returning id",
        &[&hub.organization_id, &project, &days_ago, &status],
    )
    .await
    .expect("the milestone is made")
    .get(0)
}

async fn status(sql: &tokio_postgres::Client, id: Uuid) -> String {
    sql.query_one("select status from billing_milestones where id = $1", &[&id]).await.expect("it is there").get(0)
}

async fn until_overdue(sql: &tokio_postgres::Client, id: Uuid) {
    let overdue = async {
        while status(sql, id).await != "overdue" {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(SOON, overdue).await.expect("what is past its date becomes overdue");
}

/// How often a row was changed to overdue, as the journal has it.
async fn times_marked(sql: &tokio_postgres::Client, id: Uuid) -> i64 {
    sql.query_one(
        "select count(distinct xid) from live.journal
          where table_name = 'billing_milestones' and row_key = $1 and op = 'U' and new_row ->> 'status' = 'overdue'",
        &[&id],
    )
    .await
    .expect("the journal is there")
    .get(0)
}

/// F040: a running hub marks what is past its date, without a click; once a day, however many hubs run and however often
/// they start.
#[tokio::test]
async fn what_is_past_its_date_becomes_overdue_once() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let project: Uuid = sql
        .query_one(
            "insert into projects (organization_id, title, type) values ($1, 'Lookbook', 'shoot') returning id",
            &[&hub.organization_id],
        )
        .await
        .expect("the project is made")
        .get(0);
    // A round is due that no hub has looked for yet: the organization is younger than the hub.
    sql.execute("delete from hub.daily_rounds", &[]).await.expect("emptied");
    let late = milestone(&hub, &sql, project, 1, "pending").await;
    let today = milestone(&hub, &sql, project, 0, "pending").await;
    let paid = milestone(&hub, &sql, project, 30, "paid").await;

    let (second, third) = tokio::join!(TestHub::serve(&hub.database), TestHub::serve(&hub.database));
    until_overdue(&sql, late).await;
    assert_eq!(times_marked(&sql, late).await, 1);
    assert_eq!((status(&sql, today).await, status(&sql, paid).await), ("pending".into(), "paid".into()));

    // Whoever starts on the same day finds the round made, and makes none.
    third.stop().await;
    let after = milestone(&hub, &sql, project, 2, "invoiced").await;
    let third = TestHub::serve(&hub.database).await;
    for server in [&hub.server, &second, &third] {
        let made = daily_round::make(&server.node.store, hub.organization_id).await.expect("asked");
        assert_eq!(made, None, "the round of this day was made");
    }
    assert_eq!(status(&sql, after).await, "invoiced");

    // The next day it is made again, by one of those who try at once.
    sql.execute("update hub.daily_rounds set day = day - 1", &[]).await.expect("a day passes");
    let stores = [&hub.server, &second, &third].map(|server| server.node.store.clone());
    let made = stores.iter().cycle().take(9).map(|store| daily_round::make(store, hub.organization_id));
    let made: Vec<Option<u32>> =
        futures_util::future::join_all(made).await.into_iter().map(|made| made.expect("asked")).collect();
    // One of these, or a hub that looks just now by itself.
    assert!(made.iter().flatten().count() <= 1, "{made:?}");
    until_overdue(&sql, after).await;
    assert_eq!(times_marked(&sql, after).await, 1);
    assert_eq!(times_marked(&sql, late).await, 1);
}

/// F040: a time zone that nobody knows keeps its own organization's round from being made, and no other's.
#[tokio::test]
async fn one_house_without_a_calendar_stops_no_other() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let other = hub.other_house().await;
    sql.execute("update organizations set time_zone = 'Nowhere/Land' where id = $1", &[&other.organization_id])
        .await
        .expect("edited");
    let project: Uuid = sql
        .query_one(
            "insert into projects (organization_id, title, type) values ($1, 'Lookbook', 'shoot') returning id",
            &[&hub.organization_id],
        )
        .await
        .expect("the project is made")
        .get(0);
    let late = milestone(&hub, &sql, project, 1, "pending").await;
    // The hub may be at a round of its own, begun before the calendar was broken: until it is over, the operator asks again.
    let asked = async {
        loop {
            sql.execute("delete from hub.daily_rounds", &[]).await.expect("emptied");
            match run(&hub.server.node.store, &hub.server.objects, Job::DailyRound, When::Now).await {
                Err(JobError::Organizations(1)) => return,
                Ok(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                Err(other) => panic!("{other}"),
            }
        }
    };
    tokio::time::timeout(SOON, asked).await.expect("a round that says how many could not be served");
    until_overdue(&sql, late).await;
    assert!(daily_round::make(&hub.server.node.store, other.organization_id).await.is_err());
}
