use deadpool_postgres::Transaction;
use domain::shot_list::Link;
use uuid::Uuid;

use crate::postgres::{Acting, begin};
use crate::store::{Store, StoreError};

/// Those of these products and models that the organization does not have.
///
/// # Errors
/// When the database cannot be reached.
pub async fn foreign_links(
    store: &Store,
    organization_id: Uuid,
    links: &[(Link, Uuid)],
) -> Result<Vec<(Link, Uuid)>, StoreError> {
    let acting = Acting::System { organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let statement = transaction
        .prepare_cached(
            "select u.id, false from unnest($1::uuid[]) u (id) where not exists (select from products p where p.id = u.id)
             union all
             select u.id, true from unnest($2::uuid[]) u (id) where not exists (select from model_profiles m where m.id = u.id)",
        )
        .await?;
    let of = |kind: Link| -> Vec<Uuid> { links.iter().filter(|(link, _)| *link == kind).map(|(_, id)| *id).collect() };
    let rows = transaction.query(&statement, &[&of(Link::Product), &of(Link::Model)]).await?;
    transaction.commit().await?;
    let link = |is_model: bool| if is_model { Link::Model } else { Link::Product };
    Ok(rows.iter().map(|row| (link(row.get(1)), row.get(0))).collect())
}

/// What shots show, at its place.
pub(super) async fn put(transaction: &Transaction<'_>, links: &[(Uuid, Link, Uuid, String)]) -> Result<(), StoreError> {
    for link in Link::ALL {
        let new = || links.iter().filter(|(_, kind, ..)| *kind == link);
        let (shots, others): (Vec<Uuid>, Vec<Uuid>) = new().map(|(shot, _, id, _)| (*shot, *id)).unzip();
        if !shots.is_empty() {
            let ranks: Vec<&str> = new().map(|(.., rank)| rank.as_str()).collect();
            let statement = transaction.prepare_cached(putting(link)).await?;
            transaction.execute(&statement, &[&shots, &others, &ranks]).await?;
        }
    }
    Ok(())
}

/// What shots do not show any more.
pub(super) async fn delete(transaction: &Transaction<'_>, links: &[(Uuid, Link, Uuid)]) -> Result<(), StoreError> {
    for link in Link::ALL {
        let gone = links.iter().filter(|(_, kind, _)| *kind == link);
        let (shots, others): (Vec<Uuid>, Vec<Uuid>) = gone.map(|(shot, _, id)| (*shot, *id)).unzip();
        if !shots.is_empty() {
            let statement = transaction.prepare_cached(deleting(link)).await?;
            transaction.execute(&statement, &[&shots, &others]).await?;
        }
    }
    Ok(())
}

fn putting(link: Link) -> &'static str {
    match link {
        Link::Product => {
            "insert into shot_products as p (shot_id, product_id, rank)
             select u.shot, u.product, u.rank from unnest($1::uuid[], $2::uuid[], $3::text[]) u (shot, product, rank)
             on conflict (shot_id, product_id) do update set rank = excluded.rank where p.rank <> excluded.rank"
        }
        Link::Model => {
            "insert into shot_models as m (shot_id, model_profile_id, rank)
             select u.shot, u.model, u.rank from unnest($1::uuid[], $2::uuid[], $3::text[]) u (shot, model, rank)
             on conflict (shot_id, model_profile_id) do update set rank = excluded.rank where m.rank <> excluded.rank"
        }
    }
}

fn deleting(link: Link) -> &'static str {
    match link {
        Link::Product => {
            "delete from shot_products p using unnest($1::uuid[], $2::uuid[]) u (shot, product)
              where p.shot_id = u.shot and p.product_id = u.product"
        }
        Link::Model => {
            "delete from shot_models m using unnest($1::uuid[], $2::uuid[]) u (shot, model)
              where m.shot_id = u.shot and m.model_profile_id = u.model"
        }
    }
}
