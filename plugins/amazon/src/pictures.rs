//! Pictures of the organization at listings: tried first, then put, then watched until Amazon has said what it thinks.

use fashionos_plugin::{Failure, Job, Value, enqueue, files, host, json, payload, permanent, rows, time};
use serde::{Deserialize, Serialize};

use crate::api::{self, Seller};

/// How long Amazon may fetch the picture, s.
const FETCH_SECONDS: u32 = 86_400;
/// How long to wait between looks, ms, and how many looks without an objection make a picture taken.
const LOOK_MS: u64 = 60_000;
const LOOKS: u32 = 3;
/// Pictures of a listing: the main one and eight others.
const MOST_PICTURES: u32 = 9;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Export {
    asset: Named,
    product: Product,
    /// Counted from 1, the main picture.
    #[serde(default)]
    position: Option<u32>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Named {
    id: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Product {
    id: String,
    sku: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Poll {
    export: Export,
    slot: String,
    /// The key of the job that began.
    began: String,
    looks: u32,
}

/// Puts a picture to a listing, unless it is there.
pub fn publish(job: &Job) -> Result<Value, Failure> {
    let export: Export = payload(job)?;
    let position = export.position.unwrap_or(1);
    let Some(slot) = slot(position) else { return write_link(&export, Err("a listing has at most nine pictures")) };
    let links = rows::select(&format!(
        "channel_media_links?select=external_media_id,status,position&{}&{}",
        rows::is("asset_id", &export.asset.id),
        rows::is("channel_product_id", &export.product.id),
    ))?;
    if links.iter().any(|link| link["status"] == "exported" && link["external_media_id"] == slot.as_str()) {
        return Ok(json!({"slot": slot, "already": true}));
    }
    let file = files::stat(&export.asset.id)?;
    if !matches!(file.content_type.as_str(), "image/jpeg" | "image/png" | "image/gif" | "image/tiff") {
        return write_link(&export, Err("Amazon takes JPEG, PNG, GIF and TIFF pictures"));
    }
    let seller = Seller::of_connection()?;
    let Some(listing) = seller.listing(&export.product.sku)? else {
        return write_link(&export, Err("the listing does not exist at Amazon"));
    };
    let summaries = listing["summaries"].as_array().map(Vec::as_slice).unwrap_or_default();
    let summary = summaries.iter().find(|summary| summary["marketplaceId"] == seller.marketplace.as_str());
    let Some(product_type) = summary.and_then(|summary| summary["productType"].as_str()) else {
        return write_link(&export, Err("the listing has no product type in this marketplace"));
    };
    let address = files::public_url(&export.asset.id, FETCH_SECONDS)?;
    let patch = api::picture_patch(product_type, &slot, &address, &seller.marketplace);
    // The address differs with each attempt, and replacing an attribute twice does what doing it once does.
    let key = |step: &str| format!("{}:{step}:{}", job.key, job.attempt);
    let preview = seller.patch(&export.product.sku, &patch, true, &key("preview"))?;
    if let Some(reason) = refusal(&preview) {
        return write_link(&export, Err(&reason));
    }
    let put = seller.patch(&export.product.sku, &patch, false, &key("put"))?;
    if let Some(reason) = refusal(&put) {
        return write_link(&export, Err(&reason));
    }
    wait(Poll { export, slot, began: job.key.clone(), looks: 0 })
}

/// Looks whether Amazon objects to a picture that it has accepted: accepted is not yet taken.
pub fn poll(job: &Job) -> Result<Value, Failure> {
    let poll: Poll = payload(job)?;
    let seller = Seller::of_connection()?;
    match seller.listing(&poll.export.product.sku)? {
        None => write_link(&poll.export, Err("the listing does not exist at Amazon")),
        Some(listing) => match objection(&listing, &poll.slot) {
            Some(reason) => write_link(&poll.export, Err(&reason)),
            None if poll.looks >= LOOKS => write_link(&poll.export, Ok(&poll.slot)),
            None => wait(poll),
        },
    }
}

fn wait(mut poll: Poll) -> Result<Value, Failure> {
    poll.looks += 1;
    let key = format!("{}:look:{}", poll.began, poll.looks);
    let rest = serde_json::to_value(&poll).map_err(|error| permanent("payload_malformed", error.to_string()))?;
    enqueue("poll", &rest, &key, LOOK_MS)?;
    Ok(json!({"slot": poll.slot, "accepted": true}))
}

fn slot(position: u32) -> Option<String> {
    match position {
        0 | 1 => Some("main_product_image_locator".into()),
        other if other <= MOST_PICTURES => Some(format!("other_product_image_locator_{}", other - 1)),
        _ => None,
    }
}

fn refusal(answer: &Value) -> Option<String> {
    match answer["status"].as_str() {
        Some("ACCEPTED" | "VALID") => None,
        status => {
            Some(api::obstacle(answer).unwrap_or_else(|| format!("Amazon answered {}", status.unwrap_or("nothing"))))
        }
    }
}

/// The first error among the issues of a listing that is about this slot.
fn objection(listing: &Value, slot: &str) -> Option<String> {
    let issues = listing["issues"].as_array()?;
    let about = |issue: &&Value| {
        let names = issue["attributeNames"].as_array();
        issue["severity"] == "ERROR" && names.is_some_and(|names| names.iter().any(|name| name == slot))
    };
    let issue = issues.iter().find(about)?;
    api::obstacle(&json!({"issues": [issue]}))
}

fn write_link(export: &Export, outcome: Result<&str, &str>) -> Result<Value, Failure> {
    let (slot, reason) = (outcome.ok(), outcome.err());
    let row = json!({
        "asset_id": export.asset.id,
        "channel_product_id": export.product.id,
        "position": export.position,
        "external_media_id": slot,
        "status": if slot.is_some() { "exported" } else { "failed" },
        "exported_at": slot.map(|_| time::rfc3339(host::now_ms())),
        "error": reason,
    });
    rows::upsert("channel_media_links", &["asset_id", "channel_product_id"], &[row])?;
    Ok(match reason {
        None => json!({"slot": slot}),
        Some(reason) => json!({"failed": reason}),
    })
}

#[cfg(test)]
mod tests {
    use super::{json, objection, refusal, slot};

    #[test]
    fn a_listing_has_a_main_picture_and_eight_others() {
        assert_eq!(slot(1).as_deref(), Some("main_product_image_locator"));
        assert_eq!(slot(2).as_deref(), Some("other_product_image_locator_1"));
        assert_eq!(slot(9).as_deref(), Some("other_product_image_locator_8"));
        assert_eq!(slot(10), None);
    }

    #[test]
    fn only_objections_to_this_picture_count() {
        let listing = json!({"issues": [
            {"severity": "ERROR", "code": "1", "message": "no price", "attributeNames": ["purchasable_offer"]},
            {"severity": "ERROR", "code": "2", "message": "too small", "attributeNames": ["main_product_image_locator"]},
        ]});
        assert_eq!(objection(&listing, "main_product_image_locator").as_deref(), Some("2: too small"));
        assert_eq!(objection(&listing, "other_product_image_locator_1"), None);
    }

    #[test]
    fn an_answer_without_a_status_is_no_consent() {
        assert_eq!(refusal(&json!({"status": "VALID"})), None);
        assert!(refusal(&json!({"status": "INVALID"})).is_some());
        assert!(refusal(&json!({})).is_some());
    }
}
