//! The Realtime dialect: channels by name, changes by table, on sockets that any Phoenix client opens.

mod between_hubs;
mod broadcasts;
mod filters;
mod hostile;
mod reconnect;
mod rights;
mod rows;
mod sight;
