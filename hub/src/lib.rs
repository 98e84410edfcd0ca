//! FashionOS Hub: the live hub that fashion shows and photo shoots run on.
//!
//! Floors, from the bottom: [`postgres`] (the server and its schema), [`sealing`] (keys), [`objects`] (bytes of files), [`store`] (all SQL), [`live`]
//! (rooms and sockets), [`edge`] (HTTP). A floor knows only the floors below it.

pub mod backup;
pub mod clock;
pub mod config;
pub mod demo;
pub mod doctor;
pub mod edge;
pub mod live;
pub mod logging;
pub mod mail;
pub mod metrics;
pub mod objects;
pub mod office;
pub mod postgres;
pub mod reference;
pub mod sealing;
pub mod server;
pub mod service_manager;
pub mod simulated_tablets;
pub mod store;
pub mod telemetry;
pub mod upkeep;
