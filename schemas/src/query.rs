use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A question that changes nothing and is answered from the room's memory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "name", rename_all = "snake_case", deny_unknown_fields)]
pub enum Query {
    /// Guests whose name has words that begin with the words of `text`, best first. Case and accents do not
    /// matter. At least three letters, so that nobody pages through the list.
    FindGuests {
        /// What was typed, 3-100 characters.
        text: String,
        /// At most this many, 1-50.
        limit: u16,
    },
}

/// The answer to a [`Query`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum Answer {
    /// Guests that were found.
    Guests {
        /// Best first.
        guests: Vec<GuestHit>,
    },
}

/// One guest that was found. Never an e-mail address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GuestHit {
    /// The registration, for [`Command::Scan`](crate::Command::Scan).
    pub registration_id: Uuid,
    /// The guest's name.
    pub name: String,
    /// The name of the tier.
    pub tier: String,
    /// Where they sit.
    pub seat: Option<String>,
    /// pending, confirmed, attended, cancelled or refunded.
    pub status: String,
    /// A very important person.
    pub vip: bool,
    /// How many the ticket admits.
    pub party_size: u16,
    /// How many of them have arrived.
    pub arrived: u16,
}
