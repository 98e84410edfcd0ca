use serde_json::json;

use super::client::Rest;
use super::probes;
use crate::support::TestHub;

/// Row security asks its policies first; what only compares may be asked by an index all the same.
#[tokio::test]
async fn words_tags_and_skus_are_found_by_their_indexes_under_row_security() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    sql.execute(
        "insert into products (organization_id, sku, name)
         select $1, 'D-' || n, case when n % 100 = 0 then 'Silk dress' else 'Coat' end from generate_series(1, 3000) n",
        &[&hub.organization_id],
    )
    .await
    .expect("products");
    sql.execute(
        "insert into accounts (organization_id, name, types)
         select $1, 'House ' || n, case when n % 100 = 0 then array['sponsor'] else array['client'] end
           from generate_series(1, 3000) n",
        &[&hub.organization_id],
    )
    .await
    .expect("accounts");
    sql.batch_execute("analyze products, accounts; set role hub_app").await.expect("as requests do");
    for (question, index) in [
        ("products where search @@ websearch_to_tsquery('simple', 'silk dress')", "products_search_idx"),
        ("products where sku = 'D-77'", "products_organization_id_sku_key"),
        (
            "products where brand_id = '01900000-0000-7000-8000-000000000007' order by created_at desc limit 50",
            "products_brand_id_created_at_idx",
        ),
        ("accounts where types @> array['sponsor']", "accounts_types_idx"),
        ("accounts where types && array['sponsor', 'press']", "accounts_types_idx"),
    ] {
        let rows = sql.query(&format!("explain select id from {question}"), &[]).await.expect("a plan");
        let plan: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        assert!(plan.iter().any(|line| line.contains(index)), "{question}: {plan:#?}");
    }
}

/// A connection keeps some statements prepared, not all that anybody ever asked; the next hundred are answered as well.
#[tokio::test]
async fn many_different_questions_are_answered_and_few_are_kept() {
    let hub = TestHub::start().await;
    let sql = probes::make(&hub).await;
    sql.batch_execute(
        "create function kept() returns bigint language sql stable as 'select count(*) from pg_prepared_statements';
         grant execute on function kept() to hub_app",
    )
    .await
    .expect("what a connection says of itself");
    let owner = Rest::owner(&hub).await;
    for at in 0..150 {
        // Aliases are part of a statement: each of these is another one. One after the other they take the same connection.
        let rows = owner.rows(&format!("probes?select=a{at}:n&n=eq.1")).await;
        assert_eq!(rows, json!([{ format!("a{at}"): 1 }]));
    }
    assert_eq!(
        owner.get("probes?select=n&n=eq.one").await.code(),
        "22P02",
        "a value that is none, in a known statement"
    );
    assert_eq!(owner.rows("probes?select=n&n=eq.1").await, json!([{"n": 1}]));
    let kept = owner.rows("rpc/kept").await.as_u64().expect("a number");
    assert!((2..=66).contains(&kept), "{kept} statements on one connection");
}
