//! What is known of a person, as one answer, and forgetting it for good.

mod erase;
mod export;
mod register;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use erase::{Erasure, Settled, erase, settle};
pub use export::export;
pub use register::{Line, Register, RegisterError};

use super::{Store, StoreError};
use crate::postgres::{Acting, begin};

/// Somebody, as one kind of row knows them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Subject {
    /// user, contact, stakeholder, registration, order, model_profile, designer_profile, staff, signatory, invitation, share.
    pub kind: String,
    /// The row.
    pub id: Uuid,
}

/// Where somebody is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everywhere, the account too: for the operator.
    Everywhere,
    /// What one organization knows; accounts are not its own.
    Organization(Uuid),
    /// What one organization knows, and the account: for the person themselves.
    OrganizationAndAccount(Uuid),
    /// The account, nothing that an organization knows: for the person themselves.
    Account,
}

impl Scope {
    /// The organization to whose rows it is limited; all zeros is none.
    fn within(self) -> Option<Uuid> {
        match self {
            Self::Everywhere => None,
            Self::Organization(id) | Self::OrganizationAndAccount(id) => Some(id),
            Self::Account => Some(Uuid::nil()),
        }
    }

    fn accounts(self) -> bool {
        !matches!(self, Self::Organization(_))
    }

    fn acting(self) -> Acting {
        self.within().map_or(Acting::Platform, |organization_id| Acting::System { organization_id })
    }

    /// As the register has it.
    fn of(organization_id: Option<Uuid>, accounts: bool) -> Self {
        match (organization_id, accounts) {
            (None, _) => Self::Everywhere,
            (Some(id), true) if id.is_nil() => Self::Account,
            (Some(id), true) => Self::OrganizationAndAccount(id),
            (Some(id), false) => Self::Organization(id),
        }
    }
}

/// Everybody with an address: the rows that know it.
///
/// # Errors
/// When the database cannot be reached.
pub async fn find(store: &Store, scope: Scope, email: &str) -> Result<Vec<Subject>, StoreError> {
    let index = store.keyring.master().blind_index(email);
    let acting = scope.acting();
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let rows = transaction
        .query("select kind, id from app.people_with_address($1::bytea, $2)", &[&index, &scope.within()])
        .await?;
    transaction.commit().await?;
    Ok(rows.iter().map(|row| Subject { kind: row.get(0), id: row.get(1) }).collect())
}

fn as_json(subjects: &[Subject]) -> serde_json::Value {
    serde_json::to_value(subjects).expect("kinds and ids are JSON")
}
