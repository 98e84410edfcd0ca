use crate::support::TestHub;

/// A table with a column of every kind, made with psql while the hub runs, and rows in it: n from 1 to 6.
pub async fn make(hub: &TestHub) -> tokio_postgres::Client {
    let sql = hub.database.sql().await;
    sql.batch_execute(
        "create table probes (
           id uuid primary key default app.uuid7(),
           organization_id uuid not null default app.org() references organizations on delete cascade,
           n int unique, word text, tags text[] not null default '{}', doc jsonb, span int4range, flag boolean,
           at timestamptz, price amount, \"odd \"\"name\" text, parent_n int references probes (n),
           words tsvector generated always as (to_tsvector('simple', coalesce(word, ''))) stored,
           created_by uuid default app.uid() references users on delete set null);
         select app.secure('probes', read => 'owner staff', insert => 'owner', update => 'owner staff', delete => 'owner',
                           mask => '{\"word\": [\"staff\"]}');",
    )
    .await
    .expect("the table is made");
    sql.execute(
        "insert into probes (organization_id, n, word, tags, doc, span, flag, at, price, \"odd \"\"name\", parent_n)
         select $1, v.* from (values
           (1, 'Silk moth', '{a,b}'::text[], '{\"size\": {\"cm\": 5}, \"list\": [1, 2]}'::jsonb, '[1,5)'::int4range, true, '2027-01-01 00:00Z'::timestamptz, 12.340, 'x', null::int),
           (2, 'velvet, dark', '{b}', '{\"size\": {\"cm\": 7}}', '[5,9)', false, '2027-02-01 00:00Z', 0.100, 'y', 1),
           (3, '100% \"wool\"', '{c,\"d e\"}', '{\"list\": [3]}', '[9,12)', null, '2027-03-01 00:00Z', null, null, 1),
           (4, 'SILK road', '{}', 'null', null, true, null, 5, 'x', 2),
           (5, null, '{a}', null, '[2,3)', false, '2027-05-01 00:00Z', 7, null, null),
           (6, 'back\\\\slash', '{}', '[\"z\"]', '[100,)', true, '2027-06-01 00:00Z', 8, 'z', null)) v",
        &[&hub.organization_id],
    )
    .await
    .expect("the rows are written");
    sql
}
