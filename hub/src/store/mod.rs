//! Everything that is SQL. Nothing here knows a socket or an HTTP request.

pub mod access;
pub mod accounts;
pub mod audit;
pub mod backup;
pub mod call_sheets;
pub mod catalogue;
pub mod changes;
pub mod channels;
pub mod check_in;
pub mod code_exchange;
pub mod commands;
pub mod daily_round;
pub mod data_model;
pub mod devices;
pub mod documents;
pub mod doors;
pub mod error;
pub mod events;
pub mod exports;
pub mod factors;
pub mod guests;
pub mod health;
pub mod identity;
pub mod imports;
pub mod invitations;
pub mod journal;
pub mod keyring;
pub mod letters;
pub mod logins;
pub mod master_keys;
pub mod one_time;
pub mod organizations;
pub mod outbox;
pub mod outside;
pub mod plugins;
pub mod presenter;
pub mod privacy;
pub mod rest;
pub mod run_of_show;
pub mod show_floor;
pub mod snapshot;
pub mod storage;
pub mod token_keys;
pub mod upkeep;

pub use catalogue::Catalogue;
pub use data_model::DataModel;
pub use error::StoreError;
pub use keyring::Keyring;
pub use token_keys::TokenKeys;

use crate::postgres::Pools;
use crate::sealing::{AddressSealer, AuditSigner, LinkSigner, MasterKey, TicketSigner};

/// The database as the hub uses it: connections, what the schema says about itself, keys.
pub struct Store {
    /// This process, as the database's records name it.
    pub instance: uuid::Uuid,
    /// Connections.
    pub pools: Pools,
    /// Tracked tables, access rules, masks; read once.
    pub catalogue: Catalogue,
    /// Keys of data subjects.
    pub keyring: Keyring,
    /// Signs ticket codes.
    pub tickets: TicketSigner,
    /// Signs addresses of files.
    pub links: LinkSigner,
    /// Seals the addresses that changes come from.
    pub addresses: AddressSealer,
    /// Signs the ends of audit chains.
    pub audit: AuditSigner,
    /// Tables as requests may name them; follows the schema.
    pub tables: rest::Tables,
    /// Tables whose changes are told, and who sees them; follows the schema.
    pub changes: changes::Tables,
    /// Sign access tokens.
    pub tokens: TokenKeys,
    /// Who was erased, in a file beside the database.
    pub register: privacy::Register,
    /// Rung when a mail was committed.
    pub mail_bell: tokio::sync::Notify,
    /// Rung when somebody has approved an e-mail.
    pub letter_bell: tokio::sync::Notify,
}

impl Store {
    /// Reads the catalogue of a migrated database.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn open(pools: Pools, master: MasterKey, register: privacy::Register) -> Result<Self, StoreError> {
        let catalogue = Catalogue::load(&pools).await?;
        let tokens = TokenKeys::open(&pools, master.clone()).await?;
        Ok(Self {
            instance: uuid::Uuid::now_v7(),
            catalogue,
            tickets: TicketSigner::new(&master),
            links: LinkSigner::new(&master),
            addresses: AddressSealer::new(&master),
            audit: AuditSigner::new(&master),
            tokens,
            mail_bell: tokio::sync::Notify::new(),
            letter_bell: tokio::sync::Notify::new(),
            keyring: Keyring::new(master),
            register,
            tables: rest::Tables::default(),
            changes: changes::Tables::default(),
            pools,
        })
    }
}
