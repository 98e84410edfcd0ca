//! What makes a stolen dump useless: the master key, the keys of data subjects, sealed values, ticket codes.

mod audit_signer;
mod client_address;
mod envelope;
mod key_ring;
mod link_signer;
mod master_key;
mod signing_key;
mod ticket_code;
pub mod totp;

pub use audit_signer::{AuditSigner, Head};
pub use client_address::{AddressSealer, Agent, Origin, SealedAddress};
pub use envelope::{SubjectKey, UnsealError, key_id, wrapping_cipher};
pub use key_ring::Opener;
pub use link_signer::LinkSigner;
pub use master_key::{MasterKey, MasterKeyError};
pub use signing_key::SigningKey;
pub use ticket_code::TicketSigner;
