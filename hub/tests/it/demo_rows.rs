use std::collections::BTreeMap;

use hub::demo;
use hub::store::keyring::Envelope;
use tokio_postgres::Client;
use uuid::Uuid;

use crate::support::TestHub;

/// Tables that stay empty until somebody does what their rows say.
const EMPTY: [&str; 24] = [
    "channel_media_links",
    "channel_products",
    "check_ins",
    "cloudinary_assets",
    "device_pairings",
    "devices",
    "event_alerts",
    "gallery_access_log",
    "gallery_shares",
    "invitations",
    "message_acknowledgements",
    "plugin_connections",
    "plugin_installs",
    "plugin_jobs",
    "plugin_runs",
    "plugin_subscriptions",
    "privacy_requests",
    "screen_messages",
    "show_run_cues",
    "show_run_steps",
    "show_runs",
    "social_posts",
    "storage_objects",
    "webhook_deliveries",
];

/// How many rows each tracked table holds of the house.
async fn rows(sql: &Client, house: Uuid) -> BTreeMap<String, i64> {
    let tables = sql
        .query(
            "select t.table_name from live.tracked t join pg_class c on c.relname = t.table_name and c.relkind = 'r'
              where c.relnamespace = 'public'::regnamespace",
            &[],
        )
        .await
        .expect("the tracked tables");
    let mut rows = BTreeMap::new();
    for table in tables {
        let table: String = table.get(0);
        let tenant = if table == "organizations" { "id" } else { "organization_id" };
        let count = format!("select count(*) from {table} where {tenant} = $1");
        let row = sql.query_one(&count, &[&house]).await.expect("a count");
        rows.insert(table, row.get(0));
    }
    rows
}

/// The demo has something in every part of the house, and what was there once is not made again.
#[tokio::test]
async fn every_part_of_the_house_has_something_once() {
    let hub = TestHub::start().await;
    let store = &hub.server.node.store;
    let house = demo::seed(store).await.expect("seeded").organization_id;
    let sql = hub.database.sql().await;
    let before = rows(&sql, house).await;
    assert!(before.len() > 130, "{} tables", before.len());
    let empty: Vec<&str> = before.iter().filter(|(_, count)| **count == 0).map(|(table, _)| table.as_str()).collect();
    assert_eq!(empty, EMPTY);
    demo::seed(store).await.expect("found");
    assert_eq!(rows(&sql, house).await, before);

    // What people delete does not come back.
    sql.execute("delete from playbooks", &[]).await.expect("deleted");
    demo::seed(store).await.expect("found");
    assert_eq!(rows(&sql, house).await["playbooks"], 0);
}

/// The numbers of the house agree with each other.
#[tokio::test]
async fn the_sums_of_the_house_add_up() {
    let hub = TestHub::start().await;
    let show = demo::seed(&hub.server.node.store).await.expect("seeded");
    let sql = hub.database.sql().await;
    let wrong = [
        (
            "an invoice is its lines and its tax",
            "select count(*) from invoices i where i.subtotal = 0 or i.total <> i.tax +
            (select sum(l.line_total) from invoice_lines l where l.invoice_id = i.id)",
        ),
        (
            "an invoice is paid by its payments",
            "select count(*) from invoices i where i.amount_paid <>
            coalesce((select sum(p.amount) from payments p where p.invoice_id = i.id and p.status = 'completed'), 0)",
        ),
        (
            "what is paid in full says so",
            "select count(*) from invoices where (status = 'paid') <> (amount_paid = total)",
        ),
        (
            "an order is its tickets and its payment",
            "select count(*) from orders o where o.total_amount <>
            (select sum(r.unit_price) from registrations r where r.order_id = o.id) or o.total_amount <>
            (select sum(p.amount) from payments p where p.order_id = o.id)",
        ),
        (
            "an event has spent what its items cost",
            "select count(*) from events e where e.budget_actual <>
            coalesce((select sum(b.actual_amount) from budget_items b where b.event_id = e.id), 0)",
        ),
        (
            "a package is sold as often as it is sponsored",
            "select count(*) from sponsorship_packages p where p.sold_count <>
            (select count(*) from event_sponsorships s where s.package_id = p.id and s.status <> 'cancelled')",
        ),
        ("everything is in the house's money", "select count(*) from deals where currency <> 'EUR'"),
        (
            "the counters of all events are right",
            "select count(*) from events e, app.recount(e.id) r where r.stored <> r.counted",
        ),
        (
            "who walks was confirmed",
            "select count(*) from show_lineup l where not exists (select from event_models m
            where m.event_id = l.event_id and m.model_profile_id = l.model_profile_id and m.status = 'confirmed')",
        ),
        (
            "nobody has decided or signed in anybody's name",
            "select (select count(*) from approvals where status <> 'pending') +
            (select count(*) from ai_runs where approval_status <> 'pending') +
            (select count(*) from contract_signatories where status <> 'pending')",
        ),
        (
            "nobody but the producer can sign in",
            "select count(*) - 1 from user_credentials c join memberships m on m.user_id = c.user_id
             join organizations o on o.id = m.organization_id where o.slug = 'maison-nocturne'",
        ),
    ];
    for (what, query) in wrong {
        assert_eq!(sql.query_one(query, &[]).await.expect(what).get::<_, i64>(0), 0, "{what}");
    }
    let row = sql
        .query_one(
            "select (select count(*) from event_models where event_id = $1), (select count(*) from orders),
                    (select sum(amount)::bigint from payments where status = 'completed'),
                    (select progress_percentage::bigint from events where id = $1)",
            &[&show.event_id],
        )
        .await
        .expect("sums");
    let sums: Vec<i64> = (0..4).map(|index| row.get(index)).collect();
    assert_eq!(sums, [20, 9, 2 * 72_000 + 27_000 + 6 * 45 + 3 * 120, 60]);
}

/// F241: addresses of the demo's people are sealed by the hub: they open with its keys, for their column only.
#[tokio::test]
async fn the_people_of_the_house_are_sealed() {
    let hub = TestHub::start().await;
    let store = &hub.server.node.store;
    demo::seed(store).await.expect("seeded");
    let sql = hub.database.sql().await;
    for (column, query, plain) in [
        (
            "contacts.email",
            "select email_enc::bytea, email_bidx::bytea from contacts where name = 'Hélène Corvin'",
            "helene.corvin@banque-corvin.example",
        ),
        (
            "contract_signatories.email",
            "select s.email_enc::bytea, s.email_bidx::bytea from contract_signatories s join contracts c on c.id = s.contract_id where c.type = 'client'",
            "lucie.ferrand@galerie-vauban.example",
        ),
    ] {
        let row = sql.query_one(query, &[]).await.expect("one");
        let (bytes, index): (Vec<u8>, Vec<u8>) = (row.get(0), row.get(1));
        let envelopes = [Envelope { column, bytes: &bytes }, Envelope { column: "users.email", bytes: &bytes }];
        let opened = store.keyring.open(&store.pools, &envelopes).await.expect("keys");
        assert_eq!(opened, [Some(plain.to_owned()), None]);
        assert_eq!(index, store.keyring.master().blind_index(plain));
    }
}
