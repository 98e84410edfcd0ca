use std::time::Duration;

use hub_client::{HubError, JoinOptions, RoomState};
use schemas::Topic;
use tokio::time::{Instant, sleep};

use crate::screen::{Screen, TABLES};
use crate::venue;

/// After the last change, how long a screen may take to show it.
const WITHIN: Duration = Duration::from_secs(15);
const ASK_EVERY: Duration = Duration::from_millis(100);

/// How many screens do not hold, after quiescence, what somebody who joins now is sent. Says how the first differs.
pub async fn diverged(
    url: &str,
    wall_token: &str,
    topic: Topic,
    screens: &[Screen],
) -> Result<(u64, Option<String>), HubError> {
    let hub = venue::connect(url, wall_token, "reference-wall").await?;
    let room = hub.join(topic, JoinOptions::tables(TABLES)).await?;
    let reference = room.state().clone();
    let deadline = Instant::now() + WITHIN;
    let mut behind: Vec<&Screen> = screens.iter().collect();
    loop {
        behind.retain(|screen| screen.room.state().tables() != reference.tables());
        if behind.is_empty() || Instant::now() >= deadline {
            break;
        }
        sleep(ASK_EVERY).await;
    }
    let how = behind.first().map(|screen| difference(&screen.room.state(), &reference));
    Ok((behind.len() as u64, how))
}

/// The first difference of two states, in words.
fn difference(shown: &RoomState, truth: &RoomState) -> String {
    for (table, rows) in truth.tables() {
        for (key, row) in rows {
            match shown.row(table, *key) {
                None => return format!("{table} {key} is missing"),
                Some(other) if other != row => {
                    let mut columns = row.iter().filter(|(column, value)| other.get(*column) != Some(value));
                    let Some((column, value)) = columns.next() else {
                        return format!("{table} {key} shows columns that are gone");
                    };
                    let shown = other.get(column).map_or("nothing".into(), ToString::to_string);
                    return format!("{table} {key} shows {column} {shown} instead of {value}");
                }
                Some(_) => {}
            }
        }
        if shown.table(table).count() != rows.len() {
            return format!("{table} shows rows that are gone");
        }
    }
    "it shows tables that are gone".into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn state(tables: serde_json::Value) -> RoomState {
        let cursor = json!({"epoch": uuid::Uuid::nil(), "seq": 1});
        serde_json::from_value(json!({"cursor": cursor, "tables": tables})).expect("a state")
    }

    #[test]
    fn a_difference_names_the_row() {
        let id = uuid::Uuid::nil();
        let truth = state(json!({"events": {id.to_string(): {"id": id, "title": "Nocturne"}}}));
        let renamed = state(json!({"events": {id.to_string(): {"id": id, "title": "Matinée"}}}));
        let missing = state(json!({"events": {}}));
        let more = state(json!({"events": {
            id.to_string(): {"id": id, "title": "Nocturne"}, uuid::Uuid::max().to_string(): {},
        }}));
        assert_eq!(difference(&renamed, &truth), format!(r#"events {id} shows title "Matinée" instead of "Nocturne""#));
        assert_eq!(difference(&missing, &truth), format!("events {id} is missing"));
        assert_eq!(difference(&more, &truth), "events shows rows that are gone");
    }
}
