//! The live view: one room a topic, one shard of sockets a core. Nothing here knows HTTP.

pub mod asker;
pub mod audience;
pub mod bounds;
pub mod bulk;
pub mod changes;
pub mod channels;
pub mod documents;
pub mod doorbell;
pub mod node;
pub mod outbox;
pub mod plugins;
pub mod presence;
pub mod relay;
pub mod rights_watch;
pub mod ring;
pub mod room;
pub mod room_commands;
pub mod room_guests;
pub mod room_join;
pub mod session;
mod session_rights;
pub mod shard;
pub mod socket;
pub mod view;
pub mod web_socket;

pub use node::Node;
