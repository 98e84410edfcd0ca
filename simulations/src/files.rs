mod plain;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::stream;
use http_body_util::{BodyExt, Full, StreamBody, combinators::BoxBody};
use hub_client::Api;
use hyper::body::Frame;
use hyper::client::conn::http1::handshake;
use hyper::{Method, Request, Response, StatusCode, header};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use tokio::net::TcpStream;

use crate::failure::{Failure, While};
use crate::hub_process::{EMAIL, HubProcess, PASSWORD};
use crate::median::median;
use crate::process_usage;
use crate::report::or_dash;

/// What is sent at once.
const PIECE: usize = 256 * 1024;

/// Upload and download of one large file, beside a plain copy of as many bytes through a socket.
#[derive(Debug, clap::Args)]
pub struct Files {
    /// MiB of the file.
    #[arg(long, default_value_t = 1024)]
    megabytes: usize,
    /// Turns of each; the medians count.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// The hub program to start; without it the one beside this program.
    #[arg(long, value_name = "PATH")]
    hub_binary: Option<PathBuf>,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Report {
    megabytes: usize,
    /// MiB a second, medians of the turns. Both make the bytes durable.
    upload: f64,
    plain_upload: f64,
    upload_to_plain: f64,
    download: f64,
    plain_download: f64,
    download_to_plain: f64,
    /// The most memory that the hub had, beyond what it had before the first byte, MB.
    hub_more_mb: Option<f64>,
    hub_peak_mb: Option<f64>,
    /// Downloads that were not as many bytes as were uploaded.
    wrong: u64,
}

type Body = BoxBody<Bytes, std::convert::Infallible>;

impl Files {
    /// Prints the report; `false`: a file came back otherwise.
    pub async fn run(self) -> Result<bool, Failure> {
        let report = self.measure().await?;
        if self.json {
            println!("{}", serde_json::to_string(&report).expect("numbers"));
        } else {
            println!("A file of {} MiB, MiB a second", report.megabytes);
            let Report { upload, plain_upload, upload_to_plain, .. } = report;
            println!("  upload    {upload:.0}, plain {plain_upload:.0}: {upload_to_plain:.2} times");
            let Report { download, plain_download, download_to_plain, .. } = report;
            println!("  download  {download:.0}, plain {plain_download:.0}: {download_to_plain:.2} times");
            let (more, peak) = (or_dash(report.hub_more_mb, "MB"), or_dash(report.hub_peak_mb, "MB"));
            println!("  memory    {more} more than before, {peak} at most");
        }
        Ok(report.wrong == 0)
    }

    async fn measure(&self) -> Result<Report, Failure> {
        eprintln!("starting a hub ...");
        let process = HubProcess::start(self.hub_binary.clone()).await?;
        let api = Api::new(&process.url()).while_doing("connecting")?;
        let token = api.sign_in(EMAIL, PASSWORD).await.while_doing("signing in")?.access_token;
        let hub = HubFiles { address: process.url().trim_start_matches("http://").to_owned(), token };
        hub.make_bucket().await?;
        let pid = process.pid().ok_or_else(|| Failure::Unexpected("the hub has ended".into()))?;
        let before = process_usage::rss_mb(pid);
        let plain = plain::Plain::start(process.folder())?;
        let piece = Bytes::from((0..PIECE).map(|_| fastrand::u8(..)).collect::<Vec<u8>>());
        let pieces = self.megabytes * 1024 * 1024 / PIECE;
        let (mut up, mut plain_up, mut down, mut plain_down) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut wrong = 0;
        for round in 1..=self.rounds {
            eprintln!("round {round} ...");
            up.push(self.speed(hub.upload(round, &piece, pieces).await?));
            plain_up.push(self.speed(plain.upload(&piece, pieces).await?));
            let (took, bytes) = hub.download(round).await?;
            wrong += u64::from(bytes != (pieces * PIECE) as u64);
            down.push(self.speed(took));
            plain_down.push(self.speed(plain.download().await?));
        }
        let peak = process_usage::peak_rss_mb(pid);
        process.stop().await?;
        let (upload, plain_upload) = (median(up), median(plain_up));
        let (download, plain_download) = (median(down), median(plain_down));
        Ok(Report {
            megabytes: self.megabytes,
            upload,
            plain_upload,
            upload_to_plain: upload / plain_upload,
            download,
            plain_download,
            download_to_plain: download / plain_download,
            hub_more_mb: peak.zip(before).map(|(peak, before)| peak - before),
            hub_peak_mb: peak,
            wrong,
        })
    }

    fn speed(&self, took: Duration) -> f64 {
        self.megabytes as f64 / took.as_secs_f64()
    }
}

struct HubFiles {
    address: String,
    token: String,
}

impl HubFiles {
    async fn make_bucket(&self) -> Result<(), Failure> {
        let body = Full::from(r#"{"id":"large","name":"large","public":false}"#).boxed();
        let answer = self.ask(Method::POST, "/storage/v1/bucket", "application/json", body).await?;
        expect(answer).await.map(drop)
    }

    async fn upload(&self, round: usize, piece: &Bytes, pieces: usize) -> Result<Duration, Failure> {
        let began = Instant::now();
        let frames = stream::iter(vec![piece.clone(); pieces].into_iter().map(|piece| Ok(Frame::data(piece))));
        let body = BodyExt::boxed(StreamBody::new(frames));
        let path = format!("/storage/v1/object/large/film-{round}.bin");
        let answer = self.ask(Method::POST, &path, "application/octet-stream", body).await?;
        expect(answer).await?;
        Ok(began.elapsed())
    }

    async fn download(&self, round: usize) -> Result<(Duration, u64), Failure> {
        let began = Instant::now();
        let path = format!("/storage/v1/object/large/film-{round}.bin");
        let answer = self.ask(Method::GET, &path, "application/octet-stream", Full::default().boxed()).await?;
        if answer.status() != StatusCode::OK {
            let said = expect(answer).await?;
            return Err(Failure::Unexpected(format!("{path}: {}", String::from_utf8_lossy(&said))));
        }
        let mut body = answer.into_body();
        let mut bytes = 0;
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| Failure::Unexpected(error.to_string()))?;
            bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
        }
        Ok((began.elapsed(), bytes))
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        media_type: &str,
        body: Body,
    ) -> Result<Response<hyper::body::Incoming>, Failure> {
        let broken = |error: hyper::Error| Failure::Unexpected(format!("{path}: {error}"));
        let stream = TcpStream::connect(&self.address).await?;
        stream.set_nodelay(true)?;
        let (mut connection, driver) = handshake(TokioIo::new(stream)).await.map_err(broken)?;
        tokio::spawn(driver);
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, &self.address)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, media_type)
            .body(body)
            .map_err(|error| Failure::Unexpected(error.to_string()))?;
        connection.send_request(request).await.map_err(broken)
    }
}

/// The body of a success.
async fn expect(answer: Response<hyper::body::Incoming>) -> Result<Bytes, Failure> {
    let status = answer.status();
    let body = answer.into_body().collect().await.map_err(|error| Failure::Unexpected(error.to_string()))?.to_bytes();
    match status.is_success() {
        true => Ok(body),
        false => Err(Failure::Unexpected(format!("{status}: {}", String::from_utf8_lossy(&body)))),
    }
}
