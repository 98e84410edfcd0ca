use std::net::SocketAddr;

use hub::config::Config;
use hub::server::{Server, open_database};
use hub::store::organizations;
use hub_client::{Api, Hub};
use uuid::Uuid;

use super::mail::Mailbox;
use super::postgres::{MASTER_KEY, TestDatabase};

/// A hub on a port of its own, with one organization.
pub struct TestHub {
    /// The server.
    pub server: Server,
    /// Its database.
    pub database: TestDatabase,
    /// The organization of [`OWNER`](Self::OWNER).
    pub organization_id: Uuid,
    /// The owner's id.
    pub owner_id: Uuid,
}

impl TestHub {
    /// The owner's address.
    pub const OWNER: &str = "owner@maison.example";
    /// Everybody's password.
    pub const PASSWORD: &str = "correct horse battery";

    /// A hub on a fresh database.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// The same, with another configuration.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let database = TestDatabase::create().await;
        let server = Self::serve_with(&database, change).await;
        let store = &server.node.store;
        let owner_id = organizations::create_user(store, Self::OWNER, "Odile Owner", Self::PASSWORD)
            .await
            .expect("the account is made");
        let organization = organizations::create(store, owner_id, "Maison Test", "maison-test", "Europe/Paris")
            .await
            .expect("the organization is made");
        Self { organization_id: organization.id, owner_id, server, database }
    }

    /// Another hub process on the same database, as far as the database can tell.
    pub async fn serve(database: &TestDatabase) -> Server {
        Self::serve_with(database, |_| {}).await
    }

    /// As [`serve`](Self::serve), at an address.
    pub async fn serve_at(database: &TestDatabase, listen: SocketAddr) -> Server {
        Self::serve_with(database, |config| config.listen = listen).await
    }

    /// As [`serve`](Self::serve), with another configuration.
    pub async fn serve_with(database: &TestDatabase, change: impl FnOnce(&mut Config)) -> Server {
        // `HUB_LOG=hub=debug cargo test ...` shows what the hubs of a test say.
        static LOG: std::sync::Once = std::sync::Once::new();
        if std::env::var_os("HUB_LOG").is_some() {
            LOG.call_once(|| drop(hub::logging::start()));
        }
        let mut config = Config::for_test(&database.data, database.url.clone(), MASTER_KEY.to_owned());
        change(&mut config);
        let opened = open_database(&config).await.expect("the database opens");
        Server::start(&config, opened).await.expect("the hub starts")
    }

    /// The mails that it has sent.
    pub fn mailbox(&self) -> Mailbox {
        Mailbox::of(&self.database.data)
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address)
    }

    /// The HTTP API, signed in as the owner.
    pub async fn owner(&self) -> Api {
        self.signed_in(Self::OWNER).await
    }

    /// The HTTP API, signed in as somebody.
    pub async fn signed_in(&self, email: &str) -> Api {
        let api = Api::new(&self.url()).expect("a URL");
        let login = api.sign_in(email, Self::PASSWORD).await.expect("the password is right");
        api.with_token(login.access_token)
    }

    /// An access token of somebody.
    pub async fn token(&self, email: &str) -> String {
        let api = Api::new(&self.url()).expect("a URL");
        api.sign_in(email, Self::PASSWORD).await.expect("the password is right").access_token
    }

    /// A live connection, signed in as somebody.
    pub async fn live(&self, email: &str) -> Hub {
        self.connect(&self.token(email).await).await
    }

    /// A live connection with a token.
    pub async fn connect(&self, token: &str) -> Hub {
        Hub::builder(self.url()).token(token).client_info("it", "0").connect().await.expect("the token is good")
    }

    /// A member of the organization who can sign in.
    pub async fn member(&self, email: &str, role: &str) -> Uuid {
        let user = organizations::create_user(&self.server.node.store, email, email, Self::PASSWORD)
            .await
            .expect("the account is made");
        let sql = self.database.sql().await;
        sql.execute(
            "insert into memberships (organization_id, user_id, role) values ($1, $2, $3)",
            &[&self.organization_id, &user, &role],
        )
        .await
        .expect("the membership is made");
        user
    }
}
