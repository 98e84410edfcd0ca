//! Whether a hub stays within its vendors' limits at 95 % of them: `cargo run --release -p vendors --example limits`, half a minute. The
//! hub's own limiter, with the rates of the plugins' manifests, lets requests through to doubles that keep the published
//! rates and count what they refuse; requests are asked for at 95 % of the rate, at random moments. Shopify counts points and not requests, so the
//! built plugin itself walks a shop there, as fast as it can. Prints one line of JSON; fails if anything was throttled.

#[path = "support/organization.rs"]
mod organization;

use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use organization::{NewShop, order};
use plugin_host::package::componentize;
use plugin_host::{Broker, Host, Manifest, Rates, Settings};
use serde_json::{Value, json};
use tokio::sync::watch;
use vendors::{Amazon, Meta, Running, Shopify, Stripe};

const LOAD: f64 = 0.95;
const TIME: Duration = Duration::from_secs(25);

/// A vendor whose limit is a rate: published as so many requests a second, and so many at once.
struct Published {
    plugin: &'static str,
    per_second: f64,
    burst: f64,
    path: &'static str,
}

const PUBLISHED: [Published; 3] = [
    // Listings Items API, usage plan of each operation.
    Published { plugin: "amazon", per_second: 5.0, burst: 5.0, path: "/listings/2021-08-01/items/SELLER" },
    // A sandbox; live accounts have four times as much.
    Published { plugin: "stripe", per_second: 25.0, burst: 25.0, path: "/v1/invoices" },
    // A number that is also used in the app; others have four times as much.
    Published { plugin: "whatsapp", per_second: 20.0, burst: 20.0, path: "/v26.0/15550100/messages" },
];

fn manifest(plugin: &str) -> Manifest {
    let path = format!("{}/../../plugins/{plugin}/manifest.json", env!("CARGO_MANIFEST_DIR"));
    Manifest::parse(&std::fs::read(path).expect("its manifest")).expect("a manifest")
}

/// A moment within a second, from the last bits of randomness that a hash map takes anyway.
fn chance(number: u64) -> f64 {
    use std::hash::{BuildHasher as _, RandomState};
    (RandomState::new().hash_one(number) >> 11) as f64 / (1_u64 << 53) as f64
}

async fn keeps(rates: &Arc<Rates>, published: &Published, double: &Running) -> Value {
    double.allowance().set(published.per_second, published.burst);
    let endpoint = Arc::new(manifest(published.plugin).endpoints.into_iter().next().expect("an endpoint"));
    let client: Client<_, Empty<bytes::Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let period = 1.0 / (published.per_second * LOAD);
    let asked = (TIME.as_secs_f64() / period) as u64;
    let began = Instant::now();
    let requests = (0..asked).map(|number| {
        let (rates, endpoint, client) = (Arc::clone(rates), Arc::clone(&endpoint), client.clone());
        let url: hyper::Uri = format!("{}{}", double.url(), published.path).parse().expect("an address");
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs_f64((number as f64 + chance(number)) * period)).await;
            let due = Instant::now();
            let until = due + Duration::from_secs(60);
            // As a plugin that is told to come back does.
            while let Err(wait) = rates.wait("connection", &endpoint, 1, until).await {
                tokio::time::sleep(wait).await;
            }
            let waited = due.elapsed();
            let answer = client.get(url).await.expect("the double answers");
            answer.into_body().collect().await.expect("an answer");
            waited
        })
    });
    let requests: Vec<_> = requests.collect();
    let mut longest = Duration::ZERO;
    for request in requests {
        longest = longest.max(request.await.expect("a request"));
    }
    let (answered, throttled) = double.allowance().counted();
    json!({ "vendor": published.plugin, "published_per_second": published.per_second, "asked": asked,
            "answered_per_second": answered as f64 / began.elapsed().as_secs_f64(), "throttled": throttled,
            "longest_wait_ms": longest.as_millis() as u64 })
}

/// The plugin takes a shop in again and again, and comes back when it said that it would.
async fn walks() -> Value {
    const PRODUCTS: u64 = 2_000;
    let shop = Shopify::start().await;
    for id in 1..=PRODUCTS {
        shop.put_product(id, &format!("Coat {id}"), "ACTIVE");
    }
    let routes = shop.routes().join(",").parse().expect("routes");
    let host = Host::new(&Settings { sandboxes: 4, cache: None }, Arc::new(Broker::new(routes))).expect("an engine");
    let module =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../plugins/target/wasm32-unknown-unknown/release/shopify.wasm");
    let module = std::fs::read(module).expect("`plugins/build` makes it");
    let plugin = host.load(&componentize(&module).expect("a component")).await.expect("a plugin");
    let (began, mut runs, mut waits) = (Instant::now(), 0_u64, 0_u64);
    while began.elapsed() < TIME {
        let (_keep, stop) = watch::channel(false);
        let client = plugin_host::Client {
            services: Arc::new(NewShop(shop.token())),
            connection: "connection".into(),
            stop,
            record: false,
        };
        let ended = host.run(&plugin, order(&format!("pull-{runs}"), "connection"), client).await;
        runs += 1;
        let wait = match ended.outcome {
            // What it said of the next page: a job that follows, not at once.
            Ok(_) => ended.staged.jobs.iter().map(|job| job.after_ms).max().unwrap_or(0),
            Err(plugin_host::End::Failure(plugin_host::contract::Failure::RetryAfter(retry))) => retry.after_ms,
            Err(other) => panic!("the run ended with {other}"),
        };
        waits += u64::from(wait > 0);
        tokio::time::sleep(Duration::from_millis(wait)).await;
    }
    json!({ "vendor": "shopify", "published_points_per_second": 100, "runs": runs, "waits": waits, "throttled": shop.throttled() })
}

#[tokio::main]
async fn main() {
    let rates = Arc::new(Rates::default());
    let (amazon, stripe, meta) = (Amazon::start().await, Stripe::start().await, Meta::start().await);
    let doubles = [&amazon.running, &stripe.running, &meta.running];
    let (a, b, c, d) = tokio::join!(
        keeps(&rates, &PUBLISHED[0], doubles[0]),
        keeps(&rates, &PUBLISHED[1], doubles[1]),
        keeps(&rates, &PUBLISHED[2], doubles[2]),
        walks(),
    );
    let vendors = [a, b, c, d];
    let throttled: u64 = vendors.iter().filter_map(|vendor| vendor["throttled"].as_u64()).sum();
    println!("{}", json!({ "load": LOAD, "seconds": TIME.as_secs(), "vendors": vendors, "throttled": throttled }));
    assert_eq!(throttled, 0, "a vendor had to refuse");
}
