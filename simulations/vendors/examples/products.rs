//! How many products of a shop one core takes in: `cargo run --release -p vendors --example products`. The built Shopify plugin walks the
//! double's products, each run in a fresh sandbox, over real sockets. The hub's part (sandboxes, broker, HTTP client) is one thread,
//! whose processor time is counted; the double runs on another. Prints one line of JSON.

#[path = "support/organization.rs"]
mod organization;

use std::sync::Arc;
use std::sync::mpsc;
use std::time::Instant;

use organization::{NewShop, order};
use plugin_host::package::componentize;
use plugin_host::{Broker, Client, Host, Settings};
use rustix::time::{ClockId, clock_gettime};
use tokio::sync::watch;
use vendors::Shopify;

/// As many as the plugin takes in one run.
const PRODUCTS: u64 = 2_000;
const RUNS: usize = 40;

/// What this thread has computed, seconds.
fn computed() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// The double, on a thread of its own for as long as the process lives: its routes and its token.
fn shop() -> (String, &'static str) {
    let (ready, is_ready) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let shop = Shopify::start().await;
            shop.set_allowance(1e12, 1e12);
            for id in 1..=PRODUCTS {
                shop.put_product(id, &format!("Coat {id}"), "ACTIVE");
            }
            ready.send((shop.routes().join(","), shop.token())).expect("somebody waits");
            std::future::pending::<()>().await;
        });
    });
    is_ready.recv().expect("the double starts")
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (routes, token) = shop();
    let host =
        Host::new(&Settings { sandboxes: 4, cache: None }, Arc::new(Broker::new(routes.parse().expect("routes"))))
            .expect("an engine");
    let module =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../plugins/target/wasm32-unknown-unknown/release/shopify.wasm");
    let module = std::fs::read(module).expect("`plugins/build` makes it");
    let plugin = host.load(&componentize(&module).expect("a component")).await.expect("a plugin");

    let (mut seen, mut in_sandbox_us, mut pages) = (0, 0, 0);
    let (mut began, mut before) = (Instant::now(), computed());
    for run in 0..RUNS + 2 {
        if run == 2 {
            // The first two open the connection and fill the caches.
            (seen, in_sandbox_us, pages) = (0, 0, 0);
            (began, before) = (Instant::now(), computed());
        }
        let (_keep, stop) = watch::channel(false);
        // Another connection each time: the rate that the manifest declares is not what is measured.
        let connection = format!("connection-{run}");
        let order = order(&format!("pull-{run}"), &connection);
        let client = Client { services: Arc::new(NewShop(token)), connection, stop, record: false };
        let ended = host.run(&plugin, order, client).await;
        let result = ended.outcome.expect("the run ends well");
        let result: serde_json::Value = serde_json::from_str(&result).expect("JSON");
        seen += result["seen"].as_u64().expect("a number");
        in_sandbox_us += ended.used.compute_us;
        pages += PRODUCTS / 100;
    }
    let cpu = computed() - before;
    println!(
        "{}",
        serde_json::json!({
            "runs": RUNS, "products": seen, "pages": pages,
            "products_per_core_second": (seen as f64 / cpu).round(),
            "cpu_us_per_page": cpu * 1e6 / pages as f64,
            "of_that_in_the_sandbox_us": in_sandbox_us as f64 / pages as f64,
            "wall_seconds": began.elapsed().as_secs_f64(),
        })
    );
}
