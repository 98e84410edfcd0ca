//! Products of the shop, as rows of `channel_products`.

use std::collections::BTreeMap;

use fashionos_plugin::{
    Failure, Job, Value, connection, enqueue, fresh_id, host, json, kv, payload, permanent, progress, rows, time,
};
use serde::Deserialize;

use crate::graphql::{self, Reply};

/// Products in one page, and what a page costs: 2 for the connection and 1 for each product.
const PAGE: u32 = 100;
const PAGE_POINTS: u32 = PAGE + 2;
/// Pages in one run; the rest goes to a run of its own, so that what is fetched is soon there for all.
const PAGES: u64 = 20;
/// Until when everything was fetched, in the connection's store.
const FETCHED_UNTIL: &str = "fetched_until";

const PRODUCTS: &str = "query Products($first: Int!, $after: String, $query: String) {
  products(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    pageInfo { hasNextPage endCursor }
    nodes { id title handle status updatedAt }
  }
}";
const PRODUCT: &str = "query Product($id: ID!) { product(id: $id) { id title handle status updatedAt } }";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Pull {
    cursor: Option<String>,
    /// The filter of the walk that this run goes on with.
    filter: Option<String>,
    /// The key of the walk's first job, and how many jobs it took so far.
    walk: Option<String>,
    step: u64,
    /// Whether to fetch everything, not only what changed.
    full: bool,
}

/// A product as the shop has it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Product {
    id: String,
    title: String,
    handle: String,
    status: String,
    updated_at: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    page_info: PageInfo,
    nodes: Vec<Product>,
}

/// Fetches what changed since the last walk, page by page, and goes on in another run when the shop's allowance is used up.
pub fn pull(job: &Job) -> Result<Value, Failure> {
    let pull: Pull = payload(job)?;
    let connection = connection()?.id;
    let filter = match pull.filter {
        Some(filter) => Some(filter),
        None if pull.full => None,
        None => kv::get(FETCHED_UNTIL).and_then(|bytes| String::from_utf8(bytes).ok()).map(|at| changed_since(&at)),
    };
    let (mut cursor, mut seen, mut written) = (pull.cursor, 0, 0);
    for page_number in 1.. {
        let variables = json!({"first": PAGE, "after": cursor, "query": filter});
        let Reply { mut data, allowance } = graphql::read(PRODUCTS, variables, PAGE_POINTS)?;
        let page: Page = serde_json::from_value(data["products"].take())
            .map_err(|error| permanent("answer_malformed", error.to_string()))?;
        written += write(&connection, &page.nodes)?;
        seen += page.nodes.len() as u64;
        progress(seen, None, "products")?;
        if let Some(newest) = page.nodes.iter().map(|product| product.updated_at.as_str()).max() {
            kv::put(FETCHED_UNTIL, newest.as_bytes())?;
        }
        let next = page.page_info.end_cursor.filter(|_| page.page_info.has_next_page);
        // A shop that answers the same cursor for ever would be walked for ever.
        if next.is_some() && next == cursor {
            return Err(permanent("cursor_stuck", "the shop gave the same cursor twice"));
        }
        let Some(next) = next else { break };
        let wait_ms = allowance.map_or(0, |allowance| allowance.wait_ms(PAGE_POINTS));
        if wait_ms > 0 || page_number >= PAGES {
            let (walk, step) = (pull.walk.as_deref().unwrap_or(&job.key), pull.step + 1);
            let rest = json!({"cursor": next, "filter": filter, "walk": walk, "step": step, "full": pull.full});
            enqueue("pull", &rest, &format!("{walk}:{step}"), wait_ms)?;
            return Ok(json!({"seen": seen, "written": written, "more": true}));
        }
        cursor = Some(next);
    }
    Ok(json!({"seen": seen, "written": written, "more": false}))
}

