//! Client of FashionOS Hub for Rust.
//!
//! A [`Hub`] is one connection to `/v1/live` that heals itself: it reconnects with jittered
//! backoff, resumes every joined [`Room`] where it stood, and sends again what has no outcome yet,
//! under the same id, so that nothing is lost and nothing is applied twice.
//!
//! ```no_run
//! # async fn example(token: String, event: uuid::Uuid) -> Result<(), hub_client::HubError> {
//! use hub_client::{Hub, JoinOptions};
//! use schemas::{Command, Topic};
//!
//! let hub = Hub::builder("http://127.0.0.1:7700").token(token).connect().await?;
//! let room = hub.join(Topic::event(event), JoinOptions::default()).await?;
//! println!("{} gates", room.state().table("event_gates").count());
//! let ack = room.send(Command::SetDoors { open: true }).await?;
//! println!("doors: {:?} in commit {:?}", ack.outcome, ack.seq);
//! # Ok(())
//! # }
//! ```
//!
//! [`Api`] holds the HTTP calls around it: signing in, pairing devices, imports and exports.
//! [`RawSocket`] is a socket that keeps no state, for measuring.

mod api;
mod builder;
mod clock;
mod connection;
mod decode;
mod error;
mod hub;
mod pending;
mod raw;
mod room;
mod rooms;
mod session;
mod socket;
mod state;

pub use api::{
    Api, ColumnGuess, DiffEntry, ImportField, ImportReport, Login, Membership, NewEvent, NewPairing, PairedDevice,
    Pairing, PairingClaim, RowError, User,
};
pub use builder::{Backoff, HubBuilder};
pub use clock::LocalClock;
pub use error::HubError;
pub use hub::{Hub, OutcomeAck, Status};
pub use raw::{RawFrame, RawSocket};
pub use room::{Deltas, JoinOptions, Room, StateRef, Update};
pub use state::{RoomState, key_column};

pub use schemas;
