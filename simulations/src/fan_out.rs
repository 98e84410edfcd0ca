use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::process::Stdio;
use std::rc::Rc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::try_join_all;
use hub_client::{HubError, LocalClock, RawFrame, RawSocket};
use schemas::{ClientFrame, ClientInfo, Command, DeviceProfile, Encoding, Outcome, Severity};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::task::{JoinHandle, LocalSet, spawn_local};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use crate::failure::{Failure, While};
use crate::hub_process::{EMAIL, HubProcess, PASSWORD};
use crate::latencies::Latencies;
use crate::median::median;
use crate::process_usage;
use crate::report::or_dash;
use crate::venue::Venue;

/// Sockets opened at once.
const AT_ONCE: usize = 50;
/// Before a measurement, so that connecting is over.
const SETTLE: Duration = Duration::from_secs(1);

/// What a delivery costs the hub, beside a bare loop of sends over as many sockets, in turns.
#[derive(Debug, clap::Args)]
pub struct FanOut {
    /// Subscribers of one event.
    #[arg(long, default_value_t = 1000)]
    subscribers: usize,
    /// Messages a second to each.
    #[arg(long, default_value_t = 50.0)]
    rate: f64,
    /// Seconds of one turn.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Turns of each; the medians count.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Signed-in connections, joined to nothing, whose memory is measured first; 0: none.
    #[arg(long, default_value_t = 0)]
    idle: usize,
    /// The hub program to start; without it the one beside this program.
    #[arg(long, value_name = "PATH")]
    hub_binary: Option<PathBuf>,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Report {
    subscribers: usize,
    rate: f64,
    deliveries: u64,
    /// Share of the messages that were sent and came.
    delivered: f64,
    bytes_per_delivery: f64,
    /// The hub's CPU, making the messages included, beyond what the same connections cost while nothing is sent.
    hub_us_per_delivery: f64,
    /// All of the hub's CPU meanwhile: heartbeats included, which the bare loop has none of.
    hub_gross_us_per_delivery: f64,
    bare_us_per_delivery: f64,
    hub_to_bare: f64,
    delta_p50_ms: Option<f64>,
    delta_p99_ms: Option<f64>,
    idle_connections: usize,
    idle_kb_per_connection: Option<f64>,
    hub_rss_mb: Option<f64>,
}

/// What reached all subscribers together.
#[derive(Debug, Default)]
struct Arrived {
    deliveries: Cell<u64>,
    bytes: Cell<u64>,
    latencies: RefCell<Latencies>,
}

/// The other program and its end of the conversation.
struct Bare {
    child: Child,
    ask: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl FanOut {
    /// Prints the report; `false`: not everything came.
    pub async fn run(self) -> Result<bool, Failure> {
        let report = LocalSet::new().run_until(self.measure()).await?;
        if self.json {
            println!("{}", serde_json::to_string(&report).expect("numbers"));
        } else {
            let Report { hub_us_per_delivery: hub, bare_us_per_delivery: bare, hub_to_bare, .. } = report;
            println!("Fan-out to {} subscribers at {} a second", report.subscribers, report.rate);
            let gross = report.hub_gross_us_per_delivery;
            println!("  CPU       hub {hub:.2} us a delivery ({gross:.2} with heartbeats)");
            println!("            bare sends {bare:.2} us: {hub_to_bare:.2} times");
            let (p50, p99) = (or_dash(report.delta_p50_ms, "ms"), or_dash(report.delta_p99_ms, "ms"));
            let (came, bytes) = (report.delivered * 100.0, report.bytes_per_delivery);
            println!("  arrival   {came:.2} % of {bytes:.0} bytes each, p50 {p50}, p99 {p99}");
            let (idle, rss) = (or_dash(report.idle_kb_per_connection, "KB"), or_dash(report.hub_rss_mb, "MB"));
            println!("  memory    {idle} an idle connection, {rss} resident with the subscribers");
        }
        Ok(report.delivered > 0.999)
    }

    async fn measure(&self) -> Result<Report, Failure> {
        eprintln!("starting a hub ...");
        let process = HubProcess::start(self.hub_binary.clone()).await?;
        let hub_pid = process.pid().ok_or_else(|| Failure::Unexpected("the hub has ended".into()))?;
        let venue = Venue::open(&process.url(), EMAIL, PASSWORD, 1, 1).await?;
        let token = venue.pair("Wall".into(), DeviceProfile::Wall, None).await?;
        let idle_kb_per_connection = match self.idle {
            0 => None,
            idle => Some(idle_kb(&process, hub_pid, &token, idle).await?),
        };

        eprintln!("connecting {} subscribers ...", self.subscribers);
        let arrived = Rc::new(Arrived::default());
        let mut readers = Vec::new();
        for mut socket in open(&process.url(), &token, self.subscribers).await? {
            let tables = Some(vec!["screen_messages".to_owned()]);
            let join = ClientFrame::Join { topic: venue.topic(), since: None, tables, rate: None };
            socket.send(join).await.while_doing("joining")?;
            readers.push(spawn_local(follow(socket, Rc::clone(&arrived))));
        }
        sleep(SETTLE).await;

        eprintln!("a quiet turn ...");
        let before = (process_usage::cpu_ms(hub_pid), Instant::now());
        sleep(Duration::from_secs_f64(self.seconds)).await;
        let quiet_ms_per_ms = (process_usage::cpu_ms(hub_pid) - before.0) / elapsed_ms(before.1);

        let (mut hub_us, mut gross_us, mut bare_us) = (Vec::new(), Vec::new(), Vec::new());
        let mut messages = 0;
        let mut bare = None;
        for round in 1..=self.rounds {
            eprintln!("round {round}: the hub ...");
            let before = (process_usage::cpu_ms(hub_pid), arrived.deliveries.get(), Instant::now());
            messages += self.post(&venue).await?;
            sleep(Duration::from_millis(300)).await;
            let cpu = process_usage::cpu_ms(hub_pid) - before.0;
            let us_each = 1000.0 / (arrived.deliveries.get() - before.1).max(1) as f64;
            gross_us.push(cpu * us_each);
            hub_us.push((cpu - quiet_ms_per_ms * elapsed_ms(before.2)) * us_each);

            if bare.is_none() {
                let bytes = arrived.bytes.get() / arrived.deliveries.get().max(1);
                bare = Some(Bare::start(self.subscribers, self.rate, bytes, &mut readers).await?);
            }
            if let Some(bare) = &mut bare {
                eprintln!("round {round}: bare sends ...");
                let cpu = bare.turn(self.seconds).await?;
                let sent = (self.seconds * self.rate) as u64 as f64 * self.subscribers as f64;
                bare_us.push(cpu * 1000.0 / sent);
            }
        }
        let hub_rss_mb = process_usage::rss_mb(hub_pid);
        readers.iter().for_each(JoinHandle::abort);
        drop(bare);
        process.stop().await?;

        let (hub, bare) = (median(hub_us), median(bare_us));
        let deliveries = arrived.deliveries.get();
        let latencies = arrived.latencies.borrow();
        Ok(Report {
            subscribers: self.subscribers,
            rate: self.rate,
            deliveries,
            // Messages that were committed together come as one delivery with several commits.
            delivered: latencies.count() as f64 / (messages * self.subscribers as u64).max(1) as f64,
            bytes_per_delivery: arrived.bytes.get() as f64 / deliveries.max(1) as f64,
            hub_us_per_delivery: hub,
            hub_gross_us_per_delivery: median(gross_us),
            bare_us_per_delivery: bare,
            hub_to_bare: hub / bare,
            delta_p50_ms: latencies.percentile_ms(0.5),
            delta_p99_ms: latencies.percentile_ms(0.99),
            idle_connections: self.idle,
            idle_kb_per_connection,
            hub_rss_mb,
        })
    }

    /// Posts messages for one turn and returns how many.
    async fn post(&self, venue: &Venue) -> Result<u64, Failure> {
        let messages = (self.seconds * self.rate) as u64;
        let start = Instant::now();
        let mut posting = Vec::new();
        for at in 0..messages {
            sleep_until(start + Duration::from_secs_f64(at as f64 / self.rate)).await;
            let (producer, topic) = (venue.producer.clone(), venue.topic());
            posting.push(spawn_local(async move {
                let text = format!("Message {at}");
                let command =
                    Command::PostMessage { text, severity: Severity::Info, audience: Vec::new(), expires_at: None };
                producer.send(topic, command).await
            }));
        }
        for posted in posting {
            let ack = posted.await.map_err(|error| Failure::Unexpected(error.to_string()))?;
            if let Outcome::Refused { refusal } = ack.while_doing("posting a message")?.outcome {
                return Err(Failure::Unexpected(format!("a message was refused: {}", refusal.message)));
            }
        }
        Ok(messages)
    }
}

impl Bare {
    /// Starts the program and connects the subscribers' counterparts to it.
    async fn start(
        subscribers: usize,
        rate: f64,
        bytes: u64,
        readers: &mut Vec<JoinHandle<()>>,
    ) -> Result<Self, Failure> {
        #[derive(Deserialize)]
        struct Listening {
            port: u16,
        }
        let mut child = tokio::process::Command::new(std::env::current_exe()?)
            .arg("bare-send")
            .args(["--subscribers", &subscribers.to_string()])
            .args(["--rate", &rate.to_string(), "--bytes", &bytes.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let ask = child.stdin.take().expect("piped");
        let mut answers = BufReader::new(child.stdout.take().expect("piped")).lines();
        let line = answers.next_line().await?.unwrap_or_default();
        let listening: Listening =
            serde_json::from_str(&line).map_err(|_| Failure::Unexpected("bare-send did not start".into()))?;
        for _ in 0..subscribers {
            let stream = TcpStream::connect(("127.0.0.1", listening.port)).await?;
            let config = WebSocketConfig::default().read_buffer_size(4096);
            let mut socket = WebSocketStream::from_raw_socket(stream, Role::Client, Some(config)).await;
            readers.push(spawn_local(async move { while let Some(Ok(_)) = socket.next().await {} }));
        }
        sleep(SETTLE).await;
        Ok(Self { child, ask, answers })
    }

    /// Sends for so many seconds and returns the CPU it took, ms.
    async fn turn(&mut self, seconds: f64) -> Result<f64, Failure> {
        let ended = || Failure::Unexpected("bare-send has ended".into());
        let pid = self.child.id().ok_or_else(ended)?;
        let before = process_usage::cpu_ms(pid);
        self.ask.write_all(format!("{seconds}\n").as_bytes()).await?;
        self.answers.next_line().await?.ok_or_else(ended)?;
        Ok(process_usage::cpu_ms(pid) - before)
    }
}

async fn open(url: &str, token: &str, sockets: usize) -> Result<Vec<RawSocket>, Failure> {
    let clock = LocalClock::start();
    let client = ClientInfo { name: "subscriber".into(), version: env!("CARGO_PKG_VERSION").into() };
    let mut opened = Vec::with_capacity(sockets);
    while opened.len() < sockets {
        let some = (0..AT_ONCE.min(sockets - opened.len()))
            .map(|_| RawSocket::connect(url, token, client.clone(), Encoding::MessagePack, clock));
        opened.extend(try_join_all(some).await.while_doing("connecting a subscriber")?);
    }
    Ok(opened)
}

/// Counts until the socket ends.
async fn follow(mut socket: RawSocket, arrived: Rc<Arrived>) {
    let clock = LocalClock::start();
    loop {
        match socket.next().await {
            Ok(RawFrame::Delta { commits, first_at: Some(at), bytes, .. }) => {
                arrived.deliveries.set(arrived.deliveries.get() + 1);
                arrived.bytes.set(arrived.bytes.get() + bytes as u64);
                let waited = Duration::from_secs_f64((clock.precise_ms() - at as f64).max(0.0) / 1000.0);
                let mut latencies = arrived.latencies.borrow_mut();
                (0..commits).for_each(|_| latencies.record(waited));
            }
            Ok(RawFrame::Delta { .. } | RawFrame::At { .. } | RawFrame::Other(_)) => {}
            Err(HubError::Unreachable(_)) => return,
            Err(error) => {
                eprintln!("simulations: a subscriber: {error}");
                return;
            }
        }
    }
}

/// Memory that the hub takes for each of many signed-in connections, beyond the first half of them, KB.
async fn idle_kb(process: &HubProcess, hub_pid: u32, token: &str, idle: usize) -> Result<f64, Failure> {
    eprintln!("connecting {idle} idle connections ...");
    let half = idle.div_ceil(2);
    let mut held = Vec::new();
    let mut resident = Vec::new();
    for sockets in [half, idle - half] {
        for mut socket in open(&process.url(), token, sockets).await? {
            held.push(spawn_local(async move { while socket.next().await.is_ok() {} }));
        }
        sleep(SETTLE * 2).await;
        let rss = process_usage::rss_mb(hub_pid).ok_or_else(|| Failure::Unexpected("the hub has ended".into()))?;
        resident.push(rss);
    }
    held.iter().for_each(JoinHandle::abort);
    let alive = held.len();
    drop(held);
    sleep(SETTLE).await;
    Ok((resident[1] - resident[0]) * 1024.0 / (alive - half).max(1) as f64)
}

fn elapsed_ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}
