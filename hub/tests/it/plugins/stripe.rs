//! Stripe in a real hub: invoices and payments out, what was paid in.

use serde_json::json;
use uuid::Uuid;
use vendors::Stripe;

use super::guest::{SOON, seconds};
use super::workshop::Workshop;

async fn connected(stripe: &Stripe, hub: &Workshop) -> Uuid {
    let install = hub.guest("stripe", json!({})).await;
    hub.connect(install, "acct_1", json!({ "key": stripe.key() }), Some(stripe.webhook_secret())).await
}

/// An invoice over 1,785.00 EUR that is to be brought by Stripe; a draft.
async fn invoice(hub: &Workshop) -> Uuid {
    let account = hub.add("accounts", json!({ "name": "Vale" })).await;
    hub.add("contacts", json!({ "name": "Ada Vale", "email": "ada@vale.example", "account_id": account })).await;
    let row =
        json!({ "number": "INV-7", "account_id": account, "currency": "EUR", "tax": "285.00", "provider": "stripe" });
    let invoice = hub.add("invoices", row).await;
    hub.add("invoice_lines", json!({ "invoice_id": invoice, "description": "Shoot day", "unit_price": "1500.00" }))
        .await;
    invoice
}

/// F279: an invoice that is issued is brought to its payer once; what is paid at Stripe becomes one payment, however often it
/// is told, and the invoice is paid because of it.
#[tokio::test]
async fn an_issued_invoice_is_brought_and_paid() {
    let stripe = Stripe::start().await;
    let hub = Workshop::routed(&stripe.routes()).await;
    let connection = connected(&stripe, &hub).await;
    let invoice = invoice(&hub).await;
    assert_eq!(hub.jobs_of(invoice).await, [], "a draft is nobody's business yet");
    hub.set("invoices", invoice, json!({ "status": "open" })).await;
    let brought = hub
        .until(SOON, async || {
            let row = hub.row("invoices", invoice).await;
            row["hosted_url"].is_string().then_some(row)
        })
        .await;
    let theirs = brought["provider_invoice_id"].as_str().expect("its id at Stripe").to_owned();
    assert_eq!((stripe.ledger.count(&format!("invoice:{invoice}")), stripe.ledger.doubled()), (1, Vec::new()));
    assert_eq!(stripe.object(&theirs).expect("theirs")["total"], 178_500);
    stripe.pay(&theirs);
    for event in ["evt_1", "evt_1", "evt_2"] {
        let told = stripe.event("invoice.paid", &theirs, event, seconds());
        assert_eq!(hub.hears("stripe", connection, &told).await, 200);
    }
    let paid = hub.becomes("invoices", invoice, "status", "paid").await;
    assert_eq!(paid["amount_paid"].to_string().trim_matches('"').parse::<f64>().ok(), Some(1_785.0), "{paid}");
    hub.until(SOON, async || {
        let jobs = hub.rows("plugin_jobs?select=status&kind=eq.webhook").await;
        (jobs.len() == 2 && jobs.iter().all(|job| job["status"] == "succeeded")).then_some(())
    })
    .await;
    let payments = hub.rows("payments?select=provider,provider_transaction_id,status").await;
    assert_eq!(payments, [json!({ "provider": "stripe", "provider_transaction_id": theirs, "status": "completed" })]);
}

/// F278, F279: a payment of Stripe becomes an intent once, and what its payer does comes back; a payment that Stripe does not
/// take has failed with the reason, and is asked for again when somebody says so.
#[tokio::test]
async fn a_payment_is_asked_for_and_comes_back() {
    let stripe = Stripe::start().await;
    let hub = Workshop::routed(&stripe.routes()).await;
    let row = json!({ "number": "INV-8", "currency": "EUR" });
    let invoice = hub.add("invoices", row).await;
    hub.add("invoice_lines", json!({ "invoice_id": invoice, "description": "Fitting", "unit_price": "120.50" })).await;
    hub.set("invoices", invoice, json!({ "status": "open" })).await;
    let wanted = json!({ "invoice_id": invoice, "amount": "120.50", "currency": "EUR", "provider": "stripe" });
    // Asked for before Stripe is connected: it waits, and is asked for then.
    let payment = hub.add("payments", wanted).await;
    assert_eq!(hub.jobs_of(payment).await, []);
    let connection = connected(&stripe, &hub).await;
    let asked = hub
        .until(SOON, async || {
            let row = hub.row("payments", payment).await;
            row["provider_transaction_id"].is_string().then_some(row)
        })
        .await;
    let intent = asked["provider_transaction_id"].as_str().expect("an intent").to_owned();
    assert_eq!(
        (asked["status"].as_str(), stripe.object(&intent).expect("theirs")["amount"].as_u64()),
        (Some("pending"), Some(12_050))
    );
    stripe.pay(&intent);
    let told = stripe.event("payment_intent.succeeded", &intent, "evt_1", seconds());
    assert_eq!(hub.hears("stripe", connection, &told).await, 200);
    let paid = hub.becomes("payments", payment, "status", "completed").await;
    assert_eq!(paid["payment_method"], "card");
    assert_eq!(hub.row("invoices", invoice).await["status"], "paid");
    stripe.refund(&intent, 12_050);
    assert_eq!(
        hub.hears("stripe", connection, &stripe.event("charge.refunded", &intent, "evt_2", seconds())).await,
        200,
        "no intent is named"
    );
    assert_eq!(
        hub.hears("stripe", connection, &stripe.event("payment_intent.updated", &intent, "evt_3", seconds())).await,
        200
    );
    hub.becomes("payments", payment, "status", "refunded").await;
    assert_eq!(hub.row("invoices", invoice).await["status"], "open", "what was given back is owed again");

    let small = json!({ "invoice_id": invoice, "amount": "0.005", "currency": "EUR", "provider": "stripe" });
    let small = hub.add("payments", small).await;
    let failed = hub.becomes("payments", small, "status", "failed").await;
    assert_eq!(failed["error"], "amount_malformed: the amount is not one of its currency");
    hub.set("payments", small, json!({ "status": "pending", "amount": "0.50" })).await;
    let asked = hub
        .until(SOON, async || {
            let row = hub.row("payments", small).await;
            row["provider_transaction_id"].is_string().then_some(row)
        })
        .await;
    assert_eq!((&asked["status"], &asked["error"]), (&json!("pending"), &json!(null)));
    assert_eq!(stripe.ledger.doubled(), Vec::<String>::new());
}
