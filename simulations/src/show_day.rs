use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use hub_client::{Api, JoinOptions, LocalClock};
use schemas::DeviceProfile;
use tokio::sync::{Mutex, oneshot};
use tokio::task::{JoinHandle, LocalSet, spawn_local};
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

use crate::caller::{self, Cues};
use crate::convergence;
use crate::crashes::{self, Crashes};
use crate::failure::{Failure, While};
use crate::hub_process::{EMAIL, HubProcess, PASSWORD};
use crate::latencies::Latencies;
use crate::ledger::{self, Findings, Ledger};
use crate::plan;
use crate::process_usage;
use crate::report::{Report, violations};
use crate::screen::{self, Screen, Seen};
use crate::tablet::{Doors, Tablet};
use crate::venue::{self, Venue};

/// Without a verdict for so long, the scans that are left count as errors.
const SILENCE: Duration = Duration::from_secs(60);
/// Unmerged, every commit goes to every screen: then only one in so many keeps rows, the others count.
const KEEPERS: usize = 10;
/// A hub lets one address try thirty codes at once, then one every two seconds: beyond so many
/// paired devices, several connections share one.
const SCANNERS: usize = 16;
const WALLS: usize = 8;

/// Tablets scan guests, a caller runs the show, screens follow; then the ledger is checked.
#[derive(Debug, clap::Args)]
pub struct ShowDay {
    /// Check-in tablets.
    #[arg(long, default_value_t = 32)]
    tablets: usize,
    /// Guests, each of whom comes once.
    #[arg(long, default_value_t = 5000)]
    guests: usize,
    /// Wall screens.
    #[arg(long, default_value_t = 200)]
    screens: usize,
    /// Most updates a second that a screen asks for; 0: every commit.
    #[arg(long, default_value_t = 10.0)]
    screen_rate: f32,
    /// Scans a second over all tablets, whether the hub keeps up or not; without it a tablet scans when it is free.
    #[arg(long)]
    rate: Option<f64>,
    /// Stop scanning after so many seconds, or when all guests have come.
    #[arg(long)]
    seconds: Option<f64>,
    /// The evening: the same seed is the same guests and scans.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Kill -9 the hub and its Postgres in turn, every so many seconds.
    #[arg(long, value_name = "SECONDS", conflicts_with = "hub")]
    kill_every: Option<f64>,
    /// A running hub to drive; without it one is started, with its own database.
    #[arg(long, value_name = "URL", requires_all = ["email", "password"])]
    hub: Option<String>,
    /// A producer's account of that hub.
    #[arg(long)]
    email: Option<String>,
    /// Its password.
    #[arg(long)]
    password: Option<String>,
    /// The hub program to start; without it the one beside this program.
    #[arg(long, value_name = "PATH")]
    hub_binary: Option<PathBuf>,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

/// Everybody who is there before the first guest.
struct Cast {
    tablets: Vec<Tablet>,
    screens: Vec<Screen>,
    /// What reached each screen, those that only count included.
    seen: Vec<Rc<RefCell<Seen>>>,
    wall_token: String,
    caller: hub_client::Hub,
}

impl ShowDay {
    /// Prints the report; `false`: an invariant is violated.
    pub async fn run(self) -> Result<bool, Failure> {
        let report = LocalSet::new().run_until(self.evening()).await?;
        if self.json {
            println!("{}", serde_json::to_string(&report).expect("numbers and texts"));
        } else {
            println!("{report}");
        }
        Ok(report.holds())
    }

    async fn evening(&self) -> Result<Report, Failure> {
        if let (Some(url), Some(email), Some(password)) = (&self.hub, &self.email, &self.password) {
            return self.evening_on(url, email, password, None).await;
        }
        eprintln!("starting a hub ...");
        let process = HubProcess::start(self.hub_binary.clone()).await?;
        let url = process.url();
        let process = Rc::new(Mutex::new(process));
        let report = self.evening_on(&url, EMAIL, PASSWORD, Some(Rc::clone(&process))).await?;
        if let Some(process) = Rc::into_inner(process) {
            process.into_inner().stop().await?;
        }
        Ok(report)
    }

