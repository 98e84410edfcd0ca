//! Show days against a real hub: tablets scan, a caller runs the show, screens follow, and
//! afterwards the ledger is checked. `simulations --help` says what there is.

mod bare_send;
mod caller;
mod changes;
mod co_edit;
mod convergence;
mod crashes;
mod database;
mod failure;
mod fan_out;
mod files;
mod hostile_plugins;
mod hub_process;
mod latencies;
mod ledger;
mod median;
mod plan;
mod process_usage;
mod report;
mod screen;
mod show_day;
mod tables;
mod tablet;
mod venue;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};

use crate::failure::Failure;

/// Load, crashes and invariants for FashionOS Hub.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Tablets scan guests, a caller runs the show, screens follow; then the ledger is checked.
    ShowDay(show_day::ShowDay),
    /// What a delivery costs the hub, beside a bare loop of sends over as many sockets.
    FanOut(fan_out::FanOut),
    /// How long a row that is committed with SQL takes to subscribers by table, and what telling them costs.
    Changes(changes::Changes),
    /// Upload and download of one large file, beside a plain copy through a socket.
    Files(files::Files),
    /// Requests of tables over HTTP, beside pgbench; lists from a table of a million rows.
    Tables(tables::Tables),
    /// Editors change one shot list at once; afterwards their replicas are compared, and the rows.
    CoEdit(co_edit::CoEdit),
    /// What scans cost while plugins compute without end, eat memory and flood whatever they can.
    HostilePlugins(hostile_plugins::HostilePlugins),
    /// The bare loop of sends: the other half of fan-out.
    #[command(hide = true)]
    BareSend(bare_send::BareSend),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().what {
        What::BareSend(bare) => bare.run(),
        What::ShowDay(day) => until_interrupted(day.run()),
        What::CoEdit(co_edit) => until_interrupted(co_edit.run()),
        What::FanOut(fan_out) => until_interrupted(fan_out.run()),
        What::Changes(changes) => until_interrupted(changes.run()),
        What::Files(files) => until_interrupted(files.run()),
        What::HostilePlugins(hostile) => until_interrupted(hostile.run()),
        What::Tables(tables) => until_interrupted(tables.run()),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("simulations: {failure}");
            ExitCode::from(2)
        }
    }
}

/// One thread: the load shall leave the other cores to the hub. Ctrl-C and SIGTERM drop the run, which ends the hub it
/// started.
fn until_interrupted(run: impl Future<Output = Result<bool, Failure>>) -> Result<bool, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut terminated = signal(SignalKind::terminate())?;
        tokio::select! {
            done = run => done,
            _ = terminated.recv() => Err(Failure::Interrupted),
            interrupted = tokio::signal::ctrl_c() => interrupted.map_err(Failure::from).and(Err(Failure::Interrupted)),
        }
    })
}
