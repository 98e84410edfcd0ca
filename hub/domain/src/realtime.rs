//! The dialect of Supabase Realtime, as far as it is about words: frames in both of its notations, what a client asks of a
//! channel, and whether a changed row passes a filter. Whoever sends, and whether they may, is decided elsewhere.

mod bounds;
mod filter;
mod frame;
mod join;
mod names;

pub use bounds::{
    BINARY_FIELD, BINDINGS, CHANNELS, FILTER, FRAME, JOIN_WORD, PAYLOAD, PRESENCE, PRESENCES, TOKEN, TOPIC,
};
pub use filter::{ColumnKind, Filter, FilterError, Verdict};
pub use frame::{Broadcast, FrameError, Incoming, Notation, Payload, binary_broadcast, reply};
pub use join::{Binding, Join, JoinError, Wanted};
pub use names::{ChannelName, MayOn, may_on};
