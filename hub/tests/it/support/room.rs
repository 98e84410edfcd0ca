use std::time::Duration;

use hub_client::{Room, RoomState, key_column};
use serde_json::Value;
use tokio_postgres::Client;
use uuid::Uuid;

/// How long a screen may take on a busy machine. Nothing waits for it to pass.
pub const SOON: Duration = Duration::from_secs(20);

/// Waits until a room's state is as wanted.
pub async fn until(room: &Room, what: &str, wanted: impl Fn(&RoomState) -> bool) {
    let mut cursor = room.cursor();
    let seen = async {
        loop {
            cursor.borrow_and_update();
            if wanted(&room.state()) {
                return;
            }
            cursor.changed().await.expect("the room is open");
        }
    };
    if tokio::time::timeout(SOON, seen).await.is_err() {
        panic!("not seen: {what}; the room is at {:?}", room.state().cursor());
    }
}

/// A column of a row of a room's state.
pub fn column(state: &RoomState, table: &str, key: Uuid, column: &str) -> Value {
    state.row(table, key).and_then(|row| row.get(column)).cloned().unwrap_or(Value::Null)
}

/// Waits until a room shows what the database holds, row by row and column by column. Nobody may be writing meanwhile.
pub async fn shows_the_database(room: &Room, sql: &Client, event_id: Uuid, tables: &[&str]) {
    for table in tables {
        let truth = sql
            .query_one(
                &format!(
                    "select coalesce(jsonb_object_agg({}, to_jsonb(t)), '{{}}') from {table} t where event_id = $1",
                    key_column(table)
                ),
                &[&event_id],
            )
            .await
            .expect("the table can be read")
            .get::<_, Value>(0);
        let truth = truth.as_object().expect("an object").clone();
        let same = |state: &RoomState| {
            state.table(table).count() == truth.len()
                && state.table(table).all(|(key, row)| {
                    let stored = &truth.get(&key.to_string());
                    stored.is_some_and(|stored| {
                        row.iter().all(|(column, value)| stored.get(column).is_none_or(|stored| stored == value))
                    })
                })
        };
        until(room, &format!("{table} as in the database"), same).await;
    }
}

/// Every counter of the event is what counting gives, and a scan explains everybody who is inside.
pub async fn assert_counted(sql: &Client, event_id: Uuid) {
    let wrong = sql
        .query("select counter, stored, counted from app.recount($1) where stored <> counted", &[&event_id])
        .await
        .expect("the event can be counted");
    let wrong: Vec<(String, i64, i64)> = wrong.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect();
    assert!(wrong.is_empty(), "counters differ from the ledger (name, stored, counted): {wrong:?}");
    let unexplained = sql
        .query("select registration_id, inside_count, scanned_inside from app.unexplained_guests($1)", &[&event_id])
        .await
        .expect("the guests can be counted");
    let unexplained: Vec<(Uuid, i32, i32)> =
        unexplained.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect();
    assert!(unexplained.is_empty(), "no scan explains these guests (id, inside, scanned in): {unexplained:?}");
}
