use std::collections::{HashMap, HashSet};

use deadpool_postgres::Transaction;
use domain::shot_list::{Kind, RowChange};
use serde_json::Value;
use uuid::Uuid;

use super::append::Projection;
use super::links;
use crate::store::StoreError;

/// A row whose id belongs to a row of another list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Elsewhere {
    /// Of which kind.
    pub kind: Kind,
    /// Which.
    pub id: Uuid,
}

/// Changes the rows. What is returned could not be made, and the transaction must not be committed then.
pub(super) async fn write(
    transaction: &Transaction<'_>,
    list: Uuid,
    projection: &Projection,
) -> Result<Vec<Elsewhere>, StoreError> {
    let difference = &projection.difference;
    let makers: HashMap<Uuid, Uuid> = projection
        .edits
        .iter()
        .filter(|edit| edit.change.column.is_empty() && edit.change.old.is_null())
        .filter_map(|edit| Some((edit.change.row, edit.author?)))
        .collect();
    links::delete(transaction, &difference.gone_links).await?;
    gone(
        transaction,
        list,
        "delete from shots s where s.id = any ($2) and s.shot_list_id = $1",
        &difference.gone_shots,
    )
    .await?;
    let mut taken = Vec::new();
    for kind in [Kind::Scene, Kind::Shot] {
        let rows = difference.new_rows(kind);
        let missing = match kind {
            Kind::Scene => new_scenes(transaction, list, rows, &makers).await?,
            Kind::Shot => new_shots(transaction, list, rows, &makers).await?,
        };
        // Another hub has made some of them already: then they are changed like any other.
        let (ours, elsewhere) = sorted_out(transaction, list, kind, &missing).await?;
        taken.extend(elsewhere);
        if !taken.is_empty() {
            return Ok(taken);
        }
        let mut rows: Vec<RowChange> = rows.iter().filter(|row| ours.contains(&row.id)).cloned().collect();
        match kind {
            Kind::Scene => {
                rows.extend(difference.scenes.iter().cloned());
                scenes(transaction, list, &rows).await?;
            }
            Kind::Shot => {
                rows.extend(difference.shots.iter().cloned());
                shots(transaction, list, &rows).await?;
            }
        }
    }
    gone(
        transaction,
        list,
        "delete from scenes s where s.id = any ($2) and s.shot_list_id = $1",
        &difference.gone_scenes,
    )
    .await?;
    links::put(transaction, &difference.links).await?;
    Ok(taken)
}

async fn gone(transaction: &Transaction<'_>, list: Uuid, sql: &str, ids: &[Uuid]) -> Result<(), StoreError> {
    if !ids.is_empty() {
        let statement = transaction.prepare_cached(sql).await?;
        transaction.execute(&statement, &[&list, &ids]).await?;
    }
    Ok(())
}

async fn new_scenes(
    transaction: &Transaction<'_>,
    list: Uuid,
    rows: &[RowChange],
    makers: &HashMap<Uuid, Uuid>,
) -> Result<Vec<Uuid>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let (ids, makers) = (ids(rows), made_by(rows, makers));
    let statement = transaction
        .prepare_cached(
            "insert into scenes (id, shot_list_id, title, description, rank, created_by)
             select u.id, $1, u.title, u.description, u.rank, u.maker
               from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[]) u (id, title, description, rank, maker)
             on conflict (id) do nothing returning id",
        )
        .await?;
    let (title, description, rank) = (texts(rows, "title"), texts(rows, "description"), texts(rows, "rank"));
    let made = transaction.query(&statement, &[&list, &ids, &title, &description, &rank, &makers]).await?;
    Ok(not_made(ids, &made))
}

async fn scenes(transaction: &Transaction<'_>, list: Uuid, rows: &[RowChange]) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let statement = transaction
        .prepare_cached(
            "update scenes s
                set title = case when u.titled then u.title else s.title end,
                    description = case when u.described then u.description else s.description end,
                    rank = case when u.ranked then u.rank else s.rank end
               from unnest($2::uuid[], $3::text[], $4::bool[], $5::text[], $6::bool[], $7::text[], $8::bool[])
                    u (id, title, titled, description, described, rank, ranked)
              where s.id = u.id and s.shot_list_id = $1
                and (u.titled and u.title is distinct from s.title
                  or u.described and u.description is distinct from s.description
                  or u.ranked and u.rank is distinct from s.rank)",
        )
        .await?;
    let (title, titled) = (texts(rows, "title"), changed(rows, "title"));
    let (description, described) = (texts(rows, "description"), changed(rows, "description"));
    let (rank, ranked) = (texts(rows, "rank"), changed(rows, "rank"));
    transaction
        .execute(&statement, &[&list, &ids(rows), &title, &titled, &description, &described, &rank, &ranked])
        .await?;
    Ok(())
}

