//! A Postgres that somebody else runs: nobody there is a superuser.

use std::path::PathBuf;

use hub::config::Config;
use hub::postgres::{Acting, EmbeddedPostgres, begin};
use hub::server::{Server, StartError, open_database};
use hub::store::organizations;
use schemas::{DeviceProfile, VerdictKind};
use tokio_postgres::NoTls;
use uuid::Uuid;

use crate::support::http::http;
use crate::support::postgres::MASTER_KEY;
use crate::support::room::assert_counted;
use crate::support::show::{scan, verdict};
use crate::support::{Show, TestDatabase, TestHub};

/// A server of its own: roles belong to the whole server, and here none of ours must be there yet.
pub struct Managed {
    server: Option<EmbeddedPostgres>,
    /// A folder that goes with it.
    pub data: PathBuf,
}

impl Managed {
    /// Starts it.
    pub async fn start() -> Self {
        let data = std::env::temp_dir().join(format!("hub-it-{}", Uuid::now_v7().simple()));
        let folder = data.clone();
        let server = tokio::task::spawn_blocking(move || EmbeddedPostgres::start(&folder)).await.expect("no panic");
        Self { server: Some(server.expect("a PostgreSQL installation")), data }
    }

    /// The administrator, in a database.
    pub fn url_of(&self, database: &str) -> String {
        self.server.as_ref().expect("it runs").url_of(database)
    }

    /// Somebody else, in a database.
    pub fn url_as(&self, login: &str, secret: &str, database: &str) -> String {
        let as_superuser: tokio_postgres::Config = self.url_of(database).parse().expect("our own string");
        let password = String::from_utf8_lossy(as_superuser.get_password().expect("one")).into_owned();
        self.url_of(database)
            .replace(&format!("user={}", as_superuser.get_user().expect("one")), &format!("user={login}"))
            .replace(&password, secret)
    }

    /// The administrator's connection.
    pub async fn administrator(&self, database: &str) -> tokio_postgres::Client {
        let (client, connection) = tokio_postgres::connect(&self.url_of(database), NoTls).await.expect("it answers");
        tokio::spawn(connection);
        client
    }
}

impl Drop for Managed {
    fn drop(&mut self) {
        drop(self.server.take());
        let _ = std::fs::remove_dir_all(&self.data);
    }
}

/// All migrations apply, again and again, for an owner who may make roles and is no superuser; what only an administrator can
/// do is asked for in words; and the house works: scans, sight, tenants, archiving.
#[tokio::test]
async fn an_owner_who_is_no_superuser_is_enough() {
    let managed = Managed::start().await;
    let administrator = managed.administrator("postgres").await;
    for statement in
        ["create role house_owner login createrole password 'house'", "create database house owner house_owner"]
    {
        administrator.batch_execute(statement).await.expect("made");
    }
    let as_owner = managed.url_as("house_owner", "house", "house");
    let database = TestDatabase { url: managed.url_of("house"), data: managed.data.join("hub") };
    let config = Config::for_test(&database.data, as_owner.clone(), MASTER_KEY.to_owned());

    // Looking past row security is not an owner's to give.
    let Err(StartError::Migrate(refused)) = open_database(&config).await else { panic!("an administrator is needed") };
    let words = refused.to_string();
    assert!(words.contains("create role app_definer nologin bypassrls") && words.contains("house_owner"), "{words}");
    assert!(!words.contains("password"), "{words}");
    administrator
        .batch_execute("create role app_definer nologin bypassrls; grant app_definer to house_owner")
        .await
        .expect("the administrator does what was asked for");
    for _ in 0..2 {
        open_database(&config).await.expect("the migrations apply, and once they have, again");
    }
    let sql = managed.administrator("house").await;
    let owners: String = sql
        .query_one(
            "select string_agg(distinct r.rolname || ' ' || r.rolsuper, ', ') from pg_class c join pg_roles r on r.oid = c.relowner
              where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v')",
            &[],
        )
        .await
        .expect("asked")
        .get(0);
    assert_eq!(owners, "app_definer false, house_owner false");
    let applied = "select count(*) from _sqlx_migrations where success";
    let applied: i64 = sql.query_one(applied, &[]).await.expect("asked").get(0);
    assert_eq!(usize::try_from(applied), Ok(hub::postgres::migrations().count()));

    let opened = open_database(&config).await.expect("it opens");
    let server = Server::start(&config, opened).await.expect("the hub starts");
    let store = &server.node.store;
    let owner_id =
        organizations::create_user(store, TestHub::OWNER, "Odile Owner", TestHub::PASSWORD).await.expect("made");
    let house = organizations::create(store, owner_id, "Maison", "maison", "Europe/Paris").await.expect("made");
    let hub = TestHub { organization_id: house.id, owner_id, server, database };
    let show = Show::with_guests(&hub, 2).await;
    let tablet = show.tablet(&hub, "Tablet", show.gate_id, false, &["event_counters"]).await;
    assert_eq!(verdict(&tablet, scan(&show.guests[0].1)).await.result, VerdictKind::Admitted);
    assert_eq!(verdict(&tablet, scan(&show.guests[0].1)).await.result, VerdictKind::AlreadyIn);
    assert_counted(&sql, show.event_id).await;
    // Row security holds for its owner's hub as for any other.
    let other = hub.other_house().await;
    let rows = async |token: &str| {
        let answer = http(hub.server.address, "GET", "/rest/v1/registrations?select=id", Some(token), None).await;
        answer.json().as_array().map(Vec::len)
    };
    assert_eq!(rows(&hub.token(TestHub::OWNER).await).await, Some(2));
    assert_eq!(rows(&other.token).await, Some(0));
    let (_, wall) = show.pair(&hub, "Wall", DeviceProfile::Wall, None, false).await;
    assert_ne!(rows(&wall).await, Some(2));
    // A function that makes tables as the role that owns it.
    let acting = Acting::System { organization_id: house.id };
    let mut client = hub.server.node.store.pools.get(&acting).await.expect("a connection");
    let transaction = begin(&mut client, &acting).await.expect("begun");
    let moved: i32 =
        transaction.query_one("select live.archive(now() + interval '1 hour')", &[]).await.expect("archived").get(0);
    assert!(moved > 0);
    drop(transaction);
    drop(client);
    // The owner of the tables sees no tenant's rows either.
    let (owner, connection) = tokio_postgres::connect(&as_owner, NoTls).await.expect("the owner's login");
    tokio::spawn(connection);
    let seen: i64 = owner.query_one("select count(*) from registrations", &[]).await.expect("asked").get(0);
    assert_eq!(seen, 0);
    hub.server.stop().await;
}
