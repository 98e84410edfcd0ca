use hub::config::Config;
use hub::server::{Server, open_database};
use hub::store::organizations;
use schemas::VerdictKind;

use super::Vault;
use crate::managed::Managed;
use crate::support::postgres::MASTER_KEY;
use crate::support::room::assert_counted;
use crate::support::show::{scan, verdict};
use crate::support::{Show, TestDatabase, TestHub};

/// Where nobody is a superuser, the database's owner backs up all of it, although row security shows the owner nothing; and
/// another owner, of another name, restores it, with functions and rights as they were.
#[tokio::test]
async fn owners_who_are_no_superusers_back_up_and_restore() {
    let (managed, vault) = (Managed::start().await, Vault::new());
    let administrator = managed.administrator("postgres").await;
    for statement in [
        "create role first_owner login createrole password 'house'",
        "create role second_owner login createrole password 'house'",
        "create database first owner first_owner",
        "create database second owner second_owner",
        "create role app_definer nologin bypassrls",
        "grant app_definer to first_owner, second_owner",
    ] {
        administrator.batch_execute(statement).await.expect("made");
    }
    let config = |house: &str| {
        let url = managed.url_as(&format!("{house}_owner"), "house", house);
        Config::for_test(&managed.data.join(house), url, MASTER_KEY.to_owned())
    };
    let first = config("first");
    let opened = open_database(&first).await.expect("it opens");
    let server = Server::start(&first, opened).await.expect("the hub starts");
    let store = &server.node.store;
    let owner_id = organizations::create_user(store, TestHub::OWNER, "Odile", TestHub::PASSWORD).await.expect("made");
    let house = organizations::create(store, owner_id, "Maison", "maison", "Europe/Paris").await.expect("made");
    let database = TestDatabase { url: managed.url_of("first"), data: first.data.clone() };
    let hub = TestHub { organization_id: house.id, owner_id, server, database };
    let show = Show::with_guests(&hub, 3).await;
    let tablet = show.tablet(&hub, "Tablet", show.gate_id, false, &["event_counters"]).await;
    assert_eq!(verdict(&tablet, scan(&show.guests[0].1)).await.result, VerdictKind::Admitted);
    let taken = vault.take(&first, "a.backup").await.expect("a backup");
    assert!(taken.rows > 0);
    hub.server.stop().await;

    let second = config("second");
    let restored = vault.restore(&second, "a.backup").await.expect("restored");
    assert_eq!(restored.rows, taken.rows);
    let (there, here) = (managed.administrator("first").await, managed.administrator("second").await);
    let owners = "select coalesce(string_agg(p.oid::regprocedure::text || ' ' || case r.rolname when 'app_definer' then 'definer' else 'owner' end, ', ' order by p.oid::regprocedure::text), '')
                    from pg_proc p join pg_roles r on r.oid = p.proowner where p.pronamespace in ('app'::regnamespace, 'live'::regnamespace, 'hub'::regnamespace)";
    let ask = async |sql: &tokio_postgres::Client| sql.query_one(owners, &[]).await.expect("asked").get::<_, String>(0);
    assert_eq!(ask(&there).await, ask(&here).await);
    let strangers =
        "select count(*) from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname = 'first_owner'";
    assert_eq!(here.query_one(strangers, &[]).await.expect("asked").get::<_, i64>(0), 0);
    let grants = "select count(*) from pg_default_acl";
    assert_eq!(
        there.query_one(grants, &[]).await.expect("asked").get::<_, i64>(0),
        here.query_one(grants, &[]).await.expect("asked").get::<_, i64>(0)
    );
    let opened = open_database(&second).await.expect("it opens");
    let server = Server::start(&second, opened).await.expect("the hub starts");
    let database = TestDatabase { url: managed.url_of("second"), data: second.data.clone() };
    let again = TestHub { organization_id: house.id, owner_id, server, database };
    let tablet = show.tablet(&again, "Another", show.gate_id, false, &["event_counters"]).await;
    assert_eq!(verdict(&tablet, scan(&show.guests[0].1)).await.result, VerdictKind::AlreadyIn);
    assert_eq!(verdict(&tablet, scan(&show.guests[1].1)).await.result, VerdictKind::Admitted);
    assert_counted(&here, show.event_id).await;
    again.server.stop().await;
}
