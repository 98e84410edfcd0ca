//! The host from outside: components in real sandboxes, requests over real sockets.

mod bounds;
mod components;
mod hub_side;
mod loading;
mod replay;
