use std::path::PathBuf;
use std::time::{Duration, Instant};

use domain::documents::{Dialect, Document, Message, Reply};
use domain::shot_list::{Sheet, read};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use hub_client::Api;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::{LocalSet, spawn_local};
use tokio::time::{sleep, sleep_until, timeout};
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{WebSocketStream, client_async};
use uuid::Uuid;
use yrs::{Map as _, Out};

use crate::failure::{Failure, While};
use crate::hub_process::{EMAIL, HubProcess, PASSWORD};
use crate::latencies::Latencies;
use crate::process_usage;
use crate::report::or_dash;

/// Rows of one request.
const ROWS: usize = 200;
/// How long the last edits have to arrive.
const QUIET_WITHIN: Duration = Duration::from_secs(20);

/// Editors change one shot list at once, each its own rows; afterwards all replicas are compared, and the rows.
#[derive(Debug, clap::Args)]
pub struct CoEdit {
    /// Editors of one list.
    #[arg(long, default_value_t = 20)]
    editors: usize,
    /// Edits a second of each.
    #[arg(long, default_value_t = 20.0)]
    rate: f64,
    /// Shots of the list.
    #[arg(long, default_value_t = 200)]
    shots: usize,
    /// How long, seconds.
    #[arg(long, default_value_t = 15.0)]
    seconds: f64,
    /// A hub that runs already, with `--email` and `--password`; without it one is started.
    #[arg(long, value_name = "URL")]
    hub: Option<String>,
    /// The account of `--hub`.
    #[arg(long, default_value = EMAIL)]
    email: String,
    /// Its password.
    #[arg(long, default_value = PASSWORD)]
    password: String,
    /// The hub program to start; without it the one beside this program.
    #[arg(long, value_name = "PATH")]
    hub_binary: Option<PathBuf>,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Report {
    editors: usize,
    rate: f64,
    shots: usize,
    edits: u64,
    deliveries: u64,
    deliveries_per_second: f64,
    propagation_p50_ms: Option<f64>,
    propagation_p99_ms: Option<f64>,
    /// The hub and its Postgres.
    cpu_us_per_delivery: Option<f64>,
    /// Edits that an editor made and another never got.
    lost_edits: u64,
    /// Replicas that do not say what the first one says, and the rows if they do not.
    diverged_clients: usize,
    hub_rss_mb: Option<f64>,
}

type Socket = WebSocketStream<TcpStream>;

/// A replica with its connection.
struct Editor {
    number: usize,
    document: Document,
    mine: Vec<String>,
    edits: u64,
    received: u64,
    latencies: Latencies,
}

impl CoEdit {
    /// Runs it; whether nothing was lost.
    pub async fn run(self) -> Result<bool, Failure> {
        let report = LocalSet::new().run_until(self.measure()).await?;
        if self.json {
            println!("{}", json!(report));
        } else {
            println!("{} editors, {} edits a second each, {} shots", report.editors, report.rate, report.shots);
            println!("  delivered {} ({:.0} a second)", report.deliveries, report.deliveries_per_second);
            let (p50, p99) = (or_dash(report.propagation_p50_ms, " ms"), or_dash(report.propagation_p99_ms, " ms"));
            println!("  to others {p50}, {p99} at the 99th percentile");
            println!("  CPU       {} a delivery", or_dash(report.cpu_us_per_delivery, " us"));
            println!("  memory    {}", or_dash(report.hub_rss_mb, " MB"));
            println!("  lost {}, diverged {}", report.lost_edits, report.diverged_clients);
        }
        Ok(report.lost_edits == 0 && report.diverged_clients == 0)
    }

