//! Integration tests: a real Postgres, real sockets, one binary. Each test clones a migrated database and starts a hub of
//! its own in this process.

mod check_in;
mod counters;
mod crash;
mod demo;
mod doors;
mod events_api;
mod exports;
mod floors;
mod hostile_frames;
mod hostile_requests;
mod imports;
mod live_commands;
mod live_protocol;
mod pairing;
mod probes;
mod project_topics;
mod races;
mod reference;
mod revocation;
mod run_of_show;
mod sealed;
mod show_floor;
mod sign_in;
mod slow_reader;
mod sql_tests;
mod subscription_rights;
mod support;
mod two_hubs;
