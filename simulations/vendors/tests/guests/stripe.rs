//! Stripe: invoices and payments out, and what became of them.

use plugin_host::webhook::WebhookScheme;
use serde_json::{Value, json};
use vendors::{Fault, Stripe};

use crate::stage::Stage;

async fn connected() -> (Stripe, Stage) {
    let stripe = Stripe::start().await;
    let stage = Stage::of("stripe", "acct_1", &stripe.routes()).await;
    stage.organization.set_secret("key", stripe.key());
    (stripe, stage)
}

fn with_invoice(stage: &Stage) -> Value {
    stage.organization.add(
        "invoices",
        json!({"id": "invoice-1", "number": "2026-7", "status": "draft", "currency": "EUR", "tax": "266.000", "total": "1666.500", "account_id": "account-1"}),
    );
    for (id, description, total) in [("l-1", "Shoot day", "1500.500"), ("l-2", "Friendship", "-100.000")] {
        let line = json!({"id": id, "invoice_id": "invoice-1", "description": description, "line_total": total});
        stage.organization.add("invoice_lines", line);
    }
    for (name, email) in [("Bo", None), ("Ada Vale", Some("ada@example.com"))] {
        stage.organization.add("contacts", json!({"account_id": "account-1", "name": name, "email": email}));
    }
    json!({"invoice": {"id": "invoice-1"}})
}

fn with_payment(stage: &Stage) -> Value {
    stage.organization.add("payments", json!({"id": "payment-1", "status": "pending"}));
    json!({"payment": {"id": "payment-1", "amount": "120.500", "currency": "EUR"}})
}

async fn notice(stripe: &Stripe, stage: &mut Stage, kind: &str, id: &str, event: &str) {
    let delivery = stripe.event(kind, id, event, 1_000);
    let scheme: &WebhookScheme = stage.manifest().webhook.as_ref().expect("a scheme");
    let believed =
        scheme.believe(|name| delivery.header(name), &delivery.body, stripe.webhook_secret().as_bytes(), 1_100);
    assert_eq!(believed, Ok(()));
    assert_eq!(scheme.delivery_id(|name| delivery.header(name), &delivery.body), event);
    stage.takes("webhook", json!({"topic": kind}), delivery.body, event).await.expect("a notice");
}

#[tokio::test]
async fn an_invoice_becomes_payable_and_its_payment_comes_back_once() {
    let (stripe, mut stage) = connected().await;
    let payload = with_invoice(&stage);
    stage.does("charge", payload.clone(), "k").await.expect("an invoice");
    let row = stage.organization.rows("invoices")[0].clone();
    let id = row["provider_invoice_id"].as_str().expect("an id").to_owned();
    assert_eq!((&row["status"], &row["provider"]), (&json!("open"), &json!("stripe")));
    assert_eq!(stripe.object(&id).expect("an invoice")["total"], 166_650);
    stage.does("charge", payload, "k2").await.expect("the same");
    stripe.pay(&id);
    notice(&stripe, &mut stage, "invoice.paid", &id, "evt_1").await;
    notice(&stripe, &mut stage, "invoice.updated", &id, "evt_2").await;
    let payments = stage.organization.rows("payments");
    assert_eq!(payments.len(), 1);
    assert_eq!(
        (&payments[0]["amount"], &payments[0]["currency"], &payments[0]["invoice_id"]),
        (&json!("1666.50"), &json!("EUR"), &json!("invoice-1"))
    );
    assert_eq!(stripe.ledger.doubled(), Vec::<String>::new());
}

#[tokio::test]
async fn whenever_stripe_or_the_hub_dies_there_is_one_invoice() {
    let steps = [
        ("/customers", ":customer"),
        ("metadata%5Binvoice%5D", ":made"),
        ("Shoot", ":line:l-1"),
        ("/finalize", ":finalize"),
    ];
    for (step, effect) in steps {
        for fault in [Fault::DieAfter, Fault::DieBefore, Fault::status(503), Fault::throttle(1)] {
            let (stripe, mut stage) = connected().await;
            stripe.running.faults().plan(step, fault.clone(), 1);
            stage.organization.die_before_an_answer_is_kept(effect);
            let payload = with_invoice(&stage);
            stage.does("charge", payload, "k").await.unwrap_or_else(|end| panic!("{step} {fault:?}: {end}"));
            assert!(stripe.running.faults().are_over(), "{step}");
            assert_eq!((stripe.ledger.all().len(), stripe.ledger.doubled().len()), (6, 0), "{step} {fault:?}");
        }
    }
}

#[tokio::test]
async fn an_invoice_that_stripe_adds_up_otherwise_is_not_made_payable() {
    let (stripe, mut stage) = connected().await;
    let payload = with_invoice(&stage);
    stage.organization.add(
        "invoice_lines",
        json!({"id": "l-3", "invoice_id": "invoice-1", "description": "Slip", "line_total": "1.000"}),
    );
    assert_eq!(stage.does("charge", payload, "k").await.expect_err("a difference").code(), "totals_differ");
    assert!(!stripe.ledger.all().keys().any(|effect| effect.starts_with("finalize")));
}

#[tokio::test]
async fn a_payment_is_asked_for_once_and_follows_its_intent() {
    let (stripe, mut stage) = connected().await;
    stripe.running.faults().plan("payment_intents", Fault::DieAfter, 1);
    let payload = with_payment(&stage);
    let asked = stage.does("charge", payload, "k").await.expect("an intent");
    assert_eq!((stripe.ledger.count("intent:payment-1"), &asked["status"]), (1, &json!("requires_payment_method")));
    let id = asked["payment_intent"].as_str().expect("an id").to_owned();
    assert_eq!(stripe.object(&id).expect("an intent")["amount"], 12_050);
    stripe.pay(&id);
    notice(&stripe, &mut stage, "payment_intent.succeeded", &id, "evt_1").await;
    assert_eq!(stage.organization.rows("payments")[0]["status"], "completed");
    stripe.refund(&id, 12_050);
    // The older notice once more: it only says where to look.
    notice(&stripe, &mut stage, "payment_intent.succeeded", &id, "evt_3").await;
    let payment = &stage.organization.rows("payments")[0];
    assert_eq!((&payment["status"], &payment["refunded_amount"]), (&json!("refunded"), &json!("120.50")));
}

#[tokio::test]
async fn a_failure_that_stripe_remembers_is_not_got_around_with_another_key() {
    let (stripe, mut stage) = connected().await;
    stripe.fail_once();
    let payload = with_payment(&stage);
    assert!(stage.does("charge", payload, "k").await.is_err());
    assert_eq!(stripe.ledger.all().len(), 0);
}
