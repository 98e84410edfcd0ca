//! WhatsApp's Cloud API: messages, the limit for one recipient, and the 24 hours in which anything may be said.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::meta::{Double, error};
use crate::{Delivery, Meta};

/// What the double knows of recipients and messages.
#[derive(Debug, Default)]
pub struct Phones {
    /// Recipients who have not written within 24 hours.
    silent: BTreeSet<String>,
    /// How many of the next messages to one recipient come too fast.
    too_fast: u32,
    /// From the sender's reference to the message's id.
    sent: BTreeMap<String, String>,
    given: u64,
}

impl Meta {
    /// This recipient has not written for 24 hours: only templates are taken.
    pub fn silence(&self, number: &str) {
        self.phones.lock().expect("the phones").silent.insert(number.into());
    }

    /// The next so many messages come too fast for their recipient.
    pub fn limit_recipients(&self, times: u32) {
        self.phones.lock().expect("the phones").too_fast = times;
    }

    /// The notice that a message, by the sender's reference, has this status now; none when it was never sent.
    pub fn status_notice(&self, reference: &str, status: &str) -> Option<Delivery> {
        let id = self.phones.lock().expect("the phones").sent.get(reference).cloned()?;
        let mut notice = json!({"id": id, "status": status, "timestamp": "1795262400", "recipient_id": "15550001",
            "biz_opaque_callback_data": reference});
        if status == "failed" {
            notice["errors"] = json!([{"code": 131_026, "title": "Message undeliverable"}]);
        }
        let value =
            json!({"messaging_product": "whatsapp", "metadata": {"phone_number_id": "1"}, "statuses": [notice]});
        let body = json!({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]});
        Some(self.notice(&body))
    }
}

pub fn send(double: &Double, body: &str) -> Response {
    let body: Value = serde_json::from_str(body).unwrap_or(Value::Null);
    let to = body["to"].as_str().unwrap_or_default();
    if body["messaging_product"] != "whatsapp" || to.is_empty() {
        return error(400, 100, 0, "(#100) Invalid parameter");
    }
    let mut phones = double.phones.lock().expect("the phones");
    if phones.too_fast > 0 {
        phones.too_fast -= 1;
        return error(400, 131_056, 0, "(#131056) (Business Account, Consumer Account) pair rate limit hit");
    }
    if body["type"] != "template" && phones.silent.contains(to) {
        return error(400, 131_047, 0, "(#131047) Re-engagement message");
    }
    phones.given += 1;
    let id = format!("wamid.double{}", phones.given);
    let reference = body["biz_opaque_callback_data"].as_str().unwrap_or_default();
    phones.sent.insert(reference.into(), id.clone());
    double.ledger.record(format!("whatsapp:{reference}"));
    let contacts = json!([{"input": to, "wa_id": to}]);
    Json(json!({"messaging_product": "whatsapp", "contacts": contacts, "messages": [{"id": id}]})).into_response()
}
