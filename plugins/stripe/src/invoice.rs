//! Invoices of the organization, at Stripe: made line by line, compared, and only then made payable.

use fashionos_plugin::{Failure, Job, Value, json, payload, permanent, rows, setting};
use serde::Deserialize;

use crate::{api, money};

#[derive(Debug, Deserialize)]
struct Named {
    id: String,
}

#[derive(Debug, Deserialize)]
struct Payer {
    email: String,
    name: String,
}

#[derive(Debug, Deserialize)]
struct Bring {
    invoice: Named,
    /// A contact of the invoice's account otherwise.
    payer: Option<Payer>,
}

/// Brings an invoice to its payer, with a page on which it can be paid.
pub fn bring(job: &Job) -> Result<Value, Failure> {
    let Bring { invoice: Named { id }, payer } = payload(job)?;
    let query = format!(
        "invoices?select=id,number,status,currency,tax,total,provider_invoice_id,hosted_url,account_id&{}",
        rows::is("id", &id)
    );
    let found = rows::select(&query)?;
    let invoice = found.first().ok_or_else(|| permanent("invoice_gone", "the invoice was deleted"))?;
    if !invoice["provider_invoice_id"].is_null() {
        return Ok(json!({"invoice": invoice["provider_invoice_id"], "already": true}));
    }
    if !matches!(invoice["status"].as_str(), Some("draft" | "open")) {
        return Err(permanent("invoice_closed", "only drafts and open invoices are brought to their payers"));
    }
    let currency = invoice["currency"].as_str().unwrap_or_default().to_owned();
    let lines =
        rows::select(&format!("invoice_lines?select=id,description,line_total&{}", rows::is("invoice_id", &id)))?;
    let charges =
        charges(&lines, &invoice["tax"], &currency).map_err(|reason| permanent("amount_malformed", reason))?;
    let total = money::minor(&invoice["total"], &currency)
        .ok_or_else(|| permanent("amount_malformed", "the total is not an amount of its currency"))?;

    let payer = match payer {
        Some(payer) => payer,
        None => contact_of(invoice["account_id"].as_str())?,
    };
    let key = |step: &str| format!("invoice:{id}:{step}");
    let customer = api::send("customers", &[("email", payer.email), ("name", payer.name)], &key("customer"))?;
    let customer = text(&customer, "id")?;
    let days = setting::<u32>("days_until_due").unwrap_or(30);
    let fields = [
        ("customer", customer.clone()),
        ("collection_method", "send_invoice".into()),
        ("days_until_due", days.to_string()),
        ("currency", currency.to_ascii_lowercase()),
        ("auto_advance", "false".into()),
        ("pending_invoice_items_behavior", "exclude".into()),
        ("metadata[invoice]", id.clone()),
        ("metadata[number]", invoice["number"].as_str().unwrap_or_default().into()),
    ];
    let made = text(&api::send("invoices", &fields, &key("made"))?, "id")?;
    for charge in &charges {
        let fields = [
            ("customer", customer.clone()),
            ("invoice", made.clone()),
            ("currency", currency.to_ascii_lowercase()),
            ("amount", charge.amount.to_string()),
            ("description", charge.description.clone()),
        ];
        api::send("invoiceitems", &fields, &key(&charge.key))?;
    }
    let theirs = api::read(&format!("invoices/{made}"))?;
    if theirs["total"].as_u64() != Some(total) {
        return Err(permanent(
            "totals_differ",
            format!("Stripe adds the lines up to {}, the invoice to {total}", theirs["total"]),
        ));
    }
    let open = api::send(&format!("invoices/{made}/finalize"), &[("auto_advance", "false".into())], &key("finalize"))?;
    let values = json!({"provider": "stripe", "provider_invoice_id": made, "hosted_url": open["hosted_invoice_url"], "status": "open"});
    rows::update("invoices", &rows::is("id", &id), &values)?;
    Ok(json!({"invoice": made, "page": open["hosted_invoice_url"]}))
}

/// The first contact of an account that has an address.
fn contact_of(account: Option<&str>) -> Result<Payer, Failure> {
    let missing = || permanent("payer_missing", "nobody with an address belongs to the account of the invoice");
    let query = format!("contacts?select=name,email&{}", rows::is("account_id", account.ok_or_else(missing)?));
    rows::select(&query)?.into_iter().find_map(|row| serde_json::from_value(row).ok()).ok_or_else(missing)
}

fn text(object: &Value, field: &str) -> Result<String, Failure> {
    object[field]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| permanent("answer_malformed", format!("an answer without `{field}`")))
}

/// What a line becomes at Stripe; a negative amount is a discount.
#[derive(Debug, PartialEq)]
struct Charge {
    key: String,
    description: String,
    amount: i64,
}

fn charges(lines: &[Value], tax: &Value, currency: &str) -> Result<Vec<Charge>, String> {
    let mut charges = Vec::new();
    for line in lines {
        let amount = signed(&line["line_total"], currency)
            .ok_or_else(|| format!("{} is no amount in {currency}", line["line_total"]))?;
        charges.push(Charge {
            key: format!("line:{}", line["id"].as_str().unwrap_or_default()),
            description: line["description"].as_str().unwrap_or_default().to_owned(),
            amount,
        });
    }
    match signed(tax, currency) {
        Some(0) => {}
        Some(amount) => charges.push(Charge { key: "tax".into(), description: "Tax".into(), amount }),
        None => return Err(format!("{tax} is no amount in {currency}")),
    }
    Ok(charges)
}

fn signed(amount: &Value, currency: &str) -> Option<i64> {
    let text = amount.as_str().map_or_else(|| amount.to_string(), str::to_owned);
    let (sign, plain) = text.strip_prefix('-').map_or((1, text.as_str()), |rest| (-1, rest));
    i64::try_from(money::minor(&json!(plain), currency)?).ok().map(|minor| sign * minor)
}

#[cfg(test)]
mod tests {
    use super::{charges, json};

    #[test]
    fn lines_discounts_and_tax_are_charged() {
        let lines = [
            json!({"id": "l-1", "description": "Shoot day", "line_total": "1500.000"}),
            json!({"id": "l-2", "description": "Friendship", "line_total": -100.5}),
        ];
        let charges = charges(&lines, &json!("266.000"), "EUR").expect("charges");
        let amounts: Vec<i64> = charges.iter().map(|charge| charge.amount).collect();
        assert_eq!(amounts, [150_000, -10_050, 26_600]);
        assert_eq!(charges[1].key, "line:l-2");
    }

    #[test]
    fn no_tax_is_no_line_and_half_a_cent_is_refused() {
        assert_eq!(charges(&[], &json!(0), "EUR"), Ok(Vec::new()));
        assert!(charges(&[json!({"id": "l", "line_total": "0.005"})], &json!(0), "EUR").is_err());
    }
}