/// Asks the shop for the product that a notice names: notices come late and out of order, the shop knows the truth.
pub fn webhook(job: &Job) -> Result<Value, Failure> {
    #[derive(Deserialize)]
    struct Notice {
        topic: Option<String>,
    }
    let topic = payload::<Notice>(job)?.topic.unwrap_or_default();
    if !topic.starts_with("products/") {
        return Ok(json!({"ignored": topic}));
    }
    let id = named_product(&job.body).ok_or_else(|| permanent("body_malformed", "the notice names no product"))?;
    let connection = connection()?.id;
    let mut data = graphql::read(PRODUCT, json!({"id": id}), 1)?.data;
    if data["product"].is_null() {
        let filter = format!("{}&{}", rows::is("connection_id", &connection), rows::is("external_product_id", &id));
        rows::delete("channel_products", &filter)?;
        return Ok(json!({"deleted": id}));
    }
    let product: Product = serde_json::from_value(data["product"].take())
        .map_err(|error| permanent("answer_malformed", error.to_string()))?;
    let written = write(&connection, &[product])?;
    Ok(json!({"product": id, "written": written}))
}

/// Writes the products that differ from their rows; answers how many.
fn write(connection: &str, products: &[Product]) -> Result<usize, Failure> {
    if products.is_empty() {
        return Ok(0);
    }
    let there = rows::select(&format!(
        "channel_products?select=id,external_product_id,title,handle,status&{}&{}",
        rows::is("connection_id", connection),
        rows::is_one_of("external_product_id", products.iter().map(|product| product.id.as_str())),
    ))?;
    let there: BTreeMap<&str, &Value> =
        there.iter().filter_map(|row| Some((row["external_product_id"].as_str()?, row))).collect();
    let now = time::rfc3339(host::now_ms());
    let mut changed = Vec::new();
    for product in products {
        let row = there.get(product.id.as_str());
        if row.is_some_and(|row| is_same(row, product)) {
            continue;
        }
        let id = match row.and_then(|row| row["id"].as_str()) {
            Some(id) => id.to_owned(),
            None => fresh_id()?,
        };
        changed.push(json!({
            "id": id,
            "connection_id": connection,
            "channel": "shopify",
            "external_product_id": product.id,
            "title": product.title,
            "handle": product.handle,
            "status": status(product),
            "synced_at": now,
        }));
    }
    rows::upsert("channel_products", &["id"], &changed)?;
    Ok(changed.len())
}

fn is_same(row: &Value, product: &Product) -> bool {
    row["title"] == product.title.as_str()
        && row["handle"] == product.handle.as_str()
        && row["status"] == status(product).as_str()
}

fn status(product: &Product) -> String {
    product.status.to_ascii_lowercase()
}

fn changed_since(at: &str) -> String {
    format!("updated_at:>='{at}'")
}

fn named_product(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    match body["admin_graphql_api_id"].as_str() {
        Some(id) if id.starts_with("gid://shopify/Product/") => Some(id.to_owned()),
        _ => body["id"].as_u64().map(|id| format!("gid://shopify/Product/{id}")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Product, is_same, json, named_product};

    fn product() -> Product {
        serde_json::from_value(
            json!({"id": "gid://shopify/Product/1", "title": "Coat", "handle": "coat", "status": "ACTIVE",
            "updatedAt": "2026-11-01T10:00:00Z", "vendor": "Vale"}),
        )
        .expect("a product")
    }

    #[test]
    fn a_product_is_written_when_it_differs() {
        let row = json!({"title": "Coat", "handle": "coat", "status": "active"});
        assert!(is_same(&row, &product()));
        for column in ["title", "handle", "status"] {
            let mut other = row.clone();
            other[column] = json!(null);
            assert!(!is_same(&other, &product()), "{column}");
        }
    }

    #[test]
    fn a_notice_names_its_product_in_one_of_two_ways() {
        let id = Some("gid://shopify/Product/7".to_owned());
        assert_eq!(named_product(br#"{"id":7,"admin_graphql_api_id":"gid://shopify/Product/7"}"#), id);
        assert_eq!(named_product(br#"{"id":7}"#), id);
        assert_eq!(named_product(br#"{"id":7,"admin_graphql_api_id":"gid://shopify/Order/9"}"#), id);
        assert_eq!(named_product(b"[]"), None);
    }
}
