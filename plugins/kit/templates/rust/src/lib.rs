//! Fetches products from a vendor, page by page, and keeps them in step.

use fashionos_plugin::{Failure, Job, Plugin, Request, Value, json, kv, permanent, progress, rows};
use serde::Deserialize;

struct Sample;

/// What the vendor says of a product.
#[derive(Deserialize)]
struct Product {
    sku: String,
    title: String,
}

/// A page of them.
#[derive(Deserialize)]
struct Page {
    products: Vec<Product>,
    next: Option<String>,
}

impl Plugin for Sample {
    const MANIFEST: &'static str = include_str!("../manifest.json");

    fn run(job: &Job) -> Result<Value, Failure> {
        match job.name.as_str() {
            "check" => {
                page("1")?;
                Ok(json!({ "connected": true }))
            }
            "pull" => pull(),
            other => Err(permanent("job_unknown", format!("this plugin knows no job `{other}`"))),
        }
    }
}

fashionos_plugin::plugin!(Sample);

/// The token is added by the hub, after it has seen that the address is one of the manifest.
fn page(cursor: &str) -> Result<Page, Failure> {
    let answer = Request::get(format!("https://api.example.com/v1/products?page={cursor}")).bearer("token").read()?;
    read(&answer.ok()?)
}

fn read(value: &Value) -> Result<Page, Failure> {
    Page::deserialize(value).map_err(|error| permanent("answer_unexpected", error.to_string()))
}

/// Goes on where the last run ended. Rows and cursor become true together, when this run ends well.
fn pull() -> Result<Value, Failure> {
    let mut cursor = kv::get("cursor").and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_else(|| "1".to_owned());
    let mut seen = 0;
    loop {
        let page = page(&cursor)?;
        let products: Vec<Value> =
            page.products.iter().map(|product| json!({ "sku": product.sku, "title": product.title })).collect();
        seen += products.len();
        rows::upsert("products", &["organization_id", "sku"], &products)?;
        progress(seen as u64, None, "products")?;
        match page.next {
            Some(next) => cursor = next,
            None => break,
        }
    }
    kv::put("cursor", cursor.as_bytes())?;
    Ok(json!({ "seen": seen }))
}