    async fn measure(&self) -> Result<Report, Failure> {
        let process = match &self.hub {
            Some(_) => None,
            None => Some(HubProcess::start(self.hub_binary.clone()).await?),
        };
        let url = self.hub.clone().unwrap_or_else(|| process.as_ref().map(HubProcess::url).unwrap_or_default());
        let api = Api::new(&url).while_doing("reading the address")?;
        let login = api.sign_in(&self.email, &self.password).await.while_doing("signing in")?;
        let desk = Desk {
            address: url.trim_start_matches("http://").trim_end_matches('/').to_owned(),
            token: login.access_token,
        };
        let (list, rows) = desk.make_list(self.shots).await?;
        let started = Instant::now();
        let begin = started + Duration::from_secs_f64(1.0 + self.editors as f64 * 0.02);
        let mut running = Vec::new();
        for number in 0..self.editors {
            let socket = desk.open(list).await?;
            let mine = rows.iter().skip(number).step_by(self.editors).cloned().collect();
            let editor = Editor {
                number,
                document: Document::new(1_000 + u32::try_from(number).unwrap_or(0)),
                mine,
                edits: 0,
                received: 0,
                latencies: Latencies::default(),
            };
            let pace = (begin, self.rate, Duration::from_secs_f64(self.seconds), self.editors);
            running.push(spawn_local(editor.work(socket, started, pace)));
        }
        sleep_until(begin.into()).await;
        let cpu = process.as_ref().map(HubProcess::cpu_ms);
        sleep(Duration::from_secs_f64(self.seconds)).await;
        let cpu = cpu.zip(process.as_ref()).map(|(before, process)| process.cpu_ms() - before);
        let hub_rss_mb = process.as_ref().and_then(HubProcess::pid).and_then(process_usage::rss_mb);
        let mut editors = Vec::new();
        for editor in running {
            editors.push(editor.await.map_err(|error| Failure::Unexpected(error.to_string()))??);
        }
        let edits: u64 = editors.iter().map(|editor| editor.edits).sum();
        let deliveries: u64 = editors.iter().map(|editor| editor.received).sum();
        let expected = edits * (self.editors as u64 - 1);
        let mut latencies = Latencies::default();
        editors.iter().for_each(|editor| latencies.merge(&editor.latencies));
        let sheets: Vec<Sheet> = editors.iter().map(|editor| read(&editor.document).0.as_tables()).collect();
        let mut diverged_clients = sheets.iter().filter(|sheet| **sheet != sheets[0]).count();
        let end = Instant::now() + QUIET_WITHIN;
        while !desk.rows_say(list, &sheets[0]).await? {
            if Instant::now() > end {
                diverged_clients += 1;
                break;
            }
            sleep(Duration::from_millis(100)).await;
        }
        if let Some(process) = process {
            process.stop().await?;
        }
        Ok(Report {
            editors: self.editors,
            rate: self.rate,
            shots: self.shots,
            edits,
            deliveries,
            deliveries_per_second: deliveries as f64 / self.seconds,
            propagation_p50_ms: latencies.percentile_ms(0.5),
            propagation_p99_ms: latencies.percentile_ms(0.99),
            cpu_us_per_delivery: cpu.map(|ms| ms * 1000.0 / deliveries.max(1) as f64),
            lost_edits: expected.saturating_sub(deliveries),
            diverged_clients,
            hub_rss_mb,
        })
    }
}

impl Editor {
    /// Edits its own rows at its pace and takes what the others do, until all have stopped and nothing comes any more.
    async fn work(
        mut self,
        socket: Socket,
        epoch: Instant,
        (begin, rate, length, editors): (Instant, f64, Duration, usize),
    ) -> Result<Self, Failure> {
        let (mut sink, mut stream): (SplitSink<_, _>, SplitStream<_>) = socket.split();
        say(&mut sink, Reply::Step1(&self.document.state_vector())).await?;
        while read(&self.document).0.shots.is_empty() {
            self.take(&mut sink, stream.next().await, epoch).await?;
        }
        let every = Duration::from_secs_f64(1.0 / rate);
        let mut next = begin + every.mul_f64(self.number as f64 / editors as f64);
        let end = begin + length;
        loop {
            tokio::select! {
                frame = stream.next() => self.take(&mut sink, frame, epoch).await?,
                () = sleep_until(next.into()), if next < end => {
                    next += every;
                    let update = self.edit(epoch);
                    say(&mut sink, Reply::Update(&update)).await?;
                }
                () = sleep_until((end + Duration::from_secs(1)).into()) => break,
            }
        }
        while let Ok(frame) = timeout(Duration::from_secs(2), stream.next()).await {
            self.take(&mut sink, frame, epoch).await?;
        }
        Ok(self)
    }

    fn edit(&mut self, epoch: Instant) -> Vec<u8> {
        let row = &self.mine[usize::try_from(self.edits).unwrap_or(0) % self.mine.len().max(1)];
        let text = format!("{} {} {}", self.number, self.edits, epoch.elapsed().as_micros());
        self.edits += 1;
        let changed = self.document.change(|maps, transaction| {
            if let Some(Out::YMap(shot)) = maps.shots.get(transaction, row) {
                shot.insert(transaction, "description", text);
            }
        });
        changed.map(|(update, _)| update).unwrap_or_default()
    }

