use hub_client::{Hub, Room, RoomState};
use schemas::{Command, DeviceProfile, ErrorCode, RefusalCode, Severity};
use serde_json::{Value, json};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::support::room::{column, shows_the_database, until};
use crate::support::scan::{refusal, rejected, row};
use crate::support::{Show, TestHub};

const FLOOR: [&str; 4] = ["events", "event_alerts", "screen_messages", "message_acknowledgements"];

fn message(text: &str, audience: Vec<DeviceProfile>) -> Command {
    Command::PostMessage { text: text.into(), severity: Severity::Warning, audience, expires_at: None }
}

fn alert(message: &str, dedupe_key: Option<&str>) -> Command {
    Command::RaiseAlert {
        message: message.into(),
        severity: Severity::Critical,
        dedupe_key: dedupe_key.map(Into::into),
    }
}

/// F052: a message goes to the screens, is acknowledged at each of them once, and goes away again.
#[tokio::test]
async fn a_message_is_read_and_cleared() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let show = Show::with_guests(&hub, 0).await;
    let desk = show.desk(&hub, "Desk", &FLOOR).await;
    let tablet = show.tablet(&hub, "Ada's tablet", show.gate_id, false, &FLOOR).await;
    let wall = show.wall(&hub, &FLOOR).await;
    let audience = vec![DeviceProfile::Wall, DeviceProfile::Scan, DeviceProfile::Wall];
    let id = row(&desk, message("Doors in five minutes", audience)).await;
    for screen in [&tablet, &wall] {
        until(screen, "the message", |state| {
            column(state, "screen_messages", id, "text") == "Doors in five minutes"
                && column(state, "screen_messages", id, "audience") == json!(["scan", "wall"])
                && column(state, "screen_messages", id, "severity") == "warning"
        })
        .await;
    }
    let read = Command::AcknowledgeMessage { message_id: id };
    let first = row(&tablet, read.clone()).await;
    assert_eq!(row(&tablet, read.clone()).await, first, "again changes nothing");
    row(&wall, read.clone()).await;
    until(&desk, "two have read it", |state| {
        let mut names: Vec<_> =
            state.table("message_acknowledgements").map(|(_, row)| row["principal_name"].clone()).collect();
        names.sort_by_key(ToString::to_string);
        names == [json!("Ada's tablet"), json!("Wall")]
    })
    .await;
    assert_eq!(rejected(&tablet, Command::ClearMessage { message_id: id }).await, ErrorCode::Forbidden);
    row(&desk, Command::ClearMessage { message_id: id }).await;
    until(&wall, "it is cleared", |state| column(state, "screen_messages", id, "cleared_at").is_string()).await;
    assert_eq!(refusal(&desk, Command::ClearMessage { message_id: id }).await.code, RefusalCode::AlreadyClosed);

    let ends = Command::PostMessage {
        text: "Until the doors".into(),
        severity: Severity::Info,
        audience: Vec::new(),
        expires_at: Some(4_102_444_800_000),
    };
    let id = row(&tablet, ends).await;
    until(&wall, "with its end", |state| {
        column(state, "screen_messages", id, "expires_at")
            .as_str()
            .is_some_and(|at| at.starts_with("2100-01-01T00:00:00"))
    })
    .await;
    for bad in ["", "   ", &"x".repeat(281), "a\0b"] {
        assert_eq!(rejected(&desk, message(bad, Vec::new())).await, ErrorCode::InvalidArgument, "{bad:?}");
    }
    assert_eq!(rejected(&wall, message("A wall says nothing", Vec::new())).await, ErrorCode::Forbidden);
    let other = Show::with_guests(&hub, 0).await;
    let there = other.desk(&hub, "Elsewhere", &[]).await;
    for command in [read, Command::ClearMessage { message_id: id }] {
        assert_eq!(refusal(&there, command).await.code, RefusalCode::NotFound, "another event's message");
    }
    shows_the_database(&wall, &sql, show.event_id, &["screen_messages", "message_acknowledgements"]).await;
}