async fn new_shots(
    transaction: &Transaction<'_>,
    list: Uuid,
    rows: &[RowChange],
    makers: &HashMap<Uuid, Uuid>,
) -> Result<Vec<Uuid>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let (ids, makers) = (ids(rows), made_by(rows, makers));
    let statement = transaction
        .prepare_cached(
            "insert into shots (id, shot_list_id, scene_id, description, time_est_minutes, rank, status, notes, created_by)
             select u.id, $1, u.scene, u.description, u.minutes, u.rank, u.status, u.notes, u.maker
               from unnest($2::uuid[], $3::uuid[], $4::text[], $5::int[], $6::text[], $7::text[], $8::text[], $9::uuid[])
                    u (id, scene, description, minutes, rank, status, notes, maker)
             on conflict (id) do nothing returning id",
        )
        .await?;
    let (scene, minutes) = (uuids(rows, "scene_id"), numbers(rows, "time_est_minutes"));
    let (description, rank) = (texts(rows, "description"), texts(rows, "rank"));
    let (status, notes) = (texts(rows, "status"), texts(rows, "notes"));
    let made = transaction
        .query(&statement, &[&list, &ids, &scene, &description, &minutes, &rank, &status, &notes, &makers])
        .await?;
    Ok(not_made(ids, &made))
}

async fn shots(transaction: &Transaction<'_>, list: Uuid, rows: &[RowChange]) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let statement = transaction
        .prepare_cached(
            "update shots s
                set scene_id = case when u.moved then u.scene else s.scene_id end,
                    description = case when u.described then u.description else s.description end,
                    time_est_minutes = case when u.timed then u.minutes else s.time_est_minutes end,
                    rank = case when u.ranked then u.rank else s.rank end,
                    status = case when u.ticked then u.status else s.status end,
                    notes = case when u.noted then u.notes else s.notes end
               from unnest($2::uuid[], $3::uuid[], $4::bool[], $5::text[], $6::bool[], $7::int[], $8::bool[],
                           $9::text[], $10::bool[], $11::text[], $12::bool[], $13::text[], $14::bool[])
                    u (id, scene, moved, description, described, minutes, timed, rank, ranked, status, ticked, notes, noted)
              where s.id = u.id and s.shot_list_id = $1
                and (u.moved and u.scene is distinct from s.scene_id
                  or u.described and u.description is distinct from s.description
                  or u.timed and u.minutes is distinct from s.time_est_minutes
                  or u.ranked and u.rank is distinct from s.rank
                  or u.ticked and u.status is distinct from s.status
                  or u.noted and u.notes is distinct from s.notes)",
        )
        .await?;
    transaction
        .execute(
            &statement,
            &[
                &list,
                &ids(rows),
                &uuids(rows, "scene_id"),
                &changed(rows, "scene_id"),
                &texts(rows, "description"),
                &changed(rows, "description"),
                &numbers(rows, "time_est_minutes"),
                &changed(rows, "time_est_minutes"),
                &texts(rows, "rank"),
                &changed(rows, "rank"),
                &texts(rows, "status"),
                &changed(rows, "status"),
                &texts(rows, "notes"),
                &changed(rows, "notes"),
            ],
        )
        .await?;
    Ok(())
}

fn not_made(ids: Vec<Uuid>, made: &[tokio_postgres::Row]) -> Vec<Uuid> {
    let made: HashSet<Uuid> = made.iter().map(|row| row.get(0)).collect();
    ids.into_iter().filter(|id| !made.contains(id)).collect()
}

/// Rows that could not be made because there are some with their ids: those of this list, and the others.
async fn sorted_out(
    transaction: &Transaction<'_>,
    list: Uuid,
    kind: Kind,
    missing: &[Uuid],
) -> Result<(HashSet<Uuid>, Vec<Elsewhere>), StoreError> {
    if missing.is_empty() {
        return Ok((HashSet::new(), Vec::new()));
    }
    let statement = transaction
        .prepare_cached(match kind {
            Kind::Scene => "select s.id from scenes s where s.id = any ($2) and s.shot_list_id = $1",
            Kind::Shot => "select s.id from shots s where s.id = any ($2) and s.shot_list_id = $1",
        })
        .await?;
    let rows = transaction.query(&statement, &[&list, &missing]).await?;
    let ours: HashSet<Uuid> = rows.iter().map(|row| row.get(0)).collect();
    let elsewhere = missing.iter().filter(|id| !ours.contains(id)).map(|id| Elsewhere { kind, id: *id }).collect();
    Ok((ours, elsewhere))
}

fn ids(rows: &[RowChange]) -> Vec<Uuid> {
    rows.iter().map(|row| row.id).collect()
}

fn made_by(rows: &[RowChange], makers: &HashMap<Uuid, Uuid>) -> Vec<Option<Uuid>> {
    rows.iter().map(|row| makers.get(&row.id).copied()).collect()
}

fn changed(rows: &[RowChange], column: &str) -> Vec<bool> {
    rows.iter().map(|row| row.changed.contains(column)).collect()
}

fn texts<'a>(rows: &'a [RowChange], column: &str) -> Vec<Option<&'a str>> {
    rows.iter().map(|row| row.cells.get(column).and_then(Value::as_str)).collect()
}

fn uuids(rows: &[RowChange], column: &str) -> Vec<Option<Uuid>> {
    texts(rows, column).into_iter().map(|text| text?.parse().ok()).collect()
}

fn numbers(rows: &[RowChange], column: &str) -> Vec<Option<i32>> {
    let number = |row: &RowChange| i32::try_from(row.cells.get(column)?.as_i64()?).ok();
    rows.iter().map(number).collect()
}
