use hub::demo;

use crate::support::TestHub;

/// The demo is whole, believable and the same when it is started again; what people changed stays.
#[tokio::test]
async fn the_demo_is_made_once() {
    let hub = TestHub::start().await;
    let store = &hub.server.node.store;
    let show = demo::seed(store).await.expect("seeded");
    let sql = hub.database.sql().await;
    let facts = "select (select count(*) from registrations where event_id = $1),
                        (select count(*) from event_schedules where event_id = $1),
                        (select count(*) from show_lineup where event_id = $1),
                        (select count(*) from event_gates where event_id = $1),
                        (select count(*) from event_gate_tiers where event_id = $1),
                        (select count(*) from ticket_tiers where event_id = $1),
                        (select count(*) from runway_segments where event_id = $1),
                        (select count(*) from technical_requirements where event_id = $1),
                        (select count(*) from app.recount($1) where stored <> counted)";
    let count = async || {
        let row = sql.query_one(facts, &[&show.event_id]).await.expect("counts");
        (0..9).map(|index| row.get::<_, i64>(index)).collect::<Vec<_>>()
    };
    assert_eq!(count().await, [1_200, 31, 40, 4, 10, 5, 3, 6, 0]);
    let event =
        sql.query_one("select status, live_state from events where id = $1", &[&show.event_id]).await.expect("it");
    assert_eq!((event.get::<_, &str>(0), event.get::<_, &str>(1)), ("published", "doors_open"));
    sql.execute(
        "update event_schedules set title = 'Renamed' where event_id = $1 and cue_number = '1'",
        &[&show.event_id],
    )
    .await
    .expect("renamed");
    assert_eq!(demo::seed(store).await.expect("found"), show);
    assert_eq!(count().await, [1_200, 31, 40, 4, 10, 5, 3, 6, 0]);
    let renamed = sql.query_one("select count(*) from event_schedules where title = 'Renamed'", &[]).await.expect("it");
    assert_eq!(renamed.get::<_, i64>(0), 1);

    let api = hub_client::Api::new(&hub.url()).expect("a URL");
    let login = api.sign_in(&show.email, &show.password).await.expect("the demo's password is right");
    assert_eq!(login.organization.as_ref().map(|house| house.id), Some(show.organization_id));
    let events = api.with_token(login.access_token).events().await.expect("events");
    assert_eq!(events[0]["slug"], show.slug.as_str());
}

/// A demo that was interrupted is finished the next time.
#[tokio::test]
async fn an_interrupted_demo_is_finished() {
    let hub = TestHub::start().await;
    let store = &hub.server.node.store;
    let show = demo::seed(store).await.expect("seeded");
    let sql = hub.database.sql().await;
    sql.execute("update events set status = 'draft', live_state = 'idle' where id = $1", &[&show.event_id])
        .await
        .expect("a draft");
    sql.execute("delete from registrations where event_id = $1", &[&show.event_id]).await.expect("nobody");
    sql.execute("delete from event_schedules where event_id = $1", &[&show.event_id])
        .await
        .expect("as it was before the guests were invited");
    assert_eq!(demo::seed(store).await.expect("finished"), show);
    let row = sql
        .query_one(
            "select (select count(*) from registrations where event_id = $1), (select count(*) from event_schedules where event_id = $1),
                    status from events where id = $1",
            &[&show.event_id],
        )
        .await
        .expect("counts");
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1), row.get::<_, &str>(2)), (1_200, 31, "published"));
}