/// F052: an alert raised by hand is one alert while it is open; whoever takes it on clears it for everybody, and is named.
#[tokio::test]
async fn an_alert_is_taken_on_and_resolved() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 0).await;
    let desk = show.desk(&hub, "Desk", &FLOOR).await;
    let (device, token) = show.pair(&hub, "Tablet", DeviceProfile::Scan, Some(show.gate_id), false).await;
    let tablet = show.enter(&hub.connect(&token).await, &FLOOR).await;
    let wall = show.wall(&hub, &FLOOR).await;
    let person = show.enter(&hub.live(TestHub::OWNER).await, &FLOOR).await;

    let id = row(&tablet, alert("The rope at the north door broke", Some("rope"))).await;
    assert_eq!(row(&desk, alert("The rope again", Some("rope"))).await, id, "one while it is open");
    assert_ne!(row(&desk, alert("Something else", None)).await, id);
    until(&wall, "an open alert", |state| {
        column(state, "event_alerts", id, "status") == "open"
            && column(state, "event_alerts", id, "severity") == "critical"
            && column(state, "event_alerts", id, "message") == "The rope at the north door broke"
            && column(state, "event_alerts", id, "source") == "device"
    })
    .await;
    // Two take it on at the same moment: one of them does.
    let take = || Command::AcknowledgeAlert { alert_id: id };
    let both = tokio::join!(tablet.send(take()), desk.send(take()));
    let won = [both.0.expect("judged").outcome, both.1.expect("judged").outcome];
    let won: Vec<bool> = won.iter().map(|outcome| matches!(outcome, schemas::Outcome::Done { .. })).collect();
    assert_ne!(won[0], won[1]);
    for screen in [&wall, &tablet, &person] {
        until(screen, "taken on", |state| column(state, "event_alerts", id, "status") == "acknowledged").await;
    }
    if won[0] {
        assert_eq!(column(&wall.state(), "event_alerts", id, "acknowledged_device_id"), json!(device));
    }
    assert_eq!(refusal(&person, take()).await.code, RefusalCode::AlreadyClosed);
    assert_eq!(row(&desk, alert("The rope still", Some("rope"))).await, id, "somebody is at it");
    assert_eq!(rejected(&tablet, Command::ResolveAlert { alert_id: id }).await, ErrorCode::Forbidden);
    row(&person, Command::ResolveAlert { alert_id: id }).await;
    until(&wall, "resolved by a person", |state| {
        column(state, "event_alerts", id, "status") == "resolved"
            && column(state, "event_alerts", id, "resolved_by") == json!(hub.owner_id)
    })
    .await;
    assert_eq!(refusal(&desk, Command::ResolveAlert { alert_id: id }).await.code, RefusalCode::AlreadyClosed);
    let news = row(&desk, alert("The rope broke again", Some("rope"))).await;
    assert_ne!(news, id);
    row(&person, Command::AcknowledgeAlert { alert_id: news }).await;
    until(&wall, "a person took it on", |state| {
        column(state, "event_alerts", news, "acknowledged_by") == json!(hub.owner_id)
    })
    .await;
    let other = Show::with_guests(&hub, 0).await;
    let there = other.desk(&hub, "Elsewhere", &[]).await;
    for command in [Command::AcknowledgeAlert { alert_id: news }, Command::ResolveAlert { alert_id: news }] {
        assert_eq!(refusal(&there, command).await.code, RefusalCode::NotFound, "another event's alert");
    }
}

/// F049: the doors open and close until the show begins.
#[tokio::test]
async fn the_doors_open_and_close() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let show = Show::with_guests(&hub, 0).await;
    let desk = show.desk(&hub, "Desk", &[]).await;
    let wall = show.wall(&hub, &FLOOR).await;
    for (open, state) in [(true, "doors_open"), (true, "doors_open"), (false, "idle")] {
        row(&desk, Command::SetDoors { open }).await;
        until(&wall, state, |seen| column(seen, "events", show.event_id, "live_state") == state).await;
    }
    sql.execute("update events set live_state = 'running' where id = $1", &[&show.event_id]).await.expect("edited");
    assert_eq!(refusal(&desk, Command::SetDoors { open: true }).await.code, RefusalCode::EventClosed);
}

const LINEUP: [&str; 2] = ["show_lineup", "runway_segments"];

