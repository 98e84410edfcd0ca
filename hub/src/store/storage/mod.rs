//! Files: buckets, what is in them, uploads under way, signed addresses. Bytes are in [`crate::objects`]; a row appears when
//! its bytes are durable.

pub mod buckets;
pub mod changes;
pub mod collect;
mod error;
pub mod files;
pub mod links;
pub mod lists;
pub mod resumable;
pub mod uploads;

pub use error::StorageError;

use uuid::Uuid;

use crate::postgres::Acting;
use crate::sealing::SealedAddress;

/// A person in an organization, who puts files there. Devices do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub user_id: Uuid,
    /// Where.
    pub organization_id: Uuid,
    /// From where.
    pub from: Option<SealedAddress>,
}

impl Person {
    /// With the rights of the person.
    pub fn acting(self) -> Acting {
        Acting::Person { user_id: self.user_id, organization_id: self.organization_id, from: self.from }
    }

    /// The hub, for the bookkeeping of the person's uploads.
    fn hub(self) -> Acting {
        Acting::System { organization_id: self.organization_id }
    }
}
