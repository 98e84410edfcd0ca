//! How much one socket may ask for.

/// One frame of a client, bytes.
pub const FRAME: usize = 1024 * 1024;
/// The payload of one broadcast, bytes.
pub const PAYLOAD: usize = 256 * 1024;
/// What one client shows of itself in a channel, bytes.
pub const PRESENCE: usize = 16 * 1024;
/// Clients that show something of themselves in one channel.
pub const PRESENCES: usize = 2_000;
/// Channels of one socket.
pub const CHANNELS: usize = 100;
/// Filters on changes of one channel.
pub const BINDINGS: usize = 100;
/// A filter's text, bytes.
pub const FILTER: usize = 8 * 1024;
/// A channel's name, bytes; binary frames have one byte for its length.
pub const TOPIC: usize = 255;
/// Each field of a binary frame but its payload, bytes.
pub const BINARY_FIELD: usize = 255;
/// An access token, bytes.
pub const TOKEN: usize = 8 * 1024;
/// A reference that a client gives its frames, and other short words, bytes.
pub const JOIN_WORD: usize = 255;