/// A segment with looks, each of its own model. Returns the segment and the looks in order.
async fn lineup(hub: &TestHub, show: &Show, sql: &Client, looks: i32) -> (Uuid, Vec<Uuid>) {
    let segment: Uuid = sql
        .query_one(
            "insert into runway_segments (organization_id, event_id, name, order_index, duration_seconds)
             values ($1, $2, 'Opening', 0, 600) returning id",
            &[&hub.organization_id, &show.event_id],
        )
        .await
        .expect("a segment")
        .get(0);
    let rows = sql
        .query(
            "with models as (
               insert into model_profiles (organization_id, name) select $1, 'Model ' || n from generate_series(0, $4::int - 1) n
               returning id, name)
             insert into show_lineup (organization_id, event_id, segment_id, model_profile_id, order_index)
             select $1, $2, $3, id, substr(name, 7)::int from models order by 5 returning id, order_index",
            &[&hub.organization_id, &show.event_id, &segment, &looks],
        )
        .await
        .expect("looks");
    let mut looks: Vec<(i32, Uuid)> = rows.iter().map(|row| (row.get(1), row.get(0))).collect();
    looks.sort_unstable();
    (segment, looks.into_iter().map(|(_, id)| id).collect())
}

fn order(state: &RoomState) -> Vec<(i64, Uuid)> {
    let mut order: Vec<_> =
        state.table("show_lineup").map(|(id, row)| (row["order_index"].as_i64().unwrap_or(-1), *id)).collect();
    order.sort_unstable();
    order
}

fn in_places(looks: &[Uuid]) -> Vec<(i64, Uuid)> {
    (0..).zip(looks.iter().copied()).collect()
}

/// F066: looks are moved and followed live backstage; a look whose model is deleted stays in its place, open.
#[tokio::test]
async fn looks_move_and_close_up() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let show = Show::with_guests(&hub, 0).await;
    let (_, mut looks) = lineup(&hub, &show, &sql, 6).await;
    let desk = show.desk(&hub, "Desk", &[]).await;
    let wall = show.wall(&hub, &LINEUP).await;
    for (from, to) in [(0usize, 3u16), (5, 0), (2, 2), (1, 5), (3, 60_000)] {
        let look = looks.remove(from);
        looks.insert(usize::from(to).min(looks.len()), look);
        assert_eq!(row(&desk, Command::MoveLook { look_id: look, to }).await, look);
        until(&wall, "the new order, whole", |state| order(state) == in_places(&looks)).await;
    }
    for status in ["dressing", "ready", "on_runway", "done", "cut", "planned"] {
        row(&desk, Command::SetLookStatus { look_id: looks[0], status: status.into() }).await;
        until(&wall, status, |state| column(state, "show_lineup", looks[0], "status") == status).await;
    }
    let command = |status: &str| Command::SetLookStatus { look_id: looks[0], status: status.into() };
    assert_eq!(rejected(&desk, command("lost")).await, ErrorCode::InvalidArgument);
    assert_eq!(rejected(&wall, command("ready")).await, ErrorCode::Forbidden);
    let nowhere = Command::MoveLook { look_id: Uuid::now_v7(), to: 0 };
    assert_eq!(refusal(&desk, nowhere).await.code, RefusalCode::NotFound);
    let other = Show::with_guests(&hub, 0).await;
    let there = other.desk(&hub, "Elsewhere", &[]).await;
    for command in [command("ready"), Command::MoveLook { look_id: looks[0], to: 1 }] {
        assert_eq!(refusal(&there, command).await.code, RefusalCode::NotFound, "another event's look");
    }

    assert!(column(&wall.state(), "show_lineup", looks[1], "model_name").is_string());
    sql.execute(
        "delete from model_profiles where id = (select model_profile_id from show_lineup where id = $1)",
        &[&looks[1]],
    )
    .await
    .expect("a model may go");
    until(&wall, "the look is open", |state| {
        column(state, "show_lineup", looks[1], "model_profile_id") == Value::Null
            && column(state, "show_lineup", looks[1], "model_name") == Value::Null
            && order(state) == in_places(&looks)
    })
    .await;
}

