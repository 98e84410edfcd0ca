mod subscriber;

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::try_join_all;
use hub_client::Api;
use rustix::process::{Resource, getrlimit, setrlimit};
use schemas::DeviceProfile;
use serde::Serialize;
use tokio::task::LocalSet;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_postgres::NoTls;

use self::subscriber::{Heard, follow, open};
use crate::failure::{Failure, While};
use crate::hub_process::{EMAIL, HubProcess, PASSWORD};
use crate::process_usage;
use crate::report::or_dash;
use crate::venue::Venue;

/// Sockets opened at once.
const AT_ONCE: usize = 20;
/// Before a measurement, so that connecting is over.
const SETTLE: Duration = Duration::from_secs(1);
/// After how long without any change those that are missing are taken for lost.
const LATE: Duration = Duration::from_secs(5);
/// Files that are open beside the sockets.
const OTHER_FILES: u64 = 256;

/// How long a row that is committed with SQL takes to subscribers by table, and what telling them costs.
#[derive(Debug, clap::Args)]
pub struct Changes {
    /// Subscribers, stage by stage; those of a stage stay for the next.
    #[arg(long, value_delimiter = ',', default_values_t = [10, 100, 1000, 10_000])]
    subscribers: Vec<usize>,
    /// Audiences that each see what their own rights let them: a person who sees the table, and devices that see an event's rows.
    #[arg(long, default_value_t = 10)]
    classes: usize,
    /// Commits a second.
    #[arg(long, default_value_t = 20.0)]
    rate: f64,
    /// Changes told a second at most, to all subscribers together: with more of them, there are fewer commits. What is asked is what a
    /// commit costs, and not how much a machine can send.
    #[arg(long, default_value_t = 20_000.0)]
    deliveries: f64,
    /// Seconds of one stage.
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// The hub program to start; without it the one beside this program.
    #[arg(long, value_name = "PATH")]
    hub_binary: Option<PathBuf>,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Report {
    classes: usize,
    rate: f64,
    stages: Vec<Stage>,
}

#[derive(Debug, Serialize)]
struct Stage {
    subscribers: usize,
    /// Commits a second.
    rate: f64,
    commits: u64,
    deliveries: u64,
    /// Changes that were not told to somebody who sees them.
    missing: u64,
    /// From the moment the statement was sent to the change at the client.
    p50_ms: Option<f64>,
    p99_ms: Option<f64>,
    /// From the moment the database said that it is committed; 0 when the change was there before.
    after_commit_p50_ms: Option<f64>,
    after_commit_p99_ms: Option<f64>,
    hub_ms_per_commit: f64,
    /// Asking who sees what, and the statement itself.
    postgres_ms_per_commit: f64,
    hub_us_per_delivery: f64,
    hub_rss_mb: Option<f64>,
}

impl Changes {
    /// Prints the report; `false`: a change was not told.
    pub async fn run(self) -> Result<bool, Failure> {
        let most = self.subscribers.iter().max().copied().unwrap_or(0) as u64;
        allow_files(most + OTHER_FILES)?;
        let report = LocalSet::new().run_until(self.measure()).await?;
        if self.json {
            println!("{}", serde_json::to_string(&report).expect("numbers"));
        } else {
            println!("Changes by table, {} audiences", report.classes);
            for stage in &report.stages {
                println!(
                    "  {} subscribers, {} commits a second: {} changes told, {} missing",
                    stage.subscribers, stage.rate, stage.deliveries, stage.missing
                );
                let (p50, p99) = (or_dash(stage.p50_ms, "ms"), or_dash(stage.p99_ms, "ms"));
                println!("    from the statement  p50 {p50}, p99 {p99}");
                let (p50, p99) = (or_dash(stage.after_commit_p50_ms, "ms"), or_dash(stage.after_commit_p99_ms, "ms"));
                println!("    from the commit     p50 {p50}, p99 {p99}");
                println!(
                    "    CPU of a commit     hub {:.2} ms, Postgres {:.2} ms; of a delivery {:.1} us of the hub's",
                    stage.hub_ms_per_commit, stage.postgres_ms_per_commit, stage.hub_us_per_delivery
                );
            }
        }
        Ok(report.stages.iter().all(|stage| stage.missing == 0))
    }

