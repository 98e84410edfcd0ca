mod attack;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

use futures_util::future::join_all;
use hub_client::Api;
use schemas::DeviceProfile;
use serde::Serialize;
use tokio::task::{LocalSet, spawn_local};

use crate::failure::{Failure, While};
use crate::hub_process::{EMAIL, HubProcess, PASSWORD};
use crate::latencies::Latencies;
use crate::median::median;
use crate::plan::Step;
use crate::report::or_dash;
use crate::tablet::{Doors, Tablet};
use crate::venue::{self, Venue};
use attack::Attack;

/// What scans cost while plugins of one organization compute without end, eat memory and flood whatever they can.
#[derive(Debug, clap::Args)]
pub struct HostilePlugins {
    /// Check-in tablets.
    #[arg(long, default_value_t = 8)]
    tablets: usize,
    /// Scans a second over all tablets.
    #[arg(long, default_value_t = 100.0)]
    rate: f64,
    /// Seconds of one turn.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Turns of each, with and without; the medians count.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// The hub program to start; without it the one beside this program.
    #[arg(long, value_name = "PATH")]
    hub_binary: Option<PathBuf>,
    /// The plugin that does what its job says, compiled (`make plugins`).
    #[arg(long, value_name = "PATH", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../plugins/target/wasm32-unknown-unknown/release/probe.wasm"))]
    probe: PathBuf,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

/// Latencies from the moment a scan was meant to happen to its verdict, ms; medians of the turns.
#[derive(Debug, Serialize)]
struct Report {
    tablets: usize,
    rate: f64,
    alone_p50_ms: f64,
    alone_p99_ms: f64,
    beside_p50_ms: f64,
    beside_p99_ms: f64,
    /// `beside_p99_ms` to `alone_p99_ms`.
    p99_ratio: f64,
    scans: u64,
    /// Scans without a verdict.
    errors: u64,
    /// Runs of plugins that were ended, by the reason.
    ended: BTreeMap<String, u64>,
}

impl HostilePlugins {
    /// Prints the report; `false`: a scan had no verdict, or no plugin was ended.
    pub async fn run(self) -> Result<bool, Failure> {
        let report = LocalSet::new().run_until(self.measure()).await?;
        if self.json {
            println!("{}", serde_json::to_string(&report).expect("numbers and names"));
        } else {
            print(&report);
        }
        Ok(report.errors == 0 && !report.ended.is_empty())
    }

    async fn measure(&self) -> Result<Report, Failure> {
        eprintln!("starting a hub ...");
        let process = HubProcess::start(self.hub_binary.clone()).await?;
        let guests = (self.rate * self.seconds) as usize * 2 * self.rounds;
        eprintln!("inviting {guests} guests ...");
        let mut venue = Venue::open(&process.url(), EMAIL, PASSWORD, guests, 1).await?;
        venue.fill(guests, 1).await?;
        let api = Api::new(&process.url()).while_doing("connecting")?;
        let login = api.sign_in(EMAIL, PASSWORD).await.while_doing("signing in")?;
        let attack = Attack::prepare(&process, &self.probe, &login.access_token).await?;
        let mut guests = 0..guests;
        let (mut alone, mut beside, mut scans, mut errors) = (Vec::new(), Vec::new(), 0, 0);
        for round in 1..=self.rounds {
            eprintln!("round {round} of {}, alone ...", self.rounds);
            let quiet = self.turn(&venue, &mut guests).await?;
            eprintln!("round {round} of {}, beside hostile plugins ...", self.rounds);
            let began = attack.begin().await?;
            let loud = self.turn(&venue, &mut guests).await?;
            attack.end(began).await?;
            for turn in [&quiet, &loud] {
                scans += turn.latencies.count();
                errors += turn.errors;
            }
            alone.push(quiet.latencies);
            beside.push(loud.latencies);
        }
        let ended = attack.ended().await?;
        process.stop().await?;
        let of = |turns: &[Latencies], share: f64| {
            median(turns.iter().map(|turn| turn.percentile_ms(share).unwrap_or(f64::NAN)).collect())
        };
        let (alone_p99_ms, beside_p99_ms) = (of(&alone, 0.99), of(&beside, 0.99));
        Ok(Report {
            tablets: self.tablets,
            rate: self.rate,
            alone_p50_ms: of(&alone, 0.5),
            alone_p99_ms,
            beside_p50_ms: of(&beside, 0.5),
            beside_p99_ms,
            p99_ratio: beside_p99_ms / alone_p99_ms,
            scans,
            errors,
            ended,
        })
    }

    /// The next guests come, each once, for as long as a turn lasts.
    async fn turn(&self, venue: &Venue, guests: &mut std::ops::Range<usize>) -> Result<Turn, Failure> {
        let steps: Vec<Step> = guests.by_ref().take((self.rate * self.seconds) as usize).map(Step::First).collect();
        let begun = steps.len() as u64;
        let mut tablets = Vec::new();
        let gate = venue.gates.first().copied();
        let token = venue.pair("Tablet".into(), DeviceProfile::Scan, gate).await?;
        for _ in 0..self.tablets {
            let hub = venue::connect(&venue.url, &token, "tablet").await.while_doing("connecting a tablet")?;
            tablets.push(Tablet::new(hub, venue.topic()));
        }
        let doors = Rc::new(Doors::open(steps, venue.codes.clone(), Some(self.rate), None));
        join_all(tablets.into_iter().map(|tablet| spawn_local(tablet.work(Rc::clone(&doors))))).await;
        let heard = doors.heard.take();
        if let Some(error) = &heard.first_error {
            eprintln!("{error}");
        }
        Ok(Turn { errors: begun - heard.latencies.count(), latencies: heard.latencies })
    }
}

struct Turn {
    latencies: Latencies,
    errors: u64,
}

fn print(report: &Report) {
    println!("Scans beside hostile plugins, {} tablets, {} scans a second", report.tablets, report.rate);
    let line = |name: &str, p50: f64, p99: f64| {
        println!("  {name}  p50 {}, p99 {}", or_dash(Some(p50), "ms"), or_dash(Some(p99), "ms"));
    };
    line("alone ", report.alone_p50_ms, report.alone_p99_ms);
    line("beside", report.beside_p50_ms, report.beside_p99_ms);
    println!("  p99       {:.2} times", report.p99_ratio);
    println!("  scans     {} ({} without a verdict)", report.scans, report.errors);
    for (reason, runs) in &report.ended {
        println!("  ended     {runs} runs: {reason}");
    }
}