/// F066, F270: two desks on two hubs rearrange one segment at the same moment; neither undoes what the other did.
#[tokio::test]
async fn two_desks_move_looks_at_once() {
    let hub = TestHub::start().await;
    let second = TestHub::serve(&hub.database).await;
    let sql = hub.database.sql().await;
    let show = Show::with_guests(&hub, 0).await;
    let (_, looks) = lineup(&hub, &show, &sql, 8).await;
    let one = show.desk(&hub, "One", &LINEUP).await;
    let (_, token) = show.pair(&hub, "Two", DeviceProfile::Caller, None, false).await;
    let live = Hub::builder(format!("http://{}", second.address)).token(token).connect().await.expect("a token");
    let two = show.enter(&live, &LINEUP).await;
    for round in 0..20usize {
        let (first, last) = (looks[round % 8], looks[(round + 3) % 8]);
        tokio::join!(
            row(&one, Command::MoveLook { look_id: first, to: 0 }),
            row(&two, Command::MoveLook { look_id: last, to: 7 }),
        );
        let placed = |state: &RoomState| {
            let order = order(state);
            order.iter().map(|(place, _)| *place).eq(0..8) && order[0].1 == first && order[7].1 == last
        };
        until(&one, &format!("round {round}: both moves"), placed).await;
    }
    shows_the_database(&two, &sql, show.event_id, &["show_lineup"]).await;
}

/// F062, F065, F067, F271: what is planned with SQL reaches the screens of those who may see it, deletions too.
#[tokio::test]
async fn plans_reach_the_screens() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let show = Show::with_guests(&hub, 0).await;
    let (segment, _) = lineup(&hub, &show, &sql, 1).await;
    let tables = ["runway_segments", "technical_requirements", "event_schedules"];
    let backstage: Room = show.desk(&hub, "Desk", &tables).await;
    let wall = show.wall(&hub, &["runway_segments", "event_schedules"]).await;
    let (_, token) = show.pair(&hub, "Curious wall", DeviceProfile::Wall, None, false).await;
    let curious = hub.connect(&token).await;
    let asked = curious.join(show.topic, hub_client::JoinOptions::tables(["technical_requirements"])).await;
    let refused = matches!(asked, Err(hub_client::HubError::Rejected { code: ErrorCode::UnknownTable, .. }));
    assert!(refused, "what is wanted of light and sound is not for walls");

    let ids = sql
        .query_one(
            "with finale as (
               insert into runway_segments (organization_id, event_id, name, order_index, duration_seconds, technical_requirements)
               values ($1, $2, 'Finale', 1, 240, '{\"haze\": true}') returning id
             ), light as (
               insert into technical_requirements (organization_id, event_id, segment_id, category, requirements)
               values ($1, $2, $3, 'lighting', '{\"look\": \"cold\"}') returning id
             ), cue as (
               insert into event_schedules (organization_id, event_id, segment_id, title, description, location, start_time, end_time)
               values ($1, $2, $3, 'House to half', 'With the first look', 'Runway', now(), now() + interval '1 minute') returning id
             ) select finale.id, light.id, cue.id from finale, light, cue",
            &[&hub.organization_id, &show.event_id, &segment],
        )
        .await
        .expect("plans are made");
    let (finale, light, cue): (Uuid, Uuid, Uuid) = (ids.get(0), ids.get(1), ids.get(2));
    for screen in [&backstage, &wall] {
        until(screen, "the plans", |state| {
            column(state, "runway_segments", finale, "technical_requirements") == json!({ "haze": true })
                && column(state, "runway_segments", finale, "duration_seconds") == 240
                && column(state, "event_schedules", cue, "location") == "Runway"
        })
        .await;
    }
    for status in ["confirmed", "completed"] {
        sql.execute("update technical_requirements set status = $2 where id = $1", &[&light, &status])
            .await
            .expect("ok");
        until(&backstage, status, |state| column(state, "technical_requirements", light, "status") == status).await;
    }
    let backwards = sql
        .execute("update event_schedules set end_time = start_time - interval '1 s' where id = $1", &[&cue])
        .await
        .expect_err("no end before the start");
    assert_eq!(backwards.as_db_error().and_then(|error| error.constraint()), Some("end_after_start"));
    sql.execute("delete from runway_segments where id = $1", &[&segment]).await.expect("gone");
    until(&wall, "the segment is gone, its cue is not", |state| {
        state.row("runway_segments", segment).is_none()
            && column(state, "event_schedules", cue, "segment_id") == Value::Null
    })
    .await;
    shows_the_database(&backstage, &sql, show.event_id, &tables).await;
    shows_the_database(&wall, &sql, show.event_id, &tables[..1]).await;
}
