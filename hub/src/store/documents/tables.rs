use deadpool_postgres::Transaction;
use domain::shot_list::{Kind, Link, Links, Sheet, Shot};
use serde_json::Value;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::store::StoreError;

/// The rows of a list, as a sheet.
///
/// # Errors
/// When the database cannot be reached.
pub(super) async fn read(transaction: &Transaction<'_>, list: Uuid) -> Result<Sheet, StoreError> {
    let mut sheet = Sheet::default();
    let scenes = transaction
        .prepare_cached("select s.id, s.title, s.description, s.rank from scenes s where s.shot_list_id = $1")
        .await?;
    for row in transaction.query(&scenes, &[&list]).await? {
        let cells = [("title", text(&row, 1)), ("description", text(&row, 2)), ("rank", text(&row, 3))];
        sheet.scenes.insert(row.get(0), cells.into());
    }
    let shots = transaction
        .prepare_cached(
            "select s.id, s.scene_id::text, s.description, s.time_est_minutes, s.rank, s.status, s.notes
               from shots s where s.shot_list_id = $1",
        )
        .await?;
    for row in transaction.query(&shots, &[&list]).await? {
        let cells = [
            ("scene_id", text(&row, 1)),
            ("description", text(&row, 2)),
            ("time_est_minutes", row.get::<_, Option<i32>>(3).map_or(Value::Null, Value::from)),
            ("rank", text(&row, 4)),
            ("status", text(&row, 5)),
            ("notes", text(&row, 6)),
        ];
        debug_assert!(cells.iter().all(|(name, _)| Kind::Shot.column(name).is_some()));
        sheet.shots.insert(row.get(0), Shot { cells: cells.into(), links: Links::new() });
    }
    let links = transaction
        .prepare_cached(
            "select p.shot_id, p.product_id, p.rank, false from shot_products p join shots s on s.id = p.shot_id
              where s.shot_list_id = $1
             union all
             select m.shot_id, m.model_profile_id, m.rank, true from shot_models m join shots s on s.id = m.shot_id
              where s.shot_list_id = $1",
        )
        .await?;
    for row in transaction.query(&links, &[&list]).await? {
        if let Some(shot) = sheet.shots.get_mut(&row.get::<_, Uuid>(0)) {
            let link = if row.get(3) { Link::Model } else { Link::Product };
            shot.links.insert((link, row.get(1)), row.get(2));
        }
    }
    Ok(sheet)
}

fn text(row: &Row, column: usize) -> Value {
    row.get::<_, Option<&str>>(column).map_or(Value::Null, Value::from)
}