    async fn measure(&self) -> Result<Report, Failure> {
        eprintln!("starting a hub ...");
        let process = HubProcess::start(self.hub_binary.clone()).await?;
        let venue = Venue::open(&process.url(), EMAIL, PASSWORD, 1, 1).await?;
        let nobody = Api::new(&process.url()).while_doing("connecting")?;
        let login = nobody.sign_in(EMAIL, PASSWORD).await.while_doing("signing in")?;
        let mut tokens = vec![login.access_token];
        for at in 1..self.classes {
            tokens.push(venue.pair(format!("Wall {at}"), DeviceProfile::Wall, None).await?);
        }
        let organization = login.organization.map(|organization| organization.id);
        let organization = organization.ok_or_else(|| Failure::Unexpected("a login without organization".into()))?;

        let broken = |error: tokio_postgres::Error| Failure::Unexpected(format!("the database: {error}"));
        let database = process.database()?.config();
        let (sql, connection) = database.connect(NoTls).await.map_err(broken)?;
        tokio::spawn(connection);
        let insert = sql
            .prepare(
                "insert into event_alerts (organization_id, event_id, kind, severity, message, source)
                 values ($1, $2, 'manual', 'info', $3, 'system')",
            )
            .await
            .map_err(broken)?;

        let heard = Rc::new(RefCell::new(Heard::default()));
        let mut connected = 0;
        let mut stages = Vec::new();
        for &subscribers in &self.subscribers {
            eprintln!("{subscribers} subscribers ...");
            while connected < subscribers {
                let url = process.url();
                let some =
                    (connected..subscribers.min(connected + AT_ONCE)).map(|at| open(&url, &tokens[at % tokens.len()]));
                for socket in try_join_all(some).await? {
                    tokio::task::spawn_local(follow(socket, Rc::clone(&heard)));
                    connected += 1;
                }
            }
            sleep(SETTLE).await;
            heard.borrow_mut().begin();
            let hub_pid = process.pid().ok_or_else(|| Failure::Unexpected("the hub has ended".into()))?;
            let (hub, both) = (process_usage::cpu_ms(hub_pid), process.cpu_ms());
            let rate = self.rate.min(self.deliveries / connected.max(1) as f64);
            let commits = (self.seconds * rate).ceil() as u64;
            let start = Instant::now();
            for at in 0..commits {
                sleep_until(start + Duration::from_secs_f64(at as f64 / rate)).await;
                let message = heard.borrow_mut().sent();
                sql.execute(&insert, &[&organization, &venue.event, &message]).await.map_err(broken)?;
                heard.borrow_mut().committed();
            }
            let wanted = commits * connected as u64;
            let (mut until, mut before) = (Instant::now() + LATE, heard.borrow().deliveries);
            while before < wanted && Instant::now() < until {
                sleep(Duration::from_millis(20)).await;
                let now = heard.borrow().deliveries;
                if now > before {
                    (until, before) = (Instant::now() + LATE, now);
                }
            }
            let hub = process_usage::cpu_ms(hub_pid) - hub;
            let postgres = process.cpu_ms() - both - hub;
            let heard = heard.borrow();
            stages.push(Stage {
                subscribers: connected,
                rate,
                commits,
                deliveries: heard.deliveries,
                missing: wanted.saturating_sub(heard.deliveries),
                p50_ms: heard.from_statement.percentile_ms(0.5),
                p99_ms: heard.from_statement.percentile_ms(0.99),
                after_commit_p50_ms: heard.since_commit().percentile_ms(0.5),
                after_commit_p99_ms: heard.since_commit().percentile_ms(0.99),
                hub_ms_per_commit: hub / commits as f64,
                postgres_ms_per_commit: postgres / commits as f64,
                hub_us_per_delivery: hub * 1000.0 / heard.deliveries.max(1) as f64,
                hub_rss_mb: process_usage::rss_mb(hub_pid),
            });
        }
        process.stop().await?;
        Ok(Report { classes: self.classes, rate: self.rate, stages })
    }
}

/// Lets this program, and the hub that it starts, have so many files open: every socket is one.
fn allow_files(wanted: u64) -> Result<(), Failure> {
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= wanted) {
        return Ok(());
    }
    if limit.maximum.is_some_and(|most| most < wanted) {
        let most = limit.maximum.unwrap_or_default();
        return Err(Failure::Unexpected(format!(
            "{wanted} open files are needed and {most} are allowed; raise the limit (ulimit -Hn) or name fewer --subscribers"
        )));
    }
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).map_err(|error| Failure::Unexpected(format!("the limit of open files: {error}")))
}
