//! The host from outside: components in real sandboxes, requests over real sockets.

mod bounds;
mod components;
mod effects;
mod egress;
mod hub_side;
mod loading;
mod probe;
mod replay;
mod staging;
