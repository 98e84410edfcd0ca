mod peer;
mod requests;

use std::path::PathBuf;
use std::time::Duration;

use hub_client::Api;
use serde::Serialize;

use self::peer::Peer;
use self::requests::Requests;
use crate::failure::{Failure, While};
use crate::hub_process::{EMAIL, HubProcess, PASSWORD};
use crate::latencies::Latencies;
use crate::median::median;
use crate::report::or_dash;

/// Products of one brand: what the filtered list chooses its page from.
const PER_BRAND: u32 = 500;
/// Rows of a page.
const PAGE: u32 = 50;

/// Requests of tables over HTTP, beside pgbench with the same statements over as many connections; lists from a large table.
#[derive(Debug, clap::Args)]
pub struct Tables {
    /// Connections of each.
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// Rows of the table.
    #[arg(long, default_value_t = 1_000_000)]
    rows: u32,
    /// Seconds of one turn.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
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
    connections: usize,
    rows: u32,
    /// One row by its key.
    select: Compared,
    /// One row made, with its journal.
    insert: Compared,
    /// 50 rows of those of one brand, newest first, with the brand's name, one request at a time.
    list_by_brand: List,
    /// 50 rows by words, with the brand's name.
    list_by_words: List,
    /// 50 rows after a key, of one status, with the brand's name.
    list_by_key: List,
    /// Answers that were no success, or held other than the rows asked for.
    errors: u64,
}

/// Requests and transactions a second, medians of the turns.
#[derive(Debug, Serialize)]
struct Compared {
    rest_per_second: f64,
    rest_p50_ms: Option<f64>,
    rest_p99_ms: Option<f64>,
    /// The same statement in a transaction that states who acts first, under the same row security.
    pgbench_per_second: f64,
    /// The statement alone, prepared, by somebody whom no rules bind.
    pgbench_bare_per_second: f64,
    rest_to_pgbench: f64,
    rest_to_pgbench_bare: f64,
}

#[derive(Debug, Serialize)]
struct List {
    requests: u64,
    p50_ms: Option<f64>,
    p99_ms: Option<f64>,
}

impl Tables {
    /// Prints the report; `false`: an answer was wrong.
    pub async fn run(self) -> Result<bool, Failure> {
        let report = self.measure().await?;
        if self.json {
            println!("{}", serde_json::to_string(&report).expect("numbers"));
        } else {
            print(&report);
        }
        Ok(report.errors == 0)
    }

    async fn measure(&self) -> Result<Report, Failure> {
        eprintln!("starting a hub ...");
        let process = HubProcess::start(self.hub_binary.clone()).await?;
        let api = Api::new(&process.url()).while_doing("connecting")?;
        let login = api.sign_in(EMAIL, PASSWORD).await.while_doing("signing in")?;
        let organization = login.organization.as_ref().map(|organization| organization.id);
        let organization = organization.ok_or_else(|| Failure::Unexpected("a login without organization".into()))?;
        let peer = Peer::new(process.database()?, organization, login.user.id, self.rows);
        eprintln!("making {} products ...", self.rows);
        peer.fill(PER_BRAND).await?;

        let mut requests = Requests::new(&process.url(), &login.access_token, self.rows);
        let turn = Duration::from_secs(self.seconds);
        eprintln!("one row by its key ...");
        let select = self.compare(&peer, &mut requests, Statement::Select, turn).await?;
        eprintln!("one row made ...");
        let insert = self.compare(&peer, &mut requests, Statement::Insert, turn).await?;
        eprintln!("lists of {PAGE} ...");
        let brands = self.rows.div_ceil(PER_BRAND);
        let list_by_brand = list(requests.lists(turn, |random| {
            let brand = peer::brand(random.u32(1..=brands));
            format!("brand_id=eq.{brand}&status=eq.active&order=created_at.desc")
        }))
        .await?;
        let rows = self.rows;
        let list_by_words = list(requests.lists(turn, |random| {
            format!("search=wfts(simple).dress%20style{}&order=id", random.u32(1..=rows.div_ceil(PER_BRAND)))
        }))
        .await?;
        let list_by_key = list(requests.lists(turn, |random| {
            let after = peer::product(random.u32(1..=rows - PAGE * 4));
            format!("id=gt.{after}&status=eq.active&order=id")
        }))
        .await?;
        let errors = requests.errors;
        process.stop().await?;
        Ok(Report {
            connections: self.connections,
            rows: self.rows,
            select,
            insert,
            list_by_brand,
            list_by_words,
            list_by_key,
            errors,
        })
    }

    /// In turns, so that a machine that grows slower grows slower for all.
    async fn compare(
        &self,
        peer: &Peer,
        requests: &mut Requests,
        statement: Statement,
        turn: Duration,
    ) -> Result<Compared, Failure> {
        let (mut rest, mut lawful, mut bare) = (Vec::new(), Vec::new(), Vec::new());
        let mut latencies = Latencies::default();
        for _ in 0..self.rounds {
            let these = match statement {
                Statement::Select => requests.selects(self.connections, turn).await?,
                Statement::Insert => requests.inserts(self.connections, turn).await?,
            };
            rest.push(these.count() as f64 / turn.as_secs_f64());
            latencies.merge(&these);
            lawful.push(peer.pgbench(statement, true, self.connections, turn).await?);
            bare.push(peer.pgbench(statement, false, self.connections, turn).await?);
        }
        let (rest, lawful, bare) = (median(rest), median(lawful), median(bare));
        Ok(Compared {
            rest_per_second: rest,
            rest_p50_ms: latencies.percentile_ms(0.5),
            rest_p99_ms: latencies.percentile_ms(0.99),
            pgbench_per_second: lawful,
            pgbench_bare_per_second: bare,
            rest_to_pgbench: rest / lawful,
            rest_to_pgbench_bare: rest / bare,
        })
    }
}

/// What is asked of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Statement {
    Select,
    Insert,
}

async fn list(asking: impl Future<Output = Result<Latencies, Failure>>) -> Result<List, Failure> {
    let latencies = asking.await?;
    Ok(List {
        requests: latencies.count(),
        p50_ms: latencies.percentile_ms(0.5),
        p99_ms: latencies.percentile_ms(0.99),
    })
}

fn print(report: &Report) {
    println!("Tables over HTTP, {} rows, {} connections", report.rows, report.connections);
    for (what, compared) in [("select", &report.select), ("insert", &report.insert)] {
        let (p50, p99) = (or_dash(compared.rest_p50_ms, "ms"), or_dash(compared.rest_p99_ms, "ms"));
        println!("  {what}    {:.0} a second, p50 {p50}, p99 {p99}", compared.rest_per_second);
        let (lawful, ratio) = (compared.pgbench_per_second, compared.rest_to_pgbench);
        println!("            pgbench, same rights {lawful:.0}: {ratio:.2} times");
        let (bare, ratio) = (compared.pgbench_bare_per_second, compared.rest_to_pgbench_bare);
        println!("            pgbench, no rules    {bare:.0}: {ratio:.2} times");
    }
    let lists = [("brand", &report.list_by_brand), ("words", &report.list_by_words), ("key", &report.list_by_key)];
    for (what, list) in lists {
        let (p50, p99) = (or_dash(list.p50_ms, "ms"), or_dash(list.p99_ms, "ms"));
        println!("  list of {PAGE} by {what:<6} p50 {p50}, p99 {p99} ({} requests)", list.requests);
    }
    println!("  errors    {}", report.errors);
}
