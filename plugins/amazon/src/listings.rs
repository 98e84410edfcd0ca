//! Listings of the seller, as rows of `channel_products`.

use fashionos_plugin::{Failure, Job, Value, enqueue, fresh_id, host, json, payload, permanent, progress, rows, time};
use serde::Deserialize;

use crate::api::Seller;

/// Listings in one page, the most that Amazon gives.
const PAGE: u32 = 20;
/// Pages in one run.
const PAGES: u32 = 50;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Pull {
    cursor: Option<String>,
    walk: Option<String>,
    step: u32,
}

/// A listing as Amazon has it.
#[derive(Debug, PartialEq)]
struct Listing {
    sku: String,
    asin: Option<String>,
    title: String,
    status: &'static str,
}

/// Fetches all listings of the marketplace; the API cannot be asked for changes.
pub fn pull(job: &Job) -> Result<Value, Failure> {
    let pull: Pull = payload(job)?;
    let seller = Seller::of_connection()?;
    let (mut cursor, mut seen, mut written) = (pull.cursor, 0, 0);
    for _ in 0..PAGES {
        let page = seller.search(cursor.as_deref(), PAGE)?;
        let items = page["items"].as_array().ok_or_else(|| permanent("answer_malformed", "a page without items"))?;
        let listings: Vec<Listing> = items.iter().filter_map(|item| listing(item, &seller.marketplace)).collect();
        written += write(&seller, &listings)?;
        seen += listings.len() as u64;
        progress(seen, page["numberOfResults"].as_u64(), "listings")?;
        let next = page["pagination"]["nextToken"].as_str().map(str::to_owned);
        if next.is_some() && next == cursor {
            return Err(permanent("cursor_stuck", "Amazon gave the same page twice"));
        }
        cursor = next;
        if cursor.is_none() {
            return Ok(json!({"seen": seen, "written": written, "more": false}));
        }
    }
    let (walk, step) = (pull.walk.as_deref().unwrap_or(&job.key), pull.step + 1);
    enqueue("pull", &json!({"cursor": cursor, "walk": walk, "step": step}), &format!("{walk}:{step}"), 0)?;
    Ok(json!({"seen": seen, "written": written, "more": true}))
}

fn listing(item: &Value, marketplace: &str) -> Option<Listing> {
    let summaries = item["summaries"].as_array()?;
    let summary = summaries.iter().find(|summary| summary["marketplaceId"] == marketplace)?;
    let sku = item["sku"].as_str()?.to_owned();
    let states: Vec<&str> = summary["status"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let status = match () {
        () if states.contains(&"BUYABLE") => "active",
        () if states.contains(&"DISCOVERABLE") => "discoverable",
        () => "inactive",
    };
    let title = summary["itemName"].as_str().unwrap_or(&sku).to_owned();
    Some(Listing { asin: summary["asin"].as_str().map(str::to_owned), title, status, sku })
}

fn write(seller: &Seller, listings: &[Listing]) -> Result<usize, Failure> {
    if listings.is_empty() {
        return Ok(0);
    }
    let there = rows::select(&format!(
        "channel_products?select=id,sku,external_product_id,title,status&{}&{}",
        rows::is("connection_id", &seller.connection),
        rows::is_one_of("sku", listings.iter().map(|listing| listing.sku.as_str())),
    ))?;
    let now = time::rfc3339(host::now_ms());
    let mut changed = Vec::new();
    for listing in listings {
        let row = there.iter().find(|row| row["sku"] == listing.sku.as_str());
        if row.is_some_and(|row| is_same(row, listing)) {
            continue;
        }
        let id = match row.and_then(|row| row["id"].as_str()) {
            Some(id) => id.to_owned(),
            None => fresh_id()?,
        };
        changed.push(json!({
            "id": id,
            "connection_id": seller.connection,
            "channel": "amazon",
            "sku": listing.sku,
            "external_product_id": listing.asin,
            "title": listing.title,
            "status": listing.status,
            "synced_at": now,
        }));
    }
    rows::upsert("channel_products", &["id"], &changed)?;
    Ok(changed.len())
}

fn is_same(row: &Value, listing: &Listing) -> bool {
    row["external_product_id"].as_str() == listing.asin.as_deref()
        && row["title"] == listing.title.as_str()
        && row["status"] == listing.status
}

#[cfg(test)]
mod tests {
    use super::{is_same, json, listing};

    #[test]
    fn a_listing_is_what_it_is_in_this_marketplace() {
        let item = json!({"sku": "V-1", "summaries": [
            {"marketplaceId": "ATVPDKIKX0DER", "asin": "B0US", "itemName": "Coat US", "status": ["BUYABLE"]},
            {"marketplaceId": "A1PA6795UKMFR9", "asin": "B0DE", "itemName": "Mantel", "status": ["DISCOVERABLE"]},
        ]});
        let german = listing(&item, "A1PA6795UKMFR9").expect("a listing");
        assert_eq!(
            (german.asin.as_deref(), german.title.as_str(), german.status),
            (Some("B0DE"), "Mantel", "discoverable")
        );
        assert_eq!(listing(&item, "A1F83G8C2ARO7P"), None);
        assert!(is_same(&json!({"external_product_id": "B0DE", "title": "Mantel", "status": "discoverable"}), &german));
        assert!(!is_same(&json!({"external_product_id": null, "title": "Mantel", "status": "discoverable"}), &german));
    }
}
