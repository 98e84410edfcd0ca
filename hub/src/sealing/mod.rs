//! What makes a stolen dump useless: the master key, the keys of data subjects, sealed values, ticket codes.

mod envelope;
mod master_key;
mod signing_key;
mod ticket_code;
pub mod totp;

pub use envelope::{SubjectKey, UnsealError, key_id, wrapping_cipher};
pub use master_key::{MasterKey, MasterKeyError};
pub use signing_key::SigningKey;
pub use ticket_code::TicketSigner;
