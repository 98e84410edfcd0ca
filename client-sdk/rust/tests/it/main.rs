//! The client against a hub that says exactly what a test makes it say, over real sockets.

mod commands;
mod connection;
mod http;
mod raw;
mod rooms;
mod support;
