use domain::shot_list::{Difference, Kind, Link, Sheet, SheetText};
use serde_json::{Value, json};
use uuid::Uuid;

use super::append::Projection;
use super::{project, tables};
use crate::postgres::{Acting, begin};
use crate::store::{Store, StoreError};

/// Versions of one document.
pub const VERSIONS: i64 = 200;

/// A named version.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Version {
    /// Its id.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// By whom.
    pub made_by: Option<Uuid>,
    /// When, epoch ms.
    pub made_at: i64,
}

/// The versions of a document, newest first.
///
/// # Errors
/// When the database cannot be reached.
pub async fn versions(store: &Store, document: Uuid) -> Result<Vec<Version>, StoreError> {
    let client = store.pools.worker().await?;
    let statement = client
        .prepare_cached(
            "select id, name, made_by, (extract(epoch from made_at) * 1000)::bigint from live.document_versions
              where document_id = $1 order by id desc",
        )
        .await?;
    let version = |row: tokio_postgres::Row| Version {
        id: row.get(0),
        name: row.get(1),
        made_by: row.get(2),
        made_at: row.get(3),
    };
    Ok(client.query(&statement, &[&document]).await?.into_iter().map(version).collect())
}

/// Gives what a document says now a name; `None` when it has as many versions as it may.
///
/// # Errors
/// When the database cannot be reached; [`StoreError::Constraint`] when nobody has opened the document yet.
pub async fn keep_version(
    store: &Store,
    organization_id: Uuid,
    document: Uuid,
    name: &str,
    made_by: Uuid,
) -> Result<Option<Version>, StoreError> {
    let acting = Acting::System { organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let sheet = tables::read(&transaction, document).await?;
    let statement = transaction
        .prepare_cached(
            "insert into live.document_versions (document_id, name, sheet, made_by)
             select $1, $2, $3, $4
              where (select count(*) from live.document_versions v where v.document_id = $1) < $5
             returning id, (extract(epoch from made_at) * 1000)::bigint",
        )
        .await?;
    let text = SheetText::of(&sheet);
    let kept = transaction.query_opt(&statement, &[&document, &name, &json!(text), &made_by, &VERSIONS]).await?;
    transaction.commit().await?;
    Ok(kept.map(|row| Version { id: row.get(0), name: name.to_owned(), made_by: Some(made_by), made_at: row.get(1) }))
}

/// Brings a version back: the rows say again what they said, as an edit of whoever asks, which the document merges like any
/// other. Products and models that are gone stay away. How many rows and links changed; `None` when there is no such version.
///
/// # Errors
/// When the database cannot be reached.
pub async fn restore(
    store: &Store,
    organization_id: Uuid,
    document: Uuid,
    version: Uuid,
    by: Uuid,
) -> Result<Option<usize>, StoreError> {
    let acting = Acting::System { organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let statement = transaction
        .prepare_cached(
            "select v.sheet,
                    (select array_agg(p.id) from products p
                      where p.id in (select k::uuid from jsonb_each(v.sheet -> 'shots') s,
                                                         jsonb_object_keys(s.value -> 'products') k)),
                    (select array_agg(m.id) from model_profiles m
                      where m.id in (select k::uuid from jsonb_each(v.sheet -> 'shots') s,
                                                         jsonb_object_keys(s.value -> 'models') k))
               from live.document_versions v where v.id = $1 and v.document_id = $2",
        )
        .await?;
    let Some(row) = transaction.query_opt(&statement, &[&version, &document]).await? else { return Ok(None) };
    let Ok(text) = serde_json::from_value::<SheetText>(row.get(0)) else {
        return Err(StoreError::Internal("a version of a document cannot be read".to_owned()));
    };
    let there = |column: usize| row.get::<_, Option<Vec<Uuid>>>(column).unwrap_or_default();
    let (products, models) = (there(1), there(2));
    let mut wanted: Sheet = text.sheet();
    for shot in wanted.shots.values_mut() {
        shot.links.retain(|(link, id), _| match link {
            Link::Product => products.contains(id),
            Link::Model => models.contains(id),
        });
    }
    let by_whom = transaction
        .prepare_cached("select set_config('app.by_kind', 'user', true), set_config('app.by_id', $1, true)")
        .await?;
    transaction.execute(&by_whom, &[&by.to_string()]).await?;
    let now = tables::read(&transaction, document).await?;
    let mut difference = Difference::of_all(&now, &wanted);
    let changed = size(&difference);
    // An id that has been given to another list meanwhile stays there.
    for _ in 0..2 {
        let projection = Projection { known_to: 0, difference: difference.clone(), edits: Vec::new(), state: None };
        let taken = project::write(&transaction, document, &projection).await?;
        if taken.is_empty() {
            transaction.commit().await?;
            return Ok(Some(changed));
        }
        for row in taken {
            wanted.scenes.remove(&row.id);
            wanted.shots.remove(&row.id);
        }
        difference = Difference::of_all(&tables::read(&transaction, document).await?, &wanted);
    }
    Ok(Some(0))
}

fn size(difference: &Difference) -> usize {
    let rows = difference.new_rows(Kind::Scene).len() + difference.new_rows(Kind::Shot).len();
    rows + difference.scenes.len()
        + difference.shots.len()
        + difference.gone_scenes.len()
        + difference.gone_shots.len()
        + difference.links.len()
        + difference.gone_links.len()
}

/// An edit as the history has it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct PastEdit {
    /// Its number; larger is later.
    pub id: i64,
    /// `scenes` or `shots`.
    pub table: String,
    /// The row.
    pub row: Uuid,
    /// The column; `products.{id}` or `models.{id}`; empty when the whole row came or went.
    pub column: String,
    /// By whom; null: the hub put something right.
    pub by: Option<Uuid>,
    /// What stood there.
    pub old: Value,
    /// What stood there then.
    pub new: Value,
    /// When, epoch ms.
    pub at: i64,
}

/// Who changed what, the latest first: of one row, of one column, before one edit, as wanted.
///
/// # Errors
/// When the database cannot be reached.
pub async fn past_edits(
    store: &Store,
    document: Uuid,
    row: Option<Uuid>,
    column: Option<&str>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<PastEdit>, StoreError> {
    let client = store.pools.worker().await?;
    let statement = client
        .prepare_cached(
            "select id, table_name, row_key, column_name, author_id, old_value, new_value,
                    (extract(epoch from changed_at) * 1000)::bigint
               from live.document_changes
              where document_id = $1 and ($2::uuid is null or row_key = $2) and ($3::text is null or column_name = $3)
                and ($4::bigint is null or id < $4)
              order by id desc limit $5",
        )
        .await?;
    let edit = |row: tokio_postgres::Row| PastEdit {
        id: row.get(0),
        table: row.get(1),
        row: row.get(2),
        column: row.get(3),
        by: row.get(4),
        old: row.get(5),
        new: row.get(6),
        at: row.get(7),
    };
    let rows = client.query(&statement, &[&document, &row, &column, &before, &limit]).await?;
    Ok(rows.into_iter().map(edit).collect())
}