    async fn evening_on(
        &self,
        url: &str,
        email: &str,
        password: &str,
        process: Option<Rc<Mutex<HubProcess>>>,
    ) -> Result<Report, Failure> {
        eprintln!("inviting {} guests ...", self.guests);
        let mut venue = Venue::open(url, email, password, self.guests, self.seed).await?;
        venue.fill(self.guests, self.seed).await?;
        eprintln!("connecting {} tablets, {} screens and the caller ...", self.tablets, self.screens);
        let Cast { tablets, screens, seen, wall_token, caller } = self.cast(&venue).await?;
        let topic = venue.topic();

        let cues = Rc::new(RefCell::new(Cues::default()));
        let calling = spawn_local(caller::call(caller, topic, seen.clone(), Rc::clone(&cues)));
        let (stop, stopped) = oneshot::channel();
        let striking = match (&process, self.kill_every) {
            (Some(process), Some(every)) => {
                let every = Duration::from_secs_f64(every);
                let api = Api::new(url).while_doing("connecting")?;
                Some(spawn_local(crashes::strike(Rc::clone(process), api, every, stopped)))
            }
            _ => None,
        };

        eprintln!("the doors are open");
        let cpu_before = cpu_ms(process.as_deref()).await;
        let deliveries_before = deliveries(&seen);
        let steps = plan::evening(self.guests, self.seed);
        let doors = Rc::new(Doors::open(steps, venue.codes.clone(), self.rate, self.seconds));
        let working: Vec<JoinHandle<()>> =
            tablets.into_iter().map(|tablet| spawn_local(tablet.work(Rc::clone(&doors)))).collect();
        let ended = finish(working, &doors).await;
        let crashes = match striking {
            Some(striking) => {
                // It may be restarting what it killed last.
                stop.send(()).ok();
                striking.await.map_err(|error| Failure::Unexpected(error.to_string()))??
            }
            None => Crashes::default(),
        };
        let cpu = cpu_ms(process.as_deref()).await.zip(cpu_before).map(|(after, before)| after - before);
        let delivered = deliveries(&seen) - deliveries_before;
        let hub_rss_mb = match &process {
            Some(process) => process.lock().await.pid().and_then(process_usage::rss_mb),
            None => None,
        };
        calling.abort();
        // Aborted or not, it is not waited for any more.
        calling.await.ok();

        eprintln!("checking the ledger ...");
        let (diverged, how) =
            convergence::diverged(url, &wall_token, topic, &screens).await.while_doing("comparing screens")?;
        let counting = &seen[screens.len()..];
        let last = screens.iter().map(|screen| screen.room.state().cursor().seq).max().unwrap_or(0);
        let torn = counting.iter().filter(|seen| seen.borrow().gaps > 0 || seen.borrow().position() < last).count();
        cues.borrow_mut().measure(&seen, Instant::now());
        let findings = check_ledger(&venue, &doors).await?;

        let heard = doors.heard.borrow();
        let cues = cues.borrow();
        let seconds = (ended - doors.opened()).as_secs_f64();
        let scans = heard.acknowledged.len() as u64;
        let mut deltas = Latencies::default();
        seen.iter().for_each(|seen| deltas.merge(&seen.borrow().latencies));
        let Findings { double_admissions, lost_scans, turned_away, wrong_counters } = findings;
        let mut report = Report {
            seed: self.seed,
            tablets: self.tablets,
            guests: self.guests,
            screens: self.screens,
            rate: self.rate,
            seconds,
            scans,
            scans_per_second: scans as f64 / seconds,
            verdict_p50_ms: heard.latencies.percentile_ms(0.5),
            verdict_p99_ms: heard.latencies.percentile_ms(0.99),
            cpu_ms_per_scan: cpu.map(|cpu| cpu / scans.max(1) as f64),
            deliveries: delivered,
            deliveries_per_second: delivered as f64 / seconds,
            delta_p99_ms: deltas.percentile_ms(0.99),
            cues: cues.called,
            cue_p99_ms: cues.latencies.percentile_ms(0.99),
            hub_rss_mb,
            hub_crashes: crashes.hub,
            postgres_crashes: crashes.postgres,
            unhealed_crashes: crashes.unhealed,
            double_admissions,
            lost_scans,
            turned_away,
            wrong_counters,
            diverged_clients: diverged + torn as u64,
            errors: heard.begun - scans + cues.errors,
            violations: Vec::new(),
        };
        let notes = [&heard.first_error, &cues.first_error, &how].into_iter().flatten().cloned();
        report.violations = violations(&report, notes);
        Ok(report)
    }