    async fn take(
        &mut self,
        sink: &mut SplitSink<Socket, Frame>,
        frame: Option<Result<Frame, tokio_tungstenite::tungstenite::Error>>,
        epoch: Instant,
    ) -> Result<(), Failure> {
        let frame = match frame {
            Some(Ok(Frame::Binary(frame))) => frame,
            Some(Ok(Frame::Close(close))) => return Err(Failure::Unexpected(format!("the hub closed: {close:?}"))),
            Some(Ok(_)) => return Ok(()),
            other => return Err(Failure::Unexpected(format!("the connection ended: {other:?}"))),
        };
        let unexpected = |error: &dyn std::fmt::Display| Failure::Unexpected(format!("a frame of the hub: {error}"));
        match Message::plain(&frame).map_err(|error| unexpected(&error))? {
            Message::Step1(state_vector) => {
                let lacking = self.document.since(state_vector).map_err(|error| unexpected(&error))?;
                say(sink, Reply::Step2(&lacking)).await?;
            }
            Message::Step2(update) => {
                self.document.apply(update).map_err(|error| unexpected(&error))?;
            }
            Message::Update(update) => {
                let applied = self.document.apply(update).map_err(|error| unexpected(&error))?;
                self.received += 1;
                for row in &applied.touched.shots {
                    if let Some(made) = self.made(row) {
                        self.latencies.record(epoch.elapsed().saturating_sub(made));
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// When the words of a row were written.
    fn made(&self, row: &str) -> Option<Duration> {
        self.document.read(|maps, transaction| {
            let Some(Out::YMap(shot)) = maps.shots.get(transaction, row) else { return None };
            let text = shot.get(transaction, "description")?.to_string(transaction);
            Some(Duration::from_micros(text.rsplit(' ').next()?.parse().ok()?))
        })
    }
}

async fn say(sink: &mut SplitSink<Socket, Frame>, reply: Reply<'_>) -> Result<(), Failure> {
    let frame = Dialect::Plain.frame(reply).unwrap_or_default();
    sink.send(Frame::Binary(frame.into())).await.map_err(|error| Failure::Unexpected(error.to_string()))
}

/// The hub's front doors, as a producer.
struct Desk {
    address: String,
    token: String,
}

impl Desk {
    /// A list with so many shots, and their ids.
    async fn make_list(&self, shots: usize) -> Result<(Uuid, Vec<String>), Failure> {
        let project = self.insert("projects", &json!({ "title": "Lookbook", "type": "shoot" })).await?;
        let shoot = self.insert("shoots", &json!({ "project_id": project, "title": "Day one" })).await?;
        let list = self.insert("shot_lists", &json!({ "shoot_id": shoot, "title": "Shots" })).await?;
        let ids: Vec<String> = (0..shots).map(|_| Uuid::now_v7().to_string()).collect();
        for (part, ids) in ids.chunks(ROWS).enumerate() {
            let rows: Vec<Value> = ids
                .iter()
                .enumerate()
                .map(|(at, id)| json!({ "id": id, "shot_list_id": list, "rank": format!("b{:05}", part * ROWS + at) }))
                .collect();
            self.insert("shots", &Value::from(rows)).await?;
        }
        Ok((list, ids))
    }

    async fn insert(&self, table: &str, rows: &Value) -> Result<Uuid, Failure> {
        let answer = self.ask("POST", &format!("/rest/v1/{table}?select=id"), &rows.to_string()).await?;
        let id = answer[0]["id"].as_str().and_then(|id| id.parse().ok());
        id.ok_or_else(|| Failure::Unexpected(format!("{table}: {answer}")))
    }

    async fn rows_say(&self, list: Uuid, sheet: &Sheet) -> Result<bool, Failure> {
        let mut rows = Vec::new();
        loop {
            let path = format!(
                "/rest/v1/shots?shot_list_id=eq.{list}&select=id,description&order=id&limit=1000&offset={}",
                rows.len()
            );
            let Value::Array(page) = self.ask("GET", &path, "").await? else { return Ok(false) };
            let is_last = page.len() < 1000;
            rows.extend(page);
            if is_last {
                break;
            }
        }
        let says = |row: &Value| {
            let id: Option<Uuid> = row["id"].as_str().and_then(|id| id.parse().ok());
            id.and_then(|id| sheet.shots.get(&id)).is_some_and(|shot| shot.cells["description"] == row["description"])
        };
        Ok(rows.len() == sheet.shots.len() && rows.iter().all(says))
    }

    async fn ask(&self, method: &str, path: &str, body: &str) -> Result<Value, Failure> {
        let mut stream = TcpStream::connect(&self.address).await?;
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nConnection: close\r\nAccept-Encoding: identity\r\n\
             Prefer: return=representation\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            self.token,
            body.len()
        );
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        let text = String::from_utf8_lossy(&answer);
        let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        serde_json::from_str(body).map_err(|_| Failure::Unexpected(format!("{method} {path}: {text}")))
    }

    async fn open(&self, list: Uuid) -> Result<Socket, Failure> {
        let unexpected = |error: tokio_tungstenite::tungstenite::Error| Failure::Unexpected(error.to_string());
        let mut request = format!("ws://{}/v1/docs/{list}", self.address).into_client_request().map_err(unexpected)?;
        let protocols = format!("hub.docs.v1, bearer.{}", self.token);
        let protocols = protocols.parse().map_err(|_| Failure::Unexpected("the token is no header".into()))?;
        request.headers_mut().insert("sec-websocket-protocol", protocols);
        let stream = TcpStream::connect(&self.address).await?;
        stream.set_nodelay(true)?;
        Ok(client_async(request, stream).await.map_err(unexpected)?.0)
    }
}
