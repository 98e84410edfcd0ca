//! Notices: they come late, twice and out of order, so each only says what to look at.

use fashionos_plugin::{Failure, Job, Value, fresh_id, json, permanent, rows};

use crate::{api, money};

/// What a notice is about.
#[derive(Debug, PartialEq)]
enum Subject {
    Intent(String),
    Invoice(String),
    Nothing,
}

/// Takes a notice.
pub fn take(job: &Job) -> Result<Value, Failure> {
    let event: Value =
        serde_json::from_slice(&job.body).map_err(|_| permanent("body_malformed", "not an event of Stripe"))?;
    match subject(&event) {
        Subject::Intent(id) => intent(&id),
        Subject::Invoice(id) => invoice(&id),
        Subject::Nothing => Ok(json!({"ignored": event["type"]})),
    }
}

fn subject(event: &Value) -> Subject {
    let (kind, object) = (event["type"].as_str().unwrap_or_default(), &event["data"]["object"]);
    let named = |field: &str| object[field].as_str().filter(|id| is_id(id)).map(str::to_owned);
    match kind.split_once('.') {
        Some(("payment_intent", _)) => named("id").map_or(Subject::Nothing, Subject::Intent),
        Some(("charge", _)) => named("payment_intent").map_or(Subject::Nothing, Subject::Intent),
        Some(("invoice", _)) => named("id").map_or(Subject::Nothing, Subject::Invoice),
        _ => Subject::Nothing,
    }
}

/// Whether it can stand in an address as it is.
fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn intent(id: &str) -> Result<Value, Failure> {
    let intent = api::read(&format!("payment_intents/{id}?expand[]=latest_charge"))?;
    let Some(payment) = intent["metadata"]["payment"].as_str() else { return Ok(json!({"ignored": id})) };
    let Some(values) = payment_values(&intent) else {
        return Ok(json!({"payment": payment, "status": intent["status"]}));
    };
    rows::update("payments", &rows::is("id", payment), &values)?;
    Ok(json!({"payment": payment, "status": values["status"]}))
}

/// What an intent says of its payment; none while nothing is decided.
fn payment_values(intent: &Value) -> Option<Value> {
    let charge = &intent["latest_charge"];
    let currency = intent["currency"].as_str().unwrap_or_default();
    let refunded = charge["amount_refunded"].as_u64().unwrap_or(0);
    let status = match intent["status"].as_str()? {
        "succeeded" if refunded > 0 && Some(refunded) == intent["amount"].as_u64() => "refunded",
        "succeeded" => "completed",
        "canceled" => "failed",
        "requires_payment_method" if !intent["last_payment_error"].is_null() => "failed",
        _ => return None,
    };
    let mut values = json!({"provider": "stripe", "provider_transaction_id": intent["id"], "status": status,
        "payment_method": charge["payment_method_details"]["type"]});
    values["error"] = match status {
        "failed" => intent["last_payment_error"]["message"].as_str().unwrap_or("it was cancelled at Stripe").into(),
        _ => Value::Null,
    };
    if refunded > 0 {
        values["refunded_amount"] = json!(money::amount(refunded, currency));
    }
    Some(values)
}

fn invoice(id: &str) -> Result<Value, Failure> {
    let invoice = api::read(&format!("invoices/{id}"))?;
    let Some(ours) = invoice["metadata"]["invoice"].as_str() else { return Ok(json!({"ignored": id})) };
    let status = invoice["status"].as_str().unwrap_or_default();
    match status {
        // An invoice is paid when its payments say so; the invoice of Stripe stands for the one payment of it.
        "paid" => {
            let there = rows::select(&format!(
                "payments?select=id&{}&provider=eq.stripe",
                rows::is("provider_transaction_id", id)
            ))?;
            let paid = invoice["amount_paid"].as_u64().unwrap_or(0);
            if there.is_empty() && paid > 0 {
                let currency = invoice["currency"].as_str().unwrap_or_default().to_ascii_uppercase();
                let payment = json!({"id": fresh_id()?, "invoice_id": ours, "amount": money::amount(paid, &currency),
                    "currency": currency, "status": "completed", "provider": "stripe", "provider_transaction_id": id});
                rows::insert("payments", &[payment])?;
            }
        }
        "void" | "uncollectible" => rows::update("invoices", &rows::is("id", ours), &json!({"status": status}))?,
        _ => {}
    }
    Ok(json!({"invoice": ours, "status": status}))
}

#[cfg(test)]
mod tests {
    use super::{Subject, json, payment_values, subject};

    #[test]
    fn a_notice_says_what_to_look_at() {
        let event =
            |kind: &str, object: &fashionos_plugin::Value| subject(&json!({"type": kind, "data": {"object": object}}));
        assert_eq!(event("payment_intent.succeeded", &json!({"id": "pi_1"})), Subject::Intent("pi_1".into()));
        assert_eq!(
            event("charge.refunded", &json!({"id": "ch_1", "payment_intent": "pi_1"})),
            Subject::Intent("pi_1".into())
        );
        assert_eq!(event("invoice.paid", &json!({"id": "in_1"})), Subject::Invoice("in_1".into()));
        assert_eq!(event("invoice.paid", &json!({"id": "in_1/../../x"})), Subject::Nothing);
        assert_eq!(event("customer.created", &json!({"id": "cus_1"})), Subject::Nothing);
    }

    #[test]
    fn a_payment_is_what_its_intent_became() {
        let status = |intent: fashionos_plugin::Value| payment_values(&intent).map(|values| values["status"].clone());
        assert_eq!(status(json!({"status": "succeeded", "amount": 500})), Some(json!("completed")));
        assert_eq!(status(json!({"status": "canceled"})), Some(json!("failed")));
        assert_eq!(status(json!({"status": "requires_payment_method"})), None);
        assert_eq!(
            status(json!({"status": "requires_payment_method", "last_payment_error": {"code": "card_declined"}})),
            Some(json!("failed"))
        );
        assert_eq!(status(json!({"status": "processing"})), None);
        let part =
            json!({"status": "succeeded", "amount": 500, "currency": "eur", "latest_charge": {"amount_refunded": 120}});
        let values = payment_values(&part).expect("values");
        assert_eq!((&values["status"], &values["refunded_amount"]), (&json!("completed"), &json!("1.20")));
        assert_eq!(
            status(json!({"status": "succeeded", "amount": 500, "latest_charge": {"amount_refunded": 500}})),
            Some(json!("refunded"))
        );
    }
}