    async fn cast(&self, venue: &Venue) -> Result<Cast, Failure> {
        let (url, topic) = (venue.url.as_str(), venue.topic());
        let mut scanners = Vec::new();
        for at in 0..self.tablets.min(SCANNERS) {
            let gate: Option<Uuid> = (!venue.gates.is_empty()).then(|| venue.gates[at % venue.gates.len()]);
            scanners.push(venue.pair(format!("Tablet {}", at + 1), DeviceProfile::Scan, gate).await?);
        }
        let mut tablets = Vec::new();
        for at in 0..self.tablets {
            let hub = venue::connect(url, &scanners[at % scanners.len()], "tablet").await;
            tablets.push(Tablet::new(hub.while_doing("connecting a tablet")?, topic));
        }
        let mut walls = Vec::new();
        for at in 0..self.screens.clamp(1, WALLS) {
            walls.push(venue.pair(format!("Wall {}", at + 1), DeviceProfile::Wall, None).await?);
        }
        let clock = LocalClock::start();
        let rate = (self.screen_rate > 0.0).then_some(self.screen_rate);
        let mut opening = Vec::new();
        let mut counting = Vec::new();
        for at in 0..self.screens {
            let token = walls[at % walls.len()].clone();
            if at % KEEPERS == 0 {
                opening.push(async move {
                    let hub = venue::connect(url, &token, "wall").await?;
                    Screen::open(hub, topic, rate, clock).await
                });
            } else {
                let seen = Rc::new(RefCell::new(Seen::default()));
                spawn_local(screen::count(url.to_owned(), token, topic, rate, clock, Rc::clone(&seen)));
                counting.push(seen);
            }
        }
        let screens = try_join_all(opening).await.while_doing("opening a screen")?;
        while !counting.iter().all(|seen| seen.borrow().joined()) {
            sleep(Duration::from_millis(50)).await;
        }
        let token = venue.pair("Caller".into(), DeviceProfile::Caller, None).await?;
        let caller = venue::connect(url, &token, "caller").await.while_doing("connecting the caller")?;
        let seen = screens.iter().map(|screen| Rc::clone(&screen.seen)).chain(counting).collect();
        Ok(Cast { tablets, screens, seen, wall_token: walls.swap_remove(0), caller })
    }
}

/// Waits for the tablets; returns when the last verdict came.
async fn finish(working: Vec<JoinHandle<()>>, doors: &Doors) -> Instant {
    let handles: Vec<_> = working.iter().map(JoinHandle::abort_handle).collect();
    let mut all = std::pin::pin!(join_all(working));
    let heard_last = || doors.heard.borrow().last.unwrap_or(doors.opened());
    while timeout(Duration::from_secs(1), &mut all).await.is_err() {
        if heard_last().elapsed() > SILENCE {
            handles.iter().for_each(tokio::task::AbortHandle::abort);
        }
    }
    heard_last()
}

async fn check_ledger(venue: &Venue, doors: &Doors) -> Result<Findings, Failure> {
    let room = venue.join(JoinOptions::tables(ledger::TABLES)).await?;
    let ledger = Ledger::from_state(&room.state()).map_err(Failure::Unexpected)?;
    Ok(ledger.check(&doors.heard.borrow().acknowledged))
}

async fn cpu_ms(process: Option<&Mutex<HubProcess>>) -> Option<f64> {
    Some(process?.lock().await.cpu_ms())
}

fn deliveries(seen: &[Rc<RefCell<Seen>>]) -> u64 {
    seen.iter().map(|seen| seen.borrow().deliveries).sum()
}
