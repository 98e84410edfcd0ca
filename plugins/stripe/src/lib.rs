//! Stripe: invoices and payments out, what became of them in.

mod api;
mod invoice;
mod money;
mod notice;

use fashionos_plugin::{Failure, Job, Plugin, Value, json, payload, permanent, rows};
use serde::Deserialize;

/// The plugin.
pub struct Stripe;

impl Plugin for Stripe {
    const MANIFEST: &'static str = include_str!("../manifest.json");

    fn run(job: &Job) -> Result<Value, Failure> {
        match job.name.as_str() {
            "check" => {
                let account = api::read("account")?;
                Ok(json!({"account": account["id"], "charges": account["charges_enabled"]}))
            }
            "charge" => charge(job),
            "webhook" => notice::take(job),
            other => Err(permanent("job_unknown", format!("no job `{other}` here"))),
        }
    }
}

fashionos_plugin::plugin!(Stripe);

/// Asks for a payment, or brings an invoice to its payer. The client secret in the answer lets the payer's browser pay this one payment, and nothing else.
fn charge(job: &Job) -> Result<Value, Failure> {
    #[derive(Deserialize)]
    struct Payment {
        id: String,
        amount: Value,
        currency: String,
    }
    #[derive(Deserialize)]
    struct Charge {
        payment: Option<Payment>,
    }
    let Charge { payment: Some(payment) } = payload(job)? else { return invoice::bring(job) };
    let amount = money::minor(&payment.amount, &payment.currency)
        .filter(|amount| *amount > 0)
        .ok_or_else(|| permanent("amount_malformed", "the amount is not one of its currency"))?;
    let fields = [
        ("amount", amount.to_string()),
        ("currency", payment.currency.to_ascii_lowercase()),
        ("automatic_payment_methods[enabled]", "true".into()),
        ("metadata[payment]", payment.id.clone()),
    ];
    let intent = api::send("payment_intents", &fields, &format!("payment:{}", payment.id))?;
    let values = json!({"provider": "stripe", "provider_transaction_id": intent["id"]});
    rows::update("payments", &rows::is("id", &payment.id), &values)?;
    Ok(json!({"payment_intent": intent["id"], "status": intent["status"], "client_secret": intent["client_secret"]}))
}
